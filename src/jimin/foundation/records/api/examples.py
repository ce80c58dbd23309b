"""Examples for the description: made from the declarations, so they name no real person."""

from typing import Any

from django import forms
from django.conf import settings
from django.db import models

from ..declare import RecordType, record_for
from ..forms import AreaField, PickField
from ..values import hidden
from .problems import Json

AREA = {"id": "220202001001", "text": "示例社区"}
DAY, MOMENT = "2016-03-01", "2016-03-01T09:30:00+08:00"
VERSION = "5f1c6a0e9b7d4c3288a1f0d2e6b49c70"


def written(record: RecordType) -> Json:
    """What a program sends for a new record: what must be given, and what has a pattern."""
    return {
        name: _written(record, name)
        for name in record.fields
        if name in record.examples or is_needed(record.field_map[name])
    }


def changed(record: RecordType) -> Json:
    """One free field of a record, or the first that may be changed."""
    names = [n for n in record.fields if not record.field_map[n].primary_key]
    free = [n for n in names if _is_text(record.field_map[n]) and n != record.key]
    chosen = (free or names)[0]
    return {chosen: _written(record, chosen)}


def row(record: RecordType) -> Json:
    """A record as it is answered: links with their text, sealed values masked."""
    found: Json = {"id": _key(record)}
    for name in record.fields:
        value = _written(record, name)
        model_field = record.field_map[name]
        if model_field.is_relation:
            found[name] = _link(model_field.related_model)
        elif name in record.sealed_names:
            found[name] = hidden(value)
        else:
            found[name] = value
    return found


def of_form(form: type[forms.Form] | None, *, whole: bool = False) -> Json:
    """What must be entered in a form, or all that can be."""
    fields = form.base_fields if form else {}
    return {name: _of_form_field(f) for name, f in fields.items() if whole or f.required}


def is_needed(model_field: Any) -> bool:
    return not (model_field.blank or model_field.has_default())


def _key(record: RecordType) -> Any:
    pk = record.model._meta.pk
    assert pk is not None
    return _written(record, pk.name) if pk.name in record.fields else _of_field(pk)


def _written(record: RecordType, name: str) -> Any:
    if name in record.examples:
        return record.examples[name]
    model_field = record.field_map[name]
    if model_field.is_relation:
        return _link(model_field.related_model)["id"]
    return _of_field(model_field)


def _link(model: type[models.Model]) -> Json:
    if model._meta.label_lower == settings.AREA_MODEL.lower():
        return AREA
    linked = record_for(model)
    key = _key(linked) if linked else _of_field(model._meta.pk)
    return {"id": key, "text": f"示例{model._meta.verbose_name}"}


def _is_text(model_field: Any) -> bool:
    return isinstance(model_field, models.CharField) and not model_field.choices


def _of_field(model_field: Any) -> Any:
    if model_field.choices:
        return model_field.flatchoices[0][0]
    match model_field:
        case models.BooleanField():
            return False
        case models.DateTimeField():
            return MOMENT
        case models.DateField():
            return DAY
        case models.DecimalField():
            return f"{100:.{model_field.decimal_places}f}"
        case models.IntegerField():
            return 1
        case models.JSONField():
            return {}
        case models.UUIDField():
            return "5f1c6a0e-9b7d-4c32-88a1-f0d2e6b49c70"
    text = f"示例{model_field.verbose_name}"
    return text[: model_field.max_length] if model_field.max_length else text


def _of_form_field(field: forms.Field) -> Any:
    match field:
        case AreaField():
            return AREA["id"]
        case forms.ModelMultipleChoiceField():
            return [1]
        case forms.ModelChoiceField() | PickField():
            return 1
        case forms.ChoiceField():
            return next((str(v) for v, _label in _choices(field) if v), "示例")
        case forms.DateTimeField():
            return MOMENT
        case forms.DateField():
            return DAY
        case forms.BooleanField():
            return True
        case forms.DecimalField():
            return "100.00"
        case forms.IntegerField():
            return 1
    if field.label is not None and getattr(field, "max_length", None) == 12:
        return AREA["id"]
    return f"示例{field.label or ''}"


def _choices(field: forms.ChoiceField) -> list[tuple[Any, Any]]:
    listed: Any = field.choices
    return [choice for choice in listed if not isinstance(choice[1], list | tuple)]
