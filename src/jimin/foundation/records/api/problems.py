"""What cannot be answered, as RFC 9457 has it and in the reader's language."""

import json
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.utils.translation import gettext as _

PROBLEM = "application/problem+json"
Json = dict[str, Any]


class ApiError(Exception):
    """A request that cannot be answered; `detail` says why and what to do."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status, self.detail = status, detail


def problem(status: int, detail: str = "", errors: Iterable[tuple[str, str]] = ()) -> HttpResponse:
    """An error as RFC 9457 has it, with a line per wrong field."""
    titles = {
        400: _("请求有误"),
        401: _("没有登录"),
        403: _("没有权限"),
        404: _("没有找到"),
        405: _("不能这样请求"),
        409: _("现在不能办理"),
        412: _("已被别人改过"),
        413: _("内容太大"),
        422: _("内容有误"),
        428: _("缺少版本"),
        429: _("请求过多"),
        500: _("系统出错"),
    }
    title = titles.get(status, titles[400 if status < 500 else 500])
    body: Json = {
        "type": "about:blank",
        "title": title,
        "status": status,
        "detail": detail or title,
    }
    if found := [{"field": field, "message": message} for field, message in errors]:
        body["errors"] = found
    text = json.dumps(body, ensure_ascii=False)
    return HttpResponse(text.encode(errors="replace"), PROBLEM, status)


def invalid(error: ValidationError) -> HttpResponse:
    found = [
        (name, message)
        for name, errors in error.update_error_dict({}).items()
        for message in ValidationError(errors).messages
    ]
    return problem(422, _("内容没有通过检查，没有保存。"), found)
