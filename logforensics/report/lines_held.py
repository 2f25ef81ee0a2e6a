"""Finds in a Markdown report the lines that its evidence gives: people add lines and fill in blanks, nothing else."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence

from logforensics.errors import AlteredError
from logforensics.report.escape import unplain
from logforensics.report.markdown import BLANK

_COMMAND = re.compile(r"^(logforensics report .*) --format markdown$", re.MULTILINE)


def command_in(text: str) -> tuple[str, ...]:
    """The command line that a Markdown report says it was made by; AlteredError if it says none."""
    found = _COMMAND.search(text)
    if found is None:
        raise AlteredError("does not say how it was made (under 'How to check this report')")
    try:
        return tuple(shlex.split(unplain(found[1])))
    except ValueError as error:
        raise AlteredError(f"names a command line that is none: {error}") from None


def missing_lines(derived: Sequence[str], text: str) -> Iterator[tuple[int, str]]:
    """(number, line) of each of the `derived` lines that `text` does not have, in their order.

    A blank is found whatever was filled in; lines between them may be a person's.
    """
    lines = [line.removesuffix("\r") for line in text.split("\n")]
    at = 0
    for number, line in enumerate(derived, 1):
        if not line:
            continue
        place = next((index for index in range(at, len(lines)) if _fits(line, lines[index])), None)
        if place is None:
            yield number, line
        else:
            at = place + 1


def _fits(derived: str, line: str) -> bool:
    if BLANK not in derived:
        return derived == line
    return re.fullmatch(".*".join(re.escape(part) for part in derived.split(BLANK)), line) is not None
