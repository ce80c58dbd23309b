"""Dibao computed a second time, straight from the wording of the rules and nothing else.

Shares no code with the engine: Python integers and fractions, one household at a time. What is
unknown is tried out instead of reasoned about: each missing fact is replaced by values that would
pull the result either way, and only a result that none of them moves stands.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction
from itertools import product
from math import ceil
from typing import Any, Final

DISTRICTS: Final = ("220202", "220203", "220204", "220211")
YES_OR_NO: Final = ("is_student", "is_seriously_ill", "is_single_parent")
NUMBERS: Final = ("wage", "business", "property", "transfer")
DECIDED: Final = ("conclusion", "topup_fen", "category_fen", "amount_fen")


def monthly_standard(month: str, county: str, residence: str) -> Fraction:
    second_half = month >= "2016-07"
    in_district = county in DISTRICTS
    if residence == "urban":
        if second_half:
            return Fraction(460 if in_district else 435)
        return Fraction(425 if in_district else 400)
    if second_half:
        return Fraction(3700 if in_district else 3500, 12)
    return Fraction(3400 if in_district else 3200, 12)


def age_on(birth: date, day: date) -> int:
    had_birthday = (birth.month, birth.day) <= (day.month, day.day)
    return day.year - birth.year - (0 if had_birthday else 1)


def share_of(member: Mapping[str, Any], day: date) -> Fraction:
    """Only the highest share that applies."""
    shares = [Fraction(0)]
    if member["disability_grade"] in (1, 2):
        shares.append(Fraction(3, 10))
    if member["is_seriously_ill"]:
        shares.append(Fraction(3, 10))
    years = age_on(member["birth"], day)
    if years >= 70:
        shares.append(Fraction(2, 10))
    if years < 18 or member["is_student"]:
        shares.append(Fraction(2, 10))
    if member["is_single_parent"]:
        shares.append(Fraction(2, 10))
    return max(shares)


def known_result(
    month: str, household: Mapping[str, Any], members: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """The result for a household about which everything is known."""
    day = date(int(month[:4]), int(month[5:]), 1)
    size = len(members)
    standard = household.get("standard") or monthly_standard(
        month, household["county"], household["residence"]
    )
    income = Fraction(0)
    for member in members:
        kept = Fraction(8, 10) if member["disability_grade"] > 0 else Fraction(1)
        income += Fraction(member["wage"]) * kept
        income += Fraction(member["business"])
        income += Fraction(member["property"]) + Fraction(member["transfer"])
    income = max(income, Fraction(0))
    per_capita = income / size
    property_fits = (
        Fraction(household["financial_assets"]) / size <= 24 * standard
        and household["vehicles"] == 0
        and household["dwellings"] <= 1
    )
    topup = category = amount = Fraction(0)
    last_amount = Fraction(household["last_amount"] or 0)
    if per_capita < standard and property_fits:
        conclusion = "符合"
        topup = Fraction(ceil(standard * size - income))
        category = Fraction(ceil(sum(standard * share_of(member, day) for member in members)))
        amount = topup + category
        paid = [member for member in members if (member.get("refused_jobs") or 0) < 3]
        if len(paid) < size:
            # Who refused work three times gets nothing; the others what is theirs.
            shares = sum(standard * share_of(member, day) for member in paid)
            amount = Fraction(ceil((standard - per_capita) * len(paid)) + ceil(shares))
    elif (
        property_fits
        and per_capita < Fraction(3, 2) * standard
        and last_amount > 0
        and 0 <= months_over(month, household["over_since"]) < 6
    ):
        conclusion, amount = "渐退", last_amount
    else:
        conclusion = "不符合"
    return {
        "conclusion": conclusion,
        "size": size,
        "per_capita_fen": half_up(per_capita * 100),
        "standard_fen": half_up(standard * 100),
        "topup_fen": half_up(topup * 100),
        "category_fen": half_up(category * 100),
        "amount_fen": half_up(amount * 100),
    }


def months_over(month: str, since: str | None) -> int:
    if not since:
        return -1
    years = int(month[:4]) - int(since[:4])
    return 12 * years + int(month[5:]) - int(since[5:])


def half_up(value: Fraction) -> int:
    return (value + Fraction(1, 2)).__floor__()


def plain_result(
    month: str, household: Mapping[str, Any], members: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """The result with None for what nobody can know."""
    group = {**household, "last_amount": household["last_amount"] or 0}
    people = [{**m, "disability_grade": m["disability_grade"] or 0} for m in members]
    results = [known_result(month, *world) for world in worlds(group, people)]
    first = results[0]
    result: dict[str, Any] = {"size": first["size"]}
    if any(member[name] is None for member in people for name in NUMBERS):
        # An unstated number has no bounds, so the income is unknown whatever the others are.
        result["per_capita_fen"] = None
    else:
        result["per_capita_fen"] = first["per_capita_fen"]
    unplaced = group["county"] is None or group["residence"] is None
    result["standard_fen"] = None if unplaced else first["standard_fen"]
    if all(other[name] == first[name] for other in results for name in DECIDED):
        return result | {name: first[name] for name in DECIDED}
    return result | dict.fromkeys(DECIDED) | {"conclusion": "待人工核实"}


def worlds(
    household: dict[str, Any], members: list[dict[str, Any]]
) -> Iterator[tuple[dict[str, Any], list[dict[str, Any]]]]:
    """Households that could be this one: low and high incomes, every yes and no, and so on."""
    holes: list[tuple[int | None, str, tuple[Any, ...]]] = []
    extremes: dict[str, tuple[Any, ...]] = {
        "standard": (Fraction(1, 10**9), Fraction(10**15)),
        "financial_assets": (0, 10**9),
        "vehicles": (0, 1),
        "dwellings": (0, 2),
        "birth": (date(1900, 1, 1), date(1980, 1, 1)),
        **dict.fromkeys(YES_OR_NO, (False, True)),
        **dict.fromkeys(NUMBERS, (-(10**11), 10**11)),
    }
    if household["county"] is None or household["residence"] is None:
        # An unknown standard has no bounds either.
        household = {**household, "standard": None}
    for place, facts in [(None, household), *enumerate(members)]:
        unknown = [name for name in facts if facts[name] is None and name in extremes]
        holes.extend((place, name, extremes[name]) for name in unknown)
    for values in product(*(choices for _, _, choices in holes)):
        group, people = dict(household), [dict(member) for member in members]
        for (place, name, _), value in zip(holes, values, strict=True):
            (group if place is None else people[place])[name] = value
        yield group, people
