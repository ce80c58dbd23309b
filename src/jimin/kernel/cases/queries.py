"""Reads about cases: the inbox, the log, the office a case belongs to."""

import datetime as dt

from django.db import models

from jimin.foundation.access.models import User
from jimin.foundation.documents.services import Unit
from jimin.kernel.areas.models import Area
from jimin.kernel.areas.rules import ancestors

from .models import Case, Event
from .rules import PROCEDURES, short_name

COUNTY = 2  # place of the county among the ancestors of an area


def unit_of(area: str) -> Unit:
    """The county whose series a case is numbered in; the city's own cases are the city's."""
    line = ancestors(area)
    code = line[min(COUNTY, len(line) - 1)]
    name = Area.objects.values_list("name", flat=True).get(pk=code)
    return Unit(code, short_name(name))


def last_event(case: Case) -> Event | None:
    return Event._base_manager.filter(case=case).order_by("-order").first()


def to_do(user: User) -> models.QuerySet[Case]:
    """Open cases in which the next step is the user's to take, nearest deadline first."""
    mine = models.Q()
    for procedure in PROCEDURES.values():
        for state in procedure.states:
            steps = [s for s in procedure.steps_from(state.name) if not s.is_grave]
            for first, last in {ends for s in steps for ends in user.reach(s.name, procedure.name)}:
                mine |= models.Q(
                    procedure=procedure.name,
                    state=state.name,
                    area_id__gte=first,
                    area_id__lte=last,
                )
    cases = Case.objects.filter(mine) if mine else Case.objects.none()
    return cases.exclude(recusals__user=user).order_by(
        models.F("due_on").asc(nulls_last=True), "id"
    )


def handled(user: User) -> models.QuerySet[Case]:
    """Open cases the user has taken a step in and others go on with now."""
    return (
        Case.objects.filter(
            closed_on=None, pk__in=Event._base_manager.filter(actor=user).values("case")
        )
        .exclude(pk__in=to_do(user).order_by().values("pk"))
        .order_by(models.F("due_on").asc(nulls_last=True), "id")
    )


def closed() -> models.QuerySet[Case]:
    return Case.objects.exclude(closed_on=None).order_by("-closed_on", "-id")


def search(cases: models.QuerySet[Case], text: str) -> models.QuerySet[Case]:
    """By number, or the applicant's name or pinyin initials."""
    text = text.strip()
    if not text:
        return cases
    return cases.filter(
        models.Q(number__contains=text)
        | models.Q(applicant__startswith=text)
        | models.Q(initials__startswith=text.lower())
    )


def overdue(cases: models.QuerySet[Case], today: dt.date) -> models.QuerySet[Case]:
    return cases.filter(due_on__lt=today)
