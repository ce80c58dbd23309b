"""A policy of several books: one for each benefit, and a new one where the law was replaced."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from jimin.engine.rules import (
    Books,
    Case,
    DefinitionError,
    Expression,
    Group,
    Policy,
    PolicyError,
    RuleBook,
    Whole,
    load_parameters,
)

FIGURES = """
rate:
  label: 比例
  unit: 倍
  values:
    - {since: 2016-01-01, source: 文件, status: confirmed, value: 2}
    - {since: 2016-07-01, source: 文件, status: confirmed, value: 3}
"""


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, int], RuleBook]:
    """Writes a book whose one rule adds a number to the rooms times the rate."""
    (tmp_path / "figures.yaml").write_text(FIGURES, encoding="utf-8")

    def write_book(name: str, more: int) -> RuleBook:
        book = RuleBook(name, parameters=load_parameters(tmp_path / "figures.yaml"))
        book.group_facts(rooms=Whole(label="房间数", highest=50))

        @book.group("结果", cite="某办法第一条")
        def result(h: Group) -> Expression:
            return h.rooms * book.figures.rate + more

        return book

    return write_book


def result(policy: Policy, month: str) -> object:
    return Case(policy.at(month), {"rooms": 4}, [{}]).value("result")


def test_the_book_in_force_on_the_first_day_of_the_month_is_taken(
    write: Callable[[str, int], RuleBook],
) -> None:
    later = {date(2016, 5, 1): write("a", 20), date(2016, 8, 15): write("a", 30)}
    policy = Policy(name="p", label="试验", version="0", book=write("a", 10), later=later)
    months = ("2016-04", "2016-05", "2016-06", "2016-07", "2016-08", "2016-09")
    assert [result(policy, month) for month in months] == [18, 28, 28, 32, 32, 42]
    assert policy.edition("2016-04") is policy
    assert policy.editions == (policy, policy.edition("2016-05"), policy.edition("2016-09"))
    assert policy.at("2016-05").book is later[date(2016, 5, 1)]
    with pytest.raises(PolicyError, match="月份“2016-13”不对"):
        policy.edition("2016-13")


def test_a_later_book_in_error_is_refused_with_the_policy(
    write: Callable[[str, int], RuleBook],
) -> None:
    wrong = write("a", 20)

    @wrong.group("商", cite="某办法第二条")
    def quotient(h: Group) -> Expression:
        return h.result / h.rooms

    with pytest.raises(DefinitionError, match="除数可能是 0"):
        Policy(
            name="p", label="试验", version="0", book=write("a", 10),
            later={date(2016, 5, 1): wrong},
        )  # fmt: skip


def test_another_benefit_is_written_only_when_it_is_opened(
    write: Callable[[str, int], RuleBook],
) -> None:
    written = []

    def second() -> Books:
        written.append("b")
        return Books(write("b", 20), {date(2016, 7, 1): write("b", 30)})

    policy = Policy(name="p", label="试验", version="7", book=write("a", 10), others={"b": second})
    assert (policy.benefits, written) == (("a", "b"), [])
    opened = policy.benefit("b")
    assert opened is policy.benefit("b")
    assert (written, opened.version, opened.benefits) == (["b"], "7", ("a", "b"))
    assert opened.benefit("a") is policy
    assert [result(opened, month) for month in ("2016-06", "2016-07")] == [28, 42]
    with pytest.raises(PolicyError, match="试验没有“c”；可用：a、b"):
        policy.benefit("c")
