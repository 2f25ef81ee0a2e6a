"""A line of each of twelve formats, at two instants that differ in every digit that may break off."""

from __future__ import annotations

FORMATS: dict[str, tuple[str, str]] = {
    "syslog": (
        "Jun 12 09:05:37 web1 app[7]: all is well",
        "Jun 23 21:48:59 web1 app[7]: all is well",
    ),
    "syslog with ISO times": (
        "2020-06-12T09:05:37.123456+10:00 web1 app[7]: all is well",
        "2020-06-23T21:48:59.654321+10:00 web1 app[7]: all is well",
    ),
    "RFC 5424": (
        "<34>1 2020-06-12T09:05:37.123Z web1 app 7 ID47 - all is well",
        "<34>1 2020-06-23T21:48:59.654Z web1 app 7 ID47 - all is well",
    ),
    "nginx access": (
        '192.0.2.7 - - [12/Jun/2020:09:05:37 +1000] "GET /a HTTP/1.1" 200 25 "-" "curl/7.50.3"',
        '192.0.2.7 - - [23/Jun/2020:21:48:59 +1000] "GET /a HTTP/1.1" 200 25 "-" "curl/7.50.3"',
    ),
    "nginx error": (
        "2020/06/12 09:05:37 [error] 812#812: *17 connect() failed (111: Connection refused)",
        "2020/06/23 21:48:59 [error] 812#812: *17 connect() failed (111: Connection refused)",
    ),
    "Apache error": (
        "[Fri Jun 12 09:05:37.123456 2020] [core:error] [pid 812] AH00126: Invalid URI in request",
        "[Tue Jun 23 21:48:59.654321 2020] [core:error] [pid 812] AH00126: Invalid URI in request",
    ),
    "NLog": (
        "2020-06-12 09:05:37.1234|INFO|Acme.Web.Startup|all is well",
        "2020-06-23 21:48:59.6543|INFO|Acme.Web.Startup|all is well",
    ),
    "TSV": (
        "2020-06-12 09:05:37.379\tPassphrase\t1\t23",
        "2020-06-23 21:48:59.654\tPassphrase\t1\t23",
    ),
    "logback": (
        "2020-06-12 09:05:37,123 INFO  [main] org.example.Shop: all is well",
        "2020-06-23 21:48:59,654 INFO  [main] org.example.Shop: all is well",
    ),
    "JSON": (
        '{"time":"2020-06-12T09:05:37.123+10:00","level":"info","msg":"all is well"}',
        '{"time":"2020-06-23T21:48:59.654+10:00","level":"info","msg":"all is well"}',
    ),
    "logfmt": (
        'level=info ts=2020-06-12T09:05:37.123+10:00 msg="all is well"',
        'level=info ts=2020-06-23T21:48:59.654+10:00 msg="all is well"',
    ),
    "epoch": (
        "1591916737.123    237 192.0.2.7 TCP_MISS/200 1485 GET http://example.net/a - HIER_DIRECT/203.0.113.9 -",
        "1592912939.654    237 192.0.2.7 TCP_MISS/200 1485 GET http://example.net/a - HIER_DIRECT/203.0.113.9 -",
    ),
}
