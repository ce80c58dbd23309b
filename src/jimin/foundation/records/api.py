"""The REST interface of every register: same rows, services, checks and masking as the pages."""

import datetime as dt
import json
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import override
from ninja import Router

from . import filters as record_filters
from . import forms, paging, search, services
from .declare import Action, RecordType
from .values import hidden
from .views.common import allow, find, find_for

MOST, USUAL = 200, 50
JSON = "application/json"
PROBLEM = "application/problem+json"
Json = dict[str, Any]


class ApiError(Exception):
    """A request that cannot be answered; `detail` says why and what to do."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status, self.detail = status, detail


def problem(status: int, detail: str, errors: Iterable[tuple[str, str]] = ()) -> HttpResponse:
    """An error as RFC 9457 has it, with a line per wrong field."""
    titles = {
        400: _("请求有误"),
        401: _("没有登录"),
        403: _("没有权限"),
        404: _("没有找到"),
        409: _("现在不能办理"),
        412: _("已被别人改过"),
        422: _("内容有误"),
        428: _("缺少版本"),
        500: _("系统出错"),
    }
    body: Json = {
        "type": "about:blank",
        "title": titles.get(status, titles[400]),
        "status": status,
        "detail": detail,
    }
    if found := [{"field": field, "message": message} for field, message in errors]:
        body["errors"] = found
    return HttpResponse(json.dumps(body, ensure_ascii=False), PROBLEM, status)


def invalid(error: ValidationError) -> HttpResponse:
    found = [
        (name, message)
        for name, errors in error.update_error_dict({}).items()
        for message in ValidationError(errors).messages
    ]
    return problem(422, _("内容没有通过检查，没有保存。"), found)


def router_for(record: RecordType) -> Router:
    """List, get, create, change and actions of one register."""
    router = Router(tags=[record.slug])
    label = str(record.label)

    def add(
        method: str,
        path: str,
        view: Callable[..., HttpResponse],
        name: str,
        summary: str,
        extra: Json,
    ) -> None:
        view.__name__ = f"{record.slug}_{name}"
        router.add_api_operation(
            path,
            [method],
            view,
            operation_id=f"{record.slug}_{name}",
            summary=summary,
            openapi_extra=extra,
        )

    def listing(request: HttpRequest) -> HttpResponse:
        return _list(request, record)

    def get(request: HttpRequest, pk: str) -> HttpResponse:
        allow(request, record, "view")
        return _one(record, find(record, pk))

    with override("zh-hans"):
        add("GET", "/", listing, "list", f"列出{label}", _list_docs(record))
        add("GET", "/{pk}", get, "get", f"取一条{label}", _answers(_row_schema(record)))
        if record.is_editable:
            _add_writing(record, add, label)
        for action in record.actions:
            _add_action(record, action, add)
    return router


def _add_writing(record: RecordType, add: Callable[..., None], label: str) -> None:
    def create(request: HttpRequest) -> HttpResponse:
        return _create(request, record)

    def change(request: HttpRequest, pk: str) -> HttpResponse:
        return _change(request, record, pk)

    wanted = [n for n in record.fields if _is_needed(record.field_map[n])]
    written = {"type": "object", "properties": _fields_schema(record), "required": wanted}
    created = _answers(_row_schema(record), status="201")
    add("POST", "/", create, "create", f"新增{label}", _body(written) | created)
    partly = {"type": "object", "properties": _fields_schema(record)}
    version = {
        "name": "If-Match",
        "in": "header",
        "required": True,
        "description": "读取时 ETag 给出的版本；已被别人改过时回答 412。",
        "schema": {"type": "string"},
    }
    changed = _answers(_row_schema(record)) | {"parameters": [version]}
    add("PATCH", "/{pk}", change, "change", f"修改{label}", _body(partly) | changed)


def _add_action(record: RecordType, action: Action, add: Callable[..., None]) -> None:
    def act(request: HttpRequest, pk: str) -> HttpResponse:
        return _act(request, record, action, pk)

    shape: Json = {"type": "object", "properties": {}}
    for name, field in action.form.base_fields.items() if action.form else ():
        shape["properties"][name] = {"type": "string", "title": str(field.label or name)}
        if field.required:
            shape.setdefault("required", []).append(name)
    extra = _body(shape) | _answers(_row_schema(record))
    add("POST", f"/{{pk}}/{action.name}", act, action.name, str(action.label), extra)


# Answering


def _list(request: HttpRequest, record: RecordType) -> HttpResponse:
    allow(request, record, "view")
    found = record_filters.filtered(record, request.GET, record.rows())
    if not found.form.is_valid():
        raise ValidationError(
            {
                n: [e for each in errors.as_data() for e in each.messages]
                for n, errors in found.form.errors.items()
            }
        )
    condition = search.matching(record, request.GET.get("q", ""))
    rows = found.qs if condition is None else found.qs.filter(condition)
    order = paging.order_of(record, request.GET.get("sort", ""))
    page = paging.page_of(rows, order, {"after": request.GET.get("after", "")}, _limit(request))
    count = paging.count_of(rows)
    return _json(
        {
            "count": count.number,
            "count_is_exact": count.is_exact,
            "next": page.following or None,
            "items": [_row(record, obj) for obj in page.rows],
        }
    )


def _create(request: HttpRequest, record: RecordType) -> HttpResponse:
    user = allow(request, record, "add")
    data = _read(request, record.fields)
    form = forms.form_for(record, data=_as_form_data(record, data, fill=True))
    if not form.is_valid():
        raise ValidationError(form.errors.as_data())
    key = request.headers.get("Idempotency-Key", "")
    made = services.once(
        actor=user,
        token=f"api:{user.pk}:{key}"[:64] if key else "",
        make=lambda: record.save(actor=user, obj=None, data=form.values()),
    )
    return _one(record, record.rows().get(pk=made), status=201)


def _change(request: HttpRequest, record: RecordType, pk: str) -> HttpResponse:
    user = allow(request, record, "change")
    obj = find_for(request, record, pk, "change")
    version = request.headers.get("If-Match", "").strip().removeprefix("W/").strip('"')
    if not version:
        raise ApiError(428, _("请用 If-Match 给出读取时的版本，以免盖掉别人的修改。"))
    names = [name for name in record.fields if not record.field_map[name].primary_key]
    data = _read(request, names)
    form = forms.form_for(record, obj=obj, data=_as_form_data(record, data, fill=False))
    for name in names:
        if name not in data:
            form.fields.pop(name)
    if not form.is_valid():
        raise ValidationError(form.errors.as_data())
    saved = record.save(actor=user, obj=obj, data=form.values(), version=version)
    return _one(record, record.rows().get(pk=saved.pk))


def _act(request: HttpRequest, record: RecordType, action: Action, pk: str) -> HttpResponse:
    user = allow(request, record, action.verb)
    obj = find_for(request, record, pk, action.verb)
    values: Mapping[str, Any] = {}
    if action.form is not None:
        data = _read(request, list(action.form.base_fields))
        form = action.form(_plain(data), record_object=obj)
        if not form.is_valid():
            raise ValidationError(form.errors.as_data())
        values = form.cleaned_data
    services.run_action(actor=user, record=record, action=action, obj=obj, values=values)
    return _one(record, find(record, pk))


def _one(record: RecordType, obj: Any, *, status: int = 200) -> HttpResponse:
    version = services.version_of(obj)
    response = _json({**_row(record, obj), "version": version}, status=status)
    response.headers["ETag"] = f'"{version}"'
    return response


def _row(record: RecordType, obj: Any) -> Json:
    return {"id": obj.pk, **{name: _value(record, obj, name) for name in record.fields}}


def _value(record: RecordType, obj: Any, name: str) -> Any:
    model_field = record.field_map[name]
    if model_field.is_relation:
        linked = getattr(obj, name)
        return None if linked is None else {"id": linked.pk, "text": str(linked)}
    value = getattr(obj, name)
    if name in record.sealed_names:
        return hidden(value)
    return value


def _json(content: Json, *, status: int = 200) -> HttpResponse:
    text = json.dumps(content, cls=DjangoJSONEncoder, ensure_ascii=False)
    return HttpResponse(text, JSON, status)


# Reading what was sent


def _limit(request: HttpRequest) -> int:
    text = request.GET.get("limit", str(USUAL))
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:9]) <= MOST:
        raise ValidationError({"limit": _("每页条数应为 1 至 %(most)s。") % {"most": MOST}})
    return int(text)


def _read(request: HttpRequest, names: Iterable[str]) -> Json:
    try:
        data = json.loads(request.body or b"{}", parse_float=Decimal)
    except (ValueError, UnicodeDecodeError, RecursionError):
        raise ApiError(400, _("请求的内容不是 JSON。")) from None
    if not isinstance(data, dict):
        raise ApiError(400, _("请求的内容应是一个 JSON 对象。"))
    known = set(names)
    errors = {name: _("没有这个字段，或不能写入。") for name in data if name not in known}
    for name, value in data.items():
        if isinstance(value, dict | list):
            errors[name] = _("这里应是单个的值。")
        elif isinstance(value, str) and "\0" in value:
            errors[name] = _("内容里有不能使用的字符。")
    if errors:
        raise ValidationError(errors)
    return data


def _plain(data: Mapping[str, Any]) -> Json:
    """JSON values as a form sends them."""
    return {
        name: "" if v is None else v if isinstance(v, bool) else str(v) for name, v in data.items()
    }


def _as_form_data(record: RecordType, data: Mapping[str, Any], *, fill: bool) -> Json:
    """For a new record what is left out gets its default; an emptied sealed field is cleared."""
    sent = _plain(data)
    for name, value in data.items():
        if name in record.sealed_names and value in (None, ""):
            sent[f"clear_{name}"] = "on"
    for name in record.fields if fill else ():
        model_field = record.field_map[name]
        if name not in sent and model_field.has_default():
            sent[name] = model_field.get_default()
    return sent


# Describing it (OpenAPI 3.1)


def _is_needed(model_field: Any) -> bool:
    return not (model_field.blank or model_field.has_default())


def _fields_schema(record: RecordType) -> Json:
    return {name: _field_schema(record, name) for name in record.fields}


def _field_schema(record: RecordType, name: str) -> Json:
    model_field = record.field_map[name]
    found: Json = {"title": str(model_field.verbose_name), **_type_of(model_field)}
    if hint := record.hints.get(name):
        found["description"] = str(hint)
    if model_field.null:
        found["type"] = [found["type"], "null"]
    if model_field.choices:
        choices = [(v, str(label)) for v, label in model_field.flatchoices]
        found["enum"] = [v for v, _label in choices] + ([""] if model_field.blank else [])
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
            return {"type": "string", "format": "date", "example": dt.date(2016, 3, 1).isoformat()}
        case models.DecimalField():
            return {"type": "string", "format": "decimal"}
        case models.IntegerField():
            return {"type": "integer"}
        case _:
            longest = model_field.max_length
            return {"type": "string", **({"maxLength": longest} if longest else {})}


def _row_schema(record: RecordType) -> Json:
    pk = record.model._meta.pk
    properties: Json = {"id": _type_of(pk)}
    for name in record.fields:
        properties[name] = _field_schema(record, name)
        if record.field_map[name].is_relation:
            properties[name] = {
                "title": properties[name]["title"],
                "type": ["object", "null"],
                "properties": {
                    "id": _type_of(record.field_map[name]),
                    "text": {"type": "string"},
                },
            }
        elif name in record.sealed_names:
            properties[name] = {"title": properties[name]["title"], "type": "string"}
            properties[name]["description"] = "遮盖后的内容，如 2202**********1234。"
    return {"type": "object", "properties": {**properties, "version": {"type": "string"}}}


def _list_docs(record: RecordType) -> Json:
    def text(name: str, description: str, kind: str = "string") -> Json:
        return {
            "name": name,
            "in": "query",
            "description": description,
            "schema": {"type": kind},
        }

    filters = record_filters.filterset_class(record).base_filters
    sorts = [n for n in record.fields if paging.sortable(record, n)]
    parameters = [
        text("q", f"查找：{record.search_hint}"),
        text("sort", f"排序：{'、'.join(sorts)}；前加 - 为倒序"),
        text("after", "上一页给出的 next"),
        text("limit", f"每页条数，1 至 {MOST}", "integer"),
        *(text(name, str(filters[name].label)) for name in record_filters.names_of(record)),
    ]
    page = {
        "type": "object",
        "properties": {
            "count": {"type": "integer"},
            "count_is_exact": {"type": "boolean"},
            "next": {"type": ["string", "null"]},
            "items": {"type": "array", "items": _row_schema(record)},
        },
    }
    return {"parameters": parameters, **_answers(page)}


def _body(schema: Json) -> Json:
    return {"requestBody": {"required": True, "content": {JSON: {"schema": schema}}}}


def _answers(schema: Json, *, status: str = "200") -> Json:
    wrong = {
        "type": "object",
        "properties": {
            "type": {"type": "string"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string"},
            "errors": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
                },
            },
        },
    }
    return {
        "responses": {
            status: {"description": "成功", "content": {JSON: {"schema": schema}}},
            "default": {"description": "出错", "content": {PROBLEM: {"schema": wrong}}},
        }
    }
