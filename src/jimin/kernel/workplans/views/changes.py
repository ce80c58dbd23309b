"""Changing what a target asks: by adjustment, by dividing it, by its curve, by its stages."""

from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from .. import queries
from ..models import Adjustment, Allocation, Milestone, Target
from ..rules.indicators import month_end
from ..rules.lights import Goal
from ..rules.words import exact, with_unit
from ..services import adjustments, allocations
from .common import add_errors, allow, done, find_target, tried
from .forms import AdjustForm, CurveForm, DivideForm, ReachForm, StagesForm

FORM = require_http_methods(["GET", "HEAD", "POST"])


@FORM
def adjust(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for other terms; another person decides on the target's page."""
    user = allow(request, "manage")
    found = find_target(pk)
    initial = {"value": _short(found.value), "high": _short(found.high), "due": found.due}
    form = AdjustForm(request.POST or None, initial=initial)

    def propose() -> None:
        given = form.cleaned_data
        adjustments.propose_adjustment(
            actor=user,
            target=found,
            terms=form.terms(),
            reason=given["reason"],
            effective_on=given["effective_on"],
            number=given["number"],
        )

    if request.method == "POST" and tried(request, form, propose, _("已提出，等待另一人批准。")):
        return redirect(_page_of(found))
    form.fields["value"].help_text = form.fields["high"].help_text = found.unit
    note = _("提出后由另一人批准；批准以前，台账照原目标显示。")
    return _form_page(request, found, form, _("调整目标"), note=note, save=_("提出调整"))


@require_POST
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    user = allow(request, "approve")
    found = get_object_or_404(Adjustment.objects.select_related("target"), pk=pk)
    approve = request.POST.get("decision") == "approve"
    return done(
        request,
        reverse("plan-target", args=[found.target_id]),
        lambda: adjustments.decide_adjustment(
            actor=user, adjustment=found, approve=approve, note=request.POST.get("note", "")
        ),
        _("已批准。") if approve else _("已退回。"),
    )


@FORM
def divide(request: HttpRequest, pk: int) -> HttpResponse:
    """Shares for the counties; `try` shows them before they are given."""
    user = allow(request, "manage")
    found = find_target(pk)
    form = DivideForm(request.POST or None, initial=_shares_now(found))
    shares: dict[str, Any] = {}
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        values = {name: given[name] for name in ("method", "formula", "step")}
        try:
            if request.POST.get("do") == "save":
                allocations.divide_target(
                    actor=user,
                    target=found,
                    source=given["source"],
                    numbers=form.numbers(),
                    **values,
                )
                return redirect(_page_of(found))
            shares = allocations.shares_of(found, numbers=form.numbers(), **values)
        except ValidationError as error:
            add_errors(form, error)
    names = {name.removeprefix("at-"): field.label for name, field in form.fields.items()}
    rows = [(names[code], with_unit(share, found.unit)) for code, share in shares.items()]
    return _form_page(
        request,
        found,
        form,
        _("分解到县（市、区）"),
        table=rows,
        heads=[_("地区"), _("分解数")],
        can_try=True,
    )


@FORM
def curve(request: HttpRequest, pk: int) -> HttpResponse:
    """The target's way through the year; `try` shows what is due each month."""
    user = allow(request, "manage")
    found = find_target(pk)
    points = [str(point) for point in found.points]
    if not points:
        points = [format(n, "f") for n in allocations.amounts_of_last_year(found)]
    form = CurveForm(
        request.POST or None, initial={"curve": found.curve, "points": " ".join(points)}
    )
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        if request.POST.get("do") == "save":
            if tried(
                request,
                form,
                lambda: allocations.set_curve(actor=user, target=found, **given),
                _("进度曲线已保存；已有锁定的报告期时，等待另一人批准。"),
            ):
                return redirect(_page_of(found))
        else:
            found.curve, found.points = given["curve"], given["points"]
            try:
                found.full_clean()
            except ValidationError as error:
                add_errors(form, error)
    return _form_page(
        request,
        found,
        form,
        _("进度曲线"),
        table=[] if form.errors else _due_by_month(found),
        heads=[_("月份"), _("序时应达到")],
        can_try=True,
    )


@FORM
def stages(request: HttpRequest, pk: int) -> HttpResponse:
    user = allow(request, "manage")
    found = find_target(pk)
    lines = [f"{s.name} {s.due} {s.weight.normalize():f}" for s in found.milestones.all()]
    form = StagesForm(request.POST or None, initial={"stages": "\n".join(lines)})
    if request.method == "POST" and tried(
        request,
        form,
        lambda: adjustments.set_milestones(
            actor=user, target=found, stages=form.cleaned_data["stages"]
        ),
        _("节点已设定。"),
    ):
        return redirect(_page_of(found))
    return _form_page(request, found, form, _("设定节点"))


@FORM
def reach(request: HttpRequest, pk: int) -> HttpResponse:
    user = allow(request)
    stage = get_object_or_404(Milestone, pk=pk)
    found = find_target(stage.target_id)
    if not user.may("report", "workplans.report", found.plan.area_id):
        return redirect(_page_of(found))
    form = ReachForm(request.POST or None)
    if request.method == "POST" and tried(
        request,
        form,
        lambda: adjustments.reach_milestone(actor=user, milestone=stage, **form.cleaned_data),
        _("节点完成情况已登记。"),
    ):
        return redirect(_page_of(found))
    title = _("登记节点“%(name)s”完成") % {"name": stage.name}
    return _form_page(request, found, form, title)


def _page_of(found: Target) -> str:
    return reverse("plan-target", args=[found.pk])


def _shares_now(found: Target) -> dict[str, Any]:
    """What is set now, so that it can be changed instead of typed again."""
    allocation: Allocation | None = getattr(found, "allocation", None)
    if allocation is None:
        return {}
    by_hand = allocation.method == Allocation.Method.BY_HAND
    return {
        "method": allocation.method,
        "source": allocation.source,
        "formula": allocation.formula,
        **{
            f"at-{q.area_id}": _short(q.value if by_hand else q.base)
            for q in allocation.quotas.all()
        },
    }


def _short(value: Decimal | None) -> str:
    """A number for a field: `4860`, not `4860.0000`."""
    return "" if value is None else f"{value.normalize():f}"


def _due_by_month(found: Target) -> list[tuple[str, str]]:
    if found.value is None:
        return []
    rows = []
    for month in range(1, 13):
        on = month_end(found.plan.year, month)
        goal: Goal = queries.goal_of(found, on)
        base = exact(goal.baseline or 0)
        due = base + (exact(found.value) - base) * goal.share_due(on)
        rows.append((f"{on:%Y-%m}", with_unit(due, goal.unit)))
    return rows


def _form_page(
    request: HttpRequest, found: Target, form: Form, title: str, **more: Any
) -> HttpResponse:
    context = {
        "form": form,
        "plan": found.plan,
        "title": title,
        "intro": str(found),
        "back": _page_of(found),
        **more,
    }
    status = 422 if request.method == "POST" and form.errors else 200
    return render(request, "workplans/form.html", context, status=status)
