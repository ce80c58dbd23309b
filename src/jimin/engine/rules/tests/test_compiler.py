"""What the compiler promises: exact beyond 64 bits, short SQL, no join that is not needed."""

from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest

from jimin.engine.rules import (
    Case,
    Choice,
    Decision,
    Expression,
    Flag,
    Group,
    Member,
    Money,
    Policy,
    PolicyError,
    RuleBook,
    Whole,
    all_members,
    any_member,
    case,
    count,
    highest_member,
    round_down,
    round_half_up,
    round_up,
    total,
    when,
)
from jimin.engine.rules.city import run_city
from jimin.engine.rules.dialects import SPARK
from jimin.engine.rules.proof import proofs
from jimin.engine.rules.sql import statement
from jimin.engine.rules.units import PLAIN

DECISION = Decision("outcome", "待定", "size", (), ())
MOST = 10**15


def a_policy(formula: Callable[[Group], Any], *more: Callable[[Member], Any]) -> Policy:
    book = RuleBook("test", most_members=9)
    book.group_facts(
        one=Whole(label="甲", lowest=-MOST, highest=MOST),
        two=Whole(label="乙", lowest=-MOST, highest=MOST),
        known=Whole(label="丙", lowest=1, highest=5, default=1),
        flag=Flag(label="丁"),
        place=Choice(label="地方", choices={"a": "甲", "b": "乙"}),
    )
    book.member_facts(
        wage=Money(label="工资", unit=PLAIN, highest=100),
        is_ill=Flag(label="重病", default=False),
        huge=Whole(label="大数", lowest=-(2**62), highest=2**62, default=0),
    )
    for number, each in enumerate(more):
        each.__name__ = f"each_{number}"
        book.member("各人", cite="甲")(each)
    formula.__name__ = "it"
    book.group("试验", cite="甲")(formula)

    @book.group("人数", cite="甲")
    def size(h: Group) -> Expression:
        return count(h.members)

    @book.group("结论", cite="甲")
    def outcome(h: Group) -> Expression:
        return when(h.size > 1, "多人", "一人")

    return Policy(name="test", label="试验", version="0", book=book)


def sql_of(policy: Policy) -> str:
    return statement(policy.at("2016-01"), DECISION, "groups", "people", trace=("it",))


def assess(policy: Policy, **group: Any) -> tuple[int, int] | None:
    """Numerator and denominator of the rule for a household of three."""
    groups = pa.table({
        "household": [1],
        "one": pa.array([group.get("one")], pa.int64()),
        "two": pa.array([group.get("two")], pa.int64()),
        "known": pa.array([group.get("known")], pa.int64()),
        "flag": pa.array([group.get("flag")], pa.bool_()),
        "place": pa.array([group.get("place")], pa.string()),
    })  # fmt: skip
    people = pa.table({
        "household": [1, 1, 1],
        "wage": pa.array([100, 250, 50], pa.int64()),
        "is_ill": pa.array([True, None, False], pa.bool_()),
        "huge": pa.array([group.get("huge")] * 3, pa.int64()),
    })  # fmt: skip
    row = run_city(policy, DECISION, "2016-01", groups, people, trace=("it",)).to_pylist()[0]
    above = row["it_numerator"]
    return None if above is None else (int(above), int(row["it_denominator"]))


def test_wide_numbers_are_used_only_where_64_bits_do_not_do() -> None:
    policy = a_policy(lambda h: round_down(h.one * h.two / 7))
    assert assess(policy, one=MOST, two=MOST - 1) == (MOST * (MOST - 1) // 7, 1)
    assert assess(policy, one=-MOST, two=MOST - 1) == (-MOST * (MOST - 1) // 7, 1)
    found = {proof.rule: proof for proof in proofs(policy.at("2016-01"))}
    assert found["it"].is_wide
    assert found["it"].largest == MOST * MOST + 7
    assert not found["size"].is_wide
    assert "HUGEINT" in sql_of(policy)
    narrow = a_policy(lambda h: round_down(h.one * h.known / 7))
    assert not any(proof.is_wide for proof in proofs(narrow.at("2016-01")))
    assert "HUGEINT" not in sql_of(narrow)


def test_a_sum_too_large_for_64_bits_is_exact() -> None:
    policy = a_policy(lambda h: total(h.members.huge))
    assert assess(policy, huge=2**62) == (3 * 2**62, 1)
    assert assess(policy, huge=-(2**62)) == (-3 * 2**62, 1)


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        (lambda h: total(h.members.each_0), 6),
        (lambda h: highest_member(h.members.each_0), 2),
        (lambda h: total(h.members.each_0, where=h.members.is_ill), 2),
        (lambda h: when(any_member(h.members.each_0 > 1), 1, 0), 1),
        (lambda h: when(all_members(h.members.each_0 > 2), 1, 0), 0),
        (lambda h: count(h.members, where=h.members.each_0 > 1), 3),
    ],
)
def test_what_is_the_same_for_all_members_is_gathered_as_well(
    formula: Callable[[Group], Expression], expected: int
) -> None:
    def two(m: Member) -> Expression:
        return when(m.is_ill, 2, 2)

    policy = a_policy(formula, two)
    people: list[dict[str, object]] = [{"is_ill": True}, {}, {"is_ill": False}]
    assert Case(policy.at("2016-01"), {}, people).value("it") == expected
    assert assess(policy) == (expected, 1)


@pytest.mark.parametrize("number", [-15, -14, -8, -7, -1, 0, 1, 6, 7, 8, 14])
def test_quotients_of_negative_numbers_are_rounded_the_right_way(number: int) -> None:
    for rounding, expected in (
        (round_up, -(-number // 7)),
        (round_down, number // 7),
        (round_half_up, (2 * number + 7) // 14),
    ):
        policy = a_policy(lambda h, rounding=rounding: rounding(h.one / 7))  # type: ignore[misc]
        assert assess(policy, one=number) == (expected, 1)
        assert Case(policy.at("2016-01"), {"one": number}, [{}]).value("it") == expected


def test_the_sql_grows_no_faster_than_the_rules() -> None:
    def ladder(steps: int) -> int:
        def formula(h: Group) -> Expression:
            result: Any = h.two
            for step in range(steps):
                result = when(h.one * h.two > step, round_up(result / 3), result + h.one)
            return result  # type: ignore[no-any-return]

        return len(sql_of(a_policy(formula)))

    short, long = ladder(4), ladder(24)
    assert long < 7 * short


def test_many_branches_are_computed() -> None:
    policy = a_policy(
        lambda h: case(*((h.one + h.two == step, step * 3) for step in range(60)), otherwise=-1)
    )
    assert assess(policy, one=20, two=21) == (123, 1)
    assert assess(policy, one=20, two=200) == (-1, 1)
    assert assess(policy, one=20) is None


def test_what_is_the_same_for_all_members_is_taken_out_of_the_sum() -> None:
    pulled = a_policy(
        lambda h: total(h.members.each_0),
        lambda p: p.group.one * when(p.is_ill, p.wage, 0) * 2,
    )
    assert "member_with" not in sql_of(pulled)
    assert assess(pulled, one=5) == (500, 50)
    handed_down = a_policy(lambda h: count(h.members.each_0), lambda p: p.wage > p.group.known)
    assert "member_with" in sql_of(handed_down)
    assert assess(handed_down, known=2) == (1, 1)


def test_a_result_too_large_for_the_table_is_refused() -> None:
    policy = a_policy(lambda h: h.one * h.two)
    with pytest.raises(PolicyError, match=r"规则 it 的结果可能达到 1.0e\+32 分，超出 64 位整数"):
        statement(policy.at("2016-01"), Decision("outcome", "待定", "size", (), ("it",)), "g", "m")


def test_the_same_terms_are_written_for_spark() -> None:
    policy = a_policy(lambda h: round_down(h.one * h.two / 7))
    text = statement(policy.at("2016-01"), DECISION, "g", "m", dialect=SPARK, trace=("it",))
    assert "DECIMAL(38,0)" in text
    assert "HUGEINT" not in text
    assert '"' not in text
    assert "//" not in text
