"""The declaration of a measure, and how its parts add up.

A measure is asked once for all parts of an area (`Cut`): it answers with the numerator, and where
it has one the denominator, of every part, from one grouped query each. A whole is put together
from its parts, never computed a second way: flows and stocks are summed, ratios are the sum of
the numerators over the sum of the denominators, never a mean of ratios.
"""

import calendar
import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from itertools import accumulate
from typing import Any

from .words import Number, exact

DIGITS = {"city": 4, "county": 6, "township": 9, "community": 12}


class Kind(StrEnum):
    FLOW = "flow"  # counted from the start of the period: paid, assisted, sold
    STOCK = "stock"  # what there is on the last day
    RATIO = "ratio"
    SURVEY = "survey"  # a ratio known only by asking people
    CAP = "cap"  # records that break a parameter; none may
    ZERO = "zero"  # events that must not happen
    RELATIONAL = "relational"  # each area's level against a reference of its own
    MILESTONE = "milestone"  # share of the stages done
    PER_UNIT = "per_unit"  # units that reach their number, of all units
    GRADE = "grade"

    @property
    def is_quotient(self) -> bool:
        return self in {Kind.RATIO, Kind.SURVEY, Kind.RELATIONAL, Kind.PER_UNIT}


@dataclass(frozen=True)
class Period:
    """Days, both included."""

    start: dt.date
    end: dt.date

    @classmethod
    def month(cls, year: int, month: int) -> "Period":
        return cls(dt.date(year, month, 1), month_end(year, month))

    @classmethod
    def year_to(cls, day: dt.date) -> "Period":
        return cls(dt.date(day.year, 1, 1), day)


def month_end(year: int, month: int) -> dt.date:
    return dt.date(year, month, calendar.monthrange(year, month)[1])


@dataclass(frozen=True)
class Cut:
    """An area, and the level of the parts it is shown in."""

    area: str
    level: str = "county"

    @property
    def digits(self) -> int:
        """Leading digits of a division code that name a part."""
        return DIGITS[self.level]

    def code(self, prefix: str) -> str:
        return prefix.ljust(12, "0")


@dataclass(frozen=True)
class Figure:
    """A measured number as its exact parts. An unknown denominator is None, and so is the value."""

    numerator: Fraction
    denominator: Fraction | None = None
    is_quotient: bool = False

    @property
    def value(self) -> Fraction | None:
        if not self.is_quotient:
            return self.numerator
        return self.numerator / self.denominator if self.denominator else None


Measure = Callable[[Cut, Period], Mapping[str, Number]]
# What each month of a year adds to each part, by (code, month); month 0 is what was there before.
Additions = Callable[[Cut, int], Mapping[tuple[str, int], Number]]


@dataclass(frozen=True)
class Indicator:
    """A measure computed from records.

    `numerator` and `denominator` map the code of each part to its number; a part without records
    may be left out of the numerator; left out of the denominator it is unknown, which is not the
    same as a denominator of 0 (nothing to measure there). `drill_down` is the address of the
    records behind one area's number; `basis` says in words, for each part, what its number is
    made of where no register shows it. `numerator_added` and `denominator_added` answer for a
    whole year in one query, where months only add up; without them a year is twelve measurements.
    """

    name: str
    label: Any
    kind: Kind
    unit: Any
    definition: Any
    source: Any
    numerator: Measure
    drill_down: Callable[[str, Period], str]
    denominator: Measure | None = None
    basis: Callable[[Cut, Period], Mapping[str, str]] | None = None
    numerator_label: Any = ""
    denominator_label: Any = ""
    is_money: bool = False
    numerator_added: Additions | None = None
    denominator_added: Additions | None = None

    def figures_of_year(self, cut: Cut, year: int) -> dict[dt.date, dict[str, Figure]]:
        """Every part's figure at the end of each month; the same as twelve times `figures`."""
        ends = [month_end(year, month) for month in range(1, 13)]
        if self.numerator_added is None:
            return {end: self.figures(cut, Period.year_to(end)) for end in ends}
        tops = _running(self.numerator_added(cut, year))
        if not self.kind.is_quotient:
            return {
                end: {code: Figure(months[end.month]) for code, months in tops.items()}
                for end in ends
            }
        assert self.denominator_added is not None
        bottoms = _running(self.denominator_added(cut, year))
        return {
            end: {
                code: Figure(tops[code][end.month], bottoms[code][end.month], is_quotient=True)
                for code in tops
            }
            for end in ends
        }

    def figures(self, cut: Cut, period: Period) -> dict[str, Figure]:
        """Every part's figure, in order of division code."""
        tops = self.numerator(cut, period)
        if not self.kind.is_quotient or self.denominator is None:
            return {code: Figure(exact(tops[code])) for code in sorted(tops)}
        bottoms = self.denominator(cut, period)
        return {
            code: Figure(
                exact(tops.get(code, 0)),
                exact(bottoms[code]) if code in bottoms else None,
                is_quotient=True,
            )
            for code in sorted({*tops, *bottoms})
        }


def _running(added: Mapping[tuple[str, int], Number]) -> dict[str, list[Fraction]]:
    """The sums up to each month, by part in order of code; index 0 is before the year."""
    months: dict[str, list[Fraction]] = {}
    for (code, month), number in added.items():
        months.setdefault(code, [Fraction(0)] * 13)[month] += exact(number)
    return {code: list(accumulate(months[code])) for code in sorted(months)}


def total(figures: Iterable[Figure]) -> Figure | None:
    """The whole from its parts: Σ, or Σ/Σ. None where there is no part at all.

    A part whose denominator is unknown makes the whole unknown: leaving it out would flatter.
    """
    parts = list(figures)
    if not parts:
        return None
    top = sum((part.numerator for part in parts), Fraction(0))
    if not parts[0].is_quotient:
        return Figure(top)
    bottoms = [part.denominator for part in parts if part.denominator is not None]
    known = len(bottoms) == len(parts)
    return Figure(top, sum(bottoms, Fraction(0)) if known else None, is_quotient=True)


class Registry:
    """The indicators declared by all apps, by name."""

    def __init__(self) -> None:
        self._indicators: dict[str, Indicator] = {}

    def register(self, indicator: Indicator) -> Indicator:
        if indicator.name in self._indicators:
            raise ValueError(f"indicator {indicator.name!r} is declared twice")
        if indicator.kind.is_quotient != (indicator.denominator is not None):
            raise ValueError(
                f"indicator {indicator.name!r}: a ratio, and only it, has a denominator"
            )
        both = indicator.numerator_added is None or indicator.denominator is None
        if not both and indicator.denominator_added is None:
            raise ValueError(f"indicator {indicator.name!r}: both parts are added by month or none")
        self._indicators[indicator.name] = indicator
        return indicator

    def get(self, name: str) -> Indicator | None:
        return self._indicators.get(name)

    def all(self) -> list[Indicator]:
        return [self._indicators[name] for name in sorted(self._indicators)]


INDICATORS = Registry()
