"""Adding up and planning, checked on random numbers."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jimin.kernel.workplans.rules.binding import suggestions
from jimin.kernel.workplans.rules.curves import CurveError, check_points, planned_share, seasonal
from jimin.kernel.workplans.rules.indicators import (
    INDICATORS,
    Cut,
    Figure,
    Indicator,
    Kind,
    Period,
    Registry,
    total,
)
from jimin.kernel.workplans.rules.words import Number, plain, rounded

START, DUE = dt.date(2016, 1, 1), dt.date(2016, 12, 31)
CODES = [f"2202{n:02d}000000" for n in (2, 3, 4, 11, 21, 81, 82, 83, 84)]
amounts = st.integers(0, 10**11).map(lambda fen: Decimal(fen).scaleb(-2))
# A busy machine is no reason to fail.
calm = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def indicator(
    kind: Kind, top: Mapping[str, Number], bottom: Mapping[str, Number] | None = None
) -> Indicator:
    return Indicator(
        name="test",
        label="",
        kind=kind,
        unit="",
        definition="",
        source="",
        numerator=lambda cut, period: top,
        denominator=None if bottom is None else lambda cut, period: bottom,
        drill_down=lambda area, period: "/",
    )


@calm
@given(st.lists(amounts, min_size=9, max_size=9))
def test_the_counties_sum_to_the_city(values: list[Decimal]) -> None:
    figures = indicator(Kind.FLOW, dict(zip(CODES, values, strict=True))).figures(
        Cut("220200000000"), Period.month(2016, 7)
    )
    whole = total(figures.values())
    assert whole is not None
    assert whole.value == Fraction(sum(values))


@calm
@given(st.lists(st.tuples(amounts, amounts), min_size=1, max_size=9))
def test_a_ratio_is_the_sum_over_the_sum(pairs: list[tuple[Decimal, Decimal]]) -> None:
    codes = CODES[: len(pairs)]
    top = {code: pair[0] for code, pair in zip(codes, pairs, strict=True)}
    bottom = {code: pair[1] for code, pair in zip(codes, pairs, strict=True)}
    figures = indicator(Kind.RATIO, top, bottom).figures(Cut("220200000000"), Period.month(2016, 7))
    whole = total(figures.values())
    assert whole is not None
    if sum(bottom.values()) == 0:
        assert whole.value is None
    else:
        assert whole.value == Fraction(sum(top.values())) / Fraction(sum(bottom.values()))


def test_a_part_with_an_unknown_denominator_makes_the_whole_unknown() -> None:
    figures = indicator(Kind.RATIO, {CODES[0]: 1, CODES[1]: 1}, {CODES[0]: 2}).figures(
        Cut("220200000000"), Period.month(2016, 7)
    )
    assert figures[CODES[0]].value == Fraction(1, 2)
    assert figures[CODES[1]].value is None
    whole = total(figures.values())
    assert whole is not None
    assert whole.value is None


def test_nothing_measured_is_not_zero() -> None:
    assert total([]) is None
    assert total([Figure(Fraction(0))]) == Figure(Fraction(0))


def test_an_indicator_is_declared_once_and_a_ratio_has_two_parts() -> None:
    registry = Registry()
    registry.register(indicator(Kind.FLOW, {}))
    with pytest.raises(ValueError, match="twice"):
        registry.register(indicator(Kind.FLOW, {}))
    with pytest.raises(ValueError, match="denominator"):
        Registry().register(indicator(Kind.RATIO, {}))


@pytest.mark.parametrize("month", range(1, 13))
def test_the_even_plan_asks_for_a_twelfth_each_month(month: int) -> None:
    end = Period.month(2016, month).end
    assert planned_share("linear", start=START, due=DUE, on=end) == Fraction(month, 12)


def test_inside_a_month_the_days_are_even() -> None:
    on = dt.date(2016, 4, 15)
    assert planned_share("linear", start=START, due=DUE, on=on) == Fraction(7, 24)
    half = planned_share("linear", start=dt.date(2016, 7, 1), due=DUE, on=dt.date(2016, 9, 30))
    assert half == Fraction(1, 2)


@calm
@given(
    st.sampled_from(["linear", "s_curve", "back_loaded", "seasonal", "monthly"]),
    st.dates(dt.date(2015, 12, 1), dt.date(2017, 2, 1)),
    st.dates(dt.date(2015, 12, 1), dt.date(2017, 2, 1)),
    st.lists(st.integers(0, 500), min_size=12, max_size=12).filter(any),
)
def test_a_plan_never_asks_for_less_later(
    curve: str, one: dt.date, other: dt.date, last_year: list[int]
) -> None:
    points = seasonal(last_year) if curve == "monthly" else last_year
    early, late = (
        planned_share(curve, start=START, due=DUE, on=day, points=points)
        for day in sorted((one, other))
    )
    assert 0 <= early <= late <= 1
    assert planned_share(curve, start=START, due=DUE, on=DUE, points=points) == 1


def test_the_curves_by_hand() -> None:
    march = dt.date(2016, 3, 31)

    def at(curve: str, points: list[Number] | None = None) -> Fraction:
        return planned_share(curve, start=START, due=DUE, on=march, points=points or ())

    assert at("s_curve") == Fraction(5, 32)
    assert at("back_loaded") == Fraction(1, 16)
    assert at("monthly", [0, 0, Fraction(1, 10), *[Fraction(1, 2)] * 8, 1]) == Fraction(1, 10)
    assert at("seasonal", [10, 20, 30, *[0] * 8, 60]) == Fraction(1, 2)


@pytest.mark.parametrize("points", [[], [1, Fraction(1, 2)], [0, Fraction(9, 10)], [-1, 1]])
def test_a_hand_set_plan_must_rise_to_the_whole(points: list[Number]) -> None:
    with pytest.raises(CurveError):
        check_points("monthly", points)


def test_an_empty_year_makes_no_season() -> None:
    with pytest.raises(CurveError):
        check_points("seasonal", [0] * 12)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Fraction(175, 3), "58.33"),
        (Decimal("0.005"), "0.01"),
        (Fraction(-1, 200), "-0.01"),
        (15000, "15,000"),
        (Decimal("1234567.50"), "1,234,567.5"),
        (0, "0"),
    ],
)
def test_numbers_are_rounded_only_for_people(value: Number, text: str) -> None:
    assert plain(value) == text


def test_rounding_is_half_away_from_zero() -> None:
    assert rounded(Decimal("2.345")) == Decimal("2.35")
    assert rounded(Decimal("-2.345")) == Decimal("-2.35")


def test_a_binding_is_suggested_by_words_of_a_kind_that_suits() -> None:
    found = suggestions("农村低保标准不低于扶贫标准", "relational", INDICATORS.all())
    assert found[0].indicator.name == "dibao_rural_to_poverty_line"
    assert "农村低保标准" in found[0].shared
    assert suggestions("农村低保标准不低于扶贫标准", "flow", INDICATORS.all()) == []
    assert suggestions("福利彩票销售额", "flow", INDICATORS.all()) == []
    assert suggestions("", "flow", INDICATORS.all()) == []
