"""Turns a host's own logs into an answer: what happened, when it began and ended, what was hit, with proof.

>>> import logforensics
>>> timeline = logforensics.read_timeline(["/var/log"])
>>> timeline.events  # a Polars DataFrame, one row an event, in UTC
>>> timeline.to_pandas()  # the same for a notebook
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from logforensics.analysis.reading import read_timeline

__version__ = "0.1.0"

__all__ = ["__version__", "read_timeline"]


def __getattr__(name: str) -> object:
    """Import `read_timeline` on first use: `logforensics --help` must not pay for Polars."""
    if name == "read_timeline":
        from logforensics.analysis.reading import read_timeline

        return read_timeline
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message)
