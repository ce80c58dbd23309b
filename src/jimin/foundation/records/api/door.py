"""Who comes in through the API: with a token or a session, and not more often than is fair.

Stands before the middleware that sets whose eyes rows are read with, so that a token's scope
holds on every later step. Whatever is refused on the way is a problem document too.
"""

from collections.abc import Callable
from urllib.parse import unquote

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from jimin.foundation.access import rates, tokens
from jimin.foundation.access.middleware import owed_at
from jimin.foundation.access.models import Token, User
from jimin.foundation.access.throttle import client_address, neighbourhood

from .problems import problem

BEARER = "bearer"


class Door:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path_info.startswith(settings.API_ROOT):
            return self.get_response(request)
        refusal = self._refusal(request)
        return refusal or _as_problem(self.get_response(request))

    def _refusal(self, request: HttpRequest) -> HttpResponse | None:
        """Why the request goes no further. A token given counts, never the session beside it."""
        if "\0" in unquote(request.get_full_path()):
            return problem(400, _("地址中有不能使用的字符。"))
        address = neighbourhood(client_address(request))
        if wait := rates.take({"address": address}):
            return _too_many(wait)
        given, _space, secret = request.headers.get("Authorization", "").partition(" ")
        token: Token | None = None
        if given.lower() == BEARER:
            token = tokens.use(secret.strip(), address=client_address(request))
            request.user = token.user if token else AnonymousUser()
            if token is None:
                return problem(401, _("接口令牌不对、已过期或已撤销。请在“我的账号”中另建一个。"))
        user = request.user
        if not isinstance(user, User):
            return None
        if wait := rates.take({"token": token.pk if token else None, "user": user.pk}):
            return _too_many(wait)
        if owed_at(request, user):
            return problem(403, _("请先在网页登录，换成自己的密码并绑定动态口令，再使用接口。"))
        return None


def _too_many(seconds: int) -> HttpResponse:
    said = problem(429, _("请求过多。请等待 %(n)s 秒后再试。") % {"n": seconds})
    said.headers["Retry-After"] = str(seconds)
    return said


def _as_problem(response: HttpResponseBase) -> HttpResponseBase:
    """Django's own pages of errors (no such address, a method not offered) say the same here."""
    kind = response.headers.get("Content-Type", "")
    if response.status_code < 400 or "json" in kind:
        return response
    said = problem(response.status_code)
    if "Allow" in response.headers:
        said.headers["Allow"] = response.headers["Allow"]
    return said
