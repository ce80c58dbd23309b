"""Deciding the proposals of a text: the words on the left, the rows on the right."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from jimin.foundation.access.models import User

from ..models import Change, Plan, State, Task
from ..rules.pieces import pieces
from ..services import comparing, reshaping, succeeding
from ..services import review as reviews
from .common import allow, find_plan
from .rows import back_to, find_row, seen_revision

SHOWN = {
    "": gettext_lazy("全部"),
    "waiting": gettext_lazy("待确认"),
    "unsure": gettext_lazy("把握较低"),
    "new": gettext_lazy("新增"),
    "changed": gettext_lazy("有变化"),
    "moved": gettext_lazy("换了位置"),
    "same": gettext_lazy("未变"),
    "rejected": gettext_lazy("不采纳"),
}
UNSURE = 0.7


@require_http_methods(["GET", "HEAD", "POST"])
def review(request: HttpRequest, pk: int) -> HttpResponse:
    """The proposals of a text; a POST decides the ticked ones together."""
    user = allow(request, "review")
    plan = find_plan(pk)
    if request.method == "POST":
        _decide_ticked(request, user, plan)
        return redirect(request.get_full_path())
    rows = _rows(plan)
    asked = request.GET.get("show", "")
    shown = asked if asked in SHOWN else ""
    context = {
        "plan": plan,
        "pieces": pieces(plan.text, rows),
        "groups": _by_task(rows, shown),
        "waiting": sum(row.state == State.PROPOSED for row in rows.values()),
        "is_open": plan.state == Plan.State.REVIEW,
        "show": shown,
        "filters": _filters(plan, rows),
        "gone": comparing.gone(plan) if plan.state == Plan.State.REVIEW else [],
    }
    return render(request, "workplans/review.html", context)


@require_POST
def decide(request: HttpRequest, pk: int, kind: str, row: int) -> HttpResponse:
    """Accept or reject one row. htmx gets the row back; without scripts the page returns to it."""
    user = allow(request, "review")
    found = find_row(find_plan(pk), kind, row)
    seen = seen_revision(request)
    refusal = ""
    try:
        if request.POST.get("decision") == "accept":
            reviews.accept_row(actor=user, row=found, seen=seen)
        else:
            reason = request.POST.get("reason", "")
            reviews.reject_row(actor=user, row=found, reason=reason, seen=seen)
    except ValidationError as error:
        refusal = " ".join(error.messages)
    if request.headers.get("HX-Request"):
        context = {
            "plan": found.plan,
            "name": f"{kind}-{row}",
            "kind": kind,
            "row": find_row(found.plan, kind, row),
            "is_open": found.plan.state == Plan.State.REVIEW,
            "waiting": len(reviews.pending(found.plan)),
            "refusal": refusal,
        }
        return render(request, "workplans/decided.html", context, status=422 if refusal else 200)
    if refusal:
        messages.error(request, refusal)
    return back_to(found.plan, f"{kind}-{row}")


@require_POST
def adopt(request: HttpRequest, pk: int) -> HttpResponse:
    """Put the reviewed ledger in force."""
    user = allow(request, "review")
    try:
        gone_seen = request.POST.get("gone_seen") == "1"
        succeeding.adopt_revision(actor=user, plan=find_plan(pk), gone_seen=gone_seen)
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
        for row in model.proposals.filter(plan=plan).select_related("decided_by", "was")
    }


def _is_shown(row: Any, shown: str) -> bool:
    match shown:
        case "":
            return True
        case "waiting":
            return bool(row.state == State.PROPOSED)
        case "rejected":
            return bool(row.state == State.REJECTED)
        case "unsure":
            return row.confidence is not None and row.confidence < UNSURE
        case _:
            return bool(row.change == shown)


def _filters(plan: Plan, rows: Mapping[str, Any]) -> list[tuple[str, Any, int]]:
    """What the list can be narrowed to, with how many there are; comparisons only where made."""
    found = []
    for name, label in SHOWN.items():
        if name in Change.values and plan.compared_with_id is None:
            continue
        found.append((name, label, sum(_is_shown(row, name) for row in rows.values())))
    return found


def _by_task(rows: dict[str, Any], shown: str) -> list[dict[str, Any]]:
    """Tasks in order, each with the rows that hang on it; a task stays while one of them does."""
    groups: dict[int, dict[str, Any]] = {}
    for name, row in rows.items():
        if isinstance(row, Task):
            groups[row.pk] = {"name": name, "kind": "task", "row": row, "rows": []}
    for name, row in rows.items():
        if not isinstance(row, Task) and _is_shown(row, shown):
            entry = {"name": name, "kind": name.partition("-")[0], "row": row}
            groups[row.task_id]["rows"].append(entry)
    for group in groups.values():
        group["rows"].sort(key=lambda entry: (entry["row"].start or 0, entry["row"].code))
    kept = [group for group in groups.values() if group["rows"] or _is_shown(group["row"], shown)]
    return sorted(kept, key=lambda group: (group["row"].order, group["row"].code))


def _decide_ticked(request: HttpRequest, user: User, plan: Plan) -> None:
    rows = _rows(plan)
    ticked = {name: rows[name] for name in request.POST.getlist("rows") if name in rows}
    shown = dict(told.rpartition(":")[::2] for told in request.POST.getlist("seen"))
    stale = [
        str(row)
        for name, row in ticked.items()
        if shown.get(name, str(row.revision)) != str(row.revision)
    ]
    decision = request.POST.get("decision")
    try:
        if stale:
            raise ValidationError(
                _("“%(row)s”刚被他人改动，这里是最新内容。请看过后再处理。")
                % {"row": "、".join(stale[:3])}
            )
        if decision == "accept":
            reviews.accept_rows(actor=user, rows=list(ticked.values()))
        elif decision == "merge":
            reshaping.merge_rows(actor=user, rows=list(ticked.values()))
        else:
            reason = request.POST.get("reason", "")
            reviews.reject_rows(actor=user, rows=list(ticked.values()), reason=reason)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return
    messages.success(request, _("已处理 %(count)s 条。") % {"count": len(ticked)})
