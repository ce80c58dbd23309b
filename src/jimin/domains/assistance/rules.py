"""From a family's declaration to what the rules take, and what a month's result means."""

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from jimin.engine.rules import Day, Fact, Money

COUNTY_DIGITS = 6


def household_inputs(
    *,
    area: str,
    residence: str,
    financial_assets: Decimal | None,
    vehicles: int | None,
    dwellings: int | None,
    last_amount: Decimal,
    over_since: dt.date | None,
) -> dict[str, Any]:
    """The household's facts in the names of the rules; None is unknown."""
    return {
        "county": area[:COUNTY_DIGITS],
        "residence": residence,
        "financial_assets": financial_assets,
        "vehicles": vehicles,
        "dwellings": dwellings,
        "last_amount": last_amount,
        "over_since": None if over_since is None else f"{over_since:%Y-%m}",
    }


def frozen(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Inputs as they are stored: money and dates as text, so that nothing is rounded."""
    return {name: _text(value) for name, value in inputs.items()}


def thawed(inputs: Mapping[str, Any], facts: Mapping[str, Fact]) -> dict[str, Any]:
    """Stored inputs as the rules take them; the inverse of `frozen`."""
    return {name: _value(facts.get(name), value) for name, value in inputs.items()}


def _value(fact: Fact | None, value: Any) -> Any:
    match fact:
        case Money() if value is not None:
            return Decimal(value)
        case Day() if value is not None:
            return dt.date.fromisoformat(value)
    return value


def _text(value: Any) -> Any:
    if isinstance(value, Decimal):
        return f"{value:.2f}"
    return value.isoformat() if isinstance(value, dt.date) else value


def canonical(content: Mapping[str, Any]) -> bytes:
    """The one writing a digest is taken of."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def example_parameters(steps: Iterable[Mapping[str, Any]]) -> list[str]:
    """Labels of the figures used that no document backs yet, in order of first use."""
    found = (
        figure["label"]
        for step in steps
        for figure in step["parameters"]
        if figure["status"] != "confirmed"
    )
    return list(dict.fromkeys(found))


def propose(
    *,
    conclusion: str,
    amount: Decimal | None,
    award: Decimal | None,
    began_this_month: bool,
    is_carried_over: bool,
) -> str:
    """What a month's result means for a family. It only proposes: a person approves.

    An award that begins this very month was decided just now and stays. Without an award only a
    family carried over from the time before this program is granted one; others may apply.
    """
    if conclusion == "待人工核实":
        return "review"
    pays = conclusion in ("符合", "渐退") and amount is not None and amount > 0
    if award is None:
        if not pays:
            return "none"
        return "grant" if is_carried_over else "apply"
    if began_this_month:
        return "keep"
    if not pays:
        return "stop"
    assert amount is not None
    if amount == award:
        return "keep"
    return "increase" if amount > award else "decrease"
