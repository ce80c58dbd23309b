"""The plan for others to look at: on the wall of a hall, and in public."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from .. import queries
from ..models import Deliverable, ReportPeriod
from ..rules.lights import Light
from .common import allow, day_of, find_plan


@require_safe
def wall(request: HttpRequest, pk: int) -> HttpResponse:
    """A whole screen that renews itself: lights, sections, and what is wrong with the reason."""
    allow(request)
    found = find_plan(pk)
    on = day_of(request, found)
    shown = queries.shown(found, on)
    rows = list(shown.ledger.rows())
    context = {
        "plan": found,
        "on": on,
        "ledger": shown.ledger,
        "lines": shown.lines,
        "bad": [row for row in rows if row.standing.light == Light.RED]
        + [row for row in rows if row.standing.light == Light.YELLOW],
        "frames": shown.ledger.frames(),
    }
    return render(request, "workplans/wall.html", context)


@login_not_required
@require_safe
def public(request: HttpRequest) -> HttpResponse:
    """What everybody may see: chosen targets of the last locked month. Sums only, no persons, no
    reports, no counties."""
    period = (
        ReportPeriod.objects.filter(plan__state="in_force")
        .exclude(locked_at=None)
        .select_related("plan__area")
        .order_by("-on")
        .first()
    )
    context: dict[str, Any] = {"period": period}
    if period:
        ledger = queries.kept_ledger(period.plan, period.on)
        context |= {
            "plan": period.plan,
            "on": period.on,
            "rows": [row for row in ledger.rows() if row.target.is_public],
            "papers": [
                each
                for node in ledger.nodes.values()
                for each in node.papers
                if each.progress == Deliverable.Progress.ISSUED
            ],
        }
    return render(request, "workplans/public.html", context)
