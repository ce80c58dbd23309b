"""Notes on a record: added, never changed; one's own can be withdrawn."""

import re
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from jimin.foundation.access.models import User
from jimin.foundation.access.services import require
from jimin.foundation.audit import services as audit
from jimin.foundation.sealed.rules import masked

from .declare import RecordType
from .models import Note

LONGEST = 1000
IN_HISTORY = 200
_NUMBER = re.compile(r"[0-9Xx]{7,}")


def of_record(record: RecordType, obj: Any) -> models.QuerySet[Note]:
    """The notes of a record, newest first, withdrawn ones without their text."""
    found = Note.objects.filter(subject=record.label_lower, key=str(obj.pk))
    return found.select_related("user").order_by("-at", "-pk")


@transaction.atomic
def add_note(*, actor: User, record: RecordType, obj: Any, text: str) -> Note:
    require(actor=actor, verb="note", subject=record.subject, area=record.area_of(obj))
    text = text.strip()
    if not text:
        raise ValidationError({"text": _("请填写备注。")})
    if len(text) > LONGEST:
        raise ValidationError(
            {"text": _("备注最多 %(longest)s 字。请缩短，或作为附件上传。") % {"longest": LONGEST}}
        )
    note = Note.objects.create(subject=record.label_lower, key=str(obj.pk), text=text, user=actor)
    audit.log(actor=actor, obj=obj, verb="note", values={"note": _for_history(text)})
    return note


@transaction.atomic
def withdraw_note(*, actor: User, record: RecordType, obj: Any, pk: int) -> None:
    """Take a note back. Its text goes; the history keeps that it was there, and what it said."""
    require(actor=actor, verb="note", subject=record.subject, area=record.area_of(obj))
    note = of_record(record, obj).select_for_update(of=("self",)).filter(pk=pk, user=actor).first()
    if note is None:
        raise ValidationError({"note": _("只能撤回自己写的备注。")})
    if note.withdrawn_at is not None:
        return  # sent twice
    said = _for_history(note.text)
    note.text, note.withdrawn_at = "", timezone.now()
    note.save(update_fields=["text", "withdrawn_at"])
    audit.log(actor=actor, obj=obj, verb="withdraw_note", values={"note": said})


def _for_history(text: str) -> str:
    """Long numbers masked: the history must not become the leak it is there to find."""
    short = text if len(text) <= IN_HISTORY else text[:IN_HISTORY] + "……"
    return _NUMBER.sub(lambda found: masked(found[0]), short)
