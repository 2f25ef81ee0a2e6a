"""Lines that a log daemon counted or dropped instead of writing them (rows 27 and 28): no silence is told of them."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.hostile.evidence import logforensics, read, write

BEGIN = datetime(2020, 6, 23, 0, 0, 1, tzinfo=UTC)
QUIET, BACK = 300, 420
"""Minutes from BEGIN: the last line before the silence, and the first one behind it."""


def quiet(*told: str) -> bytes:
    """A cron job's line each minute for ten hours, but for two of them, at the end of which `told` is written."""
    rows = []
    for minute in range(600):
        time = BEGIN + timedelta(minutes=minute)
        if minute == BACK:
            rows += [(time - timedelta(seconds=1), text) for text in told]
        if not QUIET < minute < BACK:
            rows.append((time, f"CRON[{minute}]: (root) CMD (run-parts)"))
    return "".join(f"{time:%Y-%m-%dT%H:%M:%S}+00:00 web1 {text}\n" for time, text in rows).encode()


def verdict(folder: Path, *told: str) -> tuple[int, list[str], Any]:
    """How many outages the report names, the causes of the gaps, and the whole of it."""
    document = json.loads(logforensics("report", write(folder, {"syslog": quiet(*told)}), "--json").out)
    return len(document["outages"]), [gap["cause"] for gap in document["gaps"]], document


def test_the_same_silence_without_a_word_is_an_outage(tmp_path: Path) -> None:
    """What the tests below lean on."""
    assert verdict(tmp_path)[:2] == (1, ["stopped"])


REPEATED = (
    "last message repeated {} times",
    "CRON[300]: message repeated {} times: [ (root) CMD (run-parts)]",
)


@pytest.mark.parametrize("count", [1, 119, 1_000_000])
@pytest.mark.parametrize("text", REPEATED)
def test_r27_a_line_that_stands_for_many(tmp_path: Path, text: str, count: int) -> None:
    """It is one event with its own text; N lines came since the one before it, so that there was no silence."""
    said = text.format(count)
    assert verdict(tmp_path, said)[:2] == (0, ["lines-counted"])
    (row,) = [row for row in read(tmp_path).events if "repeated" in row["message"]]
    assert row["message"] == said.removeprefix("CRON[300]: ")


@pytest.mark.parametrize("text", REPEATED)
def test_r27_folded_lines_are_counted(tmp_path: Path, text: str) -> None:
    """`--fold` says how many there were, those included that were not written."""
    lines = [
        f"2020-06-23T00:00:0{second}+00:00 web1 {said}\n"
        for second, said in enumerate(
            ("sshd[1]: hello", "CRON[300]: (root) CMD (run-parts)", text.format(41), "a[1]: b")
        )
    ]
    folder = write(tmp_path, {"syslog": "".join(lines).encode()})
    (row,) = [row for row in logforensics("timeline", folder, "--fold").out.split("\n") if "CMD" in row]
    assert row.endswith("(42 times, until 00:00:02)")
    assert logforensics("timeline", folder, "--fold").out.count("\n") == 4


def test_r27_a_quotation_of_it_counts_for_nothing(tmp_path: Path) -> None:
    """Whoever can put those words into a message cannot hide a silence by them."""
    assert verdict(tmp_path, "app[7]: he wrote: last message repeated 119 times")[:2] == (1, ["stopped"])


@pytest.mark.parametrize(
    "text",
    [
        "rsyslogd: imjournal: 1234 messages lost due to rate-limiting",
        "systemd-journald[200]: Forwarding to syslog missed 1234 messages.",
    ],
)
def test_r28_a_loss_of_all_programs_lines_is_no_outage(tmp_path: Path, text: str) -> None:
    """As many lines were dropped as are missing: nothing follows from their absence."""
    assert verdict(tmp_path, text)[:2] == (0, ["rate-limit"])


def test_r28_a_loss_of_a_few_lines_explains_no_silence_of_many(tmp_path: Path) -> None:
    """Twelve lines were dropped, and 119 beats of cron are missing."""
    assert verdict(tmp_path, "rsyslogd: imjournal: 12 messages lost due to rate-limiting")[0] == 1


@pytest.mark.parametrize(
    "text",
    [
        "systemd-journald[200]: Suppressed 3412 messages from /system.slice/app.service",
        "systemd-journald[200]: Missed 217 kernel messages",
        "rsyslogd: imuxsock lost 543 messages from pid 812 due to rate-limiting",
        "rsyslogd: imuxsock[pid: 812]: 543 messages lost due to rate-limiting",
        "kernel: [18000.123456] net_ratelimit: 89 callbacks suppressed",
        "kernel: [18000.123456] audit: audit_lost=41 audit_rate_limit=0 audit_backlog_limit=64",
    ],
)
def test_r28_a_loss_of_one_programs_lines_explains_one_silence(tmp_path: Path, text: str) -> None:
    """The log in which it is told lacks lines, as its gap says; that cron was silent too needs another reason."""
    outages, causes, _ = verdict(tmp_path, text)
    assert (outages, causes) == (1, ["rate-limit"])
