"""What the demo city holds was done by people who may do it."""

import pytest

from jimin.foundation.access.models import Post, User
from jimin.foundation.access.scope import acting_as_system
from jimin.foundation.audit.services import first_broken
from jimin.kernel.areas.models import Area
from jimin.kernel.cases.models import Case, Event
from jimin.kernel.payments.models import Roll
from jimin.kernel.people.models import Household, Member, Person
from jimin.project.demo import load as loading
from jimin.project.demo.cases import STORIES

from ..conftest import HOUSEHOLDS

pytestmark = pytest.mark.django_db


def test_everybody_lives_somewhere_and_staff_serve_them() -> None:
    with acting_as_system("test"):
        assert Area.objects.count() == 1814
        assert Household.objects.count() == HOUSEHOLDS
        assert Member.objects.count() == Person.objects.count() > 2 * HOUSEHOLDS
    assert {post.role for post in Post.objects.all()} == {
        "city_leader",
        "city_officer",
        "city_planner",
        "city_unit",
        "administrator",
        "county_officer",
        "county_paymaster",
        "county_director",
        "township_clerk",
        "community_worker",
    }
    assert User.objects.filter(username="xinghua.clerk").exists()


def test_half_a_year_is_paid() -> None:
    with acting_as_system("test"):
        rolls = Roll.objects.filter(area_id="220204000000").order_by("month")
        assert [f"{roll.month:%Y-%m} {roll.state}" for roll in rolls] == [
            "2016-01 exported",
            "2016-02 exported",
            "2016-03 exported",
            "2016-04 exported",
            "2016-05 exported",
            "2016-06 released",
        ]
        assert all(roll.amount > 0 for roll in rolls)
        assert all(roll.prepared_by_id != roll.released_by_id for roll in rolls)
        june = {roll.area_id[:6]: roll.state for roll in Roll.objects.filter(month="2016-06-01")}
        assert june["220203"] == "prepared"
        assert "220202" not in june


def test_cases_stand_in_every_state() -> None:
    with acting_as_system("test"):
        states = set(Case.objects.values_list("state", flat=True))
        overdue = [case for case in Case.objects.all() if case.due_on and not case.closed_on]
    assert states >= {
        "applied",
        "correcting",
        "accepted",
        "visited",
        "proposed",
        "approved",
        "on_notice",
        "reinvestigating",
        "refusing",
        "refused",
        "withdrawn",
        "awarded",
    }
    assert overdue


def test_every_step_was_taken_by_a_person_who_may() -> None:
    with acting_as_system("test"):
        events = list(Event.objects.select_related("case", "actor"))
    assert len(events) >= sum(len(story.steps) for story in STORIES)
    for event in events:
        assert event.actor
        assert event.actor.may(event.step, "dibao", event.case.area_id), event.step


def test_the_chain_of_the_log_is_whole() -> None:
    assert first_broken() is None


def test_loading_again_changes_nothing() -> None:
    assert loading.load(99) == loading.Loaded(HOUSEHOLDS, 2016)
    with acting_as_system("test"):
        assert Household.objects.count() == HOUSEHOLDS
