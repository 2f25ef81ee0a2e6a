"""Two programs that write into one log at once (row 20)."""

from __future__ import annotations

import random
from pathlib import Path

from tests.hostile.evidence import read, write

NAMES = ("shop", "mail")


def said(name: str, number: int) -> str:
    """A line of one of them, as NLog writes it; both write several a second."""
    second, tenth = divmod(number, 10)
    return f"2020-06-23 09:05:{second:02}.{tenth}000|INFO|Acme.{name}|order {number} of {name} is done"


def test_r20_two_writers_interleaved_within_a_line(tmp_path: Path) -> None:
    """A line that came into the middle of another is an event of its own, so is the half before; none is lost.

    400 lines, every twentieth of which is broken into by the next at a place drawn with seed 20.
    """
    draw = random.Random(20)  # noqa: S311
    text, whole, broken = "", [], []
    for number in range(0, 400, 2):
        first, second = said(NAMES[number % 4 // 2], number), said(NAMES[1 - number % 4 // 2], number + 1)
        if number % 20:
            text += f"{first}\n{second}\n"
            whole += [first, second]
            continue
        # torn inside a word: what a blank or a bar introduces might as well be a quotation
        at = draw.choice([place for place in range(40, len(first)) if first[place - 1].isalnum()])
        text += f"{first[:at]}{second}\n{first[at:]}\n"
        whole.append(second)
        broken.append((first[:at], first[at:]))
    found = read(write(tmp_path, {"app.log": text.encode()}), "--assume-tz", "UTC")
    assert found.code == 3
    events = [row for row in found.of("app.log") if row["time_basis"] != "carried"]
    shown = {f"{row['time'][:10]} {row['time'][11:24]}|INFO|{row['program']}|{row['message']}" for row in events}
    assert set(whole) <= shown
    assert {first for first, _ in broken} <= shown
    assert len(events) == 400
    rests = [row["message"] for row in found.of("app.log") if row["time_basis"] == "carried"]
    assert rests == [rest for _, rest in broken]
    assert sorted(kind for kind, _, _ in found.hurts("app.log")) == ["resync"] * 20 + ["torn"] * 20
