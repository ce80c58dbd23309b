"""What the description (OpenAPI 3.1) says of a register, made from its declaration."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.db import models

from .. import filters as record_filters
from .. import paging
from ..declare import Action, RecordType
from ..forms import PickField
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
    once = _header("Idempotency-Key", "同一个值重复提交只新增一条，第二次回答第一次的结果。")
    return (
        _body(_written(record, record.fields, wanted), examples.written(record))
        | answers(_row(record, "version", least=("id",)), _row_example(record), status=201)
        | {"parameters": [once]}
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
    shape: Json = {"type": "object", "properties": {}}
    for name, field in action.form.base_fields.items() if action.form else ():
        shape["properties"][name] = _of_form_field(field, name)
        if field.required:
            shape.setdefault("required", []).append(name)
    version = _header("If-Match", "读取时 ETag 给出的版本；给出时，已被别人改过则回答 412。")
    extra = (
        _body(shape, examples.of_form(action.form), needed=bool(shape.get("required")))
        | answers(_row(record, "version", least=("id",)), _row_example(record))
        | {"parameters": [version]}
    )
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


def _parameters(record: RecordType) -> list[Json]:
    def text(name: str, said: str, kind: str = "string", **more: Any) -> Json:
        schema = {"type": kind, **more}
        return {"name": name, "in": "query", "description": said, "schema": schema}

    filters = record_filters.filterset_class(record).base_filters
    sorts = [n for n in record.fields if paging.sortable(record, n)]
    return [
        text("q", f"查找：{record.search_hint}"),
        text("sort", f"排序：{'、'.join(sorts)}；前加 - 为倒序"),
        text("after", "上一页给出的 next"),
        text("limit", f"每页条数，1 至 {MOST}", "integer", minimum=1, maximum=MOST),
        *(text(name, str(filters[name].label)) for name in record_filters.names_of(record)),
    ]


def _written(record: RecordType, names: Any, wanted: Any = ()) -> Json:
    shape: Json = {"type": "object", "properties": {n: _field(record, n) for n in names}}
    return {**shape, "required": list(wanted)} if wanted else shape


def _field(record: RecordType, name: str) -> Json:
    model_field = record.field_map[name]
    found: Json = {"title": str(model_field.verbose_name), **_type_of(model_field)}
    if hint := record.hints.get(name):
        found["description"] = str(hint)
    if model_field.null and "type" in found:
        found["type"] = [found["type"], "null"]
    if model_field.choices:
        choices = [(v, str(label)) for v, label in model_field.flatchoices]
        found["enum"] = [v for v, _label in choices]
        found["enum"] += [""] if model_field.blank else []
        found["enum"] += [None] if model_field.null else []
        found["description"] = "；".join(f"{v} {label}" for v, label in choices)
    return found


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
    if field.help_text:
        found["description"] = str(field.help_text)
    if not field.required and isinstance(found["type"], str):
        found["type"] = [found["type"], "null"]
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
    found = _field(record, name)
    model_field = record.field_map[name]
    if model_field.is_relation:
        return {
            "title": found["title"],
            "type": ["object", "null"] if model_field.null else "object",
            "required": ["id", "text"],
            "properties": {"id": _type_of(model_field), "text": {"type": "string"}},
        }
    if name in record.sealed_names:
        masked = "遮盖后的内容，如 2202**********1234。"
        return {"title": found["title"], "type": "string", "description": masked}
    return found


def _row_example(record: RecordType) -> Json:
    return {**examples.row(record), "version": examples.VERSION}
