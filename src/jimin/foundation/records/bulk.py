"""One action for many records: first tried on every row without effect, then done row by row.

Both go through the service of the single action. Every row has a transaction of its own in which
its result is written as well: sent twice, or killed and sent again, no row is done twice. A few
rows are done while the clerk waits, more by jobs (`jobs.py`), with the functions of this module.
"""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from jimin.foundation.access.models import User
from jimin.foundation.access.services import require

from .declare import Action, ActionForm, RecordType
from .forms import dress
from .models import Batch, BatchRow
from .services import run_action, version_of

AT_ONCE = 200  # records done while the clerk waits: some seconds
MOST = 20_000  # records of one batch
DAYS = 30  # that results are kept; what was done stays in the history of each record
State = BatchRow.State


@transaction.atomic
def choose(*, actor: User, record: RecordType, action: Action, rows: Any) -> Batch:
    """Begin a batch with the rows, each at the version it has now. Nothing is tried yet."""
    require(actor=actor, verb=action.verb, subject=record.subject)
    Batch.objects.filter(at__lt=timezone.now() - dt.timedelta(days=DAYS)).delete()
    chosen = list(rows.order_by(*record.ordering, "pk")[: MOST + 1])
    if not chosen:
        raise ValidationError(_("还没有选择记录。请先在列表里勾选。"))
    if len(chosen) > MOST:
        raise ValidationError(
            _("一次最多办理 %(most)s 条。请用条件缩小范围，分几次办理。") % {"most": MOST}
        )
    batch = Batch.objects.create(user=actor, subject=record.label_lower, action=action.name)
    BatchRow.objects.bulk_create(
        BatchRow(batch=batch, key=str(obj.pk), version=version_of(obj)) for obj in chosen
    )
    return batch


def form_of(action: Action, data: Any = None) -> ActionForm:
    form = (action.form or ActionForm)(data, record_object=None)
    for field in form.fields.values():
        dress(field)
    return form


def values_of(action: Action, batch: Batch) -> dict[str, Any]:
    """What was typed; it may have become wrong since: an area renamed, a person gone."""
    form = form_of(action, QueryDict(batch.values))
    if not form.is_valid():
        raise ValidationError(_("填写的内容现在不再适用。请重新填写后试算。"))
    return {k: v for k, v in form.cleaned_data.items() if k in form.declared_fields}


@transaction.atomic
def fill_in(*, batch: Batch, action: Action, data: Any) -> ActionForm:
    """Keep what was typed, to be tried anew; returns the form, with its errors if there are any."""
    batch = held(batch)
    if batch.try_job is not None and not batch.try_job.is_over:
        raise ValidationError(_("这一批正在试算。请等它结束，或先取消试算。"))
    form = form_of(action, data)
    if form.is_valid():
        sent = QueryDict(mutable=True)
        for name in form.fields:
            sent.setlist(name, data.getlist(name))
        batch.values, batch.state = sent.urlencode(), Batch.State.CHOSEN
        batch.save()
        batch.rows.update(state=State.CHOSEN, message="")
    return form


def try_out(
    *,
    actor: User,
    record: RecordType,
    action: Action,
    rows: Sequence[BatchRow],
    values: dict[str, Any],
) -> None:
    """Note of every row whether the action would succeed, and why not. Changes no record.

    Each row is tried alone: that two rows of a batch stand in each other's way shows only when
    they are done.
    """
    found = visible(record, rows)
    for row in rows:
        with transaction.atomic():
            row.message = _attempt(actor, record, action, row, found.get(row.key), values)
            transaction.set_rollback(True)
        row.state = State.REFUSED if row.message else State.FINE
    BatchRow.objects.bulk_update(rows, ["state", "message"])


@transaction.atomic
def do_row(
    *, actor: User, record: RecordType, action: Action, pk: int, values: dict[str, Any]
) -> None:
    """Do what was found possible. A record changed since it was chosen is left alone."""
    row = BatchRow.objects.select_for_update().get(pk=pk)
    if row.state != State.FINE:
        return  # the same form, sent twice, has done it
    obj = visible(record, [row], lock=True).get(row.key)
    with transaction.atomic():
        row.message = _attempt(actor, record, action, row, obj, values)
        if row.message:
            transaction.set_rollback(True)
    row.state = State.FAILED if row.message else State.DONE
    row.save(update_fields=["state", "message"])


def held(batch: Batch) -> Batch:
    """The batch, held; once it is being done it stays as it is."""
    found = Batch.objects.select_for_update().get(pk=batch.pk)
    is_begun = found.run_job_id or found.state == Batch.State.DONE
    if is_begun or found.rows.filter(state__in=[State.DONE, State.FAILED]).exists():
        raise ValidationError(_("这一批已经办理，不能再改。"))
    return found


def _attempt(
    actor: User, record: RecordType, action: Action, row: BatchRow, obj: Any, values: dict[str, Any]
) -> str:
    """Why the action is refused for this row; nothing when it was done."""
    if obj is None:
        return _("这条记录已不在您的辖区。")
    if version_of(obj) != row.version:
        return _("选择以后已被别人改过，没有办理。请核对后单独办理。")
    try:
        run_action(actor=actor, record=record, action=action, obj=obj, values=values)
    except ValidationError as error:
        return "".join(error.messages)[:400]
    except PermissionDenied as error:
        return str(error)[:400]
    return ""


def visible(record: RecordType, rows: Sequence[BatchRow], *, lock: bool = False) -> dict[str, Any]:
    found = record.rows().filter(pk__in=[row.key for row in rows])
    if lock:
        found = found.select_for_update(of=("self",))
    return {str(obj.pk): obj for obj in found}
