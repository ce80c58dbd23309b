"""Uploading a text and deciding its proposals: text on the left, rows on the right."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from jimin.engine.gongwen.read import KINDS
from jimin.foundation.access.models import User
from jimin.foundation.records.forms import dress
from jimin.kernel.areas.models import Area

from ..models import Plan, Sourced, State, Target, Task
from ..rules.indicators import INDICATORS
from ..rules.pieces import pieces
from ..services import ledger, proposing
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


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Upload a text; its ledger waits for review."""
    user = allow(request, "add")
    form = UploadForm(request.POST or None, request.FILES or None, user=user)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        file = given.pop("file")
        if file is not None:
            given |= {"file_name": file.name, "content": file.read()}
        try:
            plan = proposing.upload_plan(actor=user, **given)
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, _("文本已保存。请逐条确认右边列出的任务、目标和文件。"))
            return redirect("plan-review", pk=plan.pk)
    status = 422 if request.method == "POST" else 200
    return render(request, "workplans/new.html", {"form": form}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def review(request: HttpRequest, pk: int) -> HttpResponse:
    """The proposals of a text; a POST accepts or rejects the ticked ones together."""
    user = allow(request, "review")
    plan = find_plan(pk)
    if request.method == "POST":
        _decide_ticked(request, user, plan)
        return redirect("plan-review", pk=pk)
    rows = _rows(plan)
    context = {
        "plan": plan,
        "pieces": pieces(plan.text, rows),
        "groups": _by_task(rows),
        "waiting": sum(row.state == State.PROPOSED for row in rows.values()),
        "is_open": plan.state == Plan.State.REVIEW,
    }
    return render(request, "workplans/review.html", context)


@require_POST
def decide(request: HttpRequest, pk: int, kind: str, row: int) -> HttpResponse:
    """Accept or reject one row. htmx gets the row back; without scripts the page returns to it."""
    user = allow(request, "review")
    found = _row(find_plan(pk), kind, row)
    refusal = ""
    try:
        if request.POST.get("decision") == "accept":
            reviews.accept_row(actor=user, row=found)
        else:
            reviews.reject_row(actor=user, row=found)
    except ValidationError as error:
        refusal = " ".join(error.messages)
    if request.headers.get("HX-Request"):
        context = {
            "plan": found.plan,
            "name": f"{kind}-{row}",
            "kind": kind,
            "row": _row(found.plan, kind, row),
            "is_open": found.plan.state == Plan.State.REVIEW,
            "waiting": len(reviews.pending(found.plan)),
            "refusal": refusal,
        }
        return render(request, "workplans/decided.html", context, status=422 if refusal else 200)
    if refusal:
        messages.error(request, refusal)
    return redirect(f"{reverse('plan-review', args=[pk])}#row-{kind}-{row}")


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, pk: int, kind: str, row: int) -> HttpResponse:
    """Correct a row before it is confirmed."""
    user = allow(request, "review")
    found = _row(find_plan(pk), kind, row)
    form = _edit_form(kind, found)(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        try:
            reviews.edit_row(actor=user, row=found, values=form.cleaned_data)
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, _("已修改，请确认。"))
            return redirect(f"{reverse('plan-review', args=[pk])}#row-{kind}-{row}")
    status = 422 if request.method == "POST" else 200
    context = {"form": form, "row": found, "plan": found.plan, "name": f"{kind}-{row}"}
    return render(request, "workplans/edit.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest, pk: int) -> HttpResponse:
    """A target the reading missed."""
    user = allow(request, "review")
    plan = find_plan(pk)
    task = get_object_or_404(
        Task.proposals, plan=plan, pk=request.GET.get("task") or request.POST.get("task") or 0
    )
    draft = Target(plan=plan, task=task, code="M00")
    form = _edit_form("target", draft)(request.POST or None, instance=draft)
    if request.method == "POST" and form.is_valid():
        try:
            made = reviews.add_target(actor=user, task=task, values=form.cleaned_data)
        except ValidationError as error:
            add_errors(form, error)
        else:
            return redirect(f"{reverse('plan-review', args=[pk])}#row-target-{made.pk}")
    status = 422 if request.method == "POST" else 200
    context = {"form": form, "task": task, "plan": plan}
    return render(request, "workplans/edit.html", context, status=status)


@require_GET
def original(request: HttpRequest, pk: int) -> HttpResponse:
    """The file the text was read from."""
    user = allow(request)
    plan = find_plan(pk)
    if not plan.original:
        raise Http404(_("这份台账没有原件。"))
    try:
        content = proposing.read_original(actor=user, plan=plan)
    except ValidationError as error:
        return HttpResponse("\n".join(error.messages), status=409, content_type="text/plain")
    disposition = content_disposition_header(True, plan.file_name) or "attachment"
    return HttpResponse(
        content,
        content_type="application/octet-stream",
        headers={"Content-Disposition": disposition, "X-Content-Type-Options": "nosniff"},
    )


@require_POST
def adopt(request: HttpRequest, pk: int) -> HttpResponse:
    """Put the reviewed ledger in force."""
    user = allow(request, "review")
    try:
        ledger.adopt_plan(actor=user, plan=find_plan(pk))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("plan-review", pk=pk)
    messages.success(request, _("台账已启用。"))
    return redirect("plan-ledger", pk=pk)


def _rows(plan: Plan) -> dict[str, Any]:
    """Every row of the text, by `target-7`, whatever was decided about it."""
    return {
        f"{kind}-{row.pk}": row
        for kind, model in reviews.MODELS.items()
        for row in model.proposals.filter(plan=plan).select_related("decided_by")
    }


def _by_task(rows: dict[str, Any]) -> list[dict[str, Any]]:
    """Tasks in order, each with the rows that hang on it."""
    groups: dict[int, dict[str, Any]] = {}
    for name, row in rows.items():
        if isinstance(row, Task):
            groups[row.pk] = {"name": name, "kind": "task", "row": row, "rows": []}
    for name, row in rows.items():
        if not isinstance(row, Task):
            entry = {"name": name, "kind": name.partition("-")[0], "row": row}
            groups[row.task_id]["rows"].append(entry)
    for group in groups.values():
        group["rows"].sort(key=lambda entry: (entry["row"].start or 0, entry["row"].code))
    return sorted(groups.values(), key=lambda group: group["row"].order)


def _row(plan: Plan, kind: str, pk: int) -> Any:
    if kind not in reviews.MODELS:
        raise Http404(_("没有这类条目。"))
    return get_object_or_404(reviews.MODELS[kind].proposals, plan=plan, pk=pk)


def _decide_ticked(request: HttpRequest, user: User, plan: Plan) -> None:
    rows = _rows(plan)
    ticked = [rows[name] for name in request.POST.getlist("rows") if name in rows]
    try:
        if request.POST.get("decision") == "accept":
            reviews.accept_rows(actor=user, rows=ticked)
        else:
            reviews.reject_rows(actor=user, rows=ticked)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("已处理 %(count)s 条。") % {"count": len(ticked)})


def _edit_form(kind: str, row: Sourced) -> Any:
    """A form of the model's own fields; an indicator is chosen from those there are."""
    made = forms.modelform_factory(type(row), fields=EDITED[kind])
    names = [("", _("不绑定，由人工上报"))]
    names += [(each.name, each.label) for each in INDICATORS.all()]

    class EditForm(made):  # type: ignore[misc, valid-type]
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            if "indicator" in self.fields:
                self.fields["indicator"] = forms.ChoiceField(
                    label=_("计算指标"), choices=names, required=False
                )
            for field in self.fields.values():
                if isinstance(field, forms.DateField):
                    field.widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
                dress(field)

        def _post_clean(self) -> None:
            """The service checks the model; the form only the values."""

    return EditForm


class UploadForm(forms.Form):
    title = forms.CharField(
        label=gettext_lazy("标题"),
        max_length=120,
        error_messages={"required": gettext_lazy("请填写标题。")},
    )
    year = forms.IntegerField(
        label=gettext_lazy("年度"),
        error_messages={"required": gettext_lazy("请填写年度，例如 2016。")},
    )
    area = forms.ModelChoiceField(label=gettext_lazy("适用区划"), queryset=Area.objects.none())
    file = forms.FileField(
        label=gettext_lazy("文件"),
        required=False,
        help_text=gettext_lazy(
            ".docx、.txt、有文字的 .pdf 或保存的网页（.html），不超过 20 MB。原件和校验值一起保存。"
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ",".join(KINDS)}),
    )
    pasted = forms.CharField(
        label=gettext_lazy("或者粘贴文本"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=gettext_lazy("从网页或文档复制正文，粘贴到这里；网页源代码也可以。"),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        codes = [post.area_id for post in user.held if post.role_of.allows("add", "workplans.plan")]
        field = self.fields["area"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Area.objects.filter(code__in=codes)
        field.initial = codes[0] if codes else None
        for each in self.fields.values():
            dress(each)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not self.errors and not given.get("file") and not given.get("pasted", "").strip():
            self.add_error("file", _("请选择文件，或者粘贴文本。"))
        return given
