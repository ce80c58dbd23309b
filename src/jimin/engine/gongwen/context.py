"""The text as the grammar sees it: normalised, with its times, nodes, sentences and clauses."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from jimin.engine.gongwen.model import Node, Region, RegionKind
from jimin.engine.gongwen.normalise import normalise
from jimin.engine.gongwen.numerals import ordinal
from jimin.engine.gongwen.outline import Outline, read_outline
from jimin.engine.gongwen.quantities import Quantity
from jimin.engine.gongwen.regions import read_regions
from jimin.engine.gongwen.tense import past_sentences, tells_how_far
from jimin.engine.gongwen.times import Time, find_times

_SENTENCE = re.compile(r"[^。!?\n]+[。!?]?")
_LEFT_WINDOW, _RIGHT_WINDOW = 140, 100
_MARK = re.compile(r"[,;:。!?|\n()“”]")  # what ends a clause, and the brackets around one


@dataclass(frozen=True, slots=True)
class Sentence:
    start: int
    end: int
    is_past: bool
    tells_how_far: bool  # what share of a task is done, whatever the year it names


@dataclass(frozen=True, slots=True)
class Clause:
    """The stretch between two commas around a quantity, without what brackets close off."""

    start: int
    end: int


class Lines:
    """Where lines begin and end, found once: a text may be one line of a million characters."""

    def __init__(self, norm: str) -> None:
        self._breaks = [m.start() for m in re.finditer("\n", norm)]
        self._length = len(norm)

    def around(self, place: int) -> tuple[int, int]:
        """The start and the end of the line of a place, the line break not included."""
        index = bisect_left(self._breaks, place)
        start = self._breaks[index - 1] + 1 if index else 0
        return start, self._breaks[index] if index < len(self._breaks) else self._length


class Horizons:
    """Years beyond the plan's own under which a paragraph or a whole section stands.

    Such a year stands at the head of a paragraph (到2020年，…; 2020年，…), in a heading
    (到2020年底前要实现的目标), or at the head of a clause where a section tells its goals.
    """

    def __init__(
        self, norm: str, times: list[Time], year: int, outline: Outline, lines: "Lines"
    ) -> None:
        self._times: list[Time] = []
        self._in_headings: list[Time] = []
        for time in times:
            if time.due is None or time.due.year <= year:
                continue
            firm = time.kind in ("deadline", "period")
            if firm and _heads_a_list(norm, time, lines):
                self._times.append(time)
                self._in_headings.append(time)
            elif _rules_below(norm, outline, time, firm=firm):
                self._times.append(time)
        self._starts = [time.start for time in self._times]
        self._heading_starts = [time.start for time in self._in_headings]

    def before(self, section_start: int | None, place: int) -> date | None:
        """The last horizon between the start of the section and the place.

        Outside every section only a heading rules what follows it.
        """
        if section_start is None:
            index = bisect_right(self._heading_starts, place - 1) - 1
            return self._in_headings[index].due if index >= 0 else None
        index = bisect_right(self._starts, place - 1) - 1
        if index < 0 or self._starts[index] < section_start:
            return None
        return self._times[index].due

    def in_heading(self, start: int, end: int) -> date | None:
        """The horizon a heading between these places names."""
        index = bisect_left(self._heading_starts, start)
        within = index < len(self._in_headings) and self._heading_starts[index] < end
        return self._in_headings[index].due if within else None


_LONGEST_HEADING = 40
_HEADING = re.compile(r"目标|指标|任务|重点|规划|计划")


def _rules_below(norm: str, outline: Outline, time: Time, *, firm: bool) -> bool:
    before = norm[time.start - 1] if time.start else "\n"
    if before in "\n ":
        return firm or (time.kind == "year" and norm[time.end : time.end + 1] == ",")
    return firm and before in ",;。" and _tells_goals(outline, time.start)


def _heads_a_list(norm: str, time: Time, lines: "Lines") -> bool:
    """A short line without a full stop that names goals, and has lines below it."""
    start, end = lines.around(time.start)
    if end < time.end or end == len(norm) or end - start > _LONGEST_HEADING:
        return False
    line = norm[start:end].strip(" -")
    if not line or line[-1] in "。;,、" or "《" in line or re.search(r"[,;。]", line):
        return False
    return bool(_HEADING.search(norm, time.end, end)) and not re.search(r"\d", norm[time.end : end])


def _tells_goals(outline: Outline, place: int) -> bool:
    return any("目标" in node.title for node in outline.path(outline.at(place)))


_TITLE = re.compile(r"规划|行动计划|行动方案|实施方案|工作方案|纲要|攻坚计划|三年计划|工作计划")
_TITLE_SPAN = re.compile(r"20\d\d年?[-至到](20\d\d)年?")
_TITLE_FIVE = re.compile(r"“?(十[一二三四五六七])五”?|第(十[一二三四五六七])个五年")
_TITLE_REACH = 400


def title_horizon(norm: str, year: int) -> date | None:
    """The last day of a plan for several years, as its title tells: 行动计划(2018-2020年)."""
    for m in re.finditer(r"[^\n]+", norm[:_TITLE_REACH]):
        line = m.group().strip(" ")
        if not (4 <= len(line) <= 60) or line[-1] in "。;,:、" or not _TITLE.search(line):
            continue
        if "《" in line and "印发" not in line:
            continue
        span, five = _TITLE_SPAN.search(line), _TITLE_FIVE.search(line)
        last = int(span[1]) if span else 0
        if five and not span:
            last = 1955 + 5 * (ordinal(five[1] or five[2]) or 0)
        if year < last < year + 10:
            return date(last, 12, 31)
    return None


class Context:
    """Everything later steps look up by place; built once per text."""

    def __init__(self, text: str, year: int) -> None:
        self.text = text
        self.year = year
        self.norm = normalise(text)
        self.lines = Lines(self.norm)
        self.times = find_times(self.norm, year)
        nodes = read_outline(self.norm)
        self.regions = read_regions(self.norm, nodes, year)
        self.outline = Outline(self._without_glossary(nodes))
        self.sentences = self._read_sentences()
        self.horizons = Horizons(self.norm, self.times, year, self.outline, self.lines)
        self.default_due = title_horizon(self.norm, year) or date(year, 12, 31)
        self._marks = [m.start() for m in _MARK.finditer(self.norm)]
        self._time_starts = [time.start for time in self.times]
        self._sentence_starts = [sentence.start for sentence in self.sentences]
        self._region_starts = [region.start for region in self.regions]

    def _without_glossary(self, nodes: list[Node]) -> list[Node]:
        """The entries of a glossary are numbered but are no tasks, nor part of the last one."""
        outline = Outline(nodes)
        for region in self.regions:
            if region.kind != "glossary":
                continue
            for node in outline.path(outline.at(region.start)):
                if node.start < region.start:
                    node.end = region.start
                    while node.end > node.start and self.norm[node.end - 1] in " \n":
                        node.end -= 1
        kept = [node for node in nodes if node.region != "glossary"]
        for node in kept:
            node.marker = self.text[node.start : node.start + len(node.marker)]
        return kept

    def _read_sentences(self) -> list[Sentence]:
        spans = [m.span() for m in _SENTENCE.finditer(self.norm)]
        past = past_sentences(self.norm, spans, self.year)
        return [
            Sentence(*span, is_past, tells_how_far(self.norm, *span))
            for span, is_past in zip(spans, past, strict=True)
        ]

    def sentence_at(self, place: int) -> Sentence:
        return self.sentences[bisect_right(self._sentence_starts, place) - 1]

    def region_at(self, place: int) -> RegionKind:
        regions: Sequence[Region] = self.regions
        return regions[max(0, bisect_right(self._region_starts, place) - 1)].kind

    def time_over(self, place: int) -> Time | None:
        """The expression of time that covers this place."""
        index = bisect_right(self._time_starts, place) - 1
        time = self.times[index] if index >= 0 else None
        return time if time is not None and place < time.end else None

    def times_between(self, start: int, end: int) -> list[Time]:
        first = bisect_right(self._time_starts, start - 1)
        last = bisect_right(self._time_starts, end - 1)
        return self.times[first:last]

    def clause_of(self, start: int, end: int) -> Clause:
        """The clause around a span; an open bracket or quotation mark before it is its border."""
        norm, places = self.norm, self._marks
        a, depth = max(0, start - _LEFT_WINDOW), 0
        for index in range(bisect_left(places, start) - 1, -1, -1):
            place = places[index]
            if place < a:
                break
            mark = norm[place]
            if mark in ")”":
                depth += 1
            elif mark in "(“" and depth:
                depth -= 1
            elif mark == "\n" or depth == 0:
                a = place + 1
                break
        b, depth = min(len(norm), end + _RIGHT_WINDOW), 0
        for index in range(bisect_left(places, end), len(places)):
            place = places[index]
            if place >= b:
                break
            mark = norm[place]
            if mark in "(“":
                depth += 1
            elif mark in ")”" and depth:
                depth -= 1
            elif mark == "\n" or depth == 0:
                b = place
                break
        return Clause(a, b)


@dataclass(slots=True)
class Seen:
    """A quantity with what stands around it in its clause."""

    quantity: Quantity
    clause: Clause
    left: str  # the clause before it
    right: str  # the clause after it
    before: str  # up to forty characters before it, across clauses, within the line
    after: str  # up to twenty characters after it

    @property
    def tail(self) -> str:
        """The end of `left`, for what is looked for just before the number."""
        return self.left[-24:]

    @property
    def unit(self) -> str:
        return self.quantity.unit.split("/")[0]
