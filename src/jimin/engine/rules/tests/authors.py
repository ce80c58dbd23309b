"""Random rules and random facts: whatever the vocabulary allows, on every edge it has."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from functools import cache
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa

from jimin.engine.rules import (
    TO_FEN,
    TO_JIAO,
    TO_YUAN,
    Case,
    Choice,
    Day,
    Decision,
    DefinitionError,
    Expression,
    Flag,
    Group,
    Member,
    Money,
    Month,
    Parameter,
    Policy,
    PolicyMonth,
    RuleBook,
    Unknown,
    Whole,
    age,
    all_members,
    any_member,
    bracket,
    calendar_month,
    case,
    clip,
    count,
    highest,
    highest_applying,
    highest_member,
    is_given,
    load_parameters,
    lowest,
    lowest_member,
    marginal,
    month_of,
    months_between,
    months_since,
    pct,
    round_down,
    round_half_up,
    round_up,
    total,
    when,
)
from jimin.engine.rules.lowering import Lowering, Number
from jimin.engine.rules.policy import rounded
from jimin.engine.rules.units import PLAIN

FIGURES = """
plain: {label: 数, unit: 倍, values: [{since: 2016-01-01, source: 甲, status: example, value: 7/3}]}
share:
  label: 比
  unit: 比例
  values: [{since: 2016-01-01, source: 甲, status: example, value: 15%}]
years: {label: 岁, unit: 岁, values: [{since: 2016-01-01, source: 甲, status: example, value: 18}]}
others: {label: 老, unit: 岁, values: [{since: 2016-01-01, source: 甲, status: example, value: 60}]}
months: {label: 月, unit: 月, values: [{since: 2016-01-01, source: 甲, status: example, value: 6}]}
keyed:
  label: 标准
  unit: 倍
  keys: [place]
  values: [{since: 2016-01-01, source: 甲, status: example, value: {a: 10, b: 7/12}}]
table:
  label: 等级标准
  unit: 倍
  keys: [place, grade]
  values:
    - since: 2016-01-01
      source: 甲
      status: example
      value:
        a: {"0": 0, "1": 4, "2": 3.5, "3": -1, "4": 1/7}
        b: {"0": 2, "1": 2, "2": 2, "3": 2, "4": 9}
scale:
  label: 分段
  unit: 比例
  thresholds: 倍
  values:
    - {since: 2016-01-01, source: 甲, status: example, value: {"-3": 50%, "0": 20%, "7.5": 70%}}
keyed_scale:
  label: 各地分段
  unit: 比例
  thresholds: 倍
  keys: [place]
  values:
    - since: 2016-01-01
      source: 甲
      status: example
      value: {a: {"0": 1/3, "10": 5%}, b: {"2": 40%}}
"""
MONTH = "2016-07"
DECISION = Decision("outcome", "未知", "size", ("per_head",), ())
PLACES, TIERS = {"a": "甲", "b": "乙"}, {"x": "上", "y": "下"}
DAYS = (date(1998, 7, 1), date(1998, 7, 2), date(2016, 7, 9), date(1956, 2, 29), date(2000, 2, 28))


@cache
def parameters() -> tuple[Parameter, ...]:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "figures.yaml"
        path.write_text(FIGURES, encoding="utf-8")
        return load_parameters(path)


class Author:
    """Writes one random formula."""

    def __init__(self, book: RuleBook, seed: int) -> None:
        self.random = Random(seed)
        self.figures = book.figures

    def pick(self, *ways: Any) -> Any:
        """The result of one of several functions."""
        return self.random.choice(ways)()

    def number(self, h: Any, depth: int) -> Any:
        """A plain number of a group, a member or, from `h.members`, of each member."""
        if depth == 0 or self.random.random() < 0.1:
            leaf = self._stated(h) + (h.zero if isinstance(h, Group) else h.grade * 0)
            return self._rounded(leaf) if self.random.random() < 0.2 else leaf
        one, two = self.number(h, depth - 1), self.number(h, depth - 1)
        figures = self.figures
        ways = [
            lambda: one + two,
            lambda: one - two,
            lambda: one * two,
            lambda: one / self.random.choice((3, Fraction(-2, 5), figures.share)),
            lambda: self.random.choice((highest, lowest))(one, two),
            lambda: clip(one, -3, two),
            lambda: when(self.truth(h, depth - 1), one, two),
            lambda: when(self.truth(h, depth - 1), one, 0),
            lambda: case(
                (self.truth(h, depth - 1), one), (self.truth(h, depth - 1), 2), otherwise=two
            ),
            lambda: self._applying(h, depth, (one, two)),
            lambda: self._applying(h, depth, (figures.share, pct(30), pct(15), -1)),
            lambda: self._rounded(one),
            lambda: self._rounded(one * two),
            lambda: marginal(one, figures.scale),
            lambda: bracket(one, figures.scale),
        ]
        if isinstance(h, Group):
            ways += [
                lambda: self._of_members(h.members, depth),
                lambda: self._of_members(h.members, depth),
                lambda: one / h.size,
                lambda: one / h.size * h.size,
                lambda: one * figures.keyed[h.place],
                lambda: marginal(one, figures.keyed_scale[h.place]),
                lambda: bracket(one, figures.keyed_scale[h.group_code]),
                lambda: h.big * one,
                lambda: self._rounded(h.big * h.big * self.figures.plain / h.size) + one,
            ]
        elif isinstance(h, Member):
            outer = h.group
            ways += [
                lambda: one * outer.per_head,
                lambda: outer.income * when(self.truth(h, depth - 1), figures.share, 0),
                lambda: one / outer.size,
                lambda: one - outer.money,
                lambda: one + figures.table[outer.place, h.grade],
                lambda: figures.keyed[outer.group_code] * one,
            ]
        return self.pick(*ways)

    def truth(self, h: Any, depth: int) -> Any:
        if depth == 0 or self.random.random() < 0.15:
            return self._listed(h)
        one, two = self.number(h, depth - 1), self.number(h, depth - 1)
        holds = self.truth(h, depth - 1)
        other = self.truth(h, depth - 1)
        ways = [
            lambda: self.random.choice((one < two, one <= two, one > two, one >= two)),
            lambda: self.random.choice((one == two, one != two)),
            lambda: when(holds, other, ~holds),
            lambda: self.random.choice((holds & other, holds | other, ~holds)),
            lambda: holds & other,
        ]
        if isinstance(h, Group):
            ways += [lambda: self._asked(h.members, depth)]
        elif isinstance(h, Member):
            ways += [lambda: one < h.group.per_head, lambda: h.group.is_listed | holds]
        return self.pick(*ways)

    def _stated(self, h: Any) -> Any:
        constants = (0, 1, -2, Fraction(3, 7), pct("12.5"), self.figures.plain)
        if isinstance(h, Group):
            facts = (h.money, h.whole, h.last("size"), h.income)
        else:
            facts = (h.wage, h.grade, h.wage, h.earned)
        return self.random.choice([*facts, *facts, *constants])

    def _listed(self, h: Any) -> Any:
        if isinstance(h, Group):
            passed = months_since(h.since)
            return self.random.choice((
                h.is_listed, h.place == "a", h.place != "a", is_given(h.since),
                is_given(h.stated), passed < self.figures.months,
                months_since(h.stated) >= self.figures.months, h.group_code == "b",
                months_between(h.stated, month_of(h.opened)) > 3 * self.figures.months,
                h.opened >= date(2000, 2, 28), month_of(h.opened) > h.stated,
                month_of(h.opened) >= calendar_month("1998-08"),
            ))  # fmt: skip
        limit = self.random.choice(
            (self.figures.years, when(h.is_ill, self.figures.years, self.figures.others))
        )
        own = age(h.birth)
        known = [h.is_ill, own >= limit, own < limit, own > limit, own <= limit, h.tier == "x"]
        on = date(2016, 2, 28)
        known += [age(h.birth, on=on) >= self.figures.years, age(h.birth, on=on) > 0]
        if isinstance(h, Member):
            known.append(age(h.birth, on=h.group.opened) >= limit)
        return self.random.choice(known)

    def _applying(self, h: Any, depth: int, values: tuple[Any, ...]) -> Any:
        return highest_applying(*((self.truth(h, depth - 1), value) for value in values))

    def _rounded(self, one: Any) -> Any:
        step = self.random.choice((TO_YUAN, TO_JIAO, TO_FEN))
        return self.random.choice((round_up, round_half_up, round_down))(one, step)

    def _where(self, members: Any, depth: int) -> Any:
        return self.truth(members, depth - 1) if self.random.random() < 0.5 else None

    def _of_members(self, members: Any, depth: int) -> Any:
        where = self._where(members, depth)
        return self.pick(
            lambda: total(self.number(members, depth - 1), where=where),
            lambda: count(self.truth(members, depth - 1), where=where),
            lambda: count(members, where=where),
            lambda: self.extreme_of(members, depth),
        )

    def extreme_of(self, members: Any, depth: int) -> Any:
        where = self._where(members, depth)
        which = self.random.choice((highest_member, lowest_member))
        # Members that are nearly alike: whether one of them is meant then often does not matter.
        near = (members.grade, members.grade, members.wage)
        value = self.random.choice((*near, self.number(members, depth - 1)))
        if where is None:
            return which(value)
        if self.random.random() < 0.5:
            where = members.tier == "x"
        none = self.random.choice((0, self.figures.share, pct(50), 4))
        return which(value, where=where, otherwise=none)

    def _asked(self, members: Any, depth: int) -> Any:
        asked = self.random.choice((any_member, all_members))
        return asked(self.truth(members, depth - 1), where=self._where(members, depth))


def a_book() -> RuleBook:
    """The facts and the few rules every random rule may use."""
    book = RuleBook("any", parameters=parameters(), most_members=6)
    book.group_facts(
        money=Money(label="金额", unit=PLAIN, lowest=-50, highest=50),
        whole=Whole(label="整数", lowest=-7, highest=7, default=3),
        big=Whole(label="大数", lowest=-(10**15), highest=10**15),
        is_listed=Flag(label="列入"),
        place=Choice(label="地方", choices=PLACES),
        since=Month(label="起始月", optional=True),
        stated=Month(label="必填月"),
        opened=Day(label="开业日"),
    )
    book.member_facts(
        wage=Money(label="工资", unit=PLAIN, lowest=-20, highest=20),
        grade=Whole(label="等级", highest=4, default=0),
        tier=Choice(label="档", choices=TIERS, default="y"),
        is_ill=Flag(label="重病"),
        birth=Day(label="出生日期"),
    )
    _base_rules(book)
    book.last_month(size=Whole(label="上月人数", highest=6))
    return book


def _base_rules(book: RuleBook) -> None:
    @book.group("人数", cite="甲")
    def size(h: Group) -> Expression:
        return count(h.members)

    @book.group("零", cite="甲")
    def zero(h: Group) -> Expression:
        return h.size * 0

    @book.group("代码", cite="甲")
    def group_code(h: Group) -> Expression:
        return when(h.is_listed, "a", h.place)

    @book.member("收入", cite="甲")
    def earned(p: Member) -> Expression:
        return when(p.is_ill, p.wage, p.wage + p.grade)

    @book.group("合计", cite="甲")
    def income(h: Group) -> Expression:
        return total(h.members.earned)

    @book.group("人均", cite="甲")
    def per_head(h: Group) -> Expression:
        return h.income / h.size

    @book.group("结论", cite="甲")
    def outcome(h: Group) -> Expression:
        return case((h.is_listed, "列入"), (h.place == "a", "甲地"), otherwise="其他")


def write_rule(book: RuleBook, seed: int) -> str:
    """Adds the random rule of a seed; its name."""
    author = Author(book, seed)
    name = f"rule_{seed}"
    kind = seed % 6

    def each(p: Member) -> Any:
        if kind == 0 and author.random.random() < 0.3:
            return when(author.truth(p, 2), author.random.choice(_handed_down(p)), 0)
        return author.number(p, 3) if kind == 0 else author.truth(p, 3)

    def formula(h: Group) -> Expression:
        if kind == 0:
            return total(getattr(h.members, f"each_{seed}")) + h.zero
        if kind == 1:
            return count(getattr(h.members, f"each_{seed}")) + h.zero
        if kind == 2:
            return when(author.truth(h, 3), h.size, 0)
        if kind == 3:
            extreme: Expression = author.extreme_of(h.members, 3) + h.zero
            return extreme
        result: Expression = author.number(h, 3) + h.zero
        return clip(result, -(10**9), 10**9) if seed % 2 else result

    each.__name__, formula.__name__ = f"each_{seed}", name
    if kind < 2:
        book.member("各人", cite="甲")(each)
    book.group("任意", cite="甲")(formula)
    return name


def _handed_down(p: Member) -> list[Any]:
    """What may or may not be taken out of a sum: known or not, zero or not."""
    return [p.group.whole, p.group.size, p.group.money * p.grade, p.group.size * p.wage]


def is_sound(seed: int) -> bool:
    """Whether the rule of a seed can be proven; others are refused, as they must be."""
    book = a_book()
    name = write_rule(book, seed)
    try:
        book.close()
        lowered = Lowering(PolicyMonth(book, 2016 * 12 + 6)).add(name)
    except DefinitionError:
        return False
    return isinstance(lowered, Number)


def sound_seeds(start: int, wanted: int) -> list[int]:
    found: list[int] = []
    for seed in range(start, start + 50 * wanted):
        if is_sound(seed):
            found.append(seed)
            if len(found) == wanted:
                break
    assert len(found) == wanted
    return found


def a_policy(seeds: list[int]) -> tuple[Policy, tuple[str, ...]]:
    """A policy of random rules, and their names."""
    book = a_book()
    names = tuple(write_rule(book, seed) for seed in seeds)
    return Policy(name="any", label="任意", version="0", book=book), names


Facts = dict[str, Any]


def a_group(random: Random) -> tuple[Facts, list[Facts]]:
    """A group as a city's tables hold it; often on an edge, often with unknowns."""
    known = random.random() < 0.4

    def one_of(*values: Any) -> Any:
        return random.choice(values if known else (*values, None))

    group = {
        "money": one_of(-5000, -1, 0, 1, 5000, random.randint(-5000, 5000)),
        "whole": random.choice((-7, 0, 1, 7, None)),
        "big": one_of(-(10**15), -1, 0, 10**15, random.randint(-(10**15), 10**15)),
        "is_listed": one_of(True, False),
        "place": one_of("a", "b"),
        "since": random.choice((date(2016, 7, 31), date(2016, 1, 1), date(2017, 1, 1), None)),
        "stated": one_of(date(2016, 2, 1), date(2016, 1, 31)),
        "opened": one_of(*DAYS),
        "last_size": one_of(0, 6),
    }
    members = [
        {
            "wage": one_of(-2000, 0, 300, 1999, random.randint(-2000, 2000)),
            "grade": random.choice((0, 1, 4, None)),
            "tier": random.choice(("x", "y", None)),
            "is_ill": one_of(True, False),
            "birth": one_of(*DAYS),
        }
        for _ in range(random.randint(1, 6))
    ]
    return group, members


GROUPS = pa.schema(
    [
        ("household", pa.int64()), ("money", pa.int64()), ("whole", pa.int64()),
        ("big", pa.int64()), ("is_listed", pa.bool_()), ("place", pa.string()),
        ("since", pa.date32()), ("stated", pa.date32()), ("opened", pa.date32()),
        ("last_size", pa.int32()),
    ]
)  # fmt: skip
MEMBERS = pa.schema(
    [
        ("household", pa.int64()), ("wage", pa.int64()), ("grade", pa.int8()),
        ("tier", pa.string()), ("is_ill", pa.bool_()), ("birth", pa.date32()),
    ]
)  # fmt: skip


def tables(cases: list[tuple[Facts, list[Facts]]]) -> tuple[pa.Table, pa.Table]:
    groups = [{"household": n, **group} for n, (group, _) in enumerate(cases)]
    members = [{"household": n, **m} for n, (_, people) in enumerate(cases) for m in people]
    return (
        pa.Table.from_pylist(groups, schema=GROUPS),
        pa.Table.from_pylist(members, schema=MEMBERS),
    )


def stated(facts: Facts) -> Facts:
    """A row of the tables as the interpreter takes it."""
    read = dict(facts)
    for name in ("money", "wage"):
        if read.get(name) is not None:
            read[name] = Fraction(read[name], 100)
    for name in ("since", "stated"):
        if read.get(name) is not None:
            read[name] = f"{read[name]:%Y-%m}"
    return read


def exact_results(
    policy: Policy, names: tuple[str, ...], cases: list[tuple[Facts, list[Facts]]]
) -> Iterator[dict[str, Any]]:
    """What the interpreter says of each case; None for what is unknown."""
    month = policy.at(MONTH)
    for group, members in cases:
        single = Case(month, stated(group), [stated(member) for member in members])
        values: dict[str, Any] = {n: single.value(n) for n in (*names, "outcome", "per_head")}
        known = {n: None if isinstance(v, Unknown) else v for n, v in values.items()}
        if known["per_head"] is not None:
            known["per_head"] = rounded(known["per_head"], TO_FEN, "half_up") * 100
        yield known


def city_result(row: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    """A row of a city's result, with the traced rules as exact numbers."""
    conclusion = None if row["conclusion"] == "未知" else row["conclusion"]
    found: dict[str, Any] = {"outcome": conclusion, "per_head": row["per_head_fen"]}
    for name in names:
        above, below = row[f"{name}_numerator"], row[f"{name}_denominator"]
        found[name] = None if above is None else Fraction(int(above), int(below))
    return found
