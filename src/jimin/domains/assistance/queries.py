"""Reads for dibao: a family's members, its declaration, its visits, its notice."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db import models

from jimin.foundation.access.matrix import matrix
from jimin.foundation.access.models import User
from jimin.kernel.areas.rules import ancestors, reach
from jimin.kernel.awards.models import Award, Benefit
from jimin.kernel.cases.models import Case, Event
from jimin.kernel.people.models import Household, Member

from .models import Application, Assessment, Declaration, HomeVisit, PublicNotice
from .rules import FLAGS, MONEY, household_inputs

TOWNSHIP = 3  # place of the township among the ancestors of an area


def members_of(household: Household) -> list[Member]:
    """Who lives in the household now, the head first."""
    return list(
        Member.objects.filter(household=household, left_on=None)
        .select_related("person")
        .order_by("relation", "id")
    )


def current_declaration(household: Household) -> Declaration | None:
    return Declaration._base_manager.filter(household=household, is_current=True).first()


def open_award(household: Household) -> Award | None:
    """Asked without regard to the area: a family has one award wherever it lives."""
    return Award._base_manager.filter(
        household=household, benefit=Benefit.DIBAO, to_month=None
    ).first()


def open_application(household: Household) -> Case | None:
    return Case._base_manager.filter(household=household, procedure="dibao", closed_on=None).first()


def inputs_of(
    declaration: Declaration,
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The household's and the members' facts as the rules take them."""
    household = declaration.household
    facts = household_inputs(
        area=household.area_id,
        residence=household.residence,
        financial_assets=declaration.financial_assets,
        vehicles=declaration.vehicles,
        dwellings=declaration.dwellings,
        last_amount=declaration.last_amount,
        over_since=declaration.over_since,
    )
    rows = declaration.members.select_related("person").order_by("relation", "id")
    members = [
        {
            "name": row.person.name,
            "birth": row.birth,
            "disability_grade": row.disability_grade,
            **{name: getattr(row, name) for name in (*FLAGS, *MONEY)},
        }
        for row in rows
    ]
    return facts, members


def application_of(case: Case) -> Application:
    return Application._base_manager.select_related(
        "declaration__household", "assessment", "account__holder"
    ).get(case=case)


def visits_of(application: Application) -> Sequence[HomeVisit]:
    return list(HomeVisit._base_manager.filter(application=application).order_by("id"))


def notice_of(application: Application) -> PublicNotice | None:
    """The last notice; an objection makes the next one necessary."""
    return PublicNotice._base_manager.filter(application=application).order_by("-id").first()


def accepted_on(case: Case) -> dt.date | None:
    return (
        Event._base_manager.filter(case=case, step="accept")
        .order_by("-order")
        .values_list("happened_on", flat=True)
        .first()
    )


def staff_of(area: str, verb: str) -> models.QuerySet[User]:
    """Those whose post, at the area's township, within it or above it, allows a verb of dibao."""
    line = ancestors(area)
    first, last = reach(line[min(TOWNSHIP, len(line) - 1)])
    roles = [role.name for role in matrix().allowing(verb, "dibao")]
    return (
        User.objects.filter(
            models.Q(posts__area_id__in=line) | models.Q(posts__area_id__range=(first, last)),
            posts__role__in=roles,
            posts__valid_to=None,
            is_active=True,
        )
        .distinct()
        .order_by("name", "pk")
    )


def latest_assessment(household: Household) -> Assessment | None:
    return Assessment._base_manager.filter(declaration__household=household).order_by("-id").first()


def month_to_assess(case: Case) -> dt.date:
    """The month of the case's last step: what the rules say is said for the case's own time."""
    last = Event._base_manager.filter(case=case).order_by("-order").first()
    return case.opened_on if last is None else last.happened_on
