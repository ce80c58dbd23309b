"""A table may leave out the column of a rare fact; what hangs on it is then not asked for."""

import pyarrow as pa
import pytest

from jimin.engine.rules import (
    Decision,
    DefinitionError,
    Expression,
    Flag,
    Group,
    Member,
    Money,
    Policy,
    PolicyError,
    RuleBook,
    Whole,
    any_member,
    count,
    total,
    when,
)
from jimin.engine.rules.absent import Absent, without
from jimin.engine.rules.city import run_city
from jimin.engine.rules.sql import needed_columns

DECISION = Decision(
    conclusion="conclusion", review="待人工核实", size="size", shown=(), amounts=("amount",)
)
GROUPS = pa.table({"household": pa.array([1, 2], pa.int64())})


def policy() -> Policy:
    """Each member gets what he asks; a family in which one was fined three times gets nothing."""
    book = RuleBook("alms")
    book.member_facts(
        asked=Money(label="申请金额", highest=1000),
        fines=Whole(label="处罚次数", highest=10, default=0, rare=True),
        is_late=Flag(label="逾期"),
    )

    @book.group("人数", cite="办法第一条")
    def size(h: Group) -> Expression:
        return count(h.members)

    @book.member("处罚过多", cite="办法第二条")
    def fined_often(p: Member) -> Expression:
        return p.fines >= 3

    @book.group("有人处罚过多", cite="办法第二条")
    def somebody_fined_often(h: Group) -> Expression:
        return any_member(h.members.fined_often, where=~h.members.is_late)

    @book.group("应发", cite="办法第三条")
    def amount(h: Group) -> Expression:
        return when(h.somebody_fined_often, 0, total(h.members.asked))

    @book.group("结论", cite="办法第三条")
    def conclusion(h: Group) -> Expression:
        return when(h.amount > 0, "符合", "不符合")

    return Policy(name="town", label="试验政策", version="1", book=book)


def people(**more: pa.Array) -> pa.Table:
    columns = {"household": [1, 1, 2], "asked": [100, 200, 400], "is_late": [False, True, False]}
    table = pa.table(columns)
    for name, column in more.items():
        table = table.append_column(name, column)
    return table


def amounts(members: pa.Table, trace: tuple[str, ...] = ()) -> list[tuple[int, int]]:
    found = run_city(policy(), DECISION, "2016-07", GROUPS, members, trace=trace)
    return sorted((row["household"], row["amount_fen"]) for row in found.to_pylist())


def test_without_the_column_nobody_has_it() -> None:
    assert amounts(people()) == [(1, 300), (2, 400)]
    assert amounts(people(fines=pa.nulls(3, pa.int64()))) == [(1, 300), (2, 400)]
    assert amounts(people(fines=pa.array([3, 0, 2]))) == [(1, 0), (2, 400)]
    assert amounts(people(fines=pa.array([0, 3, 2]))) == [(1, 300), (2, 400)]


def test_what_hangs_on_it_alone_is_not_asked_for() -> None:
    bound = policy().at("2016-07")
    assert set(needed_columns(bound, DECISION)["member"]) == {"asked", "fines", "is_late"}
    absent: Absent = {"group": {}, "member": {"fines": "BIGINT"}}
    assert set(needed_columns(without(bound, absent), DECISION)["member"]) == {"asked"}
    assert without(bound, {"group": {}, "member": {}}) is bound
    # The month itself is as it was.
    assert set(needed_columns(bound, DECISION)["member"]) == {"asked", "fines", "is_late"}


def test_a_rule_about_it_can_still_be_shown() -> None:
    found = run_city(
        policy(), DECISION, "2016-07", GROUPS, people(), trace=("somebody_fined_often",)
    )
    assert found.column("somebody_fined_often").to_pylist() == [False, False]


def test_any_other_column_must_be_there() -> None:
    with pytest.raises(PolicyError, match="缺少列 asked"):
        amounts(people().drop_columns("asked"))


def test_a_rare_fact_must_say_what_nothing_means() -> None:
    book = RuleBook("alms")
    with pytest.raises(DefinitionError, match="fines"):
        book.member_facts(fines=Whole(label="处罚次数", highest=10, rare=True))
