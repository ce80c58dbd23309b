"""Figures have dates, units, sources; what is missing or misspelt is named."""

from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

from jimin.engine.rules import (
    Choice,
    Expression,
    Group,
    Policy,
    PolicyError,
    RuleBook,
    Whole,
    load_parameters,
)

GOOD = """
limit:
  label: 限额
  unit: 倍
  values:
    - {since: 2016-07-01, source: 新文件, status: confirmed, value: 1.5}
    - {since: 2016-01-01, source: 旧文件, status: example, value: 1/3}
share:
  label: 比例
  unit: 比例
  values:
    - {since: 2016-01-01, source: 文件, status: example, value: 12.5%}
"""


def write(folder: Path, text: str) -> Path:
    (folder / "figures.yaml").write_text(text, encoding="utf-8")
    return folder


def test_figures_are_exact_and_in_order_of_date(tmp_path: Path) -> None:
    limit, share = load_parameters(write(tmp_path, GOOD))
    assert [(value.since, value.value) for value in limit.values] == [
        (date(2016, 1, 1), Fraction(1, 3)),
        (date(2016, 7, 1), Fraction(3, 2)),
    ]
    assert share.values[0].value == Fraction(1, 8)
    assert limit.at(date(2016, 6, 1))[()].source == "旧文件"
    assert limit.at(date(2016, 7, 1))[()].status == "confirmed"
    assert limit.at(date(2015, 12, 1)) == {}


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("label: 限额", "labl: 限额", "figures.yaml：参数 limit：缺少 label"),
        ("unit: 倍", "unit: 斤", "不认识单位“斤”，可用：元"),
        ("value: 1.5", "value: 一点五", "参数 limit，2016-07-01：“一点五”不是数"),
        ("value: 1.5", "value: 1e3", "“1e3”不是数"),
        ("value: 1/3", "value: 1/0", "分母是 0"),
        ("2016-07-01", "2016-7-1", "since“2016-7-1”不是日期，请写成 2016-01-01"),
        ("status: confirmed", "status: sure", "status 只能是 confirmed"),
        ("source: 新文件, ", "", "缺少 source"),
        ("source: 新文件", "source: ''", "source 不能为空"),
        ("2016-07-01", "2016-01-01", "参数 limit：2016-01-01 写了两次"),
        ("share:", "limit:", "“limit”写了两次"),
        ("status: confirmed", "status: confirmed, note: x", "不认识“note”"),
        ("  values:\n", "  values: [\n", "格式不对"),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, old: str, new: str, says: str) -> None:
    assert old in GOOD
    with pytest.raises(PolicyError, match=says):
        load_parameters(write(tmp_path, GOOD.replace(old, new, 1)))


KEYED = """
standard:
  label: 标准
  unit: 级
  keys: [county]
  values:
    - {since: 2016-01-01, source: 文件, status: example, value: {a: 4, b: 3}}
    - {since: 2016-07-01, source: 文件, status: example, value: {a: 5}}
"""


def keyed_policy(folder: Path, text: str) -> Policy:
    book = RuleBook("test", parameters=load_parameters(write(folder, text)))
    book.group_facts(
        county=Choice(label="县", choices={"a": "甲", "b": "乙"}),
        rooms=Whole(label="房", highest=9),
    )

    @book.group("试验", cite="某办法第二条")
    def few_rooms(h: Group) -> Expression:
        return h.rooms < book.figures.standard[h.county]

    return Policy(name="test", label="试验", version="0", book=book)


def test_a_key_keeps_its_figure_until_it_gets_a_new_one(tmp_path: Path) -> None:
    policy = keyed_policy(tmp_path, KEYED)
    assert policy.at("2016-08").figure("standard", ("a",)).value == 5
    assert policy.at("2016-08").figure("standard", ("b",)).value == 3
    assert policy.months_of_change() == ("2016-01", "2016-07")


def test_a_month_before_the_first_figure_is_refused(tmp_path: Path) -> None:
    with pytest.raises(
        PolicyError, match="“标准”（standard）没有 2015-12 的数值，最早的自 2016-01-01"
    ):
        keyed_policy(tmp_path, KEYED).at("2015-12")


def test_every_choice_needs_a_figure_and_no_other(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="standard 自最早的日期 2016-01-01 起没有 b 的数值"):
        keyed_policy(tmp_path, KEYED.replace("{a: 4, b: 3}", "{a: 4}"))
    with pytest.raises(PolicyError, match="写了 c，但只有这些可选：a、b"):
        keyed_policy(tmp_path, KEYED.replace("{a: 5}", "{c: 5}"))


@pytest.mark.parametrize("month", ["2016-13", "2016-00", "201607", "2016-7", "", "1016-07"])
def test_a_month_that_is_none_is_refused(tmp_path: Path, month: str) -> None:
    with pytest.raises(PolicyError, match="请写成 2016-07"):
        keyed_policy(tmp_path, KEYED).at(month)


def test_a_figure_may_end_and_the_rule_that_still_needs_it_is_refused(tmp_path: Path) -> None:
    text = GOOD.replace("{since: 2016-07-01,", "{since: 2016-07-01, until: 2016-12-31,")
    limit, share = load_parameters(write(tmp_path, text))
    assert limit.at(date(2016, 12, 31))[()].source == "新文件"
    assert limit.at(date(2017, 1, 1)) == {}
    book = RuleBook("test", parameters=(limit, share))
    book.group_facts(times=Whole(label="次数", highest=9))

    @book.group("够", cite="条款")
    def is_enough(h: Group) -> Expression:
        return h.times >= book.figures.limit

    with pytest.raises(PolicyError, match="没有 2017-01 的数值，最后的到 2016-12-31 为止"):
        Policy(name="test", label="试验", version="0", book=book)


def test_a_figure_that_ends_before_it_begins_is_refused(tmp_path: Path) -> None:
    text = GOOD.replace("{since: 2016-07-01,", "{since: 2016-07-01, until: 2016-06-30,")
    with pytest.raises(PolicyError, match="2016-07-01：until“2016-06-30”早于 since"):
        load_parameters(write(tmp_path, text))
