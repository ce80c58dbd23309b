"""Published figures and lead units that a city enters, and what they change."""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from jimin.foundation.access.scope import System
from jimin.foundation.audit.models import Entry
from jimin.kernel.areas.models import Area
from jimin.kernel.workplans import queries
from jimin.kernel.workplans.models import (
    Deliverable,
    LeadUnit,
    OfficialStatistic,
    Plan,
    Target,
    Task,
)
from jimin.kernel.workplans.rules.leading import Lead, suggested
from jimin.kernel.workplans.services import ledger, proposing
from jimin.kernel.workplans.services.comparing import differences

CITY = "220200000000"
LEADS = [
    Lead("养老、护理员", "福利处", "财政局、卫计委"),
    Lead("救助、低保", "救助处"),
    Lead("慈善", "慈善总会"),
]
TEXT = """某市2016年民政工作安排
（一）做好民政服务。
一是加强养老服务。新增养老床位900张，培训护理员80名。
二是抓好慈善救助。全年救助困难群众3万人次以上。
三是抓好档案整理。整理档案500卷。
"""


@pytest.mark.parametrize(
    ("title", "text", "unit"),
    [
        ("加强养老服务", "培训护理员80名", "福利处"),
        ("抓好慈善救助", "", ""),  # two units, as many characters each
        ("抓好慈善救助", "慈善项目10个", "慈善总会"),
        ("整理档案", "整理档案500卷", ""),
    ],
)
def test_the_unit_whose_words_cover_most_is_suggested(title: str, text: str, unit: str) -> None:
    found = suggested(title, text, LEADS)
    assert (found.unit if found else "") == unit


@pytest.fixture
def city(counties: None) -> Area:
    city: Area = Area.objects.get(code=CITY)
    for lead in LEADS:
        LeadUnit.objects.create(words=lead.words, unit=lead.unit, co_units=lead.co_units)
    return city


def read(city: Area, text: str = TEXT) -> Plan:
    return proposing.upload_plan(
        actor=System("试验"), area=city, year=2016, title="安排", pasted=text
    )


def units(plan: Plan) -> dict[str, tuple[str, bool, list[str]]]:
    return {
        task.title[:6]: (task.lead_unit, task.units_are_suggested, task.co_units)
        for task in Task.proposals.filter(plan=plan, kind="task")
    }


@pytest.mark.django_db
def test_a_task_that_names_no_unit_gets_the_one_of_the_table(city: Area) -> None:
    LeadUnit.objects.filter(unit="慈善总会").update(is_used=False)
    plan = read(city)
    assert list(units(plan).values()) == [
        ("福利处", True, ["财政局", "卫计委"]),
        ("救助处", True, []),
        ("", False, []),
    ]
    uploaded = Entry.objects.filter(verb="uploaded").latest("id")
    assert uploaded.values["units_suggested"] == 2


@pytest.mark.django_db
def test_a_unit_settled_before_goes_before_the_table(city: Area) -> None:
    plan = read(city)
    Task.proposals.filter(plan=plan).update(state="confirmed")
    for model in (Target, Deliverable):
        model.proposals.filter(plan=plan).update(state="rejected")
    Task.objects.filter(lead_unit="福利处").update(lead_unit="养老处", units_are_suggested=False)
    ledger.adopt_plan(actor=System("试验"), plan=plan)
    revised = read(city, TEXT.replace("500卷", "600卷"))
    assert next(iter(units(revised).values()))[:2] == ("养老处", False)
    rows = Task.proposals.filter(plan=revised, kind="task")
    assert [differences(row) for row in rows] == [[], [], []]


@pytest.mark.django_db
def test_an_officer_enters_a_figure_and_the_nearest_one_counts(
    counties: None, make_user: Any
) -> None:
    ledger.load_statistics(actor=System("试验"))
    client = Client()
    client.force_login(make_user("city_officer", CITY))
    given = {
        "name": "urban_income", "area": CITY, "year": "2015", "value": "25000", "unit": "元/年",
        "source": "吉林市2015年统计公报", "mark": "confirmed",
    }  # fmt: skip
    assert client.post("/records/statistic/new/", given).status_code == 302
    found = queries.statistic("urban_income", "220202000000", 2015)
    assert found
    assert (found.value, found.area_id) == (Decimal(25000), CITY)
    for place, year in (("220000000000", "2013"), ("", "2012")):  # the province's, the nation's
        answer = client.post("/records/statistic/new/", given | {"area": place, "year": year})
        assert answer.status_code == 302
    again = client.post("/records/statistic/new/", given)
    assert again.status_code == 422
    assert "这个地区这一年的数已经有了。" in again.content.decode()
    wrong = client.post("/records/statistic/new/", given | {"year": "2014", "value": "0"})
    assert "数值应大于零。" in wrong.content.decode()
    leader = Client()
    leader.force_login(make_user("city_leader", CITY))
    assert leader.post("/records/statistic/new/", given | {"year": "2014"}).status_code == 403
    assert OfficialStatistic.objects.filter(area=CITY).count() == 1
    assert OfficialStatistic.objects.get(year=2012, name="urban_income").area is None
