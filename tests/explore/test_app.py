"""The explorer as a person uses it, driven key by key."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

pytest.importorskip("textual", reason="textual is not installed")

from textual.pilot import Pilot
from textual.widgets import Static

from logforensics.explore.app import Details, Explorer
from logforensics.report.handmarks import HandMark
from tests.explore.test_scene import events, scene


def played(keys: Sequence[str], marks: Sequence[HandMark] = (), kind: type[Explorer] = Explorer) -> Explorer:
    """The explorer after some keys."""
    saved: list[tuple[HandMark, ...]] = []

    def save(chosen: tuple[HandMark, ...]) -> str:
        saved.append(chosen)
        return "written"

    app = kind(scene(), events(), ["syslog"], marks, save)
    app.saved = saved  # type: ignore[attr-defined]  # what the test looks at afterwards

    async def play() -> None:
        async with app.run_test(size=(90, 30)) as pilot:
            await pilot.pause()
            await pressed(pilot, keys)
            app.words = str(app.query_one("#said", Static).content)  # type: ignore[attr-defined]

    async def pressed(pilot: Pilot[None], keys: Sequence[str]) -> None:
        for key in keys:
            await pilot.press(key)
            await pilot.pause()

    asyncio.run(play())
    return app


def test_it_begins_where_the_outage_does() -> None:
    """At the last proof that all worked, which is said."""
    app = played([])
    assert app.list.cursor == 2
    assert "the last proof that it worked" in app.words  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("keys", "row"),
    [
        (["o"], 3), (["o", "o"], 6), (["o", "o", "O"], 3), (["home", "n"], 3), (["end", "N"], 3), (["g"], 4),
        (["end"], 9), (["home"], 0), (["down", "j", "up"], 3), (["home", "pagedown"], 9),
    ],
)  # fmt: skip
def test_keys_go_where_something_happened(keys: list[str], row: int) -> None:
    """Edges, errors, silences, and plain moves."""
    assert played(keys).list.cursor == row


def test_search_goes_from_hit_to_hit() -> None:
    """Enter gives the keys back to the list; h goes on."""
    app = played(["slash", *"line", "enter", "h", "h", "H", "down"])
    assert app.list.cursor == 5
    assert len(app.hits) == 9


def test_after_a_miss_keys_are_no_text() -> None:
    """Whoever presses m next means to mark."""
    app = played(["slash", *"nope", "enter", "m"])
    assert app.list.marked == {2}


@pytest.mark.parametrize(("keys", "left"), [("q", True), ("mq", False), ("mqq", True), ("mqjq", False), ("mwq", True)])
def test_marks_are_not_lost_without_a_word(keys: str, left: bool) -> None:
    """Leaving with marks that were not written takes q twice in a row."""

    class Watched(Explorer):
        left = False

        def exit(self, *_: object, **__: object) -> None:
            self.left = True

    app = played(list(keys), kind=Watched)
    assert app.left == left  # type: ignore[attr-defined]
    assert left or "1 change to the marks not written: w writes, q leaves anyway" in app.words  # type: ignore[attr-defined]


def test_silences_under_way_are_told_where_none_begins() -> None:
    """No silence after this line is half of the truth."""
    app = played(["o", "o", "O", "down", "down", "g"])
    assert "no silence after this line; silent here: syslog since 19:00:04" in app.words  # type: ignore[attr-defined]


def test_a_broken_expression_is_said() -> None:
    """And nothing moves."""
    app = played(["slash", "left_parenthesis", "enter"])
    assert app.list.cursor == 2
    assert "is no regular expression" in app.words  # type: ignore[attr-defined]


def test_marks_are_set_taken_away_and_written() -> None:
    """What was marked before stays."""
    before = HandMark(scene().cite_of(0), "the first")
    app = played(["m", "down", "m", "m", "w"], [before])
    assert [mark.cite.line for mark in app.saved[0]] == [1, 3]  # type: ignore[attr-defined]
    assert app.list.marked == {0, 2}


def test_zooming_keeps_the_cursor_in_the_window() -> None:
    """Down to ten seconds and back to all of it."""
    app = played(["plus", "plus", "0"])
    assert app.window == app.all


def test_details_show_everything_escaped_and_close() -> None:
    """Enter opens, Escape closes."""
    shown: list[object] = []

    class Watched(Explorer):
        def push_screen(self, screen: object, *rest: object, **others: object) -> object:  # type: ignore[override]
            shown.append(screen)
            return super().push_screen(screen, *rest, **others)  # type: ignore[call-overload]

    app = played(["end", "up", "up", "enter", "escape", "down"], kind=Watched)
    (details,) = (screen for screen in shown if isinstance(screen, Details))
    assert dict(details.rows)["message"] == "x\\x1b[31mred"
    assert app.list.cursor == 8
