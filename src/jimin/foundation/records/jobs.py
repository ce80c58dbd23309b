"""Imports, exports and actions for many records that are too large for a page."""

import datetime as dt
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jimin.foundation.access.models import User
from jimin.foundation.access.services import require
from jimin.foundation.audit import services as audit
from jimin.foundation.jobs import services as jobs
from jimin.foundation.jobs.declare import Kind, Schedule
from jimin.foundation.jobs.models import Job
from jimin.foundation.jobs.run import Run
from jimin.foundation.tables import Fault, OutColumn, Table, stream_xlsx

from . import bulk, exchange
from .declare import Action, RecordType, registry
from .errors import write_errors
from .exports import Export, Wanted
from .many_rows import many_rows
from .models import Batch, BatchRow, Upload, UploadPart

UPLOAD_KEPT = dt.timedelta(days=2)
PORTION = 20  # rows of a batch tried, or written into its workbook, together


def _check(run: Run) -> None:
    """What an upload would do, kept for its preview."""
    actor, record, upload = _of(run)
    result = exchange.Result()
    with _opened(run, record, upload) as (path, table):
        passing = exchange.Pass(actor, record, table, writes=False)
        for rows in passing.batches():
            result.add(passing.take(rows), rows)
            run.tell(sum(result.found.values()), len(table.rows))
        unused = [label for label in table.columns if label not in table.header.places]
        with run.step() as job:
            job.total = len(table.rows)
            upload.keep_preview(result.preview(unused))
        if result.faults:
            _keep_errors(run, record, upload, path, table, result.faults)


def _load(run: Run) -> None:
    """The import itself: all rows in one transaction, or the good ones batch by batch."""
    actor, record, upload = _of(run)
    if upload.state != Upload.State.WAITING and not upload.file:
        return  # killed after the last step
    require(actor=actor, verb="import", subject=record.subject)
    with _opened(run, record, upload) as (path, table):
        if run.values["mode"] == "all":
            _load_all(run, actor, record, upload, table)
        else:
            _load_good(run, actor, record, upload, table)
            faults = [Fault(**f) for part in upload.parts.all() for f in json.loads(part.faults)]
            if faults:
                _keep_errors(run, record, upload, path, table, faults)
    upload.drop_file()


@contextmanager
def _opened(run: Run, record: RecordType, upload: Upload) -> Iterator[tuple[Path, Table]]:
    with (
        run.folder() as folder,
        exchange.opened(record, upload, folder) as (path, table),
        many_rows(),
    ):
        yield path, table


def _load_all(run: Run, actor: User, record: RecordType, upload: Upload, table: Table) -> None:
    if upload.state != Upload.State.WAITING:
        return
    run.tell(0, 0, _("正在一次写入全部 %(number)s 行……") % {"number": len(table.rows)})
    try:
        with run.step_at_end() as told:
            result = exchange.load(
                actor=actor, record=record, table=table, file_name=upload.file_name
            )
            told |= {"total": len(table.rows), "message": ""}
            upload.decided(Upload.State.DONE, result.counts)
    except exchange.RowsWrongError:
        raise ValidationError(
            _("核对以后记录又有变化，出现了错误的行，没有导入任何一行。请重新核对。")
        ) from None


def _load_good(run: Run, actor: User, record: RecordType, upload: Upload, table: Table) -> None:
    """A batch, its history, its faults and the bookmark are one transaction: however often the
    process is killed, no row is written twice and none is left out."""
    passing = exchange.Pass(actor, record, table, writes=True, file_name=upload.file_name)
    for rows in passing.batches(run.bookmark.get("next", 0)):
        with run.step() as job:
            outcomes = passing.take(rows)
            counts = dict.fromkeys(exchange.KINDS, 0) | job.bookmark.get("counts", {})
            for outcome in outcomes:
                counts[outcome.kind] += 1
            faults = [fault for row in rows for fault in row.faults]
            if faults:
                UploadPart.objects.create(
                    upload=upload,
                    first_row=rows[0].number,
                    faults=json.dumps([asdict(f) for f in faults], ensure_ascii=False),
                )
            done = job.bookmark.get("next", 0) + len(rows)
            job.bookmark = {"next": done, "counts": counts}
            job.done, job.total = done, len(table.rows)
    if upload.state == Upload.State.WAITING:
        with run.step() as job:
            counts = job.bookmark["counts"]
            exchange.finish(actor=actor, record=record, file_name=upload.file_name, counts=counts)
            upload.decided(Upload.State.DONE, counts)


def _keep_errors(
    run: Run, record: RecordType, upload: Upload, path: Path, table: Table, faults: list[Fault]
) -> None:
    out = path.with_name("errors.xlsx")
    write_errors(record, path, table, faults, out)
    run.keep(out, f"{Path(upload.file_name).stem}-{_('错误')}.xlsx")


def _of(run: Run) -> tuple[User, RecordType, Upload]:
    upload = Upload.objects.filter(pk=run.values["upload"]).first()
    if upload is None or run.job.owner is None:
        raise ValidationError(_("上传的文件已过期删除。请重新上传。"))
    if upload.state == Upload.State.WAITING and not upload.file:
        raise ValidationError(_("上传的文件已过期删除。请重新上传。"))
    return run.job.owner, registry[upload.subject], upload


def _title(job: Job) -> str:
    record = registry.get(job.values.get("subject", ""))
    said: dict[str, Any] = {"file": job.values.get("file", "")}
    return f"{record.label if record else ''} “{said['file']}”"


def _link(job: Job) -> str:
    record = registry.get(job.values.get("subject", ""))
    return record.url("preview", job.values["upload"]) if record else ""


CHECK = Kind("records.check", gettext_lazy("核对导入文件"), _check, title=_title, link=_link)
LOAD = Kind("records.import", gettext_lazy("导入"), _load, title=_title, link=_link)


def _export(run: Run) -> None:
    """The file, its line in the history and the job's result appear together or not at all."""
    with run.folder() as folder:
        if run.job.result:
            return  # killed after the last step
        owner, record = run.job.owner, registry[run.values["subject"]]
        assert owner is not None
        wanted = Wanted.opened(run.values["wanted"])
        for verb in wanted.verbs:
            require(actor=owner, verb=verb, subject=record.subject)
        made = Export(owner, record, wanted)
        path, total = folder / f"export.{wanted.form}", len(made.keys)
        made.write(path, lambda done: run.tell(done, total))

        def note() -> None:
            audit.log_many(actor=owner, lines=[made.line()])

        run.keep(path, made.file_name, note)


def _export_title(job: Job) -> str:
    record = registry.get(job.values.get("subject", ""))
    said = {"label": record.label if record else "", "rows": job.values.get("rows", 0)}
    return _("%(label)s %(rows)s 条") % said


EXPORT = Kind("records.export", gettext_lazy("导出"), _export, title=_export_title)


# Actions for many records


@transaction.atomic
def choose(*, actor: User, record: RecordType, action: Action, rows: Any) -> Batch:
    """Begin a batch; where nothing is to be typed it is tried as well."""
    batch = bulk.choose(actor=actor, record=record, action=action, rows=rows)
    if action.form is None:
        _try(actor, record, action, batch)
    return batch


@transaction.atomic
def consider(*, actor: User, record: RecordType, action: Action, batch: Batch, data: Any) -> Any:
    """Keep what was typed and try it out, at once or by a job; returns the form."""
    form = bulk.fill_in(batch=batch, action=action, data=data)
    if form.is_valid():
        batch.refresh_from_db()
        _try(actor, record, action, batch)
    return form


def carry_out(*, actor: User, record: RecordType, action: Action, batch: Batch) -> None:
    """Do what was found possible, at once or by a job. Asked twice it is done once."""
    with transaction.atomic():
        held = Batch.objects.select_for_update().get(pk=batch.pk)
        if held.state != Batch.State.TRIED:
            return
        if _is_large(held):
            held.run_job = held.run_job or _ask(actor, ACT, held, f"batch {held.pk}")
            held.save()
            return
    values = bulk.values_of(action, batch)
    for row in _rows(batch, BatchRow.State.FINE):
        bulk.do_row(actor=actor, record=record, action=action, pk=row.pk, values=values)
    Batch.objects.filter(pk=batch.pk).update(state=Batch.State.DONE)


def _try(actor: User, record: RecordType, action: Action, batch: Batch) -> None:
    """In a transaction."""
    batch.trials += 1
    if _is_large(batch):
        batch.try_job = _ask(actor, TRY, batch, f"try {batch.pk} {batch.trials}")
    else:
        values, rows = bulk.values_of(action, batch), _rows(batch, BatchRow.State.CHOSEN)
        bulk.try_out(actor=actor, record=record, action=action, rows=rows, values=values)
        batch.state = Batch.State.TRIED
    batch.save()


def _is_large(batch: Batch) -> bool:
    return batch.rows.count() > bulk.AT_ONCE


def _rows(batch: Batch, state: str) -> list[BatchRow]:
    return list(batch.rows.filter(state=state).order_by("pk"))


def _ask(actor: User, kind: Kind, batch: Batch, once: str) -> Job:
    rows = batch.rows.count()
    values = {
        "batch": str(batch.pk),
        "subject": batch.subject,
        "action": batch.action,
        "rows": rows,
    }
    return jobs.ask(actor=actor, kind=kind, values=values, once=once, total=rows)


def _try_many(run: Run) -> None:
    """What a portion was found to be is written with the progress: it is not tried again."""
    actor, record, action, batch = _batch_of(run)
    values = bulk.values_of(action, batch)
    todo, total = _rows(batch, BatchRow.State.CHOSEN), batch.rows.count()
    done = total - len(todo)
    for rows in _portions(todo):
        done += len(rows)
        with run.step() as job:
            bulk.try_out(actor=actor, record=record, action=action, rows=rows, values=values)
            job.done, job.total = done, total
    with run.step():
        chosen = Batch.objects.filter(pk=batch.pk, state=Batch.State.CHOSEN)
        chosen.update(state=Batch.State.TRIED)


def _act_many(run: Run) -> None:
    """A record, its history, its result and the progress are one transaction: however often the
    process is killed, nothing is done twice and nothing is left out. It holds no two records, as
    no single action does: nobody at a form waits for a batch."""
    actor, record, action, batch = _batch_of(run)
    values = bulk.values_of(action, batch)
    todo = _rows(batch, BatchRow.State.FINE)
    total = batch.rows.exclude(state=BatchRow.State.REFUSED).count()
    for done, row in enumerate(todo, total - len(todo) + 1):
        with run.step() as job:
            bulk.do_row(actor=actor, record=record, action=action, pk=row.pk, values=values)
            job.done, job.total = done, total
    with run.step():
        Batch.objects.filter(pk=batch.pk).update(state=Batch.State.DONE)
    with run.folder() as folder:
        path = folder / "results.xlsx"
        _write_results(record, batch, path)
        run.keep(path, f"{record.label}-{action.label}-{_('办理结果')}.xlsx")


def _write_results(record: RecordType, batch: Batch, path: Path) -> None:
    columns = [
        OutColumn(str(record.label), 50),
        OutColumn(_("结果"), 12),
        OutColumn(_("说明"), 60, "long_text"),
    ]

    def lines() -> Iterator[list[str]]:
        for rows in _portions(list(batch.rows.order_by("pk"))):
            found = bulk.visible(record, rows)
            for row in rows:
                obj = found.get(row.key)
                said = record.pick_text(obj) if obj is not None else _("（已不在您的辖区）")
                yield [said, row.get_state_display(), row.message]

    stream_xlsx(path, str(record.label), columns, lines())


def _portions(rows: Sequence[BatchRow]) -> Iterator[Sequence[BatchRow]]:
    return (rows[at : at + PORTION] for at in range(0, len(rows), PORTION))


def _batch_of(run: Run) -> tuple[User, RecordType, Action, Batch]:
    batch = Batch.objects.filter(pk=run.values["batch"]).first()
    record = registry.get(run.values["subject"])
    named = [a for a in record.actions if a.name == run.values["action"]] if record else []
    if batch is None or record is None or not named or run.job.owner is None:
        raise ValidationError(_("这一批已过期删除。请回到列表重新选择。"))
    require(actor=run.job.owner, verb=named[0].verb, subject=record.subject)
    return run.job.owner, record, named[0], batch


def _batch_title(job: Job) -> str:
    record = registry.get(job.values.get("subject", ""))
    labels = (
        [a.label for a in record.actions if a.name == job.values.get("action")] if record else []
    )
    said = {
        "label": record.label if record else "",
        "action": labels[0] if labels else "",
        "rows": job.values.get("rows", 0),
    }
    return _("%(label)s %(action)s %(rows)s 条") % said


def _batch_link(job: Job) -> str:
    record = registry.get(job.values.get("subject", ""))
    return record.url("batch", job.values["batch"]) if record else ""


TRY = Kind("records.try", gettext_lazy("批量试算"), _try_many, title=_batch_title, link=_batch_link)
ACT = Kind("records.act", gettext_lazy("批量办理"), _act_many, title=_batch_title, link=_batch_link)


def _drop_old(run: Run) -> None:
    old = Upload.objects.filter(at__lt=timezone.now() - UPLOAD_KEPT)
    for upload in old.exclude(file="").iterator():
        upload.file.delete(save=False)
    old.delete()


DROP_OLD = Kind("records.drop_uploads", gettext_lazy("清理过期的上传文件"), _drop_old)
Schedule(DROP_OLD, at=dt.time(3, 30))
