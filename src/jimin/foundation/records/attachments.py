"""Files kept with a record. They lie sealed outside the web root; a view reads them out."""

import re
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext as _

from jimin.foundation.access.models import User
from jimin.foundation.access.services import require
from jimin.foundation.audit import services as audit
from jimin.foundation.sealed.own_keys import new_key, read_sealed, write_sealed
from jimin.foundation.sealed.rules import SealBroken, sm3

from .contents import MOST_BYTES, examined, too_big
from .declare import RecordType
from .models import Attachment
from .services import locked

MOST_FILES = 50  # of one record
LONGEST_NAME = 100
_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*\u200b-\u200f\u202a-\u202e\u2066-\u2069]')


def of_record(record: RecordType, obj: Any) -> models.QuerySet[Attachment]:
    """The files of a record, newest first; whoever may see the record may see them."""
    found = Attachment.objects.filter(subject=record.label_lower, key=str(obj.pk))
    return found.select_related("user").order_by("-at", "-pk")


@transaction.atomic
def attach(*, actor: User, record: RecordType, obj: Any, name: str, file: Any) -> Attachment:
    """Keep an uploaded file with a record. The same content sent twice is kept once."""
    _may(actor, record, obj)
    if file.size > MOST_BYTES:
        raise ValidationError({"file": too_big()})
    try:
        content = examined(file.read())
    except ValidationError as error:
        raise ValidationError({"file": error.messages}) from error
    locked(record, obj.pk)  # two that send at once: one after the other
    digest = sm3(content.data)
    here = of_record(record, obj)
    if (known := here.filter(digest=digest).first()) is not None:
        return known
    if here.count() >= MOST_FILES:
        raise ValidationError({"file": _("附件已有 50 个。请先删除不用的，再上传。")})
    attachment = Attachment(
        subject=record.label_lower,
        key=str(obj.pk),
        name=_clean_name(name, content.suffix),
        kind=content.kind,
        size=len(content.data),
        digest=digest,
        file_key=new_key(),
        has_preview=bool(content.preview),
        user=actor,
    )
    paths = [_path(attachment)]
    try:
        write_sealed(paths[0], content.data, attachment.file_key)
        if content.preview:
            paths.append(_path(attachment, preview=True))
            write_sealed(paths[1], content.preview, attachment.file_key)
        attachment.save()
        _log(actor, obj, "attach", attachment)
    except BaseException:
        for path in paths:
            path.unlink(missing_ok=True)
        raise
    return attachment


@transaction.atomic
def open_attachment(*, actor: User, record: RecordType, obj: Any, attachment: Attachment) -> bytes:
    """The whole file; who opened it is written down, for it may show what the register masks."""
    require(actor=actor, verb="view", subject=record.subject, area=record.area_of(obj))
    data = _read(attachment)
    _log(actor, obj, "open_attachment", attachment)
    return data


def preview_of(attachment: Attachment) -> bytes:
    """A small picture on which no number can be read."""
    return _read(attachment, preview=True)


@transaction.atomic
def remove_attachment(
    *, actor: User, record: RecordType, obj: Any, attachment: Attachment, reason: str
) -> None:
    """Remove a file for good; that it was there, by whom removed and why, stays in the history."""
    _may(actor, record, obj)
    reason = reason.strip()
    if len(reason) < 2:
        raise ValidationError({"reason": _("请写明删除附件的事由。")})
    held = of_record(record, obj).select_for_update(of=("self",)).filter(pk=attachment.pk).first()
    if held is None:
        return  # sent twice
    for path in (_path(held), _path(held, preview=True)):
        transaction.on_commit(partial(path.unlink, missing_ok=True))
    _log(actor, obj, "remove_attachment", held, reason)
    held.delete()


def _may(actor: User, record: RecordType, obj: Any) -> None:
    require(actor=actor, verb="attach", subject=record.subject, area=record.area_of(obj))


def _path(attachment: Attachment, *, preview: bool = False) -> Path:
    name = str(attachment.pk)
    folder = Path(settings.MEDIA_ROOT) / "attachments" / name[:2]
    return folder / (f"{name}.small" if preview else name)


def _read(attachment: Attachment, *, preview: bool = False) -> bytes:
    try:
        return read_sealed(_path(attachment, preview=preview), attachment.file_key)
    except FileNotFoundError as error:
        raise ValidationError(_("附件不在服务器上。请联系管理员从备份恢复。")) from error
    except SealBroken as error:
        raise ValidationError(_("附件被改动或损坏。请联系管理员从备份恢复。")) from error


def _clean_name(name: str, suffix: str) -> str:
    """What the user called it, with the ending that belongs to the content."""
    stem = _FORBIDDEN.sub("", Path(name.replace("\\", "/")).name).strip(" .")
    stem = Path(stem).stem.strip(" .")[:LONGEST_NAME]
    return f"{stem or _('附件')}{suffix}"


def _log(actor: User, obj: Any, verb: str, attachment: Attachment, reason: str = "") -> None:
    values = {"attachment": attachment.name, "digest": attachment.digest}
    audit.log(actor=actor, obj=obj, verb=verb, values=values, reason=reason[:400])
