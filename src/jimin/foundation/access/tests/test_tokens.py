"""A token does what its scope names, of what its owner may, until its day."""

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from jimin.foundation.access.models import Post, Token, User
from jimin.foundation.access.scope import acting_as_system
from jimin.foundation.audit.models import Entry
from jimin.kernel.areas.tests.few import HERE, THERE
from jimin.kernel.people.models import Household, Person

MakeUser = Callable[..., User]
CITY, TOWNSHIP = "220200000000", "220202001000"
READ = ["people.person:view", "people.household:view"]
TOMORROW = dt.timedelta(days=1)


@pytest.fixture
def clerk(places: None, make_user: MakeUser) -> User:
    return make_user("township_clerk", TOWNSHIP, "王芳")


@pytest.fixture
def desk(client: Client, clerk: User) -> Client:
    client.force_login(clerk)
    return client


def form(grants: Any = READ, **other: Any) -> dict[str, Any]:
    day = timezone.localdate() + TOMORROW
    usual = {"name": "统计接口", "expires_on": str(day), "grants": grants, "password": "password"}
    return {**usual, **other}


def made(client: Client, grants: list[str]) -> str:
    response = client.post("/my/tokens/", form(grants))
    assert response.status_code == 200, response.content.decode()
    assert response.headers["Cache-Control"] == "no-store"
    found = re.search(r"Bearer (jm_[\w-]{43})<", response.content.decode())
    assert found
    return found[1]


def program(secret: str) -> Client:
    return Client(headers={"Authorization": f"Bearer {secret}"})


def household(area: str, number: str) -> Household:
    with acting_as_system("test"):
        return Household.objects.create(number=number, area_id=area, residence="rural")


def test_a_token_reads_what_its_scope_names_in_its_owners_area(desk: Client) -> None:
    mine, foreign = household(HERE, "1"), household(THERE, "2")
    outside = program(made(desk, ["people.household:view"]))
    listed = outside.get("/api/household/").json()
    assert [item["id"] for item in listed["items"]] == [mine.pk]
    assert outside.get(f"/api/household/{foreign.pk}").status_code == 404
    refused = outside.get("/api/person/")
    assert refused.status_code == 403
    assert "令牌的范围" in refused.json()["detail"]
    assert desk.get("/api/person/").status_code == 200


def test_a_token_that_only_reads_writes_nothing(desk: Client) -> None:
    found = household(HERE, "1")
    outside = program(made(desk, READ))
    new = {"number": "9", "area": HERE, "residence": "rural"}
    for response in (
        outside.post("/api/household/", new, content_type="application/json"),
        outside.patch(f"/api/household/{found.pk}", {}, content_type="application/json"),
    ):
        assert response.status_code == 403
    with acting_as_system("test"):
        assert Household.objects.count() == 1


def test_what_a_token_writes_stands_in_the_history_under_its_name(desk: Client) -> None:
    secret = made(desk, ["people.household:add"])
    new = {"number": "9", "area": HERE, "residence": "rural"}
    response = program(secret).post("/api/household/", new, content_type="application/json")
    assert response.status_code == 201, response.json()
    assert response.json()["number"] == "9"  # who may add with it also sees
    entry = Entry.objects.latest("id")
    assert (entry.verb, entry.actor_label) == ("add", f"王芳（令牌 统计接口 {secret[:7]}…）")


def test_making_and_revoking_are_written_down_without_the_secret(desk: Client) -> None:
    secret = made(desk, READ)
    token = Token.objects.get()
    assert token.digest not in secret
    assert secret not in repr(Token.objects.values())
    desk.post("/my/tokens/revoke/", {"token": token.pk})
    verbs = [e.verb for e in Entry.objects.filter(subject="access.user").order_by("id")]
    assert verbs[-2:] == ["add_token", "revoke_token"]
    assert not any(secret in str(e.values) for e in Entry.objects.all())
    refused = program(secret).get("/api/person/")
    assert refused.status_code == 401
    assert refused.headers["Content-Type"] == "application/problem+json"


def test_a_token_ends_after_its_day(desk: Client) -> None:
    outside = program(made(desk, READ))
    Token.objects.update(expires_on=timezone.localdate())
    assert outside.get("/api/person/").status_code == 200
    Token.objects.update(expires_on=timezone.localdate() - TOMORROW)
    assert outside.get("/api/person/").status_code == 401


def test_a_token_never_outgrows_its_owner(desk: Client, clerk: User) -> None:
    outside = program(made(desk, READ))
    Post.objects.filter(user=clerk).update(valid_to=dt.date(2020, 1, 1))
    assert outside.get("/api/person/").status_code == 401  # the right to tokens went with the post


def test_a_wrong_token_is_refused_though_a_session_would_be_let_in(desk: Client) -> None:
    wrong = {"Authorization": "Bearer jm_wrong"}
    assert desk.get("/api/person/", headers=wrong).status_code == 401


def test_a_token_opens_no_page(desk: Client) -> None:
    outside = program(made(desk, READ))
    assert outside.get("/records/person/").status_code == 302
    assert outside.get("/api/openapi.json").status_code == 200


def test_a_token_needs_no_csrf_token_but_a_session_does(desk: Client, clerk: User) -> None:
    secret = made(desk, ["people.household:add"])
    new = {"number": "9", "area": HERE, "residence": "rural"}
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(clerk)
    kind = "application/json"
    assert strict.post("/api/household/", new, content_type=kind).status_code == 403
    outside = Client(enforce_csrf_checks=True, headers={"Authorization": f"Bearer {secret}"})
    assert outside.post("/api/household/", new, content_type=kind).status_code == 201


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"grants": []}, "请至少勾选一项"),
        ({"grants": ["access.user:add"]}, "超出了您的岗位"),
        ({"grants": ["people.person:unmask"]}, "超出了您的岗位"),
        ({"password": "other"}, "密码不对"),
        ({"expires_on": "2016-01-01"}, "到期日应在明天至"),
        ({"expires_on": str(timezone.localdate() + dt.timedelta(days=91))}, "最长 90 天"),
        ({"name": ""}, "请写明哪个程序"),
    ],
)
def test_a_token_that_should_not_be_is_not_made(
    desk: Client, wrong: dict[str, Any], said: str
) -> None:
    response = desk.post("/my/tokens/", form(**wrong))
    assert response.status_code == 422
    assert said in response.content.decode()
    assert not Token.objects.exists()


def test_only_who_is_granted_it_has_tokens(places: None, make_user: MakeUser) -> None:
    client = Client()
    client.force_login(make_user("community_worker", HERE))
    assert client.get("/my/tokens/").status_code == 403
    assert client.post("/my/tokens/", form(["people.person:view"])).status_code == 403
    assert "/my/tokens/" not in client.get("/my/sign-ins/").content.decode()


def test_nobody_revokes_the_token_of_another_by_guessing(desk: Client, make_user: MakeUser) -> None:
    made(desk, READ)
    other = Client()
    other.force_login(make_user("township_clerk", TOWNSHIP))
    other.post("/my/tokens/revoke/", {"token": Token.objects.get().pk})
    assert Token.objects.get().is_good


def test_an_administrator_sees_and_revokes(
    desk: Client, clerk: User, places: None, make_user: MakeUser
) -> None:
    outside = program(made(desk, READ))
    outside.get("/api/person/", REMOTE_ADDR="10.1.2.3")
    office = Client()
    office.force_login(make_user("administrator", CITY))
    tab = office.get(f"/records/user/{clerk.pk}/?tab=tokens").content.decode()
    assert "统计接口" in tab
    assert "10.1.2.3" in tab
    token = Token.objects.get()
    data = {"token": token.pk, "reason": "外包结束"}
    office.post(f"/records/user/{clerk.pk}/do/revoke_token/", data)
    assert outside.get("/api/person/").status_code == 401
    history = office.get(f"/records/user/{clerk.pk}/?tab=history").content.decode()
    assert "新建接口令牌" in history
    assert "外包结束" in history


@pytest.mark.parametrize("action", ["deactivate", "reset_password"])
def test_tokens_end_with_the_account(
    action: str, desk: Client, clerk: User, make_user: MakeUser
) -> None:
    made(desk, READ)
    office = Client()
    office.force_login(make_user("administrator", CITY))
    data = {"reason": "调离", "password": "songhua jiang pan"}
    assert office.post(f"/records/user/{clerk.pk}/do/{action}/", data).status_code == 302
    assert Token.objects.get().revoked_at is not None
    assert Entry.objects.latest("id").values["tokens_revoked"] == 1


def test_who_owes_a_password_first_gives_one(desk: Client, clerk: User) -> None:
    outside = program(made(desk, READ))
    User.objects.filter(pk=clerk.pk).update(password_from=User.PasswordFrom.OFFICE)
    for client in (outside, desk):
        response = client.get("/api/person/")
        assert response.status_code == 403
        assert "换成自己的密码" in response.json()["detail"]


def test_sealed_values_stay_masked_for_a_token(desk: Client) -> None:
    with acting_as_system("test"):
        Person.objects.create(name="张三", citizen_id="220202195001010018", area_id=HERE)
    text = program(made(desk, READ)).get("/api/person/").content.decode()
    assert "张三" in text
    assert "220202195001010018" not in text


def test_the_use_is_noted_at_most_once_a_minute(desk: Client) -> None:
    def used() -> dt.datetime:
        at = Token.objects.get().last_used_at
        assert at is not None
        return at

    outside = program(made(desk, READ))
    outside.get("/api/person/")
    first = used()
    outside.get("/api/person/")
    assert used() == first
    Token.objects.update(last_used_at=first - dt.timedelta(minutes=2))
    outside.get("/api/person/")
    assert used() > first
