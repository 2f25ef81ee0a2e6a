"""--redact and its map, as commands take them."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from tests.cli.conftest import Command


@pytest.fixture
def people(logs: Path) -> Path:
    """The folder of logs with a login in it."""
    with (logs / "syslog").open("a", encoding="utf-8") as stream:
        stream.write(
            "2020-06-23T12:06:02+10:00 web1 sshd[9]: Accepted password for alice from 203.0.113.9 port 1 ssh2\n"
        )
    return logs


def message(command: Command, *args: object) -> str:
    """The last message of the timeline."""
    rows = command("timeline", *args, "--json", "-q").out.rstrip("\n").split("\n")
    return str(json.loads(rows[-1])["message"])


def test_the_map_turns_pseudonyms_back(command: Command, people: Path) -> None:
    """It is made where there is none, holds what was met, and is its owner's alone."""
    path = people.parent / "private.map"
    shown = message(command, people, "--redact-map", path)
    kept = json.loads(path.read_text("ascii"))
    assert kept["schema"] == "logforensics/redaction-map/1"
    assert kept["pseudonyms"]["user"]["alice"] in shown
    assert kept["pseudonyms"]["ipv4"]["203.0.113.9"] in shown
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_map_keeps_pseudonyms_from_run_to_run(command: Command, people: Path) -> None:
    """Also where the evidence has grown since, which alone would give other ones."""
    path = people.parent / "private.map"
    before, alone = message(command, people, "--redact-map", path), message(command, people, "--redact")
    text = (people / "syslog").read_text(encoding="utf-8")
    (people / "syslog").write_text(text.replace("CMD (true)", "CMD (false)"), encoding="utf-8")
    assert message(command, people, "--redact-map", path) == before
    assert message(command, people, "--redact") != alone
    assert before != alone


def test_two_new_maps_have_two_keys(command: Command, people: Path) -> None:
    """Nobody can guess one from the evidence."""
    one, other = (message(command, people, "--redact-map", people.parent / name) for name in ("a.map", "b.map"))
    assert one != other


def test_a_map_that_others_may_read_is_closed(command: Command, people: Path) -> None:
    """It is written anew, for its owner alone."""
    path = people.parent / "private.map"
    message(command, people, "--redact-map", path)
    path.chmod(0o644)
    message(command, people, "--redact-map", path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "text", ["", "{}", "no JSON", '{"schema": "logforensics/redaction-map/1", "key": "00", "pseudonyms": {}}']
)
def test_what_is_no_map_is_refused(command: Command, people: Path, text: str) -> None:
    """And left as it is."""
    path = people.parent / "private.map"
    path.write_text(text, encoding="ascii")
    done = command("timeline", people, "--redact-map", path)
    assert (done.code, done.out) == (2, "")
    assert path.read_text("ascii") == text


def test_the_map_does_not_lie_in_the_evidence(command: Command, people: Path) -> None:
    """Evidence is never written to."""
    done = command("timeline", people, "--redact-map", people / "private.map")
    assert done.code == 2
    assert not (people / "private.map").exists()


def test_what_was_hidden_is_said(command: Command, people: Path) -> None:
    """On stderr, without a word of what it was."""
    err = command("timeline", people, "--redact").err
    assert "hidden:" in err
    assert "alice" not in err


@pytest.mark.parametrize("way", [("--redact",), ("--redact-map", "private.map")])
def test_a_redacted_report_can_be_verified(
    command: Command, people: Path, way: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """By whoever has the evidence, and the map if there is one."""
    monkeypatch.chdir(people.parent)
    assert command("report", people, "-q", "-o", "r.json", "--source", "sys*", *way).code == 0
    assert command("report", people, "-q", "-o", "r.md", *way).code == 0
    given = ("--redact-map", "private.map") if "private.map" in way else ()
    done = command("verify", "r.json", *given)
    assert (done.code, done.out) == (0, done.out)
    assert command("verify", "r.md", *given).code == 0
    text = (people / "syslog").read_text(encoding="utf-8")
    (people / "syslog").write_text(text.replace("port 1", "port 2"), encoding="utf-8")
    assert command("verify", "r.json", *given).code == 1


def test_a_value_changed_in_a_redacted_report_is_found(command: Command, people: Path) -> None:
    """Pseudonyms make it no safer to forge."""
    from logforensics.report.escape import ascii_json
    from logforensics.report.json import sealed

    path = people.parent / "r.json"
    command("report", people, "-q", "-o", path, "--redact")
    document = json.loads(path.read_text("ascii"))
    document["failures"][0]["time"] = "2020-06-23T02:04:03+00:00"
    path.write_text(ascii_json(sealed({key: document[key] for key in document if key != "seal"})) + "\n", "ascii")
    done = command("verify", path, people, "--json")
    assert done.code == 1
    assert [item["where"] for item in json.loads(done.out)["differences"]] == ["failures[0].time"]


def test_a_report_redacted_with_a_map_needs_it(command: Command, people: Path) -> None:
    """It says so."""
    path = people.parent / "r.json"
    command("report", people, "-q", "-o", path, "--redact-map", people.parent / "private.map")
    done = command("verify", path)
    assert (done.code, "--redact-map" in done.err) == (2, True)


def test_a_redacted_report_has_no_hash_to_guess_by(command: Command, people: Path) -> None:
    """From the hash of a line the one address in it could be found by trying."""
    document = json.loads(command("report", people, "--json", "--redact", "-q").out)
    cites = [row for row in document["failures"] if "line" in row]
    assert cites
    assert all("hmac_sha256" in row and "sha256" not in row for row in cites)


def test_exploring_shows_originals_only(command: Command, people: Path) -> None:
    """Marks name files and lines as they are."""
    pytest.importorskip("textual")
    assert command("explore", people, "--redact").code == 2
