"""The desk in the browser: inbox, application form, case page, API."""

import uuid
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from jimin.domains.assistance.models import Assessment, Declaration
from jimin.domains.assistance.services.assessments import told
from jimin.kernel.cases.models import Case, Event
from jimin.policies import load_policy
from jimin.policies.languages import language_of

from .conftest import APPLIED, Street, answers


@pytest.fixture
def browser(street: Street) -> Client:
    client = Client()
    client.force_login(street.clerk)
    return client


def typed(values: dict[str, Any]) -> dict[str, Any]:
    """What a browser would send."""
    return {name: str(value) for name, value in values.items()}


def test_the_inbox_holds_what_is_mine_to_do(street: Street, browser: Client) -> None:
    street.applied(street.family())
    done = street.proposed(street.family(names=("周小平",)))
    street.awarded(street.family(names=("吴大有",)))

    page = browser.get("/cases/").content.decode()
    assert "王建国家庭申请最低生活保障" in page
    assert "周小平" not in page
    assert "超期" in page
    assert "周小平" in browser.get("/cases/?tab=handled").content.decode()
    assert "吴大有" in browser.get("/cases/?tab=closed").content.decode()

    officer = Client()
    officer.force_login(street.officer)
    page = officer.get("/cases/").content.decode()
    assert done.number in page
    assert "王建国" not in page


@pytest.mark.parametrize(
    ("query", "shown"),
    [("q=wjg", True), ("q=王建", True), ("q=0001号", True), ("q=lx", False),
     ("state=dibao.applied", True), ("state=dibao.visited", False),
     ("due=over", True), ("due=later", False), ("due=none", False)],
)  # fmt: skip
def test_the_inbox_is_searched_and_filtered(
    street: Street, browser: Client, query: str, shown: bool
) -> None:
    street.applied(street.family())
    page = browser.get(f"/cases/?{query}", headers={"HX-Request": "true"}).content.decode()
    assert ("王建国" in page) is shown
    assert "<html" not in page


def test_the_inbox_costs_the_same_for_one_case_and_for_many(
    street: Street, browser: Client, django_assert_max_num_queries: Any
) -> None:
    for _ in range(8):
        street.applied(street.family())
    with django_assert_max_num_queries(16):
        page = browser.get("/cases/")
    assert page.content.decode().count("低保〔2016〕") == 8


def test_a_household_is_found_by_name_initials_member_and_number(
    street: Street, browser: Client
) -> None:
    household = street.family("1970-05-01", "1972-03-01")
    from .conftest import OTHER_COMMUNITY

    street.family(area=OTHER_COMMUNITY, names=("王建业",))
    for text in ("王建", "wjg", "李秀英", household.number):
        page = browser.get(f"/dibao/apply/?q={text}").content.decode()
        assert household.number in page, text
        assert "王建业" not in page
    assert "没有找到" in browser.get("/dibao/apply/?q=无此人").content.decode()


def test_the_form_starts_from_what_the_registers_know(street: Street, browser: Client) -> None:
    household = street.family("1970-05-01", "2005-03-01")
    page = browser.get(f"/dibao/apply/{household.pk}/").content.decode()
    assert "王建国（户主，1970-05-01）" in page
    assert "李秀英（配偶，2005-03-01）" in page
    assert 'name="token"' in page


def test_an_application_is_typed_in_and_sent_once(street: Street, browser: Client) -> None:
    household = street.family()
    data = typed(answers(household)) | {"token": uuid.uuid4().hex, "on": "2016-07-04"}
    for _ in range(2):
        answer = browser.post(f"/dibao/apply/{household.pk}/", data)
        assert answer.status_code == 302
    case = Case.objects.get()
    assert answer["Location"] == f"/cases/{case.pk}/"
    assert (case.opened_on, Declaration.objects.count()) == (APPLIED, 1)


def test_what_is_wrong_is_said_at_the_top_and_at_the_field(street: Street, browser: Client) -> None:
    household = street.family()
    person = household.members.get().person_id
    data = typed(answers(household)) | {f"m{person}-wage": "很多", "authorised": ""}
    answer = browser.post(f"/dibao/apply/{household.pk}/", data)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "<title>错误：登记低保申请" in "".join(page.split())
    assert f'<a href="#id_m{person}-wage">王建国：工资性收入：应为金额' in page
    assert "没有核对授权不能受理" in page
    assert not Case.objects.exists()


def test_a_field_is_checked_while_the_form_is_filled_in(street: Street, browser: Client) -> None:
    household = street.family()
    person = household.members.get().person_id
    url = f"/dibao/apply/{household.pk}/check/?field=m{person}-wage"
    wrong = browser.post(url, {f"m{person}-wage": "1.234"}).content.decode()
    assert "金额最多两位小数" in wrong
    right = browser.post(url, {f"m{person}-wage": "1.23"}).content.decode()
    assert "field-error" not in right
    assert browser.post(f"/dibao/apply/{household.pk}/check/?field=x", {}).status_code == 404


def test_the_case_page_shows_rules_step_and_log(street: Street, browser: Client) -> None:
    case = street.visited(street.family())
    page = browser.get(f"/cases/{case.pk}/").content.decode()
    for words in (
        "现在办理：提出初审意见",
        "每月 260.00 元",
        "社会救助暂行办法第九条",
        "示例",
        "登记入户调查",
        "民发〔2012〕220号第二十一条",
    ):
        assert words in page, words


def test_a_step_is_taken_on_the_page(street: Street, browser: Client) -> None:
    case = street.applied(street.family())
    data = {"token": uuid.uuid4().hex, "version": "1", "on": "2016-07-04", "note": ""}
    answer = browser.post(f"/cases/{case.pk}/steps/accept/", data)
    assert answer.status_code == 302
    case.refresh_from_db()
    assert case.state == "accepted"

    again = browser.post(f"/cases/{case.pk}/steps/accept/", data)
    assert again.status_code == 302
    assert Event.objects.filter(case=case).count() == 2

    stale = {"note": "自愿", "version": "1", "token": uuid.uuid4().hex}
    refused = browser.post(f"/cases/{case.pk}/steps/withdraw/", stale)
    assert refused.status_code == 409
    assert "已有新的办理记录" in refused.content.decode()
    assert "自愿" in refused.content.decode()
    wrong = browser.post(f"/cases/{case.pk}/steps/withdraw/", {"note": "x", "on": "昨天"})
    assert wrong.status_code == 422
    assert browser.get(f"/cases/{case.pk}/steps/nothing/").status_code == 404
    assert browser.post(f"/cases/{case.pk}/steps/apply/", {}).status_code == 404


def test_a_step_is_taken_through_the_api(street: Street, browser: Client) -> None:
    case = street.applied(street.family())
    url = f"/api/cases/{case.number}"
    told = browser.get(url).json()
    assert (told["state"], told["version"]) == ("applied", 1)
    assert [step["name"] for step in told["steps"]] == [
        "accept",
        "return_for_correction",
        "withdraw",
    ]

    body = {"data": {}, "on": "2016-07-04", "token": "t1", "version": 1}
    for _ in range(2):
        answer = browser.post(f"{url}/steps/accept", body, "application/json")
        assert answer.json() == {
            "event": 2, "step": "accept", "before": "applied", "state": "accepted",
        }  # fmt: skip

    wrong = browser.post(f"{url}/steps/visit", {"data": {"others": "甲"}}, "application/json")
    assert wrong.status_code == 422
    assert {"field": "findings", "message": "请填写调查情况。"} in wrong.json()["errors"]
    malformed = {"[1]": 422, "{": 400, '{"data": 1}': 422, '{"on": "x"}': 422}
    for text, status in malformed.items():
        answer = browser.post(f"{url}/steps/visit", text, "application/json")
        assert answer.status_code == status, text
    assert Event.objects.count() == 2


def test_a_month_is_run_and_approved_on_the_page(street: Street) -> None:
    from jimin.domains.assistance.services import declare_many
    from jimin.foundation.access.scope import System
    from jimin.foundation.jobs.worker import work
    from jimin.kernel.awards.models import Award

    from .test_months import declared

    declare_many(actor=System("test"), declared=[declared(street.family(), "100")])
    officer, director = Client(), Client()
    officer.force_login(street.officer)
    director.force_login(street.director)

    assert officer.post("/dibao/months/", {"month": "2016年6月"}).status_code == 422
    assert officer.post("/dibao/months/", {"month": "2016-06"}).status_code == 302
    work(batch=True)
    page = director.get("/dibao/months/").content.decode()
    assert "2016-06 昌邑区" in page
    from jimin.domains.assistance.models import MonthRun

    run = MonthRun.objects.get()
    assert "批准全部建议" not in officer.get(f"/dibao/months/{run.pk}/").content.decode()
    assert officer.post(f"/dibao/months/{run.pk}/").status_code == 403
    assert "批准全部建议" in director.get(f"/dibao/months/{run.pk}/").content.decode()
    assert director.post(f"/dibao/months/{run.pk}/").status_code == 302
    page = director.get(f"/dibao/months/{run.pk}/").content.decode()
    assert "批准全部建议" not in page
    assert "批准月度核定" in page
    work(batch=True)
    assert Award.objects.count() == 1
    assert "已批准过" in director.post(f"/dibao/months/{run.pk}/", follow=True).content.decode()
    assert director.post("/dibao/months/", {"month": "2016-07"}).status_code == 403


def test_today_is_offered_as_the_day_of_a_step(street: Street, browser: Client) -> None:
    case = street.applied(street.family())
    page = browser.get(f"/cases/{case.pk}/steps/accept/").content.decode()
    assert f'value="{timezone.localdate().isoformat()}"' in page


def test_who_chose_english_reads_the_explanation_in_english(
    street: Street, browser: Client
) -> None:
    case = street.proposed(street.family("1970-05-01"))
    address = f"/cases/{case.pk}/"
    chinese = browser.get(address).content.decode()
    assert "人均月收入低于标准" in chinese
    browser.post("/language/setlang/", {"language": "en"})
    page = browser.get(address).content.decode()
    assert "Monthly income per person is below the standard" in page
    assert "Interim Measures for Social Assistance, article 9" in page
    assert "人均月收入" not in page
    # The stored assessment is not touched, and the rule it names can be opened.
    stored = Assessment._base_manager.get(case=case)
    assert stored.result["steps"][0]["label"] in chinese
    rule = stored.result["steps"][0]["rule"]
    assert f'href="/policies/jilin/dibao/#dibao-1-rule-{rule}"' in page


def test_an_explanation_of_other_rules_stays_as_it_is_stored(street: Street) -> None:
    case = street.proposed(street.family("1970-05-01"))
    english = language_of("jilin", "en")
    stored = Assessment._base_manager.get(case=case)
    assert told(stored, english)["reason"] != stored.reason
    stored.version = "another"
    assert told(stored, english) == stored.result
    stored.version = load_policy("jilin").version
    stored.result = {**stored.result, "amount": "1.00"}
    assert told(stored, english) == stored.result
