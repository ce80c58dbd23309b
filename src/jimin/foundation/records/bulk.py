"""One action for many records: first tried on every row without effect, then done row by row.

Both go through the service of the single action. Every row has a transaction of its own in which
its result is written as well: sent twice, or killed and sent again, no row is done twice.
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

MOST = 500  # records at once: some seconds
DAYS = 30  # that results are kept; what was done stays in the history of each record
State = BatchRow.State


@transaction.atomic
def choose(*, actor: User, record: RecordType, action: Action, rows: Any) -> Batch:
    """Begin a batch with the rows, each at the version it has now."""
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
    if action.form is None:
        try_out(actor=actor, record=record, action=action, batch=batch, values={})
    return batch


def form_of(action: Action, data: Any = None) -> ActionForm:
    form = (action.form or ActionForm)(data, record_object=None)
    for field in form.fields.values():
        dress(field)
    return form


def try_out(
    *, actor: User, record: RecordType, action: Action, batch: Batch, values: dict[str, Any]
) -> None:
    """Note of every row whether the action would succeed, and why not. Changes no record.

    Each row is tried alone: that two rows of a batch stand in each other's way shows only when
    they are done.
    """
    rows = list(batch.rows.order_by("pk"))
    found = _visible(record, rows)
    for row in rows:
        with transaction.atomic():
            row.message = _attempt(actor, record, action, row, found.get(row.key), values)
            transaction.set_rollback(True)
        row.state = State.REFUSED if row.message else State.FINE
    BatchRow.objects.bulk_update(rows, ["state", "message"])


@transaction.atomic
def fill_in(*, actor: User, record: RecordType, action: Action, batch: Batch, data: Any) -> Any:
    """Keep what was typed and try it out; returns the form, with its errors if there are any."""
    batch = _held(batch, Batch.State.CHOSEN, Batch.State.TRIED)
    form = form_of(action, data)
    if form.is_valid():
        sent = QueryDict(mutable=True)
        for name in form.fields:
            sent.setlist(name, data.getlist(name))
        batch.values, batch.state = sent.urlencode(), Batch.State.TRIED
        batch.save()
        values = _values(form)
        try_out(actor=actor, record=record, action=action, batch=batch, values=values)
    return form


def run(*, actor: User, record: RecordType, action: Action, batch: Batch) -> None:
    """Do what was found possible. Rows changed since they were chosen are left alone."""
    form = form_of(action, QueryDict(batch.values))
    form.is_valid()  # it was; what has become wrong since, the service refuses row by row
    if form.errors:
        raise ValidationError(_("填写的内容现在不再适用。请重新填写后试算。"))
    for pk in batch.rows.filter(state=State.FINE).order_by("pk").values_list("pk", flat=True):
        with transaction.atomic():
            row = BatchRow.objects.select_for_update().get(pk=pk)
            if row.state != State.FINE:
                continue  # the same form, sent twice, has done it
            obj = _visible(record, [row], lock=True).get(row.key)
            with transaction.atomic():
                row.message = _attempt(actor, record, action, row, obj, _values(form))
                if row.message:
                    transaction.set_rollback(True)
            row.state = State.FAILED if row.message else State.DONE
            row.save(update_fields=["state", "message"])
    Batch.objects.filter(pk=batch.pk).update(state=Batch.State.DONE)


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


def _visible(record: RecordType, rows: Sequence[BatchRow], *, lock: bool = False) -> dict[str, Any]:
    found = record.rows().filter(pk__in=[row.key for row in rows])
    if lock:
        found = found.select_for_update(of=("self",))
    return {str(obj.pk): obj for obj in found}


def _values(form: ActionForm) -> dict[str, Any]:
    return {k: v for k, v in form.cleaned_data.items() if k in form.declared_fields}


def _held(batch: Batch, *states: str) -> Batch:
    held = Batch.objects.select_for_update().get(pk=batch.pk)
    if held.state not in states or held.rows.filter(state=State.DONE).exists():
        raise ValidationError(_("这一批已经办理，不能再改。"))
    return held
