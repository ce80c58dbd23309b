"""The text as the grammar sees it: normalised, with its times, nodes, sentences and clauses."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from jimin.engine.gongwen.model import Node, Region, RegionKind
from jimin.engine.gongwen.normalise import normalise
from jimin.engine.gongwen.outline import Outline, read_outline
from jimin.engine.gongwen.quantities import Quantity
from jimin.engine.gongwen.regions import read_regions
from jimin.engine.gongwen.tense import past_sentences
from jimin.engine.gongwen.times import Time, find_times

_SENTENCE = re.compile(r"[^。!?\n]+[。!?]?")
_LEFT_WINDOW, _RIGHT_WINDOW = 200, 120
_CLAUSE_ENDS = ",;:。!?\n"


@dataclass(frozen=True, slots=True)
class Sentence:
    start: int
    end: int
    is_past: bool


@dataclass(frozen=True, slots=True)
class Clause:
    """The stretch between two commas around a quantity, without what brackets close off."""

    start: int
    end: int


class Horizons:
    """Years beyond the plan's own that stand at the head of a paragraph."""

    def __init__(self, norm: str, times: list[Time], year: int) -> None:
        self._times = [
            time
            for time in times
            if time.kind in ("deadline", "period")
            and time.due is not None
            and time.due.year > year
            and (time.start == 0 or norm[time.start - 1] in "\n ")
        ]
        self._starts = [time.start for time in self._times]

    def before(self, section_start: int, place: int) -> date | None:
        """The last horizon between the start of the section and the place."""
        index = bisect_right(self._starts, place - 1) - 1
        if index < 0 or self._starts[index] < section_start:
            return None
        return self._times[index].due


class Context:
    """Everything later steps look up by place; built once per text."""

    def __init__(self, text: str, year: int) -> None:
        self.text = text
        self.year = year
        self.norm = normalise(text)
        self.times = find_times(self.norm, year)
        nodes = read_outline(self.norm)
        self.regions = read_regions(self.norm, nodes, year)
        self.outline = Outline(self._without_glossary(nodes))
        self.sentences = self._read_sentences()
        self.horizons = Horizons(self.norm, self.times, year)
        self._time_starts = [time.start for time in self.times]
        self._sentence_starts = [sentence.start for sentence in self.sentences]
        self._region_starts = [region.start for region in self.regions]

    def _without_glossary(self, nodes: list[Node]) -> list[Node]:
        """The entries of a glossary are numbered but are no tasks, nor part of the last one."""
        for region in self.regions:
            if region.kind != "glossary":
                continue
            for node in nodes:
                if node.start < region.start < node.end:
                    node.end = region.start
                    node.end -= len(self.norm[node.start : node.end]) - len(
                        self.norm[node.start : node.end].rstrip(" \n")
                    )
        kept = [node for node in nodes if node.region != "glossary"]
        for node in kept:
            node.marker = self.text[node.start : node.start + len(node.marker)]
        return kept

    def _read_sentences(self) -> list[Sentence]:
        spans = [m.span() for m in _SENTENCE.finditer(self.norm)]
        past = past_sentences(self.norm, spans, self.year)
        return [Sentence(*span, is_past) for span, is_past in zip(spans, past, strict=True)]

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
        norm, depth = self.norm, 0
        a, lowest = start, max(0, start - _LEFT_WINDOW)
        while a > lowest:
            mark = norm[a - 1]
            if (mark in _CLAUSE_ENDS and depth == 0) or mark == "\n":
                break
            if mark in ")”":
                depth += 1
            elif mark in "(“":
                if depth == 0:
                    break
                depth -= 1
            a -= 1
        b, highest, depth = end, min(len(norm), end + _RIGHT_WINDOW), 0
        while b < highest:
            mark = norm[b]
            if (mark in _CLAUSE_ENDS and depth == 0) or mark == "\n":
                break
            if mark in "(“":
                depth += 1
            elif mark in ")”":
                if depth == 0:
                    break
                depth -= 1
            b += 1
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
    def unit(self) -> str:
        return self.quantity.unit.split("/")[0]
