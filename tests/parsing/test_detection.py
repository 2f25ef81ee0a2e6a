"""How parsing/detection.py chooses a definition, and what parsing/explain.py tells about it."""

from __future__ import annotations

from pathlib import Path

import pytest

from logforensics.parsing.definition import read_definition
from logforensics.parsing.detection import detect, hinted
from logforensics.parsing.explain import explain
from logforensics.parsing.library import load_definitions
from logforensics.parsing.model import Definition

SHIPPED = load_definitions(user=False)
SYSLOG = "Jun 23 09:04:02 obiwan CRON[7]: (root) CMD (x)"
NLOG = "2020-06-23 09:07:02.0031|ERROR|Acme.Web||12-|Cannot write"


def simple(name: str, *keys: str) -> Definition:
    """A definition of any line that begins with a date."""
    text = "\n".join(
        [
            f'title = "{name}"',
            'reference = "none"',
            f'files = ["{name}.log*"]',
            *keys,
            "[patterns.line]",
            "regex = '''^(?P<time>[0-9]{4}-[0-9]{2}-[0-9]{2}) (?P<message>.*)$'''",
            'time = { layout = "%Y-%m-%d", missing = ["zone"] }',
        ]
    )
    return read_definition(Path(f"{name}.toml"), text)


def chosen(file_name: str, *head: str) -> str | None:
    """The name of the shipped definition that is chosen."""
    found = detect(file_name, head, SHIPPED).definition
    return found.name if found else None


def test_content_decides_against_the_name() -> None:
    """A syslog called access.log is a syslog."""
    assert chosen("nginx/access.log", SYSLOG, SYSLOG) == "syslog"


def test_a_log_with_damage_is_still_a_log() -> None:
    """Two strange lines in five do not matter."""
    assert chosen("x", "\x00\x00", SYSLOG, SYSLOG, "torn", SYSLOG) == "syslog"


def test_a_long_stack_trace_does_not_hide_its_event() -> None:
    """Where continuation lines are allowed, one event in fifty lines is enough."""
    assert chosen("x", NLOG, *["   at Acme.Web.Startup()"] * 40) == "nlog"


def test_prose_is_no_log() -> None:
    """The reason says how far the best definition got."""
    found = detect("x", ["Once upon a time", "there was a disk"], SHIPPED)
    assert (found.definition, found.reasons) == (None, ("no definition reads any of these lines",))


def test_a_few_matching_lines_are_not_enough() -> None:
    """One line in ten may be a quotation."""
    found = detect("x", [SYSLOG, *["prose"] * 9], SHIPPED)
    assert (found.definition, found.reasons[0]) == (None, "syslog reads 10% of the lines at best, and 20% are needed")


def test_no_lines_are_no_evidence() -> None:
    """An empty head chooses nothing."""
    assert detect("syslog", ["", "  "], SHIPPED).reasons == ("no lines to judge by",)


def test_a_tie_goes_to_the_declared_precedence() -> None:
    """Precedence counts more than the name of the file."""
    first, second = simple("aa"), simple("bb", 'precedence = ["aa"]')
    found = detect("aa.log", ["2020-06-23 x"], (first, second))
    assert found.definition == second
    assert found.reasons[1] == "aa reads as many, but bb declares precedence over it"


def test_a_tie_without_precedence_goes_to_the_name_of_the_file() -> None:
    """The hint is named as the reason."""
    found = detect("old/bb.log.1", ["2020-06-23 x"], (simple("aa"), simple("bb")))
    assert found.reasons[1] == "aa reads as many, but the file's name hints at bb"


def test_a_tie_that_nothing_breaks_goes_to_the_first_by_name() -> None:
    """The order in which definitions are given does not matter."""
    found = detect("x", ["2020-06-23 x"], (simple("bb"), simple("aa")))
    assert found.reasons == ("aa reads 100% of the lines", "bb reads as many; aa comes first by name")


def test_a_name_is_hinted_by_its_last_part_or_as_a_whole() -> None:
    """Globs see both, and case matters."""
    assert [hinted(name, simple("aa")) for name in ("aa.log", "old/aa.log.2.gz", "AA.log")] == [True, True, False]


def test_an_explanation_tells_every_trial_and_what_was_left() -> None:
    """Patterns by name, and the first lines that the definition could not read, counted from 1."""
    told = explain("syslog", [SYSLOG, "", "what?", "2020-06-23T09:04:03Z srv b: 2"], SHIPPED)
    best = told.candidates[0]
    assert len(told.candidates) == len(SHIPPED)
    assert (best.name, best.matched, best.hinted, best.unmatched) == ("syslog", 2, True, ((3, "what?"),))
    assert dict(best.by_pattern)["traditional"] == dict(best.by_pattern)["rfc3339"] == 1
    assert told.verdict.definition is not None


def test_an_explanation_agrees_with_the_detection() -> None:
    """The verdict is the same object of thought."""
    head = [NLOG, "   at x"]
    assert explain("x", head, SHIPPED).verdict == detect("x", head, SHIPPED)


def test_a_line_whose_stamp_is_no_date_does_not_count() -> None:
    """The regex alone would be content with month 99."""
    assert chosen("x", "2020-99-99 09:01:37,123 INFO [main] org.example.Shop: started") is None


def test_precedence_counts_for_more_than_fallbacks() -> None:
    """A file of HAProxy's own lines in syslog's clothes is HAProxy's."""
    line = "Jun 23 09:07:55 lb haproxy[812]: Proxy www started."
    assert chosen("x", line, line) == "haproxy_access"


def test_a_general_definition_yields_to_one_that_knows_more() -> None:
    """Both read every line."""
    assert chosen("x", "2020-06-23 09:05:37,123 - util.py[DEBUG]: Reading from /proc/uptime") == "cloud_init"


def test_a_general_definition_takes_what_nobody_knows() -> None:
    """A stamp and a text are enough."""
    assert chosen("x", "2020-06-23 09:05:37 the shop opened", "2020-06-23 09:05:38 the shop closed") == "timestamped"


@pytest.mark.parametrize(
    "text",
    [
        "The build of 2020-06-23 09:05:37 failed|and so did the next one|which nobody saw",
        "date = 2020-06-23 09:05:37|name = shop|port = 80",
        "created: 2020-06-23 09:05:37|title: a page|layout: post",
        "2020-06-23,12,13|2020-06-24,14,15|2020-06-25,16,17",
        "import datetime|# since 2020-06-23|x = datetime.date(2020, 6, 23)",
        "1,2592867137|2,2592867138|3,2592867139",
        "1592867137123|1592867137124|1592867137125",
    ],
)
def test_what_only_mentions_times_is_no_log(text: str) -> None:
    """Prose, settings, a page's head, tables of days, source code, numbers."""
    assert chosen("x", *text.split("|")) is None


def test_a_log_that_is_stamped_once_a_run_is_known_by_its_name_too() -> None:
    """One stamp in a thousand lines is enough where the name fits, and not where it does not."""
    head = ["------------ Tue Jun 23 09:05:37 UTC 2020 ------------", *["[  OK  ] Started a service."] * 299]
    assert chosen("var/log/boot.log", *head) == "boot_log"
    assert chosen("var/log/other", *head) is None
