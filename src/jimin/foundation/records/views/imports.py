"""Importing a workbook: upload, look at what it would do, decide."""

import base64
import datetime as dt
import tempfile
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from jimin.foundation.access.models import User
from jimin.foundation.tables import (
    CopyFailedError,
    OutColumn,
    UnusableError,
    new_workbook,
    stream_xlsx,
    write_marked_copy,
)

from .. import exchange, places
from ..declare import RecordType, record_for
from ..models import Upload
from .changes import REFUSED
from .common import allow

SUFFIXES = (".xlsx", ".xlsm", ".csv")
KEPT = dt.timedelta(days=2)
SHOWN = 100


@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: HttpRequest, record: RecordType) -> HttpResponse:
    user = allow(request, record, "import")
    problem = ""
    if request.method == "POST":
        try:
            kept = _keep(user, record, request.FILES.get("file"))
        except UnusableError as error:
            problem = str(error)
        else:
            return redirect(record.url("preview", kept.pk))
    context = {
        "record": record,
        "problem": problem,
        "back_url": record.url(),
        "template_url": record.url("template"),
        "most": exchange.MOST_ROWS,
        "megabytes": exchange.LARGEST // 2**20,
        "key": exchange.label_of(record, record.key),
    }
    return render(request, "records/upload.html", context, status=REFUSED if problem else 200)


def _keep(user: User, record: RecordType, file: Any) -> Upload:
    """Store the file after seeing that it can be read at all."""
    if file is None:
        raise UnusableError(_("请选择要导入的文件。"))
    name = Path(file.name or "").name[-200:]
    if Path(name).suffix.lower() not in SUFFIXES:
        raise UnusableError(_("只能导入 xlsx 或 csv 文件。请在 Excel 或 WPS 中另存后再选。"))
    if (file.size or 0) > exchange.LARGEST:
        raise UnusableError(
            _("文件超过 %(most)s MB。请删去多余的工作表和图片，或分成几个文件。")
            % {"most": exchange.LARGEST // 2**20}
        )
    Upload.objects.filter(at__lt=timezone.now() - KEPT).delete()
    content = base64.b64encode(file.read()).decode()
    kept = Upload(user=user, subject=record.label_lower, file_name=name, content=content)
    with exchange.opened(record, kept):
        kept.save()
    return kept


@require_http_methods(["GET", "HEAD", "POST"])
def preview(request: HttpRequest, record: RecordType, pk: Any) -> HttpResponse:
    """What the file would do (GET); do it or drop it (POST)."""
    user = allow(request, record, "import")
    if request.method == "POST":
        return _decide(request, user, record, pk)
    kept = _find(user, record, pk)
    context: dict[str, Any] = {"record": record, "upload": kept, "back_url": record.url()}
    if kept.state != Upload.State.WAITING:
        context["counts"] = kept.outcome
        context["errors_url"] = record.url("errors", pk) if kept.content else ""
        return render(request, "records/imported.html", context)
    with exchange.opened(record, kept) as (_path, table):
        result = exchange.rehearse(actor=user, record=record, table=table)
    context |= {
        "counts": result.counts,
        "faults": result.faults[:SHOWN],
        "more_faults": max(0, len(result.faults) - SHOWN),
        "changed": [o for o in result.outcomes if o.kind == exchange.CHANGED][:SHOWN],
        "added": [o for o in result.outcomes if o.kind == exchange.NEW][:SHOWN],
        "usable": result.counts[exchange.NEW] + result.counts[exchange.CHANGED],
        "errors_url": record.url("errors", pk) if result.faults else "",
        "unused": _unused(record, table),
    }
    return render(request, "records/preview.html", context)


def _unused(record: RecordType, table: Any) -> list[str]:
    """Fields for which the file has no column: they keep what they have."""
    return [label for label in table.columns if label not in table.header.places]


@transaction.atomic
def _decide(request: HttpRequest, user: User, record: RecordType, pk: Any) -> HttpResponse:
    kept = _find(user, record, pk, lock=True)
    here = redirect(record.url("preview", pk))
    if kept.state != Upload.State.WAITING:
        return here  # sent twice: the first sending did the work
    if request.POST.get("decision") == "drop":
        kept.state, kept.content = Upload.State.DROPPED, ""
        kept.save()
        messages.info(request, _("已放弃导入，没有改动任何记录。"))
        return redirect(record.url())
    only_good = request.POST.get("decision") == "good"
    with exchange.opened(record, kept) as (_path, table):
        try:
            with transaction.atomic():
                result = exchange.load(
                    actor=user,
                    record=record,
                    table=table,
                    file_name=kept.file_name,
                    only_good=only_good,
                )
        except exchange.RowsWrongError:
            messages.error(request, _("有错误的行，没有导入。请改正，或只导入没有错误的行。"))
            return here
    kept.state, kept.outcome = Upload.State.DONE, result.counts
    if not result.faults:
        kept.content = ""
    kept.save()
    return here


@require_safe
def errors(request: HttpRequest, record: RecordType, pk: Any) -> HttpResponse | FileResponse:
    """The user's workbook with the wrong cells marked; of a CSV a list of what is wrong."""
    user = allow(request, record, "import")
    kept = _find(user, record, pk)
    if not kept.content:
        raise Http404(_("这个文件已经处理完，不再保存。请重新上传。"))
    with exchange.opened(record, kept) as (path, table), tempfile.TemporaryDirectory() as folder:
        result = exchange.rehearse(actor=user, record=record, table=table)
        out = Path(folder) / "errors.xlsx"
        try:
            if path.suffix == ".csv":
                raise CopyFailedError
            write_marked_copy(path, [table], result.faults, out)
        except CopyFailedError:
            columns = [
                OutColumn(_("行"), 8, "whole"),
                OutColumn(_("列"), 20),
                OutColumn(_("内容"), 30),
                OutColumn(_("错误原因"), 60, "long_text"),
            ]
            rows = ((f.row, f.column, f.value, f.message) for f in result.faults)
            stream_xlsx(out, _("错误"), columns, rows)
        return _download(out, f"{Path(kept.file_name).stem}-{_('错误')}.xlsx")


@require_safe
def template(request: HttpRequest, record: RecordType) -> FileResponse:
    """An empty workbook with the right headings and a sheet that says how to fill them."""
    allow(request, record, "import")
    columns = [OutColumn(exchange.label_of(record, name), 20) for name in record.fields]
    guide = [
        OutColumn(_("列"), 20),
        OutColumn(_("必填"), 8),
        OutColumn(_("怎么填"), 80, "long_text"),
    ]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "template.xlsx"
        with new_workbook(path) as book:
            book.sheet(str(record.label), columns)
            sheet = book.sheet(_("填写说明"), guide)
            for name in record.fields:
                sheet.row(_guidance(record, name))
        return _download(path, f"{record.label}-{_('导入模板')}.xlsx")


def _guidance(record: RecordType, name: str) -> tuple[str, str, str]:
    field = record.field_map[name]
    said = [str(record.hints.get(name, ""))]
    if name == record.key:
        said.append(_("按这一列辨认是不是同一条记录。"))
    if field.choices:
        words = "、".join(str(label) for value, label in field.flatchoices if value != "")
        said.append(_("填：%(words)s。") % {"words": words})
    elif places.is_area(field):
        said.append(_("填 12 位区划代码，或在您的辖区内不重复的名称；重名的写“乡镇名 村名”。"))
    elif field.is_relation:
        linked = record_for(field.related_model)
        if linked is not None and linked.key != "pk":
            said.append(_("填%(label)s。") % {"label": exchange.label_of(linked, linked.key)})
    elif field.get_internal_type() == "DateField":
        said.append(_("填日期，如 2016-03-01。"))
    elif field.get_internal_type() == "BooleanField":
        said.append(_("填：是、否。"))
    needed = name == record.key or not (field.blank or field.has_default())
    return exchange.label_of(record, name), _("是") if needed else "", "".join(said)


def _find(user: User, record: RecordType, pk: Any, *, lock: bool = False) -> Upload:
    rows = Upload.objects.select_for_update() if lock else Upload.objects
    kept = rows.filter(pk=pk, user=user, subject=record.label_lower).first()
    if kept is None:
        raise Http404(_("没有这个上传的文件，或已过期。请重新上传。"))
    return kept


def _download(path: Path, name: str) -> FileResponse:
    """The file is unlinked with its folder; the open handle lasts until it is sent."""
    return FileResponse(path.open("rb"), as_attachment=True, filename=name)
