"""Finds the logs without a zone whose program wrote offsets into another: an error log beside its access log."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath

from logforensics.clock.zones import Zone
from logforensics.timeline.host import Every, Host, HostClock, Reading, all_of_it, explicit_rows, writes_local_time

ERROR = "_error"
"""Parsers of the error logs of servers are named so."""


def server_clocks(
    readings: Sequence[Reading], own: tuple[Zone, str] | None, every: Every = all_of_it
) -> dict[str, HostClock]:
    """For each error log without a zone what its server's access logs say, where that is not what the host's etc says.

    One process writes both, with one local time: nginx caches the time for both of its logs at once
    (ngx_time_update), Apache takes both from localtime(3).  In a container that is often UTC, or it is a zone that was
    set since the server started.  Without `own`, the host's zone, all sources are heard together.
    """
    if own is None:
        return {}
    found: dict[str, HostClock] = {}
    access = [
        (reading, rows)
        for reading, rows in explicit_rows(readings)
        if writes_local_time(reading, rows) and not reading.naive.height
    ]
    for reading in readings:
        if not reading.definition.name.endswith(ERROR) or not reading.naive.height:
            continue
        folder = PurePosixPath(reading.source.name).parent
        mine = [(other, rows) for other, rows in access if PurePosixPath(other.source.name).parent == folder]
        if any(bool((own[0].to_local(rows["utc"])["offset"] != rows["offset"]).any()) for _, rows in mine):
            found[reading.source.name] = Host(None, [*(other for other, _ in mine), reading], every).clock_of(reading)
    return found
