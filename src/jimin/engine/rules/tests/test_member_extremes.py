"""The highest and the lowest amount among members, by the interpreter and by the city's SQL."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from jimin.engine.rules import (
    Case,
    DefinitionError,
    Expression,
    Group,
    Words,
    highest_member,
    lowest_member,
    yuan,
)

from .test_language import a_book, of_group, policy_of


def test_the_highest_and_the_lowest_of_the_members_meant(tmp_path: Path) -> None:
    none = yuan(3)
    people = ({"wage": 10, "is_ill": True}, {"wage": 5, "is_ill": False}, {"wage": 10})
    of_all: list[tuple[Callable[[Group], Any], Any]] = [
        (lambda h: highest_member(h.members.wage), 10),
        (lambda h: lowest_member(h.members.wage), 5),
        (lambda h: highest_member(h.members.wage, where=h.members.is_ill, otherwise=none), 10),
        (lambda h: lowest_member(h.members.wage, where=~h.members.is_ill, otherwise=none), 5),
        (lambda h: lowest_member(h.members.wage, where=h.members.is_ill, otherwise=none), 10),
    ]
    for formula, expected in of_all:
        assert of_group(tmp_path, formula, "2016-01", *people) == expected
    doubtful = ({"wage": 10, "is_ill": True}, {"wage": 11}, {"wage": 12, "is_ill": False})
    for formula, expected in ((of_all[2][0], None), (of_all[4][0], 10)):
        assert of_group(tmp_path, formula, "2016-01", *doubtful) == expected
    for formula in (of_all[2][0], of_all[4][0]):
        assert of_group(tmp_path, formula, "2016-01", {"wage": 9, "is_ill": False}) == 3
        assert of_group(tmp_path, formula, "2016-01", {"wage": 3}, {"wage": 3}) == 3
        assert of_group(tmp_path, formula, "2016-01", {"wage": 3}, {"wage": 4}) is None
        assert of_group(tmp_path, formula, "2016-01", {"is_ill": False}) == 3
        assert of_group(tmp_path, formula, "2016-01", {"wage": 1, "is_ill": True}, {}) is None


def test_an_extreme_of_members_is_explained_member_by_member(tmp_path: Path) -> None:
    book = a_book(tmp_path)

    @book.group("最高工资", cite="某办法第一条")
    def top(h: Group) -> Expression:
        return highest_member(h.members.wage, where=h.members.is_ill, otherwise=yuan(3))

    month = policy_of(book).at("2016-01")
    people = [{"wage": 10, "is_ill": True}, {"wage": 5, "is_ill": False}, {"wage": 7}]
    for names, stated, formula in (
        (["甲", "乙", "丙"], people, "取成员中最高者(甲 10.00；丙 7.00（是否计入未知）)"),
        (["乙"], people[1:2], "没有这样的成员，取 3.00"),
    ):
        single = Case(month, {}, stated, names)
        single.value("top")
        assert Words(single).step("top", None).formula == formula


@pytest.mark.parametrize(
    ("formula", "says"),
    [
        (lambda h: highest_member(h.members.wage, where=h.members.is_ill), "请写 otherwise=…"),
        (lambda h: lowest_member(h.members.wage, otherwise=yuan(0)), "请去掉 otherwise"),
        (lambda h: highest_member(h.bill), "需要成员的值"),
        (
            lambda h: highest_member(
                h.members.wage, where=h.members.is_ill, otherwise=h.members.wage
            ),
            "otherwise 应当是全家的值或常数",
        ),
    ],
)
def test_an_extreme_of_members_written_wrongly_is_told(
    tmp_path: Path, formula: Any, says: str
) -> None:
    book = a_book(tmp_path)
    formula.__name__ = "it"
    book.group("试验", cite="某办法第一条")(formula)
    with pytest.raises(DefinitionError, match=says):
        policy_of(book)
