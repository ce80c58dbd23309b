"""All households of a city assessed for dibao at once, and checked before anything is published.

Two relations, Parquet or Arrow; extra columns are ignored and NULL means that nobody knows
(except `disability_grade`, `last_amount` and `refused_jobs`: none, and `over_since`: there is no
such month):

households: household (any type), county VARCHAR, residence VARCHAR (urban, rural),
    financial_assets BIGINT fen, vehicles BIGINT, dwellings BIGINT, last_amount BIGINT fen,
    over_since DATE (any day of the month)
members: household, birth DATE, disability_grade BIGINT, is_student BOOLEAN,
    is_seriously_ill BOOLEAN, is_single_parent BOOLEAN, wage, business, property,
    transfer BIGINT fen a month; refused_jobs BIGINT may be left out where nobody refused work

Smaller integer types are fine; floats and decimals are refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from itertools import count
from pathlib import Path
from typing import Any

from jimin.engine.rules import Policy
from jimin.engine.rules.relations import Relation
from jimin.engine.rules.verify import verify_sample as verify_against

from .benefits import assess_all, benefit_of, decide, open_case


def assess_city(
    policy: Policy,
    month: str,
    households: Relation,
    members: Relation,
    out: str | Path | None = None,
    *,
    memory_limit: str = "1GB",
    threads: int | None = None,
    trace: tuple[str, ...] = (),
) -> Any:
    """One row per household: household, conclusion, size, per_capita_fen, standard_fen,
    topup_fen, category_fen, amount_fen. Writes Parquet to `out`, else returns an Arrow table.

    `trace` names further rules about the household whose results are shown beside it, exactly.

    Raises PolicyError for a value out of range, a household without members or listed twice,
    and members without a household.
    """
    return assess_all(
        policy, "dibao", month, households, members, out,
        memory_limit=memory_limit, threads=threads, trace=trace,
    )  # fmt: skip


def publish_city(
    policy: Policy,
    month: str,
    households: Relation,
    members: Relation,
    out: str | Path,
    *,
    benefit: str = "dibao",
    sample: int = 10_000,
    **limits: Any,
) -> int:
    """Assesses a city and writes the result only if the interpreter agrees; how many it checked.

    On any difference PolicyMismatch is raised and `out` stays as it was.
    """
    part = Path(out).with_name(f".{Path(out).name}.unverified")
    try:
        assess_all(policy, benefit, month, households, members, part, **limits)
        checked = verify(policy, benefit, month, households, members, part, sample=sample)
        part.replace(out)
    finally:
        part.unlink(missing_ok=True)
    return checked


def verify_sample(
    policy: Policy,
    month: str,
    households: Relation,
    members: Relation,
    result: Relation,
    *,
    sample: int = 10_000,
    seed: int = 0,
    tell: Callable[[int], None] = lambda done: None,
) -> int:
    """Assesses sampled households and those on an edge again for dibao; see `verify`."""
    return verify(
        policy, "dibao", month, households, members, result, sample=sample, seed=seed, tell=tell
    )


def verify(
    policy: Policy,
    benefit: str,
    month: str,
    groups: Relation,
    members: Relation,
    result: Relation,
    *,
    sample: int = 10_000,
    seed: int = 0,
    tell: Callable[[int], None] = lambda done: None,
) -> int:
    """Assesses sampled cases and those on an edge again with the exact interpreter.

    Returns how many were compared; raises PolicyMismatch on any difference. `tell` is called with
    each case, and how many there were.
    """
    opened = policy.benefit(benefit)
    decision = benefit_of(benefit).decision
    number = count(1)

    def reassess(
        group: Mapping[str, object], people: Sequence[Mapping[str, object]]
    ) -> dict[str, Any]:
        case = open_case(opened, month, group, people)
        conclusion, figures, _ = decide(case, decision)
        tell(next(number))
        fen = {f"{name}_fen": _fen(value) for name, value in figures.items()}
        return {"conclusion": conclusion, "size": len(people), **fen}

    return verify_against(
        opened, decision, month, groups, members, result, reassess, sample=sample, seed=seed
    )


def _fen(value: Fraction | None) -> int | None:
    """Whole fen, half a fen rounded up."""
    if value is None:
        return None
    return (200 * value.numerator + value.denominator) // (2 * value.denominator)
