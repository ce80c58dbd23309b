"""Importing a workbook: upload, look at what it would do, decide.

A small file is looked at and imported while the clerk waits; a large one by jobs, whose progress
the same page shows.
"""

import tempfile
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import BooleanField
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from jimin.foundation.access.models import User
from jimin.foundation.jobs import services as jobs
from jimin.foundation.jobs.views import line_of
from jimin.foundation.tables import OutColumn, UnusableError, new_workbook

from .. import exchange, places
from ..cells import label_of
from ..declare import RecordType, record_for
from ..errors import write_errors
from ..jobs import CHECK, LOAD
from ..models import Upload
from .changes import REFUSED
from .common import allow

SUFFIXES = (".xlsx", ".xlsm", ".csv")
SMALL_FILE = 256 * 2**10
MOST_ROWS_AT_ONCE = 2000
YES_NO = ("是", "否")  # as cells are read, whatever the language of the page


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
        "key": label_of(record, record.key),
    }
    return render(request, "records/upload.html", context, status=REFUSED if problem else 200)


def _keep(user: User, record: RecordType, file: Any) -> Upload:
    """Store the file: a small one after seeing that it can be read, a large one to be checked."""
    if file is None:
        raise UnusableError(_("请选择要导入的文件。"))
    name = Path(file.name or "").name[-200:]
    suffix = Path(name).suffix.lower()
    if suffix not in SUFFIXES:
        raise UnusableError(_("只能导入 xlsx 或 csv 文件。请在 Excel 或 WPS 中另存后再选。"))
    if (file.size or 0) > exchange.LARGEST:
        raise UnusableError(
            _("文件超过 %(most)s MB。请删去多余的工作表和图片，或分成几个文件。")
            % {"most": exchange.LARGEST // 2**20}
        )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"upload{suffix}"
        with path.open("wb") as plain:
            for chunk in file.chunks():
                plain.write(chunk)
        is_small = path.stat().st_size <= SMALL_FILE
        if is_small:
            is_small = len(exchange.read_table(record, path).rows) <= MOST_ROWS_AT_ONCE
        kept = Upload(user=user, subject=record.label_lower, file_name=name)
        kept.seal(path)
    with transaction.atomic():
        kept.save()
        if not is_small:
            _ask_check(user, record, kept)
    return kept


def _ask_check(user: User, record: RecordType, kept: Upload) -> None:
    values = {"upload": str(kept.pk), "subject": record.label_lower, "file": kept.file_name}
    kept.checks += 1
    kept.check_job = jobs.ask(
        actor=user, kind=CHECK, values=values, once=f"check {kept.pk} {kept.checks}"
    )
    kept.load_job = None
    kept.save()


@require_http_methods(["GET", "HEAD", "POST"])
def preview(request: HttpRequest, record: RecordType, pk: Any) -> HttpResponse:
    """What the file would do (GET); do it, check it again or drop it (POST)."""
    user = allow(request, record, "import")
    if request.method == "POST":
        return _decide(request, user, record, pk)
    kept = _find(user, record, pk)
    job = kept.load_job or kept.check_job
    context: dict[str, Any] = {"record": record, "upload": kept, "back_url": record.url()}
    if kept.state != Upload.State.WAITING and (job is None or job.is_over):
        context["counts"] = kept.outcome
        context["errors_url"] = _errors_url(record, kept)
        return render(request, "records/imported.html", context)
    if job is not None and (job.state != job.State.DONE or kept.load_job is not None):
        context |= line_of(user, job)
        context["upload_url"] = record.url("import")
        return render(request, "records/importing.html", context)
    found = kept.kept_preview() if job is not None else _look(user, record, kept)
    counts = found["counts"]
    context |= found | {
        "usable": counts[exchange.NEW] + counts[exchange.CHANGED],
        "errors_url": _errors_url(record, kept) if counts[exchange.WRONG] else "",
    }
    return render(request, "records/preview.html", context)


def _look(user: User, record: RecordType, kept: Upload) -> dict[str, Any]:
    with exchange.opened(record, kept) as (_path, table):
        result = exchange.rehearse(actor=user, record=record, table=table)
        unused = [label for label in table.columns if label not in table.header.places]
    return result.preview(unused)


def _errors_url(record: RecordType, kept: Upload) -> str:
    if not kept.outcome.get(exchange.WRONG, 1):
        return ""
    job = kept.load_job or kept.check_job
    is_there = bool(job.result) if job is not None else bool(kept.file)
    return record.url("errors", kept.pk) if is_there else ""


@transaction.atomic
def _decide(request: HttpRequest, user: User, record: RecordType, pk: Any) -> HttpResponse:
    kept = _find(user, record, pk, lock=True)
    here = redirect(record.url("preview", pk))
    if kept.load_job is not None and not kept.load_job.is_over:
        return here  # sent twice: the first sending does the work
    if kept.state != Upload.State.WAITING:
        return here
    decision = request.POST.get("decision")
    if decision == "drop":
        kept.drop()
        messages.info(request, _("已放弃导入，没有改动任何记录。"))
        return redirect(record.url())
    if kept.check_job is None:
        _load_now(request, user, record, kept, only_good=decision == "good")
    elif decision == "check" and kept.check_job.is_over:
        _ask_check(user, record, kept)
    elif kept.check_job.state == kept.check_job.State.DONE and kept.load_job is None:
        values = {**kept.check_job.values, "mode": "good" if decision == "good" else "all"}
        if values["mode"] == "all" and kept.outcome[exchange.WRONG]:
            messages.error(request, _("有错误的行，没有导入。请改正，或只导入没有错误的行。"))
            return here
        once = f"import {kept.pk} {kept.checks}"
        kept.load_job = jobs.ask(actor=user, kind=LOAD, values=values, once=once)
        kept.save()
    return here


def _load_now(
    request: HttpRequest, user: User, record: RecordType, kept: Upload, *, only_good: bool
) -> None:
    with exchange.opened(record, kept) as (_path, table):
        try:
            result = exchange.load(
                actor=user,
                record=record,
                table=table,
                file_name=kept.file_name,
                only_good=only_good,
            )
        except exchange.RowsWrongError:
            messages.error(request, _("有错误的行，没有导入。请改正，或只导入没有错误的行。"))
            return
    kept.decided(Upload.State.DONE, result.counts)
    if not result.faults:
        kept.drop_file()


@require_safe
def errors(request: HttpRequest, record: RecordType, pk: Any) -> HttpResponse | FileResponse:
    """The user's workbook with the wrong cells marked; of a large one the wrong rows."""
    user = allow(request, record, "import")
    kept = _find(user, record, pk)
    job = kept.load_job or kept.check_job
    if job is not None and job.result:
        return redirect("job-result", job.pk)
    if not kept.file or job is not None:
        raise Http404(_("这个文件已经处理完，不再保存。请重新上传。"))
    with exchange.opened(record, kept) as (path, table), tempfile.TemporaryDirectory() as folder:
        result = exchange.rehearse(actor=user, record=record, table=table)
        out = Path(folder) / "errors.xlsx"
        write_errors(record, path, table, result.faults, out)
        return _download(out, f"{Path(kept.file_name).stem}-{_('错误')}.xlsx")


@require_safe
def template(request: HttpRequest, record: RecordType) -> FileResponse:
    """An empty workbook with the right headings, drop-downs where there is something to choose,
    and a sheet that says how to fill them."""
    allow(request, record, "import")
    columns = [
        OutColumn(label_of(record, name), 20, choices=tuple(_words(record.field_map[name])))
        for name in record.fields
    ]
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
    if words := _words(field):
        said.append(_("填：%(words)s。") % {"words": "、".join(words)})
    elif places.is_area(field):
        said.append(_("填 12 位区划代码，或在您的辖区内不重复的名称；重名的写“乡镇名 村名”。"))
    elif field.is_relation:
        linked = record_for(field.related_model)
        if linked is not None and linked.key != "pk":
            said.append(_("填%(label)s。") % {"label": label_of(linked, linked.key)})
    elif field.get_internal_type() == "DateField":
        said.append(_("填日期，如 2016-03-01。"))
    needed = name == record.key or not (field.blank or field.has_default())
    return label_of(record, name), _("是") if needed else "", "".join(said)


def _words(field: Any) -> list[str]:
    """The words among which a cell of this field is chosen."""
    if field.choices:
        return [str(label) for value, label in field.flatchoices if value not in (None, "")]
    return list(YES_NO) if isinstance(field, BooleanField) else []


def _find(user: User, record: RecordType, pk: Any, *, lock: bool = False) -> Upload:
    rows = Upload.objects.select_related("check_job", "load_job")
    rows = rows.select_for_update(of=("self",)) if lock else rows
    kept = rows.filter(pk=pk, user=user, subject=record.label_lower).first()
    if kept is None:
        raise Http404(_("没有这个上传的文件，或已过期。请重新上传。"))
    return kept


def _download(path: Path, name: str) -> FileResponse:
    """The file is unlinked with its folder; the open handle lasts until it is sent."""
    return FileResponse(path.open("rb"), as_attachment=True, filename=name)
