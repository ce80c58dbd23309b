import datetime as dt
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from jimin.foundation.access import throttle
from jimin.foundation.access.matrix import MatrixError, read
from jimin.foundation.access.models import Session, Throttle, User
from jimin.foundation.audit.models import Entry

MakeUser = Callable[..., User]
WRONG = "登录名或密码不对。请重新输入；忘记密码请联系本单位管理员。"


@pytest.fixture
def user(places: None, make_user: MakeUser) -> User:
    return make_user("township_clerk", "220202001000")


def attempt(client: Client, username: str, password: str, **headers: Any) -> Any:
    return client.post("/sign-in/", {"username": username, "password": password}, **headers)


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def later(monkeypatch: pytest.MonkeyPatch, **ahead: int) -> None:
    moment = timezone.now() + dt.timedelta(**ahead)
    monkeypatch.setattr(timezone, "now", lambda: moment)


def test_the_right_password_signs_in_and_is_written_down(client: Client, user: User) -> None:
    answer = attempt(client, user.username, "password", headers={"User-Agent": "Firefox"})
    assert answer.status_code == 302
    assert client.session["_auth_user_id"] == str(user.pk)
    line = Entry.objects.get()
    assert (line.verb, line.actor, line.key) == ("sign_in", user, str(user.pk))
    assert line.values == {"address": "127.0.0.1", "agent": "Firefox", "second_factor": False}


@pytest.mark.parametrize(
    ("username", "password"), [("user1", "wrong"), ("nobody", "password"), ("inactive", "password")]
)
def test_anything_else_is_refused_in_the_same_words(
    client: Client, user: User, make_user: MakeUser, username: str, password: str
) -> None:
    other = make_user("township_clerk", "220202001000")
    User.objects.filter(pk=other.pk).update(username="inactive", is_active=False)
    page = attempt(client, username, password)
    assert page.status_code == 422
    assert not is_in(client)
    assert "错误：" in page.content.decode()
    assert WRONG in page.content.decode()


def test_an_empty_form_asks_for_what_is_missing_and_counts_nothing(
    client: Client, db: None
) -> None:
    page = attempt(client, "user1", "")
    assert page.status_code == 422
    assert "请填写密码。" in page.content.decode()
    assert not Throttle.objects.exists()


def test_a_failure_is_written_down_without_what_was_typed(client: Client, user: User) -> None:
    attempt(client, user.username, "wrong")
    attempt(client, "my-password-by-mistake", "x")
    known, unknown = Entry.objects.order_by("id")
    assert (known.verb, known.key, known.actor) == ("sign_in_failed", str(user.pk), None)
    assert known.values == {"address": "127.0.0.1", "wrong": "password"}
    assert unknown.key == ""
    assert unknown.values["username"] == "m" + "*" * 21


@pytest.mark.parametrize("name", ["user1", "nobody-has-this-name"])
def test_after_five_wrong_attempts_even_the_right_password_must_wait(
    client: Client, user: User, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    later(monkeypatch, seconds=0)  # the clock stands still
    for _attempt in range(5):
        assert attempt(client, name, "wrong").status_code == 422
    page = attempt(client, name, "password")
    assert page.status_code == 429
    assert "连续输入错误次数过多。请等待 30 秒后再试。" in page.content.decode()
    assert not is_in(client)


def test_each_further_wrong_attempt_doubles_the_wait_up_to_a_quarter_of_an_hour(
    client: Client, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _attempt in range(4):
        attempt(client, user.username, "wrong")
    waits = []
    for _attempt in range(7):
        attempt(client, user.username, "wrong")
        row = Throttle.objects.get(key=throttle.ACCOUNT.key(user.username))
        assert row.blocked_until is not None
        waits.append(round((row.blocked_until - row.last_at).total_seconds()))
        later(monkeypatch, seconds=waits[-1] + 1)
    assert waits == [30, 60, 120, 240, 480, 900, 900]


def test_after_the_wait_the_right_password_signs_in_and_all_is_forgotten(
    client: Client, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _attempt in range(5):
        attempt(client, user.username, "wrong")
    later(monkeypatch, seconds=31)
    assert attempt(client, user.username, "password").status_code == 302
    assert not Throttle.objects.filter(key=throttle.ACCOUNT.key(user.username)).exists()


def test_an_address_that_tries_many_names_must_wait_and_others_need_not(
    client: Client, user: User
) -> None:
    for number in range(30):
        assert attempt(client, f"guess{number}", "wrong").status_code == 422
    assert attempt(client, user.username, "password").status_code == 429
    other = Client(REMOTE_ADDR="10.0.0.2")
    assert attempt(other, user.username, "password").status_code == 302


def test_a_right_password_does_not_pay_for_wrong_ones_from_the_same_address(
    client: Client, user: User
) -> None:
    for number in range(29):
        attempt(client, f"guess{number}", "wrong")
    assert attempt(Client(), user.username, "password").status_code == 302
    assert attempt(client, "guess30", "wrong").status_code == 422
    assert attempt(client, "guess31", "wrong").status_code == 429


def test_an_ipv6_client_is_its_whole_network(client: Client, db: None) -> None:
    for number in range(30):
        attempt(client, f"guess{number}", "x", REMOTE_ADDR=f"2001:db8:1:2::{number:x}")
    assert attempt(client, "x", "x", REMOTE_ADDR="2001:db8:1:2:ffff::1").status_code == 429
    assert attempt(client, "x", "x", REMOTE_ADDR="2001:db8:1:3::1").status_code == 422


@pytest.mark.parametrize(
    ("proxies", "seen"), [(0, "10.0.0.9"), (1, "203.0.113.7"), (2, "198.51.100.1")]
)
def test_the_clients_address_is_what_our_own_proxies_say_and_nothing_else(
    client: Client, user: User, settings: Any, proxies: int, seen: str
) -> None:
    settings.TRUSTED_PROXIES = proxies
    headers = {"X-Forwarded-For": "6.6.6.6, 198.51.100.1, 203.0.113.7"}
    attempt(client, user.username, "wrong", headers=headers, REMOTE_ADDR="10.0.0.9")
    assert Entry.objects.get().values["address"] == seen


@pytest.mark.django_db(transaction=True)
@pytest.mark.postgres
def test_guesses_sent_at_once_to_several_servers_are_all_counted(user: User) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer at a time")
    statuses: list[int] = []

    def guess() -> None:
        try:
            statuses.append(attempt(Client(), user.username, "wrong").status_code)
        finally:
            connection.close()

    threads = [threading.Thread(target=guess) for _n in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [422] * 5 + [429] * 7


def test_a_name_typed_with_spaces_around_is_the_same_account(client: Client, user: User) -> None:
    for _attempt in range(5):
        attempt(client, f" {user.username} ", "wrong")
    assert attempt(client, user.username, "password").status_code == 429


@pytest.mark.parametrize(
    ("wanted", "reached"),
    [
        ("/records/person/?q=1", "/records/person/?q=1"),
        ("https://elsewhere.example/", "/"),
        ("//elsewhere.example/", "/"),
        ("/sign-out/", "/"),
        ("", "/"),
    ],
)
def test_the_way_goes_on_where_the_user_wanted_but_never_elsewhere(
    client: Client, user: User, wanted: str, reached: str
) -> None:
    data = {"username": user.username, "password": "password", "next": wanted}
    assert client.post("/sign-in/", data).headers["Location"] == reached


def test_signing_out_is_written_down_and_ends_the_session(client: Client, user: User) -> None:
    client.force_login(user)
    assert client.get("/sign-out/").status_code == 405
    assert Session.objects.filter(user=user).count() == 1
    client.post("/sign-out/")
    assert Entry.objects.get().verb == "sign_out"
    assert not Session.objects.filter(user=user).exists()


def test_a_part_of_a_page_asked_for_after_the_session_ended_brings_the_whole_page(
    client: Client, db: None
) -> None:
    shown = "http://testserver/records/person/?q=zw"
    headers = {"HX-Request": "true", "HX-Current-URL": shown}
    answer = client.get("/records/person/?q=zwx", headers=headers)
    assert answer.status_code == 200
    assert answer.headers["HX-Redirect"] == "/sign-in/?next=%2Frecords%2Fperson%2F%3Fq%3Dzw"


def test_an_access_file_with_a_slip_names_the_role(tmp_path: Path) -> None:
    file = tmp_path / "access.yaml"
    file.write_text("roles:\n  clerk: {label: 经办, level: county, grants: {a.b: view}}\n")
    with pytest.raises(MatrixError, match=r"role clerk, a\.b: write the verbs as a list"):
        read(file)
    file.write_text("roles:\n  clerk: {label: 经办, level: county, second_factor: 1, grants: {}}\n")
    with pytest.raises(MatrixError, match="role clerk, second_factor: write true or false"):
        read(file)
