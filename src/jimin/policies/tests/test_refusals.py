"""Article 45: the part of who refuses work three times is reduced or stopped, as decided."""

from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

from jimin.engine.rules.draft import with_figures
from jimin.engine.rules.parameters import load_parameters
from jimin.policies import assess_household, load_policy

POLICY = load_policy("jilin")
FAMILY = {
    "county": "220202", "residence": "urban", "financial_assets": 0, "vehicles": 0, "dwellings": 1,
}  # fmt: skip


def person(**more: object) -> dict[str, object]:
    flags = dict.fromkeys(("is_student", "is_seriously_ill", "is_single_parent"), False)
    return {
        "birth": date(1976, 3, 15), **flags,
        **dict.fromkeys(("wage", "business", "property", "transfer"), 0), **more,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("share", "amount"),
    # 460 for the other; of 460 and 92 for the lone parent: nothing, half (230 and 46), two thirds
    # (766.67 with the other's rounded up to 767, and 61.33 to 62), all.
    [("100%", 460), ("50%", 736), ("1/3", 829), ("0", 1012)],
)
def test_the_own_part_is_reduced_by_the_share_decided(
    tmp_path: Path, share: str, amount: int
) -> None:
    path = tmp_path / "draft.yaml"
    path.write_text(
        "refuser_cut_share:\n  label: 拒绝工作者减发比例\n  unit: 比例\n  values:\n"
        f"    - {{since: 2014-05-01, source: 示例值：决定, status: example, value: {share}}}\n",
        encoding="utf-8",
    )
    policy = with_figures(POLICY, load_parameters(path))
    members = [person(is_single_parent=True, refused_jobs=3), person()]
    found = assess_household(policy, "2016-07", FAMILY, members)
    assert found.conclusion == "符合"
    assert (found.topup, found.category) == (Fraction(920), Fraction(92))
    assert found.amount == amount


def test_a_family_in_which_nobody_refused_is_not_told_of_reductions() -> None:
    found = assess_household(POLICY, "2016-07", FAMILY, [person(), person()])
    told = {step.rule for step in found.steps}
    assert "somebody_refused_work" in told
    assert told.isdisjoint({"own_part_paid", "own_category_paid", "amount_after_refusals"})
