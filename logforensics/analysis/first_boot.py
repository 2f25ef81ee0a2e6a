"""Turns a timeline into the events that show a machine alive before the first boot known of it.

A new machine begins with logs that it has not written itself: an installer, or the maker of an image, unpacked packages
in a chroot hours or months before.  Nothing was down between them and the first boot.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import polars as pl

WITH_PACKAGES = "60s"
"""What a package's own scripts log (a database set up, plugins found) comes this close to a line about the packages."""


def alive(events: pl.DataFrame, boot: datetime, offline: Collection[str]) -> pl.DataFrame:
    """`events` (sorted by time) without those before `boot` that are of the sources `offline`, or all beside them.

    Lines of other sources that all stand within a minute of a line about packages are the work of package scripts; one
    that stands by itself shows that the machine was alive, and then they all count.
    """
    end = events.get_column("time").search_sorted(boot, side="left")
    before = events.head(end).select("time", "source")
    packaged = pl.col("source").cast(pl.String).is_in(list(offline))
    work = before.filter(packaged).select("time", beside=pl.lit(value=True))
    if not work.height:
        return events
    others = before.filter(~packaged).select("time")
    alone = others.join_asof(work, on="time", strategy="nearest", tolerance=WITH_PACKAGES)
    return events if alone.get_column("beside").null_count() else events.slice(end)
