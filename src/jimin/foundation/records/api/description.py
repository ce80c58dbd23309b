"""What the description (OpenAPI 3.1) says of a register, made from its declaration."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db import models

from .. import filters as record_filters
from .. import paging
from ..declare import Action, RecordType
from ..forms import AreaField, PickField
from . import examples
from .problems import PROBLEM, Json
from .reading import MOST

JSON = "application/json"
PROBLEM_SCHEMA: Json = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "message"],
                "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
            },
        },
    },
}
PROBLEM_EXAMPLE: Json = {
    "type": "about:blank",
    "title": "没有权限",
    "status": 403,
    "detail": "您的岗位没有这项权限。如确需办理，请联系管理员。",
}


@dataclass(frozen=True)
class Told:
    label: str
    extra: Json


def listing(record: RecordType) -> Json:
    page = {
        "type": "object",
        "required": ["count", "count_is_exact", "next", "items"],
        "properties": {
            "count": {"type": "integer", "description": "符合条件的条数"},
            "count_is_exact": {"type": "boolean", "description": "为 false 时只数到上限"},
            "next": {"type": ["string", "null"], "description": "下一页的 after；没有了为 null"},
            "items": {"type": "array", "items": _row(record)},
        },
    }
    example = {"count": 1, "count_is_exact": True, "next": None, "items": [examples.row(record)]}
    return {"parameters": _parameters(record), **answers(page, example)}


def getting(record: RecordType) -> Json:
    seen = _header("If-None-Match", "已有的 ETag；没有变化时回答 304。")
    told = answers(_row(record, "version"), _row_example(record))
    told["responses"][304] = {"description": "没有变化"}
    return {"parameters": [seen], **told}


def creating(record: RecordType) -> Json:
    wanted = [n for n in record.fields if examples.is_needed(record.field_map[n])]
    return (
        _body(_written(record, record.fields, wanted), examples.written(record))
        | answers(_row(record, "version", least=("id",)), _row_example(record), status=201)
        | {"parameters": [sent_once()]}
    )


def changing(record: RecordType) -> Json:
    version = _header("If-Match", "读取时 ETag 给出的版本；已被别人改过时回答 412。", needed=True)
    names = [n for n in record.fields if not record.field_map[n].primary_key]
    return (
        _body(_written(record, names), examples.changed(record))
        | answers(_row(record, "version", least=("id",)), _row_example(record))
        | {"parameters": [version]}
    )


def acting(record: RecordType, action: Action) -> Told:
    shape: Json = {"type": "object", "properties": entered(action.form)}
    fields = action.form.base_fields if action.form else {}
    if needed := [name for name, field in fields.items() if field.required]:
        shape["required"] = needed
    version = _header("If-Match", "读取时 ETag 给出的版本；给出时，已被别人改过则回答 412。")
    extra = (
        _body(shape, examples.of_form(action.form), needed=bool(shape.get("required")))
        | answers(
            _row(record, "version", least=("id",)), _row_example(record), status=action.answers
        )
        | {"parameters": [version]}
    )
    if action.may_take_long:
        said = "已办理，或已在后台办理：那时记录还是原来的样子，办完后 version 会变"
        extra["responses"][action.answers]["description"] = said
    if action.help:
        extra["description"] = str(action.help)
    return Told(str(action.label), extra)


def answers(schema: Json | None, example: Any, *, status: int = 200) -> Json:
    """What is answered; without a schema, the one that is described already."""
    shown = {"example": example} if schema is None else {"schema": schema, "example": example}
    wrong = {"schema": PROBLEM_SCHEMA, "example": PROBLEM_EXAMPLE}
    return {
        "responses": {
            status: {"description": "成功", "content": {JSON: shown}},
            "default": {"description": "出错", "content": {PROBLEM: wrong}},
        }
    }


def _body(schema: Json, example: Json, *, needed: bool = True) -> Json:
    content = {JSON: {"schema": {**schema, "additionalProperties": False}, "example": example}}
    return {"requestBody": {"required": needed, "content": content}}


def _header(name: str, text: str, *, needed: bool = False) -> Json:
    return {
        "name": name,
        "in": "header",
        "required": needed,
        "description": text,
        "schema": {"type": "string"},
    }


def sent_once() -> Json:
    """The header by which a request sent again is known."""
    return _header("Idempotency-Key", "同一个值重复提交只登记一次，第二次回答第一次的结果。")


def _parameters(record: RecordType) -> list[Json]:
    def asked(name: str, said: str, **schema: Any) -> Json:
        shape = {"type": "string", **schema}
        return {"name": name, "in": "query", "description": said, "schema": shape}

    filters = record_filters.filterset_class(record).base_filters
    return [
        asked("q", f"查找：{record.search_hint}"),
        asked("sort", "排序；前加 - 为倒序", enum=["", *orders(record)]),
        asked("after", "上一页给出的 next"),
        asked("limit", f"每页条数，1 至 {MOST}", type="integer", minimum=1, maximum=MOST),
        *(
            asked(name, *_told_of(filters[name]), **_chosen_by(filters[name].field))
            for name in record_filters.names_of(record)
        ),
    ]


def _told_of(found: Any) -> list[str]:
    """What a filter means, with the words for its choices."""
    choices = _choices(found.field)
    told = "；".join(f"{value} {label}" for value, label in choices)
    return [f"{found.label}：{told}" if told else str(found.label)]


def _choices(field: forms.Field) -> list[tuple[str, str]]:
    if not isinstance(field, forms.ChoiceField):
        return []
    listed: Any = field.choices
    return [(str(v), str(label)) for v, label in listed if v not in (None, "")]


def _chosen_by(field: forms.Field) -> Json:
    """What a filter takes; nothing stands for everything."""
    if choices := _choices(field):
        return {"enum": ["", *(value for value, _label in choices)]}
    match field:
        case forms.DateField():
            return {"anyOf": [{"format": "date"}, {"maxLength": 0}]}
        case forms.DecimalField():
            return {"type": ["number", "string"], "maxLength": 0}
        case AreaField():
            return {"pattern": "^([0-9]{12})?$"}
    return {}


def orders(record: RecordType) -> list[str]:
    """What a list can be sorted by."""
    names = [name for name in record.fields if paging.sortable(record, name)]
    return [*names, *(f"-{name}" for name in names)]


def written(record: RecordType, names: Iterable[str]) -> dict[str, Json]:
    """What may be sent for each field. What may be left empty may also be null."""
    return {name: _sent(record, name) for name in names}


def entered(form: type[forms.Form] | None) -> dict[str, Json]:
    """What may be sent for each field of a form."""
    fields = form.base_fields if form else {}
    return {name: _of_form_field(field, name) for name, field in fields.items()}


def _written(record: RecordType, names: Iterable[str], wanted: Any = ()) -> Json:
    shape: Json = {"type": "object", "properties": written(record, names)}
    return {**shape, "required": list(wanted)} if wanted else shape


def _sent(record: RecordType, name: str) -> Json:
    model_field = record.field_map[name]
    found = _field(record, name, may_be_null=model_field.null or model_field.blank)
    if isinstance(model_field, models.DecimalField):
        found["type"] = [*_kinds(found), "number"]
    elif model_field.is_relation and "integer" in _kinds(found):
        found["type"] = [*_kinds(found), "string"]
    return found


def _field(record: RecordType, name: str, *, may_be_null: bool) -> Json:
    model_field = record.field_map[name]
    found: Json = {"title": str(model_field.verbose_name), **_type_of(model_field)}
    if hint := record.hints.get(name):
        found["description"] = str(hint)
    if may_be_null and "type" in found:
        found["type"] = [found["type"], "null"]
    if model_field.choices:
        choices = [(v, str(label)) for v, label in model_field.flatchoices]
        found["enum"] = [v for v, _label in choices]
        found["enum"] += [""] if model_field.blank else []
        found["enum"] += [None] if may_be_null else []
        found["description"] = "；".join(f"{v} {label}" for v, label in choices)
    return found


def _kinds(shape: Json) -> list[str]:
    kind = shape["type"]
    return [kind] if isinstance(kind, str) else kind


def _type_of(model_field: Any) -> Json:
    if model_field.is_relation:
        return _type_of(model_field.target_field)
    match model_field:
        case models.BooleanField():
            return {"type": "boolean"}
        case models.DateTimeField():
            return {"type": "string", "format": "date-time"}
        case models.DateField():
            return {"type": "string", "format": "date"}
        case models.DecimalField():
            return {"type": "string", "format": "decimal"}
        case models.IntegerField():
            return {"type": "integer"}
        case models.JSONField():
            return {}
        case models.UUIDField():
            return {"type": "string", "format": "uuid"}
        case _:
            longest = model_field.max_length
            return {"type": "string", **({"maxLength": longest} if longest else {})}


def _of_form_field(field: forms.Field, name: str) -> Json:
    found: Json = {"type": "string", "title": str(field.label or name)}
    match field:
        case forms.DateTimeField():
            found["format"] = "date-time"
        case forms.DateField():
            found["format"] = "date"
        case forms.BooleanField():
            found["type"] = "boolean"
        case forms.IntegerField() | forms.ModelChoiceField() | PickField():
            found["type"] = ["integer", "string"]
        case forms.DecimalField():
            found["type"] = ["string", "number"]
    if field.help_text:
        found["description"] = str(field.help_text)
    if not field.required:
        found["type"] = [*_kinds(found), "null"]
    return found


def _row(record: RecordType, *more: str, least: Any = None) -> Json:
    """A record as it is answered; `least` is what is certain where the writer may not see it."""
    properties: Json = {"id": _type_of(record.model._meta.pk)}
    for name in record.fields:
        properties[name] = _shown(record, name)
    properties |= {name: {"type": "string"} for name in more}
    return {
        "type": "object",
        "required": list(properties if least is None else least),
        "properties": properties,
        "additionalProperties": False,
    }


def _shown(record: RecordType, name: str) -> Json:
    model_field = record.field_map[name]
    found = _field(record, name, may_be_null=model_field.null)
    if model_field.is_relation:
        return {
            "title": found["title"],
            "type": ["object", "null"] if model_field.null else "object",
            "required": ["id", "text"],
            "properties": {"id": _type_of(model_field), "text": {"type": "string"}},
        }
    if name in record.sealed_names:
        shows_ends = found["type"] == "string"
        masked = f"遮盖后的内容，{'如 2202**********1234' if shows_ends else '只显示 *'}。"
        return {"title": found["title"], "type": "string", "description": masked}
    return found


def _row_example(record: RecordType) -> Json:
    return {**examples.row(record), "version": examples.VERSION}
