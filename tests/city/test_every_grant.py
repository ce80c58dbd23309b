"""The access matrix itself: each grant has a door, and without a post no door opens."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from jimin.foundation.access.matrix import matrix
from jimin.foundation.access.models import Post, User
from jimin.foundation.access.scope import acting_as, acting_as_system
from jimin.foundation.records.declare import registry

from .test_every_address import CITY, answer, gates

pytestmark = pytest.mark.django_db

# What is granted without an address of its own, and where it is asked for.
BEHIND = {
    ("awards.award", "grant"): "the step `confirm` of a case, and the approval of a month",
    ("awards.award", "change"): "the approval of a month",
    ("awards.award", "stop"): "the approval of a month",
    ("dibao", "investigate"): "the step `visit`: who can be put down as having been there",
    ("dibao", "recuse"): "an application that names relatives among the staff",
    ("jobs.job", "view"): "the jobs of others; one's own need no grant",
    ("jobs.job", "stop"): "the jobs of others",
    ("jobs.job", "retry"): "the jobs of others",
    ("page.dashboard", "view"): "the first page, which sends others on to their work",
    ("payments.payeeaccount", "add"): "an application that names an account",
    ("policy.release", "release"): "the service that releases a version of the rules",
}
ON_PAGES = ("import", "export", "unmask")  # every register has them, granted or not


def test_each_grant_has_a_door_and_each_door_a_grant() -> None:
    granted = {
        (subject, verb)
        for role in matrix().roles.values()
        for subject, verbs in role.grants.items()
        for verb in verbs
    }
    doors = {(gate.subject, gate.verb) for _name, gate in gates() if gate.subject}
    assert granted - doors == set(BEHIND)
    assert {door for door in doors - granted if door[1] not in ON_PAGES} == set()


DAY = dt.timedelta(days=1)
ENDED, TO_COME = (-30 * DAY, -DAY), (DAY, None)
SPANS = {"no post": [], "a post that has ended": [ENDED], "a post to come": [TO_COME]}
Span = tuple[dt.timedelta, dt.timedelta | None]


@pytest.mark.parametrize("role", matrix().roles)
@pytest.mark.parametrize("spans", SPANS.values(), ids=SPANS)
def test_a_post_that_is_not_in_force_reaches_nothing(role: str, spans: list[Span]) -> None:
    user = without_post(role, spans)
    grants = matrix().roles[role].grants
    assert {v for s, verbs in grants.items() for v in verbs if user.reach(v, s)} == set()
    with acting_as(user):
        assert [r.slug for r in registry.values() if r.rows().exists()] == []


def test_staff_without_a_post_in_force_open_no_door() -> None:
    client = Client()
    client.force_login(without_post("administrator", [ENDED, TO_COME]))
    opened = []
    for name, gate in gates():
        if not gate.subject:
            continue
        with acting_as_system("test"):
            where, _area = (gate.of() if gate.of else [({}, None)])[0]
        if answer(client, gate, reverse(name, kwargs=where)) == "opens":
            opened.append(f"{gate.method} {name} {where}")
    assert opened == []


def without_post(role: str, spans: list[Span]) -> User:
    """Somebody who held the role, or is to hold it, but does not today."""
    user = User.objects.create_user("none", "无岗")
    today = timezone.localdate()
    for first, last in spans:
        Post.objects.create(
            user=user,
            role=role,
            area_id=CITY,
            valid_from=today + first,
            valid_to=None if last is None else today + last,
        )
    return user
