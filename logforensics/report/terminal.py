"""Turns a Report into the verdict on a terminal: the answer first, as much of its proof as the screen has rows for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from logforensics.analysis.findings import Cite
from logforensics.outage.model import Bracket, Edge, Outage
from logforensics.report import nothing
from logforensics.report.chapters.parts import paths
from logforensics.report.charts import CELLS, draw, legend, outage_line
from logforensics.report.escape import plain
from logforensics.report.lanes import telling
from logforensics.report.layout import Paper, shorten_paths
from logforensics.report.model import Axis, Report, Strip
from logforensics.report.nothing import beside, blind, nothing_found
from logforensics.report.verdict import (
    answered_until,
    bracket_words,
    cause_words,
    extent,
    failed_words,
    headline,
    length,
    main_blind_spot,
    next_step,
    seen_in_time,
    told_at,
    written,
)
from logforensics.report.words import (
    agent_name,
    clock,
    duration,
    hidden_words,
    listing,
    local,
    offset,
    plural,
    span_words,
    zone_label,
)

SHORT, PROVEN, FULL = 0, 1, 2
"""How much is told: the answer; with the lines that prove it; with every reason and note besides."""

PROMPT = 1
"""Rows that the shell's next prompt takes."""

FEWEST_STRIPS = 3
"""Strips kept where rows are scarce: who fell silent, who went on, and one to compare them with."""

MOST_LISTED = 8
MOST_NAMES = {SHORT: 3, PROVEN: 8, FULL: 8}
MOST_REASONS = 4
NAME_WIDTH = 22
"""Columns for a source's name beside its strip; a third as many again where the screen is wide."""

WIDE = 110


def room_for_strips(width: int) -> tuple[int, int]:
    """The columns for a source's name, and the cells of a strip beside it, on a screen of `width` columns."""
    name = NAME_WIDTH + NAME_WIDTH // 2 if width >= WIDE else NAME_WIDTH
    return name, max(CELLS, width - name - 4)


def render(
    report: Report,
    *,
    width: int = 80,
    height: int | None = None,
    color: bool = False,
    ascii_only: bool = False,
    full: bool = False,
) -> str:
    """The verdict as text ending in LF.

    `height` is the screen's: the most that fits it is told, and at least the answer.  Without it (a pipe, a file) the
    answer and every strip; `full` tells everything whatever the height.
    """
    paper = Paper(width, color, ascii_only)
    if full:
        return _text(_page(report, paper, FULL, None))
    if height is None:
        return _text(_page(report, paper, SHORT, None))
    room = height - PROMPT
    for level in (FULL, PROVEN, SHORT):
        lines = _page(report, paper, level, None)
        if len(lines) <= room:
            return _text(lines)
    spare = len(report.strips) - (len(_page(report, paper, SHORT, None)) - room)
    return _text(_page(report, paper, SHORT, max(FEWEST_STRIPS, spare)))


def _text(lines: Sequence[str]) -> str:
    return "\n".join(lines) + "\n"


def _page(report: Report, paper: Paper, level: int, most: int | None) -> list[str]:
    """Everything at one level, with at most `most` strips."""
    lines: list[str] = []
    if not report.outages:
        lines += _nothing(report, paper, level)
    elif len(report.outages) > 1 and level < FULL:
        lines += _several(report, paper, level)
    else:
        for outage in report.outages:
            lines += [*_outage(outage, report, paper, level), ""]
    lines += _strips(report, paper, level, most)
    return [*lines, *_coverage(report, paper, level)]


def _several(report: Report, paper: Paper, level: int) -> list[str]:
    """One line an outage, and the longest of them told: more would not be one screen."""
    lines = [paper.paint(plural(len(report.outages), "outage"), "bad")]
    shown = report.outages if level else report.outages[:MOST_LISTED]
    for number, outage in enumerate(shown, 1):
        began = local(outage.start.latest.time, report.zone)
        where = f"{plain(outage.host)}: " if outage.host else ""
        text = f"by {began}: {where}{headline(outage, report)}; {cause_words(outage)}"
        lines += paper.labelled(f"{number}", text, at=5)
    if len(shown) < len(report.outages):
        lines += paper.labelled("", f"and {len(report.outages) - len(shown)} more", at=5)
    main = max(
        report.outages, key=lambda outage: (length(outage, report.end)[0], -outage.start.latest.time.timestamp())
    )
    return [*lines, "", "The longest of them:", *_outage(main, report, paper, level), ""]


def _nothing(report: Report, paper: Paper, level: int) -> list[str]:
    unsure = beside(report) or blind(report)
    lines = [paper.paint(nothing.title(report), "warn" if unsure else "good"), ""]
    sentences = nothing_found(report, cites=True)
    for number, sentence in enumerate(sentences):
        if level == FULL or unsure or number != 1:
            lines += paper.paragraph(sentence)
    if report.gaps or report.bursts or report.failures:
        lines += paper.labelled("Next", f"logforensics gaps {_paths(report)} (or bursts, failures, boots)")
    return [*lines, ""]


def _outage(outage: Outage, report: Report, paper: Paper, level: int) -> list[str]:
    lines = [paper.paint(headline(outage, report), "bad"), *([""] if level else [])]
    if outage.host:
        lines += paper.labelled("Host", plain(outage.host))
    if level == FULL:
        lines += paper.labelled("What", _what(outage))
    lines += _when("Began", outage.start, report, paper, level)
    if outage.end is None:
        lines += paper.labelled("Ended", "not over when the logs end")
    else:
        lines += _when("Ended", outage.end, report, paper, level)
    lasted = span_words(*length(outage, report.end))
    lines += paper.labelled("Lasted", "; ".join([lasted, *(outage.notes if level else ())]))
    lines += _cause(outage, report, paper, level)
    lines += _hit(outage, report, paper, level)
    lines += _monitor(outage, paper, level)
    if seen_in_time(outage) and outage.detection is not None and level:
        text = f"{local(outage.detection.time, report.zone)}: the first trace of a person in these logs"
        lines += _cited(paper, "Noticed", text, outage.detection.cite)
    lines += paper.labelled("Next", next_step(outage))
    return lines


def _when(label: str, bracket: Bracket, report: Report, paper: Paper, level: int) -> list[str]:
    """When it began or ended: in whole seconds with the line that shows it, or exactly with every line and reason."""
    zone = report.zone
    latest = bracket.latest
    if level == SHORT:
        stamp = written(latest, zone)
        lines = _cited(paper, label, bracket_words(bracket, zone, whole=True), latest.cite)
        return [*lines, *(paper.paragraph(f"(its line was {stamp})", 10) if stamp else ())]
    late = " (the logs begin later)" if bracket.earliest is None else ""
    lines = paper.labelled(label, bracket_words(bracket, zone) + late)
    if bracket.earliest is not None:
        lines += _edge("after:", bracket.earliest, report, paper)
    lines += _edge("by:", latest, report, paper)
    if level == FULL:
        for edge in bracket.outer:
            lines += _edge(f"or by {clock(edge.time, zone)[11:]}:", edge, report, paper)
    return lines


def _edge(label: str, edge: Edge, report: Report, paper: Paper) -> list[str]:
    stamp = written(edge, report.zone).partition(",")[0]  # the reason tells of the wait
    return paper.beside(f"{label} {plain(edge.reason)}{f' ({stamp})' if stamp else ''}", _cite(edge.cite))


def _cite(cite: Cite | None) -> str:
    return "" if cite is None else plain(str(cite))


def _cited(paper: Paper, label: str, text: str, cite: Cite | None) -> list[str]:
    """A labelled line with its citation flush right: whole, or its telling end, or none, as there is room."""
    lines = paper.labelled(label, text)
    return paper.flush(lines, _cite(cite))


def _cause(outage: Outage, report: Report, paper: Paper, level: int) -> list[str]:
    cause, told = outage.cause, told_at(outage, report.zone)
    if level == SHORT:
        words, cite = cause_words(outage).replace("confidence ", ""), cause.evidence[0] if cause.evidence else None
        lines = _cited(paper, "Cause", words + told, cite)
        # the line that proves it is worth more than its time
        shown = len(lines) == 1 and cite is not None and lines[0].endswith(f":{cite.line}")
        return lines if shown else _cited(paper, "Cause", words, cite)
    lines = paper.labelled("Cause", cause_words(outage) + told)
    for number, reason in enumerate(cause.reasons[:MOST_REASONS]):
        cite = cause.evidence[number] if number < len(cause.evidence) else None
        lines += paper.beside(f"- {plain(reason)}", _cite(cite))
    return lines


def _hit(outage: Outage, report: Report, paper: Paper, level: int) -> list[str]:
    most = MOST_NAMES[level]
    impact = outage.impact
    cost = []
    if impact is not None and impact.failed_requests:
        cost.append(failed_words(outage, report))
    if impact is not None and impact.missing_requests:
        cost.append(f"about {plural(impact.missing_requests, 'request')} never came")
    lines: list[str] = []
    if outage.affected:
        lines += paper.labelled("Hit", "; ".join([_names(outage.affected, most), *cost]), colour="bad")
    elif outage.scope == "total" or cost:
        what = "everything: nothing is proven to have worked" if outage.scope == "total" else extent(outage)
        lines += paper.labelled("Hit", "; ".join([what, *cost]), colour="bad")
    if outage.unaffected:
        good = f"proven by good answers{answered_until(outage, report)}"
        lines += paper.labelled("Not hit", f"{_names(outage.unaffected, most)}: {good}", colour="good")
    return lines


def _names(names: Iterable[str], most: int) -> str:
    return listing([plain(name, 60) for name in names], most)


def _what(outage: Outage) -> str:
    """The extent in numbers; the names stand under Hit and Not hit."""
    parts = []
    if outage.affected:
        parts.append(f"{plural(len(outage.affected), 'endpoint')} failed")
    if outage.unaffected:
        parts.append(f"{plural(len(outage.unaffected), 'endpoint')} gave good answers")
    return "; ".join(parts if outage.affected else [extent(outage), *parts])


def _monitor(outage: Outage, paper: Paper, level: int) -> list[str]:
    """Who was told nothing, and what would have told them."""
    spot = main_blind_spot(outage.blind_spots)
    if spot is None:
        return []
    every = f" every {duration(spot.period)}" if spot.period and level else ""
    target = f"{plain(spot.target, 40)}{every}"
    calls = f"{spot.passed:,} of {spot.seen:,} calls for {target} got good answers"
    told = f"did not notice: {calls if spot.seen > 1 else f'its only call ({target}) got a good answer'}"
    lines = _cited(paper, "Monitor", f"{plain(agent_name(spot.agent), 40)} {told}", spot.first)
    return [*lines, *(paper.paragraph(plain(spot.advice), 10) if level else ())]


def _strips(report: Report, paper: Paper, level: int, most: int | None) -> list[str]:
    axis = report.axis
    if axis is None or not report.strips:
        return []
    width = room_for_strips(paper.width)[0]
    if width + 2 + CELLS > paper.width:
        return []
    strips = _kept(report, most)
    rest = len(report.strips) - len(strips)
    lines = [_scale(axis, report, paper, width, f"{plural(rest, 'more log')}: --full" if rest else "")]
    names = shorten_paths([paper.safe(plain(strip.source)) for strip in strips], width)
    for name, strip in zip(names, strips, strict=True):
        lines.append(f"{name:<{width}}  {_painted(strip, paper)}".rstrip())
    if any(axis.outage):
        marks = outage_line(axis, ascii_only=paper.ascii_only).rstrip()
        lines.append(f"{'outage':<{width}}  {paper.paint(marks, 'bad')}".rstrip())
    each = duration((axis.end - axis.begin).total_seconds() / axis.cells)
    signs = f"{legend(strips, ascii_only=paper.ascii_only)}  1 cell = {each}"
    return [*lines, *(paper.paint(line, "dim") for line in paper.paragraph(signs)), *([""] if level else [])]


def _kept(report: Report, most: int | None) -> Sequence[Strip]:
    """The strips that tell most: sources that prove an edge or the cause, that fell silent, that say most."""
    if most is None or most >= len(report.strips):
        return report.strips
    ranks = {row.path: rank for rank, row in enumerate(sorted(report.sources, key=telling(report.outages)))}
    kept = {
        strip.source for strip in sorted(report.strips, key=lambda strip: ranks.get(strip.source, len(ranks)))[:most]
    }
    return [strip for strip in report.strips if strip.source in kept]


def _painted(strip: Strip, paper: Paper) -> str:
    """The cells of a strip; the signs tell all, colour only helps."""
    colours = {"error": "bad", "boot": "warn", "quiet": "dim"}
    if not paper.color:
        return draw(strip, ascii_only=paper.ascii_only)
    return "".join(
        paper.paint(drawn, colours[kind]) if kind in colours else drawn
        for kind, cells in groupby(strip.cells)
        for drawn in [draw(Strip(strip.source, tuple(cells)), ascii_only=paper.ascii_only)]
    )


def _scale(axis: Axis, report: Report, paper: Paper, width: int, note: str) -> str:
    left = clock(axis.begin, report.zone)[:16]
    right = f"{clock(axis.end, report.zone)[:16]} {offset(axis.end, report.zone)}"
    space = " " * max(1, axis.cells - len(left) - len(right))
    return paper.paint(f"{note:<{width}}  {left}{space}{right}", "dim")


def _coverage(report: Report, paper: Paper, level: int) -> list[str]:
    """What was read and how well; and where to read on."""
    lines = sum(source.lines for source in report.sources)
    unparsed = sum(source.unparsed for source in report.sources)
    lost = [damage for damage in report.damage if not damage.delivered]
    read = f"{plural(lines, 'line')} of {plural(len(report.sources), 'source')}"
    read += f", {unparsed:,} of them in no known format" if unparsed else ", all understood"
    if level and report.passed_over:
        read += f"; {plural(len(report.passed_over), 'other file')} passed over"
    read += f"; {plural(len(lost), 'damaged stretch')}" if lost else "; nothing lost to damage" if level else ""
    result = paper.labelled("Read", f"{read}.", colour="dim")
    zones = sorted({zone_label(source.timezone) for source in report.sources if source.timezone})
    if level and zones:
        named = f"{listing([plain(zone) for zone in zones], 4)}; shown in {plain(zone_label(report.zone.label))}."
        result += paper.labelled("Zones", named, colour="dim")
    if level and report.doubts:
        text = f"{plural(len(report.doubts), 'line')} may not be what they seem, the first of them:"
        result += _cited(paper, "Doubt", text, report.doubts[0].cite)
    if level and report.key is not None:
        result += paper.labelled("Hidden", f"{hidden_words(report.hidden)}.", colour="dim")
    more = "--full tells the proof, -o incident.html draws it" if level < FULL else "-o incident.html draws it"
    result += paper.labelled("More", f"{more} (or .md, .json)", colour="dim")
    return result


def _paths(report: Report) -> str:
    return plain(paths(report))
