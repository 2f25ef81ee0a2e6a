"""The commands, on a small folder: formats, filters, exit codes, and files that appear whole."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

Command = Callable[..., Any]
"""The fixture of conftest.py: ARGS -> (code, out, err)."""

KEYS = {"gaps": "gaps", "bursts": "bursts", "failures": "failures", "boots": "boots", "outages": "outages"}


@pytest.mark.parametrize("name", sorted(KEYS))
def test_json_of_an_analyser_is_one_object_with_its_list(command: Command, logs: Path, name: str) -> None:
    """{"NAME": [...]}, whether or not anything was found, and what bounds it."""
    done = command(name, logs, "--json")
    absent = ["absent"] if name == "boots" else []  # whether a wtmp was looked for in vain
    assert (done.code, list(json.loads(done.out))) == (0, [KEYS[name], "damage", "unread", *absent])


@pytest.mark.parametrize("name", sorted(KEYS))
def test_a_table_of_an_analyser_is_ascii_text_of_80_columns(command: Command, logs: Path, name: str) -> None:
    """A person can read it in any terminal."""
    done = command(name, logs)
    assert (done.code, max(len(line) for line in done.out.split("\n")) <= 80) == (0, True)


def test_gaps_finds_the_silence_over_the_threshold(command: Command, logs: Path) -> None:
    """Three hours without a line of syslog."""
    gaps = json.loads(command("gaps", logs, "--threshold", "1h", "--json").out)["gaps"]
    assert [(gap["source"], gap["start"], gap["end"], gap["seconds"]) for gap in gaps] == [
        ("syslog", "2020-06-22T23:04:02+00:00", "2020-06-23T02:04:02+00:00", 10800.0)
    ]


def test_a_threshold_without_a_unit_is_told(command: Command, logs: Path) -> None:
    """Seconds, as systemd has it; whoever meant hours has to hear of it, unless quiet."""
    assert "--threshold 1: without a unit this is seconds" in command("gaps", logs, "--threshold", "1").err
    assert command("gaps", logs, "--threshold", "1", "--quiet").err == ""
    assert command("gaps", logs, "--threshold", "1s").err == ""


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("--grep", "nothing"), "no event matches 'nothing' (these logs: 2020-06-23 09:00:01 to 2020-06-23 12:05:02"),
        (("--since", "2021-01-01"), "no event lies from 2021-01-01 00:00:00 +10:00 on (these logs: "),
        (("--until", "2019-01-01", "--level", "err"), "is of level err or worse and lies before 2019-01-01"),
    ],
)
def test_a_timeline_of_nothing_says_why(command: Command, logs: Path, args: tuple[str, ...], said: str) -> None:
    """A head without rows could be a mistake of the program."""
    assert said in command("timeline", logs, *args).err


def test_failures_names_the_line(command: Command, logs: Path) -> None:
    """The remount is found in file and line."""
    rows = json.loads(command("failures", logs, "--json").out)["failures"]
    assert [(row["class"], row["file"], row["line"]) for row in rows] == [("ro-remount", "syslog", 3)]


def test_timeline_as_json_lines_is_ordered_and_ascii(command: Command, logs: Path) -> None:
    """One total order over both logs."""
    out = command("timeline", logs, "--format", "jsonl").out
    rows = [json.loads(line) for line in out.rstrip("\n").split("\n")]
    assert [(row["file"], row["line"]) for row in rows] == [
        ("syslog", 1), ("syslog", 2), ("access.log", 1), ("syslog", 3), ("syslog", 4),
    ]  # fmt: skip
    assert (rows[2]["status"], rows[2]["method"], rows[2]["path"], rows[2]["client"]) == (200, "GET", "/a", "192.0.2.1")
    assert out.isascii()


@pytest.mark.parametrize(
    ("options", "lines"),
    [
        (("--since", "2020-06-23T12:00:00+10:00"), [3, 4]),
        (("--until", "start+5m"), [1, 2]),
        (("--around", "2020-06-23T12:05:00+10:00", "--window", "5s"), [4]),
        (("--source", "sys*"), [1, 2, 3, 4]),
        (("--grep", "EXT4|SUM"), [3, 4]),
        (("--grep", "^/a$"), [1]),
    ],
)
def test_filters_keep_what_they_say(command: Command, logs: Path, options: tuple[str, ...], lines: list[int]) -> None:
    """Each filter alone."""
    out = command("timeline", logs, "--json", *options).out
    assert [json.loads(line)["line"] for line in out.rstrip("\n").split("\n")] == lines


@pytest.mark.parametrize("name", ["report", "gaps", "bursts", "failures", "boots", "outages", "sources"])
@pytest.mark.parametrize("option", [("--grep", "x"), ("--level", "err")])
def test_what_picks_events_is_refused_by_what_reasons_from_all(
    command: Command, logs: Path, name: str, option: tuple[str, str]
) -> None:
    """The answer names the commands it goes with, and --help does not offer it."""
    done = command(name, logs, *option)
    assert (done.code, done.err) == (
        2, f"logforensics: {option[0]}: goes with timeline, query and explore; {name} must see every event\n"
    )  # fmt: skip
    assert option[0] not in command(name, "--help").out


def test_a_level_kept_in_the_configuration_is_for_those_that_take_it(
    command: Command, logs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It does not stop the others."""
    (tmp_path / "own.toml").write_text('level = "err"\n', encoding="ascii")
    monkeypatch.setenv("LOGFORENSICS_CONFIG", str(tmp_path / "own.toml"))
    assert (command("boots", logs).code, command("timeline", logs, "--json").out) == (0, "")


CRASH = (
    "2020-06-23T09:00:01+00:00 web1 systemd[1]: Started Daily apt download activities.\n"
    "2020-06-23T09:40:00+00:00 web1 kernel: [    0.000000] Linux version 5.10.0-8-amd64 (debian-kernel@lists)\n"
    "2020-06-23T09:40:09+00:00 web1 systemd[1]: Started Daily apt download activities.\n"
)


def test_a_boot_is_judged_by_what_lies_outside_of_the_time_asked_for(command: Command, tmp_path: Path) -> None:
    """--since leaves out boots, and no evidence of how a session ended."""
    (tmp_path / "syslog").write_text(CRASH, encoding="ascii")
    whole = json.loads(command("boots", tmp_path, "--json").out)["boots"]
    part = json.loads(command("boots", tmp_path, "--json", "--since", "2020-06-23 09:30").out)["boots"]
    assert [boot["ended"] for boot in whole] == ["2020-06-23T09:00:01+00:00"]
    assert part == whole


def test_the_boots_of_several_hosts_are_their_own(command: Command, tmp_path: Path) -> None:
    """One host's boot ends no other's session; the commands that read less than a report are given several, too."""
    for host, text in (("web1", CRASH), ("web2", CRASH.replace("web1", "web2").replace("T09:4", "T09:1"))):
        (tmp_path / host / "var" / "log").mkdir(parents=True)
        (tmp_path / host / "var" / "log" / "syslog").write_text(text, encoding="ascii")
    boots = json.loads(command("boots", tmp_path, "--json").out)["boots"]
    assert [boot["ended"] for boot in boots] == ["2020-06-23T09:00:01+00:00"] * 2
    assert [command(name, tmp_path).code for name in ("gaps", "failures", "bursts")] == [0, 0, 0]


def test_a_source_that_is_not_there_is_refused_by_every_command(command: Command, logs: Path) -> None:
    """An option without effect is a mistake."""
    for name in ("report", "gaps", "bursts", "failures", "boots", "outages", "timeline"):
        assert (name, command(name, logs, "--source", "nothing*").code) == (name, 2)


def test_timeline_as_csv_disarms_formulas(command: Command, logs: Path) -> None:
    """A spreadsheet runs nothing from a log."""
    rows = list(csv.DictReader(io.StringIO(command("timeline", logs, "--format", "csv").out)))
    assert rows[-1]["message"] == "'=SUM(A1)"


def test_raw_csv_says_what_the_log_says(command: Command, logs: Path) -> None:
    """For programs, which run no formulas."""
    rows = list(csv.DictReader(io.StringIO(command("timeline", logs, "--format", "csv", "--csv-raw").out)))
    assert rows[-1]["message"] == "=SUM(A1)"
    assert rows[1]["message"].endswith("\x1b[31m\u202e.")


def test_raw_csv_is_refused_where_no_csv_is_written(command: Command, logs: Path) -> None:
    """An option without effect is a mistake."""
    assert command("timeline", logs, "--csv-raw").code == 2


def test_the_table_shows_escape_sequences_and_sends_none(command: Command, logs: Path) -> None:
    """A log cannot paint the terminal."""
    out = command("timeline", logs, "--color", "always").out
    assert "\x1b" not in out
    assert "\\x1b[31m" in out


def test_timeline_as_parquet_goes_to_a_file_by_its_suffix(command: Command, logs: Path) -> None:
    """The suffix says the format."""
    target = logs.parent / "t.parquet"
    assert command("timeline", logs, "-o", target).code == 0
    assert pl.read_parquet(target).height == 5


def test_the_suffix_of_the_report_chooses_its_face(command: Command, logs: Path) -> None:
    """.md is Markdown, .html is HTML, .json is JSON."""
    assert command("report", logs, "-o", logs.parent / "r.html").code == 0
    assert (logs.parent / "r.html").read_text(encoding="utf-8").startswith("<!doctype html>\n")
    assert command("report", logs, "-o", logs.parent / "r.md").code == 0
    assert command("report", logs, "-o", logs.parent / "r.json").code == 0
    assert (logs.parent / "r.md").read_text(encoding="utf-8").startswith("# ")
    assert json.loads((logs.parent / "r.json").read_bytes())["schema"] == "logforensics/report/1"


def test_two_runs_give_the_same_bytes(command: Command, logs: Path) -> None:
    """No clock, no machine zone, no order of chance."""
    first = command("report", logs, "--format", "markdown").out
    assert command("report", logs, "--format", "markdown", "--jobs", "1").out == first


def test_the_zone_of_the_machine_changes_nothing(command: Command, logs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """TZ is not evidence."""
    first = command("report", logs, "--format", "markdown").out
    monkeypatch.setenv("TZ", "America/St_Johns")
    assert command("report", logs, "--format", "markdown").out == first


def test_tz_changes_the_offset_that_is_shown(command: Command, logs: Path) -> None:
    """The instant stays."""
    out = command("timeline", logs, "--json", "--tz", "Europe/Berlin").out
    assert json.loads(out.split("\n")[0])["time"] == "2020-06-23T01:00:01.000000+02:00"


def test_exit_code_1_only_when_asked_for(command: Command, logs: Path) -> None:
    """Scripts can ask whether something was found."""
    assert command("failures", logs, "--json").code == 0
    assert command("failures", logs, "--json", "--exit-code").code == 1


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_an_unreadable_file_is_exit_code_3_with_the_result(command: Command, logs: Path) -> None:
    """What could be read is still told."""
    (logs / "secret.log").write_text("x\n")
    (logs / "secret.log").chmod(0)
    done = command("sources", logs, "--json")
    assert (done.code, len(json.loads(done.out)["sources"])) == (3, 2)


def test_damage_is_exit_code_3_with_the_result(command: Command, logs: Path) -> None:
    """A hole of NULs was once a line."""
    with (logs / "syslog").open("ab") as stream:
        stream.write(b"\0" * 50 + b"\n")
    done = command("sources", logs, "--json")
    assert (done.code, json.loads(done.out)["damage"][0]["kind"]) == (3, "nul")
    assert done.err == "logforensics: 51 bytes in 1 file are damaged; `logforensics sources` lists them\n"
    assert command("sources", logs, "--json", "--quiet").err == ""


def test_sources_account_for_every_line(command: Command, logs: Path) -> None:
    """Lines are parsed or not; none is missing."""
    rows = json.loads(command("sources", logs, "--json").out)["sources"]
    assert [(row["path"], row["lines"], row["parsed"], row["unparsed"]) for row in rows] == [
        ("access.log", 1, 1, 0),
        ("syslog", 4, 4, 0),
    ]


def test_an_existing_report_survives_a_failure(command: Command, logs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A report is there whole or as it was before, and no temporary file is left."""
    target = logs.parent / "out" / "r.md"
    target.parent.mkdir()
    target.write_text("old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    done = command("report", logs, "-o", target)
    assert (done.code, done.err) == (4, f"logforensics: {target}: No space left on device\n")
    assert [(path.name, path.read_text()) for path in target.parent.iterdir()] == [("r.md", "old")]


def test_a_link_into_the_evidence_is_refused(command: Command, logs: Path) -> None:
    """The folder behind a link is what counts."""
    link = logs.parent / "link"
    link.symlink_to(logs)
    assert command("report", logs, "-o", link / "r.md").code == 2


def test_parsers_list_names_the_shipped_ones(command: Command) -> None:
    """The formats of the first release."""
    names = {row["name"] for row in json.loads(command("parsers", "list", "--json").out)["parsers"]}
    assert {"syslog", "nginx_access", "nginx_error", "nlog"} <= names


def test_parsers_check_names_what_is_wrong(command: Command, tmp_path: Path) -> None:
    """A broken definition is exit code 2, with the reason."""
    (tmp_path / "x.toml").write_text("title = 3\n")
    done = command("parsers", "check", tmp_path / "x.toml")
    assert (done.code, done.out.startswith(f"{tmp_path / 'x.toml'}: ")) == (2, True)


def test_parsers_explain_says_why(command: Command, logs: Path) -> None:
    """The reasons are shown."""
    done = command("parsers", "explain", logs / "syslog")
    assert done.out.startswith("syslog: syslog\n  syslog reads 100% of the lines\n")


def test_hosts_are_told_apart_or_not(command: Command, tmp_path: Path) -> None:
    """Folders with a var/log each are hosts, unless --host-from none says otherwise."""
    for name in ("a", "b"):
        (tmp_path / name / "var" / "log").mkdir(parents=True)
        (tmp_path / name / "var" / "log" / "syslog").write_text(
            f"2020-06-23T09:00:00Z {name} x[1]: y\n", encoding="utf-8"
        )
    rows = json.loads(command("report", tmp_path, "--json").out)["sources"]
    assert [row["path"] for row in rows] == ["a/var/log/syslog", "b/var/log/syslog"]
    assert command("outages", tmp_path, "--host-from", "none").code == 0
    assert command("outages", tmp_path, "--host-from", "nowhere").code == 2


def test_no_notice_is_written_of_a_window_beside_the_logs(command: Command, logs: Path) -> None:
    """A public all-clear by mistake would be the worst of all."""
    done = command("report", logs, "--public", "--since", "2021-01-01")
    assert (done.code, done.out) == (2, "")
    assert "--public: writes nothing, for it would be an all-clear: No event lies from 2021-01-01" in done.err
    assert command("outages", logs, "--since", "2021-01-01").out.startswith("No event lies from 2021-01-01")
