"""The plan as a tree, a target with what it rests on, and the text it was read from."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from jimin.foundation.records.forms import dress
from jimin.kernel.areas.models import Area

from .. import queries
from ..models import Deliverable, Plan, Report, Sourced, Target, Task
from ..rules.lights import Light, all_thresholds, thresholds
from ..rules.pieces import pieces
from ..services import reports
from .common import add_errors, allow, day_of, find_plan, months_of

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
    ledger = queries.ledger(found, on)
    wanted = request.GET.get("light", "")
    chosen = Light(wanted) if wanted in list(Light) else None
    rows = [row for row in ledger.rows() if row.standing.light == chosen] if chosen else []
    context = {
        "plan": found,
        "on": on,
        "months": months_of(found),
        "ledger": ledger,
        "chosen": chosen,
        "rows": rows,
        "frames": ledger.frames(),
        "limits": thresholds(on),
        "others": Plan.objects.exclude(pk=found.pk),
        "may_add": user.may("add", "workplans.plan"),
        "may_review": user.may("review", "workplans.plan", found.area_id),
    }
    return render(request, "workplans/plan.html", context)


@require_safe
def target(request: HttpRequest, pk: int) -> HttpResponse:
    allow(request)
    found = _target(pk)
    return _target_page(request, found, _report_form(request, found))


@require_http_methods(["POST"])
def report(request: HttpRequest, pk: int) -> HttpResponse:
    """Report where a target stands; the reader comes back to the target."""
    user = allow(request)
    found = _target(pk)
    form = ReportForm(request.POST, target=found, user=user)
    if form.is_valid():
        try:
            reports.report_progress(actor=user, target=found, **form.cleaned_data)
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, _("已上报。"))
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


def _target(pk: int) -> Target:
    targets = Target.objects.select_related("plan__area", "task", "part_of")
    found: Target = get_object_or_404(targets, pk=pk)
    return found


def _target_page(
    request: HttpRequest, found: Target, form: "ReportForm | None", status: int = 200
) -> HttpResponse:
    on = day_of(request, found.plan)
    row = queries.target_row(found, on)
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
        "reports": Report.objects.filter(target=found)
        .select_related("area", "reported_by")
        .order_by("-on", "area", "-id"),
        "form": form,
    }
    return render(request, "workplans/target.html", context, status=status)


def _sentence(found: Target) -> list[Any]:
    """The target's words in the text of its task."""
    if found.start is None or found.end is None:
        return []
    whole, task = found.plan.text, found.task
    start, end = max(found.start - CONTEXT, 0), min(found.end + CONTEXT, len(whole))
    if task.start is not None and task.end is not None and found.start < task.end:
        start, end = task.start, task.end
    return pieces(whole, {f"target-{found.pk}": found}, start, end)


def _report_form(request: HttpRequest, found: Target) -> "ReportForm | None":
    user = allow(request)
    in_force = found.plan.state == Plan.State.IN_FORCE
    if found.indicator or not in_force or not user.may("report", "workplans.report"):
        return None
    return ReportForm(
        target=found,
        user=user,
        initial={"area": found.plan.area_id, "on": day_of(request, found.plan)},
    )


class ReportForm(forms.Form):
    """Where a target stands on a day."""

    area = forms.ModelChoiceField(label=gettext_lazy("地区"), queryset=Area.objects.none())
    on = forms.DateField(
        label=gettext_lazy("截至"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": gettext_lazy("请填写截至日期。")},
    )
    numerator = forms.DecimalField(
        label=gettext_lazy("数"),
        max_digits=18,
        decimal_places=4,
        error_messages={"required": gettext_lazy("请填写上报的数。")},
    )
    denominator = forms.DecimalField(
        label=gettext_lazy("基数"),
        max_digits=18,
        decimal_places=4,
        required=False,
        help_text=gettext_lazy("比例目标填写分子和分母；只知道百分数时，“数”填百分数，这里留空。"),
    )
    evidence = forms.CharField(
        label=gettext_lazy("佐证说明"),
        max_length=300,
        help_text=gettext_lazy("数从哪里来，凭据放在哪里，例如：月报表第3栏，存社会救助科。"),
        error_messages={"required": gettext_lazy("请填写佐证说明：数从哪里来，凭据在哪里。")},
    )

    def __init__(self, *args: Any, target: Target, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        inside = Area.objects.filter(code__startswith=target.plan.area_id[:4])
        levels = inside.filter(level__in=["city", "county"], valid_to=None)
        reach = user.reach("report", "workplans.report")
        codes = [
            code
            for code in levels.values_list("code", flat=True)
            if any(first <= code <= last for first, last in reach)
        ]
        field = self.fields["area"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Area.objects.filter(code__in=codes)
        for each in self.fields.values():
            dress(each)
