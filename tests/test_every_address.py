"""Every address × every role of the demo gives what the access matrix says, and nothing else.

What guards an address is written here a second time, apart from the views. An address that is not
written here fails: whoever adds a page says who may open it.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pytest
from django.db import models
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from jimin.foundation.access.matrix import matrix
from jimin.foundation.access.models import User
from jimin.foundation.access.scope import acting_as_system
from jimin.foundation.records.declare import registry
from jimin.foundation.ui.middleware import POLICY

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo_city")]

USERS = {
    "city_leader": "leader",
    "city_officer": "officer",
    "administrator": "admin",
    "county_officer": "changyi.officer",
    "county_paymaster": "changyi.pay",
    "county_director": "changyi.director",
    "township_clerk": "xinghua.clerk",
    "community_worker": "dongchangzhai.worker",
}
HERE, ELSEWHERE = "220202001001", "220221100001"  # in 兴华 of 昌邑, and in 永吉
NOWHERE = "nowhere"


# The rest of an address, and the area of what it shows.
Objects = Callable[[], list[tuple[dict[str, Any], str | None]]]


@dataclass(frozen=True)
class Gate:
    """Who may open an address. Without a subject everyone who is signed in may.

    `of` gives what to try it on; an address without it shows no single thing.
    """

    subject: str = ""
    verb: str = "view"
    is_post: bool = False
    of: Objects | None = None
    query: dict[str, str] = field(default_factory=dict)


def rows(model: type[models.Model], area: str = "area_id", **where: Any) -> Objects:
    """Two objects of a model: one here, one elsewhere."""

    def found() -> list[tuple[dict[str, Any], str | None]]:
        chosen = []
        for code in (HERE, ELSEWHERE):
            inside = {
                f"{area}__gte": code[:6].ljust(12, "0"),
                f"{area}__lte": code[:6].ljust(12, "9"),
            }
            row = (
                model._base_manager.filter(**inside, **where)
                .order_by(models.Case(models.When(**{area: code}, then=0), default=1), "pk")
                .values_list("pk", area)
                .first()
            )
            assert row, f"the demo city has no {model._meta.label} in {code[:6]}"
            chosen.append(({"pk": row[0]}, row[1]))
        return chosen

    return found


def record_gates() -> Iterator[tuple[str, Gate]]:
    for record in registry.values():
        name, subject = f"records:{record.slug}", record.subject
        of = rows(record.model, record.area or "area_id")
        yield name, Gate(subject)
        yield f"{name}-pick", Gate(subject)
        yield f"{name}-export", Gate(subject, "export")
        yield f"{name}-page", Gate(subject, of=of)
        yield f"{name}-unmask", Gate(subject, "unmask", is_post=True, of=of)
        yield f"{name}-act", Gate(subject, "no such action", of=with_name(of, "none"))
        for action in record.actions:
            yield f"{name}-act", Gate(subject, action.verb, of=with_name(of, action.name))
        if record.is_editable:
            yield f"{name}-new", Gate(subject, "add")
            yield f"{name}-import", Gate(subject, "import")
            yield f"{name}-template", Gate(subject, "import")
            yield f"{name}-preview", Gate(subject, "import", of=nobodys_upload)
            yield f"{name}-errors", Gate(subject, "import", of=nobodys_upload)
            yield f"{name}-edit", Gate(subject, "change", of=of)


def with_name(of: Objects, name: str) -> Objects:
    return lambda: [({**where, "name": name}, area) for where, area in of()]


def nobodys_upload() -> list[tuple[dict[str, Any], str | None]]:
    return [({"pk": UUID(int=0)}, NOWHERE)]


def other_gates() -> Iterator[tuple[str, Gate]]:
    yield "sign-in", Gate()
    yield "sign-out", Gate(is_post=True)
    yield "set_language", Gate(is_post=True)
    yield "records:places", Gate()
    yield "people-person-pick", Gate("people.household", "add_member")


BEFORE_SIGNING_IN = {"sign-in", "set_language"}


def gates() -> list[tuple[str, Gate]]:
    return [*record_gates(), *other_gates()]


def addresses() -> set[str]:
    def walk(resolver: URLResolver, space: str) -> Iterator[str]:
        for pattern in resolver.url_patterns:
            if isinstance(pattern, URLResolver):
                inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
                yield from walk(pattern, inner)
            elif isinstance(pattern, URLPattern):
                yield f"{space}{pattern.name}"

    return set(walk(get_resolver(), ""))


def expected(user: User, gate: Gate, area: str | None) -> str:
    """What the matrix says: `opens`, `refused` (403) or `absent` (404)."""
    if not gate.subject:
        return "opens"
    if area is None:
        return "opens" if user.may(gate.verb, gate.subject) else "refused"
    if not user.may(gate.verb, gate.subject):
        return "refused"
    if area == NOWHERE or not user.may("view", gate.subject, area):
        return "absent"
    return "opens" if user.may(gate.verb, gate.subject, area) else "refused"


def answer(client: Client, gate: Gate, url: str) -> str:
    response = client.post(url) if gate.is_post else client.get(url, gate.query)
    assert response.status_code < 500
    if response.status_code in (403, 404):
        return "refused" if response.status_code == 403 else "absent"
    assert response.headers["Content-Security-Policy"] == POLICY
    if not gate.is_post:
        assert response.status_code in (200, 302), (url, response.status_code)
    return "opens"


def test_every_address_is_written_here() -> None:
    assert {name for name, _ in gates()} == addresses()


def test_every_role_of_the_matrix_is_tried() -> None:
    assert set(USERS) == set(matrix().roles)


@pytest.mark.parametrize("role", USERS)
def test_a_role_opens_what_the_matrix_says(role: str) -> None:
    user = User.objects.get(username=USERS[role])
    client = Client()
    client.force_login(user)
    wrong = []
    tried = Counter[str]()
    for name, gate in gates():
        if name == "sign-out":
            continue
        with acting_as_system("test"):
            objects = gate.of() if gate.of else [({}, None)]
        for where, area in objects:
            wanted = expected(user, gate, area)
            found = answer(client, gate, reverse(name, kwargs=where))
            tried[wanted] += 1
            if found != wanted:
                wrong.append(f"{name} {where}: {found}, the matrix says {wanted}")
    assert not wrong, "\n".join(wrong)
    assert tried["refused"] > 0


def test_nobody_gets_anywhere_without_signing_in(client: Client) -> None:
    for name, gate in gates():
        if name in BEFORE_SIGNING_IN:
            continue
        with acting_as_system("test"):
            where, _ = gate.of()[0] if gate.of else ({}, None)
        url = reverse(name, kwargs=where)
        for response in (client.get(url), client.post(url)):
            assert response.status_code == 302, name
            assert response.headers["Location"].startswith("/sign-in/"), name


def test_what_changes_something_is_not_done_by_a_link(client: Client) -> None:
    client.force_login(User.objects.get(username="admin"))
    for name, gate in gates():
        if gate.is_post:
            with acting_as_system("test"):
                where, _ = gate.of()[0] if gate.of else ({}, None)
            assert client.get(reverse(name, kwargs=where)).status_code == 405, name
