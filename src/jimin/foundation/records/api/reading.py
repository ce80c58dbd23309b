"""Reading what a program sent, and giving it to the same form a page uses."""

import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _

from ..declare import RecordType
from .problems import ApiError, Json

MOST, USUAL = 200, 50


def limit_of(request: HttpRequest) -> int:
    text = request.GET.get("limit", str(USUAL))
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:9]) <= MOST:
        raise ValidationError({"limit": _("每页条数应为 1 至 %(most)s。") % {"most": MOST}})
    return int(text)


def read(request: HttpRequest, names: Iterable[str]) -> Json:
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


def plain(data: Mapping[str, Any]) -> Json:
    """JSON values as a form sends them."""
    return {
        name: "" if v is None else v if isinstance(v, bool) else str(v) for name, v in data.items()
    }


def as_form_data(record: RecordType, data: Mapping[str, Any], *, fill: bool) -> Json:
    """For a new record what is left out gets its default; an emptied sealed field is cleared."""
    sent = plain(data)
    for name, value in data.items():
        if name in record.sealed_names and value in (None, ""):
            sent[f"clear_{name}"] = "on"
    for name in record.fields if fill else ():
        model_field = record.field_map[name]
        if name not in sent and model_field.has_default():
            sent[name] = model_field.get_default()
    return sent
