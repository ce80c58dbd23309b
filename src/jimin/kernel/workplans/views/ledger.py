"""The plan as a tree, a target with what it rests on, and the text it was read from."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from .. import queries
from ..models import (
    Deliverable,
    Demand,
    Evidence,
    Plan,
    Report,
    Sourced,
    Standing,
    Target,
    Task,
    Verdict,
)
from ..rules.lights import Light, all_thresholds, thresholds
from ..rules.pieces import pieces
from ..services.reports import report_progress
from .common import allow, day_of, find_plan, find_target, months_of, tried
from .forms import ReportForm

CONTEXT = 60  # code points shown around a sentence whose task does not hold it


@require_safe
def current(request: HttpRequest) -> HttpResponse:
    """The plan in force."""
    user = allow(request)
    found = queries.plan_in_force()
    if found is None:
        context = {"may_add": user.may("add", "workplans.plan"), "plans": Plan.objects.all()}
        return render(request, "workplans/none.html", context)
    return _ledger_page(request, found)


@require_safe
def plan(request: HttpRequest, pk: int) -> HttpResponse:
    allow(request)
    return _ledger_page(request, find_plan(pk))


def _ledger_page(request: HttpRequest, found: Plan) -> HttpResponse:
    user = allow(request)
    on = day_of(request, found)
    shown = queries.shown(found, on)
    ledger = shown.ledger
    wanted = request.GET.get("light", "")
    chosen = Light(wanted) if wanted in list(Light) else None
    rows = [row for row in ledger.rows() if row.standing.light == chosen] if chosen else []
    context = {
        "plan": found,
        "on": on,
        "months": months_of(found),
        "ledger": ledger,
        "lines": shown.lines,
        "is_kept": shown.is_kept,
        "chosen": chosen,
        "rows": rows,
        "frames": ledger.frames(),
        "limits": thresholds(on),
        "others": Plan.objects.exclude(pk=found.pk).defer("text"),
        "may_add": user.may("add", "workplans.plan"),
        "may_review": user.may("review", "workplans.plan", found.area_id),
    }
    return render(request, "workplans/plan.html", context)


@require_safe
def target(request: HttpRequest, pk: int) -> HttpResponse:
    allow(request)
    found = find_target(pk)
    return _target_page(request, found, _report_form(request, found))


@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest, pk: int) -> HttpResponse:
    """Report where a target stands; the reader comes back to the target."""
    user = allow(request)
    found = find_target(pk)
    if request.method != "POST":  # the address of a refused report, opened again
        return redirect(f"{reverse('plan-target', args=[pk])}#reports")
    form = ReportForm(request.POST, request.FILES, target=found, user=user)
    if tried(
        request,
        form,
        lambda: report_progress(actor=user, target=found, **form.values()),
        _("已上报。"),
    ):
        address = reverse("plan-target", args=[pk])
        return redirect(f"{address}?on={form.cleaned_data['on']}")
    return _target_page(request, found, form, status=422)


@require_safe
def text(request: HttpRequest, pk: int) -> HttpResponse:
    """The plan's text with every confirmed row marked; `#at-target-7` is where a row stands."""
    allow(request)
    found = find_plan(pk)
    rows: dict[str, Sourced] = {}
    for kind, model in (("task", Task), ("target", Target), ("deliverable", Deliverable)):
        rows |= {f"{kind}-{row.pk}": row for row in model.objects.filter(plan=found)}
    tasks = {name: row for name, row in rows.items() if name.startswith("task")}
    shown = {name: row for name, row in rows.items() if name not in tasks}
    context = {"plan": found, "pieces": pieces(found.text, shown)}
    return render(request, "workplans/text.html", context)


def _target_page(
    request: HttpRequest, found: Target, form: ReportForm | None, status: int = 200
) -> HttpResponse:
    user = allow(request)
    on = day_of(request, found.plan)
    row = queries.row_of_day(found, on)
    quotas = queries.quotas_of(found)
    reports = list(
        Report.objects.filter(target=found)
        .select_related("area", "reported_by")
        .prefetch_related("items")
        .order_by("-on", "area", "-id")
    )
    recent = [each for each in reports if each.on == reports[0].on and each.replaced_at is None]
    earlier = [each for each in reports if each not in recent]
    context = {
        "target": found,
        "plan": found.plan,
        "on": on,
        "months": months_of(found.plan),
        "row": row,
        "past": queries.past_lights(found.plan).get(found.pk, []),
        "pieces": _sentence(found),
        "limits": thresholds(on),
        "all_limits": all_thresholds(),
        "recent": recent,
        "earlier": earlier,
        "earlier_waits": any(_waits(each) for each in earlier),
        "form": form,
        "corrected": Standing.objects.filter(target=found, area=None)
        .exclude(replaced_at=None)
        .order_by("on", "id"),
        "parts": [(part, quotas.get(part.code)) for part in row.parts],
        "quotas": quotas,
        "shared": sum(quotas.values()),
        "wanted_kinds": [Evidence.Kind(kind).label for kind in found.wanted_evidence],
        "demands": Demand.objects.filter(target=found).select_related("area"),
        "may_verify": user.may("verify", "workplans.report", found.plan.area_id),
        "may_manage": user.may("manage", "workplans.plan", found.plan.area_id)
        and found.plan.state == Plan.State.IN_FORCE,
        "may_approve": user.may("approve", "workplans.plan", found.plan.area_id),
        "may_report_city": user.may("report", "workplans.report", found.plan.area_id),
    }
    return render(request, "workplans/target.html", context, status=status)


def _waits(report: Report) -> bool:
    """Whether somebody has yet to look at what it rests on."""
    return report.replaced_at is None and any(
        item.verdict == Verdict.PENDING for item in report.items.all()
    )


def _sentence(found: Target) -> list[Any]:
    """The target's words in the text of its task."""
    if found.start is None or found.end is None:
        return []
    whole, task = found.plan.text, found.task
    start, end = max(found.start - CONTEXT, 0), min(found.end + CONTEXT, len(whole))
    if task.start is not None and task.end is not None and found.start < task.end:
        start, end = task.start, task.end
    return pieces(whole, {f"target-{found.pk}": found}, start, end)


def _report_form(request: HttpRequest, found: Target) -> ReportForm | None:
    user = allow(request)
    in_force = found.plan.state == Plan.State.IN_FORCE
    is_reported = not (found.indicator or found.milestones.all() or found.listed.exists())
    if not is_reported or not in_force or not user.may("report", "workplans.report"):
        return None
    return ReportForm(
        target=found,
        user=user,
        initial={"area": found.plan.area_id, "on": day_of(request, found.plan)},
    )
