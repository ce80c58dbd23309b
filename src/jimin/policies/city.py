"""All households of a city assessed for dibao at once, and checked before anything is published.

Two relations, Parquet or Arrow; extra columns are ignored and NULL means that nobody knows
(except `disability_grade` and `last_amount`: none, and `over_since`: there is no such month):

households: household (any type), county VARCHAR, residence VARCHAR (urban, rural),
    financial_assets BIGINT fen, vehicles BIGINT, dwellings BIGINT, last_amount BIGINT fen,
    over_since DATE (any day of the month)
members: household, birth DATE, disability_grade BIGINT, is_student BOOLEAN,
    is_seriously_ill BOOLEAN, is_single_parent BOOLEAN, wage, business, property,
    transfer BIGINT fen a month

Smaller integer types are fine; floats and decimals are refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

from jimin.engine.rules import Policy
from jimin.engine.rules.city import Relation
from jimin.engine.rules.city import verify_sample as verify

from .benefits import assess_all, benefit_of, decide, open_case

NEAR_A_LIMIT: Final = (
    "ABS(per_capita_fen - standard_fen) <= 100"
    " OR ABS(per_capita_fen * {below} - standard_fen * {above}) <= 100 * {below}"
    " OR conclusion IN ('渐退', '待人工核实')"
)
"""Within a yuan of the standard or of the ceiling of the gradual exit, or unusual."""


def assess_city(
    policy: Policy,
    month: str,
    households: Relation,
    members: Relation,
    out: str | Path | None = None,
    *,
    memory_limit: str = "1GB",
    threads: int | None = None,
) -> Any:
    """One row per household: household, conclusion, size, per_capita_fen, standard_fen,
    topup_fen, category_fen, amount_fen. Writes Parquet to `out`, else returns an Arrow table.

    Raises PolicyError for a value out of range, a household without members or listed twice,
    and members without a household.
    """
    return assess_all(
        policy, "dibao", month, households, members, out,
        memory_limit=memory_limit, threads=threads,
    )  # fmt: skip


def verify_sample(
    policy: Policy,
    month: str,
    households: Relation,
    members: Relation,
    result: Relation,
    *,
    sample: int = 10_000,
    seed: int = 0,
) -> int:
    """Assesses sampled households and those near a limit again with the exact interpreter.

    Returns how many were compared; raises PolicyMismatch on any difference.
    """

    decision = benefit_of("dibao").decision

    def reassess(
        household: Mapping[str, object], people: Sequence[Mapping[str, object]]
    ) -> dict[str, Any]:
        case = open_case(policy, month, household, people)
        conclusion, figures, _ = decide(case, decision)
        fen = {f"{name}_fen": _fen(value) for name, value in figures.items()}
        return {"conclusion": conclusion, "size": len(people), **fen}

    ceiling = Fraction(policy.at(month).figure("exit_income_multiple", ()).value)
    boundary = NEAR_A_LIMIT.format(above=ceiling.numerator, below=ceiling.denominator)
    return verify(
        policy, decision, month, households, members, result, reassess,
        sample=sample, boundary=boundary, seed=seed,
    )  # fmt: skip


def _fen(value: Fraction | None) -> int | None:
    """Whole fen, half a fen rounded up."""
    if value is None:
        return None
    return (200 * value.numerator + value.denominator) // (2 * value.denominator)
