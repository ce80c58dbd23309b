"""A table pasted from a spreadsheet: read, looked at, and only then reported."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from jimin.foundation.access.models import User
from jimin.foundation.access.scope import System
from jimin.kernel.areas.models import Area
from jimin.kernel.workplans import queries
from jimin.kernel.workplans.models import Report, Target, UnitNumber
from jimin.kernel.workplans.rules import tables
from jimin.kernel.workplans.services import ledger, units
from jimin.kernel.workplans.services.units import Listed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("as_system", "standing_ledger")]
CITY, CHANGYI = "220200000000", "220202000000"
JUNE = dt.date(2016, 6, 30)
NAMES = ["兴华街道", "文庙街道", "昌邑区东局子街道"]


@pytest.fixture
def target(counties: None, planner: User) -> Target:
    plan = ledger.load_ledger(actor=System("试验"))
    Target.objects.filter(plan=plan, code="T19").update(comparator=">=", value=2, high=None)
    found: Target = Target.objects.select_related("plan").get(plan=plan, code="T19")
    units.list_units(actor=planner, target=found, units=[Listed(name) for name in NAMES])
    return found


def look(target: Target, text: str, column: int | None = None) -> queries.Pasted:
    return queries.read_pasted(target, queries.holdings(target, JUNE), text, column)


def numbers(target: Target, text: str, column: int | None = None) -> list[str] | str:
    """The numbers in the order of the list, or what is wrong first."""
    found = look(target, text, column)
    if found.wrong:
        return f"{found.wrong[0].line} {found.wrong[0].reason}"
    return [str(found.numbers[unit.pk]) for unit in target.listed.all()]


@pytest.mark.parametrize(
    "text",
    [
        "兴华街道\t1200\n文庙街道\t3\n东局子街道\t4".replace("东", "昌邑区东"),
        # a title, headings, a serial number, full-width digits, thousands, a unit, a sum, a note
        "甲市示范村\n序号\t单位\t现有\n１\t兴华 街道\t１，２００\n2\t文庙街道\t3个\n"
        "3\t昌邑区东局子街道\t4\n\t合 计\t1,207\n填表人：张三",
        # a merged cell fills its first row; what is wanted stands beside what there is
        "地区\t单位\t应有数\t完成数\n昌邑区\t兴华街道\t2\t1200\n\t文庙街道\t2\t3\n"
        "\t东局子街道\t2\t4\n合计\t\t6\t1207",
        # a sum line on top, a subtotal, empty rows
        "合计\t1207\n\t\n兴华街道\t1200\n文庙街道\t3\n小计\t1203\n\n昌邑区东局子街道\t4",
        # a cell of two lines
        '"兴华\n街道"\t1200\n文庙街道\t3\n昌邑区东局子街道\t4',
        # no spreadsheet at all
        "兴华街道，1,200\n文庙街道 3\n昌邑区东局子街道；4",
    ],
)
def test_tables_as_clerks_have_them_are_read(target: Target, text: str) -> None:
    target.unit = "个"
    assert numbers(target, text) == ["1200", "3", "4"]


GOOD = "兴华街道\t1\n文庙街道\t2\n昌邑区东局子街道\t{}"


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        (GOOD.format("1.2万"), "3 “1.2万”不是数。"),
        (GOOD.format("两个"), "3 “两个”不是数。"),
        (
            "兴华街道\t1\n文庙街\t2\n昌邑区东局子街道\t3\n合计\t9",
            "2 “文庙街”不在单位名单里。是不是“文庙街道”？",
        ),
        (GOOD.format("-4"), "3 上报的数不能为负数。"),
        (GOOD.format(""), "3 没有数。没有的请填 0；合并的单元格请拆开。"),
        (GOOD.format("—"), "3 没有数。没有的请填 0；合并的单元格请拆开。"),
        (GOOD.format("1.00001"), "3 “1.00001”太长：整数最多 14 位，小数最多 4 位。"),
        (GOOD.format("9" * 15), f"3 “{'9' * 15}”太长：整数最多 14 位，小数最多 4 位。"),
        (GOOD.format("4\n文庙街道\t2"), "4 “文庙街道”在第 2 行已经有了。"),
        (GOOD.format("4\n文庙街\t2"), "4 “文庙街”不在单位名单里。是不是“文庙街道”？"),
        (GOOD.format("4\n\t2"), "4 这一行没有单位名称。"),
        (GOOD.format("4\n合计\t8"), "4 各单位合计 7，表上的合计 8，相差 1。请核对。"),
        ("兴华街道\t1\n文庙街道\t2", "0 粘贴的内容里没有这个单位。没有的请填 0。"),
        ("一月\t二月", "0 没有一行是名单上的单位。请连同单位名称一起复制。"),
    ],
)
def test_what_cannot_be_taken_is_told_with_its_line(
    target: Target, text: str, refusal: str
) -> None:
    assert numbers(target, text) == refusal


def test_of_several_columns_the_clerk_says_which(target: Target) -> None:
    text = "兴华街道\t2\t5\n文庙街道\t2\t6\n昌邑区东局子街道\t2\t7"
    assert look(target, text).columns == [(2, ""), (3, "")]
    assert look(target, "单位\t上月\t本月\n" + text).columns == [(2, "上月"), (3, "本月")]
    assert numbers(target, text, 3) == ["5", "6", "7"]


def test_a_serial_number_is_no_number_of_a_unit() -> None:
    (line,) = tables.lines_of("1\t兴华街道\t20")
    assert (line.named(), line.counts()) == ([1], [2])


def test_nothing_is_stored_before_it_is_confirmed(
    planner: User, target: Target, make_user: Any
) -> None:
    client = Client()
    client.force_login(planner)
    address = f"/plan/target/{target.pk}/matrix/?on=2016-06"
    keys = {unit.name: unit.pk for unit in target.listed.all()}
    units.report_units(
        actor=planner, target=target, area=Area.objects.get(code=CITY), on=dt.date(2016, 5, 31),
        numbers=dict.fromkeys(keys.values(), Decimal(1)), evidence="五月报表",
    )  # fmt: skip
    pasted = {"do": "look", "pasted": GOOD.format("1\n合计\t9")}
    refused = client.post(address, pasted)
    assert refused.status_code == 422
    assert "各单位合计 4，表上的合计 9，相差 5" in refused.content.decode()
    assert f'name="unit-{keys["兴华街道"]}"' not in refused.content.decode()
    looked = client.post(address, pasted | {"pasted": GOOD.format("1\n合计\t4")})
    page = looked.content.decode()
    assert "新填 0 个，改动 1 个，没有变 2 个" in page
    assert "原为 1" in page
    assert Report.objects.count() == 1
    form = looked.context["form"]
    sent = {name: form[name].value() for name in form.fields if name.startswith(("unit", "total"))}
    assert sent["total"] == 4
    assert client.post(address, {**sent, "on": "2016-06-30", "evidence": "月报"}).status_code == 302
    assert list(UnitNumber.objects.filter(report__on=JUNE).values_list("number", flat=True)) == [
        1,
        2,
        1,
    ]
    assert client.post(address, {"do": "look", "pasted": ""}).status_code == 422
    leader = Client()
    leader.force_login(make_user("city_leader", CITY))
    assert "从表格粘贴" not in leader.get(address).content.decode()
    leader.post(address, pasted)
    assert Report.objects.count() == 2


def test_a_list_of_units_is_taken_from_a_spreadsheet_and_looked_at_first(
    planner: User, target: Target
) -> None:
    client = Client()
    client.force_login(planner)
    address = f"/plan/target/{target.pk}/units/"
    text = (
        "序号\t所在县（市、区）\t单位名称\t应有\n1\t昌邑区\t兴华街道\t２\n2\t\t文庙街道\t1，200\n"
        "3\t永吉县\t口前镇\t\n\t\t合计\t1202"
    )
    page = client.post(address, {"units": text, "do": "look"}).content.decode()
    assert "应有 — 改为 1,200；地区 — 改为 昌邑区" in page
    assert "移出名单" in page
    assert [unit.name for unit in target.listed.all()] == NAMES
    assert client.post(address, {"units": text, "do": "save"}).status_code == 302
    stored = [(u.name, u.area.name, u.wanted) for u in target.listed.all() if u.area]
    assert stored == [
        ("兴华街道", "昌邑区", 2), ("文庙街道", "昌邑区", 1200), ("口前镇", "永吉县", None),
    ]  # fmt: skip
    assert "名单没有变化。" in client.post(address, {"units": text, "do": "look"}).content.decode()
    wrong = client.post(address, {"units": "甲\t1\t2\n乙\t-1", "do": "save"})
    assert wrong.status_code == 422
    assert "第 1 行：“2”既不是县" in wrong.content.decode()
    assert "第 2 行：“-1”既不是县" in wrong.content.decode()
