"""The kinds of fact a case states, each with its range. An empty fact is unknown unless declared.

The ranges are what the overflow proof rests on, so a value outside is refused everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import ClassVar, TypeAlias

from jimin.engine.sentences import Name, said

from . import units
from .expressions import Kind, month_number
from .units import Unit

Exact: TypeAlias = "int | Fraction | bool | str | date"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """`default` is what an empty fact means; without one it means: nobody knows.

    A `rare` fact has a default, and a table may leave its column out: then it is empty for all.
    """

    label: str
    unit: Unit | None = units.PLAIN
    default: Exact | None = None
    optional: bool = False
    rare: bool = False
    kind: ClassVar[Kind]

    def read(self, value: object) -> Exact:
        """The value, exact; raises ValueError with a Chinese text that says what to do."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True, kw_only=True)
class Money(Fact):
    """Yuan in whole fen; the city's tables hold it as a BIGINT of fen."""

    unit: Unit | None = units.YUAN_A_MONTH
    lowest: int = 0
    highest: int
    kind: ClassVar[Kind] = "number"

    def read(self, value: object) -> Exact:
        if isinstance(value, float):
            raise ValueError("是浮点数，金额不精确；请用 Decimal 或整数")
        if isinstance(value, bool) or not isinstance(value, (int, Decimal, Fraction)):
            raise ValueError("不是金额；请填写以元为单位、最多两位小数的数")
        if isinstance(value, Decimal) and not value.is_finite():
            raise ValueError("不是金额；请填写以元为单位、最多两位小数的数")
        above, below = value.as_integer_ratio()
        if 100 % below:
            raise ValueError("小数超过两位；金额请精确到分")
        if not self.lowest * below <= above <= self.highest * below:
            raise ValueError(
                said(
                    "超出允许范围 {lowest} 至 {highest} 元；请核对",
                    lowest=self.lowest,
                    highest=self.highest,
                )
            )
        return above if below == 1 else Fraction(above, below)


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole(Fact):
    lowest: int = 0
    highest: int
    kind: ClassVar[Kind] = "number"

    def read(self, value: object) -> Exact:
        if isinstance(value, bool) or not isinstance(value, int):
            raise ValueError("不是整数；请填写整数")
        if not self.lowest <= value <= self.highest:
            raise ValueError(
                said(
                    "超出允许范围 {lowest} 至 {highest}；请核对",
                    lowest=self.lowest,
                    highest=self.highest,
                )
            )
        return value


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag(Fact):
    kind: ClassVar[Kind] = "truth"

    def read(self, value: object) -> Exact:
        if not isinstance(value, bool):
            raise ValueError("不是“是”或“否”；请填写是、否，不清楚的留空")
        return value


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice(Fact):
    """One of a closed list: code to label."""

    choices: Mapping[str, str] = field(default_factory=dict)
    kind: ClassVar[Kind] = "code"

    def read(self, value: object) -> Exact:
        if not isinstance(value, str) or value not in self.choices:
            known = tuple(
                said("{code} {label}", code=Name(code), label=label)
                for code, label in self.choices.items()
            )
            raise ValueError(said("不在可选范围内；可选：{known}", known=known))
        return value


@dataclass(frozen=True, slots=True, kw_only=True)
class Day(Fact):
    """A date not after the month assessed."""

    earliest: date = date(1850, 1, 1)
    kind: ClassVar[Kind] = "day"

    def read(self, value: object) -> Exact:
        if type(value) is not date:
            raise ValueError("不是日期；请填写年月日")
        if value < self.earliest:
            raise ValueError(said("早于 {day}；请核对", day=self.earliest))
        return value


@dataclass(frozen=True, slots=True, kw_only=True)
class Month(Fact):
    """A calendar month "2016-03", kept as the number of months since year 0.

    When `optional`, empty means there is none. The city's tables hold any day of the month.
    """

    unit: Unit | None = None
    earliest: int = 1900 * 12
    latest: int = 2199 * 12 + 11
    kind: ClassVar[Kind] = "month"

    def read(self, value: object) -> Exact:
        if isinstance(value, str):
            number = month_number(value)
            if number is not None and self.earliest <= number <= self.latest:
                return number
        raise ValueError("不是月份；请写成 2016-03 这样的年月")
