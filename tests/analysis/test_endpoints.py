"""Request targets become endpoints, and endpoints that differ in an id only become one group."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from logforensics.analysis.endpoints import CROWD, endpoint_expr, endpoints_of, fold

HASHES = [f"{index:08x}" for index in range(CROWD)]
UUIDS = [f"123e4567-e89b-12d3-a456-4266141740{index:02}" for index in range(CROWD)]


def endpoint(*targets: str | None) -> list[str | None]:
    """The endpoints of request targets."""
    asked = pl.DataFrame({"path": targets}, schema={"path": pl.String})
    return asked.select(endpoint_expr(pl.col("path"))).to_series().to_list()


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("/", "/"),
        ("/a/b", "/a/b"),
        ("/a?x=1&y=/b/", "/a"),
        ("/a#part", "/a"),
        ("/a;jsessionid=1?x", "/a"),
        ("/a/", "/a"),
        ("/a//", "/a"),
        ("//", "/"),
        ("/?x=1", "/"),
        ("?x=1", "/"),
        ("", "/"),
        ("*", "*"),
        ("http://example.net/a?x", "/a"),
        ("https://example.net", "/"),
        ("https://example.net?x=1", "/"),
        ("example.net:443", "example.net:443"),
        ("/go/https://example.net/a", "/go/https://example.net/a"),
    ],
)
def test_endpoint_of_a_target(target: str, expected: str) -> None:
    """Query, fragment, parameters, scheme, host and trailing slashes go; the path stays."""
    assert endpoint(target) == [expected]


def test_no_target_has_no_endpoint() -> None:
    """A line without a request stays without one."""
    assert endpoint(None) == [None]


@given(st.text(st.characters(codec="ascii", exclude_categories=["Cc"])))
def test_an_endpoint_is_its_own_endpoint(target: str) -> None:
    """Doing it twice changes nothing."""
    once = endpoint("/" + target)
    assert endpoint(*once) == once


@given(st.lists(st.none() | st.text("/?#;:.ahtps*Ü\r", max_size=12) | st.just("https://a/b?c")))
def test_a_column_of_targets_is_read_as_each_of_them(targets: list[str | None]) -> None:
    """That most targets are only looked at changes none of them."""
    column = pl.Series(targets, dtype=pl.String)
    assert endpoints_of(column).to_list() == endpoint(*targets)
    assert column.to_list() == targets


def test_ids_are_folded_where_they_abound() -> None:
    """Eight users are one group."""
    users = [f"/user/{index}/photo" for index in range(CROWD)]
    assert fold(users) == dict.fromkeys(users, "/user/*/photo")


def test_a_few_ids_are_left_as_they_are() -> None:
    """Seven are read faster in full."""
    users = [f"/user/{index}" for index in range(CROWD - 1)]
    assert fold(users) == {user: user for user in users}


@pytest.mark.parametrize("ids", [HASHES, UUIDS], ids=["hash", "uuid"])
def test_hashes_and_uuids_are_ids(ids: list[str]) -> None:
    """An id need not be decimal."""
    assert set(fold(f"/file/{one}" for one in ids).values()) == {"/file/*"}


@pytest.mark.parametrize("words", ["abcdefgh", [f"deed{index}" for index in range(CROWD)]], ids=["letters", "short"])
def test_words_are_no_ids(words: list[str]) -> None:
    """Pages with names of their own are never folded, however many there are."""
    assert fold(f"/{word}" for word in words) == {f"/{word}": f"/{word}" for word in words}


def test_different_places_are_different_groups() -> None:
    """The path around an id is kept."""
    asked = [f"/{kind}/{index}" for kind in ("user", "photo") for index in range(CROWD)]
    assert set(fold(asked).values()) == {"/user/*", "/photo/*"}


def test_a_repeated_endpoint_counts_once() -> None:
    """Eight requests for one id are no crowd."""
    assert fold(["/user/1"] * CROWD) == {"/user/1": "/user/1"}


@given(st.lists(st.lists(st.sampled_from(["a", "1", "22", "*", "deadbeef"]), max_size=3), max_size=30))
def test_every_endpoint_has_a_group_of_its_own_length(parts: list[list[str]]) -> None:
    """Folding writes segments as "*" and does nothing else."""
    asked = {"/" + "/".join(part) for part in parts}
    groups = fold(asked)
    assert set(groups) == asked
    assert all(
        there in {here, "*"}
        for endpoint, group in groups.items()
        for here, there in zip(endpoint.split("/"), group.split("/"), strict=True)
    )
