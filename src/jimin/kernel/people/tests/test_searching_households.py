"""What a clerk types into the search box of the register of households."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from jimin.engine.matching.identity import check_character
from jimin.foundation.access.models import User
from jimin.foundation.access.scope import acting_as_system
from jimin.foundation.audit.models import Entry
from jimin.kernel.areas.tests.few import HERE, THERE, TOWNSHIP, few_areas
from jimin.kernel.people.models import Household, Member, Person

HEAD, WIFE, GONE, FOREIGN = (
    body + check_character(body)
    for body in ("22020219520307901", "22020219540607902", "22020219800101903", "22022119520307901")
)


@pytest.fixture
def clerk(db: None, client: Client, make_user: Callable[..., User]) -> Client:
    """A township's clerk; a household of three there, of whom one has left, and one elsewhere."""
    few_areas()
    with acting_as_system("test"):
        for area, number, lives in (
            (HERE, "H-1", [("张伟", HEAD, "0"), ("李芳", WIFE, "1"), ("张明", GONE, "2")]),
            (THERE, "H-2", [("王波", FOREIGN, "0")]),
        ):
            home = Household.objects.create(number=number, area_id=area, residence="rural")
            for name, citizen_id, relation in lives:
                person = Person.objects.create(name=name, citizen_id=citizen_id, area_id=area)
                left_on = dt.date(2015, 1, 1) if citizen_id == GONE else None
                Member.objects.create(
                    household=home, person=person, relation=relation, left_on=left_on
                )
                if relation == "0":
                    home.head = person
                    home.save()
    client.force_login(make_user("township_clerk", TOWNSHIP))
    return client


def found(clerk: Client, text: str) -> list[str]:
    items = clerk.get("/api/household/", {"q": text}).json()["items"]
    return [item["number"] for item in items]


@pytest.mark.parametrize("number", [HEAD, WIFE])
def test_a_household_is_found_by_the_number_of_whoever_lives_there(
    number: str, clerk: Client
) -> None:
    for text in (number, number[-4:], number[-6:], number.lower()):
        assert found(clerk, text) == ["H-1"], text
    assert found(clerk, number[-5:]) == []
    page = clerk.get("/records/household/", {"q": number}).content.decode()
    assert "H-1" in page


def test_who_has_left_leads_nowhere(clerk: Client) -> None:
    assert found(clerk, GONE) == []


def test_a_household_elsewhere_is_not_found_by_its_heads_number(clerk: Client) -> None:
    assert found(clerk, FOREIGN) == []
    with acting_as_system("test"):
        assert Household.objects.filter(head__citizen_id_digest__isnull=False).count() == 2


def test_a_member_who_is_registered_elsewhere_leads_to_the_home_here(clerk: Client) -> None:
    with acting_as_system("test"):
        Person.objects.filter(name="李芳").update(area_id=THERE)
    assert found(clerk, WIFE) == ["H-1"]


def test_the_numbers_stay_out_of_what_is_shown_and_of_the_history(clerk: Client) -> None:
    written = Entry.objects.count()
    page = clerk.get("/records/household/", {"q": WIFE[-6:]}).content.decode()
    answer = clerk.get("/api/household/", {"q": WIFE[-6:]}).content.decode()
    assert "H-1" in page
    for number in (HEAD, WIFE):
        assert number not in page + answer
    assert Entry.objects.count() == written  # as with persons: what is masked stays masked


def test_a_number_costs_no_more_queries_than_a_name(clerk: Client) -> None:
    def queries(text: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert found(clerk, text) == ["H-1"]
        return len(captured)

    found(clerk, "张伟")
    few = queries(WIFE)
    assert few <= queries("张伟")
    with acting_as_system("test"):
        home = Household.objects.get(number="H-1")
        for _n in range(6):
            person = Person.objects.create(name="张小", area_id=HERE)
            Member.objects.create(household=home, person=person, relation="2")
    assert queries(WIFE) == queries(HEAD[-6:]) == few


def test_a_number_is_looked_up_by_an_index(clerk: Client) -> None:
    with CaptureQueriesContext(connection) as captured:
        found(clerk, WIFE[-6:])
    if connection.vendor != "sqlite":
        pytest.skip("the plan is read in the words of SQLite")
    searched = next(q["sql"] for q in captured if "citizen_id_last_6" in q["sql"])
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN QUERY PLAN " + searched)
        plan = "\n".join(str(row[-1]) for row in cursor.fetchall())
    assert "citizen_id_last_6=?" in plan
    assert "SCAN people" not in plan, plan
