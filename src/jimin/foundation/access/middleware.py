"""Every request reads rows with the eyes of the user who signed in."""

from collections.abc import Callable, Iterator
from typing import cast

from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase

from .models import User
from .scope import acting_as


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
