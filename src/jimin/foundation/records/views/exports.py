"""Exporting the rows a list shows: at once, or by a job when they are many."""

import tempfile
from pathlib import Path

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from jimin.foundation.access.models import User
from jimin.foundation.audit import services as audit
from jimin.foundation.jobs import services as jobs

from .. import saved
from ..declare import RecordType
from ..exports import MOST_ROWS, Export, Wanted
from ..jobs import EXPORT
from .common import allow

MOST_ROWS_AT_ONCE = 5000


@require_POST
def export(
    request: HttpRequest, record: RecordType
) -> HttpResponse | FileResponse | StreamingHttpResponse:
    """The rows of the list in its order; sealed values in full only with the grant and a reason."""
    user = allow(request, record, "export")
    wanted = _wanted(request, user, record)
    back = redirect(f"{record.url()}?{request.GET.urlencode()}")
    if wanted.unmasked:
        allow(request, record, "unmask")
        if len(wanted.reason) < 2:
            messages.error(request, _("没有导出：包含完整号码的导出须写明事由。"))
            return back
    made = Export(user, record, wanted)
    if len(made.keys) > MOST_ROWS:
        messages.error(
            request,
            _("没有导出：超过 %(most)s 条。请用条件缩小范围。") % {"most": MOST_ROWS},
        )
        return back
    if len(made.keys) > MOST_ROWS_AT_ONCE:
        return _later(user, record, wanted, len(made.keys))
    audit.log_many(actor=user, lines=[made.line()])
    return _send(made)


def _wanted(request: HttpRequest, user: User, record: RecordType) -> Wanted:
    columns: tuple[str, ...] = ()
    if request.POST.get("columns") == "list":
        shown = saved.shown(user, record, request.GET.get("view", ""))
        columns = tuple(column.name for column in shown.columns)
    return Wanted(
        query=request.GET.urlencode(),
        form="csv" if request.POST.get("format") == "csv" else "xlsx",
        unmasked=request.POST.get("unmasked") == "1",
        reason=request.POST.get("reason", "").strip()[:400],
        columns=columns,
    )


def _later(user: User, record: RecordType, wanted: Wanted, count: int) -> HttpResponse:
    values = {"subject": record.label_lower, "rows": count, "wanted": wanted.sealed()}
    job = jobs.ask(actor=user, kind=EXPORT, values=values, total=count)
    return redirect("job", job.pk)


def _send(made: Export) -> FileResponse | StreamingHttpResponse:
    if made.wanted.form == "csv":
        response = StreamingHttpResponse(made.csv(), content_type="text/csv; charset=utf-8")
        name = content_disposition_header(True, made.file_name)
        response.headers["Content-Disposition"] = name or "attachment"
        return response
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "export.xlsx"
        made.write(path)
        return FileResponse(path.open("rb"), as_attachment=True, filename=made.file_name)
