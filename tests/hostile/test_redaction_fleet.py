"""S22: what --redact hides of several hosts: names of folders, clocks that differ, lines in doubt, notes on lines."""

from __future__ import annotations

import json
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from tests.hostile.evidence import logforensics
from tests.hostile.test_redaction import TOKENS, messages, told, traffic
from tests.hostile.tokens import HOSTS, USERS

BEGIN = datetime(2020, 6, 22, 23, 0, 1, tzinfo=UTC)


def line(minute: float, host: str, text: str) -> str:
    """A line of syslog."""
    return f"{(BEGIN + timedelta(minutes=minute)).isoformat()} {host} {text}\n"


def named(folder: Path) -> list[str]:
    """The names of a fleet's folders."""
    return sorted(path.name for path in folder.iterdir() if path.is_dir())


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two hosts in folders of their names: a relay whose devices' clocks are wrong, and one with lines in doubt."""
    root = tmp_path_factory.mktemp("evidence") / "fleet"
    doubted, relay = HOSTS[0], HOSTS[3]
    for name, ahead in ((doubted, 0.0), (relay, 3.0)):
        log = root / name / "var" / "log"
        log.mkdir(parents=True)
        texts = [*messages(), *(f"cron[{number}]: (root) CMD (true)" for number in range(120))]
        rows = [(float(number), line(number + ahead, name, text)) for number, text in enumerate(texts)]
        if name == relay:
            rows += [(70.5 + number, line(63.5 + number, HOSTS[4], "fw[1]: dropped a packet")) for number in range(30)]
        else:
            login = f"sshd[8]: Accepted password for {USERS[1]} from 198.51.100.23 port 1"
            rows += [(150.2, line(100, name, login)), (20.5, line(20.5, HOSTS[1], "app[1]: a line of another machine"))]
        (log / "syslog").write_text("".join(text for _, text in sorted(rows)))
        (log / f"{name}-access.log").write_text("\n".join(traffic()) + "\n")
    return root


@pytest.fixture(scope="module")
def marks(fleet: Path) -> Path:
    """Lines that somebody marked, with a note that says who."""
    path = fleet.parent / "marks.json"
    note = f"{USERS[0]} at 203.0.113.77 called; see ines.fuchs@kestrel-mills.co.uk and {HOSTS[2]}"
    rows = [{"file": f"{name}/var/log/syslog", "line": 3, "note": note} for name in named(fleet)]
    path.write_text(json.dumps({"schema": "logforensics/marks/1", "marks": rows}))
    return path


def test_the_fleet_is_told_in_full(fleet: Path, marks: Path) -> None:
    """Without --redact the names of folders, the clocks, the doubts and the notes are in the report."""
    document = json.loads(logforensics("report", fleet, "--json").out)
    assert {row["kind"] for row in document["doubts"]} == {"out-of-order", "another-host"}
    assert any(row["kind"] == "clock" and HOSTS[0] in row["text"] for row in document["assumptions"])
    text = logforensics("report", fleet, "--format", "markdown", "--marks", marks).out
    assert all(name in text for name in (HOSTS[0], HOSTS[3], HOSTS[4], "ines.fuchs"))


COMMANDS: tuple[tuple[str, ...], ...] = (
    ("report", "--full"), ("report", "--json"), ("report", "--format", "markdown", "--marks", "MARKS"),
    ("report", "--format", "html", "--marks", "MARKS"), ("report", "--format", "svg"), ("report", "--public"),
    ("sources",), ("sources", "--json"), ("outages", "--json"), ("failures", "--json"), ("gaps",),
    *(("timeline", "--format", form) for form in ("table", "jsonl", "csv", "ecs", "timesketch", "l2tcsv")),
    ("query", "select host as h, file as f, max(message) as m from timeline group by 1, 2", "--json"),
)  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_s22_no_output_of_a_fleet_tells_what_is_hidden(fleet: Path, marks: Path, command: tuple[str, ...]) -> None:
    """Neither the result nor what is said on stderr."""
    words = 2 if command[0] == "query" else 1
    rest = [str(marks) if word == "MARKS" else word for word in command[words:]]
    done = logforensics(*command[:words], fleet, *rest, "--redact")
    assert done.code in {0, 3}, done.err
    assert told(done.out) == {}
    assert told(done.err) == {}


def test_s22_a_saved_fleet_tells_nothing(fleet: Path, tmp_path: Path) -> None:
    """Saved with pseudonyms it holds none of the originals, its own account included, and is still several hosts."""
    path = tmp_path / "fleet.parquet"
    assert logforensics("timeline", fleet, "--redact", "-q", "-o", path).code in {0, 3}
    account = pl.read_parquet_metadata(path)["logforensics"]
    assert told(account) == {}
    assert told(path.read_bytes().decode("latin-1")) == {}
    assert len(json.loads(account)["hosts"]) == 2
    assert logforensics("report", path, "--json").code in {0, 3}


def test_s22_a_database_of_a_fleet_tells_nothing(fleet: Path, tmp_path: Path) -> None:
    """No table of it, no name of a column."""
    path = tmp_path / "fleet.sqlite"
    assert logforensics("timeline", fleet, "--redact", "-q", "-o", path).code in {0, 3}
    assert told(path.read_bytes().decode("latin-1")) == {}
    with sqlite3.connect(path) as database:
        assert told("\n".join(database.iterdump())) == {}
    database.close()


SAVED = (("report", "--full"), ("sources", "--json"), ("timeline", "--format", "csv"))


@pytest.mark.parametrize("command", SAVED, ids=" ".join)
def test_s22_a_fleet_saved_in_full_tells_nothing(fleet: Path, tmp_path: Path, command: tuple[str, ...]) -> None:
    """Evidence may be a timeline of several hosts that was saved as it was."""
    path = tmp_path / "fleet.parquet"
    assert logforensics("timeline", fleet, "-q", "-o", path).code in {0, 3}
    done = logforensics(command[0], path, *command[1:], "--redact")
    assert done.code in {0, 3}, done.err
    assert told(done.out) == {}
    assert told(done.err) == {}


def test_s22_explore_refuses(fleet: Path) -> None:
    """What shows the originals does not pretend otherwise."""
    done = logforensics("explore", fleet, "--redact")
    assert (done.code, done.out) == (2, "")
    assert len(TOKENS) > 50
