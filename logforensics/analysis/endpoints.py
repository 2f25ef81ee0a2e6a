"""Turns request targets into endpoint groups: query strings dropped, ids and hashes folded where they abound."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping

import polars as pl

ID_SEGMENT = re.compile(
    r"^(?:[0-9]+|[0-9a-fA-F]{8,}|[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12})"
    r"(?P<ending>\.[A-Za-z0-9]{1,5})?$"
)
"""A path segment that names one object rather than a kind: decimal, hex of 8 digits and more, UUID (RFC 9562), each
with a file's ending behind it or none."""

_ID_BEGINS = (
    r"/(?:[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}|[0-9a-fA-F]{8,}|[0-9]+)(?-u:\b)"
)
"""The same at the beginning of a segment, in the dialect of the Rust regex engine: what begins so is written often."""

CROWD = 8
"""Different ids seen in one place from which they are folded: fewer are read faster as they are."""


def endpoint_expr(path: pl.Expr) -> pl.Expr:
    """The endpoint a request target asks for: its path without query string, fragment, scheme and host.

    "*" and an empty target (RFC 9112 section 3.2) stay as they are; a trailing slash is dropped but for "/".
    """
    bare = path.str.replace(r"^https?://[^/?#]*", "").str.extract(r"^([^?#;]*)", 1)
    trimmed = bare.str.replace(r"^(.+?)/+$", "$1")
    return pl.when(trimmed == "").then(pl.lit("/")).otherwise(trimmed)


_ADORNED = r"^[Hh]ttps?://|[?#;]|./$|^$"
"""Request targets that are not their own endpoint; of other text `endpoint_expr` makes what it is."""


def endpoints_of(path: pl.Series) -> pl.Series:
    """The same of a column; most targets are their own endpoint, and are only looked at."""
    adorned = path.str.contains(_ADORNED).fill_null(value=False)
    if not adorned.any():
        return path
    some = path.filter(adorned).to_frame("path").select(endpoint_expr(pl.col("path"))).to_series()
    return path.clone().scatter(adorned.arg_true(), some)


def shape_expr(endpoint: pl.Expr) -> pl.Expr:
    """An endpoint with every id that a segment is or begins with written as "*", whether there are many or not."""
    return endpoint.str.replace_all(_ID_BEGINS, "/*")


def fold(endpoints: Iterable[str]) -> Mapping[str, str]:
    """For each endpoint its group: itself, or the path with its id segments written as "*".

    A segment is folded where it looks like an id and at least CROWD different ids stand in that place.
    """
    shapes: dict[str, list[str]] = defaultdict(list)
    every = sorted(set(endpoints))
    for endpoint in every:
        shape = "/".join(ID_SEGMENT.sub(_star, part) for part in endpoint.split("/"))
        shapes[shape].append(endpoint)
    groups = {endpoint: endpoint for endpoint in every}
    for shape, members in shapes.items():
        if "*" in shape and len(members) >= CROWD:
            groups.update(dict.fromkeys(members, shape))
    return groups


def _star(match: re.Match[str]) -> str:
    return "*" + (match["ending"] or "")
