"""What a definition with keys makes of structured lines."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from logforensics.errors import DefinitionError
from logforensics.parsing.definition import read_definition
from logforensics.parsing.detection import detect
from logforensics.parsing.library import load_definitions
from logforensics.parsing.lines import compile_reader
from logforensics.parsing.model import FIELDS, Definition
from logforensics.schema import SCHEMA

SHIPPED = {definition.name: definition for definition in load_definitions(user=False)}
CORPORA = Path(__file__).resolve().parents[3] / "shared" / "corpora" / "crowdsec"
HEAD = 'title = "x"\nreference = "x"\nfiles = []\nreader = "json-lines"\n'


def define(text: str) -> Definition:
    """A definition of JSON lines."""
    return read_definition(Path("mine.toml"), HEAD + text)


def lines(*texts: str) -> pl.DataFrame:
    """Lines as evidence/ hands them over."""
    data = {"line": range(1, len(texts) + 1), "text": texts, "length": [len(text) + 1 for text in texts]}
    return pl.DataFrame(data, schema={"line": pl.UInt32, "text": pl.String, "length": pl.UInt32})


def event(definition: Definition, text: str) -> dict[str, Any]:
    """The one event of a line, with everything that can be asked for."""
    (row,) = compile_reader(definition, FIELDS).parse(lines(text)).events.rows(named=True)
    return {name: value for name, value in row.items() if value is not None}


def test_the_first_key_that_holds_a_text_wins() -> None:
    """An empty text and null are no text."""
    mine = define('[patterns.a]\nkeys = { time = ["ts"], host = ["a", "b", "c.d"] }')
    texts = ('{"ts":1592903275,"a":"","b":null,"c":{"d":"x"}}', '{"ts":1592903275,"b":"y","c":{"d":"x"}}')
    assert [event(mine, text)["host"] for text in texts] == ["x", "y"]


def test_a_table_is_no_name() -> None:
    """Of two loggers one calls its host by a text, the other describes it in a table."""
    mine = define('[patterns.a]\nkeys = { time = ["ts"], host = ["host", "node"] }')
    assert event(mine, '{"ts":1592903275,"host":{"os":"linux"},"node":"x"}')["host"] == "x"


def test_an_event_has_the_columns_asked_for() -> None:
    """Nothing else is in the frame, and each column has its type of the schema."""
    reader = compile_reader(SHIPPED["caddy_access"], ["status", "client", "upstream_time"])
    frame = reader.parse(
        lines('{"ts":1592903275.5,"status":504,"request":{"method":"GET","uri":"/","remote_ip":"::1"}}')
    )
    (row,) = frame.events.rows(named=True)
    assert row == {
        "line": 1,
        "wall": datetime(2020, 6, 23, 9, 7, 55, 500000),
        "offset": 0,
        "yearless": False,
        "carried": False,
        "status": 504,
        "client": "::1",
        "upstream_time": None,
    }
    assert all(frame.events.schema[name] == SCHEMA[name] for name in ("status", "client", "upstream_time"))


@pytest.mark.parametrize("fields", [(), ("message",), FIELDS], ids=["none", "one", "all"])
@pytest.mark.parametrize("name", ["caddy_access", "json_log", "docker_json", "json_access", "grafana"])
def test_what_is_an_event_does_not_hang_on_what_is_asked(name: str, fields: tuple[str, ...]) -> None:
    """A line that is counted by one command is counted by all."""
    texts = (
        '{"ts":1592903275.5,"msg":"a","msg":"b","status":504,"request":{"method":"GET","uri":"/"}}',
        '{"ts":1592903275.5,"ts":1,"status":504,"request":{"method":"GET","uri":"/"}}',
        '{"time":"2020-06-23T09:07:55Z","stream":"stdout","log":"x","log":"y"}',
        '{"time":"2020-06-23T09:07:55Z","time":"2020-06-23T09:07:55Z","stream":"stdout","log":"x"}',
        'logger=a t=2020-06-23T09:07:55Z level=info msg="b"',
        '{"msec":1592903275.5,"remote_addr":"::1","status":200,"request":"GET / HTTP/1.1"}',
        '{"msec":1592903275.5,"remote_addr":"::1","status":200}',
        "no JSON",
    )
    bare = compile_reader(SHIPPED[name], ()).parse(lines(*texts))
    full = compile_reader(SHIPPED[name], fields).parse(lines(*texts))
    assert full.events["line"].to_list() == bare.events["line"].to_list()
    assert full.rest["line"].to_list() == bare.rest["line"].to_list()


def test_no_lines_give_empty_frames_of_the_same_shape() -> None:
    """The types do not depend on there being lines."""
    for name in ("json_log", "logfmt"):
        reader = compile_reader(SHIPPED[name], FIELDS)
        some = reader.parse(lines("time=2020-06-23T09:07:55Z", '{"time":"2020-06-23T09:07:55Z"}'))
        none = reader.parse(lines())
        assert (none.events.schema, none.rest.schema) == (some.events.schema, some.rest.schema)


def test_what_went_wrong_stands_behind_the_message() -> None:
    """Loggers part the two; a failure is often named only in the second."""
    line = '{"level":"error","ts":1592903275.5,"msg":"cannot save","error":"write /x: no space left on device"}'
    assert event(SHIPPED["json_zap"], line)["message"] == "cannot save: write /x: no space left on device"


@pytest.mark.parametrize(
    ("text", "seconds"),
    [('"1m2.5s"', 62.5), ('"10.969722ms"', 0.010969722), ('"350.1µs"', 0.0003501), ("0.25", 0.25), ('"soon"', None)],
)
def test_a_duration_is_in_seconds(text: str, seconds: float | None) -> None:
    """A number has the unit of [types], a text the units that Go writes."""
    mine = define('[patterns.a]\nkeys = { time = ["ts"], request_time = ["d"] }')
    assert event(mine, f'{{"ts":1592903275,"d":{text}}}').get("request_time") == pytest.approx(seconds)


@pytest.mark.parametrize(
    ("scale", "number", "severity"),
    [("pri", 3, "err"), ("pri", 165, "notice"), ("pino", 60, "crit"), ("otel", 9, "info"), ("otel", 24, "crit")],
)
def test_a_number_of_a_known_scale_is_a_severity(scale: str, number: int, severity: str) -> None:
    """The scale is told by [types]."""
    mine = define(f'[types]\nseverity = "{scale}"\n[patterns.a]\nkeys = {{ time = ["ts"], severity = ["l"] }}')
    assert event(mine, f'{{"ts":1592903275,"l":{number}}}')["severity"] == severity


@pytest.mark.parametrize(
    ("told", "client"),
    [("192.0.2.1:4711", "192.0.2.1"), ("[2001:db8::1]:4711", "2001:db8::1"), ("2001:db8::1", "2001:db8::1")],
)
def test_a_client_has_no_port(told: str, client: str) -> None:
    """Clients are counted, and each connection has another port."""
    mine = define('[patterns.a]\nkeys = { time = ["ts"], client = ["c"] }')
    assert event(mine, f'{{"ts":1592903275,"c":"{told}"}}')["client"] == client


def test_a_request_line_is_parted() -> None:
    """Methods and paths are told apart where one key holds both."""
    mine = define('[patterns.a]\nkeys = { time = ["ts"], method = ["r"], path = ["r"] }')
    found = event(mine, '{"ts":1592903275,"r":"GET /a?b HTTP/1.1"}')
    assert (found["method"], found["path"]) == ("GET", "/a?b")


def test_a_layout_of_its_own_may_be_told() -> None:
    """For stamps that are in no usual spelling."""
    mine = define(
        '[patterns.a]\nkeys = { time = ["ts"] }\ntime = { layout = "%d.%m. %H:%M:%S", missing = ["year", "zone"] }'
    )
    found = event(mine, '{"ts":"23.06. 09:07:55"}')
    assert (found["wall"], found["yearless"], "offset" in found) == (datetime(2000, 6, 23, 9, 7, 55), True, False)


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("where = {}", "[patterns.a] keys: is no table"),
        ('keys = { host = ["h"] }', "nothing says the time"),
        ('keys = { time = ["t"], hots = ["h"] }', 'the timeline has no column "hots"'),
        ('keys = { time = "t" }', "[patterns.a] keys time: is no list of texts"),
        ("keys = { time = [] }", "[patterns.a] keys time: is no list of texts"),
        ('keys = { time = ["t"], error = ["e"] }', '"error" stands behind the message'),
        ('keys = { time = ["t"] }\nneeds = ["status"]', 'no keys give "status"'),
        ('keys = { time = ["t"] }\nwhere = { a = "(" }', '"a": Rust refuses it'),
        ('keys = { time = ["t", "t.x"] }', '"t" is a text and a table at once'),
        ('keys = { time = ["t"] }\nreader = "lines"', '"lines" reads no keys'),
        ('keys = { time = ["t"] }\nregex = "^x$"', 'there is no key "regex"'),
    ],
)
def test_a_mistake_in_a_definition_is_named(pattern: str, message: str) -> None:
    """With its place, before any log is read."""
    with pytest.raises(DefinitionError) as error:
        define(f"[patterns.a]\n{pattern}")
    assert message in str(error.value)


@pytest.mark.parametrize("name", ["caddy_access", "traefik_access", "json_access"])
def test_web_logs_are_known_by_their_name(name: str) -> None:
    """The search for outages takes what ends in _access for the log of a web server."""
    assert {"status", "method", "path", "client", "agent", "request_time"} <= set(SHIPPED[name].fields)


@pytest.mark.skipif(not CORPORA.is_dir(), reason="../shared/corpora is missing")
@pytest.mark.parametrize(
    ("log", "name"),
    [
        ("caddy-logs", "caddy_access"),
        ("docker-logs", "docker_json"),
        ("grafana-logs", "grafana"),
        ("laurel-logs", "laurel"),
        ("mongodb-logs", "mongodb_json"),
        ("nextcloud-logs", "nextcloud"),
    ],
)
def test_real_lines_are_all_read(log: str, name: str) -> None:
    """Lines of public projects are recognised without their file's name, and none is left."""
    texts = [text for text in (CORPORA / log / f"{log}.log").read_bytes().decode().split("\n") if text.strip()]
    assert getattr(detect("x", texts, tuple(SHIPPED.values())).definition, "name", None) == name
    assert compile_reader(SHIPPED[name], FIELDS).parse(lines(*texts)).rest.height == 0


def test_a_date_and_a_time_apart_are_one_stamp() -> None:
    """Two keys that are joined; where that is no stamp, another key may tell the time."""
    texts = (
        '{"date":"2020-06-23","time":"09:07:55","text":"a"}',
        '{"date":"2020-06-23","ts":1592867137,"text":"b"}',
        '{"time":"soon","text":"c"}',
    )
    found = compile_reader(SHIPPED["json_log"], FIELDS).parse(lines(*texts)).events
    assert found.select("message", "wall").rows() == [
        ("a", datetime(2020, 6, 23, 9, 7, 55)),
        ("b", datetime(2020, 6, 22, 23, 5, 37)),
    ]


def test_a_table_is_no_path_and_no_status() -> None:
    """Only a text or a number is."""
    text = '{"time":"2020-06-23T09:07:55Z","status":{"code":200},"uri":{"a":1},"client_ip":"203.0.113.9","msg":"x"}'
    found = detect("x", [text], tuple(SHIPPED.values())).definition
    assert found is not None
    assert found.name == "json_log"
