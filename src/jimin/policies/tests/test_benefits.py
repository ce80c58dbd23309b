"""Every benefit: its worked cases one by one and as a city, its figures, its books."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import groupby
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from jimin.engine.rules import (
    Case,
    Choice,
    Day,
    Fact,
    Flag,
    Month,
    PolicyError,
    PolicyMonth,
)
from jimin.engine.rules.draft import with_figures
from jimin.engine.rules.parameters import load_parameters, read_yaml
from jimin.engine.rules.words import money
from jimin.policies import HERE, assess, assess_all, benefit_of, load_policy
from jimin.policies.cases import WorkedCase, read_cases, worked_cases

POLICY = load_policy("jilin")
CASES = [case for benefit in POLICY.benefits for case in worked_cases(POLICY, benefit)]
MONTHS = [
    (benefit, month, list(cases))
    for (benefit, month), cases in groupby(
        sorted(CASES, key=lambda case: (case.benefit, case.month)),
        key=lambda case: (case.benefit, case.month),
    )
]


@pytest.mark.parametrize("case", CASES, ids=[f"{case.benefit}: {case.sentence}" for case in CASES])
def test_a_case_worked_by_hand(case: WorkedCase) -> None:
    assert case.differences(POLICY) == ()


@pytest.mark.parametrize("benefit", POLICY.benefits)
def test_each_benefit_has_cases_of_every_kind(benefit: str) -> None:
    cases = [case for case in CASES if case.benefit == benefit]
    assert len(cases) >= 15
    assert len({case.sentence for case in cases}) == len(cases)
    expected = {case.expected["conclusion"] for case in cases}
    assert {*benefit_of(benefit).reasons, "不符合", "待人工核实"} <= expected


FILES = sorted((HERE / POLICY.name / "cases").glob("*.yaml"))


@pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])
def test_each_regulation_has_cases_at_its_edges(file: Path) -> None:
    """Months before and after a change, what nobody knows but decides, and what does not."""
    content = read_yaml(file)
    cases = list(read_cases(POLICY, file, file.stem.partition("_2021")[0]))
    assert len(cases) >= 15
    assert all(case.sentence.endswith("。") for case in cases)
    assert len({case.month for case in cases}) >= 2
    lacking = [
        case["expected"]["conclusion"]
        for case in content["cases"]
        if "unknown" in repr([case.get(part) for part in ("group", "household", "members")])
    ]
    assert "待人工核实" in lacking
    assert {*lacking} - {"待人工核实"}


def test_there_are_cases_for_both_regulations_and_every_care_grade() -> None:
    found = {file.stem for file in FILES}
    assert found == {*POLICY.benefits, "dibao_2021"}
    grades = {case.expected.get("care_grade") for case in CASES if case.benefit == "tekun"}
    assert grades - {None} == {
        "具备生活自理能力", "部分丧失生活自理能力", "完全丧失生活自理能力",
    }  # fmt: skip


@pytest.mark.parametrize("benefit", POLICY.benefits)
def test_every_condition_of_a_refusal_decides_some_case(benefit: str) -> None:
    cases = [case for case in CASES if case.benefit == benefit]
    refusals = {_of(case).steps[0].rule for case in cases if _of(case).conclusion == "不符合"}
    assert refusals >= set(benefit_of(benefit).conditions)


@pytest.mark.parametrize(
    ("benefit", "month", "cases"), MONTHS, ids=[f"{name} {month}" for name, month, _ in MONTHS]
)
def test_the_city_gives_what_the_single_case_gives(
    benefit: str, month: str, cases: list[WorkedCase]
) -> None:
    facts = POLICY.benefit(benefit).at(month).book.facts
    groups = [{"household": n, **case.household} for n, case in enumerate(cases)]
    members = [
        {"household": n, **member} for n, case in enumerate(cases) for member in case.members
    ]
    result = assess_all(
        POLICY, benefit, month, _table(facts["group"], groups), _table(facts["member"], members)
    )
    rows = {row.pop("household"): row for row in result.to_pylist()}
    for number, case in enumerate(cases):
        found = _of(case)
        fen = {
            f"{name}_fen": None if value is None else int(Fraction(money(value)) * 100)
            for name, value in found.figures.items()
        }
        size = len(case.members)
        assert rows[number] == {"conclusion": found.conclusion, "size": size, **fen}, case.sentence


def test_the_figures_say_where_they_come_from() -> None:
    for benefit in POLICY.benefits:
        book = POLICY.benefit(benefit)
        for name in book.used_parameters():
            for value in book.book.parameters[name].values:
                is_example = value.source.startswith("示例值：")
                assert is_example == (value.status == "example"), (name, value.source)


def test_a_city_share_below_the_national_floor_is_raised_to_it() -> None:
    month = PolicyMonth(POLICY.benefit("medical").book, 2016 * 12 + 6)
    shares = month.figures("assistance_rate")
    for key in ("dibao", "illness_impoverished"):
        shares[(key,)] = replace(shares[(key,)], value=Fraction(2, 5))
    found = [
        Case(month, {"category": key}, [{}]).value("rate")
        for key in ("dibao", "illness_impoverished", "tekun")
    ]
    assert found == [Fraction(7, 10), Fraction(2, 5), Fraction(7, 10)]


def test_a_pension_rate_that_nobody_has_entered_is_an_error_naming_it() -> None:
    soldier = {"grade": "10", "cause": "war", "standing": "normal", "lives_in_institution": False}
    month = PolicyMonth(POLICY.benefit("veterans").book, 2014 * 12 + 9)
    del month.figures("disability_pension")["10", "war"]
    with pytest.raises(
        PolicyError, match="“残疾抚恤金标准”（disability_pension，10，war）没有 2014"
    ):
        Case(month, {}, [soldier]).value("pension_total")


@pytest.mark.parametrize(("month", "amount"), [("2014-10", "485.00"), ("2015-10", "557.50")])
def test_an_estimated_pension_rate_says_that_it_is_one(month: str, amount: str) -> None:
    # 5820 and 6690 a year: the table of 2014 that was seen has no grade 10.
    soldier = {"grade": "10", "cause": "war", "standing": "normal", "lives_in_institution": False}
    found = assess(POLICY, "veterans", month, {}, [soldier])
    assert found.figures["pension_total"] == Fraction(amount)
    assert found.example_figures == ("残疾抚恤金标准", "当地职工月平均工资")


def test_a_month_before_a_benefit_began_is_refused() -> None:
    with pytest.raises(PolicyError, match="没有 2015-12 的数值，最早的自 2016-01-01 起"):
        POLICY.benefit("disability").at("2015-12")


def test_what_each_member_receives_is_told() -> None:
    case = next(case for case in CASES if case.benefit == "orphan" and len(case.members) == 3)
    amounts = [{"allowance": Fraction(n)} for n in (650, 650, 0)]
    assert list(_of(case).each) == amounts


def test_a_benefit_is_opened_once_and_has_the_name_and_version_of_the_policy() -> None:
    medical = POLICY.benefit("medical")
    assert medical is POLICY.benefit("medical")
    assert medical.benefit("dibao") is POLICY
    assert (medical.name, medical.version) == (POLICY.name, POLICY.version)
    assert medical.benefits == POLICY.benefits
    with pytest.raises(PolicyError, match="没有“pension”；可用：dibao、medical"):
        POLICY.benefit("pension")


def test_an_altered_case_is_told() -> None:
    case = next(case for case in CASES if case.benefit == "medical")
    wrong = replace(case, expected={"due": "3500.01", "self_pay": ["1.00"]})
    assert wrong.differences(POLICY) == (
        f"{case.sentence} due：应当是 3500.01，算出 3500.00",
        f"{case.sentence} self_pay：应当是 1.00，算出 15000.00",
    )


def _of(case: WorkedCase) -> Any:
    return assess(POLICY, case.benefit, case.month, case.household, case.members)


def _table(facts: Mapping[str, Fact], rows: list[dict[str, Any]]) -> pa.Table:
    columns = {"household": pa.array([row["household"] for row in rows], pa.int64())}
    for name, fact in facts.items():
        columns[name] = pa.array([_cell(fact, row.get(name)) for row in rows], _type(fact))
    return pa.table(columns)


def _type(fact: Fact) -> pa.DataType:
    match fact:
        case Flag():
            return pa.bool_()
        case Choice():
            return pa.string()
        case Day() | Month():
            return pa.date32()
    return pa.int64()


def _cell(fact: Fact, value: Any) -> Any:
    if isinstance(fact, Month) and value is not None:
        return date(int(value[:4]), int(value[5:]), 1)
    return int(value * 100) if isinstance(value, Decimal) else value


@pytest.mark.parametrize(
    ("category", "due"),
    # Of 10,000 above the deductible: never less than the national 70% for key recipients, what
    # the city says for others, and nothing for who is no recipient.
    [("tekun", 7000), ("dibao", 7000), ("illness_impoverished", 4000), ("other", 0)],
)
def test_the_national_least_rate_holds_where_the_city_pays_less(
    tmp_path: Path, category: str, due: int
) -> None:
    path = tmp_path / "draft.yaml"
    figure = "{{since: 2016-01-01, source: 示例值：试算, status: example, value: {value}}}"
    groups = ("tekun", "dibao", "illness_impoverished", "other")
    path.write_text(
        "\n".join(
            f"{name}:\n  label: {label}\n  unit: {unit}\n  keys: [category]\n  values:\n    - "
            + figure.format(value="{" + ", ".join(f"{one}: {value}" for one in groups) + "}")
            for name, label, unit, value in (
                ("assistance_rate", "医疗救助比例", "比例", "40%"),
                ("assistance_cap", "医疗救助年封顶线", "元", "20000"),
            )
        ),
        encoding="utf-8",
    )
    policy = with_figures(POLICY.benefit("medical"), load_parameters(path))
    group = {"category": category, "self_pay_before": Decimal(0), "paid_before": Decimal(0)}
    bill = dict.fromkeys(("basic_paid", "critical_illness_paid", "other_paid"), Decimal(0))
    bills = [{"is_inpatient": True, "in_policy_cost": Decimal(20000), **bill}]
    found = assess(policy, "medical", "2016-07", group, bills)
    assert found.figures["due"] == due
