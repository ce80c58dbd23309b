"""Kinds of work for the tests, declared for the time of one test."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from jimin.foundation.jobs import declare, run
from jimin.foundation.jobs.declare import Kind

Declare = Callable[..., Kind]


@pytest.fixture
def declared(monkeypatch: pytest.MonkeyPatch) -> Declare:
    monkeypatch.setattr(declare, "kinds", dict(declare.kinds))
    monkeypatch.setattr("jimin.foundation.jobs.models.kinds", declare.kinds)

    def kind(work: Any, **more: Any) -> Kind:
        return Kind("test", "试验", work, **more)

    return kind


@pytest.fixture(autouse=True)
def _going_on(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every step is told, and a test that stops this process's work stops it for itself alone."""
    monkeypatch.setattr(run, "TELL_EVERY", 0.0)
    run.stopping.clear()
    yield
    run.stopping.clear()
