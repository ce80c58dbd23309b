"""How the work of a unit or a county is scored: shares of points, bonus, veto, and who comes first.

People are never scored, only offices.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

from jimin.foundation.declared import read_declared

SCORES = Path(__file__).parent.parent / "data/scores.yaml"


@dataclass(frozen=True)
class Scoring:
    valid_from: dt.date
    mark: str
    source: str
    targets: int
    papers: int
    reporting: int
    most_bonus: int
    most_points: int


@dataclass(frozen=True)
class Facts:
    """What is known of one office: weights and shares done, papers, reports, points."""

    name: str
    targets: Sequence[tuple[Fraction, Fraction]]  # weight, share done from 0 to 1
    papers: tuple[int, int] = (0, 0)  # issued, due
    reports: tuple[int, int] = (0, 0)  # in time, due
    bonus: Decimal = Decimal(0)
    deduction: Decimal = Decimal(0)
    vetoes: Sequence[str] = ()


@dataclass(frozen=True)
class Score:
    """The points of one office with their arithmetic. `place` is shared by equals."""

    name: str
    total: Fraction
    lines: Sequence[str]
    vetoes: Sequence[str]
    targets: Fraction
    place: int = 0
    facts: Facts = field(repr=False, default_factory=lambda: Facts("", ()))


@cache
def all_scorings(path: Path = SCORES) -> list[Scoring]:
    entries: Any = read_declared(path)
    found = [Scoring(**entry) for entry in entries]
    for entry in found:
        if entry.mark not in {"confirmed", "example"} or not entry.source:
            raise ValueError(f"{path.name}: {entry.valid_from}: mark and source are needed")
        if entry.targets + entry.papers + entry.reporting != 100:
            raise ValueError(f"{path.name}: {entry.valid_from}: the shares must make 100")
    return sorted(found, key=lambda entry: entry.valid_from)


def scoring(on: dt.date) -> Scoring:
    """Those in force on a day; before the first entry, the first."""
    entries = all_scorings()
    return next((e for e in reversed(entries) if e.valid_from <= on), entries[0])


def score(facts: Facts, rules: Scoring) -> Score:
    """Points of one office. A part in which it owes nothing is not counted, and the others are
    stretched over it, so nobody gains or loses by having no papers."""
    weight = sum((w for w, _ in facts.targets), Fraction(0))
    parts: list[tuple[str, int, Fraction]] = []
    done = Fraction(0)
    if weight:
        done = sum((w * share for w, share in facts.targets), Fraction(0)) / weight
        parts.append(("目标完成", rules.targets, done))
    for label, points, (good, due) in (
        ("文件印发", rules.papers, facts.papers),
        ("按时报告", rules.reporting, facts.reports),
    ):
        if due:
            parts.append((label, points, Fraction(good, due)))
    full = sum(points for _, points, _ in parts)
    lines, total = [], Fraction(0)
    for label, points, share in parts:
        worth = Fraction(points * 100, full)
        total += worth * share
        lines.append(f"{label} {_shown(worth)} 分 × {_shown(share * 100)}%")
    bonus = min(facts.bonus, Decimal(rules.most_bonus))
    total += Fraction(bonus) - Fraction(facts.deduction)
    if bonus:
        lines.append(f"加 {_shown(Fraction(bonus))} 分")
    if facts.deduction:
        lines.append(f"减 {_shown(Fraction(facts.deduction))} 分")
    return Score(facts.name, max(total, Fraction(0)), lines, list(facts.vetoes), done, facts=facts)


def ranked(scores: Iterable[Score]) -> list[Score]:
    """Best first. Equal points: the higher share of targets done; still equal, the same place.

    Whoever is vetoed comes after all others and has no place.
    """
    found = list(scores)
    good = [each for each in found if not each.vetoes]
    good.sort(key=lambda each: (-each.total, -each.targets, each.name))
    placed: list[Score] = []
    for _, equals in groupby(good, key=lambda each: (each.total, each.targets)):
        place = len(placed) + 1
        placed += [_at(each, place) for each in equals]
    vetoed = sorted((each for each in found if each.vetoes), key=lambda each: each.name)
    return [*placed, *vetoed]


def _at(found: Score, place: int) -> Score:
    return Score(
        found.name, found.total, found.lines, found.vetoes, found.targets, place, found.facts
    )


def _shown(value: Fraction) -> str:
    text = f"{float(value):.2f}"  # for display only
    return text.rstrip("0").rstrip(".")
