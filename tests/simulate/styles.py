"""How each kind of log writes a line: the local time it shows, the host, and what it has to say."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

Style = Callable[[datetime, str, str], str]


def _rfc3164(time: datetime, host: str, text: str) -> str:
    return f"{time:%b} {time.day:2d} {time:%H:%M:%S} {host} {text}"


def _rfc3339(time: datetime, host: str, text: str) -> str:
    return f"{time.isoformat(timespec='microseconds')} {host} {text}"


def _access(time: datetime, _host: str, text: str) -> str:
    return text.replace("[@]", f"[{time:%d/%b/%Y:%H:%M:%S %z}]", 1)


def _nginx_error(time: datetime, _host: str, text: str) -> str:
    return f"{time:%Y/%m/%d %H:%M:%S} {text}"


def _apache_error(time: datetime, _host: str, text: str) -> str:
    return f"[{time:%a %b %d %H:%M:%S.%f %Y}] {text}"


def _nlog(time: datetime, _host: str, text: str) -> str:
    level, logger, message = text.split("|", 2)
    return f"{time:%Y-%m-%d %H:%M:%S.%f}"[:-2] + f"|{level}|{logger}||7-|{message}"


def _python(time: datetime, _host: str, text: str) -> str:
    level, logger, message = text.split("|", 2)
    return f"{time:%Y-%m-%d %H:%M:%S},{time.microsecond // 1000:03d} {level} {logger} {message}"


def _tsv(time: datetime, _host: str, text: str) -> str:
    offset = f"{time:%z}"
    return f"{time:%Y-%m-%d}\t{time:%H:%M:%S.%f}"[:-3] + f"\t{offset[:3]}:{offset[3:]}\t{text}"


STYLES: dict[str, Style] = {
    "rfc3164": _rfc3164,
    "rfc3339": _rfc3339,
    "access": _access,
    "nginx_error": _nginx_error,
    "apache_error": _apache_error,
    "nlog": _nlog,
    "python": _python,
    "tsv": _tsv,
}
