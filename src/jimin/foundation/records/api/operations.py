"""List, get, create, change and the actions of a register: what each does and answers."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import override
from ninja import Router

from .. import filters as record_filters
from .. import forms, paging, search, services
from ..declare import Action, RecordType
from ..values import hidden
from ..views.common import allow, find, find_for
from . import description
from .problems import ApiError, Json
from .reading import as_form_data, limit_of, plain, read, sending_of


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
            response={code: None for code in extra["responses"] if code in (200, 201, 202)},
            openapi_extra=extra,
        )

    def listing(request: HttpRequest) -> HttpResponse:
        return _list(request, record)

    def get(request: HttpRequest, pk: str) -> HttpResponse:
        return _get(request, record, pk)

    def create(request: HttpRequest) -> HttpResponse:
        return _create(request, record)

    def change(request: HttpRequest, pk: str) -> HttpResponse:
        return _change(request, record, pk)

    def acting(action: Action) -> Callable[..., HttpResponse]:
        def act(request: HttpRequest, pk: str) -> HttpResponse:
            return _act(request, record, action, pk)

        return act

    with override("zh-hans"):
        add("GET", "/", listing, "list", f"列出{label}", description.listing(record))
        add("GET", "/{pk}", get, "get", f"取一条{label}", description.getting(record))
        if record.is_editable:
            add("POST", "/", create, "create", f"新增{label}", description.creating(record))
            add("PATCH", "/{pk}", change, "change", f"修改{label}", description.changing(record))
        for action in record.actions:
            told = description.acting(record, action)
            add(
                "POST",
                f"/{{pk}}/{action.name}",
                acting(action),
                action.name,
                told.label,
                told.extra,
            )
    return router


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
    count = paging.count_of(rows)
    page = paging.page_of(
        rows,
        paging.order_of(record, _sort(request, record, count)),
        {"after": request.GET.get("after", "")},
        limit_of(request),
        paging.reading_along(record, count),
    )
    return _json(
        {
            "count": count.number,
            "count_is_exact": count.is_exact,
            "next": page.following or None,
            "items": [_row(record, obj) for obj in page.rows],
        }
    )


def _sort(request: HttpRequest, record: RecordType, count: paging.Count) -> str:
    """A program that asked for an order and got another would read on wrongly."""
    sort = request.GET.get("sort", "")
    if sort and sort not in description.orders(record):
        names = "、".join(description.orders(record))
        raise ValidationError({"sort": _("不能这样排序。可以用：%(names)s。") % {"names": names}})
    if sort and not paging.sorts(record, sort, count):
        said = _("条数太多，不能这样排序。请用条件缩小到 %(most)s 条以内，或换一种次序。")
        raise ValidationError({"sort": said % {"most": paging.SORTED}})
    return sort


def _get(request: HttpRequest, record: RecordType, pk: str) -> HttpResponse:
    """With If-None-Match, 304 without the row when it is still the one the reader has."""
    allow(request, record, "view")
    answer = _one(record, find(record, pk))
    if answer.headers["ETag"] in _tags(request, "If-None-Match"):
        unchanged = HttpResponse(status=304)
        unchanged.headers["ETag"] = answer.headers["ETag"]
        del unchanged.headers["Content-Type"]
        return unchanged
    return answer


def _create(request: HttpRequest, record: RecordType) -> HttpResponse:
    user = allow(request, record, "add")
    data = read(request, description.written(record, record.fields))
    form = forms.form_for(record, data=as_form_data(record, data, fill=True))
    if not form.is_valid():
        raise ValidationError(form.errors.as_data())
    made = services.once(
        actor=user,
        token=sending_of(request),
        make=lambda: record.save(actor=user, obj=None, data=form.values()),
    )
    return _after(record, made, status=201)


def _change(request: HttpRequest, record: RecordType, pk: str) -> HttpResponse:
    user = allow(request, record, "change")
    obj = find_for(request, record, pk, "change")
    version = _version(request)
    if not version:
        raise ApiError(428, _("请用 If-Match 给出读取时的版本，以免盖掉别人的修改。"))
    names = [name for name in record.fields if not record.field_map[name].primary_key]
    data = read(request, description.written(record, names))
    form = forms.form_for(record, obj=obj, data=as_form_data(record, data, fill=False))
    for name in names:
        if name not in data:
            form.fields.pop(name)
    if not form.is_valid():
        raise ValidationError(form.errors.as_data())
    saved = record.save(actor=user, obj=obj, data=form.values(), version=version)
    return _after(record, saved.pk)


def _act(request: HttpRequest, record: RecordType, action: Action, pk: str) -> HttpResponse:
    """With If-Match, refused where the row is no longer the one the caller read."""
    user = allow(request, record, action.verb)
    obj = find_for(request, record, pk, action.verb)
    version = _version(request)
    if version and version != services.version_of(obj):
        raise services.StaleRecordError(obj)
    values: Mapping[str, Any] = {}
    data = read(request, description.entered(action.form))
    if action.form is not None:
        form = action.form(plain(data), record_object=obj)
        if not form.is_valid():
            raise ValidationError(form.errors.as_data())
        values = form.cleaned_data
    services.run_action(actor=user, record=record, action=action, obj=obj, values=values)
    return _after(record, obj.pk, status=action.answers)


def _after(record: RecordType, pk: Any, *, status: int = 200) -> HttpResponse:
    """The row as it is now; its key alone for a writer who may not see it (any longer)."""
    obj = record.rows().filter(pk=pk).first()
    return _json({"id": pk}, status=status) if obj is None else _one(record, obj, status=status)


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
    return HttpResponse(text, description.JSON, status)


def _version(request: HttpRequest) -> str:
    return next(iter(_tags(request, "If-Match")), "").strip('"')


def _tags(request: HttpRequest, header: str) -> list[str]:
    found = request.headers.get(header, "").split(",")
    return [f'"{tag.strip().removeprefix("W/").strip(chr(34))}"' for tag in found if tag.strip()]
