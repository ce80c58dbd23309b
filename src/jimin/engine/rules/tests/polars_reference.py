"""Rules computed a second time for many groups, by Polars, straight from their expressions.

It shares nothing with lowering, terms or SQL: a number is a column of 128-bit numerators over a
constant and a power of the group's size; every operation is written here anew. It refuses what
might not fit (TooLarge), since Polars does not say when 128 bits overflow.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from math import lcm
from typing import Any

import polars as pl

from jimin.engine.rules import PolicyMonth
from jimin.engine.rules import expressions as e

LIMIT = 2**126


class TooLarge(Exception):
    """A value might need more than 128 bits."""


@dataclass
class Ratio:
    """`top / (below × size ** power)`; `most` bounds the absolute value of `top`."""

    top: pl.Series
    below: int
    power: int
    most: int

    def __post_init__(self) -> None:
        if self.most > LIMIT:
            raise TooLarge


def computed(expression: pl.Expr, **columns: pl.Series) -> pl.Series:
    return pl.DataFrame(columns).select(expression.alias("it")).to_series()


def times(series: pl.Series, factor: int) -> pl.Series:
    return series * pl.Series([factor], dtype=pl.Int128)


def vars_of(ratio: Ratio) -> tuple[int, int, int]:
    return ratio.below, ratio.power, ratio.most


A, B, C = pl.col("a"), pl.col("b"), pl.col("c")


class Reference:
    """All rules of a month over two frames: the groups, in order, and members beside `owner`."""

    def __init__(self, month: PolicyMonth, groups: pl.DataFrame, members: pl.DataFrame) -> None:
        self.month = month
        self.frames = {"group": groups, "member": members}
        self.owner = members["household"].cast(pl.UInt32)
        self.count = self._per_group(pl.len(), pl.repeat(True, len(members), eager=True))
        self.known: dict[int, Any] = {}
        self.rules: dict[str, Any] = {}

    def rule(self, name: str) -> Any:
        if name not in self.rules:
            rule = self.month.rules[name]
            self.rules[name] = self.value(rule.expression, rule.scope)
        return self.rules[name]

    def fractions(self, name: str) -> list[Fraction | None]:
        ratio = self.rule(name)
        assert isinstance(ratio, Ratio)
        sizes = self.count.to_list()
        return [
            None if top is None else Fraction(int(top), ratio.below * size**ratio.power)
            for top, size in zip(ratio.top.to_list(), sizes, strict=True)
        ]

    def value(self, expression: e.Expression, scope: str) -> Any:
        key = id(expression)
        if key not in self.known:
            method: Callable[..., Any] = getattr(self, f"_{type(expression).__name__.lower()}")
            self.known[key] = method(expression, scope)
        return self.known[key]

    def size(self, scope: str) -> pl.Series:
        size = self.count.cast(pl.Int128)
        return size if scope == "group" else size.gather(self.owner)

    def _per_group(self, what: pl.Expr, values: pl.Series) -> pl.Series:
        frame = pl.DataFrame({"owner": self.owner, "a": values})
        return frame.group_by("owner").agg(what.alias("it")).sort("owner")["it"]

    def _repeated(self, value: Any, scope: str, dtype: Any) -> pl.Series:
        return pl.repeat(value, len(self.frames[scope]), dtype=dtype, eager=True)

    def _ratio(self, value: Fraction, scope: str) -> Ratio:
        top = self._repeated(value.numerator, scope, pl.Int128)
        return Ratio(top, value.denominator, 0, abs(value.numerator))

    # What is stated.

    def _constant(self, it: e.Constant, scope: str) -> Any:
        if isinstance(it.value, str):
            return self._repeated(it.value, scope, pl.String)
        if isinstance(it.value, date):
            return self._repeated(it.value, scope, pl.Date)
        if it.kind == "month":
            return self._repeated(it.value, scope, pl.Int64)
        return self._ratio(Fraction(it.value), scope)

    def _factvalue(self, it: e.FactValue, scope: str) -> Any:
        fact = self.month.book.facts[it.scope][it.name]
        column = self.frames[it.scope][it.name]
        if fact.default is not None:
            column = column.fill_null(fact.default)
        if fact.kind == "number":
            scale = 100 if type(fact).__name__ == "Money" else 1
            most = scale * max(abs(fact.lowest), abs(fact.highest))  # type: ignore[attr-defined]
            return Ratio(column.cast(pl.Int128), scale, 0, most)
        if fact.kind == "month":
            return self._month(column)
        return column

    def _month(self, days: pl.Series) -> pl.Series:
        return days.dt.year().cast(pl.Int64) * 12 + days.dt.month() - 1

    def _rulevalue(self, it: e.RuleValue, scope: str) -> Any:
        return self.rule(it.name)

    def _outer(self, it: e.Outer, scope: str) -> Any:
        inner = self.value(it.inner, "group")
        if isinstance(inner, Ratio):
            return Ratio(inner.top.gather(self.owner), inner.below, inner.power, inner.most)
        return inner.gather(self.owner)

    def _parametervalue(self, it: e.ParameterValue, scope: str) -> Ratio:
        figures = self.month.figures(it.name)
        if not it.keys:
            return self._ratio(Fraction(figures[()].value), scope)
        found = {key: Fraction(figure.value) for key, figure in figures.items()}
        return self._found(it, found, scope)

    def _found(
        self, it: e.ParameterValue, values: dict[tuple[str, ...], Fraction], scope: str
    ) -> Ratio:
        keys = []
        for key in it.keys:
            value = self.value(key, scope)
            keys.append(value.top.cast(pl.String) if isinstance(value, Ratio) else value)
        below = lcm(*(value.denominator for value in values.values()))
        tops = {key: int(value * below) for key, value in values.items()}
        rows = zip(*(key.to_list() for key in keys), strict=True)
        top = pl.Series([None if None in row else tops[row] for row in rows], dtype=pl.Int128)
        return Ratio(top, below, 0, max(map(abs, tops.values())))

    # Numbers.

    def _like(self, ratios: list[Ratio], scope: str) -> tuple[list[pl.Series], int, int, int]:
        """The tops over one common denominator."""
        below = lcm(*(ratio.below for ratio in ratios))
        power = max(ratio.power for ratio in ratios)
        most = 0
        tops = []
        for ratio in ratios:
            top = times(ratio.top, below // ratio.below)
            bound = ratio.most * (below // ratio.below)
            for _ in range(power - ratio.power):
                top, bound = top * self.size(scope), bound * self.month.book.most_members
            if bound > LIMIT:
                raise TooLarge
            most = max(most, bound)
            tops.append(top)
        return tops, below, power, most

    def _arithmetic(self, it: e.Arithmetic, scope: str) -> Ratio:
        left, right = self.value(it.left, scope), self.value(it.right, scope)
        if it.operator == "*":
            most = left.most * right.most
            if most > LIMIT:
                raise TooLarge
            return Ratio(
                left.top * right.top, left.below * right.below, left.power + right.power, most
            )
        if it.operator == "/":
            if isinstance(it.right, (e.Constant, e.ParameterValue)):
                by = Fraction(int(right.top[0] if len(right.top) else 1), right.below)
                factor = abs(by.denominator) * (1 if by > 0 else -1)
                top, most = times(left.top, factor), left.most * abs(factor)
                return Ratio(top, left.below * abs(by.numerator), left.power, most)
            return Ratio(left.top, left.below, left.power + 1, left.most)
        (one, two), below, power, most = self._like([left, right], scope)
        return Ratio(one + two if it.operator == "+" else one - two, below, power, 2 * most)

    def _extreme(self, it: e.Extreme, scope: str) -> Ratio:
        ratios = [self.value(item, scope) for item in it.items]
        tops, below, power, most = self._like(ratios, scope)
        result = tops[0]
        for top in tops[1:]:
            larger = (A >= B) if it.which == "highest" else (A <= B)
            result = computed(
                pl.when(larger).then(A).when(A.is_not_null() & B.is_not_null()).then(B),
                a=result, b=top,
            )  # fmt: skip
        return Ratio(result, below, power, most)

    def _rounded(self, it: e.Rounded, scope: str) -> Ratio:
        number = self.value(it.inner, scope)
        top = times(number.top, it.step.denominator)
        most = number.most * it.step.denominator
        below = self._repeated(number.below * it.step.numerator, scope, pl.Int128)
        bound = number.below * it.step.numerator
        for _ in range(number.power):
            below, bound = below * self.size(scope), bound * self.month.book.most_members
        if 2 * (most + bound) > LIMIT:
            raise TooLarge
        if it.mode == "half_up":
            top, below = times(top, 2) + below, times(below, 2)
        one = pl.lit(1, dtype=pl.Int128)
        formula = (A + B - one) // B if it.mode == "up" else A // B
        whole = computed(formula, a=top, b=below)
        return Ratio(times(whole, it.step.numerator), it.step.denominator, 0, most + 1)

    def _monthly(self, it: e.Monthly, scope: str) -> Ratio:
        number = self.value(it.inner, scope)
        return Ratio(number.top, number.below * 12, number.power, number.most)

    def _stepwise(self, it: e.Stepwise, scope: str) -> Ratio:
        number, name = self.value(it.inner, scope), it.scale.name
        outer = {key[:-1] for key in self.month.figures(name)}
        steps = {key: self.month.steps(name, key) for key in outer}
        result = self._ratio(Fraction(0), scope)
        for place in range(max(map(len, steps.values()))):
            # A step no key has is put where it adds nothing.
            last = {key: own[min(place, len(own) - 1)] for key, own in steps.items()}
            starts = {key: Fraction(start) for key, (start, _) in last.items()}
            rates = {
                key: Fraction(figure.value) if place < len(steps[key]) else Fraction(0)
                for key, (_, figure) in last.items()
            }
            ends = {
                key: Fraction(own[place + 1][0]) if place + 1 < len(own) else None
                for key, own in steps.items()
            }
            far = Fraction(10**12)
            known = {key: far if end is None else end for key, end in ends.items()}
            start, rate, end = (
                self._found(it.scale, values, scope)
                if it.scale.keys
                else self._ratio(values[()], scope)
                for values in (starts, rates, known)
            )
            (top, low, high), below, power, most = self._like([number, start, end], scope)
            if it.which == "marginal":
                inside = computed(
                    pl.when(A > C).then(C - B).when(A > B).then(A - B).when(A <= B).then(0),
                    a=top, b=low, c=high,
                )  # fmt: skip
                slice_ = Ratio(inside.cast(pl.Int128), below, power, 2 * most)
            else:
                # The last place is open upwards: nothing random reaches `far`.
                on = computed(
                    pl.when((A >= B) & (A < C)).then(1).when(A.is_not_null()).then(0),
                    a=top, b=low, c=high,
                )  # fmt: skip
                slice_ = Ratio(on.cast(pl.Int128), 1, 0, 1)
            if number.most > 10**11 * number.below:
                raise TooLarge
            bound = slice_.most * rate.most
            if bound > LIMIT:
                raise TooLarge
            part = Ratio(
                slice_.top * rate.top, slice_.below * rate.below, slice_.power + rate.power, bound
            )
            (one, two), below, power, most = self._like([result, part], scope)
            result = Ratio(one + two, below, power, 2 * most)
        return result

    # Truths.

    def _comparison(self, it: e.Comparison, scope: str) -> pl.Series:
        left, right = self.value(it.left, scope), self.value(it.right, scope)
        if isinstance(left, Ratio):
            (left, right), *_ = self._like([left, right], scope)
        signs = {"<": A < B, "<=": A <= B, ">": A > B, ">=": A >= B, "==": A == B, "!=": A != B}
        return computed(signs[it.operator], a=left, b=right)

    def _logic(self, it: e.Logic, scope: str) -> pl.Series:
        left, right = self.value(it.left, scope), self.value(it.right, scope)
        return computed(A & B if it.operator == "and" else A | B, a=left, b=right)

    def _not(self, it: e.Not, scope: str) -> pl.Series:
        return computed(~A, a=self.value(it.inner, scope))

    def _when(self, it: e.When, scope: str) -> Any:
        condition = self.value(it.condition, scope)
        then, otherwise = self.value(it.then, scope), self.value(it.otherwise, scope)
        ratio = None
        if isinstance(then, Ratio):
            (then, otherwise), *ratio = self._like([then, otherwise], scope)
        chosen = computed(
            pl.when(C).then(A).when(~C).then(B).when(A == B).then(A),
            a=then,
            b=otherwise,
            c=condition,
        )
        return Ratio(chosen, *ratio) if ratio else chosen

    def _highestapplying(self, it: e.HighestApplying, scope: str) -> Ratio:
        """The least and the most it can be; known where both are the same."""
        ratios = [self.value(value, scope) for _, value in it.branches]
        tops, below, power, most = self._like(ratios, scope)
        least = most_ = self._repeated(0, scope, pl.Int128)
        lost = self._repeated(False, scope, pl.Boolean)
        for (condition, _), top in zip(it.branches, tops, strict=True):
            holds = self.value(condition, scope)
            sure = computed(pl.when(A).then(B).otherwise(0), a=holds, b=top).fill_null(0)
            may = computed(pl.when(A.is_null() | A).then(B).otherwise(0), a=holds, b=top)
            lost = lost | may.is_null()
            least = computed(pl.max_horizontal(A, B), a=least, b=sure)
            most_ = computed(pl.max_horizontal(A, B), a=most_, b=may.fill_null(0))
        known = computed(pl.when((A == B) & ~C).then(A), a=least, b=most_, c=lost)
        return Ratio(known.cast(pl.Int128), below, power, most)

    def _isgiven(self, it: e.IsGiven, scope: str) -> pl.Series:
        there = self.value(it.fact, scope).is_not_null()
        fact = self.month.book.facts[it.fact.scope][it.fact.name]
        return there if fact.optional else computed(pl.when(A).then(True), a=there)

    # Members.

    def _aggregate(self, it: e.Aggregate, scope: str) -> Any:
        if it.inner is None:
            return Ratio(self.size("group"), 1, 0, self.month.book.most_members)
        inner = self.value(it.inner, "member")
        meant = self._repeated(True, "member", pl.Boolean)
        if it.where is not None:
            meant = self.value(it.where, "member")
        if isinstance(inner, Ratio):
            counted = computed(
                pl.when(A).then(B).when(~A).then(0).when(B == 0).then(0), a=meant, b=inner.top
            )
            total = self._per_group(pl.when(A.is_not_null().all()).then(A.sum()), counted)
            most = inner.most * self.month.book.most_members
            return Ratio(total.cast(pl.Int128), inner.below, inner.power, most)
        if it.which == "all":
            holds = computed(~A | B, a=meant, b=inner)
            none = pl.when((~A).any()).then(False).when(A.is_not_null().all()).then(True)
            return self._per_group(none, holds)
        holds = computed(A & B, a=meant, b=inner)
        if it.which == "any":
            some = pl.when(A.any()).then(True).when(A.is_not_null().all()).then(False)
            return self._per_group(some, holds)
        number = self._per_group(pl.when(A.is_not_null().all()).then(A.sum()), holds)
        return Ratio(number.cast(pl.Int128), 1, 0, self.month.book.most_members)

    def _memberextreme(self, it: e.MemberExtreme, scope: str) -> Ratio:
        """From all it can be: with one member more or less of those who may be meant."""
        inner = self.value(it.inner, "member")
        highest = it.which == "highest"
        meant = self._repeated(True, "member", pl.Boolean)
        if it.where is not None:
            meant = self.value(it.where, "member")
        lost = self._per_group(pl.col("a").any(), computed(
            (A.is_null() | A) & B.is_null(), a=meant, b=inner.top
        ))  # fmt: skip
        sure = computed(pl.when(A).then(B), a=meant, b=inner.top)
        maybe = computed(pl.when(A.is_null()).then(B), a=meant, b=inner.top)
        of_sure = self._per_group(A.max() if highest else A.min(), sure).cast(pl.Int128)
        least = self._per_group(A.min(), maybe).cast(pl.Int128)
        most_ = self._per_group(A.max(), maybe).cast(pl.Int128)
        found = Ratio(of_sure, inner.below, inner.power, inner.most)
        if it.otherwise is None:
            return Ratio(computed(pl.when(~B).then(A), a=of_sure, b=lost), *vars_of(found))
        none = self.value(it.otherwise, "group")
        lowest_ = Ratio(least, inner.below, inner.power, inner.most)
        highest_ = Ratio(most_, inner.below, inner.power, inner.most)
        (s, lo, hi, other), *ratio = self._like([found, lowest_, highest_, none], "group")
        frame = pl.DataFrame({"s": s, "lo": lo, "hi": hi, "n": other, "lost": lost})
        result = frame.select(self._known_extreme(highest)).to_series()
        return Ratio(result, *ratio)

    def _known_extreme(self, highest: bool) -> pl.Expr:
        s, lo, hi, n = (pl.col(name) for name in ("s", "lo", "hi", "n"))
        better = hi <= s if highest else lo >= s
        return (
            pl.when(pl.col("lost")).then(None)
            .when(s.is_not_null() & (lo.is_null() | better)).then(s)
            .when(s.is_null() & lo.is_null()).then(n)
            .when(s.is_null() & (lo == n) & (hi == n)).then(n)
            .alias("it")
        )  # fmt: skip

    # Time.

    def _age(self, it: e.Age, scope: str) -> Ratio:
        birth = self.value(it.birth, scope)
        on = self._repeated(self.month.first_day, scope, pl.Date)
        if it.on is not None:
            on = self.value(it.on, scope)
        had = (A.dt.month() < B.dt.month()) | (
            (A.dt.month() == B.dt.month()) & (A.dt.day() <= B.dt.day())
        )
        years = B.dt.year() - A.dt.year() - pl.when(had).then(0).otherwise(1)
        full = computed(pl.when(A > B).then(0).when(A <= B).then(years), a=birth, b=on)
        return Ratio(full.cast(pl.Int128), 1, 0, 10**4)

    def _monthof(self, it: e.MonthOf, scope: str) -> pl.Series:
        return self._month(self.value(it.day, scope))

    def _monthssince(self, it: e.MonthsSince, scope: str) -> Ratio:
        until = self._repeated(self.month.number, scope, pl.Int64)
        if it.until is not None:
            until = self.value(it.until, scope)
        months = computed(B - A, a=self.value(it.since, scope), b=until)
        return Ratio(months.cast(pl.Int128), 1, 0, 10**6)
