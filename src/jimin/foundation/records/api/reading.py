"""Reading what a program sent, and giving it to the same form a page uses."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _

from jimin.foundation.sealed.rules import sm3

from ..declare import RecordType
from .problems import ApiError, Json

MOST, USUAL = 200, 50


def sending_of(request: HttpRequest) -> str:
    """What tells this sending from the user's others: its Idempotency-Key, if it has one."""
    key = request.headers.get("Idempotency-Key", "")
    return f"api:{sm3(f'{request.user.pk}:{key}'.encode())}"[:64] if key else ""


def limit_of(request: HttpRequest) -> int:
    text = request.GET.get("limit", str(USUAL))
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:9]) <= MOST:
        raise ValidationError({"limit": _("每页条数应为 1 至 %(most)s。") % {"most": MOST}})
    return int(text)


def parsed(body: bytes) -> Any:
    """The JSON of a request; text in it can be stored and answered."""
    try:
        data = json.loads(body, parse_float=Decimal, parse_constant=_no_number)
        json.dumps(data, default=str, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise ApiError(400, _("请求的内容不是 JSON。")) from None
    return data


def _no_number(name: str) -> Any:
    raise ValueError(name)


def read(request: HttpRequest, shapes: Mapping[str, Json]) -> Json:
    """What was sent, if every value is of a kind that its description names."""
    data = parsed(request.body or b"{}")
    if not isinstance(data, dict):
        raise ApiError(400, _("请求的内容应是一个 JSON 对象。"))
    errors = {}
    for name, value in data.items():
        if name not in shapes:
            errors[name] = _("没有这个字段，或不能写入。")
        elif isinstance(value, dict | list):
            errors[name] = _("这里应是单个的值。")
        elif isinstance(value, str) and "\0" in value:
            errors[name] = _("内容里有不能使用的字符。")
        elif not _is_of_kind(value, shapes[name].get("type")):
            errors[name] = _wanted(shapes[name]["type"])
    if errors:
        raise ValidationError(errors)
    return data


KINDS: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "number": (int, Decimal),
    "null": (type(None),),
}


def _is_of_kind(value: Any, kinds: str | list[str] | None) -> bool:
    if kinds is None:
        return True
    names = [kinds] if isinstance(kinds, str) else kinds
    if isinstance(value, bool):
        return "boolean" in names
    if value == "" and "null" in names:
        return True
    return any(isinstance(value, KINDS[name]) for name in names)


def _wanted(kinds: str | list[str]) -> str:
    words = {
        "string": _("文字（加引号）"),
        "boolean": _("true 或 false"),
        "integer": _("整数"),
        "number": _("数字"),
        "null": "null",
    }
    names = [kinds] if isinstance(kinds, str) else kinds
    return _("值的类型不对，应为：%(kinds)s。") % {"kinds": "、".join(words[n] for n in names)}


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
