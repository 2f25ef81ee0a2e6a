"""Turns definitions and their samples into the list of what is wrong with them, one line a mistake.

The rules: every pattern has a sample; every sample is read by exactly one pattern, into the instant and the fields
it states; no other definition reads it unless precedence over that one is declared.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl

from logforensics.errors import DefinitionError
from logforensics.parsing.adapt import adapted
from logforensics.parsing.definition import read_definition
from logforensics.parsing.library import load_definitions, precedence_problem
from logforensics.parsing.lines import compile_reader
from logforensics.parsing.model import Definition, Pattern, Sample


def check(path: Path) -> tuple[str, ...]:
    """Everything wrong with one definition file, also against the definitions that are in use; () if nothing is."""
    try:
        definition = read_definition(path, origin=str(path))
    except DefinitionError as error:
        return (str(error),)
    others = [other for other in load_definitions(samples=True) if other.name != definition.name]
    unknown = precedence_problem(definition, [other.name for other in others])
    problems = [unknown] if unknown else []
    problems += check_definition(definition)
    problems += _collisions(definition, others)
    problems += _intrusions(definition, others)
    return tuple(problems)


def check_definitions(definitions: Sequence[Definition]) -> tuple[str, ...]:
    """Everything wrong with definitions that are to live together; they must have been read with their samples."""
    problems: list[str] = []
    for definition in definitions:
        problems += check_definition(definition)
        problems += _collisions(definition, definitions)
    return tuple(problems)


def rivals(definition: Definition, others: Iterable[Definition]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Whom a definition stands in the way of, and whom it must win against, both as sorted names.

    The first are definitions of one program's format of whose samples it reads any; the others read its samples, or are
    general ones of whose samples it reads any.
    """
    others = list(others)
    read = {owner.name: owner.general for owner, _, _ in _first_reads(definition, others)}
    wins = {other.name for other in others if _first_reads(other, [definition])}
    wins |= {name for name, general in read.items() if general}
    return tuple(sorted(read.keys() - wins)), tuple(sorted(wins))


def check_definition(definition: Definition) -> tuple[str, ...]:
    """What the samples of one definition prove against it, each as "ORIGIN: KEY: reason; remedy"."""
    return tuple(f"{definition.origin}: {problem}" for problem in _problems(definition))


def _problems(definition: Definition) -> Iterator[str]:
    if not any(sample.matches and not sample.continues for sample in definition.samples):
        yield "[[samples]]: there is none that matches; add one a pattern"
        return
    used: set[str] = set()
    for sample in definition.samples:
        own = adapted(definition, sample.above)
        matching = [pattern for pattern in own.patterns if _matches(own, pattern, sample.line)]
        yield from (f"sample {sample.number}{problem}" for problem in _sample_problems(own, sample, matching))
        # a fallback's own samples are those that no other pattern matches
        used.update(pattern.name for pattern in sorted(matching, key=lambda pattern: pattern.fallback)[:1])
    stamps = {pattern.stamp for pattern in definition.patterns if pattern.name in used and pattern.stamp}
    for pattern in definition.patterns:
        # a stamp that was read in one place is read in the others
        if pattern.name not in used and pattern.stamp not in stamps:
            yield f"[patterns.{pattern.name}]: no sample is read by it; add a sample whose line it matches"
    if definition.multiline is not None and not any(sample.continues for sample in definition.samples):
        yield "multiline: no sample continues an event; add one with continues = true"


def _sample_problems(definition: Definition, sample: Sample, matching: Sequence[Pattern]) -> Iterator[str]:
    """What is wrong with one sample; each text begins with what follows "sample N"."""
    parsed = compile_reader(definition, definition.fields).parse(_frame([sample.line]))
    kind = str(parsed.rest.get_column("kind")[0]) if parsed.rest.height else "event"
    if sample.continues or not sample.matches:
        problem = _no_event_problem(sample, kind, matching)
    else:
        problem = _reading_problem(sample, kind, matching) or _given_problem(sample, matching[0])
    if problem:
        yield problem
    elif kind == "event":
        yield from _value_problems(sample, parsed.events.row(0, named=True))


def _no_event_problem(sample: Sample, kind: str, matching: Sequence[Pattern]) -> str | None:
    """What is wrong with a sample that must be no event: one that continues an event, or that matches nothing."""
    by = _quoted(matching[:1])
    problems = {
        (True, "event"): f": pattern {by} reads it as an event; take continues out",
        (True, "unparsed"): ": multiline does not accept it; widen multiline or take continues out",
        (True, "blank"): ": a blank line continues nothing; take it out",
        (False, "event"): f": pattern {by} reads it, but matches = false; make the pattern narrower",
        (False, "candidate"): ": it continues an event, but matches = false; write continues = true instead",
    }
    return problems.get((sample.continues, kind))


def _reading_problem(sample: Sample, kind: str, matching: Sequence[Pattern]) -> str | None:
    """What is wrong with the way a sample is read, whatever the values are."""
    if not matching:
        return ": no pattern matches it; correct the line or the pattern, or write matches = false"
    exact = [pattern for pattern in matching if not pattern.fallback]
    winner = matching[0]
    if len(exact) > 1:
        return f": patterns {_quoted(exact)} both match it; make them disjoint, or write fallback = true in the last"
    if exact and winner is not exact[0]:
        return f": fallback {_quoted([winner])} reads it before {_quoted(exact)}; put fallbacks last"
    if sample.pattern not in (None, winner.name):
        return f': pattern {_quoted([winner])} reads it, not "{sample.pattern}"; correct the sample or the patterns'
    if kind != "event":
        return f": its stamp fits the regex of {_quoted([winner])}, but is no date for its layout; correct one of them"
    return None


def _given_problem(sample: Sample, pattern: Pattern) -> str | None:
    """What a sample must say because its line does not."""
    for part, value, example in (("year", sample.year, "year = 2020"), ("zone", sample.zone, 'zone = "+10:00"')):
        if part in pattern.time.missing and value is None:
            return f" given: the line does not say the {part}; add given = {{ {example} }}"
    return None


def _value_problems(sample: Sample, row: dict[str, object]) -> Iterator[str]:
    wall = row["wall"]
    if not isinstance(wall, datetime) or sample.time is None:
        return
    if row["yearless"] and sample.year is not None:
        try:
            wall = wall.replace(year=sample.year)
        except ValueError:
            yield f" given: {sample.year} has no 29 February; give another year"
            return
    offset = row["offset"] if isinstance(row["offset"], int) else sample.zone
    if offset is None:
        yield ": its zone is no offset that can be read; capture +1000, +10:00 or Z, or say what is given"
        return
    instant = wall.replace(tzinfo=UTC) - timedelta(seconds=offset)
    if instant != sample.time:
        yield f" time: it reads as {_iso(instant)}, not {_iso(sample.time)}; correct the layout or the sample"
    for field, expected in sample.fields:
        actual = row.get(field)
        if actual != expected:
            yield f" fields: {field} reads as {_shown(actual)}, not {_shown(expected)}; correct one of them"
    for field in sample.without:
        if row.get(field) is not None:
            yield f" without: {field} reads as {_shown(row[field])}, not as nothing; correct one of them"


def _collisions(definition: Definition, others: Iterable[Definition]) -> Iterator[str]:
    """Other definitions that read a sample of this one although neither declares precedence over the other."""
    rivals = [other for other in others if _must_not_read(definition, other)]
    frame = _frame([sample.line for sample in definition.samples])
    patterns = [pattern.regex for other in rivals if other.reader == "lines" for pattern in other.patterns]
    hits = frame.select(
        pl.col("text").str.contains(regex).any().alias(str(index)) for index, regex in enumerate(patterns)
    )
    hit = iter(hits.row(0)) if patterns else iter(())
    for other in rivals:
        # a regex that matches may still find no date; only then, and where there is none, the whole reading is asked
        if other.reader == "lines" and not sum(next(hit) for _ in other.patterns):
            continue
        found = _first_reads(other, [definition])
        if found:
            _, sample, pattern = found[0]
            yield (
                f'{definition.origin}: sample {sample.number}: "{pattern.name}" of {other.origin} reads it too; '
                f'make one of them narrower, or write precedence = ["{other.name}"] in the one that is to win'
            )


def _intrusions(definition: Definition, others: Iterable[Definition]) -> Iterator[str]:
    """Other definitions of which this one reads a sample, told from this one's side."""
    for other, sample, pattern in _first_reads(definition, [o for o in others if _must_not_read(o, definition)]):
        yield (
            f"{definition.origin}: [patterns.{pattern.name}]: it reads sample {sample.number} of {other.origin}; "
            f'make it narrower, or write precedence = ["{other.name}"] if it is to win'
        )


def _must_not_read(owner: Definition, reader: Definition) -> bool:
    """Whether `reader` has no business with the samples of `owner`."""
    if owner.name == reader.name or (reader.general and not owner.general):
        return False
    return reader.name not in owner.precedence and owner.name not in reader.precedence


def _first_reads(reader: Definition, owners: Sequence[Definition]) -> list[tuple[Definition, Sample, Pattern]]:
    """For each owner of whose samples `reader` reads any: the first of them, and the pattern it does it with."""
    own = [(owner, sample) for owner in owners for sample in owner.samples if sample.matches and not sample.continues]
    events = compile_reader(reader, ()).parse(_frame([sample.line for _, sample in own])).events
    first: dict[str, tuple[Definition, Sample, Pattern]] = {}
    for position in events.filter(~pl.col("carried")).get_column("line"):
        owner, sample = own[position]
        if owner.name not in first:
            pattern = next(pattern for pattern in reader.patterns if _matches(reader, pattern, sample.line))
            first[owner.name] = (owner, sample, pattern)
    return list(first.values())


def _matches(definition: Definition, pattern: Pattern, line: str) -> bool:
    if pattern.stamp and not pl.Series([line]).str.contains(pattern.stamp)[0]:
        return False
    (compiled,) = compile_reader(replace(definition, patterns=(pattern,)), ()).compiled
    return bool(compiled.matches(pl.Series([line]))[0])


def _frame(lines: Sequence[str]) -> pl.DataFrame:
    """Lines as a reader takes them; `line` is the position in `lines`, from 0."""
    schema = {"line": pl.UInt32, "text": pl.String, "length": pl.UInt32}
    data = {"line": range(len(lines)), "text": list(lines), "length": [len(line.encode()) + 1 for line in lines]}
    return pl.DataFrame(data, schema=schema)


def _quoted(patterns: Sequence[Pattern]) -> str:
    return " and ".join(f'"{pattern.name}"' for pattern in patterns)


def _shown(value: object) -> str:
    return "nothing" if value is None else f'"{value}"' if isinstance(value, str) else str(value)


def _iso(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")
