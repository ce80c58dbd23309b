"""The table of TRACKING 7 and 8, one line of test for each case."""

import datetime as dt
from decimal import Decimal
from fractions import Fraction

import pytest

from jimin.kernel.workplans.rules.indicators import Kind
from jimin.kernel.workplans.rules.lights import (
    Goal,
    Light,
    Thresholds,
    judge,
    judge_delivery,
    judge_parts,
    met,
    thresholds,
    worst,
)

START, DUE = dt.date(2016, 1, 1), dt.date(2016, 12, 31)
JUNE = dt.date(2016, 6, 30)


def goal(
    kind: Kind = Kind.FLOW, comparator: str = ">=", value: object = 30000, **more: object
) -> Goal:
    given = {"unit": "人次", "start": START, "due": DUE, **more}
    return Goal(kind=kind, comparator=comparator, value=value, **given)  # type: ignore[arg-type]


def test_the_arithmetic_of_a_sum_behind_schedule_is_told_in_words() -> None:
    standing = judge(goal(), 12000, on=JUNE)
    assert standing.sentence == "累计 12,000 人次 ÷ 序时 15,000 人次 = 80%，落后 20 个百分点 → 黄"
    assert (standing.light, standing.ratio, standing.planned) == (
        Light.YELLOW,
        Fraction(4, 5),
        Fraction(15000),
    )


@pytest.mark.parametrize(
    ("actual", "light"),
    [
        (15000, Light.GREEN),
        (20000, Light.GREEN),
        (13501, Light.GREEN),  # 9.99 points behind
        (13500, Light.YELLOW),  # exactly 10
        (10500, Light.YELLOW),  # exactly 30
        (10499, Light.RED),
        (0, Light.RED),
        (30000, Light.GREEN),
    ],
)
def test_the_light_follows_the_points_behind_schedule(actual: int, light: Light) -> None:
    assert judge(goal(), actual, on=JUNE).light == light


def test_no_report_is_red_and_says_why() -> None:
    assert judge(goal(), None, on=JUNE).sentence == "未上报 → 红"
    assert judge(goal(Kind.ZERO, "<=", 0), None, on=JUNE).light == Light.RED
    assert judge(goal(), None, on=JUNE, absent="缺少统计数").sentence == "缺少统计数 → 红"


def test_before_its_start_a_target_is_grey_even_without_a_report() -> None:
    later = goal(start=dt.date(2016, 7, 1))
    assert judge(later, None, on=JUNE).sentence == "计划 2016-07-01 开始，尚未到期 → 灰"


def test_a_plan_that_asks_for_nothing_yet_is_grey() -> None:
    late = goal(curve="monthly", points=[Fraction(n >= 6) for n in range(12)])
    assert judge(late, 0, on=dt.date(2016, 5, 31)).light == Light.GREY
    assert judge(late, 0, on=dt.date(2016, 7, 31)).light == Light.RED


def test_overdue_and_unreached_is_red_however_near() -> None:
    standing = judge(goal(), 29999, on=dt.date(2017, 1, 1))
    assert standing.sentence == "累计 29,999 人次，要求不低于 30,000 人次，2016-12-31 已到期 → 红"
    assert judge(goal(), 30000, on=dt.date(2017, 1, 1)).light == Light.GREEN


def test_near_its_day_and_unfinished_a_target_is_blue_unless_worse() -> None:
    on = dt.date(2016, 12, 1)
    assert judge(goal(), 29000, on=on).light == Light.BLUE
    assert judge(goal(), 30000, on=on).light == Light.GREEN
    assert judge(goal(), 20000, on=on).light == Light.YELLOW
    assert judge(goal(), 29000, on=dt.date(2016, 11, 30)).light == Light.GREEN  # 31 days left


def test_a_stock_is_measured_from_its_baseline() -> None:
    ratio = goal(Kind.RATIO, ">=", 50, unit="%", baseline=30)
    standing = judge(ratio, 38, on=JUNE)  # 8 of the 10 points due by June
    assert standing.sentence == (
        "（现为 38% − 基期 30%）÷（序时 40% − 基期 30%）= 80%，落后 20 个百分点 → 黄"
    )
    assert judge(ratio, 40, on=JUNE).light == Light.GREEN
    assert judge(ratio, 29, on=JUNE).light == Light.RED


def test_a_falling_stock_is_measured_from_its_baseline_too() -> None:
    fewer = goal(Kind.STOCK, "<=", 60, unit="户", baseline=100)
    assert judge(fewer, 80, on=JUNE).light == Light.GREEN
    assert judge(fewer, 84, on=JUNE).ratio == Fraction(4, 5)
    assert judge(fewer, 110, on=JUNE).light == Light.RED


def test_a_level_without_baseline_is_measured_against_the_target_itself() -> None:
    level = goal(Kind.RATIO, ">=", 70, unit="%")
    assert judge(level, 70, on=START).light == Light.GREEN
    standing = judge(level, 63, on=JUNE)
    assert standing.sentence == "63%，要求不低于 70%，为要求的 90%，差 10 个百分点 → 黄"
    assert judge(level, 69, on=JUNE).light == Light.YELLOW  # a floor has no tolerance
    assert judge(level, 49, on=JUNE).light == Light.YELLOW
    assert judge(level, 48, on=JUNE).light == Light.RED
    assert judge(level, 69, on=dt.date(2017, 1, 1)).light == Light.RED


def test_upper_limits_are_reversed() -> None:
    level = goal(Kind.STOCK, "<=", 100, unit="户")
    assert judge(level, 100, on=JUNE).light == Light.GREEN
    assert judge(level, 125, on=JUNE).ratio == Fraction(4, 5)
    assert judge(level, 150, on=JUNE).light == Light.RED
    spent = goal(Kind.FLOW, "<=", 1200, unit="万元")
    assert judge(spent, 600, on=JUNE).light == Light.GREEN
    assert judge(spent, 750, on=JUNE).sentence == (
        "序时限额 600 万元 ÷ 累计 750 万元 = 80%，落后 20 个百分点 → 黄"
    )
    assert judge(spent, 1201, on=JUNE).light == Light.RED


def test_one_event_breaks_a_zero_target() -> None:
    accidents = goal(Kind.ZERO, "<=", 0, unit="起")
    assert judge(accidents, 1, on=JUNE).sentence == "应为零，已发生 1 起 → 红"
    assert judge(accidents, 0, on=JUNE).light == Light.GREEN


def test_a_parameter_is_kept_when_no_record_breaks_it() -> None:
    cap = goal(Kind.CAP, "=", 20000, unit="件")
    assert judge(cap, 0, on=JUNE).light == Light.GREEN
    assert judge(cap, 3, on=JUNE).light == Light.RED


def test_a_range_is_missed_on_both_sides() -> None:
    villages = goal(Kind.STOCK, "range", 1, unit="个", high=2)
    assert judge(villages, 2, on=JUNE).light == Light.GREEN
    assert judge(villages, 3, on=JUNE).ratio == Fraction(2, 3)
    assert judge(villages, 0, on=JUNE).light == Light.RED


def test_a_grade_is_late_only_after_its_day() -> None:
    grade = goal(Kind.GRADE, ">=", 3, unit="A")
    assert judge(grade, 2, on=JUNE).light == Light.GREY
    assert judge(grade, 2, on=dt.date(2016, 12, 20)).light == Light.BLUE
    assert judge(grade, 2, on=dt.date(2017, 1, 1)).light == Light.RED
    assert judge(grade, 3, on=JUNE).light == Light.GREEN


def test_a_target_without_its_reference_is_red_not_green() -> None:
    floor = goal(Kind.RELATIONAL, ">=", None, unit="%", reference="扶贫标准")
    assert judge(floor, 120, on=JUNE).sentence == "缺少扶贫标准，无法比较 → 红"


def test_the_whole_is_as_good_as_its_worst_part() -> None:
    floor = goal(Kind.RELATIONAL, ">=", 20, unit="%", reference="上年人均可支配收入")
    whole, parts = judge_parts(
        floor, {"昌邑区": Decimal("20.5"), "永吉县": Decimal("19"), "蛟河市": 21}, on=JUNE
    )
    assert whole.sentence == (
        "3 个地区中 2 个达到要求；永吉县 19%，要求不低于 20%（上年人均可支配收入），"
        "为要求的 95%，差 5 个百分点 → 黄"
    )
    assert [parts[n].light for n in parts] == [Light.GREEN, Light.YELLOW, Light.GREEN]
    unknown, _ = judge_parts(floor, {"昌邑区": None, "永吉县": 25}, on=JUNE)
    assert unknown.light == Light.RED
    assert judge_parts(floor, {}, on=JUNE)[0].light == Light.RED


def test_a_paper_is_late_after_its_day() -> None:
    assert judge_delivery(True, DUE, on=dt.date(2017, 1, 1)).light == Light.GREEN
    assert judge_delivery(False, DUE, on=JUNE).light == Light.GREY
    assert judge_delivery(False, DUE, on=dt.date(2016, 12, 10)).light == Light.BLUE
    assert judge_delivery(False, DUE, on=dt.date(2017, 1, 2)).sentence == (
        "应于 2016-12-31 前完成，已逾期 2 天 → 红"
    )


def test_the_worst_light_counts() -> None:
    assert worst([Light.GREEN, Light.RED, Light.BLUE]) == Light.RED
    assert worst([]) == Light.GREY


@pytest.mark.parametrize(
    ("comparator", "number", "is_met"),
    [
        (">=", 5, True),
        (">", 5, False),
        ("<=", 5, True),
        ("<", 5, False),
        ("=", 5, True),
        ("=", 6, False),
    ],
)
def test_comparators(comparator: str, number: int, is_met: bool) -> None:
    assert met(goal(Kind.STOCK, comparator, 5), number) is is_met


def test_floats_are_refused() -> None:
    with pytest.raises(TypeError):
        judge(goal(), 0.5, on=JUNE)  # type: ignore[arg-type]


def test_thresholds_are_dated_and_marked() -> None:
    found = thresholds(JUNE)
    assert isinstance(found, Thresholds)
    assert (found.yellow_from, found.red_over, found.mark) == (10, 30, "example")
