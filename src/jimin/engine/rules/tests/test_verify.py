"""The sample the interpreter assesses again holds every edge, so that one wrong sign is caught."""

from datetime import date
from random import Random
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from jimin.engine.rules import (
    Case,
    Choice,
    DatedValue,
    Day,
    Decision,
    Expression,
    Group,
    Money,
    Parameter,
    Policy,
    PolicyMismatch,
    RuleBook,
    Unknown,
    age,
    any_member,
    count,
    highest,
    round_up,
    total,
    when,
    yuan,
)
from jimin.engine.rules.boundary import pick
from jimin.engine.rules.city import run_city
from jimin.engine.rules.emit import EMIT, Emitter
from jimin.engine.rules.integers import Term
from jimin.engine.rules.verify import verify_sample

MONTH = "2016-07"
DECISION = Decision("outcome", "待定", "size", (), ("amount",))
MANY = 3000
Rows = list[dict[str, Any]]


def a_policy() -> Policy:
    since = DatedValue(date(2000, 1, 1), (), 18, "甲", "example")
    adult = Parameter("adult", "成年岁数", "岁", (), (since,))
    book = RuleBook("test", parameters=(adult,), most_members=9)
    book.group_facts(
        place=Choice(label="地方", choices={"a": "甲", "b": "乙"}),
        savings=Money(label="存款", highest=10**6),
    )
    book.member_facts(
        wage=Money(label="工资", lowest=-(10**6), highest=10**6), birth=Day(label="出生日期")
    )

    @book.group("人数", cite="甲")
    def size(h: Group) -> Expression:
        return count(h.members)

    @book.group("收入", cite="甲")
    def income(h: Group) -> Expression:
        return highest(total(h.members.wage), yuan(0))

    @book.group("合格", cite="甲")
    def fits(h: Group) -> Expression:
        grown = any_member(age(h.members.birth) >= book.figures.adult)
        return (h.income < yuan(400) * h.size) & (h.savings <= yuan(9000)) & grown

    @book.group("结论", cite="甲")
    def outcome(h: Group) -> Expression:
        return when(h.fits, "符合", "不符合")

    @book.group("金额", cite="甲")
    def amount(h: Group) -> Expression:
        return when(h.fits, round_up((yuan(400) - h.income / h.size) * h.size), yuan(0))

    return Policy(name="test", label="试验", version="0", book=book)


POLICY = a_policy()


def a_city() -> tuple[Rows, Rows]:
    """Thousands of groups far from every edge, and one on each, at its number."""
    random = Random(5)
    groups = [
        {"household": n, "place": "a", "savings": random.randint(1, 5 * 10**5)} for n in range(MANY)
    ]
    members = [
        {"household": n, "wage": random.choice((random.randint(10**4, 3 * 10**4), 10**6)),
         "birth": date(1970, 1, 1 + n % 28)}
        for n in range(MANY)
    ]  # fmt: skip
    for number, row in EDGES.items():
        groups[number] |= {key: row[key] for key in ("place", "savings") if key in row}
        members[number] |= {key: row[key] for key in ("wage", "birth") if key in row}
    members += [{"household": 19, "wage": 0, "birth": date(1970, 1, 1)} for _ in range(8)]
    return groups, members


EDGES: dict[int, dict[str, Any]] = {
    11: {"savings": 5, "wage": 40000},  # exactly the standard
    12: {"savings": 5, "wage": 39999},
    13: {"wage": 20000, "savings": 900000},  # exactly the limit
    14: {"wage": 20000, "savings": 900001},
    15: {"savings": 5, "wage": 20000, "birth": date(1998, 7, 1)},  # exactly of age
    16: {"savings": 5, "wage": 20000, "birth": date(1998, 7, 2)},
    17: {"wage": None},
    18: {"wage": -(10**8)},
    19: {},  # the most members
    20: {"wage": 10**8},
    21: {"place": "b"},
    22: {"savings": None},
    23: {"birth": None},
}
GROUPS = pa.schema([("household", pa.int64()), ("place", pa.string()), ("savings", pa.int64())])
MEMBERS = pa.schema([("household", pa.int64()), ("wage", pa.int64()), ("birth", pa.date32())])


def relations() -> tuple[pa.Table, pa.Table]:
    groups, members = a_city()
    return (
        pa.Table.from_pylist(groups, schema=GROUPS),
        pa.Table.from_pylist(members, schema=MEMBERS),
    )


def reassess(group: Any, people: Any) -> dict[str, Any]:
    case = Case(POLICY.at(MONTH), group, people)
    outcome, amount = case.value("outcome"), case.value("amount")
    unknown = isinstance(outcome, Unknown) or isinstance(amount, Unknown)
    return {
        "conclusion": "待定" if unknown else outcome,
        "size": len(people),
        "amount_fen": None if unknown else int(amount * 100),  # type: ignore[operator]
    }


def run() -> Any:
    return run_city(POLICY, DECISION, MONTH, *relations())


def verified(result: Any, sample: int = 400) -> int:
    groups, members = relations()
    return verify_sample(POLICY, DECISION, MONTH, groups, members, result, reassess, sample=sample)


def test_every_edge_is_in_a_small_sample() -> None:
    groups, members = relations()
    with duckdb.connect() as db:
        for name, table in (("g", groups), ("m", members), ("r", run())):
            db.register(name, table)
        pick(db, POLICY.at(MONTH), DECISION, {"group": "g", "member": "m"}, "r", sample=200, seed=1)
        picked = [number for (number,) in db.execute("FROM picked").fetchall()]
    assert len(picked) == len(set(picked)) == 200
    # `place` is in no rule, so no edge of it is one.
    assert set(EDGES) - set(picked) <= {21}


def test_a_right_result_passes() -> None:
    assert verified(run()) == 400
    assert verified(run(), sample=10**6) == MANY


@pytest.mark.parametrize(
    ("sign", "other", "on_the_edge"), [("<", "<=", {11}), ("<=", "<", {13, 15})]
)
def test_a_statement_with_one_wrong_sign_is_refused(
    sign: str, other: str, on_the_edge: set[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of three thousand groups it gives only those on the edge another result."""
    right = {row["household"]: row for row in run().to_pylist()}
    original = EMIT["compared"]

    def tampered(emitter: Emitter, term: Term) -> str:
        return original(emitter, term).replace(f" {sign} ", f" {other} ")

    with monkeypatch.context() as patch:
        patch.setitem(EMIT, "compared", tampered)
        wrong = run()
    rows = {row["household"]: row for row in wrong.to_pylist()}
    assert {number for number, row in rows.items() if row != right[number]} == on_the_edge
    with pytest.raises(PolicyMismatch, match=r"家庭 1[135] 的 conclusion：批量结果"):
        verified(wrong)


def test_a_group_without_a_result_or_with_two_is_refused() -> None:
    result = run()
    with pytest.raises(PolicyMismatch, match="行数与家庭表不同"):
        verified(result.slice(1))
    twice = pa.concat_tables([result.slice(1), result.slice(1, 1)])
    with pytest.raises(PolicyMismatch, match="行数与家庭表不同"):
        verified(twice)
    numbers = result.column("household").to_pylist()
    numbers[5] = 10**6
    strange = result.set_column(0, "household", pa.array(numbers, pa.int64()))
    with pytest.raises(PolicyMismatch, match="没有批量结果"):
        verified(strange, sample=MANY)
