"""The REST interface under /api/, made from the registers and the routers of the apps.

A program comes with a token, a page of ours with its session and CSRF token. The description is
at /api/openapi.json and, to read, in docs/api.md; ready-made pages of documentation load scripts
from another host.
"""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError
from ninja.errors import ValidationError as RequestError
from ninja.parser import Parser
from ninja.security import HttpBearer, SessionAuth

from jimin.foundation.records.api import ApiError, invalid, parsed, problem, router_for
from jimin.foundation.records.declare import registry
from jimin.foundation.records.services import StaleRecordError

# Address under /api/ and the ninja Router of an app that has more than registers.
ROUTERS: list[tuple[str, str]] = [("/cases", "jimin.kernel.cases.views.api.router")]

NEED_SIGN_IN = ("openapi-json", "api-root")


class TokenAuth(HttpBearer):
    """The token was looked at when the request came in; see `records.api.door`."""

    openapi_description = "接口令牌，在“我的账号”的“接口令牌”中建立。"

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        return request.user if getattr(request.user, "token", None) else None


class StrictParser(Parser):
    """Bodies are read as those of the registers are."""

    def parse_body(self, request: HttpRequest) -> Any:
        return parsed(request.body)


api = NinjaAPI(
    title="济民",
    version="1",
    description="登记簿和业务办理的接口。权限、辖区和遮盖规则与页面相同。",
    auth=[TokenAuth(), SessionAuth()],
    parser=StrictParser(),
    docs_url=None,
)


@api.exception_handler(PermissionDenied)
def _refused(request: HttpRequest, error: Any) -> HttpResponse:
    said = str(error) or _("您的岗位没有这项权限。如确需办理，请联系管理员。")
    if getattr(request.user, "token", None):
        said += _("如果岗位有权，请检查令牌的范围。")
    return problem(403, said)


@api.exception_handler(Http404)
def _missing(request: HttpRequest, error: Any) -> HttpResponse:
    return problem(404, _("没有这条记录，或不在您的辖区。"))


@api.exception_handler(ValidationError)
def _invalid(request: HttpRequest, error: Any) -> HttpResponse:
    return invalid(error)


@api.exception_handler(StaleRecordError)
def _stale(request: HttpRequest, error: Any) -> HttpResponse:
    return problem(412, _("您读取后，这条记录已被别人改过。请重新读取再改。"))


@api.exception_handler(ApiError)
def _wrong(request: HttpRequest, error: Any) -> HttpResponse:
    return problem(error.status, error.detail)


@api.exception_handler(AuthenticationError)
def _unknown(request: HttpRequest, error: Any) -> HttpResponse:
    return problem(401, _("没有登录，或登录已过期。请先登录。"))


@api.exception_handler(RequestError)
def _malformed(request: HttpRequest, error: Any) -> HttpResponse:
    found = [(".".join(str(part) for part in e["loc"]), _("值的写法不对。")) for e in error.errors]
    return problem(422, _("内容没有通过检查，没有保存。"), found)


@api.exception_handler(HttpError)
def _plain(request: HttpRequest, error: Any) -> HttpResponse:
    if error.status_code == 403:  # ninja's own, of its CSRF check
        return problem(403, _("请求没有带有效的 X-CSRFToken。请刷新页面或重新登录后再试。"))
    if error.status_code == 400:  # of its reading of the body
        return problem(400, _("请求的内容不是 JSON。"))
    return problem(error.status_code, str(error))


for _record in registry.values():
    api.add_router(f"/{_record.slug}", router_for(_record))
for _address, _router in ROUTERS:
    api.add_router(_address, import_string(_router))


def addresses() -> tuple[Any, str, str]:
    """Ninja asks for sign-in itself and answers 401; a redirect to a page would help no program."""
    patterns, app, namespace = api.urls
    for pattern in patterns:
        is_open = isinstance(pattern, URLPattern) and pattern.name not in NEED_SIGN_IN
        if is_open and pattern.callback is not None:
            pattern.callback = login_not_required(pattern.callback)
    return patterns, app, namespace
