"""Turns the account of what was read into the completeness block: every file once, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence

from logforensics.clock.zones import Zone
from logforensics.evidence.model import PassedOver
from logforensics.report.escape import ascii_only as to_ascii
from logforensics.report.escape import plain
from logforensics.report.model import FileRow, SourceRow
from logforensics.report.words import local, plural


def completeness(
    rows: Sequence[SourceRow],
    files: Sequence[FileRow],
    passed: Sequence[PassedOver],
    zone: Zone,
    width: int = 80,
    *,
    ascii_only: bool = False,
) -> str:
    """Every source with the files it is made of, then every other file; each with its bytes and its SHA-256.

    A source tells its format and why, the fates of its lines with the first that no format reads, its zone and why, and
    its span in `zone`.  A file that is no log tells what it is.
    """
    by_name = {file.path: file for file in files}
    lines: list[str] = []
    told: set[str] = set()
    for row in rows:
        lines += [plain(row.path), *_source(row, zone, width)]
        for name in row.files:
            told.add(name)
            lines += _file(name, by_name.get(name), shown=name != row.path)
        lines.append("")
    for item in passed:
        if item.name not in told:
            told.add(item.name)
            reason = f": {plain(item.reason)}" if item.reason else ""
            lines += [plain(item.name), f"  read      no, {item.state}{reason}"]
            lines += [*_file(item.name, by_name.get(item.name), shown=False), ""]
    for name in sorted(by_name.keys() - told):
        lines += [plain(name), f"  read      {by_name[name].state}", *_file(name, by_name[name], shown=False), ""]
    text = "\n".join(lines) + "\n" if lines else ""
    return to_ascii(text) if ascii_only else text


def _source(row: SourceRow, zone: Zone, width: int) -> list[str]:
    why = f": {plain(row.format_reason)}" if row.format_reason else ""
    fates = (
        (row.continuation, "that go on with one"),
        (row.blank, "blank"),
        (row.duplicate, "read before"),
        (row.unparsed, "unparsed"),
    )
    counts = [plural(row.events, "event"), *(f"{count:,} {fate}" for count, fate in fates if count)]
    span = "no time" if row.first is None else f"{local(row.first, zone)} to {local(row.last or row.first, zone)}"
    return [
        f"  format    {row.format}{why}",
        f"  lines     {row.lines:,}: {', '.join(counts)}",
        *(f"  unparsed  {plain(sample.text, max(20, width - 12))}" for sample in row.samples),
        f"  zone      {plain(row.timezone)} ({plain(row.timezone_reason)})",
        f"  span      {span}",
    ]


def _file(name: str, file: FileRow | None, *, shown: bool) -> list[str]:
    """The hash and the bytes of one file, and its name where it is not the source's own."""
    if file is None:
        return [f"  file      {plain(name)}: not hashed"] if shown else []
    named = f" {plain(name)}" if shown else ""
    return [f"  sha256    {file.sha256}{named} ({plural(file.size, 'byte')})"]
