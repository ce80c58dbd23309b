from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from jimin.foundation.access.models import Session, User
from jimin.foundation.audit.models import Entry

MakeUser = Callable[..., User]
GOOD = "松花江畔的四月雪"
LONG = "songhua jiang pan"


@pytest.fixture
def user(places: None, make_user: MakeUser) -> User:
    return make_user("township_clerk", "220202001000")


@pytest.fixture
def signed_in(client: Client, user: User) -> Client:
    client.force_login(user)
    return client


def change(client: Client, old: str, new: str, again: str | None = None) -> Any:
    data = {"old": old, "new": new, "again": new if again is None else again}
    return client.post("/my/password/", data)


def test_a_new_password_signs_out_every_other_browser_and_keeps_this_one(
    signed_in: Client, user: User
) -> None:
    other = Client()
    other.force_login(user)
    assert change(signed_in, "password", LONG).status_code == 302
    user.refresh_from_db()
    assert user.check_password(LONG)
    assert signed_in.get("/my/password/").status_code == 200
    assert other.get("/my/password/").status_code == 302
    assert Session.objects.filter(user=user).count() == 1
    line = Entry.objects.get()
    assert (line.verb, line.values) == ("change_password", {})


@pytest.mark.parametrize(
    ("new", "again", "said"),
    [
        ("kurz", None, "密码太短，至少要 10 个字符。"),
        ("1234567890", None, "这个密码在已泄露的常见密码之中。"),
        ("user1-user1", None, "密码里除了登录名或姓名所剩无几"),
        (LONG, "songhua", "两次输入的新密码不一样。请重新输入。"),
        ("", None, "请填写新密码。"),
        ("password", None, "新密码与原密码相同。请另设一个。"),
    ],
)
def test_a_weak_password_is_refused_and_nothing_changes(
    signed_in: Client, user: User, new: str, again: str | None, said: str
) -> None:
    page = change(signed_in, "password", new, again)
    assert page.status_code == 422
    assert said in page.content.decode()
    user.refresh_from_db()
    assert user.check_password("password")
    assert not Entry.objects.exists()


def test_guessing_the_old_password_is_slowed_down_like_signing_in(
    signed_in: Client, user: User
) -> None:
    for _attempt in range(5):
        assert "原密码不对。" in change(signed_in, "wrong", LONG).content.decode()
    assert change(signed_in, "password", LONG).status_code == 429
    user.refresh_from_db()
    assert user.check_password("password")


@pytest.mark.parametrize("source", [User.PasswordFrom.OFFICE, User.PasswordFrom.DEMO])
def test_who_has_a_password_others_know_must_change_it_before_anything_else(
    signed_in: Client, user: User, source: str
) -> None:
    User.objects.filter(pk=user.pk).update(password_from=source)
    for address in ("/", "/records/person/", "/my/sign-ins/", "/my/second-factor/"):
        assert signed_in.get(address).headers["Location"] == "/my/password/"
    part = signed_in.get("/records/person/", headers={"HX-Request": "true"})
    assert part.headers["HX-Redirect"] == "/my/password/"
    assert "请先换成只有您知道的密码" in signed_in.get("/my/password/").content.decode()
    assert change(signed_in, "password", LONG).status_code == 302
    assert signed_in.get("/my/sign-ins/").status_code == 200
    user.refresh_from_db()
    assert user.password_from == User.PasswordFrom.SELF


def test_demo_passwords_stay_while_the_demo_runs_and_given_ones_do_not(
    signed_in: Client, user: User, settings: Any
) -> None:
    settings.DEMO = True
    User.objects.filter(pk=user.pk).update(password_from=User.PasswordFrom.DEMO)
    assert signed_in.get("/my/sign-ins/").status_code == 200
    User.objects.filter(pk=user.pk).update(password_from=User.PasswordFrom.OFFICE)
    assert signed_in.get("/my/sign-ins/").headers["Location"] == "/my/password/"


def test_passwords_are_kept_with_argon2id(user: User, settings: Any) -> None:
    from jimin.project import settings as real

    settings.PASSWORD_HASHERS = real.PASSWORD_HASHERS
    user.set_password(GOOD)
    assert user.password.startswith("argon2$argon2id$")
    assert user.check_password(GOOD)


def test_a_user_without_a_password_cannot_sign_in(client: Client, db: None) -> None:
    User.objects.create(username="new", name="新")
    assert client.post("/sign-in/", {"username": "new", "password": "!"}).status_code == 422
