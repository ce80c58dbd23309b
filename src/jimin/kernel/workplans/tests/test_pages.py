"""The pages: who may open them, and that what can be done in them is done."""

import datetime as dt
from decimal import Decimal
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from jimin.foundation.access.models import User
from jimin.foundation.access.scope import System
from jimin.kernel.areas.models import Area
from jimin.kernel.workplans.models import Plan, Report, State, Target, Task
from jimin.kernel.workplans.rules.pieces import pieces
from jimin.kernel.workplans.services import ledger, reports

pytestmark = pytest.mark.django_db
CITY, CHANGYI = "220200000000", "220202000000"
COMMUNITY = "220202001001"
TEXT = """某市2016年民政工作安排
（一）做好救助。
一是抓好慈善救助。全年慈善救助困难群众3万人次以上。二是抓好<b>文件</b>制定。
"""


@pytest.fixture
def clients(counties: None, make_user: Any) -> Any:
    Area.objects.create(code=COMMUNITY, name="某社区", level="community", kind="village")

    def sign_in(role: str, area: str = CITY) -> Client:
        client = Client()
        client.force_login(make_user(role, area))
        return client

    return sign_in


@pytest.fixture
def plan(counties: None) -> Plan:
    ledger.load_statistics(actor=System("试验"))
    return ledger.load_ledger(actor=System("试验"))


def upload(client: Client, name: str = "要点.txt", content: bytes = TEXT.encode()) -> Any:
    file = SimpleUploadedFile(name, content)
    given = {"title": "某市安排", "year": "2016", "area": CITY, "file": file}
    return client.post("/plan/new/", given)


@pytest.mark.parametrize(
    ("role", "area", "statuses"),
    [
        ("city_leader", CITY, [200, 200, 200, 200, 403, 403]),
        ("city_officer", CITY, [200, 200, 200, 200, 200, 200]),
        ("county_director", CHANGYI, [200, 200, 200, 200, 403, 403]),
        ("county_officer", CHANGYI, [200, 200, 200, 200, 403, 403]),
        ("township_clerk", CHANGYI, [403] * 6),
        ("community_worker", COMMUNITY, [403] * 6),
    ],
)
def test_who_may_open_what(
    clients: Any, plan: Plan, role: str, area: str, statuses: list[int]
) -> None:
    client = clients(role, area)
    target = Target.objects.get(plan=plan, code="T09")
    addresses = [
        "/plan/",
        f"/plan/target/{target.pk}/",
        f"/plan/{plan.pk}/text/",
        "/plan/indicators/",
        "/plan/new/",
        f"/plan/{plan.pk}/review/",
    ]
    assert [client.get(address).status_code for address in addresses] == statuses


def test_the_plan_page_shows_each_light_with_its_arithmetic(clients: Any, plan: Plan) -> None:
    for area in Area.objects.filter(level="county"):
        number = 12000 if area.code == CHANGYI else 0
        reports.report_progress(
            actor=System("试验"), target=Target.objects.get(plan=plan, code="T09"), area=area,
            on=dt.date(2016, 6, 30), numerator=Decimal(number), evidence="月报",
        )  # fmt: skip
    client = clients("city_leader")
    page = client.get("/plan/?on=2016-06").content.decode()
    assert "累计 12,000 人次 ÷ 序时 15,000 人次 = 80%，落后 20 个百分点 → 黄" in page
    yellow = client.get("/plan/?on=2016-06&light=yellow").content.decode()
    assert "慈善救助贫困群体人次" in yellow
    assert "福利彩票销售额" not in yellow
    assert client.get("/plan/?on=2016-99&light=pink").status_code == 200


def test_a_paper_is_chinese_whoever_prints_it(clients: Any, plan: Plan) -> None:
    """The page speaks the reader's language, what leaves the office that of the office."""
    client = clients("city_leader")
    address = f"/plan/{plan.pk}/papers/decomposition.docx?on=2016-06-30"

    def body(language: str) -> bytes:
        answer = client.get(address, headers={"Accept-Language": language})
        return ZipFile(BytesIO(answer.content)).read("word/document.xml")

    english = client.get("/plan/?on=2016-06", headers={"Accept-Language": "en"}).content.decode()
    assert "No data" in english
    assert body("en") == body("zh-CN")


def test_a_computed_target_leads_to_its_counties_and_what_they_are_made_of(
    clients: Any, plan: Plan
) -> None:
    client = clients("county_director", CHANGYI)
    target = Target.objects.get(plan=plan, code="T04")
    page = client.get(f"/plan/target/{target.pk}/?on=2016-06").content.decode()
    address = "/plan/indicators/dibao_urban_to_income/?on=2016-06-30#part-220221000000"
    assert address in page
    for shown in ("4,800", "24,901", "19.28%", "低保标准（元/人·年）"):
        assert shown in page
    assert "由业务数据计算" in client.get("/plan/").content.decode()
    listed = client.get(address.partition("#")[0]).content.decode()
    assert (
        "400 元/人·月（2016-01-01 起，示例）× 12 ÷ 24,901 元/年（吉林省 2015 年，示例）" in listed
    )


def test_an_indicator_that_does_not_exist_is_not_found(clients: Any) -> None:
    assert clients("city_leader").get("/plan/indicators/no-such/").status_code == 404


def test_a_text_is_uploaded_reviewed_and_put_in_force(clients: Any) -> None:
    client = clients("city_officer")
    response = upload(client)
    plan = Plan.objects.get()
    assert response.headers["Location"] == f"/plan/{plan.pk}/review/"
    page = client.get(f"/plan/{plan.pk}/review/").content.decode()
    assert "还有 4 条待确认" in page
    assert "&lt;b&gt;" in page
    section = Task.proposals.get(plan=plan, code="1")
    target = Target.proposals.get(plan=plan)

    refused = client.post(
        f"/plan/{plan.pk}/review/target/{target.pk}/",
        {"decision": "accept"},
        headers={"HX-Request": "true"},
    )
    assert refused.status_code == 422
    assert "请先确认上级" in refused.content.decode()
    assert Target.proposals.get().state == State.PROPOSED

    accepted = client.post(
        f"/plan/{plan.pk}/review/task/{section.pk}/",
        {"decision": "accept"},
        headers={"HX-Request": "true"},
    )
    assert accepted.status_code == 200
    assert "已确认" in accepted.content.decode()
    assert "还有 3 条待确认" in accepted.content.decode()
    without_scripts = client.post(
        f"/plan/{plan.pk}/review/task/{section.pk}/", {"decision": "accept"}
    )
    assert without_scripts.headers["Location"] == f"/plan/{plan.pk}/review/#row-task-{section.pk}"

    edited = client.post(
        f"/plan/{plan.pk}/review/target/{target.pk}/edit/",
        {
            "subject": "慈善救助人次", "kind": "numeric", "aggregation": "flow",
            "role": "performance", "comparator": ">=", "value": "31000", "unit": "人次",
            "curve": "linear", "due": "2016-11-30",
        },
    )  # fmt: skip
    assert edited.status_code == 302
    rows = [f"task-{task.pk}" for task in Task.proposals.exclude(pk=section.pk)]
    client.post(
        f"/plan/{plan.pk}/review/",
        {"decision": "accept", "rows": [*rows, f"target-{target.pk}"]},
    )
    assert client.post(f"/plan/{plan.pk}/adopt/").headers["Location"] == f"/plan/{plan.pk}/"
    kept = Target.objects.get(plan__state=Plan.State.IN_FORCE)
    assert (kept.subject, kept.value, kept.due) == ("慈善救助人次", 31000, dt.date(2016, 11, 30))


def test_a_ledger_with_open_rows_is_not_put_in_force(clients: Any) -> None:
    client = clients("city_officer")
    upload(client)
    plan = Plan.objects.get()
    page = client.post(f"/plan/{plan.pk}/adopt/", follow=True).content.decode()
    assert "还有 4 条没有确认" in page
    plan.refresh_from_db()
    assert plan.state == Plan.State.REVIEW


def test_ticked_rows_are_rejected_together(clients: Any) -> None:
    client = clients("city_officer")
    upload(client)
    plan = Plan.objects.get()
    rows = [f"task-{task.pk}" for task in Task.proposals.all()]
    client.post(f"/plan/{plan.pk}/review/", {"decision": "reject", "rows": rows})
    assert set(Task.proposals.values_list("state", flat=True)) == {State.REJECTED}


def test_a_wrong_edit_says_where(clients: Any) -> None:
    client = clients("city_officer")
    upload(client)
    plan, target = Plan.objects.get(), Target.proposals.get()
    response = client.post(
        f"/plan/{plan.pk}/review/target/{target.pk}/edit/",
        {
            "subject": "慈善", "kind": "numeric", "aggregation": "flow", "role": "performance",
            "comparator": "range", "value": "3", "high": "2", "unit": "人次", "curve": "linear",
        },
    )  # fmt: skip
    page = response.content.decode()
    assert response.status_code == 422
    assert "“介于”要填写下限和上限，上限不低于下限。" in page
    assert "错误：" in page
    assert Target.proposals.get().value == 30000


def test_a_missed_target_is_added_in_the_review(clients: Any) -> None:
    client = clients("city_officer")
    upload(client)
    plan = Plan.objects.get()
    tasks = list(Task.proposals.order_by("order"))
    rows = [f"task-{task.pk}" for task in tasks[:2]]
    client.post(f"/plan/{plan.pk}/review/", {"decision": "accept", "rows": rows})
    given = {
        "task": tasks[1].pk, "subject": "差错", "kind": "zero", "aggregation": "zero",
        "role": "performance", "comparator": "<=", "value": "0", "unit": "件", "curve": "linear",
    }  # fmt: skip
    assert client.get(f"/plan/{plan.pk}/review/add/?task={tasks[1].pk}").status_code == 200
    assert client.post(f"/plan/{plan.pk}/review/add/", given).status_code == 302
    assert Target.objects.get().code == "M01"


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [("要点.pdf", b"%PDF", "不是完好的 PDF 文件"), ("要点.txt", b" ", "没有文字")],
)
def test_a_wrong_upload_says_what_to_do(
    clients: Any, name: str, content: bytes, message: str
) -> None:
    response = upload(clients("city_officer"), name, content)
    assert response.status_code == 422
    assert message in response.content.decode()
    assert not Plan.objects.exists()


def test_an_officer_reports_where_a_target_stands(clients: Any, plan: Plan) -> None:
    client = clients("city_officer")
    target = Target.objects.get(plan=plan, code="T16")
    given = {"area": CITY, "on": "2016-06-30", "numerator": "265000000", "evidence": "月报"}
    response = client.post(f"/plan/target/{target.pk}/report/", given)
    assert response.headers["Location"] == f"/plan/target/{target.pk}/?on=2016-06-30"
    assert Report._base_manager.get().numerator == 265000000
    page = client.get(response.headers["Location"]).content.decode()
    assert "累计 265,000,000 元 ÷ 序时 265,000,000 元 = 100%，达到序时进度 → 绿" in page
    refused = client.post(
        f"/plan/target/{target.pk}/report/", given | {"numerator": "-1", "on": "2016-07-31"}
    )
    assert refused.status_code == 422
    assert "上报的数不能为负数。" in refused.content.decode()
    assert Report._base_manager.count() == 1
    again = client.get(f"/plan/target/{target.pk}/report/")  # the same address opened anew
    assert again.headers["Location"] == f"/plan/target/{target.pk}/#reports"


def test_the_form_names_the_unit_and_asks_for_a_base_only_where_there_is_one(
    clients: Any, plan: Plan
) -> None:
    client = clients("city_officer")
    lottery, share = (Target.objects.get(plan=plan, code=code) for code in ("T16", "T13"))
    page = client.get(f"/plan/target/{lottery.pk}/").content.decode()
    assert "数（元）" in page
    assert 'name="denominator"' not in page
    assert 'name="denominator"' in client.get(f"/plan/target/{share.pk}/").content.decode()


def test_a_leader_sees_no_form_and_cannot_report(clients: Any, plan: Plan) -> None:
    client = clients("city_leader")
    target = Target.objects.get(plan=plan, code="T16")
    assert "/report/" not in client.get(f"/plan/target/{target.pk}/").content.decode()
    given = {"area": CITY, "on": "2016-06-30", "numerator": "1", "evidence": "月报"}
    assert client.post(f"/plan/target/{target.pk}/report/", given).status_code in (403, 422)
    assert not Report._base_manager.exists()


def test_without_a_plan_the_page_says_so(clients: Any) -> None:
    assert "还没有执行中的工作要点" in clients("city_leader").get("/plan/").content.decode()


def test_a_text_is_cut_where_rows_begin_and_end() -> None:
    rows: Any = {"a": Target(start=1, end=4), "b": Target(start=3, end=6), "c": Target()}
    cut = pieces("0123456789", rows)
    assert [(p.text, p.rows, list(p.anchors)) for p in cut] == [
        ("0", "", []), ("12", "a", ["a"]), ("3", "a b", ["b"]), ("45", "b", []), ("6789", "", []),
    ]  # fmt: skip
    assert "".join(p.text for p in cut) == "0123456789"


def test_a_person_without_posts_is_refused(counties: None) -> None:
    client = Client()
    client.force_login(User.objects.create_user("nobody", "无岗位", "password"))
    assert client.get("/plan/").status_code == 403


def test_the_queries_of_the_cycle_s_pages_do_not_grow_with_the_months(
    clients: Any, plan: Plan
) -> None:
    client = clients("city_planner")

    def queries(path: str, on: str) -> int:
        client.get(path, {"on": on})
        with CaptureQueriesContext(connection) as captured:
            assert client.get(path, {"on": on}).status_code == 200
        return len(captured)

    for path in ("/plan/mine/", f"/plan/{plan.pk}/scores/"):
        assert queries(path, "2016-12-31") <= queries(path, "2016-02-29") + 2


def test_the_queries_of_a_target_s_page_do_not_grow_with_its_shares(
    clients: Any, plan: Plan
) -> None:
    target = Target.objects.filter(plan=plan).exclude(allocation=None).first()
    assert target is not None
    client = clients("city_planner")

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(f"/plan/target/{target.pk}/?on=2016-06-30").status_code == 200
        return len(captured)

    queries()
    whole = queries()
    quotas = target.allocation.quotas
    assert quotas.count() == 9
    quotas.exclude(area=CHANGYI).delete()
    assert queries() == whole
