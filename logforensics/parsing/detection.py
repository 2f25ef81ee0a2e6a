"""Turns a file's name and some of its lines into the definition that reads it, with the reasons."""

from __future__ import annotations

import fnmatch
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from logforensics.parsing import regex as rust
from logforensics.parsing.adapt import adapted
from logforensics.parsing.column_lines import HEADER
from logforensics.parsing.convert import wall_expr
from logforensics.parsing.lines import compile_reader, uncoloured
from logforensics.parsing.model import Definition, Pattern

ENOUGH = 0.2
"""Share of the lines a definition must read to be taken: a log most of whose lines are damage is still a log."""

ENOUGH_MULTILINE = 0.02
"""The same where continuation lines are allowed: one event with a stack trace of fifty lines below it."""

COMPANIONS = 3
"""Formats beside the main one in one file: as many as programs that are seen to share an output."""

STRANGERS = 0.05
"""Share of a file's lines that must have stamps of no known format to be taken for a second program's."""

FEW = 3
"""Lines of another format that make no chance of it: a text of several lines may quote one."""

GENERAL = 0.5
"""What a line counts that only a general definition reads: it wins where the others leave more than half."""


@dataclass(frozen=True)
class Trial:
    """How one definition did: lines matched by its patterns (by name), continuation lines, and what it left.

    `lines` counts the lines that are not blank, `share` is how much of them its patterns matched, `strong` the
    same without fallback patterns; `left` holds the positions (from 0) of the lines it could not read.  `hinted` says
    that the file's name fits a definition that reads anything.
    """

    definition: Definition
    lines: int
    share: float
    strong: float
    by_pattern: tuple[tuple[str, int], ...]
    continued: int
    hinted: bool
    left: tuple[int, ...]


@dataclass(frozen=True)
class Detection:
    """The definition that reads a file, or None; `share` of the lines it matched; `reasons` in plain words."""

    definition: Definition | None
    share: float
    reasons: tuple[str, ...]


def detect(file_name: str, head: Sequence[str], definitions: Sequence[Definition]) -> Detection:
    """Choose by content: the definition that reads most lines; ties go to precedence, then to the file's name.

    `head` is some lines from the head and the middle of the file.  Nothing is chosen if no definition reads enough.
    """
    return settled(judge(trials(file_name, head, definitions)), head, definitions)


def trials(file_name: str, head: Sequence[str], definitions: Sequence[Definition]) -> tuple[Trial, ...]:
    """Try every definition on the lines, best first."""
    lines = _frame(head).filter(pl.col("text").str.strip_chars() != "")
    lines = lines.with_columns(uncoloured(lines.get_column("text")))
    done: list[Trial] = []
    for general in (False, True):
        those = [definition for definition in definitions if definition.general is general]
        # a general definition wins only where the others leave more than half
        needed = lines.height and not any(trial.share >= GENERAL for trial in done)
        hits = _hits(lines, those) if those and needed else {}
        done += [_try(file_name, lines, definition, hits) for definition in those]
    some = [trial for trial in done if trial.share > 0]
    return tuple(sorted(done, key=lambda trial: _rank(trial, some)))


def judge(tried: Sequence[Trial]) -> Detection:
    """The verdict over trials in the order `trials` gives them."""
    if not tried or tried[0].lines == 0:
        return Detection(None, 0.0, ("no lines to judge by",))
    if tried[0].share == 0:
        return Detection(None, 0.0, ("no definition reads any of these lines",))
    best = tried[0]
    name = best.definition.name
    enough = _enough(best)
    if best.share < enough:
        reason = f"{name} reads {best.share:.0%} of the lines at best, and {enough:.0%} are needed"
        return Detection(None, best.share, (reason,))
    reasons = [f"{name} reads {best.share:.0%} of the lines"]
    rivals = [trial for trial in tried[1:] if trial.share > 0]
    for rival in rivals:
        other = rival.definition.name
        if rival.share == best.share and other in best.definition.precedence:
            reasons.append(f"{other} reads as many, but {name} declares precedence over it")
        elif (rival.share, rival.strong) != (best.share, best.strong):
            reasons.append(f"{other} reads {rival.share:.0%}")
        elif best.hinted and not rival.hinted:
            reasons.append(f"{other} reads as many, but the file's name hints at {name}")
        else:
            reasons.append(f"{other} reads as many; {name} comes first by name")
    if not rivals:
        reasons.append("no other definition reads any")
    return Detection(best.definition, best.share, tuple(reasons))


def settled(found: Detection, head: Sequence[str], definitions: Sequence[Definition]) -> Detection:
    """The verdict with its definition made to suit the file: adapted to its lines, and with companions for the rest.

    Programs that share one file, as a web server's two logs in a container's output, leave lines of several formats.
    """
    if found.definition is None:
        return found
    plain = uncoloured(pl.Series(head, dtype=pl.String)).to_list()
    main = adapted(found.definition, plain)
    others = [definition for definition in definitions if definition.name != main.name]
    companions, reasons = _companions(main, [line for line in plain if line.strip()], others)
    main = replace(main, companions=companions) if companions else main
    if main.wraps:
        texts = compile_reader(main, ("message",)).parse(_frame(plain)).events.get_column("message").drop_nulls()
        inside = detect("", texts.to_list(), [other for other in definitions if not other.wraps])
        if inside.definition is not None:
            main = replace(main, inner=inside.definition)
            reasons.append(f"its messages: {'; '.join(inside.reasons)}")
    return Detection(main, found.share, (*found.reasons, *reasons))


def _companions(
    main: Definition, lines: Sequence[str], others: Sequence[Definition]
) -> tuple[tuple[Definition, ...], list[str]]:
    """Definitions that read lines of their own among those that `main` leaves, and why they are taken.

    A line that would else be unparsed is theirs; one that may also continue the event above must not stand alone.
    Where a general definition reads the file, those that know more take their lines first.
    """
    companions: list[Definition] = []
    reasons: list[str] = []
    unread, loose = (list(lines), set(lines)) if main.general else _unread(main, lines)
    # of the general ones only lines that begin with a stamp: further in, it may be part of a text
    general = [] if main.general else [_beginning(other) for other in others if other.general]
    for those in ([other for other in others if not other.general], general):
        while unread and len(companions) < COMPANIONS:
            best = max(trials("", unread, those), key=lambda trial: trial.strong, default=None)
            read = [] if best is None else _read_by(best.definition, unread)
            if best is None or not read or not best.strong:
                break
            if len(read) < FEW and len(read) < ENOUGH_MULTILINE * len(lines) and not loose.issuperset(read):
                break
            # what is left of a torn line has a stamp as well
            if best.definition.general and len(read) < max(FEW, STRANGERS * len(lines)):
                break
            if main.general and len(read) < ENOUGH * len(lines):
                break
            companions.append(adapted(best.definition, read))
            reasons.append(f"{best.definition.name} reads {len(read)} of the lines that are left")
            those = [other for other in those if other.name != best.definition.name]  # noqa: PLW2901 - one at a time
            gone = set(read)
            unread = [line for line in unread if line not in gone]
    return tuple(companions), reasons


def _unread(main: Definition, lines: Sequence[str]) -> tuple[list[str], set[str]]:
    """The lines that `main` does not read as events, and those of them that continue nothing either."""
    frame = _frame(lines)
    parsed = compile_reader(main, ()).parse(frame)
    own = set(parsed.events.filter(~pl.col("carried")).get_column("line"))
    loose = set(parsed.rest.filter(pl.col("kind") == "unparsed").get_column("text"))
    return [line for number, line in enumerate(lines) if number not in own and line[:1] not in " \t"], loose


def _read_by(definition: Definition, lines: Sequence[str]) -> list[str]:
    """The lines that a definition reads by patterns that are no fallbacks, or by any once it reads some so."""
    events = compile_reader(adapted(definition, lines), ()).parse(_frame(lines)).events
    return [lines[number] for number in events.filter(~pl.col("carried")).get_column("line")]


def _beginning(definition: Definition) -> Definition:
    """A definition by stamps without those that stand further back in a line."""
    patterns = [p for p in definition.patterns if not p.name.endswith(("_late", "_end"))]
    return replace(definition, patterns=tuple(replace(p, fallback=False) if p.stamp else p for p in patterns))


def _frame(lines: Sequence[str]) -> pl.DataFrame:
    return pl.DataFrame(
        {"line": range(len(lines)), "text": list(lines), "length": [0] * len(lines)},
        schema={"line": pl.UInt32, "text": pl.String, "length": pl.UInt32},
    )


def _enough(trial: Trial) -> float:
    """The share a definition must read: any at all where the name fits a log that is stamped once a run."""
    multiline = trial.definition.multiline
    if multiline is None or trial.definition.general:
        return ENOUGH
    if multiline == "any":
        return 0.0 if trial.hinted else ENOUGH_MULTILINE
    known = sum(count for _, count in trial.by_pattern) + trial.continued
    return ENOUGH_MULTILINE if known >= trial.lines / 2 else ENOUGH


def hinted(file_name: str, definition: Definition) -> bool:
    """Whether the file's name, or its last part, is like one of the definition's globs."""
    last = file_name.rpartition("/")[2].rpartition("!")[2]
    return any(fnmatch.fnmatchcase(name, glob) for glob in definition.files for name in (file_name, last))


def _try(file_name: str, lines: pl.DataFrame, definition: Definition, hits: Mapping[Pattern, pl.Series]) -> Trial:
    """How one definition does; `hits` are the lines that match each pattern and have a date (all patterns that do)."""
    total = lines.height
    if not any(pattern in hits for pattern in definition.patterns):
        nothing = tuple((pattern.name, 0) for pattern in definition.patterns)
        return Trial(
            definition, total, 0.0, 0.0, nothing, 0, hinted=False, left=tuple(lines.get_column("line").to_list())
        )
    left, counts, strong = pl.repeat(True, total, dtype=pl.Boolean, eager=True), [], 0
    for pattern in definition.patterns:
        count = 0
        if pattern in hits:
            hit = hits[pattern] & left
            count = int(hit.sum())
            left = left & ~hit
        counts.append((pattern.name, count))
        strong += 0 if pattern.fallback else count
    matched = sum(count for _, count in counts)
    continued = 0
    if matched and definition.multiline is not None:
        follows = definition.multiline
        if follows == "any":
            continued, left = int(left.sum()), left & ~left
        else:
            follow = lines.get_column("text").str.contains(follows) & left
            continued, left = int(follow.sum()), left & ~follow
    return Trial(
        definition=definition,
        lines=total,
        share=matched / max(total, 1),
        strong=strong / max(total, 1),
        by_pattern=tuple(counts),
        continued=continued,
        hinted=hinted(file_name, definition),
        left=tuple(lines.get_column("line").filter(left)),
    )


DATED = r"(?:[0-9][^0-9]*){4}"
"""A line with a time has four digits at the least, those of an hour and a minute."""


def _hits(lines: pl.DataFrame, definitions: Sequence[Definition]) -> dict[Pattern, pl.Series]:
    """For each pattern that reads a line: which lines it matches and reads a date in.

    Compiling the regexes is what costs: only those are tried whose first characters fit a line's, and whose literal
    texts are there.
    """
    text = lines.get_column("text")
    shapes = {rust.shape(line) for line in text.filter(text.str.contains(DATED)).unique()}
    every = "\n".join(text)
    patterns = [
        pattern
        for definition in definitions
        for pattern in definition.patterns
        if pattern.regex
        and _may_open(rust.opening(pattern.regex), shapes)
        and all(literal in every for literal in rust.literals(pattern.regex))
    ]
    stamps = dict.fromkeys(pattern.stamp for pattern in patterns if pattern.stamp)
    seen = lines.select(pl.col("text").str.contains(stamp).any().alias(stamp) for stamp in stamps)
    patterns = [pattern for pattern in patterns if not pattern.stamp or seen[pattern.stamp][0]]
    regexes = dict.fromkeys(pattern.regex for pattern in patterns)
    found = lines.select(pl.col("text").str.contains(regex).alias(regex) for regex in regexes)
    some = [pattern for pattern in patterns if found[pattern.regex].any()]
    dated = lines.select(
        wall_expr(pl.col("text").str.extract(rust.prune(pattern.regex, ("time",)), 1), pattern.time)
        .is_not_null()
        .alias(str(number))
        for number, pattern in enumerate(some)
    )
    hits = {pattern: found[pattern.regex] & dated[str(number)] for number, pattern in enumerate(some)}
    for definition in definitions:
        readers = {pattern.keys.reader for pattern in definition.patterns if pattern.keys is not None}
        if any(text.str.contains(_SIGN[reader]).any() for reader in readers):
            compiled = compile_reader(definition, ()).compiled
            hits |= {one.pattern: one.matches(text) for one in compiled}
    return {pattern: hit for pattern, hit in hits.items() if hit.any()}


def _may_open(opening: Sequence[Collection[str]], shapes: Collection[str]) -> bool:
    """Whether some line begins as a pattern's lines must."""
    return not opening or any(
        len(shape) >= len(opening) and all(char in allowed for char, allowed in zip(shape, opening, strict=False))
        for shape in shapes
    )


_SIGN = {
    "columns": HEADER,
    "records": "^[A-Z_][A-Z0-9_]*=",
    "json-lines": r"^[ \t]*\{",
    "logfmt": r"^(?:<[0-9]{1,3}>)?[A-Za-z_@][A-Za-z0-9_.@-]*=",
}
"""How the lines of a structured reader begin."""


def _rank(trial: Trial, some: Sequence[Trial]) -> tuple[float, int, float, int, str]:
    """Sort key, best first: worth, rivals with precedence, worth without fallbacks, the file's name, the name.

    Of `some` trials each read a line.
    """
    overruled = sum(
        trial.definition.name in other.definition.precedence and other.share >= trial.share > 0 for other in some
    )
    worth = GENERAL if trial.definition.general else 1.0
    return (-trial.share * worth, overruled, -trial.strong * worth, 0 if trial.hinted else 1, trial.definition.name)
