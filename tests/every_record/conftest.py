"""Three people at one township: one may everything, one only reads, one has no grant."""

import pytest
from django.test import Client

from jimin.foundation.access.matrix import Matrix, Role
from jimin.kernel.areas.tests.few import few_areas

from .walk import VERBS, MakeUser, sign_in


@pytest.fixture(autouse=True)
def matrix(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    record = request.node.callspec.params["record"] if hasattr(request.node, "callspec") else None
    if record is None:
        return
    everything = VERBS | {action.verb for action in record.actions}
    subject = record.subject
    roles = {
        "keeper": Role("keeper", "登记", "township", {subject: everything}),
        "reader": Role("reader", "查询", "township", {subject: frozenset({"view"})}),
        "stranger": Role("stranger", "旁人", "township", {}),
    }
    monkeypatch.setattr("jimin.foundation.access.models.matrix", lambda: Matrix(roles))


@pytest.fixture
def places(db: None) -> None:
    few_areas()


@pytest.fixture
def keeper(places: None, make_user: MakeUser) -> Client:
    return sign_in(make_user, "keeper")


@pytest.fixture
def reader(places: None, make_user: MakeUser) -> Client:
    return sign_in(make_user, "reader")


@pytest.fixture
def stranger(places: None, make_user: MakeUser) -> Client:
    return sign_in(make_user, "stranger")
