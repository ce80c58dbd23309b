from collections.abc import Callable

import pytest
from django.test import Client

from jimin.foundation.access.models import User

MakeUser = Callable[..., User]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("X-Content-Type-Options", "nosniff"),
        ("X-Frame-Options", "DENY"),
        ("Referrer-Policy", "same-origin"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
        ("Cross-Origin-Embedder-Policy", "require-corp"),
        ("X-Permitted-Cross-Domain-Policies", "none"),
    ],
)
def test_every_page_carries_the_headers_that_guard_it(
    client: Client, db: None, name: str, value: str
) -> None:
    assert client.get("/sign-in/").headers[name] == value


def test_every_page_carries_the_strict_policy(client: Client, db: None) -> None:
    headers = client.get("/sign-in/").headers
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "script-src 'self'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert "camera=(), geolocation=(), microphone=()" in headers["Permissions-Policy"]


def test_pages_of_whoever_is_signed_in_are_kept_by_no_cache(
    client: Client, places: None, make_user: MakeUser
) -> None:
    assert "no-store" in client.get("/sign-in/").headers["Cache-Control"]
    client.force_login(make_user("township_clerk", "220202001000"))
    assert client.get("/my/sign-ins/").headers["Cache-Control"] == "private, no-store"


def test_a_changing_request_without_its_token_is_refused(places: None, make_user: MakeUser) -> None:
    client = Client(enforce_csrf_checks=True)
    user = make_user("township_clerk", "220202001000")
    client.force_login(user)
    data = {"old": "password", "new": "songhua jiang pan", "again": "songhua jiang pan"}
    assert client.post("/my/password/", data).status_code == 403
    user.refresh_from_db()
    assert user.check_password("password")
