"""Turns a report and the evidence it was made from into the answer whether it still holds: the `verify` command."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from logforensics.errors import AlteredError, EvidenceError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from logforensics.cli.deriving import Derived
    from logforensics.cli.options import Run
    from logforensics.evidence.discover import Discovery
    from logforensics.report.json import Row
    from logforensics.report.model import Report
    from logforensics.report.redact.door import Door
    from logforensics.report.verification import Verification
    from logforensics.settings import Recorded

DIFFERS, MISSING = 1, 3


def verify(
    report: Annotated[str, typer.Argument(metavar="REPORT", help="The report: JSON, or Markdown as it was written.")],
    paths: Annotated[
        list[str] | None, typer.Argument(metavar="[PATH]...", help="Where the evidence lies now [where it lay then].")
    ] = None,
    redact_map: Annotated[
        str | None, typer.Option("--redact-map", metavar="FILE", help="The map that a redacted report was made with.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Write JSON.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Only the exit code.")] = False,
) -> None:
    """Check a report against its evidence.

    Every file is hashed, every cited line read and every value derived again.

    Exits with 0 if all of it holds, 1 if anything differs, 3 if evidence is missing.

    Example: logforensics verify incident.json
    """
    from logforensics.report.verification import as_document, as_text

    result = _verified(Path(report), list(paths or ()), None if redact_map is None else Path(redact_map))
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


def _verified(path: Path, paths: Sequence[str], redact_map: Path | None) -> Verification:
    from logforensics.report.recorded import LARGEST

    try:
        if path.stat().st_size > LARGEST:
            raise UsageError(f"{path}: is larger than any report")
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or error}") from None
    try:
        if path.suffix.lower() in {".html", ".htm", ".svg"}:
            beside = path.with_suffix(".json").name
            raise UsageError(f"{path}: verify reads JSON and Markdown; keep a report -o {beside} beside the page")
        if path.suffix.lower() in {".md", ".markdown"}:
            return _markdown(path.name, data, paths, redact_map)
        return _document(path.name, data, paths, redact_map)
    except AlteredError as error:
        raise AlteredError(f"{path}: {error}") from None


def _document(name: str, data: bytes, paths: Sequence[str], redact_map: Path | None) -> Verification:
    """A JSON report: first the report itself, then the evidence, then its lines, then everything that follows."""
    from logforensics.cli.rerun import rerun
    from logforensics.report import recorded as of
    from logforensics.report.verification import Verification
    from logforensics.settings import Recorded

    document = of.load(data)
    key = of.key_of(document)
    if key == "map" and redact_map is None:
        raise UsageError(f"{name}: was redacted with a map; name it with --redact-map")
    known = Recorded(mtimes=of.mtimes_of(document), zone=of.machine_zone_of(document))
    result = Verification(name, notes=_notes(known)).found(of.marks_of_change(document, data))
    words, selection = of.words_of(document), of.selection_of(document)
    run = rerun(words, paths, selection, known)
    if key is not None:
        run = rerun(_told(words, run, redact_map), paths, selection, known, redact_map)
    return _checked(result, replace(run, command=words), document)


def _told(words: Sequence[str], run: Run, redact_map: Path | None) -> tuple[str, ...]:
    """The command line of a redacted report with the originals of its pseudonyms, as far as they are known."""
    from logforensics.cli.hiding import Hiding
    from logforensics.evidence.discover import discover

    try:
        discovery = discover(list(run.settings.paths), run.settings.host_from, run.settings.decoder_memory)
    except UsageError:
        return tuple(words)
    files = [file for source in discovery.sources for file in source.files]
    names = Hiding(redact_map, kept=False).opened(files).redactor.names
    names.assign()
    told = []
    for word in words:
        for pseudonym, original in names.originals():
            word = word.replace(pseudonym, original)  # noqa: PLW2901
        told.append(word)
    return tuple(told)


def _checked(result: Verification, run: Run, document: Row) -> Verification:
    """The evidence and what follows from it, beside the report."""
    from logforensics.cli.deriving import derive
    from logforensics.cli.hiding import Open
    from logforensics.cli.reading import door_of
    from logforensics.evidence.anchors import anchors
    from logforensics.evidence.discover import discover
    from logforensics.report.anchored import cited_in
    from logforensics.report.compare import Difference, citations, cites

    try:
        discovery = discover(list(run.settings.paths), run.settings.host_from)
    except UsageError as error:
        return result.found([Difference("missing", "PATH", None, str(error))])
    derived: Derived | str
    door: Door | Open = Open()
    try:
        derived = derive(run, anchors=True)
        door = door_of(run, derived.timeline)
    except (EvidenceError, UsageError) as error:
        derived = str(error)
    names = {door.value(name): name for name in names_in(discovery)}
    result = _hashes(result, discovery, document, names)
    if any(item.kind == "missing" for item in result.differences):
        return result
    files = [file for source in discovery.sources for file in source.files]
    now = anchors(files, [(names.get(file, file), line) for file, line in cited_in(document)])
    result = result.found(citations(document, door.value(now)))
    result = replace(result, cites=len({(row["file"], row["line"]) for _, row in cites(document)}))
    if isinstance(derived, str):
        return result.found([Difference("value", "everything", "a report", derived)])
    return _values(result, run, document, door.report(derived.model))


def names_in(discovery: Discovery) -> list[str]:
    """What every file, member and bundle of the evidence is called."""
    from logforensics.evidence.hashing import bundles

    files = [file for source in discovery.sources for file in source.files]
    others = [entry.name for entry in discovery.passed_over]
    return [*(file.name for file in files), *others, *(whole.name for whole in bundles(files))]


def _notes(known: Recorded) -> tuple[str, ...]:
    """What the answer takes from the report, because neither the bytes of the evidence nor this machine tell it."""
    from logforensics.report.words import plural

    zone = known.zone and f"the zone {known.zone[0]} is taken from the report: the machine it was made on told it"
    times = known.mtimes and f"the modification times of {plural(len(known.mtimes), 'file')} are taken from the report"
    return tuple(note for note in (zone, times) if note)


def _hashes(result: Verification, discovery: Discovery, document: Row, names: Mapping[str, str]) -> Verification:
    """The recorded files by their hashes; `names` are their own names by those that the report calls them."""
    from logforensics.evidence.rehash import rehash
    from logforensics.report.compare import OTHER_BYTES, hashes

    called = [str(row.get("path")) for key in ("evidence", "bundles") for row in document[key]]
    found, gone = rehash(discovery, [names.get(name, name) for name in called])
    now = {name: found[names.get(name, name)] for name in called if names.get(name, name) in found}
    lost = {name: gone[names.get(name, name)] for name in called if names.get(name, name) in gone}
    if document.get("redaction") is not None and lost:
        # Evidence that was changed gives other pseudonyms: its files are known by their hashes alone.
        every, _ = rehash(discovery, names_in(discovery))
        digests = {whole.sha256: whole for whole in every.values()}
        rows = {row.get("path"): row.get("sha256") for key in ("evidence", "bundles") for row in document[key]}
        now |= {name: digests[rows[name]] for name in lost if rows[name] in digests}
        lost = {name: OTHER_BYTES if every else why for name, why in lost.items() if name not in now}
    return replace(result.found(hashes(document, now, lost)), files=len(now))


def _values(result: Verification, run: Run, document: Row, model: Report) -> Verification:
    """Everything that follows from the evidence, once more, beside what the report says."""
    from logforensics.cli.findings import machine_zone
    from logforensics.report.compare import comparable, consequences, count, values
    from logforensics.report.escape import ascii_json
    from logforensics.report.json import document as document_of

    if model.key == "evidence" and any(item.kind == "evidence" for item in result.differences):
        note = "no value was derived again, for the pseudonyms follow from the evidence, and that differs"
        return replace(result, notes=(*result.notes, note))
    derived = json.loads(ascii_json(document_of(model, machine_zone(run))))
    said = consequences(document, result.differences)
    differing = [
        item for item in values(comparable(document), comparable(derived))
        if item.where not in said and not item.where.startswith("tool.command")
    ]  # fmt: skip
    versions = (document["tool"].get("version"), derived["tool"]["version"])
    notes = [] if len(set(versions)) == 1 else [f"written by version {versions[0]}, derived again by {versions[1]}"]
    return replace(result.found(differing), values=count(document), notes=(*result.notes, *notes))


def _markdown(name: str, data: bytes, paths: Sequence[str], redact_map: Path | None) -> Verification:
    """A Markdown report: every line that this program writes from the evidence must be in it, in order."""
    from logforensics.cli.deriving import derive
    from logforensics.cli.reading import door_of
    from logforensics.cli.rerun import rerun
    from logforensics.report import markdown
    from logforensics.report.compare import Difference
    from logforensics.report.lines_held import command_in, missing_lines
    from logforensics.report.verification import Verification

    text = data.decode("utf-8", "backslashreplace")
    run = rerun(command_in(text), paths, redact_map=redact_map)
    result = Verification(name)
    try:
        timeline, _, model = derive(run, quotes=True)
        model = door_of(run, timeline).report(model)
    except UsageError as error:
        return result.found([Difference("missing", "PATH", None, str(error))])
    except EvidenceError as error:
        return result.found([Difference("line", "everything", "a report", str(error))])
    lines = markdown.render(model).split("\n")
    found = [Difference("line", f"line {number}", None, line) for number, line in missing_lines(lines, text)]
    return replace(result.found(found), files=len(timeline.files), values=len(lines))
