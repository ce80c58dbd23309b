"""No link changes anything: a GET of every address there is, watched at the database.

The addresses come from the resolver, so what is new is watched from its first day. What reading
may leave behind is the reader's own session and a line of the audit (an export, a paper opened).
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from jimin.foundation.access.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo_city")]

WRITES = re.compile(r"^\s*(INSERT INTO|UPDATE|DELETE FROM)\s+\"?(\w+)", re.IGNORECASE)
LEFT_BEHIND = {"access_session", "audit_entry"}
VALUES = {
    "int": "1",
    "slug": "approve",
    "str": "1",
    "uuid": "00000000-0000-0000-0000-000000000001",
    "path": "1",
    "": "1",
}
FORM = "application/x-www-form-urlencoded"


def routes(resolver: URLResolver, before: str = "/") -> Iterator[str]:
    for pattern in resolver.url_patterns:
        route = before + str(pattern.pattern).lstrip("^").rstrip("$")
        if isinstance(pattern, URLResolver):
            yield from routes(pattern, route)
        elif isinstance(pattern, URLPattern):
            yield route


def addresses() -> list[str]:
    """Every address with something in its places: a number, a name, an action."""
    found = []
    for route in routes(get_resolver()):
        kinds = re.findall(r"<(?:(\w+):)?\w+>", route)
        assert all(kind in VALUES for kind in kinds), f"give {route} a value to be tried with"
        found.append(re.sub(r"<(?:(\w+):)?\w+>", lambda m: VALUES[m[1] or ""], route))
    return found


class Watch:
    """Collects the tables that are written to."""

    def __init__(self) -> None:
        self.written: set[str] = set()

    def __call__(self, execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if found := WRITES.match(sql):
            self.written.add(found[2].lower())
        return execute(sql, *rest)


@pytest.mark.parametrize("username", ["admin", "changyi.officer", "xinghua.clerk", "officer"])
def test_a_get_of_any_address_writes_nothing(username: str) -> None:
    client = Client()
    client.force_login(User.objects.get(username=username))
    changed = []
    for address in addresses():
        watch = Watch()
        with connection.execute_wrapper(watch):
            response = client.get(address, {"name": "x", "code": "1", "reason": "x"})
        assert response.status_code < 500, address
        if watch.written - LEFT_BEHIND:
            changed.append(f"{address}: {sorted(watch.written - LEFT_BEHIND)}")
    assert changed == []


def test_no_form_is_taken_without_the_token_against_forgery() -> None:
    """A page of another site can send a form, never the token."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(User.objects.get(username="admin"))
    taken = []
    for address in addresses():
        watch = Watch()
        with connection.execute_wrapper(watch):
            response = client.post(address, "confirm=1", content_type=FORM)
        if watch.written - {"access_session"} or response.status_code not in (403, 404, 405):
            taken.append(f"{address}: {response.status_code} {sorted(watch.written)}")
    assert taken == []
