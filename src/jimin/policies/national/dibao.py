"""最低生活保障 (the minimum living guarantee): how it is decided, under either regulation."""

from jimin.engine.rules import Decision
from jimin.policies.benefits import ELIGIBLE, REVIEW, Benefit

GRADUAL_EXIT = "渐退"

BENEFIT = Benefit(
    label="最低生活保障",
    decision=Decision(
        conclusion="conclusion",
        review=REVIEW,
        size="size",
        shown=("per_capita", "standard"),
        amounts=("topup", "category", "amount"),
    ),
    conditions=(
        "may_apply",
        "income_below_standard",
        "assets_within_limit",
        "vehicles_within_limit",
        "dwellings_within_limit",
    ),
    reasons={
        ELIGIBLE: "人均月收入 {per_capita} 元，低于标准 {standard} 元，家庭财产符合规定",
        GRADUAL_EXIT: (
            "人均月收入 {per_capita} 元，达到标准 {standard} 元但低于 {exit_ceiling} 元，"
            "自 {over_since} 起未满 {exit_months} 个月，{exit_payment}"
        ),
    },
    remarks={
        "somebody_refused_work": (
            "有成员无正当理由连续 {refusals_in_a_row} 次拒绝适当工作，其本人的部分减发或者停发，"
            "应发 {amount_after_refusals} 元"
        ),
    },
)
