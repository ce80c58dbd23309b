"""Each part of the vocabulary in words and in mathematics, and laying out graphs."""

import re
from collections.abc import Callable
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jimin.engine.rules import (
    TO_FEN,
    Choice,
    Day,
    Expression,
    Flag,
    Group,
    Member,
    Money,
    Month,
    RuleBook,
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
    monthly,
    months_between,
    months_since,
    pct,
    round_down,
    round_half_up,
    round_up,
    total,
    when,
    yuan,
)  # fmt: skip
from jimin.engine.rules.document.layers import laid_out
from jimin.engine.rules.document.mathematics import DRAW, Mathematics
from jimin.engine.rules.document.wording import INLINE, Reference, Wording, unknowns
from jimin.engine.rules.expressions import Expression as Base
from jimin.engine.rules.language import CHINESE, Language, english
from jimin.engine.rules.units import YUAN_A_YEAR
from jimin.engine.rules.words import SAY

FIGURES = """
limit:
  label: 限额
  unit: 元/月
  values: [{since: 2016-01-01, source: 甲, status: example, value: 9}]
share:
  label: 比例
  unit: 比例
  values: [{since: 2016-01-01, source: 甲, status: example, value: 1/3}]
years:
  label: 年龄线
  unit: 岁
  values: [{since: 2016-01-01, source: 甲, status: example, value: 60}]
rate:
  label: 标准
  unit: 元/月
  keys: [place]
  values: [{since: 2016-01-01, source: 甲, status: example, value: {a: 5, b: 7}}]
scale:
  label: 分段比例
  unit: 比例
  thresholds: 元/月
  values: [{since: 2016-01-01, source: 甲, status: example, value: {"0": 10%, "100": 20%}}]
"""


@pytest.fixture
def book(tmp_path: Path) -> RuleBook:
    path = tmp_path / "figures.yaml"
    path.write_text(FIGURES, encoding="utf-8")
    book = RuleBook("test", parameters=load_parameters(path))
    book.group_facts(
        rent=Money(label="房租", highest=1000),
        pension=Money(label="年金", unit=YUAN_A_YEAR, highest=1000),
        place=Choice(label="地方", choices={"a": "甲地", "b": "乙地"}),
        is_poor=Flag(label="困难"),
        since=Month(label="起始月", optional=True),
        applied=Day(label="申请日"),
    )
    book.member_facts(
        wage=Money(label="工资", highest=1000),
        birth=Day(label="生日"),
        is_ill=Flag(label="有病"),
        grade=Whole(label="等级", highest=4),
    )
    return book


F = Callable[[Group, Any], Any]
FORMULAS: list[tuple[F, str, str]] = [
    (lambda h, f: h.rent + f.limit, "房租与限额之和", "房租+限额"),
    (lambda h, f: h.rent - f.limit - yuan(3), "房租减去限额、3 元", "房租−限额−3"),
    (lambda h, f: h.rent - (f.limit - yuan(3)), "房租与 3 元之和减去限额", "房租−(限额−3)"),
    (lambda h, f: -h.rent, "负的房租", "0−房租"),
    (lambda h, f: (h.rent + f.limit) * f.share, "（房租与限额之和）乘以比例", "(房租+限额)×比例"),
    (lambda h, f: h.rent * pct(20) + f.limit, "（房租乘以 20%）与限额之和", "房租×20%+限额"),
    (lambda h, f: h.rent / 3, "房租除以 3", "房租3"),
    (lambda h, f: h.rent < f.limit, "房租低于限额", "房租<限额"),
    (lambda h, f: h.rent >= yuan(5), "房租达到或超过 5 元", "房租≥5"),
    (lambda h, f: h.rent > 0, "房租超过 0 元", "房租>0"),
    (lambda h, f: h.place != "a", "地方不是“甲地”", "地方≠“甲地”"),
    (lambda h, f: h.applied < date(2016, 7, 1), "申请日早于 2016-07-01", "申请日<2016-07-01"),
    (
        lambda h, f: h.is_poor & ~(h.place == "a"),
        "困难，并且“地方是“甲地””不成立", "困难∧¬(地方=“甲地”)",
    ),
    (
        lambda h, f: (h.is_poor | (h.rent > 0)) & (h.place == "a"),
        "同时满足下列各项：困难，或者房租超过 0 元；地方是“甲地”",
        "(困难∨房租>0)∧地方=“甲地”",
    ),
    (
        lambda h, f: case((h.is_poor, f.limit), (h.rent > 0, yuan(3)), otherwise=0),
        "如果困难：限额；否则，如果房租超过 0 元：3 元；否则：0 元",
        "限额如果困难3如果房租>00否则",
    ),
    (
        lambda h, f: f.limit + when(h.is_poor, 0, h.rent),
        "下列各项之和：限额；如果困难，则为 0 元，否则为房租",
        "限额+0如果困难房租否则",
    ),
    (
        lambda h, f: round_up(when(h.is_poor, h.rent, f.limit)),
        "下面的结果向上取整到元：如果困难：房租；否则：限额",
        "⌈房租如果困难限额否则⌉元",
    ),
    (lambda h, f: round_half_up(h.rent / 3, TO_FEN), "房租除以 3，四舍五入到分", "⌊房租3⌉分"),
    (
        lambda h, f: round_down(h.rent) + f.limit,
        "（房租，向下取整到元）与限额之和", "⌊房租⌋元+限额",
    ),
    (lambda h, f: highest(0, h.rent), "房租，低于 0 的按 0 计", "max(0,房租)"),
    (lambda h, f: lowest(h.rent, f.limit), "房租与限额中较小的", "min(房租,限额)"),
    (
        lambda h, f: clip(h.rent, yuan(1), f.limit),
        "（房租，低于 1 元的按 1 元计）与限额中较小的", "min(max(房租,1),限额)",
    ),
    (
        lambda h, f: highest(h.rent, f.limit, yuan(2)),
        "取下列各项中最大的：房租；限额；2 元", "max(房租,限额,2)",
    ),
    (
        lambda h, f: highest_applying((h.is_poor, f.limit), (h.rent > 0, yuan(3))),
        "取下列各项中适用的最高一项，都不适用的为 0：困难：限额；房租超过 0 元：3 元",
        "max限额如果困难3如果房租>00都不适用",
    ),
    (lambda h, f: total(h.members.wage), "全体成员的工资合计", "∑成员工资"),
    (
        lambda h, f: total(h.members.wage, where=h.members.is_ill),
        "符合“有病”的成员的工资合计", "∑成员:有病工资",
    ),
    (lambda h, f: count(h.members), "成员人数", "#{成员}"),
    (lambda h, f: count(h.members, where=h.members.is_ill), "符合“有病”的成员人数", "#{成员:有病}"),
    (lambda h, f: count(h.members.is_ill), "符合“有病”的成员人数", "#{成员:有病}"),
    (lambda h, f: any_member(h.members.is_ill), "至少有一名成员符合“有病”", "∃成员:有病"),
    (
        lambda h, f: all_members(h.members.wage > 0, where=h.members.is_ill),
        "在符合“有病”的成员中，每一名都符合“工资超过 0 元”", "∀成员:有病:工资>0",
    ),
    (lambda h, f: monthly(h.pension), "年金的十二分之一", "年金12"),
    (lambda h, f: f.rate[h.place], "按地方确定的标准", "标准地方"),
    (lambda h, f: f.rate["a"] + h.rent, "按“甲地”确定的标准与房租之和", "标准“甲地”+房租"),
    (
        lambda h, f: marginal(h.rent, f.scale),
        "房租按分段比例分段累进，每一段只用该段的比例", "分段累进(房租;分段比例)",
    ),
    (lambda h, f: bracket(h.rent, f.scale), "房租所在档的分段比例", "所在档(房租;分段比例)"),
    (
        lambda h, f: any_member(h.members.is_ill) & h.is_poor,
        "至少有一名成员符合“有病”，并且困难", "(∃成员:有病)∧困难",
    ),
    (
        lambda h, f: highest_member(h.members.wage) + h.rent,
        "（全体成员的工资中最大的）与房租之和", "max成员工资+房租",
    ),
    (
        lambda h, f: lowest_member(h.members.wage, where=h.members.is_ill, otherwise=0),
        "符合“有病”的成员的工资中最小的，没有这样的成员为 0", "min成员:有病工资0没有这样的",
    ),
    (lambda h, f: is_given(h.since), "填写了起始月", "已填写(起始月)"),
    (lambda h, f: months_since(h.since), "起始月到核定月份的月数", "月数(起始月;核定月)"),
    (
        lambda h, f: months_between(h.since, month_of(h.applied)),
        "起始月到申请日所在的月份的月数", "月数(起始月;月份(申请日))",
    ),
    (lambda h, f: h.since >= calendar_month("2016-05"), "起始月不早于 2016-05", "起始月≥2016-05"),
    (
        lambda h, f: any_member(age(h.members.birth) >= f.years),
        "至少有一名成员符合“按生日到核定月份第一天已满的周岁达到或超过年龄线”",
        "∃成员:周岁(生日;核定月第一天)≥年龄线",
    ),
    (
        lambda h, f: any_member(age(h.members.birth, on=date(2016, 1, 1)) >= f.years),
        "至少有一名成员符合“按生日到 2016-01-01 已满的周岁达到或超过年龄线”",
        "∃成员:周岁(生日;2016-01-01)≥年龄线",
    ),
]  # fmt: skip


def drawn(book: RuleBook, expression: Expression, language: Language = CHINESE) -> str:
    box = Mathematics(book, language).of(expression)
    return "".join(ElementTree.fromstring(f"<math>{box.xml}</math>").itertext())


@pytest.mark.parametrize(("formula", "words", "mathematics"), FORMULAS)
def test_a_formula_reads_right(book: RuleBook, formula: F, words: str, mathematics: str) -> None:
    expression = formula(Group(book), book.figures)
    assert Wording(book, CHINESE).said(expression).text() == words
    assert drawn(book, expression) == mathematics


@pytest.mark.parametrize(("formula", "words", "mathematics"), FORMULAS)
def test_a_formula_has_its_english(
    book: RuleBook, formula: F, words: str, mathematics: str
) -> None:
    expression = formula(Group(book), book.figures)
    labels = "房租 限额 年金 地方 甲地 困难 起始月 申请日 工资 生日 有病 年龄线 标准 分段比例 比例"
    told = Wording(book, english()).said(expression).text("; ")
    told += drawn(book, expression, english())
    for label in labels.split():
        told = told.replace(label, "X")
    assert not re.search("[\u3000-\u9fff\uff00-\uffef]", told), told
    assert "  " not in told


def test_a_member_rule_says_whose_value_it_uses(book: RuleBook) -> None:
    expression = Member(book).wage > Member(book).group.rent
    assert Wording(book, CHINESE).said(expression).text() == "工资超过家庭的房租"
    assert drawn(book, expression) == "工资>房租家庭"


def test_every_part_of_the_vocabulary_has_words_and_mathematics() -> None:
    assert set(INLINE) == set(DRAW) == set(SAY) == set(Base.__subclasses__())


def test_names_are_links_and_signs_are_escaped(book: RuleBook) -> None:
    book.facts["group"]["rent"] = Money(label="租<金>", highest=1000)
    expression = Group(book).rent < book.figures.limit
    said = Wording(book, CHINESE).said(expression)
    assert said.line[0] == Reference("fact", "group", "rent", "租<金>")
    xml = Mathematics(book, CHINESE).of(expression).xml
    assert "租&lt;金&gt;" in xml
    ElementTree.fromstring(f"<math>{xml}</math>")


def test_what_is_unknown_is_said_only_where_it_is_special(book: RuleBook) -> None:
    h = Group(book)
    assert unknowns(h.rent + book.figures.limit > 0) == []
    special = unknowns(when(h.is_poor & (h.rent > 0), 1, 0))
    assert [told[:5] for told in special] == ["条件未知时", "有一项不成"]


@st.composite
def graphs(draw: st.DrawFn) -> dict[str, list[str]]:
    size = draw(st.integers(0, 30))
    return {
        f"n{number}": sorted(draw(st.sets(st.sampled_from(names), max_size=4))) if names else []
        for number in range(size)
        for names in [[f"n{other}" for other in range(number)]]
    }


@settings(deadline=None)
@given(graphs())
def test_a_graph_is_laid_out_from_left_to_right_without_overlaps(
    graph: dict[str, list[str]],
) -> None:
    layout = laid_out(graph, 40.0)
    assert set(layout.places) == set(graph)
    for name, needed in graph.items():
        for other in needed:
            route = layout.routes[other, name]
            assert [place.column for place in route] == list(
                range(layout.places[other].column, layout.places[name].column + 1)
            )
            assert (route[0], route[-1]) == (layout.places[other], layout.places[name])
            assert len(route) > 1
    places = sorted(layout.places.values())
    for one, two in pairwise(places):
        assert one.column != two.column or two.height - one.height >= 40 - 1e-6
    assert all(20 - 1e-6 <= place.height <= layout.height - 20 + 1e-6 for place in places)
    assert laid_out(graph, 40.0) == layout
