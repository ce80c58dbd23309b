"""Shares for counties, stages, changes by two persons, papers, and a year played through."""

import datetime as dt
from collections import Counter
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import F
from hypothesis import given
from hypothesis import strategies as st

from jimin.foundation.access.models import User
from jimin.foundation.access.scope import System, acting_as_system
from jimin.kernel.areas.models import Area
from jimin.kernel.workplans import demo, queries
from jimin.kernel.workplans.models import (
    Adjustment,
    Archive,
    Demand,
    Milestone,
    OfficialStatistic,
    Plan,
    Quota,
    Snapshot,
    Standing,
    Target,
)
from jimin.kernel.workplans.rules.shares import ShareError, calculated, divide, residual
from jimin.kernel.workplans.rules.words import rounded
from jimin.kernel.workplans.services import (
    adjustments,
    allocations,
    binding,
    ledger,
    papers,
    periods,
    reports,
)
from jimin.kernel.workplans.services.adjustments import Stage

CITY, CHANGYI = "220200000000", "220202000000"
JUNE = dt.date(2016, 6, 30)
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("standing_ledger")]


def target(plan: Plan, code: str) -> Target:
    found: Target = Target.objects.get(plan=plan, code=code)
    return found


@given(
    st.integers(0, 10**9),
    st.dictionaries(st.integers(0, 999).map(str), st.integers(0, 10**6)),
)
def test_shares_always_make_the_whole(total: int, weights: dict[str, int]) -> None:
    if sum(weights.values()) == 0:
        with pytest.raises(ShareError):
            divide(total, weights)
        return
    shares = divide(total, weights)
    assert sum(shares.values()) == total
    assert residual(total, shares) == 0
    for code, share in shares.items():
        ideal = Fraction(total) * weights[code] / sum(weights.values())
        assert abs(share - ideal) < 1


def test_what_is_left_over_goes_to_those_who_lost_most() -> None:
    assert divide(10, {"a": 1, "b": 1, "c": 1}) == {"a": 4, "b": 3, "c": 3}
    assert divide(Fraction(1, 2), {"a": 1, "b": 3}, step=Fraction(1, 10)) == {
        "a": Fraction(1, 10),
        "b": Fraction(4, 10),
    }


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ("基数 × 0.05 + 20", Fraction(70)),
        ("（基数－200）÷ 3", Fraction(800, 3)),
        ("-基数*2", -2000),
    ],
)
def test_a_formula_is_exact(formula: str, value: Fraction) -> None:
    assert calculated(formula, {"基数": 1000}) == value


@pytest.mark.parametrize(
    "formula",
    ["基数 **", "人口", "__import__('os')", "基数 ** 9", "1/0", "'a' * 9", "True", "1" * 201],
)
def test_a_formula_that_is_none_is_refused(formula: str) -> None:
    with pytest.raises(ShareError):
        calculated(formula, {"基数": 1000})


def test_a_target_is_divided_by_base_and_each_county_gets_its_light(
    plan: Plan, planner: User
) -> None:
    beds = target(plan, "T11")
    quotas = allocations.divide_target(
        actor=planner, target=beds, method="by_base", source="上年老年人口",
        numbers={CHANGYI: Decimal(3), "220221000000": Decimal(1)},
    ).quotas  # fmt: skip
    assert dict(quotas.values_list("area", "value")) == {CHANGYI: 1800, "220221000000": 600}
    for code, number in [(CHANGYI, 900), ("220221000000", 10)]:
        reports.report_progress(
            actor=planner, target=target(plan, "T11"), area=Area.objects.get(code=code), on=JUNE,
            numerator=Decimal(number), evidence="月报",
        )  # fmt: skip
    row = queries.target_row(target(plan, "T11"), JUNE)
    assert [p.standing.light.value for p in row.parts if p.standing] == ["green", "red"]
    assert row.standing.sentence.startswith("累计 910 张 ÷ 序时 1,200 张")


def test_shares_that_do_not_make_the_target_are_refused(plan: Plan, planner: User) -> None:
    before = set(Quota.objects.values_list("pk", flat=True))
    with pytest.raises(ValidationError, match=r"合计 2,399，目标 2,400，相差 1"):
        allocations.divide_target(
            actor=planner, target=target(plan, "T11"), method="by_hand", source="会议",
            numbers={CHANGYI: Decimal(2399)},
        )  # fmt: skip
    with pytest.raises(ValidationError, match="只有累计或期末数"):
        allocations.divide_target(
            actor=planner, target=target(plan, "T10"), method="by_hand", source="会议",
            numbers={CHANGYI: Decimal(50)},
        )  # fmt: skip
    assert set(Quota.objects.values_list("pk", flat=True)) == before
    more = allocations.divide_target(
        actor=planner, target=target(plan, "T11"), method="by_hand", source="会议",
        numbers={CHANGYI: Decimal(2500)},
    )  # fmt: skip
    assert more.quotas.count() == 1


def test_a_curve_by_hand_and_by_season(plan: Plan, planner: User) -> None:
    lottery = target(plan, "T16")
    points = ["0.05", "0.1", "0.15", "0.2", "0.3", "0.4", "0.5", "0.6", "0.7", "0.8", "0.9", "1"]
    allocations.set_curve(actor=planner, target=lottery, curve="monthly", points=points)
    goal = queries.goal_of(target(plan, "T16"), JUNE)
    assert goal.share_due(JUNE) == Fraction(2, 5)
    season = ["30", *["10"] * 11]
    allocations.set_curve(actor=planner, target=lottery, curve="seasonal", points=season)
    assert queries.goal_of(target(plan, "T16"), JUNE).share_due(JUNE) == Fraction(80, 140)
    with pytest.raises(ValidationError, match="最后一个月为 1"):
        allocations.set_curve(actor=planner, target=lottery, curve="monthly", points=["0.5"])


def test_a_target_changes_only_by_two_persons_and_not_backwards(
    plan: Plan, planner: User, make_user: Any
) -> None:
    leader = make_user("city_leader", CITY)
    beds = target(plan, "T16")
    asked = adjustments.propose_adjustment(
        actor=planner, target=beds, terms={"value": Decimal(500_000_000)},
        reason="市场变化", effective_on=dt.date(2016, 6, 1),
    )  # fmt: skip
    assert asked.changes == {"value": ["530000000", "500000000"]}
    assert target(plan, "T16").value == 530_000_000
    with pytest.raises(PermissionDenied):
        adjustments.decide_adjustment(actor=planner, adjustment=asked, approve=True)
    with pytest.raises(ValidationError, match="已有一项调整在等待批准"):
        adjustments.propose_adjustment(
            actor=planner, target=beds, terms={"value": Decimal(1)}, reason="又变",
            effective_on=dt.date(2016, 6, 1),
        )  # fmt: skip
    with pytest.raises(ValidationError, match="不批准要写明理由"):
        adjustments.decide_adjustment(actor=leader, adjustment=asked, approve=False)
    adjustments.decide_adjustment(actor=leader, adjustment=asked, approve=True, note="同意")
    assert queries.goal_of(target(plan, "T16"), JUNE).value == 500_000_000
    assert queries.goal_of(target(plan, "T16"), dt.date(2016, 5, 31)).value == 530_000_000
    with pytest.raises(ValidationError, match="已经处理过"):
        adjustments.decide_adjustment(actor=leader, adjustment=asked, approve=True)


def test_an_adjustment_tells_what_it_does_to_the_score_and_judges_kept_lights_anew(
    plan: Plan, planner: User, make_user: Any
) -> None:
    lottery, leader = target(plan, "T16"), make_user("city_leader", CITY)
    may = dt.date(2016, 5, 31)
    for on, number in ((may, 150_000_000), (JUNE, 210_000_000)):
        reports.report_progress(
            actor=planner, target=lottery, area=Area.objects.get(code=CITY), on=on,
            numerator=Decimal(number), evidence="月报",
        )  # fmt: skip
    periods.keep_month(actor=planner, plan=plan, on=may)
    periods.lock_period(actor=planner, plan=plan, on=JUNE)
    asked = adjustments.propose_adjustment(
        actor=planner, target=lottery, terms={"value": Decimal(420_000_000)},
        reason="市场变化", number="请示3号", effective_on=dt.date(2016, 6, 1),
    )  # fmt: skip
    assert "÷ 序时 265,000,000 元 = 79.25%" in asked.before
    assert "÷ 序时 210,000,000 元 = 100%" in asked.after
    assert asked.score_before is not None
    assert asked.score_after is not None
    assert asked.score_after > asked.score_before

    def lights(on: dt.date) -> list[tuple[str, str, bool]]:
        kept = Standing.objects.filter(target=lottery, on=on).order_by("id")
        return [(each.light, each.reason, each.replaced_at is None) for each in kept]

    assert lights(JUNE) == [("yellow", "", True)]
    untouched = Standing.objects.exclude(target=lottery).count()
    adjustments.decide_adjustment(actor=leader, adjustment=asked, approve=True)
    assert lights(JUNE) == [
        ("yellow", "", False), ("green", "目标调整：市场变化（请示3号）", True),
    ]  # fmt: skip
    assert len(lights(may)) == 1  # before the change took effect
    assert Standing.objects.exclude(target=lottery).count() == untouched
    assert list(Archive.objects.filter(on=JUNE).values_list("version", flat=True)) == [1, 2]


def test_a_locked_month_keeps_its_computed_number_whatever_the_records_say_later(
    plan: Plan, planner: User, make_user: Any
) -> None:
    """A changed record reaches a locked month neither by an adjustment nor by another's report."""
    ledger.load_statistics(actor=System("试验"))
    share, lottery = target(plan, "T04"), target(plan, "T16")

    def send(number: int, reason: str = "") -> None:
        reports.report_progress(
            actor=planner, target=lottery, area=Area.objects.get(code=CITY), on=JUNE,
            numerator=Decimal(number), evidence="月报", reason=reason,
        )  # fmt: skip

    send(210_000_000)
    periods.lock_period(actor=planner, plan=plan, on=JUNE)
    OfficialStatistic.objects.filter(name="urban_income").update(value=F("value") * 2)
    numbers = Snapshot.objects.filter(on=JUNE, replaced_at=None)
    kept = list(numbers.values_list("indicator", "area", "numerator", "denominator"))
    asked = adjustments.propose_adjustment(
        actor=planner, target=share, terms={"value": Decimal(90)}, reason="提高要求",
        effective_on=JUNE,
    )  # fmt: skip
    adjustments.decide_adjustment(
        actor=make_user("city_leader", CITY), adjustment=asked, approve=True
    )
    old, new = Standing.objects.filter(target=share, on=JUNE, area=CHANGYI).order_by("id")
    assert (old.replaced_at is None, new.reason) == (False, "目标调整：提高要求")
    assert (old.light, new.light) == ("green", "red")
    assert old.actual == new.actual
    # The target's page shows the number that was kept, not today's.
    (part,) = (each for each in queries.row_of_day(share, JUNE).parts if each.code == CHANGYI)
    assert part.standing is not None
    assert rounded(part.standing.actual or 0, 8) == old.actual
    others = Standing.objects.filter(on=JUNE, replaced_at=None).exclude(target=lottery)
    before = list(others.order_by("pk").values_list("pk", flat=True))
    send(260_000_000, "漏报一周")
    assert list(others.order_by("pk").values_list("pk", flat=True)) == before
    assert list(numbers.values_list("indicator", "area", "numerator", "denominator")) == kept
    assert list(Archive.objects.filter(on=JUNE).values_list("version", flat=True)) == [1, 2, 3]


def test_a_locked_month_in_which_nothing_was_kept_of_an_indicator_is_left_alone(
    plan: Plan, planner: User
) -> None:
    share = target(plan, "T04")
    periods.lock_period(actor=planner, plan=plan, on=JUNE)
    Snapshot.objects.all().delete()
    assert queries.row_as_kept(share, JUNE) is None
    reason = "换了口径"
    assert not periods.keep_target_again(actor=planner, target=share, since=JUNE, reason=reason)
    assert not Standing.objects.filter(target=share).exclude(replaced_at=None).exists()


def test_a_proposer_with_both_rights_may_not_approve(plan: Plan, planner: User) -> None:
    from jimin.foundation.access.models import Post

    Post.objects.create(
        user=planner, role="city_leader", area_id=CITY, valid_from=dt.date(2016, 1, 1)
    )
    both = User.objects.get(pk=planner.pk)
    asked = adjustments.propose_adjustment(
        actor=both, target=target(plan, "T16"), terms={"value": Decimal(1)}, reason="试",
        effective_on=JUNE,
    )  # fmt: skip
    with pytest.raises(ValidationError, match="不能自己批准"):
        adjustments.decide_adjustment(actor=both, adjustment=asked, approve=True)
    assert Adjustment.objects.get().state == "proposed"


def test_stages_are_reached_in_order_and_weighed(plan: Plan, planner: User) -> None:
    supply = target(plan, "T30")
    roof, fitting, *_rest = supply.milestones.all()
    april, may = dt.date(2016, 4, 30), dt.date(2016, 5, 31)
    assert queries.target_row(supply, dt.date(2016, 4, 29)).standing.light.value == "grey"
    late = queries.target_row(supply, april).standing
    assert (late.light.value, "“主体封顶”应完成而未完成" in late.sentence) == ("red", True)
    with pytest.raises(ValidationError, match="按顺序登记"):
        adjustments.reach_milestone(actor=planner, milestone=fitting, on=may, note="验收单")
    adjustments.reach_milestone(actor=planner, milestone=roof, on=may, note="验收单")
    row = queries.target_row(target(plan, "T30"), may)
    assert (row.standing.actual, row.standing.planned) == (Fraction(30), Fraction(30))
    assert row.standing.light.value == "green"
    with pytest.raises(ValidationError, match="已有节点完成"):
        adjustments.set_milestones(
            actor=planner, target=supply, stages=[Stage("完", dt.date(2016, 12, 1))]
        )
    assert Milestone.objects.filter(target=supply).count() == 4


def test_a_paper_s_way_is_kept_step_by_step(plan: Plan, planner: User) -> None:
    from jimin.kernel.workplans.models import Deliverable

    paper = Deliverable.objects.get(plan=plan, code="D02")
    for progress, day in [("draft", "2016-03-01"), ("comments", "2016-04-01")]:
        papers.advance_paper(
            actor=planner, paper=paper, progress=progress, on=dt.date.fromisoformat(day)
        )
    with pytest.raises(ValidationError, match="退回要写明原因"):
        papers.advance_paper(actor=planner, paper=paper, progress="draft", on=JUNE)
    with pytest.raises(ValidationError, match="不能早于上一步"):
        papers.advance_paper(
            actor=planner, paper=paper, progress="legal_review", on=dt.date(2016, 3, 2)
        )
    paper = Deliverable.objects.get(pk=paper.pk)
    assert queries.paper_on(paper, dt.date(2016, 3, 15)).progress == "draft"
    assert queries.paper_on(paper, dt.date(2016, 2, 1)).progress == "planned"
    assert queries.paper_on(paper, JUNE).progress == "comments"


def test_the_demo_plays_a_year_with_one_green_one_yellow_one_red_and_one_repaired(
    counties: None, make_user: Any
) -> None:
    officer, planner = make_user("city_officer", CITY), make_user("city_planner", CITY)
    goes_on = demo.load_plans(officer=officer, planner=planner)
    assert goes_on.year == 2016
    year = Plan.objects.get(year=2015)
    past = {
        kept[0].target.code: "".join(standing.light[0] for standing in kept)
        for kept in queries.past_lights(year).values()
    }
    assert past["T01"] == "g" * 12
    assert past["T02"].count("g") >= 6
    assert past["T03"] == "rrryyyyggggg" or ("r" in past["T03"][:6] and past["T03"][-3:] == "ggg")
    assert past["T04"].count("y") >= 6
    assert past["T04"][-1] == "y"
    assert past["T06"][-1] == "r"
    for kept in Standing.objects.all():
        assert kept.sentence.endswith(("→ 绿", "→ 黄", "→ 红", "→ 蓝", "→ 灰"))
    with acting_as_system("试验"):
        levels = Counter(Demand.objects.filter(target__plan=year).values_list("level", flat=True))
        assert set(levels) >= {"urge", "supervise"}
        assert not Demand.objects.filter(document=None).exists()
    assert Archive.objects.filter(plan=year, on=dt.date(2015, 9, 30)).count() == 2
    assert Archive.objects.filter(plan=goes_on).count() >= 5
    count = Standing.objects.count()
    assert demo.load_plans(officer=officer, planner=planner) == goes_on
    assert Standing.objects.count() == count


def test_a_binding_is_tried_before_it_is_made(plan: Plan, planner: User, make_user: Any) -> None:
    found = target(plan, "T03")
    row = binding.dry_run(found, "dibao_households_paid", JUNE)
    assert row.is_computed
    assert target(plan, "T03").indicator == ""
    with pytest.raises(ValidationError, match="类别与目标的汇总方式不合"):
        binding.bind_target(actor=planner, target=found, indicator="dibao_households", reason="试")
    with pytest.raises(PermissionDenied):
        binding.bind_target(
            actor=make_user("city_unit", CITY), target=found, indicator="dibao_households_paid",
            reason="试",
        )  # fmt: skip
    binding.bind_target(
        actor=planner, target=found, indicator="dibao_households_paid", reason="口径一致"
    )
    assert target(plan, "T03").indicator == "dibao_households_paid"
    with pytest.raises(ValidationError, match="由业务数据计算"):
        reports.report_progress(
            actor=planner, target=target(plan, "T03"), area=Area.objects.get(code=CITY), on=JUNE,
            numerator=Decimal(1), evidence="月报",
        )  # fmt: skip
