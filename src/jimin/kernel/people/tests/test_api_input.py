"""What a program may send: values of the kind the description names, and nothing beside."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from jimin.foundation.access.models import User
from jimin.foundation.access.scope import acting_as_system
from jimin.foundation.audit.models import Entry
from jimin.kernel.areas.tests.few import HERE, TOWNSHIP, few_areas
from jimin.kernel.people.models import Household

JSON = "application/json"
NEW = {"number": "1", "area": HERE, "residence": "rural"}


@pytest.fixture
def clerk(db: None, client: Client, make_user: Callable[..., User]) -> Client:
    few_areas()
    client.force_login(make_user("township_clerk", TOWNSHIP))
    return client


def households() -> int:
    with acting_as_system("test"):
        return Household.objects.count()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"number": True}, "值的类型不对，应为：文字（加引号）。"),
        ({"number": 7}, "值的类型不对，应为：文字（加引号）。"),
        ({"number": None}, "值的类型不对，应为：文字（加引号）。"),
        ({"address": False}, "值的类型不对，应为：文字（加引号）、null。"),
        ({"head": 1.5}, "值的类型不对，应为：整数、null、文字（加引号）。"),
        ({"head": [1]}, "这里应是单个的值。"),
        ({"address": "a\0"}, "内容里有不能使用的字符。"),
        ({"colour": "red"}, "没有这个字段，或不能写入。"),
    ],
)
def test_a_value_of_another_kind_is_refused(
    wrong: dict[str, Any], said: str, clerk: Client
) -> None:
    response = clerk.post("/api/household/", NEW | wrong, content_type=JSON)
    assert response.status_code == 422
    assert response.json()["errors"] == [{"field": next(iter(wrong)), "message": said}]
    assert households() == 0


def test_what_may_be_left_empty_may_also_be_null(clerk: Client) -> None:
    sent = NEW | {"address": None, "head": None}
    assert clerk.post("/api/household/", sent, content_type=JSON).status_code == 201


@pytest.mark.parametrize(
    "body",
    [
        b'{"address": "\\ud800"}',  # half a character, which no database takes
        b'{"\\udb28": 1}',
        b'{"number": NaN}',
        b'{"number": "1"',
        b"\xff",
    ],
)
def test_what_is_no_json_is_refused(body: bytes, clerk: Client) -> None:
    for address in ("/api/household/", "/api/cases/1/steps/accept"):
        response = clerk.post(address, body, content_type=JSON)
        assert response.status_code == 400, address
        assert response.json()["detail"] == "请求的内容不是 JSON。"
    assert households() == 0


def test_an_action_that_takes_nothing_refuses_what_is_sent_with_it(
    client: Client, make_user: Callable[..., User]
) -> None:
    few_areas()
    other = make_user("township_clerk", TOWNSHIP)
    client.force_login(make_user("administrator", "220200000000"))
    address = f"/api/user/{other.pk}/unlock"
    written = Entry.objects.count()
    response = client.post(address, {"reason": "x"}, content_type=JSON)
    assert response.status_code == 422
    assert response.json()["errors"][0]["field"] == "reason"
    assert Entry.objects.count() == written
    assert client.post(address, {}, content_type=JSON).status_code == 200


def test_an_order_that_does_not_exist_is_refused(clerk: Client) -> None:
    for sort in ("-number", ""):
        assert clerk.get("/api/household/", {"sort": sort}).status_code == 200
    for sort in ("colour", "--number", "pinyin"):
        response = clerk.get("/api/household/", {"sort": sort})
        assert response.status_code == 422
        assert "number、" in response.json()["errors"][0]["message"]


def test_an_address_with_what_no_database_takes_is_refused(clerk: Client) -> None:
    for address in ("/api/household/?q=%00", "/api/area/%00", "/api/cases/%00"):
        response = clerk.get(address)
        assert response.status_code == 400, address
        assert response.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    "wrong", [{"verison": 1}, {"version": "1"}, {"on": 0}, {"token": "a b"}, {"data": None}]
)
def test_a_step_takes_only_what_is_described(wrong: dict[str, Any], clerk: Client) -> None:
    response = clerk.post("/api/cases/1/steps/accept", {"data": {}, **wrong}, content_type=JSON)
    assert response.status_code == 422
    assert next(iter(wrong)) in response.json()["errors"][0]["field"]
