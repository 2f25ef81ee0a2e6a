"""Turns the options of a command into the panels of its --help: its own first, then what all commands share by use."""

from __future__ import annotations

from typing import Any

from typer.core import TyperCommand

OWN = "Options"

PANELS = {
    "Which events": ("since", "until", "around", "window", "source", "level", "grep"),
    "Zones and years": ("tz", "assume_tz", "year"),
    "Output": ("as_json", "format_", "output", "redact", "redact_map", "color", "quiet", "exit_code"),
    "Seldom needed": ("host_from", "jobs", "decoder_memory"),
}
"""The shared options (cli.options.shared) by their parameters' names; any other option stands under OWN."""


class Paneled(TyperCommand):
    """A command whose help has its options in panels; in plain text, for rich would cost 0.2 s."""

    def format_options(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401  # typer's click has no public types
        """Writes the arguments, then each panel that has an option."""
        of = {name: panel for panel, names in PANELS.items() for name in names}
        found: dict[str, list[tuple[str, str]]] = {panel: [] for panel in ("Arguments", OWN, *PANELS)}
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx)
            if record is not None:
                argument = parameter.param_type_name == "argument"
                found["Arguments" if argument else of.get(str(parameter.name), OWN)].append(record)
        for panel, rows in found.items():
            if rows:
                with formatter.section(panel):
                    formatter.write_dl(rows)
