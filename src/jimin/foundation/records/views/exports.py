"""Exporting exactly the rows a list shows."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.db import models
from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from jimin.foundation.access.models import User
from jimin.foundation.audit import services as audit
from jimin.foundation.sealed.rules import masked
from jimin.foundation.tables import OutColumn, Value, stream_csv, stream_xlsx

from .. import paging, places
from ..declare import RecordType
from ..values import cell
from .common import allow
from .lists import listed

CHUNK = 2000
WIDE, USUAL, NARROW = 30, 18, 12
DIGITS_TO_MASK = 5


@require_POST
def export(
    request: HttpRequest, record: RecordType
) -> HttpResponse | FileResponse | StreamingHttpResponse:
    """The rows of the list in its order; sealed values in full only with the grant and a reason."""
    user = allow(request, record, "export")
    reason = request.POST.get("reason", "").strip()
    unmasked = request.POST.get("unmasked") == "1"
    if unmasked:
        allow(request, record, "unmask")
        if len(reason) < 2:
            messages.error(request, _("没有导出：包含完整号码的导出须写明事由。"))
            return redirect(f"{record.url()}?{request.GET.urlencode()}")
    verbs = ("view", "export", "unmask") if unmasked else ("view", "export")
    _filters, rows = listed(request, record, *verbs)
    rows = paging.ordered(rows, paging.order_of(record, request.GET.get("sort", "")))
    count = rows.count()
    is_csv = request.POST.get("format") == "csv"
    facts = {
        "rows": count,
        "format": "csv" if is_csv else "xlsx",
        "unmasked": unmasked,
        "conditions": _conditions(request),
    }
    line = audit.Line("export", record.label_lower, "", facts, reason[:400])
    audit.log_many(actor=user, lines=[line])
    return _send(user, record, rows, count, unmasked=unmasked, is_csv=is_csv)


def columns_of(record: RecordType) -> list[OutColumn]:
    return [_column(record.field_map[name]) for name in record.fields]


def cells(
    record: RecordType, rows: models.QuerySet[Any], *, unmasked: bool
) -> Iterator[list[Value]]:
    for obj in rows.iterator(chunk_size=CHUNK):
        yield [cell(record, obj, name, unmasked=unmasked) for name in record.fields]


def _send(
    user: User,
    record: RecordType,
    rows: models.QuerySet[Any],
    count: int,
    *,
    unmasked: bool,
    is_csv: bool,
) -> FileResponse | StreamingHttpResponse:
    now = timezone.localtime()
    title = _("%(who)s于 %(at)s 导出，共 %(count)s 条。内部资料，请妥善保管。") % {
        "who": f"{user.name}（{user.username}）",
        "at": f"{now:%Y-%m-%d %H:%M}",
        "count": count,
    }
    name = f"{record.label}-{now:%Y%m%d-%H%M}"
    values = cells(record, rows, unmasked=unmasked)
    if is_csv:
        lines = stream_csv(columns_of(record), values, title=title)
        response = StreamingHttpResponse(
            (line.encode() for line in lines), content_type="text/csv; charset=utf-8"
        )
        response.headers["Content-Disposition"] = content_disposition_header(True, f"{name}.csv")
        return response
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "export.xlsx"
        stream_xlsx(path, str(record.label), columns_of(record), values, title=title)
        return FileResponse(path.open("rb"), as_attachment=True, filename=f"{name}.xlsx")


def _column(field: Any) -> OutColumn:
    label = str(field.verbose_name)
    if places.is_area(field):
        return OutColumn(label, WIDE)
    if field.choices or field.is_relation:
        return OutColumn(label, USUAL)
    match field:
        case models.DateField():
            return OutColumn(label, NARROW, "date")
        case models.DecimalField() if field.decimal_places == 2:
            return OutColumn(label, USUAL, "money")
        case models.BooleanField():
            return OutColumn(label, NARROW)
        case models.IntegerField():
            return OutColumn(label, NARROW, "whole")
        case _:
            return OutColumn(label, USUAL)


def _conditions(request: HttpRequest) -> dict[str, str]:
    """What was asked, for the log; a number that was searched for is masked."""
    found = {}
    for name in request.GET:
        if value := (request.GET.get(name) or "").strip():
            digits = sum(c.isdigit() for c in value)
            hides = name == "q" and digits >= DIGITS_TO_MASK
            found[name] = masked(value[:100]) if hides else value[:100]
    return found
