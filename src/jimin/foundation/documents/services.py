"""Giving out numbers, and filling and filing papers."""

import datetime as dt
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import models, transaction
from django.utils.translation import gettext as _

from jimin.foundation.access.models import User
from jimin.foundation.access.scope import System
from jimin.foundation.access.services import require
from jimin.foundation.audit import services as audit
from jimin.foundation.sealed.rules import sm3

from .models import Counter, Document
from .rules import FORMS, Form


@dataclass(frozen=True)
class Unit:
    """The office a number is given out by: its key and the short name written in the number."""

    code: str
    name: str


@transaction.atomic
def take_numbers(*, series: str, unit: str, year: int, count: int = 1) -> range:
    """The next `count` numbers. Others wait for this transaction, so none is lost or doubled."""
    if count < 1:
        raise ValueError(f"cannot give out {count} numbers")
    key = {"series": series, "unit": unit, "year": year}
    counter = Counter.objects.select_for_update().filter(**key).first()
    if counter is None:
        # Of two that find no row, one makes it and both then wait for its lock.
        Counter.objects.bulk_create([Counter(**key)], ignore_conflicts=True)
        counter = Counter.objects.select_for_update().get(**key)
    first = counter.last + 1
    counter.last += count
    counter.save(update_fields=["last"])
    return range(first, counter.last + 1)


def fill(form: Form, content: dict[str, Any]) -> bytes:
    """The paper as a Word file. What the content says is printed as it is, never as markup."""
    from docxtpl import DocxTemplate  # a tenth of a second that only who fills in a form pays

    template = DocxTemplate(form.template)
    template.render(content, autoescape=True)
    file = BytesIO()
    template.save(file)
    return file.getvalue()


@transaction.atomic
def issue(
    *,
    actor: User | System,
    form: str,
    record: models.Model,
    about: Any,
    unit: Unit,
    scope: str,
    area: str,
    on: dt.date,
) -> Document:
    """Number a paper, fill it from `about` and file it with the record.

    The caller has checked that the actor may do what the paper says.
    """
    declared = FORMS[form]
    serial = take_numbers(series=declared.series, unit=unit.code, year=on.year)[0]
    number = declared.number.format(unit=unit.name, year=on.year, serial=serial)
    content = fill(declared, {**declared.content(about), "number": number, "issued_on": on})
    document = Document(
        form=form,
        number=number,
        title=str(declared.label),
        subject=record._meta.label_lower,
        key=str(record.pk),
        scope=scope,
        area_id=area,
        issued_on=on,
        issued_by=actor if isinstance(actor, User) else None,
        sm3=sm3(content),
    )
    document.file.save(f"{form}-{document.sm3[:16]}.docx", ContentFile(content), save=False)
    document.save()
    audit.log(actor=actor, obj=document, verb="issue", values={"number": number, "key": record.pk})
    return document


def papers_of(record: models.Model) -> models.QuerySet[Document]:
    """The papers filed with a record that the actor may read."""
    return Document.objects.filter(subject=record._meta.label_lower, key=str(record.pk)).order_by(
        "id"
    )


def read(*, actor: User | System, document: Document) -> bytes:
    """The paper as it was issued; a file changed since then is not handed out."""
    require(actor=actor, verb="view", subject=document.scope, area=document.area_id)
    with document.file.open("rb") as file:
        content: bytes = file.read()
    if sm3(content) != document.sm3:
        raise ValidationError(
            _("文书 %(number)s 的文件与制发时不一致，不能下载。请联系管理员核查。")
            % {"number": document.number}
        )
    audit.log(actor=actor, obj=document, verb="download", values={"number": document.number})
    return content
