"""Every operation of the API × every role, with tokens: what the matrix says, or less.

The gates are those of `test_every_address`. A token of full scope opens what its owner's session
opens; a narrower one of that what its scope names, and nothing else.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse

from jimin.foundation.access import tokens
from jimin.foundation.access.matrix import matrix
from jimin.foundation.access.models import User
from jimin.foundation.access.scope import acting_as_system

from .programs import token_for
from .test_every_address import USERS, Gate, answer, expected, gates

pytestmark = pytest.mark.django_db

WITH_TOKENS = [role for role in USERS if matrix().roles[role].allows("view", tokens.PAGE)]
WITHOUT = [role for role in USERS if role not in WITH_TOKENS]
Scope = Mapping[str, list[str]]
Try = tuple[str, Gate, str, str | None]


@dataclass(frozen=True)
class Narrowed:
    """What a program may with a token, said apart from the program: its owner's part of a scope."""

    owner: User
    scope: Scope

    def may(self, verb: str, subject: str, area: str | None = None) -> bool:
        return verb in self.scope.get(subject, ()) and self.owner.may(verb, subject, area)


@pytest.fixture(scope="module")
def tries(demo_city: None) -> list[Try]:
    """Each operation on what it is tried on."""
    found = []
    with acting_as_system("test"):
        for name, gate in gates():
            if name.startswith("api-1:"):
                for where, area in gate.of() if gate.of else [({}, None)]:
                    found.append((name, gate, reverse(name, kwargs=where), area))
    return found


def every_second(scope: Scope) -> dict[str, list[str]]:
    """Half of the grants, with the sight of what is done there."""
    grants = [(subject, verb) for subject, verbs in scope.items() for verb in verbs]
    half: dict[str, list[str]] = {}
    for subject, verb in grants[::2]:
        half.setdefault(subject, []).append(verb)
    return {s: sorted({*verbs, *({"view"} & set(scope[s]))}) for s, verbs in half.items()}


SCOPES = {
    "full": lambda scope: scope,
    "only reading": lambda scope: {s: ["view"] for s, verbs in scope.items() if "view" in verbs},
    "every second grant": every_second,
}


@pytest.fixture(scope="module")
def programs(demo_city: None) -> dict[tuple[str, str], tuple[Narrowed, Client]]:
    """By role and kind of scope, a program and what it may."""
    found = {}
    for role in WITH_TOKENS:
        user = User.objects.get(username=USERS[role])
        for kind, narrow in SCOPES.items():
            scope = narrow(tokens.offered(user))
            client = Client(headers=token_for(user, scope).headers)
            found[role, kind] = (Narrowed(user, scope), client)
    return found


@pytest.mark.parametrize("kind", SCOPES)
@pytest.mark.parametrize("role", WITH_TOKENS)
def test_a_token_opens_what_the_matrix_and_its_scope_say(
    role: str,
    kind: str,
    tries: list[Try],
    programs: dict[tuple[str, str], tuple[Narrowed, Client]],
) -> None:
    may: Any
    may, client = programs[role, kind]
    wrong = []
    found = Counter[str]()
    for name, gate, url, area in tries:
        wanted = expected(may, gate, area)
        got = answer(client, gate, url)
        found[got] += 1
        if got not in wanted:
            wrong.append(f"{gate.method} {url} {name}: {got}, the matrix says {wanted}")
    assert not wrong, "\n".join(wrong)
    assert found["opens"] > 0
    assert found["refused"] > 0


@pytest.mark.parametrize("role", WITH_TOKENS)
def test_a_narrower_token_may_less(role: str) -> None:
    scope = tokens.offered(User.objects.get(username=USERS[role]))
    size = [sum(map(len, SCOPES[kind](scope).values())) for kind in SCOPES]
    assert size[0] == max(size)
    assert size[2] < size[0]


@pytest.mark.parametrize("role", WITH_TOKENS)
def test_a_token_is_offered_what_the_role_may_and_pages_do_not_ask_for(role: str) -> None:
    grants = matrix().roles[role].grants
    wanted = {
        (subject, verb)
        for subject, verbs in grants.items()
        for verb in verbs
        if not subject.startswith("page.") and verb not in ("import", "export", "unmask")
    }
    offered = tokens.offered(User.objects.get(username=USERS[role]))
    assert {(s, verb) for s, verbs in offered.items() for verb in verbs} == wanted


@pytest.mark.parametrize("role", WITHOUT)
def test_a_role_without_tokens_gets_none(role: str) -> None:
    user = User.objects.get(username=USERS[role])
    with pytest.raises(PermissionDenied):
        token_for(user, tokens.offered(user))


def test_a_token_of_more_than_the_owner_may_is_not_made() -> None:
    clerk = User.objects.get(username=USERS["township_clerk"])
    for scope in ({"access.user": ["add"]}, {"dibao": ["approve"]}, {"people.person": ["export"]}):
        with pytest.raises(ValidationError, match="超出了您的岗位"):
            token_for(clerk, scope)
    token_for(clerk, {"people.person": ["add"]})
