"""Files and notes of a record."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from jimin.foundation.access.models import User

from .. import attachments, notes, services
from ..declare import RecordType
from ..models import Attachment
from .changes import REFUSED
from .common import allow, find, find_for
from .pages import FILES, NOTES, page_context

SHUT = "default-src 'none'; sandbox"


@require_POST
def attach(request: HttpRequest, record: RecordType, pk: str) -> HttpResponse:
    obj = find_for(request, record, pk, "attach")
    user = allow(request, record, "attach")
    file = request.FILES.get("file")
    if file is None:
        return _again(request, user, record, obj, FILES, _("请选择要上传的文件。"))
    try:
        attachments.attach(actor=user, record=record, obj=obj, name=file.name or "", file=file)
    except ValidationError as error:
        return _again(request, user, record, obj, FILES, error.messages[0])
    messages.success(request, _("已上传附件。"))
    return _back(record, obj, FILES)


@require_safe
def attachment(request: HttpRequest, record: RecordType, pk: str, file: Any) -> HttpResponse:
    """The file to download; `show` an image in the browser, `small` its preview in the page.

    Nothing in a file runs or loads anything: the answer is sandboxed, its kind is the one found
    when it was kept, and what is no image is only saved.
    """
    user = allow(request, record, "view")
    obj = find(record, pk)
    found = _attachment(record, obj, file)
    is_small = "small" in request.GET and found.has_preview
    try:
        if is_small:
            data, kind = attachments.preview_of(found), "image/jpeg"
        else:
            data = attachments.open_attachment(actor=user, record=record, obj=obj, attachment=found)
            kind = found.kind
    except ValidationError as error:
        messages.error(request, error.messages[0])
        return _back(record, obj, FILES)
    is_saved = not (found.has_preview and ("show" in request.GET or is_small))
    response = HttpResponse(data, content_type=kind)
    response.headers["Content-Disposition"] = (
        content_disposition_header(is_saved, found.name) or "attachment"
    )
    response.headers["Content-Security-Policy"] = SHUT
    return response


@require_POST
def remove_attachment(request: HttpRequest, record: RecordType, pk: str, file: Any) -> HttpResponse:
    obj = find_for(request, record, pk, "attach")
    user = allow(request, record, "attach")
    try:
        attachments.remove_attachment(
            actor=user,
            record=record,
            obj=obj,
            attachment=_attachment(record, obj, file),
            reason=request.POST.get("reason", ""),
        )
    except ValidationError as error:
        return _again(request, user, record, obj, FILES, error.messages[0])
    messages.success(request, _("已删除附件。"))
    return _back(record, obj, FILES)


@require_POST
def note(request: HttpRequest, record: RecordType, pk: str) -> HttpResponse:
    obj = find_for(request, record, pk, "note")
    user = allow(request, record, "note")
    text = request.POST.get("text", "")
    try:
        services.once(
            actor=user,
            token=request.POST.get("form_token", "")[:64],
            make=lambda: notes.add_note(actor=user, record=record, obj=obj, text=text),
        )
    except ValidationError as error:
        return _again(request, user, record, obj, NOTES, error.messages[0], text=text)
    messages.success(request, _("已写备注。"))
    return _back(record, obj, NOTES)


@require_POST
def withdraw_note(request: HttpRequest, record: RecordType, pk: str, number: int) -> HttpResponse:
    obj = find_for(request, record, pk, "note")
    user = allow(request, record, "note")
    try:
        notes.withdraw_note(actor=user, record=record, obj=obj, pk=number)
    except ValidationError as error:
        raise PermissionDenied(error.messages[0]) from error
    messages.success(request, _("已撤回备注。"))
    return _back(record, obj, NOTES)


def _attachment(record: RecordType, obj: Any, pk: Any) -> Attachment:
    found = attachments.of_record(record, obj).filter(pk=pk).first()
    if found is None:
        raise Http404(_("没有这个附件，可能已被删除。"))
    return found


def _back(record: RecordType, obj: Any, tab: str) -> HttpResponse:
    return redirect(f"{record.url('page', obj.pk)}?tab={tab}")


def _again(
    request: HttpRequest,
    user: User,
    record: RecordType,
    obj: Any,
    tab: str,
    problem: str,
    **typed: str,
) -> HttpResponse:
    """The page once more, with what is wrong said on top and at the field."""
    context = page_context(request, user, record, obj, tab=tab)
    context |= {"problem": problem, "problem_at": f"#new-{tab}", **typed}
    return render(request, "records/page.html", context, status=REFUSED)
