"""The interpreter, the city's SQL and an independent calculation agree to the fen."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jimin.engine.rules import PolicyError, PolicyMismatch, money
from jimin.engine.rules.sql import traceable
from jimin.policies import (
    assess_city,
    assess_household,
    benefit_of,
    load_policy,
    verify_sample,
)
from jimin.policies.tests.plain import monthly_standard, plain_result

HOUSEHOLDS = pa.schema(
    [
        ("household", pa.int64()),
        ("county", pa.string()),
        ("residence", pa.string()),
        ("financial_assets", pa.int64()),
        ("vehicles", pa.int32()),
        ("dwellings", pa.int32()),
        ("last_amount", pa.int64()),
        ("over_since", pa.date32()),
    ]
)
MEMBERS = pa.schema(
    [
        ("household", pa.int64()),
        ("birth", pa.date32()),
        ("disability_grade", pa.int8()),
        ("is_student", pa.bool_()),
        ("is_seriously_ill", pa.bool_()),
        ("is_single_parent", pa.bool_()),
        ("wage", pa.int64()),
        ("business", pa.int64()),
        ("property", pa.int64()),
        ("transfer", pa.int64()),
    ]
)
COUNTIES = ("220202", "220203", "220204", "220211", "220221", "220281", "220282", "220284")
MONEY = ("financial_assets", "last_amount", "wage", "business", "property", "transfer")
POLICY = load_policy("jilin")

Household = dict[str, Any]


def a_household(random: Random, month: str) -> tuple[Household, list[Household]]:
    """One household, often on an edge: of the standard, of an age, of the ranges, or unknown."""
    county, residence = random.choice(COUNTIES), random.choice(("urban", "rural"))
    size = random.choice((1, 1, 2, 2, 3, 3, 4, 5, 6, 7, 11, 13))
    standard = monthly_standard(month, county, residence)
    line = int(standard * 100 * size)
    asset_line = int(24 * standard * 100 * size)
    year, number = int(month[:4]), int(month[5:])
    members: list[Household] = [
        {
            "birth": _birth(random, year, number),
            "disability_grade": random.choice((0, 0, 1, 2, 3, 4, None)),
            "is_student": random.random() < 0.2,
            "is_seriously_ill": random.random() < 0.2,
            "is_single_parent": random.random() < 0.2,
            "wage": 0,
            "business": 0,
            "property": 0,
            "transfer": 0,
        }
        for _ in range(size)
    ]
    first = members[0]
    kind = random.random()
    if kind < 0.5:
        target = random.choice((line, line * 5 // 4, line * 3 // 2, line - 100))
        target += random.randint(-2, 2)
        if random.random() < 0.4:
            first["disability_grade"] = random.choice((1, 3))
            first["wage"] = max(0, target * 5 // 4)
        else:
            first["transfer"] = target
    elif kind < 0.6:
        first["business"] = -random.randint(0, 10**9)
    elif kind < 0.65:
        for member in members:
            member["wage"] = member["business"] = member["property"] = 10**9
    else:
        for member in members:
            member["wage"] = random.choice((0, random.randint(0, 10**5)))
            member["business"] = random.choice((0, random.randint(-(10**5), 10**5)))
            member["property"] = random.choice((0, random.randint(-(10**4), 10**4)))
    over = number - 1 - random.choice((-1, 0, 1, 4, 5, 5, 6, 30))
    household: Household = {
        "county": county,
        "residence": residence,
        "financial_assets": random.choice((0, asset_line, asset_line + 1, 10**11)),
        "vehicles": random.choice((0, 0, 0, 0, 0, 0, 1, 1000)),
        "dwellings": random.choice((0, 1, 1, 1, 1, 2)),
        "last_amount": random.choice((None, 0, 1, 12345, 10**8)),
        "over_since": random.choice((None, *3 * (date(year + over // 12, over % 12 + 1, 15),))),
    }
    if random.random() < 0.8:
        household["financial_assets"] = min(household["financial_assets"], asset_line)
    for _ in range(random.choice((0, 0, 1, 1, 2, 3))):
        facts = random.choice((household, *members))
        facts[random.choice(sorted(facts))] = None
    return household, members


def _birth(random: Random, year: int, month: int) -> date:
    years = random.choice((0, 17, 18, 69, 70, random.randint(0, 99)))
    edges = (date(year - years, month, 1), date(year - years, month, 2), date(year, month, 28))
    return random.choice((*edges, date(year - years - 1, 12, 31), date(1996, 2, 29)))


def tables(cases: Sequence[tuple[Household, list[Household]]]) -> tuple[pa.Table, pa.Table]:
    groups = [{"household": n, **household} for n, (household, _) in enumerate(cases)]
    people = [
        {"household": n, **member} for n, (_, members) in enumerate(cases) for member in members
    ]
    people.reverse()
    return (
        pa.Table.from_pylist(groups, schema=HOUSEHOLDS),
        pa.Table.from_pylist(people, schema=MEMBERS),
    )


def in_yuan(facts: Household) -> Household:
    """A row as the single case takes it."""
    stated = {
        name: Decimal(value) / 100 if name in MONEY and value is not None else value
        for name, value in facts.items()
    }
    if stated.get("over_since"):
        stated["over_since"] = f"{stated['over_since']:%Y-%m}"
    return stated


def one_by_one(month: str, household: Household, members: list[Household]) -> Household:
    found = assess_household(POLICY, month, in_yuan(household), [in_yuan(m) for m in members])
    fen = {
        f"{name}_fen": None if value is None else int(Fraction(money(value)) * 100)
        for name in ("per_capita", "standard", "topup", "category", "amount")
        for value in [getattr(found, name)]
    }
    return {"conclusion": found.conclusion, "size": found.size, **fen}


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 2**32), st.sampled_from(("2016-01", "2016-06", "2016-07", "2017-03")))
def test_the_city_agrees_with_the_single_case_and_with_a_plain_calculation(
    seed: int, month: str
) -> None:
    random = Random(seed)
    cases = [a_household(random, month) for _ in range(250)]
    result = assess_city(POLICY, month, *tables(cases))
    rows = {row.pop("household"): row for row in result.to_pylist()}
    assert len(rows) == len(cases)
    for number, (household, members) in enumerate(cases):
        single = one_by_one(month, household, members)
        assert rows[number] == single, (household, members)
        plain = plain_result(month, in_yuan(household), [in_yuan(m) for m in members])
        assert single == plain, (household, members)


def test_three_refusals_of_work_are_the_same_for_the_city_and_the_single_case() -> None:
    random = Random(45)
    cases = [a_household(random, "2016-07") for _ in range(250)]
    groups, people = tables(cases)
    refused = [random.choice((0, 0, 0, None, 2, 3, 7)) for _ in range(len(people))]
    people = people.append_column("refused_jobs", pa.array(refused, pa.int64()))
    rows = {
        row.pop("household"): row
        for row in assess_city(POLICY, "2016-07", groups, people).to_pylist()
    }
    belonging: dict[int, list[Household]] = {}
    for person in people.to_pylist():
        belonging.setdefault(person.pop("household"), []).append(person)
    cut = 0
    for number, (household, _) in enumerate(cases):
        single = one_by_one("2016-07", household, belonging[number])
        assert rows[number] == single
        plain = plain_result("2016-07", in_yuan(household), [in_yuan(p) for p in belonging[number]])
        assert single == plain
        if single["conclusion"] == "符合":
            cut += single["amount_fen"] < single["topup_fen"] + single["category_fen"]
    assert cut > 20


def test_a_table_without_refusals_is_a_table_in_which_nobody_refused() -> None:
    random = Random(46)
    groups, people = tables([a_household(random, "2016-07") for _ in range(100)])
    nobody = people.append_column("refused_jobs", pa.nulls(len(people), pa.int64()))
    by = [("household", "ascending")]
    found, same = (
        assess_city(POLICY, "2016-07", groups, one).sort_by(by) for one in (people, nobody)
    )
    assert found.equals(same)
    every = traceable(POLICY.at("2016-07"), benefit_of("dibao").decision)
    assert "amount_after_refusals" in every
    traced, again = (
        assess_city(POLICY, "2016-07", groups, one, trace=every).sort_by(by)
        for one in (people, nobody)
    )
    assert traced.equals(again)


def test_the_cases_reach_every_conclusion() -> None:
    random = Random(1)
    cases = [a_household(random, "2016-07") for _ in range(1000)]
    result = assess_city(POLICY, "2016-07", *tables(cases))
    found = result.column("conclusion").to_pylist()
    counts = {conclusion: found.count(conclusion) for conclusion in set(found)}
    assert set(counts) == {"符合", "渐退", "不符合", "待人工核实"}
    assert min(counts.values()) >= 15, counts


def a_plain_household() -> tuple[Household, list[Household]]:
    member = {
        "birth": date(1980, 5, 1), "disability_grade": 0, "is_student": False,
        "is_seriously_ill": False, "is_single_parent": False,
        "wage": 30000, "business": 0, "property": 0, "transfer": 0,
    }  # fmt: skip
    household = {
        "county": "220202", "residence": "urban", "financial_assets": 0, "vehicles": 0,
        "dwellings": 1, "last_amount": None, "over_since": None,
    }  # fmt: skip
    return household, [member]


def test_parquet_in_gives_parquet_out(tmp_path: Path) -> None:
    groups, people = tables([a_plain_household()] * 3)
    pq.write_table(groups, tmp_path / "households.parquet")
    pq.write_table(people, tmp_path / "members.parquet")
    files = (tmp_path / "households.parquet", tmp_path / "members.parquet")
    assert assess_city(POLICY, "2016-07", *files, tmp_path / "out.parquet", threads=1) is None
    written = pq.read_table(tmp_path / "out.parquet")
    assert sorted(written.to_pylist(), key=lambda row: row["household"]) == [
        {
            "household": number,
            "conclusion": "符合",
            "size": 1,
            "per_capita_fen": 30000,
            "standard_fen": 46000,
            "topup_fen": 16000,
            "category_fen": 0,
            "amount_fen": 16000,
        }
        for number in range(3)
    ]
    assert verify_sample(POLICY, "2016-07", *files, tmp_path / "out.parquet") == 3


@pytest.mark.parametrize(
    ("table", "fact", "value", "says"),
    [
        ("member", "wage", -1, "家庭 0：工资性收入 -1"),
        ("member", "wage", 10**9 + 1, "工资性收入 1000000001"),
        ("member", "disability_grade", 5, "残疾等级 5"),
        ("member", "birth", date(2016, 8, 1), "出生日期 2016-08-01"),
        ("group", "county", "110101", "县（市、区） 110101"),
        ("group", "residence", "town", "城乡类别 town"),
        ("group", "vehicles", -1, "机动车数 -1"),
        ("group", "last_amount", 10**8 + 1, "上月低保金 100000001"),
    ],
)
def test_a_value_out_of_range_stops_the_city_and_the_single_case(
    table: str, fact: str, value: object, says: str
) -> None:
    household, members = a_plain_household()
    (household if table == "group" else members[0])[fact] = value
    with pytest.raises(PolicyError, match=says):
        assess_city(POLICY, "2016-07", *tables([(household, members)]))
    with pytest.raises(PolicyError):
        one_by_one("2016-07", household, members)


def test_a_household_without_members_is_refused() -> None:
    groups, people = tables([a_plain_household(), a_plain_household()])
    with pytest.raises(PolicyError, match="家庭 1 没有成员"):
        assess_city(POLICY, "2016-07", groups, people.slice(1))


def test_members_without_a_household_are_refused() -> None:
    groups, people = tables([a_plain_household(), a_plain_household()])
    with pytest.raises(PolicyError, match="成员表中的家庭 1 不在家庭表中"):
        assess_city(POLICY, "2016-07", groups.slice(0, 1), people)


def test_a_household_listed_twice_is_refused() -> None:
    groups, people = tables([a_plain_household()])
    with pytest.raises(PolicyError, match="重复"):
        assess_city(POLICY, "2016-07", pa.concat_tables([groups, groups]), people)


@pytest.mark.parametrize("table", ["households", "members"])
def test_a_row_without_a_household_number_is_refused(table: str) -> None:
    groups, people = tables([a_plain_household()])
    if table == "households":
        groups = groups.set_column(0, "household", pa.array([None], pa.int64()))
    else:
        people = people.set_column(0, "household", pa.array([None], pa.int64()))
    with pytest.raises(PolicyError):
        assess_city(POLICY, "2016-07", groups, people)


def test_too_many_members_are_refused() -> None:
    household, members = a_plain_household()
    with pytest.raises(PolicyError, match="超过 100 名"):
        assess_city(POLICY, "2016-07", *tables([(household, members * 101)]))


def test_floats_and_missing_columns_are_refused() -> None:
    groups, people = tables([a_plain_household()])
    wages = pa.array([300.0])
    floats = people.set_column(people.column_names.index("wage"), "wage", wages)
    with pytest.raises(PolicyError, match="wage 类型是 DOUBLE"):
        assess_city(POLICY, "2016-07", groups, floats)
    with pytest.raises(PolicyError, match="缺少列 birth"):
        assess_city(POLICY, "2016-07", groups, people.drop_columns(["birth"]))


def test_an_altered_result_is_not_published() -> None:
    groups, people = tables([a_plain_household()] * 50)
    result = assess_city(POLICY, "2016-07", groups, people)
    assert verify_sample(POLICY, "2016-07", groups, people, result) == 50
    amounts = result.column("amount_fen").to_pylist()
    amounts[7] += 1
    altered = result.set_column(
        result.column_names.index("amount_fen"), "amount_fen", pa.array(amounts)
    )
    with pytest.raises(PolicyMismatch, match="amount_fen：批量结果 16001，逐户复算 16000"):
        verify_sample(POLICY, "2016-07", groups, people, altered)


def test_an_empty_city_gives_an_empty_result() -> None:
    groups, people = tables([])
    assert assess_city(POLICY, "2016-07", groups, people).num_rows == 0
