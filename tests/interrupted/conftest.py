"""The installation of each of these tests."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from jimin.project.commands.tests.started import Started

from .installation import Office


@pytest.fixture(scope="session")
def started() -> Iterator[Started]:
    """The program, started with what these tests ask of it."""
    modules = "jimin.foundation.jobs.worker", "jimin.project.cli", "tests.interrupted.office"
    started = Started(*modules)
    yield started
    started.end()


@pytest.fixture
def office(tmp_path: Path, started: Started, empty_database: Callable[[Path], str]) -> Office:
    return Office(tmp_path, empty_database(tmp_path), started)
