"""The first page."""

import datetime as dt
import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from jimin.foundation.access.models import User
from jimin.foundation.access.scope import System
from jimin.kernel.awards.models import Award
from jimin.kernel.payments.models import Roll
from jimin.kernel.people.models import Household
from jimin.kernel.workplans.services import ledger

pytestmark = pytest.mark.django_db
CITY, CHANGYI = "220200000000", "220202000000"
CODES = [f"2202{n:02d}000000" for n in (2, 3, 4, 11, 21, 81, 82, 83, 84)]


@pytest.fixture
def sign_in(divisions: None, make_user: Any) -> Any:
    def made(role: str, area: str) -> Client:
        client = Client()
        client.force_login(make_user(role, area))
        return client

    return made


def charts(page: str) -> Any:
    found = re.search(r'<script id="charts" type="application/json">(.*?)</script>', page, re.S)
    assert found
    return json.loads(found.group(1))


def test_leaders_see_the_sums_of_the_records(sign_in: Any) -> None:
    ledger.load_statistics(actor=System("试验"))
    ledger.load_ledger(actor=System("试验"))
    month = dt.date(2016, 12, 1)  # nothing is kept, so the page is of the end of the year
    for number, (area, amount) in enumerate(
        [("220202001001", "100.10"), ("220202001001", "200.00"), ("220221100001", "50.50")]
    ):
        household = Household.objects.create(number=f"H{number}", area_id=area, residence="urban")
        Award.objects.create(
            benefit="dibao", household=household, area_id=area, residence="urban", size=2,
            amount=Decimal(amount), from_month=month, basis="试验",
        )  # fmt: skip
    Roll.objects.create(
        benefit="dibao", area_id=CHANGYI, month=month, state="released", households=2,
        persons=4, amount=Decimal("300.10"),
    )  # fmt: skip
    Roll.objects.create(
        benefit="dibao", area_id="220221000000", month=month, state="prepared", households=1,
        persons=2, amount=Decimal("50.50"),
    )  # fmt: skip
    page = sign_in("city_leader", CITY).get("/").content.decode()
    found = charts(page)
    places = {place["code"]: place for place in found["map"]["places"]}
    assert list(places) == CODES
    assert (places[CHANGYI]["households"], places[CHANGYI]["paid"]) == (2, "300.10")
    assert (places["220221000000"]["households"], places["220221000000"]["paid"]) == (1, "0")
    assert found["trend"]["months"] == ["2016-12"]
    assert found["trend"]["paid"] == ["300.10"]
    assert sum(sum(each["counts"]) for each in found["lights"]["series"]) == 36
    for shown in ("350.60", "300.10", "保障 6 人"):
        assert shown in page


def test_a_county_director_sees_the_same_page(sign_in: Any) -> None:
    response = sign_in("county_director", CHANGYI).get("/")
    assert response.status_code == 200
    assert len(charts(response.content.decode())["map"]["places"]) == 9


@pytest.mark.parametrize("role", ["township_clerk", "county_officer", "community_worker"])
def test_others_are_led_to_their_inbox(sign_in: Any, role: str) -> None:
    area = {"county_officer": CHANGYI, "township_clerk": "220202001000"}.get(role, "220202001001")
    response = sign_in(role, area).get("/")
    assert (response.status_code, response.headers["Location"]) == (302, "/cases/")


def test_who_holds_no_post_is_refused(db: None) -> None:
    client = Client()
    client.force_login(User.objects.create_user("nobody", "无岗位", "password"))
    assert client.get("/").status_code == 403


def test_the_map_has_the_nine_counties_and_stays_small() -> None:
    path = finders.find("project/jilin_counties.geojson")
    assert path
    shapes = json.loads(Path(path).read_text(encoding="utf-8"))
    assert sorted(shape["properties"]["code"] for shape in shapes["features"]) == CODES
    assert Path(path).stat().st_size < 150_000
