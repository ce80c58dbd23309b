"""Which computed indicator a target may mean, told by the words they share.

A suggestion only: a person decides after seeing what the indicator would say.
"""

import re
from collections.abc import Iterable, Set
from dataclasses import dataclass
from fractions import Fraction

from .indicators import Indicator, Kind

# What says little about which measure is meant.
COMMON = re.compile(
    r"全市|全年|各县（市、区）|[、，。（）()“”《》\s\d%]|不低于|不高于|达到|比例|比率"
)
ENOUGH = Fraction(1, 5)
# Aggregations of a target that an indicator of a kind can answer.
SUITS = {
    Kind.RATIO: {"ratio", "survey", "per_unit", "relational"},
    Kind.SURVEY: {"survey", "ratio"},
    Kind.FLOW: {"flow"},
    Kind.STOCK: {"stock"},
    Kind.CAP: {"cap", "zero"},
    Kind.ZERO: {"zero", "cap"},
    Kind.RELATIONAL: {"relational", "ratio"},
    Kind.MILESTONE: {"milestone"},
    Kind.PER_UNIT: {"per_unit", "ratio"},
    Kind.GRADE: {"grade"},
}


@dataclass(frozen=True)
class Suggestion:
    """`score` is the share of the target's pairs of characters that the indicator has too."""

    indicator: Indicator
    score: Fraction
    shared: list[str]


def suggestions(
    subject: str, aggregation: str, indicators: Iterable[Indicator], *, most: int = 5
) -> list[Suggestion]:
    """The best indicators of a kind that suits, the nearest words first."""
    wanted = pairs(subject)
    if not wanted:
        return []
    found = []
    for indicator in indicators:
        if aggregation not in SUITS[indicator.kind]:
            continue
        own = pairs(f"{indicator.label} {indicator.definition}")
        score = Fraction(len(wanted & own), len(wanted))
        if score >= ENOUGH:
            found.append(Suggestion(indicator, score, runs(subject, own)))
    return sorted(found, key=lambda each: (-each.score, each.indicator.name))[:most]


def pairs(text: str) -> set[str]:
    """Neighbouring characters, the common words left out: `低保标准` → 低保, 保标, 标准."""
    return {run[n : n + 2] for run in COMMON.sub(" ", text).split() for n in range(len(run) - 1)}


def runs(text: str, known: Set[str]) -> list[str]:
    """The longest stretches of the text all of whose pairs are known."""
    found, start = [], None
    for n in range(len(text)):
        is_known = text[n : n + 2] in known
        if is_known and start is None:
            start = n
        if not is_known and start is not None:
            found.append(text[start : n + 1])
            start = None
    return list(dict.fromkeys(found))
