import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse

from jimin.foundation.access.matrix import Matrix, Role
from jimin.foundation.access.models import User
from jimin.foundation.access.scope import acting_as, acting_as_system
from jimin.foundation.audit.models import Entry
from jimin.foundation.records.declare import registry
from jimin.foundation.records.services import save_record
from jimin.kernel.areas.tests.few import ALSO_HERE, HERE, THERE, TOWNSHIP, few_areas
from jimin.kernel.people.models import Household, Member, Person
from jimin.kernel.people.services import add_member, remove_member

NUMBER = "11010519491231002X"
DAY = dt.date(2016, 3, 1)
MakeUser = Callable[..., User]


@pytest.fixture(autouse=True)
def areas(db: None) -> None:
    few_areas()


@pytest.fixture(autouse=True)
def matrix(monkeypatch: pytest.MonkeyPatch) -> None:
    """A matrix of the test's own, so that the city's real one may change."""
    person = frozenset({"view"})
    household = frozenset({"view", "change", "add_member", "remove_member"})
    roles = {
        "clerk": Role(
            "clerk", "经办", "township", {"people.person": person, "people.household": household}
        ),
        "reader": Role(
            "reader", "查询", "county", {"people.person": person, "people.household": person}
        ),
    }
    monkeypatch.setattr("jimin.foundation.access.models.matrix", lambda: Matrix(roles))


@pytest.fixture
def clerk(make_user: MakeUser) -> User:
    return make_user("clerk", TOWNSHIP)


def person(name: str = "张伟", **values: Any) -> Person:
    return Person.objects.create(**{"name": name, "area_id": HERE, **values})


def household(number: str = "H1", **values: Any) -> Household:
    return Household.objects.create(
        **{"number": number, "area_id": HERE, "residence": "urban", **values}
    )


def members() -> list[tuple[str, str, dt.date | None]]:
    with acting_as_system("test"):
        rows = Member.objects.order_by("pk").values_list(
            "person__name", "household__number", "left_on"
        )
        return list(rows)


def head_of(obj: Household) -> Person | None:
    with acting_as_system("test"):
        return Household.objects.get(pk=obj.pk).head


def sign_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_a_head_joins_and_both_histories_say_so(clerk: User) -> None:
    home, zhang = household(), person()
    add_member(actor=clerk, household=home, person=zhang, relation="0", joined_on=DAY)
    assert members() == [("张伟", "H1", None)]
    assert head_of(home) == zhang
    told = {entry.subject: entry.values for entry in Entry.objects.filter(verb="add_member")}
    joined = {"member": "张伟", "relation": "户主", "joined_on": "2016-03-01"}
    assert told == {"people.household": joined, "people.person": {"household": "H1", **joined}}


def test_a_household_has_one_head(clerk: User) -> None:
    home = household()
    add_member(actor=clerk, household=home, person=person("甲"), relation="0")
    with pytest.raises(ValidationError) as refused:
        add_member(actor=clerk, household=home, person=person("乙"), relation="0")
    assert list(refused.value.message_dict) == ["relation"]
    assert "甲" in refused.value.messages[0]
    assert members() == [("甲", "H1", None)]


def test_a_person_lives_in_one_household(clerk: User) -> None:
    zhang = person()
    elsewhere = household("H0", area_id=THERE)
    Member.objects.create(household=elsewhere, person=zhang, relation="0")
    with pytest.raises(ValidationError) as refused:
        add_member(actor=clerk, household=household(), person=zhang, relation="1")
    assert "此人已在另一家庭中" in refused.value.messages[0]
    assert members() == [("张伟", "H0", None)]


@pytest.mark.parametrize(
    ("who", "home"),
    [
        ({"died_on": DAY}, {}),
        ({"area_id": THERE}, {}),
        ({}, {"dissolved_on": DAY}),
    ],
    ids=["the dead", "a person out of sight", "a dissolved household"],
)
def test_some_do_not_join(clerk: User, who: dict[str, Any], home: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        add_member(actor=clerk, household=household(**home), person=person(**who), relation="1")
    assert members() == []
    assert not Entry.objects.exists()


def test_joining_needs_the_grant_at_the_households_area(make_user: MakeUser, clerk: User) -> None:
    for actor, area in ((make_user("reader", TOWNSHIP), HERE), (clerk, THERE)):
        home = household(f"H{area}", area_id=area)
        with pytest.raises(PermissionDenied):
            add_member(actor=actor, household=home, person=person(), relation="1")
    assert members() == []


def test_a_head_who_leaves_leaves_the_household_without_head(clerk: User) -> None:
    home, zhang = household(), person()
    member = add_member(actor=clerk, household=home, person=zhang, relation="0", joined_on=DAY)
    left = dt.date(2016, 5, 1)
    remove_member(actor=clerk, household=home, member=member, left_on=left, reason="迁出")
    assert members() == [("张伟", "H1", left)]
    assert head_of(home) is None
    assert Entry.objects.get(subject="people.household", verb="remove_member").reason == "迁出"
    add_member(actor=clerk, household=household("H2"), person=zhang, relation="0")


@pytest.mark.parametrize(
    ("left_on", "field"),
    [(dt.date(2016, 2, 1), "__all__"), (dt.date(2999, 1, 1), "left_on")],
)
def test_nobody_leaves_before_joining_or_in_the_future(
    clerk: User, left_on: dt.date, field: str
) -> None:
    home = household()
    member = add_member(actor=clerk, household=home, person=person(), relation="1", joined_on=DAY)
    with pytest.raises(ValidationError) as refused:
        remove_member(actor=clerk, household=home, member=member, left_on=left_on, reason="迁出")
    assert list(refused.value.message_dict) == [field]
    assert members() == [("张伟", "H1", None)]


def test_a_member_leaves_once_and_only_the_own_household(clerk: User) -> None:
    home, other = household(), household("H2")
    member = add_member(actor=clerk, household=home, person=person(), relation="1", joined_on=DAY)
    with pytest.raises(ValidationError):
        remove_member(actor=clerk, household=other, member=member, left_on=DAY, reason="迁出")
    remove_member(actor=clerk, household=home, member=member, left_on=DAY, reason="迁出")
    with pytest.raises(ValidationError):
        remove_member(actor=clerk, household=home, member=member, left_on=DAY, reason="迁出")


def test_a_member_joins_on_the_page_by_a_search_that_fits_one(clerk: User) -> None:
    home, _zhang, _li = household(), person(), person("李四")
    client = sign_in(clerk)
    address = reverse("records:household-act", args=[home.pk, "add_member"])
    answer = client.post(
        address, {"person": "", "person_q": "zw", "relation": "1", "joined_on": "2016-03-01"}
    )
    assert answer.status_code == 302
    assert members() == [("张伟", "H1", None)]
    page = client.get(reverse("records:household-page", args=[home.pk])).content.decode()
    assert "张伟" in page
    assert "李四" not in page


def test_a_search_that_fits_two_asks_which(clerk: User) -> None:
    home = household()
    person(), person("张威")
    address = reverse("records:household-act", args=[home.pk, "add_member"])
    data = {"person_q": "zw", "relation": "1", "joined_on": "2016-03-01"}
    answer = sign_in(clerk).post(address, data)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "找到不止一条记录" in page
    assert "张威" in page
    assert members() == []


def test_a_member_leaves_on_the_page(clerk: User) -> None:
    home = household()
    member = add_member(actor=clerk, household=home, person=person(), relation="1", joined_on=DAY)
    client = sign_in(clerk)
    address = reverse("records:household-act", args=[home.pk, "remove_member"])
    refused = client.post(address, {"member": member.pk, "left_on": "2016-04-01"})
    assert refused.status_code == 422
    assert "请填写离户的事由" in refused.content.decode()
    done = client.post(address, {"member": member.pk, "left_on": "2016-04-01", "reason": "迁出"})
    assert done.status_code == 302
    assert members() == [("张伟", "H1", dt.date(2016, 4, 1))]


# Finding a person


def found(client: Client, text: str) -> list[str]:
    answer = client.get(
        reverse("people-person-pick"), {"q": text}, headers={"Accept": "application/json"}
    )
    return [each["text"] for each in answer.json()["results"]]


def test_a_person_is_found_by_what_a_clerk_knows(clerk: User) -> None:
    zhang = person(citizen_id=NUMBER, phone="13800001111", sex="2", birth=dt.date(1949, 12, 31))
    person("李四", area_id=ALSO_HERE)
    Member.objects.create(household=household(), person=zhang, relation="0")
    client = sign_in(clerk)
    with acting_as_system("test"):
        where = zhang.area
        area = where.name
        assert where.parent is not None
        line = f"张伟 女 1949 年生 1101**********002X {where.parent.name} {area}"
    spaced = " ".join((NUMBER[:6], NUMBER[6:14], NUMBER[14:]))
    for text in ("张", "张伟", "zhangwei", "ZHANG", "zw", NUMBER, NUMBER.lower(), spaced):
        assert found(client, text) == [line], text
    for text in ("13800001111", "H1", f"张伟 {area}", f"zw {area[:2]}", "１３８００００１１１１"):
        assert found(client, text) == [line], text
    for text in ("", "  ", "伟", "张伟 李", "1380000", NUMBER[:17], "%", "_", "\\"):
        assert found(client, text) == [], text


def test_a_person_elsewhere_is_not_found(clerk: User) -> None:
    person(area_id=THERE, citizen_id=NUMBER)
    assert found(sign_in(clerk), NUMBER) == []
    assert found(sign_in(clerk), "张伟") == []


def test_the_search_box_gets_a_fragment(clerk: User) -> None:
    zhang = person("<b>张伟")
    page = sign_in(clerk).get(
        reverse("people-person-pick"), {"applicant_q": "<b>", "name": "applicant"}
    )
    text = page.content.decode()
    assert f'name="applicant"\n           value="{zhang.pk}"' in text
    assert "&lt;b&gt;张伟" in text
    assert "<html" not in text


# The register


def test_an_unseen_head_stays_when_the_household_is_changed(clerk: User) -> None:
    head = person(area_id=THERE)
    home = household(head=head)
    client = sign_in(clerk)
    address = reverse("records:household-edit", args=[home.pk])
    form = client.get(address).context["form"]
    data = {
        "number": "H1",
        "residence": "rural",
        "area": HERE,
        "head": "",
        "version": form["version"].value(),
    }
    assert client.post(address, data).status_code == 302
    assert head_of(home) == head
    with acting_as_system("test"):
        assert Household.objects.get(pk=home.pk).residence == "rural"


def test_birth_and_sex_must_fit_the_identity_number(clerk: User) -> None:
    with pytest.raises(ValidationError) as refused, acting_as(clerk):
        save_record(
            actor=clerk,
            record=registry["people.person"],
            data={"name": "张伟", "citizen_id": NUMBER, "sex": "1", "area": HERE},
        )
    assert refused.value.message_dict == {"sex": ["性别与公民身份号码不一致，请核对。"]}


def test_a_household_is_called_by_its_head(clerk: User) -> None:
    client = Client()
    client.force_login(clerk)
    with acting_as_system("test"):
        one = household(head=person("张伟"))
        other = household("H2", head=person("李娜"))
    page = client.get(reverse("records:household-page", args=[one.pk])).content.decode()
    assert "<h1>张伟（H1）</h1>" in page
    beside = client.get(reverse("records:household-beside", args=[one.pk])).content.decode()
    assert "下一条：李娜（H2）" in beside
    form = client.get(reverse("records:household-edit", args=[other.pk])).content.decode()
    assert "修改 李娜（H2）" in form
