"""Signing in, step by step, and what is written down about it."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.contrib.auth import authenticate, login
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from jimin.foundation.audit import services as audit
from jimin.foundation.audit.services import Line
from jimin.foundation.sealed.rules import masked

from . import second_factor, throttle
from .models import User
from .scope import System
from .sessions import ADDRESS, AGENT, BEGAN, SessionStore

PENDING = "pending_sign_in"
PENDING_FOR = dt.timedelta(minutes=5)
BACKEND = "jimin.foundation.access.backend.PostBackend"
SECOND_FACTOR = "second_factor"  # in the session: signed in with one, or bound one since
DOOR = System("登录")


class NotSignedIn(Exception):
    """The message is for whoever tries, and the same whatever was wrong."""


def check_password(*, request: HttpRequest, username: str, password: str) -> User:
    """The user whose name and password these are. Raises NotSignedIn or Blocked."""
    username, address = username.strip(), throttle.client_address(request)
    attempts = attempts_of(username, address)
    try:
        begins_wait = throttle.count_attempt(*attempts)
    except throttle.Blocked:
        throttle.forget_old()
        raise
    user = authenticate(request, username=username, password=password)
    if not isinstance(user, User):
        _log_failure(username, address, "password", begins_wait=begins_wait)
        raise NotSignedIn(_("登录名或密码不对。请重新输入；忘记密码请联系本单位管理员。"))
    throttle.take_back(*attempts)
    throttle.forget(throttle.ACCOUNT, username)
    return user


def attempts_of(username: str, address: str) -> list[tuple[throttle.Limit, object]]:
    """What an attempt at this account from this address is counted against."""
    attempts: list[tuple[throttle.Limit, object]] = [(throttle.ACCOUNT, username)]
    if address:
        attempts.append((throttle.ADDRESS, throttle.neighbourhood(address)))
    return attempts


def await_code(request: HttpRequest, user: User) -> None:
    """Remember that the password was right; nobody is signed in yet."""
    request.session.cycle_key()
    request.session[PENDING] = {
        "user": user.pk,
        "until": (timezone.now() + PENDING_FOR).isoformat(),
        "password": user.get_session_auth_hash(),
    }


def awaited(request: HttpRequest) -> User | None:
    """Whose code is awaited: the password was right, minutes ago, and is still the same."""
    pending: dict[str, Any] | None = request.session.get(PENDING)
    if pending is None or dt.datetime.fromisoformat(pending["until"]) < timezone.now():
        return None
    user = User.objects.filter(pk=pending["user"], is_active=True).first()
    if user is None or not constant_time_compare(pending["password"], user.get_session_auth_hash()):
        return None
    return user


def check_code(*, request: HttpRequest, user: User, code: str) -> None:
    """Raises NotSignedIn or Blocked unless the code is right."""
    try:
        second_factor.use_code(user=user, code=code)
    except ValidationError as error:
        address = throttle.client_address(request)
        _log_failure(user.username, address, "code", begins_wait=False)
        raise NotSignedIn(error.messages[0]) from error


def enter(request: HttpRequest, user: User, *, with_second_factor: bool) -> None:
    """Sign the user in. The session ends after twelve hours whatever happens."""
    SessionStore.clear_expired()
    throttle.forget_old()
    request.session.pop(PENDING, None)
    login(request, user, backend=BACKEND)
    if with_second_factor:
        request.session[SECOND_FACTOR] = True
    audit.log(
        actor=user,
        obj=user,
        verb="sign_in",
        values={
            "address": throttle.client_address(request),
            "agent": request.session.get(AGENT, ""),
            "second_factor": with_second_factor,
        },
    )


def describe_session(sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
    """On `user_logged_in`, so that no way in makes a session without an end."""
    now = timezone.now()
    request.session[BEGAN] = now.isoformat()
    request.session[ADDRESS] = throttle.client_address(request)
    request.session[AGENT] = request.headers.get("User-Agent", "")[:200]
    request.session.set_expiry(now + dt.timedelta(seconds=settings.SESSION_COOKIE_AGE))


def _log_failure(username: str, address: str, what: str, *, begins_wait: bool) -> None:
    """A line about a failure. A name nobody has may be a password typed in the wrong field."""
    user = User.objects.filter(username=username).first()
    values = {"address": address, "wrong": what}
    if begins_wait:
        values["wait"] = "yes"
    if user is None:
        values["username"] = masked(username[:40], head=1, tail=0)
    key = str(user.pk) if user else ""
    audit.log_many(actor=DOOR, lines=[Line("sign_in_failed", "access.user", key, values)])
