import datetime as dt
from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from jimin.foundation.access.models import Session, User
from jimin.foundation.audit.models import Entry

MakeUser = Callable[..., User]
PAGE = "/my/sign-ins/"


@pytest.fixture
def user(places: None, make_user: MakeUser) -> User:
    return make_user("township_clerk", "220202001000")


@pytest.fixture
def signed_in(client: Client, user: User) -> Client:
    client.force_login(user)
    return client


def shift(monkeypatch: pytest.MonkeyPatch, **ahead: int) -> None:
    moment = timezone.now() + dt.timedelta(**ahead)
    monkeypatch.setattr(timezone, "now", lambda: moment)


def test_a_session_unused_for_half_an_hour_is_over(
    signed_in: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    shift(monkeypatch, minutes=29)
    assert signed_in.get(PAGE).status_code == 200
    shift(monkeypatch, minutes=29)  # work kept it alive
    assert signed_in.get(PAGE).status_code == 200
    shift(monkeypatch, minutes=31)
    assert signed_in.get(PAGE).status_code == 302


def test_after_twelve_hours_a_session_is_over_however_busy(
    signed_in: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _quarter in range(47):
        shift(monkeypatch, minutes=15)
        assert signed_in.get(PAGE).status_code == 200
    session = signed_in.session
    session["written"] = "a session that is saved again lives no longer for it"
    session.save()
    shift(monkeypatch, minutes=16)
    assert signed_in.get(PAGE).status_code == 302


def test_requests_within_a_minute_write_nothing(
    signed_in: Client, django_assert_num_queries: Callable[..., object]
) -> None:
    before = Session.objects.get().seen_at
    signed_in.get(PAGE)
    assert Session.objects.get().seen_at == before


def test_ended_sessions_are_swept_away_at_the_next_sign_in(
    signed_in: Client, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    shift(monkeypatch, hours=1)
    other = Client()
    other.post("/sign-in/", {"username": user.username, "password": "password"})
    assert Session.objects.filter(user=user).count() == 1


def test_users_see_their_own_sign_ins_and_end_another(signed_in: Client, user: User) -> None:
    other = Client(headers={"User-Agent": "Library computer"})
    data = {"username": user.username, "password": "password"}
    other.post("/sign-in/", data, headers={"User-Agent": "Library computer"})
    page = signed_in.get(PAGE).content.decode()
    assert "Library computer" in page
    assert "本机" in page
    row = Session.objects.get(agent="Library computer")
    assert row.session_key not in page  # whoever reads over the shoulder cannot take it over
    assert row.began_at is not None
    signed_in.post("/my/sign-ins/end/", {"began": row.began_at.isoformat()})
    assert other.get(PAGE).status_code == 302
    assert signed_in.get(PAGE).status_code == 200
    assert Entry.objects.order_by("-id")[0].verb == "end_sign_in"


def test_nobody_ends_the_sign_in_of_another(
    signed_in: Client, user: User, make_user: MakeUser
) -> None:
    stranger = Client()
    stranger.force_login(make_user("township_clerk", "220202001000"))
    row = Session.objects.get(user=user)
    assert row.began_at is not None
    stranger.post("/my/sign-ins/end/", {"began": row.began_at.isoformat()})
    assert signed_in.get(PAGE).status_code == 200


def test_failed_attempts_are_shown_to_whose_account_it_is(signed_in: Client, user: User) -> None:
    Client().post("/sign-in/", {"username": user.username, "password": "x"}, REMOTE_ADDR="10.9.8.7")
    assert "10.9.8.7" in signed_in.get(PAGE).content.decode()


def test_a_user_put_out_of_use_is_out_at_once(signed_in: Client, user: User) -> None:
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert signed_in.get(PAGE).status_code == 302
