"""A rule that cannot be trusted is refused when it is defined, with its place and what to do."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from jimin.engine.rules import (
    Choice,
    Day,
    DefinitionError,
    Expression,
    Flag,
    Group,
    Member,
    Money,
    Policy,
    RuleBook,
    Whole,
    age,
    count,
    load_parameters,
    monthly,
    pct,
    round_up,
    total,
    when,
)
from jimin.engine.rules.units import YUAN

FIGURES = """
standard:
  label: 标准
  unit: 元/人·月
  keys: [county]
  values:
    - {since: 2016-01-01, source: 文件, status: example, value: {a: 400, b: 380.50}}
yearly_standard:
  label: 年标准
  unit: 元/人·年
  values:
    - {since: 2016-01-01, source: 文件, status: confirmed, value: "3,400"}
"""


def a_book(folder: Path) -> RuleBook:
    (folder / "figures.yaml").write_text(FIGURES, encoding="utf-8")
    book = RuleBook("test", parameters=load_parameters(folder))
    book.group_facts(
        county=Choice(label="县", choices={"a": "甲县", "b": "乙县"}),
        savings=Money(label="存款", unit=YUAN, highest=10**9),
        rooms=Whole(label="房间数", highest=50),
        huge=Whole(label="大数", highest=10**16),
    )
    book.member_facts(
        wage=Money(label="工资", highest=10**7),
        is_ill=Flag(label="重病"),
        birth=Day(label="出生日期"),
    )

    @book.group("人数", cite="某办法第一条")
    def size(h: Group) -> Expression:
        return count(h.members)

    @book.group("另一个数", cite="某办法第一条")
    def other_size(h: Group) -> Expression:
        return count(h.members) + 1

    return book


def close(book: RuleBook) -> Policy:
    return Policy(name="test", label="试验", version="0", book=book)


def both_conditions(h: Group) -> Any:
    return (h.rooms > 1) and (h.savings > 0)


def chained(h: Group) -> Any:
    return 0 <= h.rooms < 3


REFUSED: list[tuple[Callable[[Group], Any], str]] = [
    (lambda h: h.savings * 0.2, "不能用浮点数 0.2：请写 pct"),  # type: ignore[operator]
    (lambda h: h.savings * pct(0.2), "不能用浮点数"),  # type: ignore[arg-type]
    (lambda h: h.saving, "没有 saving 这个情况或规则；有：county、savings"),
    (lambda h: total(h.members.wages), "成员没有 wages"),
    (both_conditions, "不能用 and、or、not、if"),
    (chained, "不能用 and、or、not、if"),
    (lambda h: h.rooms + h.savings, "两边单位不同：无单位 与 元"),
    (lambda h: total(h.members.wage) < h.savings, "两边单位不同：元/月 与 元"),
    (lambda h: total(h.members.wage) + h.yearly, "没有 yearly"),
    (lambda h: h.rooms + h.county, "\\+ 需要数，给的却是选项"),
    (lambda h: h.county == "c", "没有选项“c”，只有：a、b"),
    (lambda h: h.county < "b", "不能用 < 比较选项和选项"),
    (lambda h: h.members.wage, "属于别的对象：请用 total、count"),
    (lambda h: h.members.wage + total(h.members.wage), "混用了全家的值和单个成员的值"),
    (lambda h: total(h.savings), "total 需要成员的值"),
    (lambda h: when(h.rooms > 1, h.savings, h.county), "when 的两个结果不是一类"),
    (lambda h: when(h.rooms, 1, 2), "when 需要是非，给的却是数"),
    (lambda h: True, "不能直接写 True"),
    (lambda h: [h.rooms], "不能用 list"),
    (lambda h: pct(20), "规则只是一个常数：请把它列为参数"),
    (lambda h: h.savings / h.rooms, "除数可能是 0"),
    (lambda h: h.savings / (h.rooms + 1), "一定不小于 1、不会未知"),
    (lambda h: h.savings / h.size / h.size, "除了两次"),
    (lambda h: h.savings / h.size < h.savings / h.other_size, "两个不同的除数"),
    (lambda h: h.savings / h.size * (h.savings / h.size), "不能相乘"),
    (lambda h: h.huge * h.huge * h.huge, "超出 38 位整数"),
    (lambda h: h.savings * h.savings * h.savings * h.savings, "超出 38 位整数"),
    (lambda h: round_up(h.huge * h.huge * 10 / h.size), "除法的结果可能超出 32 位"),
]


@pytest.mark.parametrize(("formula", "says"), REFUSED, ids=[says for _, says in REFUSED])
def test_a_rule_that_cannot_be_trusted_is_refused(
    tmp_path: Path, formula: Callable[[Group], Any], says: str
) -> None:
    book = a_book(tmp_path)
    book.group("试验", cite="某办法第二条")(formula)
    line = formula.__code__.co_firstlineno
    with pytest.raises(DefinitionError, match=says) as refused:
        close(book)
    where = f"test_definitions.py:{line} 规则 "
    inside = f"test_definitions.py:{line + 1} 规则 "
    assert str(refused.value).startswith((where, inside)), str(refused.value)


def test_a_rule_without_label_or_citation_is_refused(tmp_path: Path) -> None:
    book = a_book(tmp_path)
    with pytest.raises(DefinitionError, match="缺少名称"):
        book.group(" ", cite="某办法第二条")(lambda h: h.rooms)
    with pytest.raises(DefinitionError, match="缺少依据"):
        book.group("房间", cite="")(lambda h: h.rooms)


def test_a_name_used_twice_is_refused(tmp_path: Path) -> None:
    book = a_book(tmp_path)

    def savings(h: Group) -> Expression:
        return h.rooms + 1

    with pytest.raises(DefinitionError, match="名字 savings 已经用过"):
        book.group("存款", cite="某办法第二条")(savings)
    with pytest.raises(DefinitionError, match="声明了两次"):
        book.member_facts(rooms=Whole(label="房间", highest=3))


def test_rules_in_a_circle_are_refused(tmp_path: Path) -> None:
    book = a_book(tmp_path)

    @book.group("甲", cite="某办法第二条")
    def first(h: Group) -> Expression:
        return h.second + 1

    @book.group("乙", cite="某办法第二条")
    def second(h: Group) -> Expression:
        return h.first + 1

    with pytest.raises(DefinitionError, match="规则循环引用：first → second → first"):
        close(book)


def test_rules_may_refer_to_rules_written_further_down(tmp_path: Path) -> None:
    book = a_book(tmp_path)

    @book.group("甲", cite="某办法第二条")
    def first(h: Group) -> Expression:
        return h.second + 1

    @book.group("乙", cite="某办法第二条")
    def second(h: Group) -> Expression:
        return h.rooms + 1

    assert list(close(book).book.rules)[-2:] == ["second", "first"]


def test_a_parameter_that_does_not_exist_or_lacks_its_key_is_refused(tmp_path: Path) -> None:
    book = a_book(tmp_path)
    book.group("试验", cite="某办法第二条")(lambda h: book.figures.standart[h.county])
    with pytest.raises(DefinitionError, match="没有参数 standart；参数文件里有：standard"):
        close(book)
    book = a_book(tmp_path)
    book.group("试验", cite="某办法第二条")(lambda h: book.figures.standard * 2)
    with pytest.raises(DefinitionError, match="参数 standard 的键不对：应当是 county"):
        close(book)


def test_a_year_is_not_compared_with_a_month(tmp_path: Path) -> None:
    book = a_book(tmp_path)
    book.group("试验", cite="某办法第二条")(
        lambda h: book.figures.standard[h.county] < book.figures.yearly_standard
    )
    with pytest.raises(DefinitionError, match="元/月 与 元/年。请先换算"):
        close(book)
    book = a_book(tmp_path)
    book.group("试验", cite="某办法第二条")(
        lambda h: book.figures.standard[h.county] < monthly(book.figures.yearly_standard)
    )
    close(book)


def test_a_reason_that_names_nothing_is_refused(tmp_path: Path) -> None:
    book = a_book(tmp_path)
    book.group("试验", cite="某办法第二条", unmet="有房 {room} 间")(lambda h: h.rooms < 3)
    with pytest.raises(DefinitionError, match="unmet 提到 room"):
        close(book)


def test_members_and_ages_are_only_used_where_they_belong(tmp_path: Path) -> None:
    book = a_book(tmp_path)

    @book.member("老人", cite="某办法第二条")
    def is_old(p: Member) -> Expression:
        return age(p.birth) >= p.wage

    with pytest.raises(DefinitionError, match="两边单位不同：年 与 元/月"):
        close(book)
    book = a_book(tmp_path)
    book.group("试验", cite="某办法第二条")(lambda h: round_up(total(h.members.is_ill)))
    with pytest.raises(DefinitionError, match="total 需要数，给的却是是非"):
        close(book)


def test_a_result_that_is_no_whole_fen_is_not_paid(tmp_path: Path) -> None:
    from jimin.engine.rules import Decision
    from jimin.engine.rules.sql import statement

    book = a_book(tmp_path)

    @book.group("应发", cite="某办法第二条")
    def pay(h: Group) -> Expression:
        return total(h.members.wage) / h.size

    @book.group("结论", cite="某办法第二条")
    def outcome(h: Group) -> Expression:
        return when(h.rooms > 1, "否", "是")

    decision = Decision("outcome", "待定", "size", (), ("pay",))
    with pytest.raises(DefinitionError, match="规则 pay 的结果不是整分：请在规则里先取整"):
        statement(close(book).at("2016-01"), decision, "h", "m")


def test_a_case_must_be_born_by_then(tmp_path: Path) -> None:
    from jimin.engine.rules import Case, PolicyError

    policy = close(a_book(tmp_path))
    with pytest.raises(PolicyError, match="第 1 名成员：出生日期“2016-02-01”晚于核定月份 2016-01"):
        Case(policy.at("2016-01"), {}, [{"birth": date(2016, 2, 1)}])
