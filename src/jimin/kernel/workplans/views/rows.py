"""Editing, splitting and adding the rows of a text under review."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from jimin.foundation.records.forms import dress

from ..models import Plan, Sourced, State, Task
from ..rules.indicators import INDICATORS
from ..services import proposing, reshaping
from ..services import review as reviews
from .common import add_errors, allow, find_plan

EDITED = {
    "task": ["title", "lead_unit", "person", "due", "weight"],
    "target": [
        "subject", "scope", "kind", "aggregation", "role", "comparator", "value", "high", "unit",
        "base", "reference", "per", "modality", "baseline", "starts_on", "due", "curve",
        "indicator",
    ],
    "deliverable": ["name", "action", "due"],
}  # fmt: skip
ABOVE = {"task": "parent", "target": "task", "deliverable": "task"}


def find_row(plan: Plan, kind: str, pk: int) -> Any:
    if kind not in reviews.MODELS:
        raise Http404(_("没有这类条目。"))
    return get_object_or_404(reviews.MODELS[kind].proposals, plan=plan, pk=pk)


def seen_revision(request: HttpRequest) -> int | None:
    """The revision the reviewer's page showed, when it said."""
    told = request.POST.get("seen", "")
    return int(told) if told.isdigit() else None


def back_to(plan: Plan, name: str = "") -> HttpResponse:
    address = reverse("plan-review", args=[plan.pk])
    return redirect(f"{address}#row-{name}" if name else address)


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, pk: int, kind: str, row: int) -> HttpResponse:
    """Correct a row before it is confirmed."""
    user = allow(request, "review")
    found = find_row(find_plan(pk), kind, row)
    revision = found.revision
    form = _form(kind, found)(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        try:
            values = form.cleaned_data
            reviews.edit_row(actor=user, row=found, values=values, seen=seen_revision(request))
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, _("已修改，请确认。"))
            return back_to(found.plan, f"{kind}-{row}")
    status = 422 if request.method == "POST" else 200
    context = {
        "form": form,
        "row": found,
        "plan": found.plan,
        "name": f"{kind}-{row}",
        "seen": revision,
    }
    return render(request, "workplans/edit.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def split(request: HttpRequest, pk: int, kind: str, row: int) -> HttpResponse:
    """Choose where the words of a row are parted."""
    user = allow(request, "review")
    found = find_row(find_plan(pk), kind, row)
    if kind == "deliverable":
        raise Http404(_("文件不能拆分。"))
    refusal = ""
    if request.method == "POST":
        at = request.POST.get("at", "")
        try:
            reshaping.split_row(
                actor=user,
                row=found,
                at=int(at) if at.isdigit() else -1,
                seen=seen_revision(request),
            )
        except ValidationError as error:
            refusal = " ".join(error.messages)
        else:
            messages.success(request, _("已拆成两条，请分别确认。"))
            return back_to(found.plan, f"{kind}-{row}")
    parts = [(cut, found.quote[:cut], found.quote[cut:]) for cut in reshaping.cuts(found)]
    context = {"row": found, "plan": found.plan, "name": f"{kind}-{row}", "parts": parts}
    context["refusal"] = refusal
    return render(request, "workplans/split.html", context, status=422 if refusal else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest, pk: int) -> HttpResponse:
    """A row the reading missed: under a task (`task`), or where the text is marked."""
    user = allow(request, "review")
    plan = find_plan(pk)
    asked = request.POST if request.method == "POST" else request.GET
    kind = asked.get("as", "target")
    if kind not in reviews.MODELS:
        raise Http404(_("没有这类条目。"))
    span = _span(plan, asked.get("start", ""), asked.get("end", ""))
    above = _above(plan, asked.get("task", ""), span)
    if above is None and kind != "task":
        raise Http404(_("请先补充任务，再补充目标和文件。"))
    draft: Any = reviews.MODELS[kind](plan=plan, **{ABOVE[kind]: above})
    if span:
        draft.start, draft.end = span
        draft.quote = plan.text[span[0] : span[1]]
        for name, value in _initial(plan, kind, span).items():
            setattr(draft, name, value)
    form = _form(kind, draft, above=True)(request.POST or None, instance=draft)
    if request.method == "POST" and form.is_valid():
        start, end = span or (None, None)
        try:
            made = reshaping.add_row(
                actor=user, plan=plan, kind=kind, values=form.cleaned_data, start=start, end=end
            )
        except ValidationError as error:
            add_errors(form, error)
        else:
            return back_to(plan, f"{kind}-{made.pk}")
    status = 422 if request.method == "POST" else 200
    context = {"form": form, "task": above, "plan": plan, "kind": kind, "span": span}
    context["quote"] = draft.quote
    return render(request, "workplans/edit.html", context, status=status)


def _span(plan: Plan, start: str, end: str) -> tuple[int, int] | None:
    if not (start.isdigit() and end.isdigit()):
        return None
    try:
        return reshaping.check_span(plan, int(start), int(end))
    except ValidationError as error:
        raise Http404(" ".join(error.messages)) from error


def _above(plan: Plan, task: str, span: tuple[int, int] | None) -> Task | None:
    if task.isdigit():
        return get_object_or_404(Task.proposals, plan=plan, pk=int(task))
    if span is None:
        raise Http404(_("请选择任务，或在原文中选中文字。"))
    return reshaping.task_at(plan, span[0])


def _initial(plan: Plan, kind: str, span: tuple[int, int]) -> dict[str, Any]:
    quote = " ".join(plan.text[span[0] : span[1]].split())
    if kind == "target":
        return proposing.read_part(plan, *span)
    return {"title" if kind == "task" else "name": quote[:120]}


def _form(kind: str, row: Sourced, *, above: bool = False) -> Any:
    """A form of the model's own fields; an indicator is chosen from those there are."""
    fields = [*EDITED[kind], ABOVE[kind]] if above else EDITED[kind]
    made = forms.modelform_factory(type(row), fields=fields)
    names = [("", _("不绑定，由人工上报"))]
    names += [(each.name, each.label) for each in INDICATORS.all()]

    class EditForm(made):  # type: ignore[misc, valid-type]
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            if "indicator" in self.fields:
                self.fields["indicator"] = forms.ChoiceField(
                    label=_("计算指标"), choices=names, required=False
                )
            if above:
                tasks = Task.proposals.filter(plan=self.instance.plan)
                self.fields[ABOVE[kind]].queryset = tasks.exclude(state=State.REJECTED)
            for field in self.fields.values():
                if isinstance(field, forms.DateField):
                    field.widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
                dress(field)

        def _post_clean(self) -> None:
            """The service checks the model; the form only the values."""

    return EditForm
