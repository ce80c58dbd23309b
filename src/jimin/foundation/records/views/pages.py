"""One record: its fields, related registers, actions and history."""

import uuid
from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from jimin.foundation.access.models import User

from .. import attachments, contents, history, notes, paging, services, values
from ..declare import RecordType, Tab
from .common import allow, find, find_for
from .lists import listed

HISTORY, FILES, NOTES = "history", "files", "notes"


@require_safe
def page(request: HttpRequest, record: RecordType, pk: str) -> HttpResponse:
    user = allow(request, record, "view")
    obj = find(record, pk)
    context = page_context(request, user, record, obj)
    name = "records/tab.html" if request.headers.get("HX-Target") == "tab" else "records/page.html"
    return render(request, name, context)


@require_safe
def beside(request: HttpRequest, record: RecordType, pk: str) -> HttpResponse:
    """The records before and after this one in the list that has this query string."""
    allow(request, record, "view")
    obj = find(record, pk)
    _filters, rows = listed(request, record)
    count, sort = paging.count_of(rows), request.GET.get("sort", "")
    order = paging.order_of(record, sort if paging.sorts(record, sort, count) else "")
    along = paging.reading_along(record, count)
    before, after = paging.neighbours(rows, order, str(obj.pk), along)
    context = {"previous": _neighbour(record, before), "following": _neighbour(record, after)}
    return render(request, "records/beside.html", context)


def _neighbour(record: RecordType, obj: Any) -> dict[str, str] | None:
    return (
        None if obj is None else {"href": record.url("page", obj.pk), "name": record.heading(obj)}
    )


@require_POST
def unmask(request: HttpRequest, record: RecordType, pk: str) -> HttpResponse:
    """Shows the sealed values once, in the answer to this request only."""
    obj = find_for(request, record, pk, "unmask")
    user = allow(request, record, "unmask")
    context = {"reason": request.POST.get("reason", "")}
    status = 200
    try:
        shown = services.unmask(actor=user, record=record, obj=obj, reason=context["reason"])
    except ValidationError as error:
        shown, status = {}, 422
        context["unmask_error"] = error.messages[0]
    context |= page_context(request, user, record, obj, shown=shown)
    response = render(request, "records/page.html", context, status=status)
    response.headers["Cache-Control"] = "no-store"
    return response


def page_context(
    request: HttpRequest,
    user: User,
    record: RecordType,
    obj: Any,
    *,
    shown: dict[str, str] | None = None,
    tab: str = "",
) -> dict[str, Any]:
    tabs = [t for t in record.tabs if not t.subject or user.may(t.verb, t.subject)]
    current = tab or request.GET.get("tab") or (tabs[0].name if tabs else HISTORY)
    may_change = record.is_editable and record.may(user, "change", obj)
    has_sealed = any(name in record.sealed_names for name in record.fields)
    return {
        "record": record,
        "object": obj,
        "heading": record.heading(obj),
        "groups": _groups(record, obj, shown or {}),
        "is_unmasked": bool(shown),
        "may_unmask": has_sealed and record.may(user, "unmask", obj),
        "unmask_url": record.url("unmask", obj.pk),
        "edit_url": record.url("edit", obj.pk) if may_change else "",
        "list_url": record.url(),
        "actions": [
            {"action": a, "href": record.url("act", obj.pk, a.name)}
            for a in record.actions
            if record.may(user, a.verb, obj) and a.shown(obj)
        ],
        "tabs": [
            {"name": name, "label": label, "current": name == current}
            for name, label in (*((t.name, t.label) for t in tabs), *_common_tabs(record, obj))
        ],
        "here": record.url("page", obj.pk),
        "beside_url": record.url("beside", obj.pk),
    } | _tab(user, record, obj, tabs, current)


def _common_tabs(record: RecordType, obj: Any) -> list[tuple[str, str]]:
    """Files and notes say how many there are, so that nobody opens them in vain."""
    found = []
    if record.has_attachments:
        number = attachments.of_record(record, obj).count()
        found.append((FILES, _("附件（%(number)s）") % {"number": number}))
    if record.has_notes:
        number = notes.of_record(record, obj).filter(withdrawn_at=None).count()
        found.append((NOTES, _("备注（%(number)s）") % {"number": number}))
    return [*found, (HISTORY, _("办理记录"))]


def _groups(record: RecordType, obj: Any, shown: dict[str, str]) -> list[dict[str, Any]]:
    return [
        {
            "label": section.label,
            "fields": [
                {
                    "label": record.field_map[name].verbose_name,
                    "value": shown.get(name) or _value(record, obj, name),
                    "is_sealed": name in record.sealed_names,
                    "link": _link(record, obj, name),
                }
                for name in section.fields
            ],
        }
        for section in record.groups
    ]


def _value(record: RecordType, obj: Any, name: str) -> str:
    found = record.page_columns[name].value(obj)
    return _("已登记，不显示") if name in record.sealed_names and found == values.HIDDEN else found


def _link(record: RecordType, obj: Any, name: str) -> str:
    """The page of a linked record, where there is one and it may be seen."""
    if not record.field_map[name].is_relation:
        return ""
    linked = getattr(obj, name)
    return values.address_of(linked) if linked is not None else ""


def _tab(user: User, record: RecordType, obj: Any, tabs: list[Tab], current: str) -> dict[str, Any]:
    if current == HISTORY:
        lines, more = history.history_of(record, obj)
        return {"tab_template": "records/history.html", "lines": lines, "more_lines": more}
    if current == FILES and record.has_attachments:
        return {"tab_template": "records/files.html", **_files(user, record, obj)}
    if current == NOTES and record.has_notes:
        return {"tab_template": "records/notes.html", **_notes(user, record, obj)}
    tab = next((t for t in tabs if t.name == current), None)
    if tab is None:
        raise Http404(_("没有这个栏目。"))
    return {"tab_template": tab.template, **tab.context(obj)}


def _files(user: User, record: RecordType, obj: Any) -> dict[str, Any]:
    return {
        "files": [
            {
                "pk": file.pk,
                "name": file.name,
                "size": file.size,
                "who": file.user.name,
                "at": timezone.localtime(file.at),
                "has_preview": file.has_preview,
                "href": record.url("file", obj.pk, file.pk),
                "remove_url": record.url("remove-file", obj.pk, file.pk),
            }
            for file in attachments.of_record(record, obj)
        ],
        "may_attach": record.may(user, "attach", obj),
        "attach_url": record.url("attach", obj.pk),
        "megabytes": contents.MEGABYTES,
    }


def _notes(user: User, record: RecordType, obj: Any) -> dict[str, Any]:
    may_note = record.may(user, "note", obj)
    return {
        "notes": [
            {
                "text": note.text,
                "who": note.user.name,
                "at": timezone.localtime(note.at),
                "is_withdrawn": note.withdrawn_at is not None,
                "withdraw_url": record.url("withdraw-note", obj.pk, note.pk)
                if may_note and note.user_id == user.pk
                else "",
            }
            for note in notes.of_record(record, obj)
        ],
        "may_note": may_note,
        "note_url": record.url("note", obj.pk),
        "note_token": uuid.uuid4().hex,
    }
