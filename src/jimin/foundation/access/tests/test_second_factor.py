import base64
import re
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client

from jimin.foundation.access import second_factor
from jimin.foundation.access.matrix import Matrix, Role
from jimin.foundation.access.models import RecoveryCode, SecondFactor, User
from jimin.foundation.audit.models import Entry

MakeUser = Callable[..., User]
TOWNSHIP = "220202001000"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
PAGE = "/my/second-factor/"
NOW = 1_000_000  # a time step


@pytest.fixture(autouse=True)
def matrix(monkeypatch: pytest.MonkeyPatch) -> None:
    roles = {
        "clerk": Role("clerk", "经办", "township", {}),
        "judge": Role("judge", "审批", "county", {}, second_factor=True),
    }
    monkeypatch.setattr("jimin.foundation.access.models.matrix", lambda: Matrix(roles))


class Clock:
    def __init__(self) -> None:
        self.step = NOW


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    found = Clock()
    monkeypatch.setattr(second_factor, "step_now", lambda: found.step)
    return found


@pytest.fixture
def user(places: None, make_user: MakeUser) -> User:
    return make_user("clerk", TOWNSHIP)


@pytest.fixture
def bound(user: User) -> User:
    """A user whose second factor is in use."""
    second_factor.begin_enrolment(actor=user)
    SecondFactor.objects.filter(user=user).update(last_step=0)
    factor = SecondFactor.objects.get(user=user)
    factor.secret = SECRET
    factor.save()
    second_factor.confirm_enrolment(actor=user, code=code(NOW - 1))
    return user


def code(step: int) -> str:
    return second_factor.code_at(SECRET, step)


def with_password(user: User) -> Client:
    client = Client()
    answer = client.post("/sign-in/", {"username": user.username, "password": "password"})
    assert answer.headers["Location"] == "/sign-in/code/"
    return client


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


@pytest.mark.parametrize(
    ("counter", "expected"),
    [(0, "755224"), (1, "287082"), (2, "359152"), (5, "254676"), (9, "520489")],
)
def test_codes_are_those_of_rfc_4226(counter: int, expected: str) -> None:
    secret = base64.b32encode(b"12345678901234567890").decode()
    assert second_factor.code_at(secret, counter) == expected


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")],
)
def test_codes_are_those_of_rfc_6238(seconds: int, expected: str) -> None:
    secret = base64.b32encode(b"12345678901234567890").decode()
    assert second_factor.code_at(secret, seconds // second_factor.STEP) == expected


def test_binding_asks_for_a_code_and_shows_recovery_codes_once(client: Client, user: User) -> None:
    client.force_login(user)
    client.post("/my/second-factor/begin/")
    factor = SecondFactor.objects.get(user=user)
    page = client.get(PAGE).content.decode()
    assert "<svg" in page
    assert factor.secret in re.sub(r"\s", "", page)
    assert second_factor.factor_of(user) is None
    right = second_factor.code_at(factor.secret, NOW)
    wrong = f"{(int(right) + 1) % 1_000_000:06}"
    assert client.post(PAGE, {"code": wrong}).status_code == 422
    page = client.post(PAGE, {"code": right}).content.decode()
    codes = re.findall(r"<code>(\w{5}-\w{5})</code>", page)
    assert len(set(codes)) == 10
    assert second_factor.factor_of(user) == factor
    assert codes[0] not in client.get(PAGE).content.decode()
    assert [e.verb for e in Entry.objects.all()] == ["second_factor_on"]


def test_the_secret_and_the_recovery_codes_are_not_in_the_database(bound: User) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM access_secondfactor")
        assert SECRET not in cursor.fetchone()[0]
    assert all(len(row.digest) == 64 for row in RecoveryCode.objects.all())


def test_the_address_of_the_picture_says_what_a_phone_must_know(bound: User) -> None:
    uri = second_factor.provisioning_uri(SecondFactor.objects.get())
    assert uri.startswith("otpauth://totp/")
    assert f"secret={SECRET}" in uri
    assert "digits=6" in uri
    assert "period=30" in uri


def test_nobody_is_signed_in_before_the_code(bound: User) -> None:
    client = with_password(bound)
    assert not is_in(client)
    assert client.get("/my/sign-ins/").status_code == 302
    assert client.post("/sign-in/code/", {"code": code(NOW)}).headers["Location"] == "/"
    assert is_in(client)
    line = Entry.objects.order_by("-id")[0]
    assert (line.verb, line.values["second_factor"]) == ("sign_in", True)


@pytest.mark.parametrize("offset", [-1, 0, 1])
def test_a_clock_half_a_minute_off_is_no_error(bound: User, clock: Clock, offset: int) -> None:
    clock.step = NOW + 10
    client = with_password(bound)
    client.post("/sign-in/code/", {"code": code(NOW + 10 + offset)})
    assert is_in(client)


@pytest.mark.parametrize("offset", [-2, 2])
def test_a_code_of_another_minute_is_refused(bound: User, clock: Clock, offset: int) -> None:
    clock.step = NOW + 10
    client = with_password(bound)
    assert client.post("/sign-in/code/", {"code": code(NOW + 10 + offset)}).status_code == 422
    assert not is_in(client)


def test_a_code_is_good_once(bound: User) -> None:
    first, second = with_password(bound), with_password(bound)
    assert first.post("/sign-in/code/", {"code": code(NOW)}).status_code == 302
    page = second.post("/sign-in/code/", {"code": code(NOW)})
    assert page.status_code == 422
    assert "验证码不对或已用过。" in page.content.decode()
    assert not is_in(second)


def test_an_older_code_is_refused_after_a_newer_one(bound: User) -> None:
    first, second = with_password(bound), with_password(bound)
    first.post("/sign-in/code/", {"code": code(NOW + 1)})
    assert second.post("/sign-in/code/", {"code": code(NOW)}).status_code == 422


def test_full_width_digits_and_spaces_are_no_error(bound: User) -> None:
    client = with_password(bound)
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in code(NOW))
    client.post("/sign-in/code/", {"code": f"{wide[:3]} {wide[3:]}"})
    assert is_in(client)


def test_after_five_wrong_codes_even_the_right_one_must_wait(bound: User) -> None:
    client = with_password(bound)
    for _attempt in range(5):
        assert client.post("/sign-in/code/", {"code": "000000"}).status_code == 422
    page = client.post("/sign-in/code/", {"code": code(NOW)})
    assert page.status_code == 429
    assert "请等待" in page.content.decode()
    again = with_password(bound)  # a new start does not start the count again
    assert again.post("/sign-in/code/", {"code": code(NOW)}).status_code == 429


def test_a_recovery_code_is_good_once_and_written_down(bound: User) -> None:
    codes = second_factor.renew_codes(actor=bound, code=code(NOW))
    client = with_password(bound)
    assert client.post("/sign-in/code/", {"code": codes[3].lower()}).status_code == 302
    assert second_factor.codes_left(bound) == 9
    assert Entry.objects.filter(verb="recovery_code_used", key=str(bound.pk)).count() == 1
    again = with_password(bound)
    assert again.post("/sign-in/code/", {"code": codes[3]}).status_code == 422


def test_a_recovery_code_of_another_is_worth_nothing(bound: User, make_user: MakeUser) -> None:
    codes = second_factor.renew_codes(actor=bound, code=code(NOW))
    other = make_user("clerk", TOWNSHIP)
    SecondFactor.objects.create(user=other, secret=SECRET, confirmed_at="2016-01-01T00:00Z")
    with pytest.raises(ValidationError):
        second_factor.use_code(user=other, code=codes[0])


def test_taking_it_off_needs_a_code(client: Client, bound: User) -> None:
    client.force_login(bound)
    assert client.post("/my/second-factor/remove/", {"code": "000000"}).status_code == 422
    assert client.post("/my/second-factor/begin/").status_code == 302
    assert second_factor.factor_of(bound) is not None
    assert SecondFactor.objects.get(user=bound).secret == SECRET
    assert client.post("/my/second-factor/remove/", {"code": code(NOW)}).status_code == 302
    assert second_factor.factor_of(bound) is None
    assert not RecoveryCode.objects.filter(user=bound).exists()


def test_a_password_changed_between_the_two_steps_ends_the_attempt(bound: User) -> None:
    client = with_password(bound)
    bound.set_password("another")
    bound.save()
    answer = client.post("/sign-in/code/", {"code": code(NOW)})
    assert answer.headers["Location"] == "/sign-in/"
    assert not is_in(client)


def test_who_decides_must_bind_one_before_anything_else(
    client: Client, places: None, make_user: MakeUser
) -> None:
    judge = make_user("judge", TOWNSHIP)
    SecondFactor.objects.all().delete()
    client.force_login(judge)
    for address in ("/", "/records/person/", "/my/sign-ins/", "/access/"):
        assert client.get(address).headers["Location"] == PAGE
    assert "登录时除密码外还须输入手机上的动态口令" in client.get(PAGE).content.decode()
    client.post("/my/second-factor/begin/")
    factor = SecondFactor.objects.get(user=judge)
    client.post(PAGE, {"code": second_factor.code_at(factor.secret, NOW)})
    assert client.get("/my/sign-ins/").status_code == 200


def test_the_demo_demands_none_but_asks_for_one_that_is_bound(
    client: Client, places: None, make_user: MakeUser, settings: Any
) -> None:
    settings.DEMO = True
    judge = make_user("judge", TOWNSHIP)
    with_password(judge)  # bound: the code is asked for
    SecondFactor.objects.all().delete()
    client.post("/sign-in/", {"username": judge.username, "password": "password"})
    assert client.get("/my/sign-ins/").status_code == 200


@pytest.mark.django_db(transaction=True)
@pytest.mark.postgres
def test_of_two_who_send_the_same_code_at_once_one_comes_in(bound: User) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer at a time")
    outcomes: list[str] = []

    def use(text: str) -> None:
        try:
            outcomes.append(second_factor.use_code(user=bound, code=text))
        except ValidationError:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=use, args=(code(NOW),)) for _n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["phone", "refused", "refused", "refused"]
