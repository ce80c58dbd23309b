"""A target each of many units must reach: the list, the table, its checks, who has what."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client

from jimin.foundation.access.models import User
from jimin.foundation.access.scope import System, acting_as
from jimin.kernel.areas.models import Area
from jimin.kernel.workplans import queries
from jimin.kernel.workplans.models import (
    ListedUnit,
    Plan,
    Report,
    Target,
    UnitNumber,
)
from jimin.kernel.workplans.services import ledger, periods, reports, units
from jimin.kernel.workplans.services.units import Listed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("as_system", "standing_ledger")]
CITY, CHANGYI, YONGJI = "220200000000", "220202000000", "220221000000"
MAY, JUNE = dt.date(2016, 5, 31), dt.date(2016, 6, 30)


@pytest.fixture
def target(counties: None) -> Target:
    """Two demonstration villages in each district, reported by the city."""
    plan = ledger.load_ledger(actor=System("试验"))
    found = Target.objects.filter(plan=plan, code="T19")
    found.update(comparator=">=", value=Decimal(2), high=None)
    wanted: Target = found.select_related("plan").get()
    return wanted


def area(code: str) -> Area:
    return Area.objects.get(code=code)


def listed(planner: User, target: Target, *more: Listed) -> dict[str, int]:
    given = [
        Listed("昌邑区", area(CHANGYI)), Listed("永吉县", area(YONGJI), Decimal(1)), *more,
    ]  # fmt: skip
    return {u.name: u.pk for u in units.list_units(actor=planner, target=target, units=given)}


def send(planner: User, target: Target, numbers: dict[int, int], **more: Any) -> Report:
    given: dict[str, Any] = {
        "actor": planner, "area": area(CITY), "on": JUNE, "evidence": "月报",
    } | more  # fmt: skip
    return units.report_units(
        target=target, numbers={k: Decimal(n) for k, n in numbers.items()}, **given
    )


def test_all_units_are_reported_in_one_table(planner: User, target: Target) -> None:
    keys = listed(planner, target)
    report = send(planner, target, {keys["昌邑区"]: 1, keys["永吉县"]: 1}, total=Decimal(2))
    assert [report.numerator, report.denominator] == [1, 2]
    rows = queries.holdings(target, JUNE)
    assert [[r.unit.name, r.wanted, r.number, r.lack, r.is_reached] for r in rows] == [
        ["昌邑区", 2, 1, 1, False], ["永吉县", 1, 1, 0, True],
    ]  # fmt: skip
    assert list(queries.sums(rows)) == [1, 2, 2, 3]
    standing = queries.target_row(Target.objects.get(pk=target.pk), JUNE).standing
    assert standing.sentence == "现为 50% ÷ 序时 50% = 100%，达到序时进度 → 绿"
    assert send(planner, target, {keys["昌邑区"]: 1, keys["永吉县"]: 1}) == report
    # As many reach theirs, but another has what: that is a correction.
    other = send(planner, target, {keys["昌邑区"]: 2, keys["永吉县"]: 0})
    assert other.numerator == 1
    assert Report.objects.get(replaced_at=None) == other
    assert UnitNumber.objects.count() == 4
    assert [row.number for row in queries.holdings(target, MAY)] == [None, None]


def test_a_table_with_gaps_or_a_wrong_sum_is_refused(planner: User, target: Target) -> None:
    keys = listed(planner, target)
    with pytest.raises(ValidationError, match="还有 1 个单位没有填：永吉县。没有的请填 0。"):
        send(planner, target, {keys["昌邑区"]: 1})
    with pytest.raises(ValidationError, match="各单位合计 3，表上的合计 4，相差 1。"):
        send(planner, target, {keys["昌邑区"]: 2, keys["永吉县"]: 1}, total=Decimal(4))
    with pytest.raises(ValidationError, match="不能为负数"):
        send(planner, target, {keys["昌邑区"]: -1, keys["永吉县"]: 1})
    with pytest.raises(ValidationError, match="请打开“逐单位填报”填写"):
        reports.report_progress(
            actor=planner, target=target, area=area(CITY), on=JUNE, numerator=Decimal(1),
            evidence="月报",
        )  # fmt: skip
    assert not Report.objects.exists()


def test_the_list_is_kept_whole(planner: User, target: Target, make_user: Any) -> None:
    keys = listed(planner, target, Listed("松花江街道"))
    with pytest.raises(PermissionDenied):
        units.list_units(actor=make_user("city_unit", CITY), target=target, units=[Listed("甲")])
    with pytest.raises(ValidationError, match="“甲”列了两次"):
        units.list_units(actor=planner, target=target, units=[Listed("甲"), Listed("甲")])
    other = Target.objects.get(plan=target.plan, code="T16")
    with pytest.raises(ValidationError, match="只有逐单位达标的目标"):
        units.list_units(actor=planner, target=other, units=[Listed("甲")])
    assert listed(planner, target) == {k: v for k, v in keys.items() if k != "松花江街道"}
    send(planner, target, dict.fromkeys((keys["昌邑区"], keys["永吉县"]), 1))
    with pytest.raises(ValidationError, match="永吉县已有上报的数，不能移出名单"):
        units.list_units(actor=planner, target=target, units=[Listed("昌邑区")])
    periods.lock_period(actor=planner, plan=target.plan, on=JUNE)
    with pytest.raises(ValidationError, match="“昌邑区”应有的数不能再改"):
        units.list_units(
            actor=planner, target=target,
            units=[Listed("昌邑区", None, Decimal(1)), Listed("永吉县", None, Decimal(1))],
        )  # fmt: skip
    assert ListedUnit.objects.get(name="昌邑区").wanted is None


def test_each_county_reports_its_own_units_and_no_others(
    planner: User, target: Target, make_user: Any
) -> None:
    Target.objects.filter(pk=target.pk).update(reporter="counties")
    target = Target.objects.select_related("plan").get(pk=target.pk)
    with pytest.raises(ValidationError, match="请写明“甲”在哪个县"):
        units.list_units(actor=planner, target=target, units=[Listed("甲")])
    keys = listed(planner, target, Listed("船营村", area(CHANGYI)))
    own = {keys["昌邑区"]: 2, keys["船营村"]: 2}
    officer = make_user("county_officer", CHANGYI)
    report = send(officer, target, own | {keys["永吉县"]: 9}, area=area(CHANGYI))
    assert [report.numerator, report.denominator] == [2, 2]
    assert set(UnitNumber.objects.values_list("unit__name", flat=True)) == {"昌邑区", "船营村"}
    with pytest.raises(PermissionDenied):
        send(officer, target, {keys["永吉县"]: 1}, area=area(YONGJI))
    with acting_as(make_user("county_officer", YONGJI)):
        assert not UnitNumber.objects.exists()


def test_the_page_lists_takes_and_tells(planner: User, target: Target, make_user: Any) -> None:
    client = Client()
    client.force_login(planner)
    address = f"/plan/target/{target.pk}/matrix/"
    assert "还没有列单位名单" in client.get(address).content.decode()
    county = Client()
    county.force_login(make_user("county_officer", CHANGYI))
    assert "按合计上报" in county.get(address).content.decode()
    wrong = client.post(f"/plan/target/{target.pk}/units/", {"units": "兴华街道，无此县"})
    assert wrong.status_code == 422
    assert "第 1 行：“无此县”既不是县（市、区），也不是应有的数。" in wrong.content.decode()
    assert client.post(f"/plan/target/{target.pk}/units/", {"taken": "county"}).status_code == 302
    assert ListedUnit.objects.count() == 9
    lines = "兴华街道，昌邑区，2\n口前镇，永吉县"
    assert client.post(f"/plan/target/{target.pk}/units/", {"units": lines}).status_code == 302
    first, second = ListedUnit.objects.all()
    assert [first.name, first.area_id, first.wanted] == ["兴华街道", CHANGYI, 2]
    given = {"on": "2016-06-30", "evidence": "月报", f"unit-{first.pk}": "1", "total": "3"}
    refused = client.post(address, given | {f"unit-{second.pk}": "3"})
    assert refused.status_code == 422
    assert "各单位合计 4，表上的合计 3，相差 1" in refused.content.decode()
    assert client.post(address, given | {f"unit-{second.pk}": "2"}).status_code == 302
    page = client.get(f"{address}?on=2016-06").content.decode()
    assert "2 个单位中 1 个达到；合计现有 3，应有 4。" in page
    assert "差 1" in page
    leader = Client()
    leader.force_login(make_user("city_leader", CITY))
    shown = leader.get(f"{address}?on=2016-06").content.decode()
    assert "差 1" in shown
    assert f"unit-{first.pk}" not in shown
    leader.post(address, given | {f"unit-{second.pk}": "2", "on": "2016-05-31"})
    assert Report.objects.count() == 1
    assert "逐单位看和填报" in leader.get(f"/plan/target/{target.pk}/").content.decode()
    assert Plan.objects.count() == 1
