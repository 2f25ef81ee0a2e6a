"""Lines that were torn off (rows 1 to 3 of the hostile inputs): nothing is lost before, nothing invented behind."""

from __future__ import annotations

import random
from pathlib import Path

import polars as pl
import pytest

from logforensics.parsing.edges import parse_broken
from logforensics.parsing.library import load_definitions
from logforensics.parsing.lines import compile_reader
from logforensics.parsing.model import Definition
from tests.hostile.evidence import line, lines, numbers, read, well, write
from tests.hostile.formats import FORMATS

DEFINITIONS = load_definitions(user=False, samples=True)
LINES = {"line": pl.UInt32, "text": pl.String, "length": pl.UInt32}


def test_r01_a_log_cut_at_every_byte(tmp_path: Path) -> None:
    """The whole lines before the cut are events; the torn one is there to its last byte, and named."""
    whole, last = lines(2), line(2)
    cuts = {f"{length:03}.d/app.log": whole + last[:length] for length in range(1, len(last))}
    found = read(write(tmp_path, cuts))
    assert found.code == 3
    for name, data in cuts.items():
        rest = data[len(whole) :]
        assert numbers(found.of(name)[:2]) == [0, 1]
        assert well(found.of(name)[:2])
        assert found.hurts(name) == [("torn", len(whole), len(rest))]
        torn = found.of(name)[2:]
        assert all(rest.decode().endswith(row["message"] or "") for row in torn)
        assert all(row["time"] == "2020-05-31T14:02:07.000000+00:00" for row in torn)
        # once the header is whole, so is the event
        assert bool(torn) == (b"app[2]:" in rest), rest


def test_r01_a_whole_log_is_not_torn(tmp_path: Path) -> None:
    """The line feed is what tells."""
    found = read(write(tmp_path, {"app.log": lines(3)}))
    assert (found.code, found.damage) == (0, [])
    assert well(found.events)


@pytest.mark.parametrize("name", FORMATS)
def test_r02_a_torn_stamp_is_no_time(tmp_path: Path, name: str) -> None:
    """Cut inside the stamp or right behind it, the line has its own time or none, never another.

    Of the bytes of each format eight are drawn (seed 2); every byte of every format is cut in the next test.
    """
    before, torn = FORMATS[name]
    head = f"{before}\n{before}\n".encode()
    upto = torn.index("59") + 24 if name != "epoch" else 30
    cuts = {f"{at:03}.d/app.log": head + torn[:at].encode() for at in random.Random(2).sample(range(4, upto), 8)}  # noqa: S311
    found = read(write(tmp_path, {"whole.d/app.log": head + f"{torn}\n".encode(), **cuts}))
    assert found.code == 3
    times = [row["time"] for row in found.of("whole.d/app.log")]
    assert len(times) == 3
    for file, data in cuts.items():
        assert [row["time"] for row in found.of(file)] in (times[:2], times)
        assert found.hurts(file) == [("torn", len(head), len(data) - len(head))]


@pytest.mark.parametrize("edge", ["front", "end"])
@pytest.mark.parametrize("definition", DEFINITIONS, ids=[definition.name for definition in DEFINITIONS])
def test_r02_no_cut_of_any_format_gives_another_time(definition: Definition, edge: str) -> None:
    """Each sample of each parser, cut at each byte from either side."""
    reader = compile_reader(definition, ())
    for sample in definition.samples:
        if not sample.matches or sample.continues:
            continue
        text = sample.line
        cuts = [text[at:] if edge == "front" else text[: len(text) - at] for at in range(len(text))]
        frame = pl.DataFrame({"line": range(len(cuts)), "text": cuts, "length": [0] * len(cuts)}, schema=LINES)
        every = pl.repeat(True, len(cuts), dtype=pl.Boolean, eager=True)
        events = parse_broken(reader, frame, every).events
        stamps = set(events.filter(~pl.col("carried")).select("wall", "offset").iter_rows())
        assert reader.parse(frame[:1]).events.select("wall", "offset").rows()[0] in stamps
        # an HAProxy line inside syslog has two stamps of its own, and what is left of it is read by the second
        assert len(stamps) == 1 or (definition.name == "haproxy_access" and edge == "front"), sample.number
