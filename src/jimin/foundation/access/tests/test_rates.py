"""The API may be asked so many times a minute, whatever the number of server processes."""

from typing import Any

import pytest
from django.test import Client

from jimin.foundation.access import rates
from jimin.foundation.access.models import Rate, User
from jimin.foundation.access.rates import Counter

NOON = 1_780_000_040.0  # a moment 20 seconds into its minute


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch, settings: Any) -> list[float]:
    now = [NOON]
    monkeypatch.setattr("jimin.foundation.access.rates.time.time", lambda: now[0])
    monkeypatch.setattr(rates, "counter", Counter())
    settings.API_LIMITS = {"token": 50, "user": 100, "address": 200}
    return now


def taken(kind: str, name: object, tries: int) -> int:
    return sum(rates.take({kind: name}) == 0 for _ in range(tries))


@pytest.mark.django_db
def test_no_more_than_the_limit_in_a_minute(clock: list[float]) -> None:
    assert taken("token", 1, 70) == 50
    assert taken("token", 2, 70) == 50
    assert rates.take({"token": 1}) == 40  # seconds until the next minute
    clock[0] += 40
    assert taken("token", 1, 70) == 50


@pytest.mark.django_db
def test_two_processes_share_one_limit(clock: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = Counter(), Counter()
    served = 0
    for number in range(100):
        monkeypatch.setattr(rates, "counter", (one, other)[number % 2])
        served += taken("token", 1, 1)
    assert served == 50


@pytest.mark.django_db
def test_few_requests_ask_the_database(clock: list[float]) -> None:
    taken("user", 1, 5)
    assert Rate.objects.get().used == 5
    taken("user", 1, 1)
    assert Rate.objects.get().used == 10


@pytest.mark.django_db
def test_counts_of_past_minutes_are_deleted(clock: list[float]) -> None:
    taken("user", 1, 1)
    clock[0] += 240
    taken("user", 2, 1)
    assert Rate.objects.count() == 1


@pytest.mark.django_db
def test_zero_is_no_limit(clock: list[float], settings: Any) -> None:
    settings.API_LIMITS = {"token": 0}
    assert taken("token", 1, 300) == 300
    assert not Rate.objects.exists()


@pytest.mark.parametrize("kind", ["user", "address"])
def test_who_asks_too_often_is_told_how_long_to_wait(
    kind: str,
    clock: list[float],
    settings: Any,
    places: None,
    make_user: object,
    client: Client,
) -> None:
    assert callable(make_user)
    user = make_user("township_clerk", "220202001000")
    assert isinstance(user, User)
    client.force_login(user)
    settings.API_LIMITS = {"token": 0, "user": 0, "address": 0, kind: 3}
    assert [client.get("/api/person/").status_code for _ in range(4)] == [200, 200, 200, 429]
    refused = client.get("/api/person/", headers={"Accept-Language": "en"})
    assert refused.headers["Retry-After"] == "40"
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert "40 seconds" in refused.json()["detail"]
    assert client.get("/records/person/").status_code == 200
