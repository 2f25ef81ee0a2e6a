"""Reports in which every text from a log was replaced by one that wants to be markup."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from typing import Any

HOSTILE = {
    "reason", "reasons", "agent", "client", "target", "advice", "name", "path", "file", "source", "message", "device",
    "program", "text", "what", "group", "affected", "unaffected", "notes", "timezone_reason", "files",
}  # fmt: skip
"""Fields that can hold text from a log or a file name."""

PAYLOADS = (
    "[x](javascript:alert(1))",
    "![x](http://e.example/beacon.png)",
    "<img src=x onerror=alert(1)>",
    "`` ` ``` ~~~",
    "a|b\\|c||",
    "\n# heading\n\n- item\n",
    "</table><script>",
    "**bold** _x_ ~~y~~",
    "- item",
    "http://e.example/ <http://e.example/>",
    "&lt;b&gt; &#60;",
    "\x1b[31m\u202e",
    "=1+1",
)


def poisoned(value: Any, payload: str, *, hostile: bool = False) -> Any:  # noqa: ANN401  # any part of a model
    """The same model with every hostile string replaced by `payload`."""
    if isinstance(value, str):
        return payload if hostile else value
    if isinstance(value, tuple) and hasattr(value, "_replace"):
        return value._replace(file=payload)
    if isinstance(value, tuple):
        return tuple(poisoned(item, payload, hostile=hostile) for item in value)
    if is_dataclass(value) and not isinstance(value, type) and type(value).__name__ != "Zone":
        return replace(
            value,
            **{f.name: poisoned(getattr(value, f.name), payload, hostile=f.name in HOSTILE) for f in fields(value)},
        )
    return value
