"""An action for many records: choosing them, trying it out, doing it."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from jimin.foundation.access.models import User

from .. import bulk
from ..declare import Action, RecordType
from ..models import Batch, BatchRow
from .changes import REFUSED, action_of
from .common import allow, user_of
from .lists import listed

State = BatchRow.State


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
        batch = bulk.choose(actor=user, record=record, action=action, rows=rows)
    except ValidationError as error:
        messages.error(request, error.messages[0])
        return redirect(f"{record.url()}?{request.GET.urlencode()}")
    return redirect(record.url("batch", batch.pk))


@require_http_methods(["GET", "HEAD", "POST"])
def batch(request: HttpRequest, record: RecordType, pk: Any) -> HttpResponse:
    found = Batch.objects.filter(pk=pk, user=user_of(request), subject=record.label_lower).first()
    if found is None:
        raise Http404(_("没有这一批，或已过期。请回到列表重新选择。"))
    action = _bulk_action(record, found.action)
    user = allow(request, record, action.verb)
    if request.method == "POST":
        return _step(request, user, record, action, found)
    form = None
    if found.state == Batch.State.CHOSEN or (
        "edit" in request.GET and found.state == Batch.State.TRIED
    ):
        form = bulk.form_of(action, QueryDict(found.values) if found.values else None)
    return _page(request, record, action, found, form)


def _step(
    request: HttpRequest, user: User, record: RecordType, action: Action, found: Batch
) -> HttpResponse:
    here = redirect(record.url("batch", found.pk))
    try:
        if request.POST.get("step") == "run":
            bulk.run(actor=user, record=record, action=action, batch=found)
            return here
        form = bulk.fill_in(
            actor=user, record=record, action=action, batch=found, data=request.POST
        )
    except ValidationError as error:
        messages.error(request, error.messages[0])
        return here
    return _page(request, record, action, found, form) if form.errors else here


def _page(
    request: HttpRequest, record: RecordType, action: Action, found: Batch, form: Any
) -> HttpResponse:
    rows = list(found.rows.order_by("pk"))
    texts = {str(o.pk): o for o in record.rows().filter(pk__in=[row.key for row in rows])}
    tally = [row.state for row in rows]
    context = {
        "record": record,
        "action": action,
        "has_form": action.form is not None,
        "batch": found,
        "form": form,
        "here": record.url("batch", found.pk),
        "back_url": record.url(),
        "counts": {
            "all": len(rows),
            **{str(state.value): tally.count(state) for state in State},
            "not_done": len(rows) - tally.count(State.DONE),
        },
        "rows": [_line(record, row, texts.get(row.key)) for row in rows],
    }
    status = REFUSED if form is not None and form.errors else 200
    return render(request, "records/batch.html", context, status=status)


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
