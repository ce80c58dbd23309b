"""Two cases of one group: the changes are all named, and their parts add up to the whole."""

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jimin.engine.rules import (
    Case,
    Choice,
    Day,
    Decision,
    Expression,
    Group,
    Member,
    Money,
    Policy,
    RuleBook,
    age,
    count,
    highest,
    load_parameters,
    total,
    when,
    yuan,
)
from jimin.engine.rules.compare import compare, is_same_rule

DECISION = Decision("conclusion", "待人工核实", "size", (), ("amount",))
FIGURES = """
standard:
  label: 城市低保标准
  unit: 元/人·月
  keys: [county]
  values:
    - {since: 2016-01-01, source: 示例, status: example, value: {a: 425, b: 400}}
    - {since: 2016-07-01, source: 示例, status: example, value: {a: 460, b: 435}}
child_age:
  label: 成年年龄
  unit: 岁
  values:
    - {since: 2016-01-01, source: 示例, status: example, value: 18}
bonus:
  label: 儿童加发
  unit: 元/人·月
  values:
    - {since: 2016-01-01, source: 示例, status: example, value: 50}
"""


def _policy(folder: Path, figures: str = FIGURES) -> Policy:
    path = folder / "figures.yaml"
    path.write_text(figures, encoding="utf-8")
    book = RuleBook("small", parameters=load_parameters(path))
    names = book.figures
    book.group_facts(county=Choice(label="区", choices={"a": "甲区", "b": "乙区"}))
    book.member_facts(birth=Day(label="出生日期"), wage=Money(label="工资性收入", highest=100_000))

    @book.member("计入的收入", cite="第一条")
    def counted(p: Member) -> Expression:
        return p.wage

    @book.member("计入的收入", cite="第二条", since="2017-01-01", replaces="counted")
    def counted_later(p: Member) -> Expression:
        return highest(0, p.wage - yuan(100))

    @book.member("儿童加发", cite="第三条")
    def extra(p: Member) -> Expression:
        return when(age(p.birth) < names.child_age, names.bonus, 0)

    @book.group("人数", cite="第四条")
    def size(h: Group) -> Expression:
        return count(h.members)

    @book.group("差额", cite="第五条")
    def gap(h: Group) -> Expression:
        return names.standard[h.county] * h.size - total(h.members.counted)

    @book.group("结论", cite="第六条")
    def conclusion(h: Group) -> Expression:
        return when(h.gap > 0, "符合", "不符合")

    @book.group("本月应发", cite="第七条")
    def amount(h: Group) -> Expression:
        return when(h.gap > 0, h.gap + total(h.members.extra), 0)

    return Policy(name="small", label="小", version="1", book=book)


@pytest.fixture(scope="module")
def policy(tmp_path_factory: pytest.TempPathFactory) -> Policy:
    return _policy(tmp_path_factory.mktemp("figures"))


ADULT = {"birth": date(1980, 1, 1), "wage": 300}
CHILD = {"birth": date(1998, 7, 1), "wage": 0}


def _case(policy: Policy, month: str, *people: Mapping[str, object], county: str = "a") -> Case:
    facts = [{n: v for n, v in person.items() if n != "name"} for person in people]
    names = [str(person.get("name", f"成员{n}")) for n, person in enumerate(people, 1)]
    return Case(policy.at(month), {"county": county}, facts, names)


def test_a_higher_standard_a_higher_wage_and_a_child_grown_up_are_told_apart(
    policy: Policy,
) -> None:
    before = _case(policy, "2016-06", {**ADULT, "name": "张三"}, {**CHILD, "name": "张小"})
    after = _case(
        policy, "2016-07", {**ADULT, "name": "张三", "wage": 500}, {**CHILD, "name": "张小"}
    )
    found = compare(before, after, DECISION)
    assert found.sentences() == (
        "结论都是“符合”，本月应发由 600.00 降至 420.00。",
        "月份由 2016-06 到 2016-07，年龄和期限按新的月份计算，本月应发减少 50.00 元。",
        "城市低保标准由 425.00 升至 460.00，本月应发增加 70.00 元。",
        "张三的工资性收入由 300.00 升至 500.00，本月应发减少 200.00 元。",
    )
    labels = [(step.after.label, step.after.member) for step in found.steps if step.after]
    assert labels == [("计入的收入", "张三"), ("差额", ""), ("儿童加发", "张小"), ("本月应发", "")]


def test_a_new_version_of_a_rule_is_named(policy: Policy) -> None:
    found = compare(_case(policy, "2016-12", ADULT), _case(policy, "2017-01", ADULT), DECISION)
    assert found.sentences() == (
        "结论都是“符合”，本月应发由 160.00 升至 260.00。",
        "规则改变：计入的收入，本月应发增加 100.00 元。",
    )


def test_members_who_come_and_go_are_told_by_name(policy: Policy) -> None:
    old, new = {**ADULT, "name": "张三"}, {"birth": date(2010, 1, 1), "wage": 0, "name": "张小"}
    after = _case(policy, "2016-07", new)
    found = compare(_case(policy, "2016-07", old), after, DECISION)
    assert found.sentences()[1:] == (
        "增加成员 张小，本月应发增加 510.00 元。",
        "减少成员 张三，本月应发减少 160.00 元。",
    )
    assert [cause.kind for cause in found.causes] == ["member", "member"]


def test_going_back_in_time_ends_at_the_month_before(policy: Policy) -> None:
    found = compare(_case(policy, "2016-07", CHILD), _case(policy, "2016-06", CHILD), DECISION)
    assert found.sentences() == (
        "结论都是“符合”，本月应发由 460.00 升至 475.00。",
        "城市低保标准由 460.00 降至 425.00，本月应发减少 35.00 元。",
        "月份由 2016-07 到 2016-06，本月应发增加 50.00 元。",
    )


def test_a_birth_after_the_earlier_month_is_told_with_what_makes_it_possible(
    policy: Policy,
) -> None:
    born = {"birth": date(2016, 7, 9), "wage": 0}
    found = compare(
        _case(policy, "2016-06", ADULT), _case(policy, "2016-07", ADULT, born), DECISION
    )
    assert found.difference == 545
    assert [cause.difference for cause in found.causes] == [35, 510]


def test_what_nobody_stated_makes_the_amount_unknown_from_there_on(policy: Policy) -> None:
    found = compare(
        _case(policy, "2016-06", ADULT),
        _case(policy, "2016-07", {**ADULT, "wage": None}),
        DECISION,
    )
    assert found.difference is None
    assert found.sentences() == (
        "结论由“符合”变为“待人工核实”，本月应发由“125.00”改为“未知”。",
        "城市低保标准由 425.00 升至 460.00，本月应发增加 35.00 元。",
        "成员1的工资性收入由“300.00”改为“未填写”，结论由“符合”变为“待人工核实”，本月应发不能确定。",
    )


def test_another_version_of_the_policy_is_compared_by_what_it_says(
    policy: Policy, tmp_path: Path
) -> None:
    draft = _policy(tmp_path, FIGURES.replace("a: 460", "a: 500"))
    found = compare(_case(policy, "2016-07", ADULT), _case(draft, "2016-07", ADULT), DECISION)
    assert found.sentences()[1:] == ("城市低保标准由 460.00 升至 500.00，本月应发增加 40.00 元。",)
    rules, others = policy.at("2016-07").rules, draft.at("2016-07").rules
    assert all(is_same_rule(rules[name], others[name]) for name in rules)
    assert not is_same_rule(rules["counted"], policy.at("2017-01").rules["counted"])


def test_nothing_changed_is_said_so(policy: Policy) -> None:
    case = _case(policy, "2016-07", ADULT)
    found = compare(case, _case(policy, "2016-08", ADULT), DECISION)
    assert found.sentences() == ("结论都是“符合”，本月应发都是 160.00。",)
    assert found.steps == ()


PERSON = st.fixed_dictionaries(
    {
        "birth": st.dates(date(1990, 1, 1), date(2016, 5, 31)),
        "wage": st.integers(0, 60_000).map(lambda fen: Fraction(fen, 100)),
        "name": st.sampled_from(["张三", "李四", "王五"]),
    }
)
STATED = st.tuples(
    st.sampled_from(["2016-06", "2016-07", "2017-01", "2017-06"]),
    st.lists(PERSON, min_size=1, max_size=3),
    st.sampled_from(["a", "b"]),
)


@settings(max_examples=150, deadline=None)
@given(one=STATED, other=STATED)
def test_the_parts_add_up_to_the_whole(policy: Policy, one: Any, other: Any) -> None:
    before = _case(policy, one[0], *one[1], county=one[2])
    after = _case(policy, other[0], *other[1], county=other[2])
    found = compare(before, after, DECISION)
    assert found.amount_before == before.value("amount")
    assert found.amount == after.value("amount")
    assert sum(cause.difference or 0 for cause in found.causes) == found.difference
    results = [(c.conclusion_before, c.amount_before) for c in found.causes]
    reached = [(c.conclusion, c.amount) for c in found.causes]
    assert results[1:] == reached[:-1]
    if reached:
        assert reached[-1] == (found.conclusion, found.amount)
