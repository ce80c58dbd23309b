"""Whatever rules are written, the interpreter and the SQL agree, unknown facts included."""

from datetime import date
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

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
    Policy,
    RuleBook,
    Unknown,
    Whole,
    age,
    all_members,
    any_member,
    case,
    count,
    highest,
    highest_applying,
    is_given,
    load_parameters,
    lowest,
    months_since,
    pct,
    round_down,
    round_half_up,
    round_up,
    total,
    when,
)
from jimin.engine.rules.city import run_city
from jimin.engine.rules.policy import rounded
from jimin.engine.rules.units import PLAIN

FIGURES = """
plain:
  label: 数
  unit: 倍
  values: [{since: 2016-01-01, source: 甲, status: example, value: 7/3}]
share:
  label: 比例
  unit: 比例
  values: [{since: 2016-01-01, source: 甲, status: example, value: 15%}]
years:
  label: 年龄
  unit: 岁
  values: [{since: 2016-01-01, source: 甲, status: example, value: 18}]
others:
  label: 年龄
  unit: 岁
  values: [{since: 2016-01-01, source: 甲, status: example, value: 60}]
months:
  label: 月数
  unit: 月
  values: [{since: 2016-01-01, source: 甲, status: example, value: 6}]
keyed:
  label: 标准
  unit: 倍
  keys: [place]
  values: [{since: 2016-01-01, source: 甲, status: example, value: {a: 10, b: 7/12}}]
"""
MONTH = "2016-07"


class Author:
    """Writes random rules."""

    def __init__(self, book: RuleBook, seed: int) -> None:
        self.random = Random(seed)
        self.figures = book.figures

    def number(self, h: Any, depth: int, *, of_member: bool) -> Any:
        pick = self.random.random()
        if depth == 0 or pick < 0.1:
            facts = [h.money, h.whole] if not of_member else [h.wage, h.grade]
            constants = [0, 1, -2, Fraction(3, 7), pct("12.5"), self.figures.plain]
            nothing = h.grade * 0 if of_member else h.zero
            return self.random.choice([*facts, *facts, *constants]) + nothing
        one = self.number(h, depth - 1, of_member=of_member)
        if pick < 0.2:
            step = self.random.choice((TO_YUAN, TO_JIAO, TO_FEN))
            return self.random.choice((round_up, round_half_up, round_down))(one, step)
        if not of_member and pick < 0.35:
            inner = h.members
            return self.random.choice((
                lambda: total(self.number(inner, depth - 1, of_member=True) + inner.grade * 0),
                lambda: count(self.truth(inner, depth - 1, of_member=True) | inner.never),
                lambda: one / h.size,
                lambda: one * self.figures.keyed[h.place],
            ))()  # fmt: skip
        two = self.number(h, depth - 1, of_member=of_member)
        if pick < 0.45:
            return one + two
        if pick < 0.55:
            return one - two
        if pick < 0.65:
            return one * two
        if pick < 0.68:
            return one / self.random.choice((3, Fraction(-2, 5), self.figures.share))
        if pick < 0.75:
            return self.random.choice((highest, lowest))(one, two)
        if pick < 0.9:
            return when(self.truth(h, depth - 1, of_member=of_member), one, two)
        values: list[Any] = [one, two]
        if pick >= 0.95:
            values = [self.figures.share, pct(30), pct(15), -1]
        return highest_applying(
            *((self.truth(h, depth - 1, of_member=of_member), value) for value in values)
        )

    def truth(self, h: Any, depth: int, *, of_member: bool) -> Any:
        pick = self.random.random()
        if depth == 0 or pick < 0.15:
            if of_member:
                limit = self.random.choice((
                    self.figures.years,
                    when(h.is_ill, self.figures.years, self.figures.others),
                ))  # fmt: skip
                years = age(h.birth)
                return self.random.choice(
                    (h.is_ill, years >= limit, years < limit, years > limit, years <= limit)
                )
            passed = months_since(h.since)
            return self.random.choice((
                h.is_listed, h.place == "a", h.place != "a", is_given(h.since), is_given(h.stated),
                passed < self.figures.months, months_since(h.stated) >= self.figures.months,
            ))  # fmt: skip
        if pick < 0.3:
            one = self.truth(h, depth - 1, of_member=of_member)
            return when(one, self.truth(h, depth - 1, of_member=of_member), ~one)
        if pick < 0.5:
            one = self.truth(h, depth - 1, of_member=of_member)
            two = self.truth(h, depth - 1, of_member=of_member)
            return self.random.choice((one & two, one | two, ~one))
        if not of_member and pick < 0.65:
            inner = self.truth(h.members, depth - 1, of_member=True) | h.members.never
            return self.random.choice((any_member, all_members))(inner)
        one = self.number(h, depth - 1, of_member=of_member)
        two = self.number(h, depth - 1, of_member=of_member)
        sign = self.random.randrange(6)
        return (one < two, one <= two, one > two, one >= two, one == two, one != two)[sign]


def a_policy(folder: Path, seeds: list[int]) -> Policy:
    """A policy with one random rule to each seed."""
    book = RuleBook("any", parameters=load_parameters(folder), most_members=6)
    book.group_facts(
        money=Money(label="金额", unit=PLAIN, lowest=-50, highest=50),
        whole=Whole(label="整数", lowest=-7, highest=7, default=3),
        is_listed=Flag(label="列入"),
        place=Choice(label="地方", choices={"a": "甲", "b": "乙"}),
        since=Month(label="起始月", optional=True),
        stated=Month(label="必填月"),
    )
    book.member_facts(
        wage=Money(label="工资", unit=PLAIN, lowest=-20, highest=20),
        grade=Whole(label="等级", highest=4, default=0),
        is_ill=Flag(label="重病"),
        birth=Day(label="出生日期"),
    )

    @book.group("人数", cite="甲")
    def size(h: Group) -> Expression:
        return count(h.members)

    @book.group("零", cite="甲")
    def zero(h: Group) -> Expression:
        return count(h.members) * 0

    @book.member("从不", cite="甲")
    def never(p: Member) -> Expression:
        return p.grade > 4

    @book.group("结论", cite="甲")
    def outcome(h: Group) -> Expression:
        return case((h.is_listed, "列入"), (h.place == "a", "甲地"), otherwise="其他")

    for seed in seeds:
        _declare(book, seed)
    return Policy(name="any", label="任意", version="0", book=book)


def _declare(book: RuleBook, seed: int) -> None:
    def formula(h: Group) -> Expression:
        author = Author(book, seed)
        if seed % 3:
            result: Expression = author.number(h, 3, of_member=False) + h.size * 0
        else:
            result = when(author.truth(h, 3, of_member=False), h.size, 0)
        return result

    formula.__name__ = f"rule_{seed}"
    book.group("任意规则", cite="甲")(formula)


def sound_seeds(folder: Path, start: int, wanted: int) -> list[int]:
    """Seeds whose rules can be proven; the others are refused, as they must be."""
    found: list[int] = []
    for seed in range(start, start + 20 * wanted):
        try:
            a_policy(folder, [seed])
        except DefinitionError:
            continue
        found.append(seed)
        if len(found) == wanted:
            break
    assert len(found) == wanted
    return found


def a_group(random: Random) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    group = {
        "money": random.choice((-5000, -1, 0, 1, 5000, random.randint(-5000, 5000), None)),
        "whole": random.choice((-7, 0, 1, 7, None)),
        "is_listed": random.choice((True, False, None)),
        "place": random.choice(("a", "b", None)),
        "since": random.choice((date(2016, 7, 31), date(2016, 1, 1), date(2017, 1, 1), None)),
        "stated": random.choice((date(2016, 2, 1), date(2016, 1, 31), None)),
    }
    members = [
        {
            "wage": random.choice((-2000, 0, 1999, random.randint(-2000, 2000), None)),
            "grade": random.choice((0, 1, 4, None)),
            "is_ill": random.choice((True, False, None)),
            "birth": random.choice(
                (date(1998, 7, 1), date(1998, 7, 2), date(2016, 7, 9), date(1950, 2, 28), None)
            ),
        }
        for _ in range(random.randint(1, 6))
    ]
    return group, members


def stated(facts: dict[str, Any]) -> dict[str, Any]:
    read = dict(facts)
    for name in ("money", "wage"):
        if read.get(name) is not None:
            read[name] = Fraction(read[name], 100)
    for name in ("since", "stated"):
        if read.get(name) is not None:
            read[name] = f"{read[name]:%Y-%m}"
    return read


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 10**6))
def test_random_rules_mean_the_same_in_both(tmp_path_factory: Any, start: int) -> None:
    folder = tmp_path_factory.mktemp("figures")
    (folder / "figures.yaml").write_text(FIGURES, encoding="utf-8")
    seeds = sound_seeds(folder, start * 1000, 12)
    policy = a_policy(folder, seeds)
    names = tuple(f"rule_{seed}" for seed in seeds)
    decision = Decision("outcome", "未知", "size", names, ())
    random = Random(start)
    groups = [a_group(random) for _ in range(60)]
    households = [{"household": n, **group} for n, (group, _) in enumerate(groups)]
    members = [{"household": n, **m} for n, (_, people) in enumerate(groups) for m in people]
    schema = pa.schema(
        [
            ("household", pa.int64()), ("money", pa.int64()), ("whole", pa.int64()),
            ("is_listed", pa.bool_()), ("place", pa.string()), ("since", pa.date32()),
            ("stated", pa.date32()),
        ]
    )  # fmt: skip
    people_schema = pa.schema(
        [
            ("household", pa.int64()), ("wage", pa.int64()), ("grade", pa.int8()),
            ("is_ill", pa.bool_()), ("birth", pa.date32()),
        ]
    )  # fmt: skip
    result = run_city(
        policy, decision, MONTH,
        pa.Table.from_pylist(households, schema=schema),
        pa.Table.from_pylist(members, schema=people_schema),
    )  # fmt: skip
    for row in result.to_pylist():
        group, people = groups[row["household"]]
        single = Case(policy.at(MONTH), stated(group), [stated(member) for member in people])
        outcome = single.value("outcome")
        assert row["conclusion"] == ("未知" if isinstance(outcome, Unknown) else outcome)
        for name in names:
            value: Any = single.value(name)
            fen = None if isinstance(value, Unknown) else rounded(value, TO_FEN, "half_up") * 100
            assert row[f"{name}_fen"] == fen, (name, group, people)
