"""A revised text replaces the ledger; what was reported and kept goes on under it."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from jimin.foundation.access.models import User
from jimin.foundation.access.scope import acting_as_system
from jimin.foundation.audit.models import Entry
from jimin.kernel.areas.models import Area
from jimin.kernel.workplans import queries
from jimin.kernel.workplans.models import (
    Deliverable,
    Plan,
    Report,
    ReportPeriod,
    ScoreEntry,
    Standing,
    Target,
    Task,
)
from jimin.kernel.workplans.services import (
    ledger,
    papers,
    periods,
    proposing,
    reports,
    review,
    scores,
    succeeding,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("as_system")]
CITY = "220200000000"
MAY, JUNE = dt.date(2016, 5, 31), dt.date(2016, 6, 30)
TEXT = """一、做好救助。
全年救助3万人次以上。开展检查12次。制定出台《某市救助办法》。
二、做好养老。
新增养老床位900张。
"""


def read(officer: User, text: str) -> Plan:
    plan = proposing.upload_plan(
        actor=officer, area=Area.objects.get(code=CITY), year=2016, title="要点", pasted=text
    )
    for model in (Task, Target, Deliverable):
        review.accept_rows(actor=officer, rows=[*model.proposals.filter(plan=plan)])
    return plan


def target(plan: Plan, value: int) -> Target:
    found: Target = Target.objects.get(plan=plan, value=value)
    return found


def send(officer: User, target: Target, number: int, on: dt.date) -> Report:
    return reports.report_progress(
        actor=officer, target=target, area=Area.objects.get(code=CITY), on=on,
        numerator=Decimal(number), evidence="月报",
    )  # fmt: skip


def test_what_is_unchanged_goes_on_and_what_asks_for_more_keeps_its_reports(
    officer: User, make_user: Any
) -> None:
    planner = make_user("city_planner", CITY)
    first = read(officer, TEXT)
    ledger.adopt_plan(actor=officer, plan=first)
    for on, *numbers in ((MAY, 13000, 400, 5), (JUNE, 16000, 500, 6)):
        for value, number in zip((30000, 900, 12), numbers, strict=True):
            send(officer, target(first, value), number, on)
    periods.lock_period(actor=planner, plan=first, on=MAY)
    periods.keep_month(actor=planner, plan=first, on=JUNE)
    paper = Deliverable.objects.get(plan=first)
    papers.advance_paper(actor=officer, paper=paper, progress="draft", on=MAY)
    scores.enter_score(
        actor=planner, plan=first, unit="养老科", area=None, points=Decimal(1), kind="bonus",
        on=MAY, reason="推广", number="文号1",
    )  # fmt: skip
    before = {
        kept.target.subject: kept.sentence
        for kept in Standing.objects.filter(on=JUNE).select_related("target")
    }

    revised = read(officer, TEXT.replace("900", "1200").replace("开展检查12次。", ""))
    succeeding.adopt_revision(actor=officer, plan=revised, gone_seen=True)

    people, beds, checks = target(revised, 30000), target(revised, 1200), target(first, 12)
    with acting_as_system("试验"):
        assert Report.objects.filter(target=people).count() == 2
        assert Report.objects.filter(target=beds).count() == 2
        assert Report.objects.filter(target=checks).count() == 2  # gone from the text: stays
    assert set(Standing.objects.filter(target=people).values_list("on", flat=True)) == {MAY, JUNE}
    assert not Standing.objects.filter(target=beds).exists()  # judged by other terms: stays
    assert queries.default_day(revised) == JUNE
    shown = queries.shown(revised, JUNE)
    standings = {row.target.subject: row.standing.sentence for row in shown.ledger.rows()}
    assert standings[people.subject] == before[people.subject]
    now = queries.target_row(beds, JUNE).standing
    assert now.sentence == "累计 500 张 ÷ 序时 600 张 = 83.33%，落后 16.67 个百分点 → 黄"
    assert queries.months_locked(revised) == queries.months_locked(first) == {MAY}
    kept = Deliverable.objects.get(plan=revised)
    assert queries.paper_on(kept, JUNE).progress == "draft"
    assert ScoreEntry.objects.get().plan == revised
    assert ReportPeriod.objects.count() == 2
    said = Entry.objects.get(verb="continued").values
    assert said == {
        "before": first.pk, "report": 4, "standing": 2, "paperstep": 1, "scoreentry": 1,
    }  # fmt: skip

    send(officer, people, 19000, dt.date(2016, 7, 31))  # the same line goes on
    assert len(queries.shown(revised, JUNE).lines[people.pk].months) == 2


def test_a_first_ledger_takes_over_nothing(officer: User) -> None:
    plan = read(officer, TEXT)
    succeeding.adopt_revision(actor=officer, plan=plan, gone_seen=False)
    assert plan.compared_with is None
    assert not Entry.objects.filter(verb="continued").exists()
