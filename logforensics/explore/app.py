"""Turns a scene into a screen: lanes on top, events below, and keys that go where something happened."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import ClassVar

import polars as pl
from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.geometry import Size
from textual.screen import ModalScreen
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widgets import Footer, Input, Static

from logforensics.errors import LogForensicsError
from logforensics.explore.lanes import ERROR, NAME, SILENT, axis, cursor_cell, lanes, outage_cells
from logforensics.explore.scene import Place, Scene, following
from logforensics.report.handmarks import HandMark
from logforensics.report.layout import shorten_path
from logforensics.report.words import plural

MOST_LANES = 10
"""Lanes shown: half a screen of 24 lines, the events keep the other half."""

CLOSEST = timedelta(seconds=10)
"""The narrowest window of the lanes: most stamps are of whole seconds."""

PLAIN, DIM, BAD, WARN, CURSOR, MARKED = (
    Style(), Style(dim=True), Style(color="red", bold=True), Style(color="yellow"), Style(reverse=True),
    Style(color="cyan", bold=True),
)  # fmt: skip

HELP = (
    ("up down pgup pgdn", "move; home, end"),
    ("n N", "next, previous error"),
    ("g G", "next, previous silence"),
    ("o O", "next, previous edge of an outage"),
    ("/", "search, Enter goes to the next hit"),
    ("h H", "next, previous hit"),
    ("m", "mark the line, again to unmark"),
    ("'", "next mark"),
    ("w", "write the marks"),
    ("+ - 0", "zoom the lanes in, out, all of it"),
    ("Enter", "everything known of the line"),
    ("q", "leave"),
)
"""The keys: narrow enough for a panel on 40 columns."""


class Events(ScrollView, can_focus=True):
    """The rows of a scene, drawn as they come into view."""

    def __init__(self, scene: Scene) -> None:
        super().__init__()
        self.scene = scene
        self.cursor = 0
        self.marked: set[int] = set()
        self.virtual_size = Size(0, len(scene))

    def go(self, row: int) -> None:
        """Moves the cursor and keeps it in view."""
        self.cursor = max(0, min(row, len(self.scene) - 1))
        height = max(1, self.size.height)
        top = self.scroll_offset.y
        if not top <= self.cursor < top + height:
            top = self.cursor - height // 3
        self.scroll_to(y=max(0, min(top, len(self.scene) - height)), animate=False, immediate=True)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """One line of the screen."""
        row = self.scroll_offset.y + y
        drawn = self.scene.rows(row, 1)
        if not drawn:
            return Strip.blank(self.size.width)
        clock, severity, at, text, bad = drawn[0]
        style = BAD if bad else WARN if severity == "warning" else PLAIN
        place = shorten_path(at, NAME)
        room = self.scrollable_content_region.width - len(clock) - NAME - 3
        if cell_len(text) > room > 1:
            text = set_cell_size(text, room - 1) + "\u2026"
        segments = [
            Segment("*" if row in self.marked else " ", MARKED),
            Segment(f"{clock} ", DIM),
            Segment(f"{place:<{NAME}} ", DIM),
            Segment(text, style),
        ]
        strip = Strip(segments).adjust_cell_length(self.size.width)
        return strip.apply_style(CURSOR) if row == self.cursor else strip


class Details(ModalScreen[None]):
    """Everything known of one line."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,enter,q", "close", "Back")]
    DEFAULT_CSS = """
    Details { align: center middle; }
    Details Static { width: 90%; max-height: 80%; border: round $accent; padding: 0 1; }
    """

    def __init__(self, rows: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        self.rows = rows

    def compose(self) -> ComposeResult:
        """A panel of columns and values."""
        size = max((len(name) for name, _ in self.rows), default=0)
        yield Static(Text("\n".join(f"{name.ljust(size)}  {value}" for name, value in self.rows)))

    def action_close(self) -> None:
        """Goes back."""
        self.dismiss(None)


class Explorer(App[None]):
    """The explorer: `events` are the boiled-down events the lanes are counted from, `names` their sources in order.

    `save` writes the marks and returns where to, in words; it raises LogForensicsError.
    """

    TITLE = "logforensics"
    ENABLE_COMMAND_PALETTE = False
    DEFAULT_CSS = """
    #lanes { height: auto; background: $surface; }
    #said { height: 1; background: $panel; }
    #ask { display: none; height: 1; border: none; padding: 0; }
    #ask.asked { display: block; }
    Events { height: 1fr; scrollbar-size-vertical: 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q", "leave", "Quit"),
        Binding("n", "go('errors', 1)", "Error"),
        Binding("N", "go('errors', -1)", show=False),
        Binding("g", "go('gaps', 1)", "Gap"),
        Binding("G", "go('gaps', -1)", show=False),
        Binding("o", "go('edges', 1)", "Outage"),
        Binding("O", "go('edges', -1)", show=False),
        Binding("h", "go('hits', 1)", show=False),
        Binding("H", "go('hits', -1)", show=False),
        Binding("slash", "ask", "Search", key_display="/"),
        Binding("m", "mark", "Mark"),
        Binding("apostrophe", "next_mark", show=False),
        Binding("w", "write", "Write marks"),
        Binding("plus,equals_sign", "zoom(0.5)", "Zoom", key_display="+ -"),
        Binding("minus", "zoom(2)", show=False),
        Binding("0", "whole", show=False),
        Binding("question_mark", "help", "Keys", key_display="?"),
        Binding("enter", "details", show=False),
        Binding("up,k", "move(-1)", show=False),
        Binding("down,j", "move(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("pagedown,space", "page(1)", show=False),
        Binding("home", "move(-1000000000)", show=False),
        Binding("end", "move(1000000000)", show=False),
    ]

    def __init__(
        self,
        scene: Scene,
        events: pl.DataFrame,
        names: Sequence[str],
        marks: Sequence[HandMark] = (),
        save: Callable[[tuple[HandMark, ...]], str] | None = None,
    ) -> None:
        super().__init__()
        self.scene = scene
        self.counted = events
        self.names = list(names)
        self.notes = {mark.cite: mark.note for mark in marks}
        self.save = save
        self.written = dict(self.notes)
        self.asked_to_leave = False
        self.hits: tuple[Place, ...] = ()
        self.pattern = ""
        self.list = Events(scene)
        self.all = (scene.time_of(0), scene.time_of(len(scene) - 1))
        self.window = self.all

    def compose(self) -> ComposeResult:
        """Lanes, one line of words, the events, and the keys."""
        with Vertical():
            yield Static(id="lanes")
            yield Static(id="said")
            yield self.list
            yield Input(id="ask", placeholder="search (a regular expression)", compact=True)
        yield Footer()

    def on_mount(self) -> None:
        """Begins where the first outage does, if there is one."""
        self.list.marked = {self.scene.row_of(cite, self.all[0]) for cite in self.notes}
        self.list.focus()
        first = next((place for place in self.scene.edges), None)
        self.call_after_refresh(self._at, first or Place(0, "the first line; no outage was found"))

    def on_resize(self) -> None:
        """The lanes are as wide as the screen."""
        self.call_after_refresh(self._draw)

    def _at(self, place: Place) -> None:
        self.list.go(place.row)
        self._say(place.what)

    def _say(self, words: str) -> None:
        self.asked_to_leave = False
        row = self.list.cursor
        told = f" {row + 1:,} of {len(self.scene):,}   {words}"
        self.query_one("#said", Static).update(Text(told, no_wrap=True, overflow="ellipsis"))
        self._draw()

    def _draw(self) -> None:
        width = max(40, self.size.width)
        cells = width - NAME - 1
        time = self.scene.time_of(self.list.cursor)
        if not self.window[0] <= time <= self.window[1]:
            self.window = self._around(time, self.window[1] - self.window[0])
        picture = Text(axis(self.window, self.scene.zone, width), style="dim", no_wrap=True)
        for name, drawn in lanes(self.counted, self.names[:MOST_LANES], self.window, width):
            picture.append(f"\n{name} ", style="bold")
            for cell in drawn:
                picture.append(cell, style="red" if cell == ERROR else "dim" if cell == SILENT else "green")
        picture.append("\n" + "outage".ljust(NAME) + " ", style="bold")
        picture.append(outage_cells(self.scene.outages, self.window, cells), style="red")
        at = cursor_cell(time, self.window, cells)
        picture.append("\n" + "here".ljust(NAME) + " ", style="bold")
        picture.append("" if at is None else " " * at + "\u25b2", style="bold")
        self.query_one("#lanes", Static).update(picture)

    def _around(self, time: datetime, length: timedelta) -> tuple[datetime, datetime]:
        """A window of a length around an instant, within all there is."""
        begin = max(self.all[0], min(time - length / 2, self.all[1] - length))
        return begin, min(self.all[1], begin + length)

    def action_move(self, step: int) -> None:
        """Some rows up or down."""
        self.list.go(self.list.cursor + step)
        self._say("")

    def action_page(self, step: int) -> None:
        """A screen up or down."""
        self.action_move(step * max(1, self.list.size.height - 1))

    def action_go(self, kind: str, step: int) -> None:
        """To the next or previous place of a kind: the next hit of a search, where one is under way."""
        places: Sequence[Place] = self.hits if kind == "hits" else getattr(self.scene, kind)
        names = {"errors": "error", "gaps": "silence", "edges": "edge of an outage", "hits": "hit"}
        found = following(places, self.list.cursor, step)
        if found is None:
            still = self.scene.open_at(self.list.cursor) if kind == "gaps" else ""
            self._say(f"no {names[kind]} {'after' if step > 0 else 'before'} this line{still and f'; {still}'}")
        else:
            self._at(found)

    def action_ask(self) -> None:
        """Asks for what to search."""
        ask = self.query_one("#ask", Input)
        ask.add_class("asked")
        ask.value = self.pattern
        ask.focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Goes to the next line that matches, and gives the keys back to the list."""
        self._put_away()
        if event.value != self.pattern:
            try:
                self.hits = self.scene.find(event.value)
            except LogForensicsError as error:
                self._say(str(error))
                return
            self.pattern = event.value
        found = following(self.hits, self.list.cursor, 1) or (self.hits[0] if self.hits else None)
        if found is None:
            self._say(f"nothing matches /{self.pattern}")
        else:
            self.list.go(found.row)
            self._say(f"{plural(len(self.hits), 'line')} with /{self.pattern}; h and H go on")

    def on_key(self, event: object) -> None:
        """Escape leaves the search."""
        if getattr(event, "key", "") == "escape" and self.query_one("#ask", Input).has_class("asked"):
            self._put_away()

    def _put_away(self) -> None:
        """The search box is closed, and keys mean what they mean in the list."""
        self.query_one("#ask", Input).remove_class("asked")
        self.list.focus()

    def action_mark(self) -> None:
        """Marks the line, or takes its mark away."""
        row, cite = self.list.cursor, self.scene.cite_of(self.list.cursor)
        if cite in self.notes:
            del self.notes[cite]
            self.list.marked.discard(row)
        else:
            self.notes[cite] = ""
            self.list.marked.add(row)
        self.list.refresh()
        self._say(f"{len(self.notes)} marked; w writes them")

    def action_next_mark(self) -> None:
        """To the next mark, the first one after the last."""
        places = [Place(row, "marked") for row in sorted(self.list.marked)]
        found = following(places, self.list.cursor, 1) or (places[0] if places else None)
        self._at(found) if found else self._say("nothing is marked")

    def action_write(self) -> None:
        """Writes the marks."""
        if self.save is None:
            self._say("there is nowhere to write marks to")
            return
        try:
            told = self.save(tuple(HandMark(cite, note) for cite, note in self.notes.items()))
        except LogForensicsError as error:
            self._say(str(error))
            return
        self.written = dict(self.notes)
        self._say(told)

    def action_leave(self) -> None:
        """Leaves; with marks that were not written only when asked twice in a row."""
        changed = len(self.notes.keys() ^ self.written.keys())
        if not changed or self.asked_to_leave or self.save is None:
            self.exit()
            return
        self._say(f"{plural(changed, 'change')} to the marks not written: w writes, q leaves anyway")
        self.asked_to_leave = True

    def action_zoom(self, factor: float) -> None:
        """The lanes' window narrower or wider, around the cursor."""
        whole = self.all[1] - self.all[0]
        length = min(whole, max(min(CLOSEST, whole), (self.window[1] - self.window[0]) * factor))
        self.window = self._around(self.scene.time_of(self.list.cursor), length)
        self._say("")

    def action_whole(self) -> None:
        """The lanes over all there is."""
        self.window = self.all
        self._say("")

    def action_help(self) -> None:
        """The keys."""
        self.push_screen(Details(HELP))

    def action_details(self) -> None:
        """Everything known of the line."""
        self.push_screen(Details(self.scene.details(self.list.cursor)))
