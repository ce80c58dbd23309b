"""A value outside its range is found whether or not the file says something of its columns."""

from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from jimin.engine.rules import (
    Day,
    Decision,
    Expression,
    Group,
    Money,
    Policy,
    PolicyError,
    RuleBook,
    any_member,
    count,
    total,
    when,
    yuan,
)
from jimin.engine.rules.city import run_city

MONTH = "2016-07"
DECISION = Decision("outcome", "待定", "size", (), ())
MEMBERS = pa.schema([("household", pa.int64()), ("wage", pa.int64()), ("birth", pa.date32())])


def a_policy() -> Policy:
    book = RuleBook("test", most_members=9)
    book.member_facts(wage=Money(label="工资", highest=100), birth=Day(label="出生日期"))

    @book.group("人数", cite="甲")
    def size(h: Group) -> Expression:
        return count(h.members)

    @book.group("结论", cite="甲")
    def outcome(h: Group) -> Expression:
        young = any_member(h.members.birth > date(2010, 1, 1))
        return when((total(h.members.wage) > yuan(50)) | young, "甲", "乙")

    return Policy(name="test", label="试验", version="0", book=book)


POLICY = a_policy()


def run(folder: Path, wages: list[int | None], births: list[date | None], **how: Any) -> int:
    """The number of results, of a file in parts of two rows."""
    rows = [
        {"household": number, "wage": wage, "birth": birth}
        for number, (wage, birth) in enumerate(zip(wages, births, strict=True))
    ]
    groups = pa.table({"household": pa.array(range(len(rows)), pa.int64())})
    members = pa.Table.from_pylist(rows, schema=MEMBERS)
    if how:
        path = folder / "members.parquet"
        pq.write_table(members, path, row_group_size=2, **how)
        members = path
    return int(run_city(POLICY, DECISION, MONTH, groups, members).num_rows)


WAYS: list[dict[str, Any]] = [
    {"write_statistics": True},
    {"write_statistics": False},
    {"write_statistics": ["wage"]},
    {},  # Arrow
]
BORN = [date(2000, 1, 1), date(2016, 7, 31), None, None, date(1990, 2, 3)]


@pytest.mark.parametrize("how", WAYS)
def test_what_is_within_passes_and_what_is_not_is_named(
    tmp_path: Path, how: dict[str, Any]
) -> None:
    assert run(tmp_path, [0, 10000, None, None, 5], BORN, **how) == 5
    with pytest.raises(PolicyError, match="家庭 4：工资 10001 超出允许范围"):
        run(tmp_path, [0, 10000, None, None, 10001], BORN, **how)
    with pytest.raises(PolicyError, match="家庭 1：工资 -1 超出允许范围"):
        run(tmp_path, [0, -1, None, None, 0], BORN, **how)
    with pytest.raises(PolicyError, match="家庭 4：出生日期 2016-08-01 超出允许范围"):
        run(tmp_path, [0] * 5, [*BORN[:4], date(2016, 8, 1)], **how)
    with pytest.raises(PolicyError, match="家庭 0：出生日期 1849-12-31 超出允许范围"):
        run(tmp_path, [0] * 5, [date(1849, 12, 31), *BORN[1:]], **how)


@pytest.mark.parametrize("how", WAYS)
def test_nothing_known_and_nobody_there_are_within(tmp_path: Path, how: dict[str, Any]) -> None:
    assert run(tmp_path, [None] * 3, [None] * 3, **how) == 3
    assert run(tmp_path, [], [], **how) == 0
