"""Turns a Run into the Timeline it asks for, with a progress bar, its filters applied and its warnings said."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from logforensics.cli.hiding import Open
from logforensics.cli.options import Run
from logforensics.cli.output import refuse_evidence, warn
from logforensics.cli.progress import progress

if TYPE_CHECKING:
    from logforensics.outage.findings import Investigation
    from logforensics.report.redact.door import Door
    from logforensics.timeline.model import Timeline

UNREAD = ("unread",)
"""States of a file that was meant to be read but could not be (exit code 3)."""

CHANGES = ("eio", "shrunk", "changed")
"""Damage that happened while a file was read, or that the system told in words: the file's reason has them."""


def read(run: Run, fields: Collection[str], context: int | None = None, *, spooled: bool = False) -> Timeline:
    """The timeline of the paths with the columns `fields`, and what --level and --grep need; filters applied.

    `context` is the number of events kept around each that the filters keep (see `filters.selected`).  With `spooled`
    the events are in `stored` where they are too many for memory; `let_go` closes that.
    """
    from logforensics.analysis.reading import read_timeline
    from logforensics.cli.filters import needed, selected

    _keep_map_out(run)
    wanted = {*fields, *needed(run.settings)}
    with progress("reading", quiet=run.settings.quiet) as advance:
        timeline = read_timeline(
            run.settings.paths, settings=run.settings, fields=wanted, progress=advance, spooled=spooled
        )
    with ExitStack() as stack:
        if timeline.stored is not None:
            stack.enter_context(timeline.stored.spool)
        warn_about(run, timeline)
        kept = selected(timeline, run.settings, context)
        stack.pop_all()
    return kept


def read_boiled_down(run: Run, fields: Collection[str] | None = None, *, edges: bool = False) -> Timeline:
    """The timeline that analysers work on (analysis.columns), unfiltered: a filter would bend every rhythm.

    With `edges` only those of silences and bursts are asked for, not what went on meanwhile.
    """
    from logforensics.analysis.columns import FEW_ROWS, FIELDS, MOST_ROWS, read_for_analysis

    _keep_map_out(run)
    wanted = FIELDS if fields is None else fields
    with progress("reading", quiet=run.settings.quiet) as advance:
        timeline = read_for_analysis(
            run.settings.paths, run.settings, advance, wanted, FEW_ROWS if edges else MOST_ROWS
        )
    warn_about(run, timeline)
    return timeline


def _keep_map_out(run: Run) -> None:
    """Raises UsageError for a --redact-map that lies in the evidence."""
    if run.hiding is not None and run.hiding.map is not None:
        refuse_evidence(run.hiding.map, run.settings.paths, "--redact-map")


@contextmanager
def let_go(timeline: Timeline) -> Iterator[None]:
    """Inside, events that were too many for memory can be read; at the end their temporary file is gone."""
    try:
        yield
    finally:
        if timeline.stored is not None:
            timeline.stored.spool.close()


def door_of(run: Run, timeline: Timeline) -> Door | Open:
    """The door that the result goes through: open, unless --redact was given."""
    if run.hiding is None:
        return Open()
    hosts: Iterable[str] = ()
    if run.hiding.door is None and "host" in timeline.events.columns:
        events = timeline.events.get_column("host")
        hosts = events.drop_nulls().unique() if timeline.stored is None else timeline.stored.unique("host")
    from logforensics.timeline.saved import saved_at

    saved = None if timeline.log_files or len(run.settings.paths) != 1 else saved_at(run.settings.paths[0])
    return run.hiding.opened(timeline.log_files, map(str, hosts), saved)


def investigated(run: Run, timeline: Timeline) -> Investigation:
    """Everything found in it that --since, --until, --around and --source leave."""
    from logforensics.cli.filters import narrowed
    from logforensics.outage.verdict import investigate

    return narrowed(investigate(timeline, run.settings), timeline, run.settings)


def hurt(timeline: Timeline) -> bool:
    """Whether evidence was damaged or could not be read.

    In a log every damage counts, also where its bytes still became an event (a torn last line, an undecodable byte);
    in a file of no known format not a missing line feed or bytes in no known charset, which may be its nature.
    """
    logs = {file.name for file in timeline.files if file.state == "parsed"}
    counts = (
        not damage.delivered or damage.file in logs or damage.kind not in ("torn", "encoding")
        for damage in timeline.damage
    )
    return any(counts) or any(passed.state in UNREAD for passed in timeline.passed_over)


def warn_about(run: Run, timeline: Timeline) -> None:
    """One line on stderr for each kind of trouble; the results carry the details."""
    from logforensics.report.words import plural

    for passed in door_of(run, timeline).value(timeline.passed_over):
        if passed.state in UNREAD:
            warn(run, f"{passed.name}: could not be read: {passed.reason}")
    lost = [damage for damage in timeline.damage if not damage.delivered]
    if lost:
        files = len({damage.file for damage in lost})
        size = sum(damage.length for damage in lost)
        warn(run, f"{plural(size, 'byte')} in {plural(files, 'file')} are damaged; `logforensics sources` lists them")
    for name in sorted({damage.file for damage in timeline.damage if damage.kind in CHANGES}):
        reason = next((file.reason for file in timeline.files if file.name == name), "")
        warn(run, f"{name}: {reason}")
    unparsed = sum(source.unparsed for source in timeline.sources)
    if unparsed:
        warn(run, f"{plural(unparsed, 'line')} in no known format; `logforensics sources` shows where")


def finish(run: Run, timeline: Timeline | None, found: bool) -> None:
    """Ends the command with its exit code: 3 for hurt evidence, 1 for a finding with --exit-code."""
    import typer

    if run.hiding is not None and run.hiding.door is not None:
        from logforensics.report.words import hidden_words

        run.hiding.keep()
        warn(run, f"hidden: {hidden_words(run.hiding.door.hidden())}")
    if timeline is not None and hurt(timeline):
        raise typer.Exit(3)
    if run.exit_code and found:
        raise typer.Exit(1)
