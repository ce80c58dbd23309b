"""Every request reads rows with the eyes of the user who signed in, once nothing is owed."""

from collections.abc import Callable, Iterator
from typing import Any, cast
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, resolve_url

from .models import User
from .scope import acting_as
from .second_factor import factor_of
from .signing_in import SECOND_FACTOR

# The page where it is done, and the addresses that doing it takes.
OWED_AT = {
    "my-password": {"my-password"},
    "my-second-factor": {"my-second-factor", "my-second-factor-begin"},
}
ALWAYS_OPEN = {"sign-in", "sign-in-code", "sign-out", "set_language"}


class Owed:
    """Before anything else: a password that only its owner knows, the second factor of a post.

    Stands before LoginRequiredMiddleware, so that it also turns that one's way to the sign-in
    page into one htmx follows with the whole page.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if response.status_code == 302 and request.headers.get("HX-Request") == "true":
            to = urlsplit(response.headers["Location"]).path
            if to in {resolve_url(settings.LOGIN_URL), *map(resolve_url, OWED_AT)}:
                return _whole_page(request, to)
        return response

    def process_view(self, request: HttpRequest, *view: Any) -> HttpResponseBase | None:
        user = request.user
        if not isinstance(user, User) or request.resolver_match is None:
            return None
        address = owed_at(request, user)
        here = request.resolver_match.view_name
        if not address or here in OWED_AT[address] or here in ALWAYS_OPEN:
            return None
        return redirect(address)


def owed_at(request: HttpRequest, user: User) -> str:
    """The name of the page where the user must do something first, if any."""
    password, factor = OWED_AT
    if user.must_change_password:
        return password
    has_one = request.session.get(SECOND_FACTOR) is True
    if not has_one and user.needs_second_factor and factor_of(user) is None:
        return factor
    return ""


def _whole_page(request: HttpRequest, to: str) -> HttpResponse:
    shown = urlsplit(request.headers.get("HX-Current-URL", ""))
    query = urlencode({"next": f"{shown.path}?{shown.query}" if shown.query else shown.path})
    return HttpResponse(headers={"HX-Redirect": f"{to}?{query}" if shown.path else to})


class ActingUser:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        user = request.user if isinstance(request.user, User) else None
        with acting_as(user):
            response = self.get_response(request)
        if isinstance(response, StreamingHttpResponse) and not response.is_async:
            # The rows of a streamed export are read after this middleware has returned.
            parts = cast("Iterator[bytes]", response.streaming_content)
            response.streaming_content = _as_user(user, parts)
        return response


def _as_user(user: User | None, parts: Iterator[bytes]) -> Iterator[bytes]:
    while True:
        with acting_as(user):
            part = next(parts, None)
        if part is None:
            return
        yield part
