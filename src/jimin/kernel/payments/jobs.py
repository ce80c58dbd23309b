"""The roll of a county, made in the background when it is long."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jimin.foundation.access.models import User
from jimin.foundation.jobs import services as jobs
from jimin.foundation.jobs.declare import Kind
from jimin.foundation.jobs.models import Job
from jimin.foundation.jobs.run import Run
from jimin.kernel.areas.models import Area
from jimin.kernel.awards.rules import month_of

from .models import Roll
from .services import (
    awards_due,
    prepare_again,
    prepare_roll,
    require_preparable,
    require_remakable,
)

AT_ONCE = 500  # lines of a roll made while the clerk waits: a second or two


@dataclass(frozen=True)
class Started:
    """The jobs that are underway, and the rolls that are there."""

    jobs: list[Job]
    rolls: list[Roll]


@transaction.atomic
def begin_rolls(*, actor: User, month: dt.date, benefit: str, counties: Sequence[Area]) -> Started:
    """Have the rolls of a month made: a single short one at once, others by a job each.

    A roll there is stays, one underway is not begun again.
    """
    month = month_of(month)
    for county in counties:
        require_preparable(actor=actor, area=county, month=month)
    made = Roll._base_manager.filter(benefit=benefit, month=month, area__in=counties)
    rolls = list(made.exclude(state=Roll.State.DRAFT).select_related("area"))
    there = {roll.area_id for roll in rolls}
    missing = [county for county in counties if county.pk not in there]
    if len(missing) == 1 and awards_due(missing[0], month, benefit).count() <= AT_ONCE:
        [county] = missing
        roll = prepare_roll(actor=actor, area=county, month=month, benefit=benefit)
        return Started([], [*rolls, roll])
    return Started([_begin(actor, month, benefit, county) for county in missing], rolls)


@transaction.atomic
def begin_again(*, actor: User, roll: Roll) -> Roll | Job:
    """Have a roll made anew: a short one at once, a long one by a job, one underway by that."""
    require_remakable(actor=actor, roll=roll)
    if awards_due(roll.area, roll.month, roll.benefit).count() <= AT_ONCE:
        return prepare_again(actor=actor, roll=roll)
    return _begin(actor, roll.month, roll.benefit, roll.area, instead_of=roll)


def _begin(
    actor: User, month: dt.date, benefit: str, county: Area, instead_of: Roll | None = None
) -> Job:
    values = {
        "month": f"{month:%Y-%m}",
        "benefit": benefit,
        "county": county.pk,
        "name": county.name,
        "instead_of": _made_at(instead_of),
    }
    key = f"{PREPARE.name} {benefit} {month:%Y-%m} {county.pk}"
    return jobs.begin(actor=actor, kind=PREPARE, key=key, values=values)


def underway(counties: Sequence[Area]) -> QuerySet[Job]:
    """The jobs that make rolls of these counties."""
    codes = [county.pk for county in counties]
    return Job._base_manager.filter(kind=PREPARE.name, values__county__in=codes)


def is_being_made(roll: Roll) -> bool:
    """Whether a job is making this roll anew."""
    working = underway([roll.area]).exclude(state__in=Job.OVER)
    return working.filter(
        values__month=f"{roll.month:%Y-%m}", values__benefit=roll.benefit
    ).exists()


def _prepare(run: Run) -> None:
    assert run.job.owner is not None  # a roll is begun by a person
    county = Area.objects.get(pk=run.values["county"])
    month, benefit = dt.date.fromisoformat(f"{run.values['month']}-01"), run.values["benefit"]
    due = awards_due(county, month, benefit).count()
    run.tell(0, 0, _("正在列出应发的 %(count)s 户，全部列完后才成为名册……") % {"count": due})
    with run.step_at_end() as told:
        there = Roll._base_manager.filter(area=county, month=month, benefit=benefit).first()
        # A job killed after its last step finds what it made, which is not to be made anew.
        again = there is not None and _made_at(there) == run.values.get("instead_of")
        roll = prepare_roll(
            actor=run.job.owner, area=county, month=month, benefit=benefit, again=again
        )
        said = _("名册已编制：可发 %(paid)s 户，暂缓 %(held)s 户。等待另一人批准发放。")
        told["message"] = said % {"paid": roll.households, "held": roll.held}
        told["values"] = {**run.values, "roll": roll.pk}


def _made_at(roll: Roll | None) -> str:
    return roll.prepared_at.isoformat() if roll is not None and roll.prepared_at else ""


def _title(job: Job) -> str:
    return f"{job.values.get('month', '')} {job.values.get('name', '')}"


def _link(job: Job) -> str:
    roll = job.values.get("roll")
    return reverse("records:roll-page", args=[roll]) if roll else reverse("roll-prepare")


PREPARE = Kind("payments.prepare", gettext_lazy("编制发放名册"), _prepare, title=_title, link=_link)
