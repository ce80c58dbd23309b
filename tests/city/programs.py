"""Programs that come in at the API for users of the demo."""

import datetime as dt
from dataclasses import dataclass, field

from django.test import Client
from django.utils import timezone
from django.utils.crypto import get_random_string

from jimin.foundation.access import tokens
from jimin.foundation.access.models import User
from jimin.project.demo.staff import PASSWORD


@dataclass(frozen=True)
class Credentials:
    """What a program sends with each request."""

    headers: dict[str, str]
    cookies: dict[str, str] = field(default_factory=dict)


def token_for(user: User, scope: dict[str, list[str]]) -> Credentials:
    """A token of this scope, made as its owner makes one.

    The password is set first: the city's was hashed as a demo's is, not as quickly as in tests.
    """
    user.set_password(PASSWORD)
    user.save(update_fields=["password"])
    _token, secret = tokens.create(
        actor=user,
        name="试验",
        expires_on=timezone.localdate() + dt.timedelta(days=1),
        scope=scope,
        password=PASSWORD,
    )
    return Credentials({"Authorization": f"Bearer {secret}"})


def session_for(user: User) -> Credentials:
    """What a page of ours sends."""
    client = Client()
    client.force_login(user)
    csrf = get_random_string(32)
    cookies = {"sessionid": client.cookies["sessionid"].value, "csrftoken": csrf}
    return Credentials({"X-CSRFToken": csrf}, cookies)


def credentials_of(user: User) -> Credentials:
    """A token of all that its owner may, or a session where the owner may have no token."""
    scope = tokens.offered(user) if user.may("view", tokens.PAGE) else {}
    return token_for(user, scope) if scope else session_for(user)
