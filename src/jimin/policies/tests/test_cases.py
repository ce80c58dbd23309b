"""The cases worked by hand come out as written."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from jimin.engine.rules import PolicyError
from jimin.policies import assess_household, load_policy
from jimin.policies.cases import WorkedCase, read_cases, worked_cases
from jimin.policies.tests.plain import plain_result

POLICY = load_policy("jilin")
CASES = [case for case in worked_cases(POLICY) if POLICY.edition(case.month) is POLICY]


@pytest.mark.parametrize("case", CASES, ids=[case.sentence for case in CASES])
def test_a_case_worked_by_hand(case: WorkedCase) -> None:
    assert case.differences(POLICY) == ()


@pytest.mark.parametrize("case", CASES, ids=[case.sentence for case in CASES])
def test_the_plain_calculation_gives_the_same(case: WorkedCase) -> None:
    household = {name: case.household.get(name) for name in POLICY.book.facts["group"]}
    members = [
        {name: member.get(name) for name in POLICY.book.facts["member"]} for member in case.members
    ]
    found = assess_household(POLICY, case.month, case.household, case.members)
    plain = plain_result(case.month, household, members)
    assert plain["conclusion"] == found.conclusion
    assert plain["amount_fen"] == (None if found.amount is None else found.amount * 100)


def test_there_are_cases_for_every_conclusion() -> None:
    assert len(CASES) >= 30
    assert {case.expected["conclusion"] for case in CASES} == {
        "符合", "渐退", "不符合", "待人工核实",
    }  # fmt: skip


def test_a_wrong_expectation_is_told() -> None:
    wrong = WorkedCase(
        "一人户。",
        "2016-07",
        {
            "county": "220202", "residence": "urban", "financial_assets": 0, "vehicles": 0,
            "dwellings": 0,
        },
        (
            {
                "birth": date(1980, 1, 1), "is_student": False, "is_seriously_ill": False,
                "is_single_parent": False, "wage": Decimal(300), "business": 0, "property": 0,
                "transfer": 0,
            },
        ),
        {"topup": "161.00"},
    )  # fmt: skip
    assert wrong.differences(POLICY) == ("一人户。 topup：应当是 161.00，算出 160.00",)


def test_a_case_with_a_misspelt_fact_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "cases.yaml"
    path.write_text(
        "unless_stated: {month: 2016-07, household: {}, member: {}}\n"
        "cases: [{sentence: 一句话。, members: [{wages: 1}], expected: {size: 1}}]\n",
        encoding="utf-8",
    )
    with pytest.raises(PolicyError, match="第 1 个案例：没有“wages”这项情况"):
        list(read_cases(POLICY, path))
