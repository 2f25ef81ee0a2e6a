"""Opens the timeline to walk through: the `explore` command, on a terminal."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from logforensics.cli.options import Run
from logforensics.errors import UsageError

if TYPE_CHECKING:
    from logforensics.analysis.findings import Cite
    from logforensics.report.handmarks import HandMark

FORMATS = ()
"""It writes none."""

MARKS = "logforensics-marks.json"


def explore(
    run: Run,
    marks: Annotated[
        str, typer.Option("--marks", metavar="FILE", help="Where marks are read from and written to.")
    ] = MARKS,
) -> None:
    """Walk through the timeline on the terminal.

    Lanes on top, events below, keys to errors, silences and the outage's edges.

    Needs the extra tui: pip install 'logforensics[tui]'. Marked lines go into a report with report --marks FILE.

    Example: logforensics explore /var/log
    """
    try:
        from logforensics.explore.app import Explorer
    except ModuleNotFoundError as error:
        if error.name is None or not error.name.startswith("textual"):
            raise
        raise UsageError("explore needs textual, which is not installed: pip install 'logforensics[tui]'") from None
    from logforensics.cli.deriving import derive
    from logforensics.cli.output import refuse_evidence
    from logforensics.cli.reading import read
    from logforensics.cli.timeline import FIELDS
    from logforensics.evidence.cited import read_cited
    from logforensics.explore.scene import Scene
    from logforensics.report.handmarks import read_marks
    from logforensics.report.lanes import telling

    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError("explore: needs a terminal; `logforensics timeline` writes anywhere")
    if run.output is not None or run.format is not None:
        raise UsageError("explore: shows, it writes nothing; `logforensics timeline` and `report` do")
    if run.hiding is not None:
        raise UsageError("explore: shows the originals, for marks name files and lines as they are; leave out --redact")
    path = Path(marks)
    refuse_evidence(path, run.settings.paths)
    before = read_marks(path) if path.is_file() else ()
    timeline, _, model = derive(run)
    events = read(run, FIELDS).events
    if not events.height:
        raise UsageError("explore: there are no events to walk through")

    def logged(cite: Cite) -> str | None:
        return read_cited(timeline.log_files, [(cite.file, cite.line)]).get((cite.file, cite.line))

    scene = Scene(events, model.outages, model.gaps, model.zone, logged)
    names = [row.path for row in sorted(model.sources, key=telling(model.outages))]

    def save(chosen: tuple[HandMark, ...]) -> str:
        from logforensics.cli.output import write_text
        from logforensics.report.handmarks import marks_text
        from logforensics.report.words import plural

        write_text(replace(run, output=path), marks_text(chosen))
        return f"wrote {plural(len(chosen), 'mark')} to {path}; logforensics report --marks {path} -o incident.md"

    Explorer(scene, timeline.events, names, before, save).run()
