"""The log only grows, and rows are seen by procedure and area."""

import datetime as dt
import importlib
from typing import Any

import pytest
from django.apps import apps

from jimin.foundation.access.scope import acting_as, acting_as_system
from jimin.kernel.areas.models import Area
from jimin.kernel.cases.models import Case, Event


@pytest.fixture
def case(divisions: None) -> Case:
    area = Area.objects.get(pk="220202001001")
    case = Case.objects.create(
        number="样〔2016〕昌邑001号",
        procedure="dibao",
        area=area,
        title="样例",
        applicant="吕小布",
        state="applied",
        opened_on=dt.date(2016, 7, 4),
        version=1,
    )
    Event.objects.create(
        case=case,
        order=1,
        step="apply",
        actor_label="测试",
        happened_on=case.opened_on,
        after="applied",
    )
    return case


def test_an_event_is_neither_changed_nor_deleted(case: Case) -> None:
    event = Event._base_manager.get()
    event.note = "改"
    with pytest.raises(TypeError, match="never changed"):
        event.save()
    with pytest.raises(TypeError, match="never deleted"):
        event.delete()
    assert Event._base_manager.get().note == ""


def test_the_name_is_found_by_its_initials(case: Case) -> None:
    assert case.initials == "lxb"


def test_cases_from_before_are_spelled_as_surnames_are_read(case: Case) -> None:
    Case._base_manager.update(applicant="单小布", initials="dxb")
    migration = importlib.import_module("jimin.kernel.cases.migrations.0002_surnames_as_read")
    migration.respell(apps, None)
    assert Case._base_manager.get().initials == "sxb"


def test_cases_and_their_parts_are_seen_within_the_area_of_the_post(
    case: Case, make_user: Any
) -> None:
    assert not Case.objects.exists()
    with acting_as_system("test"):
        assert case.events.count() == 1
    with acting_as(make_user("township_clerk", "220202001000")):
        assert (Case.objects.count(), case.events.count()) == (1, 1)
        assert Case.objects.within("accept").count() == 1
        assert Case.objects.within("approve").count() == 0
    with acting_as(make_user("township_clerk", "220203001000")):
        assert (Case.objects.count(), case.events.count()) == (0, 0)
    with acting_as(make_user("county_paymaster", "220202000000")):
        assert Case.objects.count() == 0
