"""How a stored value is shown: in lists and pages as text, in exports as a typed cell."""

import datetime as dt
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _

from jimin.foundation.access.scope import acting
from jimin.foundation.sealed.rules import masked
from jimin.foundation.tables import Value

from .declare import Column, RecordType, record_for

MONEY_PLACES = 2
HIDDEN = "*"  # a sealed value of which nothing is shown


def field_column(record: RecordType, name: str) -> Column:
    model_field = record.field_map[name]
    is_number = isinstance(model_field, models.DecimalField | models.IntegerField) and not (
        model_field.choices or model_field.is_relation
    )
    return Column(name, model_field.verbose_name, lambda obj: show(record, obj, name), is_number)


def show(record: RecordType, obj: Any, name: str, *, unmasked: bool = False) -> str:
    """The value of a field as its reader sees it; sealed ones masked unless asked otherwise."""
    value = getattr(obj, name)
    if name in record.sealed_names and not unmasked:
        return hidden(value)
    return show_value(record.field_map[name], value)


def hidden(value: Any) -> str:
    """A sealed value masked; a code or a number is hidden altogether."""
    if value in (None, ""):
        return ""
    return masked(value) if isinstance(value, str) and len(value) > 1 else HIDDEN


def show_value(model_field: Any, value: Any) -> str:
    if value is None or value == "":
        return ""
    if model_field.choices:
        return str(dict(model_field.flatchoices).get(value, value))
    match value:
        case bool():
            return _("是") if value else _("否")
        case dt.datetime():
            return f"{timezone.localtime(value):%Y-%m-%d %H:%M}"
        case Decimal() if getattr(model_field, "decimal_places", 0) == MONEY_PLACES:
            return f"{value:,.2f}"
        case _:
            return str(value)


def cell(record: RecordType, obj: Any, name: str, *, unmasked: bool) -> Value:
    """The value of a field for a workbook: what an import would read back."""
    model_field = record.field_map[name]
    value = getattr(obj, name)
    if value is None:
        return None
    if name in record.sealed_names and not unmasked:
        return hidden(value)
    if model_field.is_relation:
        return link_text(value)
    if model_field.choices:
        return show_value(model_field, value)
    if isinstance(value, dt.datetime):
        return timezone.localtime(value).replace(tzinfo=None)
    if isinstance(value, bool | int | Decimal | dt.date | str):
        return value
    return str(value)


def link_text(linked: models.Model) -> str:
    """A link in a cell: the code it is found by, and its name for the reader."""
    if linked._meta.label_lower == settings.AREA_MODEL.lower():
        return f"{linked.pk} {linked}"
    record = record_for(type(linked))
    return record.related_code(linked) if record else str(linked.pk)


def address_of(linked: models.Model) -> str:
    """The page of a record whoever acts may see; empty where there is none."""
    record = record_for(type(linked))
    actor = acting()
    if record is None or actor is None or not record.may(actor, "view", linked):
        return ""
    return record.url("page", linked.pk)
