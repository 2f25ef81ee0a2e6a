"""Turns a report and the evidence it was made from into the answer whether it still holds: the `verify` command."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from logforensics.errors import AlteredError, EvidenceError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from logforensics.cli.options import Run
    from logforensics.evidence.model import LogFile
    from logforensics.report.json import Row
    from logforensics.report.verification import Verification
    from logforensics.settings import Recorded

DIFFERS, MISSING = 1, 3


def verify(
    report: Annotated[str, typer.Argument(metavar="REPORT", help="The report: JSON, or Markdown as it was written.")],
    paths: Annotated[
        list[str] | None, typer.Argument(metavar="[PATH]...", help="Where the evidence lies now [where it lay then].")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Write JSON.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Only the exit code.")] = False,
) -> None:
    """Check a report against its evidence: hash every file, read every cited line, derive every value again.

    Exits with 0 if all of it holds, 1 if anything differs, 3 if evidence is missing.

    Example: logforensics verify incident.json
    """
    from logforensics.report.verification import as_document, as_text

    result = _verified(Path(report), list(paths or ()))
    if as_json:
        from logforensics.report.escape import ascii_json

        _print(ascii_json(as_document(result)) + "\n")
    elif not quiet:
        _print(as_text(result))
    if result.missing:
        raise typer.Exit(MISSING)
    if not result.holds:
        raise typer.Exit(DIFFERS)


def _print(text: str) -> None:
    import sys

    sys.stdout.buffer.write(text.encode("utf-8", "backslashreplace"))
    sys.stdout.buffer.flush()


def _verified(path: Path, paths: Sequence[str]) -> Verification:
    from logforensics.report.recorded import LARGEST

    try:
        if path.stat().st_size > LARGEST:
            raise UsageError(f"{path}: is larger than any report")
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or error}") from None
    try:
        if path.suffix.lower() in {".md", ".markdown"}:
            return _markdown(path.name, data, paths)
        return _document(path.name, data, paths)
    except AlteredError as error:
        raise AlteredError(f"{path}: {error}") from None


def _document(name: str, data: bytes, paths: Sequence[str]) -> Verification:
    """A JSON report: first the report itself, then the evidence, then its lines, then everything that follows."""
    from logforensics.cli.rerun import rerun
    from logforensics.evidence.anchors import anchors
    from logforensics.report import recorded as of
    from logforensics.report.anchored import cited_in
    from logforensics.report.compare import citations, cites
    from logforensics.report.verification import Verification
    from logforensics.settings import Recorded

    document = of.load(data)
    known = Recorded(mtimes=of.mtimes_of(document), zone=of.machine_zone_of(document))
    run = rerun(of.words_of(document), paths, of.selection_of(document), known)
    result = Verification(name, notes=_notes(known)).found(of.marks_of_change(document, data))
    result, files = _hashes(result, run, document)
    if any(item.kind == "missing" for item in result.differences):
        return result
    result = result.found(citations(document, anchors(files, cited_in(document))))
    result = replace(result, cites=len({(row["file"], row["line"]) for _, row in cites(document)}))
    return _values(result, run, document)


def _notes(known: Recorded) -> tuple[str, ...]:
    """What the answer takes from the report, because neither the bytes of the evidence nor this machine tell it."""
    from logforensics.report.words import plural

    zone = known.zone and f"the zone {known.zone[0]} is taken from the report: the machine it was made on told it"
    times = known.mtimes and f"the modification times of {plural(len(known.mtimes), 'file')} are taken from the report"
    return tuple(note for note in (zone, times) if note)


def _hashes(result: Verification, run: Run, document: Row) -> tuple[Verification, tuple[LogFile, ...]]:
    """The recorded files by their hashes, and the log files that are there now."""
    from logforensics.evidence.discover import discover
    from logforensics.evidence.rehash import rehash
    from logforensics.report.compare import Difference, hashes

    names = [str(row.get("path")) for key in ("evidence", "bundles") for row in document[key]]
    try:
        discovery = discover(list(run.settings.paths))
    except UsageError as error:
        return result.found([Difference("missing", "PATH", None, str(error))]), ()
    now, lost = rehash(discovery, names)
    result = replace(result.found(hashes(document, now, lost)), files=len(now))
    return result, tuple(file for source in discovery.sources for file in source.files)


def _values(result: Verification, run: Run, document: Row) -> Verification:
    """Everything that follows from the evidence, once more, beside what the report says."""
    from logforensics.cli.deriving import derive
    from logforensics.cli.findings import machine_zone
    from logforensics.report.compare import Difference, comparable, consequences, count, values
    from logforensics.report.escape import ascii_json
    from logforensics.report.json import document as document_of

    try:
        derived = json.loads(ascii_json(document_of(derive(run, anchors=True).model, machine_zone(run))))
    except (EvidenceError, UsageError) as error:
        return result.found([Difference("value", "everything", "a report", str(error))])
    said = consequences(document, result.differences)
    differing = [item for item in values(comparable(document), comparable(derived)) if item.where not in said]
    versions = (document["tool"].get("version"), derived["tool"]["version"])
    notes = [] if len(set(versions)) == 1 else [f"written by version {versions[0]}, derived again by {versions[1]}"]
    return replace(result.found(differing), values=count(document), notes=(*result.notes, *notes))


def _markdown(name: str, data: bytes, paths: Sequence[str]) -> Verification:
    """A Markdown report: every line that this program writes from the evidence must be in it, in order."""
    from logforensics.cli.deriving import derive
    from logforensics.cli.rerun import rerun
    from logforensics.report import markdown
    from logforensics.report.compare import Difference
    from logforensics.report.lines_held import command_in, missing_lines
    from logforensics.report.verification import Verification

    text = data.decode("utf-8", "backslashreplace")
    run = rerun(command_in(text), paths)
    result = Verification(name)
    try:
        timeline, _, model = derive(run, quotes=True)
    except UsageError as error:
        return result.found([Difference("missing", "PATH", None, str(error))])
    except EvidenceError as error:
        return result.found([Difference("line", "everything", "a report", str(error))])
    lines = markdown.render(model).split("\n")
    found = [Difference("line", f"line {number}", None, line) for number, line in missing_lines(lines, text)]
    return replace(result.found(found), files=len(timeline.files), values=len(lines))
