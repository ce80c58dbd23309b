"""The review screen: filters, reasons, parting, adding, comparing, the original."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from jimin.kernel.workplans.models import Plan, State, Target, Task

pytestmark = pytest.mark.django_db
CITY = "220200000000"
TEXT = (
    "一、做好养老。\n新增养老床位900张，培训护理员80名。\n二、做好救助。\n全年救助3万人次以上。\n"
)


@pytest.fixture
def client(counties: None, make_user: Any) -> Client:
    client = Client()
    client.force_login(make_user("city_officer", CITY))
    return client


def upload(client: Client, text: str = TEXT, **given: Any) -> Plan:
    file = SimpleUploadedFile("要点.txt", text.encode())
    given = {"title": "要点", "year": 2016, "area": CITY, "file": file} | given
    response = client.post("/plan/new/", given)
    assert response.status_code == 302, response.content.decode()
    return Plan.objects.latest("id")


def row(plan: Plan, value: int) -> Target:
    found: Target = Target.proposals.get(plan=plan, value=value)
    return found


def test_pasted_text_is_uploaded_and_the_original_comes_back(client: Client) -> None:
    plan = upload(client, file="", pasted=TEXT)
    answer = client.get(f"/plan/{plan.pk}/original/")
    assert answer.content == TEXT.encode()
    assert "attachment" in answer.headers["Content-Disposition"]
    refused = client.post("/plan/new/", {"title": "要点", "year": 2016, "area": CITY})
    assert refused.status_code == 422
    assert "请选择文件，或者粘贴文本" in refused.content.decode()


def test_the_list_is_narrowed(client: Client) -> None:
    plan = upload(client)
    page = client.get(f"/plan/{plan.pk}/review/?show=waiting").content.decode()
    assert "待确认 5" in page
    assert "新增养老床位" in page
    rejected = client.get(f"/plan/{plan.pk}/review/?show=rejected").content.decode()
    assert "没有这一类条目" in rejected
    assert "换了位置" not in rejected  # nothing to compare with


def test_a_reason_is_kept_and_shown(client: Client) -> None:
    plan = upload(client)
    beds = row(plan, 900)
    address = f"/plan/{plan.pk}/review/target/{beds.pk}/"
    given = {"decision": "reject", "reason": "是去年的数", "seen": "0"}
    answer = client.post(address, given, headers={"HX-Request": "true"})
    assert "理由：是去年的数" in answer.content.decode()
    stale = client.post(
        address, {"decision": "accept", "seen": "0"}, headers={"HX-Request": "true"}
    )
    assert stale.status_code == 422
    assert "刚被他人改动" in stale.content.decode()
    assert row(plan, 900).state == State.REJECTED


def test_ticked_rows_are_merged_unless_one_is_stale(client: Client) -> None:
    plan = upload(client)
    beds, nurses = row(plan, 900), row(plan, 80)
    names = [f"target-{beds.pk}", f"target-{nurses.pk}"]
    given = {"decision": "merge", "rows": names, "seen": [f"{names[0]}:0", f"{names[1]}:7"]}
    client.post(f"/plan/{plan.pk}/review/", given)
    assert row(plan, 80).state == State.PROPOSED
    client.post(f"/plan/{plan.pk}/review/", given | {"seen": [f"{name}:0" for name in names]})
    assert row(plan, 80).state == State.REJECTED


def test_a_row_is_split_on_its_page(client: Client) -> None:
    plan = upload(client)
    task = Task.proposals.get(plan=plan, title="做好养老")
    beds = row(plan, 900)
    Target.proposals.filter(pk=beds.pk).update(
        quote="新增养老床位900张，培训护理员80名", end=(beds.start or 0) + 18
    )
    address = f"/plan/{plan.pk}/review/target/{beds.pk}/split/"
    assert "‖" in client.get(address).content.decode()
    wrong = client.post(address, {"at": "x"})
    assert wrong.status_code == 422
    assert client.post(address, {"at": "11", "seen": "0"}).status_code == 302
    assert Target.proposals.get(plan=plan, code="M01").task == task
    paper = f"/plan/{plan.pk}/review/deliverable/1/split/"
    assert client.get(paper).status_code == 404


def test_marked_words_open_a_filled_form(client: Client) -> None:
    plan = upload(client)
    start = TEXT.index("培训")
    query = f"as=target&start={start}&end={start + 8}"
    page = client.get(f"/plan/{plan.pk}/review/add/?{query}").content.decode()
    assert 'value="培训护理员"' in page
    assert "培训护理员80名" in page
    task = Task.proposals.get(plan=plan, title="做好救助")
    given = {"as": "task", "start": start, "end": start + 8, "title": "培训", "weight": 1}
    given |= {"parent": task.pk}
    assert client.post(f"/plan/{plan.pk}/review/add/", given).status_code == 302
    assert Task.proposals.get(plan=plan, title="培训").quote == "培训护理员80名"
    assert client.get(f"/plan/{plan.pk}/review/add/?as=target&start=5&end=9999").status_code == 404
    assert client.get(f"/plan/{plan.pk}/review/add/?as=other&start=1&end=2").status_code == 404


def test_a_revised_text_shows_what_changed_and_what_is_gone(client: Client) -> None:
    first = upload(client)
    names = [f"task-{task.pk}" for task in Task.proposals.filter(plan=first)]
    names += [f"target-{target.pk}" for target in Target.proposals.filter(plan=first)]
    client.post(f"/plan/{first.pk}/review/", {"decision": "accept", "rows": names})
    assert client.post(f"/plan/{first.pk}/adopt/").headers["Location"] == f"/plan/{first.pk}/"
    revised = upload(client, TEXT.replace("900", "1200").replace("，培训护理员80名", ""))
    page = client.get(f"/plan/{revised.pk}/review/").content.decode()
    assert "有变化 1" in page
    assert "<del>900" in page
    assert "原台账有 1 条在新文本中不再出现" in page
    names = [f"task-{task.pk}" for task in Task.proposals.filter(plan=revised)]
    names += [f"target-{target.pk}" for target in Target.proposals.filter(plan=revised)]
    client.post(f"/plan/{revised.pk}/review/", {"decision": "accept", "rows": names})
    client.post(f"/plan/{revised.pk}/adopt/")
    revised.refresh_from_db()
    assert revised.state == Plan.State.REVIEW
    client.post(f"/plan/{revised.pk}/adopt/", {"gone_seen": "1"})
    revised.refresh_from_db()
    assert revised.state == Plan.State.IN_FORCE


def test_the_text_is_read_again(client: Client) -> None:
    plan = upload(client)
    row(plan, 80).delete()
    client.post(f"/plan/{plan.pk}/reread/")
    assert row(plan, 80).state == State.PROPOSED
