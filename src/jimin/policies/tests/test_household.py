"""One household: exact amounts, every step, and refusals that say what to do."""

import subprocess
import sys
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from jimin.engine.rules import PolicyError
from jimin.policies import Assessment, assess_household, load_policy

POLICY = load_policy("jilin")


def a_member(**facts: Any) -> dict[str, Any]:
    usual = {
        "name": "王小明", "birth": date(1976, 3, 15), "is_student": False,
        "is_seriously_ill": False, "is_single_parent": False, "wage": Decimal(0),
        "business": Decimal(0), "property": Decimal(0), "transfer": Decimal(0),
    }  # fmt: skip
    return {**usual, **facts}


def a_household(**facts: Any) -> dict[str, Any]:
    usual = {
        "county": "220202", "residence": "urban", "financial_assets": Decimal(0), "vehicles": 0,
        "dwellings": 1,
    }  # fmt: skip
    return {**usual, **facts}


def assess(household: dict[str, Any], *members: dict[str, Any]) -> Assessment:
    return assess_household(POLICY, "2016-07", household, members or [a_member()])


def test_amounts_are_exact_fractions() -> None:
    found = assess(a_household(residence="rural"), a_member(wage=Decimal("100.01")), a_member())
    assert found.per_capita == Fraction(10001, 200)
    assert found.standard == Fraction(3700, 12)
    assert found.topup == 517
    assert found.amount == 517
    assert found.reason == ("人均月收入约 50.01 元，低于标准约 308.33 元，家庭财产符合规定")


def test_the_json_is_what_programs_read() -> None:
    found = assess(a_household(), a_member(disability_grade=1, wage=Decimal("500.50")))
    record = found.as_json("H1")
    steps = record.pop("steps")
    assert record == {
        "household": "H1",
        "conclusion": "符合",
        "size": 1,
        "per_capita": "400.40",
        "standard": "460.00",
        "topup": "60.00",
        "category": "138.00",
        "amount": "198.00",
        "reason": "人均月收入 400.40 元，低于标准 460.00 元，家庭财产符合规定",
    }
    assert steps[0] == {
        "rule": "countable_income",
        "label": "计入的月收入",
        "member": "王小明",
        "formula": "工资性收入 500.50 × (残疾等级 1 ≥ 1 成立，取 1 − 残疾人工资性收入扣除比例 20%)"
        " + 经营净收入 0.00 + 财产净收入 0.00 + 转移净收入 0.00",
        "value": "400.40",
        "cite": "最低生活保障审核审批办法（试行）第十六条",
        "parameters": [
            {
                "name": "disabled_wage_deduction",
                "label": "残疾人工资性收入扣除比例",
                "value": "20%",
                "since": "2016-01-01",
                "source": "示例值：审核审批办法第十六条没有写这项扣除，"
                "是否扣除、扣多少须按本市规定填入；0 为不扣除",
                "status": "example",
            }
        ],
    }
    by_rule = {step["rule"]: step for step in steps}
    assert by_rule["topup"]["formula"] == (
        "符合低保条件 是，取 ((月保障标准 460.00 − 人均月收入 400.40) × 家庭人数 1) 向上取到元"
    )
    assert by_rule["category_share"]["value"] == "30%"
    assert by_rule["conclusion"]["value"] == "符合"
    assert by_rule["standard"]["parameters"][0]["since"] == "2016-07-01"
    assert all(step["label"] and step["cite"] and step["formula"] for step in steps)


def test_what_is_not_known_is_null_in_the_json() -> None:
    found = assess(a_household(), a_member(wage=None, is_seriously_ill=None))
    record = found.as_json("H1")
    assert record["conclusion"] == "待人工核实"
    assert [record[name] for name in ("per_capita", "topup", "category", "amount")] == [None] * 4
    assert record["standard"] == "460.00"
    assert record["size"] == 1
    assert found.unknown_facts == ("王小明：重病", "王小明：工资性收入")
    assert found.reason == "王小明：重病 未填写；王小明：工资性收入 未填写"


def test_only_the_facts_that_decide_are_named() -> None:
    found = assess(
        a_household(vehicles=None),
        a_member(wage=Decimal(300), is_single_parent=None, is_student=True),
    )
    assert found.unknown_facts == ("机动车数",)


def test_conditions_that_failed_come_first() -> None:
    found = assess(a_household(vehicles=2, dwellings=3), a_member(wage=Decimal(200)))
    assert found.conclusion == "不符合"
    assert [step.rule for step in found.steps[:2]] == [
        "vehicles_within_limit", "dwellings_within_limit",
    ]  # fmt: skip
    assert found.reason == "有机动车 2 辆，超过规定的 0 辆"


def test_the_gradual_exit_says_why() -> None:
    found = assess(
        a_household(last_amount=Decimal("180.5"), over_since="2016-04"),
        a_member(wage=Decimal(600)),
    )
    assert (found.conclusion, found.amount) == ("渐退", Fraction(361, 2))
    assert found.reason == (
        "人均月收入 600.00 元，达到标准 460.00 元但低于 690.00 元，自 2016-04 起未满 6 个月，"
        "续发上月低保金"
    )


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        ({"wage": 300.0}, "王小明：工资性收入“300.0”是浮点数，金额不精确；请用 Decimal 或整数"),
        ({"wage": Decimal("0.001")}, "小数超过两位；金额请精确到分"),
        ({"wage": Decimal("NaN")}, "不是金额"),
        ({"wage": "300"}, "不是金额"),
        ({"wage": True}, "不是金额"),
        ({"wage": Decimal(-1)}, "超出允许范围 0 至 10000000 元"),
        ({"disability_grade": 5}, "超出允许范围 0 至 4"),
        ({"disability_grade": 1.0}, "不是整数"),
        ({"is_student": "是"}, "不是“是”或“否”"),
        ({"birth": "1990-01-01"}, "不是日期"),
        ({"birth": date(2016, 8, 1)}, "晚于核定月份 2016-07"),
        ({"salary": Decimal(1)}, "没有“salary”这项情况；可填：birth"),
    ],
)
def test_a_fact_that_cannot_be_is_refused(facts: dict[str, Any], says: str) -> None:
    with pytest.raises(PolicyError, match=says):
        assess(a_household(), a_member(**facts))


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        ({"county": "110101"}, "县（市、区）“110101”不在可选范围内；可选：220202 昌邑区"),
        ({"over_since": "2016-13"}, "超标起始月“2016-13”不是月份；请写成 2016-03"),
        ({"over_since": date(2016, 1, 1)}, "不是月份"),
    ],
)
def test_a_household_fact_that_cannot_be_is_refused(facts: dict[str, Any], says: str) -> None:
    with pytest.raises(PolicyError, match=says):
        assess(a_household(**facts))


def test_a_household_without_members_is_refused() -> None:
    with pytest.raises(PolicyError, match="家庭没有成员"):
        assess_household(POLICY, "2016-07", a_household(), [])


def test_a_month_before_the_figures_is_refused() -> None:
    with pytest.raises(PolicyError, match="没有 2015-12 的数值，最早的自 2016-01-01 起"):
        assess_household(POLICY, "2015-12", a_household(), [a_member()])


def test_an_unknown_policy_is_refused() -> None:
    with pytest.raises(PolicyError, match="没有名为“beijing”的政策；可用：jilin"):
        load_policy("beijing")


def test_the_figures_of_either_edition_are_used() -> None:
    assert len(POLICY.used_parameters()) == 18
    used = {name for edition in POLICY.editions for name in edition.used_parameters()}
    assert used == {parameter.name for parameter in POLICY.parameters}


def test_an_assessment_names_the_example_figures_it_rests_on() -> None:
    found = assess(a_household(vehicles=1), a_member(birth=date(2010, 1, 1)))
    assert found.example_figures == (
        "机动车限量", "城市低保标准", "金融资产限额月数", "房产限量", "渐退收入上限倍数",
        "渐退期月数",
    )  # fmt: skip


def test_the_version_is_short_and_the_same_for_everyone() -> None:
    code = "from jimin.policies import load_policy; print(load_policy('jilin').version)"
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert other.stdout.strip() == POLICY.version
    assert len(POLICY.version) == 12


def test_importing_the_engine_loads_nothing_heavy() -> None:
    code = (
        "import sys, jimin.engine.rules, jimin.policies;"
        "print([m for m in ('django', 'duckdb', 'pyarrow', 'yaml') if m in sys.modules])"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert loaded.stdout.strip() == "[]"
