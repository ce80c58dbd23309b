"""An action for many records: choosing them, trying it out, doing it."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from jimin.foundation.access.models import User
from jimin.foundation.jobs.views import line_of

from .. import bulk, jobs
from ..declare import Action, RecordType
from ..models import Batch, BatchRow
from .changes import REFUSED, action_of
from .common import allow, user_of
from .lists import listed

State = BatchRow.State
SHOWN = 200


@require_POST
def choose(request: HttpRequest, record: RecordType, name: str) -> HttpResponse:
    """The rows that were marked, or with `all` every row that fits the query string."""
    action = _bulk_action(record, name)
    user = allow(request, record, action.verb)
    rows = record.rows()
    if request.POST.get("all"):
        _filters, rows = listed(request, record)
    else:
        rows = rows.filter(pk__in=_keys(record, request.POST.getlist("pk")))
    try:
        batch = jobs.choose(actor=user, record=record, action=action, rows=rows)
    except ValidationError as error:
        messages.error(request, error.messages[0])
        return redirect(f"{record.url()}?{request.GET.urlencode()}")
    return redirect(record.url("batch", batch.pk))


@require_http_methods(["GET", "HEAD", "POST"])
def batch(request: HttpRequest, record: RecordType, pk: Any) -> HttpResponse:
    batches = Batch.objects.select_related("try_job", "run_job")
    found = batches.filter(pk=pk, user=user_of(request), subject=record.label_lower).first()
    if found is None:
        raise Http404(_("没有这一批，或已过期。请回到列表重新选择。"))
    action = _bulk_action(record, found.action)
    user = allow(request, record, action.verb)
    if request.method == "POST":
        return _step(request, user, record, action, found)
    is_edited = "edit" in request.GET and _may_edit(found)
    job = found.run_job or found.try_job
    if job is not None and job.state != job.State.DONE and not is_edited:
        return _working(request, user, record, action, found)
    form = None
    if found.state == Batch.State.CHOSEN or is_edited:
        form = bulk.form_of(action, QueryDict(found.values) if found.values else None)
    return _page(request, record, action, found, form)


def _may_edit(found: Batch) -> bool:
    """Until it is being done, and not while it is being tried."""
    is_waiting = found.run_job is None and found.state != Batch.State.DONE
    return is_waiting and (found.try_job is None or found.try_job.is_over)


def _step(
    request: HttpRequest, user: User, record: RecordType, action: Action, found: Batch
) -> HttpResponse:
    here = redirect(record.url("batch", found.pk))
    named: dict[str, Any] = {"actor": user, "record": record, "action": action, "batch": found}
    try:
        if request.POST.get("step") == "run":
            jobs.carry_out(**named)
            return here
        form = jobs.consider(**named, data=request.POST)
    except ValidationError as error:
        messages.error(request, error.messages[0])
        return here
    return _page(request, record, action, found, form) if form.errors else here


def _working(
    request: HttpRequest, user: User, record: RecordType, action: Action, found: Batch
) -> HttpResponse:
    """How far the job is; when it was stopped or failed, what was done and what was not."""
    job = found.run_job or found.try_job
    assert job is not None
    context = {
        **_seen(request, record, action, found),
        **line_of(user, job),
        "is_trial": found.run_job is None,
        "may_edit": _may_edit(found) and action.form is not None,
    }
    return render(request, "records/batch_working.html", context)


def _page(
    request: HttpRequest, record: RecordType, action: Action, found: Batch, form: Any
) -> HttpResponse:
    context = {**_seen(request, record, action, found), "form": form}
    context["has_form"] = action.form is not None
    if found.run_job is not None and found.run_job.result:
        context["results_job"] = found.run_job.pk
    status = REFUSED if form is not None and form.errors else 200
    return render(request, "records/batch.html", context, status=status)


def _seen(request: HttpRequest, record: RecordType, action: Action, found: Batch) -> dict[str, Any]:
    """The counts, and a page of the rows, of one result where that was asked for."""
    tally = dict(found.rows.order_by().values_list("state").annotate(models.Count("pk")))
    counts = {str(state.value): tally.get(state.value, 0) for state in State}
    wanted = request.GET.get("state", "")
    rows = found.rows.filter(state=wanted) if wanted in State.values else found.rows.all()
    page = Paginator(rows.order_by("pk"), SHOWN).get_page(request.GET.get("page"))
    seen = bulk.visible(record, list(page))
    return {
        "record": record,
        "action": action,
        "batch": found,
        "here": record.url("batch", found.pk),
        "back_url": record.url(),
        "counts": {
            **counts,
            "all": sum(counts.values()),
            "not_done": sum(counts.values()) - counts[State.DONE],
        },
        "kinds": [
            {"value": state.value, "label": state.label, "number": counts[state.value]}
            for state in State
            if counts[state.value]
        ],
        "wanted": wanted,
        "page": page,
        "rows": [_line(record, row, seen.get(row.key)) for row in page],
    }


def _line(record: RecordType, row: BatchRow, obj: Any) -> dict[str, Any]:
    return {
        "text": record.pick_text(obj) if obj is not None else "",
        "href": record.url("page", obj.pk) if obj is not None else "",
        "state": row.get_state_display(),
        "is_good": row.state in (State.FINE, State.DONE),
        "is_bad": row.state in (State.REFUSED, State.FAILED),
        "message": row.message,
    }


def _bulk_action(record: RecordType, name: str) -> Action:
    action = action_of(record, name)
    if not action.is_bulk:
        raise Http404(_("这项操作不能批量办理。"))
    return action


def _keys(record: RecordType, keys: list[str]) -> list[Any]:
    """The keys that can be one; what somebody made up finds nothing."""
    field = record.model._meta.pk
    found = []
    for key in keys[: bulk.MOST + 1]:
        try:
            found.append(field.to_python(key) if field else key)
        except ValidationError:
            continue
    return found
