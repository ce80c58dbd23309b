"""The month's round: a period with its late list, its lock, its files; and one's own reports."""

import datetime as dt

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from jimin.foundation.access.models import User

from .. import queries
from ..models import Archive, Demand, Plan, Report
from ..queries.cycle import WAYS
from ..rules.cycle import cycle
from ..services import archives, demands, periods
from .common import allow, day_of, done, find_plan, months_of

REPORT = "workplans.report"


@require_safe
def period(request: HttpRequest, pk: int) -> HttpResponse:
    """One period: who has reported, who is late, what is to be demanded, what was filed."""
    user = allow(request)
    found = find_plan(pk)
    on = day_of(request, found)
    seen_on = _seen_on(found, on)
    late = queries.late_list(found, on, seen_on)
    may_supervise = user.may("supervise", REPORT, found.area_id)
    due = queries.due_demands(found, on, seen_on) if may_supervise else []
    context = {
        "plan": found,
        "on": on,
        "months": months_of(found),
        "seen_on": seen_on,
        "period": queries.period_of(found, on),
        "locked": queries.months_locked(found),
        "late": [each for each in late if each.way in ("missing", "late", "returned")],
        "counts": {way: sum(each.way == way for each in late) for way in WAYS},
        "rates": queries.on_time_rates(late),
        "due": [(demands.key_of(each), each) for each in due],
        "rules": cycle(on),
        "archives": Archive.objects.filter(plan=found, on=on).select_related("made_by"),
        "corrections": Report.objects.filter(target__plan=found, on=on)
        .exclude(reason="")
        .select_related("target", "area", "reported_by"),
        "may_lock": user.may("manage", "workplans.plan", found.area_id),
        "may_supervise": may_supervise,
    }
    return render(request, "workplans/period.html", context)


@require_POST
def lock(request: HttpRequest, pk: int) -> HttpResponse:
    user = allow(request, "manage")
    found = find_plan(pk)
    on = day_of(request, found)
    back = f"{reverse('plan-period', args=[pk])}?on={on}"
    said = _("%(on)s 这一期已锁定并归档。") % {"on": on}
    return done(request, back, lambda: periods.lock_period(actor=user, plan=found, on=on), said)


@require_POST
def raise_demands(request: HttpRequest, pk: int) -> HttpResponse:
    """Issue the demands that were ticked."""
    user = allow(request)
    found = find_plan(pk)
    on = day_of(request, found)
    keys = set(request.POST.getlist("keys"))
    back = f"{reverse('plan-period', args=[pk])}?on={on}"
    return done(
        request,
        back,
        lambda: demands.raise_demands(
            actor=user, plan=found, on=on, keys=keys, day=_seen_on(found, on)
        ),
        _("已发出所选文书。"),
    )


@require_safe
def archive(request: HttpRequest, pk: int) -> HttpResponse:
    """A filed period computed again: which figures are no longer what they were."""
    allow(request)
    found = get_object_or_404(Archive.objects.select_related("plan__area"), pk=pk)
    context = {"archive": found, "plan": found.plan, "found": archives.differences(found)}
    return render(request, "workplans/archive.html", context)


@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """What the reader has to report for a period, and the demands the reader has to answer."""
    user = allow(request)
    plan = queries.plan_in_force()
    on = day_of(request, plan)
    seen_on = _seen_on(plan, on) if plan else timezone.localdate()
    expected = queries.late_list(plan, on, seen_on) if plan else []
    units = set(user.plan_units.values_list("name", flat=True))
    context = {
        "plan": plan,
        "on": on,
        "months": months_of(plan) if plan else [],
        "period": queries.period_of(plan, on) if plan else None,
        "expected": [each for each in expected if _is_mine(user, units, each)],
        "demands": Demand.objects.within("report")
        .filter(closed_on=None, replied_on=None)
        .select_related("target", "area", "document"),
    }
    return render(request, "workplans/mine.html", context)


def _is_mine(user: User, units: set[str], expected: queries.Expected) -> bool:
    """Of the city's targets those of the reader's unit; of a county's those of the county, for
    those who sit there."""
    code, city = expected.area.code, expected.target.plan.area_id
    if code == city or user.may("verify", REPORT, code):
        return expected.unit in units and user.may("report", REPORT, code)
    # The county reports it; who reports for the city does not.
    return user.may("report", REPORT, code) and not user.may("report", REPORT, city)


def _seen_on(plan: Plan, on: dt.date) -> dt.date:
    """Today, while reports of a period still matter; of a year long gone the end of its month."""
    today = timezone.localdate()
    cut_off = queries.period_of(plan, on).cut_off
    return min(today, cut_off + dt.timedelta(days=PATIENCE))


PATIENCE = 10  # days after the cut-off of a period on which its late list is read later on
