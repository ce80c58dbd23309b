"""What each word of the vocabulary means, by numbers worked out by hand."""

from collections.abc import Callable
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from jimin.engine.rules import (
    Case,
    Choice,
    Day,
    Decision,
    DefinitionError,
    Entities,
    Expression,
    Flag,
    Group,
    GroupOfMember,
    Member,
    Members,
    Money,
    Month,
    Policy,
    PolicyError,
    RuleBook,
    Unknown,
    Whole,
    Words,
    age,
    all_members,
    any_member,
    bracket,
    case,
    clip,
    count,
    load_parameters,
    marginal,
    month_of,
    months_between,
    round_up,
    total,
    when,
    yuan,
)
from jimin.engine.rules.city import run_city
from jimin.engine.rules.units import YUAN

FIGURES = """
share:
  label: 分段救助比例
  unit: 比例
  thresholds: 元
  values:
    - since: 2016-01-01
      source: 甲
      status: example
      value: {"3,000": 50%, "10,000": 60%, "30000": 70%}
    - {since: 2016-07-01, source: 乙, status: example, value: {"0": 80%}}
care:
  label: 照料护理标准
  unit: 元/月
  keys: [county, grade]
  values:
    - since: 2016-01-01
      source: 甲
      status: example
      value: {a: {"0": 0, "1": 150, "2": 300}, b: {"0": 0, "1": 120, "2": 240.5}}
limit:
  label: 限额
  unit: 元/月
  values: [{since: 2016-01-01, source: 甲, status: example, value: 100}]
adult:
  label: 成年
  unit: 岁
  values: [{since: 2016-01-01, source: 甲, status: example, value: 18}]
later:
  label: 后来的限额
  unit: 元/月
  values: [{since: 2021-07-01, source: 甲, status: example, value: 70}]
"""


LACKING = """
care:
  label: 照料护理标准
  unit: 元/月
  keys: [county, grade]
  values:
    - since: 2016-01-01
      source: 甲
      status: example
      value: {a: {"0": 0, "1": 150, "2": 300}, b: {"0": 0, "1": 120}}
    - {since: 2016-07-01, source: 乙, status: example, value: {b: {"2": 9}}}
"""


def a_book(folder: Path) -> RuleBook:
    (folder / "figures.yaml").write_text(FIGURES, encoding="utf-8")
    book = RuleBook("test", parameters=load_parameters(folder))
    book.group_facts(
        county=Choice(label="县", choices={"a": "甲县", "b": "乙县"}),
        bill=Money(label="自付费用", unit=YUAN, highest=10**6),
        applied=Day(label="申请日"),
        since=Month(label="起始月", optional=True),
    )
    book.member_facts(
        grade=Whole(label="护理等级", highest=2),
        wage=Money(label="工资", highest=10**6),
        birth=Day(label="出生日期"),
        is_ill=Flag(label="重病"),
    )
    return book


def policy_of(book: RuleBook) -> Policy:
    return Policy(name="test", label="试验", version="0", book=book)


def of_group(
    folder: Path,
    formula: Callable[[Group], Any],
    month: str,
    *members: dict[str, Any],
    **group: Any,
) -> Any:
    """What a rule about the group gives, the same by the interpreter and by the city's SQL."""
    book = a_book(folder)
    formula.__name__ = "it"
    book.group("试验", cite="某办法第一条")(formula)

    @book.group("人数", cite="某办法第一条")
    def size(h: Group) -> Expression:
        return count(h.members)

    @book.group("结论", cite="某办法第一条")
    def outcome(h: Group) -> Expression:
        return when(h.size > 1, "多人", "一人")

    policy = policy_of(book)
    people = members or ({},)
    found = Case(policy.at(month), group, people).value("it")
    value = None if isinstance(found, Unknown) else found
    assert in_city(policy, month, group, people) == value
    return value


def in_city(policy: Policy, month: str, group: dict[str, Any], people: Any) -> Any:
    schemas = (
        {"county": pa.string(), "bill": pa.int64(), "applied": pa.date32(), "since": pa.date32()},
        {"grade": pa.int64(), "wage": pa.int64(), "birth": pa.date32(), "is_ill": pa.bool_()},
    )
    tables = []
    for schema, rows in zip(schemas, ([group], people), strict=True):
        columns = [("household", pa.int64()), *schema.items()]
        stored = [{"household": 1, **{n: _stored(n, row.get(n)) for n in schema}} for row in rows]
        tables.append(pa.Table.from_pylist(stored, schema=pa.schema(columns)))
    decision = Decision("outcome", "待定", "size", (), ())
    row = run_city(policy, decision, month, *tables, trace=("it",)).to_pylist()[0]
    if "it" in row:
        return row["it"]
    above = row["it_numerator"]
    return None if above is None else Fraction(above, row["it_denominator"])


def _stored(name: str, value: Any) -> Any:
    if name in ("bill", "wage") and value is not None:
        return int(value * 100)
    return date.fromisoformat(f"{value}-01") if name == "since" and value else value


@pytest.mark.parametrize(
    ("bill", "marginally", "by_step"),
    [
        (0, 0, 0),
        (2999, 0, 0),
        (3000, 0, 1500),
        (Fraction(300001, 100), Fraction(1, 200), Fraction(300001, 200)),
        (10000, 3500, 6000),
        (20000, 9500, 12000),
        (30000, 15500, 21000),
        (100000, 64500, 70000),
        (None, None, None),
    ],
)
def test_slices_are_paid_each_at_its_rate(
    tmp_path: Path, bill: Any, marginally: Any, by_step: Any
) -> None:
    scale = lambda h: marginal(h.bill, h._book.figures.share)  # noqa: E731
    assert of_group(tmp_path, scale, "2016-01", bill=bill) == marginally
    step = lambda h: h.bill * bracket(h.bill, h._book.figures.share)  # noqa: E731
    assert of_group(tmp_path, step, "2016-01", bill=bill) == by_step


def test_a_new_scale_replaces_all_steps_of_the_old(tmp_path: Path) -> None:
    scale = lambda h: marginal(h.bill, h._book.figures.share)  # noqa: E731
    assert of_group(tmp_path, scale, "2016-07", bill=10000) == 8000


def test_a_scale_is_explained_step_by_step(tmp_path: Path) -> None:
    book = a_book(tmp_path)

    @book.group("救助额", cite="某办法第二条")
    def aid(h: Group) -> Expression:
        return marginal(h.bill, book.figures.share)

    single = Case(policy_of(book).at("2016-01"), {"bill": 20000}, [{}])
    assert single.value("aid") == 9500
    step = Words(single).step("aid", None)
    assert step.formula == (
        "自付费用 20000.00 按分段救助比例(3000.00 起 50%；10000.00 起 60%；30000.00 起 70%)分段累进"
    )
    assert [(figure.value, figure.source) for figure in step.parameters] == [
        ("50%", "甲"), ("60%", "甲"), ("70%", "甲"),
    ]  # fmt: skip


def test_a_scale_is_no_number(tmp_path: Path) -> None:
    book = a_book(tmp_path)
    book.group("试验", cite="某办法第一条")(lambda h: h.bill * book.figures.share)
    with pytest.raises(DefinitionError, match=r"参数 share 是分段的：请写 marginal\(金额"):
        policy_of(book)
    book = a_book(tmp_path)
    book.group("试验", cite="某办法第一条")(lambda h: marginal(h.bill, book.figures.limit))
    with pytest.raises(DefinitionError, match="marginal 需要分段的参数"):
        policy_of(book)


def test_a_value_is_kept_within_limits(tmp_path: Path) -> None:
    formula = lambda h: clip(total(h.members.wage), yuan(50), h._book.figures.limit)  # noqa: E731
    for wage, expected in ((0, 50), (70, 70), (500, 100), (None, None)):
        assert of_group(tmp_path, formula, "2016-01", {"wage": wage}) == expected


def test_members_are_filtered_and_unknown_matters_only_where_it_counts(tmp_path: Path) -> None:
    people = ({"wage": 10, "is_ill": True}, {"wage": 5, "is_ill": False}, {"wage": 0})
    of_ill: list[tuple[Callable[[Group], Any], Any]] = [
        (lambda h: total(h.members.wage, where=h.members.is_ill), 10),
        (lambda h: count(h.members, where=h.members.is_ill), None),
        (lambda h: count(h.members.wage > yuan(0), where=h.members.is_ill), 1),
        (lambda h: any_member(h.members.wage > yuan(7), where=h.members.is_ill), True),
        (lambda h: any_member(h.members.wage > yuan(50), where=h.members.is_ill), False),
        (lambda h: all_members(h.members.wage > yuan(7), where=h.members.is_ill), None),
        (lambda h: all_members(h.members.wage >= yuan(0), where=h.members.is_ill), True),
    ]
    for formula, expected in of_ill:
        assert of_group(tmp_path, formula, "2016-01", *people) == expected


def test_ages_and_months_count_to_a_day_of_the_case(tmp_path: Path) -> None:
    born = {"birth": date(2000, 2, 29)}
    old_enough: Callable[[Group], Any] = lambda h: total(  # noqa: E731
        when(age(h.members.birth, on=date(2018, 2, 28)) >= h._book.figures.adult, 1, 0)
    )
    assert of_group(tmp_path, old_enough, "2018-03", born) == 0
    assert of_group(tmp_path, old_enough, "2018-03", {"birth": date(2000, 2, 28)}) == 1
    passed: Callable[[Group], Any] = lambda h: months_between(  # noqa: E731
        h.since, month_of(h.applied)
    )
    group = {"since": "2015-11", "applied": date(2016, 2, 29)}
    assert of_group(tmp_path, passed, "2016-03", **group) == 3
    assert of_group(tmp_path, passed, "2016-03", **(group | {"since": "2016-04"})) == -2
    later: Callable[[Group], Any] = lambda h: h.applied >= date(2016, 2, 29)  # noqa: E731
    assert of_group(tmp_path, later, "2016-03", **group) is True


def test_a_member_rule_uses_its_group_and_a_grade(tmp_path: Path) -> None:
    book = a_book(tmp_path)

    @book.group("人均工资", cite="某办法第一条")
    def mean_wage(h: Group) -> Expression:
        return total(h.members.wage) / h.size

    @book.group("人数", cite="某办法第一条")
    def size(h: Group) -> Expression:
        return count(h.members)

    @book.member("护理补贴", cite="某办法第三条")
    def allowance(p: Member) -> Expression:
        fits = p.wage <= p.household.mean_wage
        return when(fits, book.figures.care[p.household.county, p.grade], 0)

    @book.group("补贴合计", cite="某办法第三条")
    def it(h: Group) -> Expression:
        return round_up(total(h.members.allowance))

    @book.group("结论", cite="某办法第一条")
    def outcome(h: Group) -> Expression:
        return when(h.it > 0, "有", "无")

    policy = policy_of(book)
    people = [{"wage": 10, "grade": 2}, {"wage": 20, "grade": 1}, {"wage": 30, "grade": 2}]
    single = Case(policy.at("2016-01"), {"county": "b"}, people)
    assert single.value("it") == 361
    assert [single.value("allowance", place) for place in range(3)] == [Fraction(481, 2), 120, 0]
    assert Words(single).step("allowance", 0).formula == (
        "工资 10.00 ≤ 人均工资 20.00 成立，取 照料护理标准 240.50"
    )
    assert in_city(policy, "2016-01", {"county": "b"}, people) == 361


def test_a_pair_of_group_and_member_has_its_own_names() -> None:
    class Home(Group):
        residents: Members

    class Resident(Member):
        home: GroupOfMember

    entities = Entities("home", "resident", "residents", "机构", "老人")
    book = RuleBook("homes", entities=entities)
    book.group_facts(fee=Money(label="收费标准", highest=10**5))
    book.member_facts(days=Whole(label="入住天数", highest=31))

    @book.member("当月费用", cite="某办法第一条")
    def due(resident: Resident) -> Expression:
        return when(resident.days > 0, resident.home.fee, 0)

    @book.group("收入", cite="某办法第一条")
    def it(home: Home) -> Expression:
        return total(home.residents.due)

    @book.group("人数", cite="某办法第一条")
    def size(home: Home) -> Expression:
        return count(home.residents)

    @book.group("结论", cite="某办法第一条")
    def outcome(home: Home) -> Expression:
        return when(home.size > 1, "多人", "一人")

    policy = policy_of(book)
    single = Case(policy.at("2016-01"), {"fee": 900}, [{"days": 3}, {"days": 0}])
    assert single.value("it") == 900
    homes = pa.table({"home": ["A"], "fee": pa.array([90000], pa.int64())})
    residents = pa.table({"home": ["A", "A"], "days": pa.array([3, 0], pa.int64())})
    decision = Decision("outcome", "待定", "size", (), ("it",))
    found = run_city(policy, decision, "2016-01", homes, residents)
    assert found.to_pylist() == [{"home": "A", "conclusion": "多人", "size": 2, "it_fen": 90000}]
    with pytest.raises(PolicyError, match="机构没有老人：请至少填写一名老人"):
        Case(policy.at("2016-01"), {}, [])
    with pytest.raises(PolicyError, match="机构 A 没有老人，请补录老人"):
        run_city(policy, decision, "2016-01", homes, residents.slice(0, 0))
    with pytest.raises(DefinitionError, match="老人没有 household"):
        Member(book).household  # noqa: B018


def versioned(folder: Path) -> Policy:
    book = a_book(folder)

    @book.group("限额", cite="旧办法第一条")
    def cap(h: Group) -> Expression:
        return case((h.county == "a", book.figures.limit), otherwise=0)

    @book.group("限额", cite="新办法第一条", since="2021-07-01", replaces="cap")
    def cap_from_2021(h: Group) -> Expression:
        return case((h.county == "a", book.figures.later), otherwise=0)

    @book.group("双倍", cite="旧办法第二条", until="2021-12-31")
    def double(h: Group) -> Expression:
        return h.cap * 2

    return policy_of(book)


def test_a_rule_has_versions_by_date(tmp_path: Path) -> None:
    policy = versioned(tmp_path)
    assert policy.first_month() == "2016-01"
    assert policy.months_of_change() == ("2016-01", "2016-07", "2021-07", "2022-01")
    values = [
        Case(policy.at(month), {"county": "a"}, [{}]).value("cap")
        for month in ("2016-01", "2021-06", "2021-07")
    ]
    assert values == [100, 100, 70]
    assert [rule.cite for rule in policy.book.versions["cap"]] == ["旧办法第一条", "新办法第一条"]
    assert policy.at("2021-06").rules["cap"].cite == "旧办法第一条"
    assert policy.at("2021-07").rules["cap"].cite == "新办法第一条"
    assert Case(policy.at("2021-12"), {"county": "a"}, [{}]).value("double") == 140
    with pytest.raises(PolicyError, match="规则“双倍”（double）在 2022-01 没有施行"):
        Case(policy.at("2022-01"), {"county": "a"}, [{}]).value("double")


def test_versions_that_cannot_be_are_refused(tmp_path: Path) -> None:
    def named(book: RuleBook, name: str, unit: Any, **dates: str) -> None:
        def formula(h: Group) -> Any:
            return unit(h)

        formula.__name__ = name
        book.group("限额", cite="某办法第一条", **dates)(formula)

    bill, size = (lambda h: h.bill * 2), (lambda h: count(h.members) + 1)
    book = a_book(tmp_path)
    named(book, "cap", bill)
    with pytest.raises(DefinitionError, match=r"名字 cap 已经用过，.*如果是新的版本，请写 since"):
        named(book, "cap", bill)
    with pytest.raises(DefinitionError, match="since“2021”不是日期：请写成 2021-07-01"):
        named(book, "cap", bill, since="2021")
    with pytest.raises(DefinitionError, match="取代 lid：被取代的规则要写在前面"):
        named(book, "cap", bill, since="2021-07-01", replaces="lid")
    named(book, "cap", size, since="2021-07-01")
    with pytest.raises(DefinitionError, match="规则 cap：新版本的结果与旧版本不是一类或单位不同"):
        policy_of(book)
    book = a_book(tmp_path)
    named(book, "cap", bill, until="2021-12-31")
    named(book, "cap", bill, since="2021-07-01")
    with pytest.raises(DefinitionError, match="规则 cap 的两个版本时间重叠"):
        policy_of(book)


def test_last_month_is_carried_from_case_to_case(tmp_path: Path) -> None:
    book = a_book(tmp_path)

    @book.group("补助", cite="某办法第一条")
    def aid(h: Group) -> Expression:
        return when(total(h.members.wage) < yuan(100), yuan(80), round_up(h.last("aid") / 2))

    book.last_month(aid=Money(label="上月补助", highest=1000, default=0))
    policy = policy_of(book)
    paid: list[Any] = []
    last: dict[str, Any] = {}
    for month, wage in (("2016-01", 50), ("2016-02", 300), ("2016-03", 300), ("2016-04", 300)):
        single = Case(policy.at(month), last, [{"wage": wage}])
        paid.append(single.value("aid"))
        last, _ = single.carried()
    assert paid == [80, 40, 20, 10]
    assert last == {"last_aid": 10}


def test_last_month_must_be_declared_and_fit(tmp_path: Path) -> None:
    book = a_book(tmp_path)
    book.group("试验", cite="某办法第一条")(lambda h: h.last("aid") + 1)
    with pytest.raises(DefinitionError, match="没有声明规则 aid 的上月结果"):
        policy_of(book)
    book = a_book(tmp_path)
    book.group("试验", cite="某办法第一条")(lambda h: h.last("it") + h.bill)
    book.last_month(it=Money(label="上月", unit=YUAN, highest=10))
    with pytest.raises(DefinitionError, match="last_month 提到 it，但没有这条规则"):
        policy_of(book)
    book = a_book(tmp_path)

    @book.group("试验", cite="某办法第一条")
    def it(h: Group) -> Expression:
        return h.bill * 2

    book.last_month(it=Money(label="上月", highest=10))
    with pytest.raises(DefinitionError, match="规则 it 的结果与声明的上月结果不是一类或单位不同"):
        policy_of(book)


def test_a_figure_that_lacks_in_a_month_is_named_by_both(tmp_path: Path) -> None:
    (tmp_path / "figures.yaml").write_text(LACKING, encoding="utf-8")
    book = RuleBook("test", parameters=load_parameters(tmp_path))
    book.group_facts(county=Choice(label="县", choices={"a": "甲县", "b": "乙县"}))
    book.member_facts(grade=Whole(label="护理等级", highest=2))

    @book.member("护理补贴", cite="某办法第三条")
    def allowance(p: Member) -> Expression:
        return book.figures.care[p.household.county, p.grade]

    @book.group("人数", cite="某办法第一条")
    def size(h: Group) -> Expression:
        return count(h.members)

    @book.group("补贴合计", cite="某办法第三条")
    def it(h: Group) -> Expression:
        return total(h.members.allowance)

    @book.group("结论", cite="某办法第一条")
    def outcome(h: Group) -> Expression:
        return when(h.size > 1, "多人", "一人")

    policy = policy_of(book)
    assert in_city(policy, "2016-01", {"county": "b"}, [{"grade": 1}]) == 120
    assert in_city(policy, "2016-07", {"county": "b"}, [{"grade": 2}]) == 9
    with pytest.raises(PolicyError, match="“照料护理标准”（care，b，2）没有 2016-01 的数值"):
        Case(policy.at("2016-01"), {"county": "b"}, [{"grade": 2}]).value("it")
    with pytest.raises(PolicyError, match="“照料护理标准”（care）没有 2016-01 b、2 的数值，请补上"):
        in_city(policy, "2016-01", {"county": "b"}, [{"grade": 2}])
