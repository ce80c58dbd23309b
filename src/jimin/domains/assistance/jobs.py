"""The month of a county, run and approved in the background.

Each county is a job of its own: one transaction, tried again, stopped or resumed without the
others. The command line and the demo call the services themselves.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jimin.foundation.access.models import User
from jimin.foundation.access.services import require
from jimin.foundation.jobs import services as jobs
from jimin.foundation.jobs.declare import Kind
from jimin.foundation.jobs.models import Job
from jimin.foundation.jobs.run import Run
from jimin.kernel.areas.models import Area
from jimin.kernel.areas.queries import counties_open_to
from jimin.kernel.awards import rules as months

from .models import MonthRun
from .services import approve_month, assess_month, ready_month, require_approvable

WHOLE = 100  # how much of a month is done is told in hundredths


@dataclass(frozen=True)
class Started:
    """The jobs that are underway for a month, and the runs there were before."""

    jobs: list[Job]
    runs: list[MonthRun]


@transaction.atomic
def begin_month(*, actor: User, month: dt.date, counties: Sequence[Area]) -> Started:
    """Have a month assessed county by county. What is assessed or underway is not begun again."""
    month = months.month_of(month)
    runs = list(
        MonthRun._base_manager.filter(month=month, area__in=counties).select_related("area")
    )
    there = {run.area_id for run in runs}
    begun = []
    for county in counties:
        require(actor=actor, verb="assess_month", subject="dibao", area=county.pk)
        if county.pk not in there:
            values = {"month": months.text(month), "county": county.pk, "name": county.name}
            key = f"{ASSESS.name} {months.text(month)} {county.pk}"
            begun.append(jobs.begin(actor=actor, kind=ASSESS, key=key, values=values, total=WHOLE))
    return Started(begun, runs)


def begin_approval(*, actor: User, run: MonthRun) -> Job | None:
    """Have a run's proposals carried out; None if they are already."""
    require_approvable(actor=actor, run=run)
    if run.state == MonthRun.State.APPROVED:
        return None
    values = {
        "month": months.text(run.month),
        "county": run.area_id,
        "name": run.area.name,
        "run": run.pk,
    }
    return jobs.begin(actor=actor, kind=APPROVE, key=f"{APPROVE.name} {run.pk}", values=values)


def underway(user: User) -> QuerySet[Job]:
    """The jobs of the months of counties in the user's reach."""
    seen = [county.pk for county in counties_open_to(user, "view", "dibao")]
    kinds = [ASSESS.name, APPROVE.name]
    return Job._base_manager.filter(kind__in=kinds, values__county__in=seen)


def _assess(run: Run) -> None:
    actor, county = _owner(run), Area.objects.get(pk=run.values["county"])
    month = dt.date.fromisoformat(f"{run.values['month']}-01")
    ready = None
    if not MonthRun._base_manager.filter(area=county, month=month).exists():
        ready = ready_month(
            actor=actor,
            month=month,
            area=county,
            tell=lambda done, said: run.tell(done, WHOLE, said),
        )
    with run.step_at_end() as told:
        [made] = assess_month(actor=actor, month=month, area=county, ready=ready)
        said = _("已核定 %(count)s 户，等待另一人批准。") % {"count": made.households}
        told |= {"message": said, "values": {**run.values, "run": made.pk}}


def _approve(run: Run) -> None:
    actor = _owner(run)
    found = MonthRun._base_manager.filter(pk=run.values["run"]).first()
    if found is None:
        raise ValidationError(_("这次核定已重新做过。请打开新的核定再批准。"))
    run.tell(0, 0, _("正在按建议变动待遇，全部完成后才生效……"))
    with run.step_at_end() as told:
        approve_month(actor=actor, run=found)
        told |= {"message": _("已批准，待遇自当月起变动。")}


def _owner(run: Run) -> User:
    assert run.job.owner is not None  # a month is begun by a person
    return run.job.owner


def _title(job: Job) -> str:
    return f"{job.values.get('month', '')} {job.values.get('name', '')}"


def _link(job: Job) -> str:
    run = job.values.get("run")
    return reverse("dibao-month", args=[run]) if run else reverse("dibao-months")


ASSESS = Kind("dibao.assess_month", gettext_lazy("月度核定"), _assess, title=_title, link=_link)
APPROVE = Kind(
    "dibao.approve_month", gettext_lazy("批准月度核定"), _approve, title=_title, link=_link
)
