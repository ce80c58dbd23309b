"""The month's round: who is late, what is locked, what is verified, what is demanded."""

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from jimin.foundation.access.models import User
from jimin.foundation.access.scope import System, acting_as_system
from jimin.foundation.audit.models import Entry
from jimin.kernel.areas.models import Area
from jimin.kernel.workplans import queries
from jimin.kernel.workplans.models import (
    Archive,
    Demand,
    Evidence,
    Plan,
    Report,
    Standing,
    Target,
    Unit,
    Verdict,
)
from jimin.kernel.workplans.rules.cycle import Trouble, cycle, next_rung
from jimin.kernel.workplans.rules.lights import Light
from jimin.kernel.workplans.services import archives, demands, ledger, periods, reports
from jimin.kernel.workplans.services.reports import Item

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("as_system", "standing_ledger")]
CITY, CHANGYI, YONGJI = "220200000000", "220202000000", "220221000000"
MAY, JUNE = dt.date(2016, 5, 31), dt.date(2016, 6, 30)


def target(plan: Plan, code: str) -> Target:
    found: Target = Target.objects.get(plan=plan, code=code)
    return found


def send(actor: Any, plan: Plan, code: str, number: int, on: dt.date = JUNE, **more: Any) -> Report:
    area = Area.objects.get(code=more.pop("area", CITY))
    return reports.report_progress(
        actor=actor, target=target(plan, code), area=area, on=on, numerator=Decimal(number),
        evidence="月报", **more,
    )  # fmt: skip


def light(plan: Plan, code: str, on: dt.date = JUNE) -> tuple[str, str]:
    row = queries.target_row(target(plan, code), on)
    return row.standing.light.value, row.standing.sentence


def ways(plan: Plan, code: str, day: dt.date, on: dt.date = JUNE) -> dict[str, str]:
    return {
        each.area.name: each.way
        for each in queries.late_list(plan, on, day)
        if each.target.code == code
    }


def test_reports_are_due_on_the_twentieth_of_the_next_month() -> None:
    assert cycle(JUNE).cut_off(JUNE) == dt.date(2016, 7, 20)
    assert cycle(JUNE).cut_off(dt.date(2016, 12, 31)) == dt.date(2017, 1, 20)


def test_the_late_list_says_who_came_in_time_and_who_did_not(plan: Plan, officer: User) -> None:
    send(officer, plan, "T16", 1, received_on=dt.date(2016, 7, 20))
    send(officer, plan, "T13", 1, received_on=dt.date(2016, 7, 21), denominator=Decimal(2))
    send(officer, plan, "T09", 1, area=CHANGYI, received_on=dt.date(2016, 7, 5))
    before, after = dt.date(2016, 7, 20), dt.date(2016, 7, 22)
    assert ways(plan, "T16", before) == {"吉林市": "on_time"}
    assert ways(plan, "T13", before) == {"吉林市": "not_yet"}
    assert ways(plan, "T13", after) == {"吉林市": "late"}
    found = ways(plan, "T09", after)
    assert (len(found), found["昌邑区"], found["永吉县"]) == (9, "on_time", "missing")
    assert set(ways(plan, "T12", after)) == {"昌邑区", "龙潭区", "船营区", "丰满区"}
    rates = {r.unit: (r.on_time, r.due) for r in queries.on_time_rates(
        queries.late_list(plan, JUNE, after))}  # fmt: skip
    assert rates["福利彩票发行中心" if "福利彩票发行中心" in rates else "社会福利和慈善处"][1] >= 1
    assert rates["昌邑区民政局"] == (1, 5)
    assert queries.Rate("昌邑区民政局", 5, 1).share == "20%"


def test_computed_targets_and_stages_are_not_asked_for(plan: Plan) -> None:
    codes = {each.target.code for each in queries.late_list(plan, JUNE, JUNE)}
    assert not codes & {"T01", "T04", "T05", "B01", "B02", "T30", "T31"}
    assert {"T09", "T16", "T34"} <= codes


def test_a_county_that_does_not_report_makes_the_city_red(plan: Plan, officer: User) -> None:
    send(officer, plan, "T12", 900, area=CHANGYI)
    colour, said = light(plan, "T12")
    assert (colour, said) == ("red", "龙潭区、船营区、丰满区未上报 → 红")


def test_only_members_of_a_unit_report_its_targets(plan: Plan, make_user: Any) -> None:
    member, other = make_user("city_unit", CITY), make_user("city_unit", CITY)
    unit = Unit.objects.create(area_id=CITY, name=target(plan, "T16").task.lead_unit)
    unit.members.add(member)
    assert send(member, plan, "T16", 5).reported_by == member
    with pytest.raises(PermissionDenied, match="您不是它的填报人"):
        send(other, plan, "T16", 6)
    with pytest.raises(PermissionDenied, match="您不是它的填报人"):
        send(member, plan, "T17", 6)
    assert Report.objects.count() == 1


def test_only_a_reviewer_enters_a_report_received_earlier(plan: Plan, make_user: Any) -> None:
    county = make_user("county_officer", CHANGYI)
    with pytest.raises(PermissionDenied):
        send(county, plan, "T09", 5, area=CHANGYI, received_on=dt.date(2016, 7, 1))
    assert send(county, plan, "T09", 5, area=CHANGYI).received_on == dt.date.today()


def test_a_locked_period_takes_corrections_with_a_reason_and_keeps_the_old(
    plan: Plan, officer: User, planner: User, make_user: Any
) -> None:
    send(officer, plan, "T16", 100_000_000, MAY)
    periods.lock_period(actor=planner, plan=plan, on=MAY)
    with pytest.raises(ValidationError, match="已经锁定"):
        periods.lock_period(actor=planner, plan=plan, on=MAY)
    with pytest.raises(ValidationError, match="已锁定。更正须填写理由"):
        send(officer, plan, "T16", 230_000_000, MAY)
    county = make_user("county_officer", CHANGYI)
    with pytest.raises(PermissionDenied):
        send(county, plan, "T09", 5, MAY, area=CHANGYI, reason="补报")
    assert Report.objects.count() == 1

    send(officer, plan, "T16", 230_000_000, MAY, reason="四月漏报一周")

    old, new = Standing.objects.filter(target=target(plan, "T16"), on=MAY).order_by("id")
    assert (old.light, old.replaced_at is None, new.light) == ("red", False, "green")
    assert (new.reason, new.actual) == ("四月漏报一周", Decimal(230_000_000))
    first, second = Archive.objects.order_by("version")
    assert (first.replaced_at is None, second.reason) == (False, "四月漏报一周")
    lines = archives.read_archive(first).to_pylist()
    kept = [row for row in lines if (row["kind"], row["name"]) == ("report", "T16")]
    assert [row["numerator"] for row in kept] == [Decimal("100000000.0000")]
    entry = Entry.objects.get(verb="corrected")
    assert (entry.actor, entry.reason) == (officer, "四月漏报一周")
    assert entry.values["before"] == "100000000.0000"


def test_computing_a_filed_period_again_gives_the_same_numbers(
    plan: Plan, planner: User, officer: User
) -> None:
    ledger.load_statistics(actor=System("试验"))
    periods.lock_period(actor=planner, plan=plan, on=MAY)
    archive = Archive.objects.get()
    assert archive.figures > 30
    assert archives.differences(archive) == []
    from jimin.kernel.workplans.models import OfficialStatistic

    OfficialStatistic.objects.filter(name="poverty_line", year=2016).update(value=3000)
    found = archives.differences(archive)
    assert len(found) == 9
    assert (found[0].filed, found[0].computed) != (found[0].computed, found[0].filed)
    assert found[0].filed.endswith("÷ 2952.0000")
    assert found[0].computed.endswith("÷ 3000.0000")


def test_an_archive_that_was_changed_is_not_read(plan: Plan, planner: User) -> None:
    periods.lock_period(actor=planner, plan=plan, on=MAY)
    archive = Archive.objects.get()
    with Path(archive.file.path).open("ab") as file:
        file.write(b"x")
    with pytest.raises(ValidationError, match="与归档时不一致"):
        archives.read_archive(archive)


def test_evidence_is_verified_by_another_and_a_return_undoes_the_report(
    plan: Plan, officer: User, planner: User
) -> None:
    number = Item(Evidence.Kind.NUMBER, "验收单", number="验字1号")
    report = send(officer, plan, "T16", 270_000_000, items=[number])
    item = Evidence.objects.get()
    with pytest.raises(ValidationError, match="不能由上报人自己核实"):
        reports.judge_evidence(actor=officer, item=item, verdict="true")
    with pytest.raises(ValidationError, match="退回要写明"):
        reports.judge_evidence(actor=planner, item=item, verdict="returned")
    assert light(plan, "T16")[0] == "green"
    reports.judge_evidence(actor=planner, item=item, verdict="returned", note="没有盖章")
    assert light(plan, "T16") == ("red", "上报已退回，尚未重报 → 红")
    assert ways(plan, "T16", JUNE + dt.timedelta(30)) == {"吉林市": "missing"}
    again = send(officer, plan, "T16", 270_000_000, items=[number])
    assert again.pk != report.pk
    assert light(plan, "T16")[0] == "green"
    last = Evidence.objects.get(report=again)
    reports.judge_evidence(actor=planner, item=last, verdict="true")
    assert Report.objects.get(pk=again.pk).verdict == Verdict.TRUE


def test_a_report_without_the_evidence_asked_for_stays_unverified(
    plan: Plan, officer: User, planner: User
) -> None:
    asked = target(plan, "T16")
    asked.wanted_evidence = ["number", "file"]
    asked.save()
    report = send(officer, plan, "T16", 1, items=[Item(Evidence.Kind.NUMBER, "文", number="1号")])
    reports.judge_evidence(actor=planner, item=Evidence.objects.get(), verdict="true")
    report.refresh_from_db()
    assert (report.verdict, reports.missing_kinds(report)) == (Verdict.PENDING, ["file"])
    file = Item(Evidence.Kind.FILE, "", file_name="验收单.pdf", content=b"%PDF-1.4")
    item = reports.add_evidence(actor=officer, report=report, item=file)
    reports.judge_evidence(actor=planner, item=item, verdict="true")
    report.refresh_from_db()
    assert (report.verdict, item.title) == (Verdict.TRUE, "验收单.pdf")


def test_a_file_lies_sealed_and_one_that_was_altered_is_not_handed_out(
    plan: Plan, officer: User
) -> None:
    words = b"%PDF-1.4 nobody reads this on the disk"
    file = Item(Evidence.Kind.FILE, "验收单", file_name="../../验收单.exe", content=words)
    item = Evidence.objects.get(report=send(officer, plan, "T16", 1, items=[file]))
    path = Path(item.file.path)
    assert (path.suffix, path.parent.parent.parent.name) == (".pdf", "evidence")
    assert b"nobody reads" not in path.read_bytes()
    assert reports.read_evidence(actor=officer, item=item) == words
    *whole, last = path.read_bytes()
    path.write_bytes(bytes([*whole, last ^ 1]))
    with pytest.raises(ValidationError, match="与提交时不一致"):
        reports.read_evidence(actor=officer, item=item)
    path.unlink()
    with pytest.raises(ValidationError, match="从备份恢复"):
        reports.read_evidence(actor=officer, item=item)


@pytest.mark.parametrize(
    ("item", "message"),
    [
        (Item("number", "文号"), "请填写文号"),
        (Item("link", "链接", address="javascript:alert(1)"), "开头的链接"),
        (Item("file", "文件"), "请选择文件"),
        (Item("file", "", file_name="a.exe", content=b"MZ"), "不能识别这个文件"),
        (Item("file", "", file_name="a.pdf", content=b"0" * (10 * 1024 * 1024 + 1)), "超过 10 MB"),
    ],
)
def test_wrong_evidence_is_refused(plan: Plan, officer: User, item: Item, message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        send(officer, plan, "T16", 1, items=[item])
    assert not Evidence.objects.exists()


def rung(*lights: str, day: str = "2016-07-19", reported: bool = True, **more: Any) -> str:
    return next_rung(
        Trouble([Light(n) for n in lights], dt.date(2016, 7, 20), reported, **more),
        day=dt.date.fromisoformat(day),
        rules=cycle(JUNE),
    )


def test_the_ladder_goes_up_one_rung_at_a_time() -> None:
    assert rung("green") == ""
    assert rung("green", day="2016-07-14", reported=False) == ""
    assert rung("green", day="2016-07-15", reported=False) == "remind"
    assert rung("green", day="2016-07-21", reported=False) == "urge"
    assert rung("blue") == "remind"
    assert rung("yellow") == ""
    assert rung("yellow", "yellow") == "urge"
    assert rung("red") == "urge"
    assert rung("red", "red", "red") == "urge"
    assert rung("red", "red", open_level="urge") == "supervise"
    assert rung("red", open_level="urge") == ""
    assert rung("red", "red", "red", open_level="supervise") == "circular"
    assert rung("red", open_level="urge", reply_overdue=True) == "supervise"
    assert rung("red", "red", "red", open_level="circular") == ""
    assert rung("red", "red", "red", "red", open_level="circular") == "talk"
    assert rung("red", open_level="circular", reply_overdue=True) == "talk"
    assert rung("red", "red", "red", "red", open_level="talk", reply_overdue=True) == ""


def test_a_demand_is_a_numbered_paper_with_a_reply_and_an_end(
    plan: Plan, officer: User, planner: User, make_user: Any
) -> None:
    ledger.load_statistics(actor=System("试验"))
    send(officer, plan, "T16", 1, JUNE)
    periods.keep_month(actor=planner, plan=plan, on=JUNE)
    day = dt.date(2016, 7, 25)
    with pytest.raises(PermissionDenied):
        demands.raise_demands(actor=officer, plan=plan, on=JUNE, day=day)
    due = {(d.target.code, d.level): d for d in queries.due_demands(plan, JUNE, day)}
    assert "累计 1 元 ÷ 序时 265,000,000 元" in due["T16", "urge"].reason
    key = demands.key_of(due["T16", "urge"])
    (demand,) = demands.raise_demands(actor=planner, plan=plan, on=JUNE, keys={key}, day=day)
    assert demand.document is not None
    assert demand.document.number == "吉林民催〔2016〕1号"
    assert demand.reply_by == dt.date(2016, 8, 1)
    assert demands.raise_demands(actor=planner, plan=plan, on=JUNE, keys={key}, day=day) == []
    with pytest.raises(ValidationError, match="还没有回复"):
        demands.close_demand(actor=planner, demand=demand, outcome="已改")
    with pytest.raises(PermissionDenied):
        demands.reply_demand(actor=make_user("county_officer", CHANGYI), demand=demand, reply="x")
    demands.reply_demand(actor=planner, demand=demand, reply="七月补齐", on=dt.date(2016, 7, 29))
    demands.close_demand(actor=planner, demand=demand, outcome="已改", on=dt.date(2016, 8, 2))
    with acting_as_system("试验"):
        assert Demand.objects.get().closed_on == dt.date(2016, 8, 2)


def test_a_county_is_asked_for_its_own_share(plan: Plan, officer: User, planner: User) -> None:
    for code, number in [(CHANGYI, 1), ("220203000000", 300), ("220204000000", 300),
                         ("220211000000", 300)]:  # fmt: skip
        send(officer, plan, "T12", number, area=code)
    periods.keep_month(actor=planner, plan=plan, on=JUNE)
    found = [
        (d.area.name, d.unit, d.level)
        for d in queries.due_demands(plan, JUNE, dt.date(2016, 7, 10))
        if d.target.code == "T12"
    ]
    assert found == [("昌邑区", "昌邑区民政局", "urge")]
