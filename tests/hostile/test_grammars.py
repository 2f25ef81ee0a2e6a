"""S14 to S18 and S24: what a grammar reads: deep JSON, endless numbers, slow patterns, odd digits, absurd times."""

from __future__ import annotations

import importlib
import json
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

import pytest

import logforensics
from tests.hostile.evidence import CAP, read, spawned, write
from tests.hostile.evidence import logforensics as command

ROOT = Path(__file__).resolve().parents[2]


def row(second: int, message: str = "a job is done") -> str:
    """An ordinary line of JSON."""
    return json.dumps({"time": f"2021-03-02T06:00:{second:02}Z", "level": "info", "msg": message})


def among(folder: Path, odd: str) -> tuple[list[Any], int]:
    """The events of a log with one odd line in its middle, and how many lines of it were not understood."""
    lines = [*map(row, range(25)), odd, *map(row, range(25, 50))]
    found = read(write(folder, {"app.log": "".join(f"{line}\n" for line in lines).encode()}))
    events = found.of("app.log")
    assert [event["line"] for event in events if event["line"] != 26] == [n for n in range(1, 52) if n != 26]
    return [event for event in events if event["line"] == 26], found.fate("app.log", "unparsed")[0]


STATED = '{"time":"2021-03-02T06:00:24Z","level":"info","msg":"odd","x":%s}'


@pytest.mark.parametrize(
    "text",
    [
        STATED % ("[" * 100_000 + "]" * 100_000), STATED % ('{"a":' * 100_000 + "1" + "}" * 100_000),
        STATED % ("[" * 100_000), STATED % ("9" * 5000), STATED % ("-0." + "0" * 5000 + "1"), STATED % "NaN",
        STATED % "-Infinity", STATED % '1,"time":"2022-03-02T06:00:24Z"',
    ],
    ids=["deep lists", "deep tables", "left open", "5000 digits", "5000 places", "NaN", "Infinity", "two times"],
)  # fmt: skip
def test_s14_json_that_is_none_is_not_understood(tmp_path: Path, text: str) -> None:
    """Depth, numbers without end, what JSON does not know, a time told twice: the line is counted, the others read."""
    events, unparsed = among(tmp_path, text)
    assert (len(events), unparsed) in {(0, 1), (1, 0)}
    assert not events or events[0]["time"].startswith("2021-03-02T06:00:24")


def test_s14_of_any_other_key_the_first_counts(tmp_path: Path) -> None:
    """A message that stands twice is the first one."""
    events, _ = among(tmp_path, STATED % '1,"msg":"other"')
    assert [event["message"] for event in events] == ["odd"]


LONG = 30_000
EVIL = tuple(
    (unit * (LONG // len(unit)) + end)
    for unit, end in (
        ("a", "!"), (" ", "x"), ('"', ""), ("\\", '"'), ("[", "]"), ("1", "Z"), ("1.1.", "x"), ("a=", ""), ("a:", ""),
        ("-", ""), ("::", ""), ("user-", "!"), ("/a", "\t"), ("%41", "%"), ("a@", ""), ("eyJ", "."), ("a.", "com"),
    )
)  # fmt: skip
"""Lines on which a pattern that tries every way takes for ever."""


HEADS = (
    "2021-03-02T06:00:59+00:00 web1 app[1]: {}",
    '203.0.113.9 - - [02/Mar/2021:06:00:59 +0000] "GET /{} HTTP/1.1" 200 1 "-" "-"',
    '203.0.113.9 - - [02/Mar/2021:06:00:59 +0000] "GET / HTTP/1.1" 200 1 "-" "{}"',
    '{{"time":"2021-03-02T06:00:59Z","msg":"{}"}}',
    "2021/03/02 06:00:59 [error] 1#1: *1 {}",
    "time=2021-03-02T06:00:59Z level=info msg={}",
)


@pytest.mark.parametrize("head", HEADS, ids=lambda head: head[:12])
def test_s15_lines_made_to_be_slow_are_read(tmp_path: Path, head: str) -> None:
    """Every pattern gets through lines that an exponential one would not finish, those of redaction as well."""
    plain = [head.format("all is well") for _ in range(40)]
    text = "".join(f"{line}\n" for line in [*plain, *(head.format(evil) for evil in EVIL), *plain])
    folder = write(tmp_path, {"odd.log": text.encode()})
    assert command("report", folder, "--full", "--redact").code in {0, 3}
    assert read(folder).fate("odd.log", "events")[0] >= 2 * len(plain)


def repeats(tree: Any, within: bool = False) -> Iterator[bool]:  # noqa: ANN401 - sre's own tree
    """True for each endless repetition within an endless one: what can be matched in too many ways."""
    for code, value in tree:
        if code in (op.MAX_REPEAT, op.MIN_REPEAT):
            many = value[1] is op.MAXREPEAT
            if many and within:
                yield True
            yield from repeats(value[2], within or many)
        elif code is op.SUBPATTERN:
            yield from repeats(value[3], within)
        elif code is op.BRANCH:
            for branch in value[1]:
                yield from repeats(branch, within)
        elif code in (op.ASSERT, op.ASSERT_NOT):
            yield from repeats(value[1], within)


def patterns() -> dict[str, re.Pattern[Any]]:
    """Every pattern of Python's that a module keeps, by its name."""
    found: dict[str, re.Pattern[Any]] = {}
    for module in pkgutil.walk_packages(logforensics.__path__, "logforensics."):
        if not module.name.endswith("__main__") and ".explore." not in module.name:
            kept = vars(importlib.import_module(module.name)).items()
            found |= {f"{module.name}.{name}": value for name, value in kept if isinstance(value, re.Pattern)}
    return found


SEPARATED = {"logforensics.clock.zones._NAME", "logforensics.report.redact.text._PSEUDONYM"}
"""Each round of their repetition begins with a sign that the round before cannot hold: there is one way to match."""


def test_s15_no_pattern_repeats_a_repetition() -> None:
    """Patterns of parsers run in Rust, in linear time; Python's own must not be able to backtrack without end."""
    found = patterns()
    assert len(found) > 50
    bad = {name for name, pattern in found.items() if any(repeats(parser.parse(pattern.pattern, pattern.flags)))}
    assert bad == SEPARATED


def test_s18_no_pattern_takes_digits_of_other_scripts() -> None:
    """`\\d` and `\\w` know hundreds of digits that no log daemon writes."""
    texts = {name: str(pattern.pattern) for name, pattern in patterns().items()}
    assert [name for name, text in texts.items() if re.search(r"\\[dDwW]", text)] == []


@pytest.mark.parametrize("zero", ["\u0660", "\u0966", "\uff10", "\U0001d7ce"])
@pytest.mark.parametrize("stamp", ["2021-03-02T06:00:59+00:00", "Mar  2 06:00:59", "1614664859.000"])
def test_s18_digits_of_other_scripts_are_no_time(tmp_path: Path, zero: str, stamp: str) -> None:
    """Arabic, Devanagari, full-width and mathematical digits: such a line is nobody's event of its own."""
    foreign = stamp.translate({48 + digit: ord(zero) + digit for digit in range(10)})
    plain = [f"2021-03-02T06:{n:02}:00+00:00 web1 app[1]: a line" for n in range(40)]
    text = "".join(f"{line}\n" for line in [*plain[:20], f"{foreign} web1 app[1]: odd", *plain[20:]])
    found = read(write(tmp_path, {"syslog": text.encode()}))
    assert all(event["line"] != 21 or event["time_basis"] == "carried" for event in found.events)
    assert [event["line"] for event in found.events if event["line"] != 21] == [*range(1, 21), *range(22, 42)]


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|aa)+$", "([a-z]+)*!", "(.*)*x"])
def test_s16_a_slow_pattern_of_the_user_is_done(tmp_path: Path, pattern: str) -> None:
    """In whatever way it repeats: Rust's engine tries all ways at once."""
    line = f"2021-03-02T06:00:59+00:00 web1 app[1]: {'a' * 100_000}b\n"
    folder = write(tmp_path, {"syslog": line.encode()})
    assert command("timeline", folder, "--grep", pattern, "--json").code == 0


@pytest.mark.parametrize("pattern", ["(?=a)b", r"(a)\1", "((a{1000}){1000}){1000}", "(", "[z-a]"])
def test_s16_a_pattern_that_cannot_be_run_is_refused(tmp_path: Path, pattern: str) -> None:
    """Before anything is read, in one message."""
    folder = write(tmp_path, {"syslog": b"2021-03-02T06:00:59+00:00 web1 app[1]: x\n"})
    done = command("timeline", folder, "--grep", pattern)
    assert (done.code, done.out) == (2, "")
    assert "--grep" in done.err


def test_s17_as_many_names_as_lines(tmp_path: Path) -> None:
    """A client, a host, a path and a program of its own in each of 200 000 lines take no memory without end."""
    clocks = [f"{n // 3600 % 24:02}:{n // 60 % 60:02}:{n % 60:02}" for n in range(100_000)]
    web = (
        f"10.{n >> 16}.{n >> 8 & 255}.{n & 255} - - [02/Mar/2021:{clock} +0000] "
        f'"GET /p{n} HTTP/1.1" 200 1 "-" "agent {n}"\n'
        for n, clock in enumerate(clocks)
    )
    system = (f"2021-03-02T{clock}+00:00 host{n} program{n}[{n}]: a line\n" for n, clock in enumerate(clocks))
    folder = write(tmp_path, {"access.log": "".join(web).encode(), "syslog": "".join(system).encode()})
    done = spawned("report", folder, "--json", "-q")
    assert done.code in {0, 3}, done.err
    assert done.peak < CAP
    assert json.loads(done.out)["schema"]


TIMES = {
    '"99999-01-01T00:00:00Z"': None, '"10000-01-01T00:00:00Z"': None, '"0000-00-00T00:00:00Z"': None, "-1": None,
    "NaN": None, "1e400": None, "9" * 5000: None, '"1969-12-31T23:59:59Z"': None, '"2106-03-01T00:00:00Z"': None,
    '"2021-13-45T25:61:61Z"': None, "true": None, "[]": None, "{}": None, '""': None,
    "1000000000000000000": "2001-09-09T01:46:40.000000+00:00", "1614664859": "2021-03-02T06:00:59.000000+00:00",
    '"2106-02-07T06:28:15Z"': "2106-02-07T06:28:15.000000+00:00",
}  # fmt: skip
"""What stands where a time is expected, and which it is."""


@pytest.mark.parametrize("text", TIMES, ids=lambda text: text[:24])
def test_s24_absurd_times_are_none(tmp_path: Path, text: str) -> None:
    """No year 99999, nothing before 1970 or after 2106, and no error."""
    events, unparsed = among(tmp_path, f'{{"time":{text},"level":"info","msg":"odd"}}')
    assert [event["time"] for event in events] == [time for time in [TIMES[text]] if time]
    assert unparsed == (TIMES[text] is None)


@pytest.mark.parametrize("text", ["99999-01-01T00:00:00Z", "1969-12-31T23:59:59Z", "2106-03-01T00:00:00Z"])
def test_s24_absurd_times_in_plain_text(tmp_path: Path, text: str) -> None:
    """Nor in text."""
    plain = [f"2021-03-02T06:{n:02}:00+00:00 web1 app[1]: a line" for n in range(40)]
    lines = "".join(f"{line}\n" for line in [*plain[:20], f"{text} web1 app[1]: odd", *plain[20:]])
    found = read(write(tmp_path, {"syslog": lines.encode()}))
    assert {event["time"][:4] for event in found.events} == {"2021"}
