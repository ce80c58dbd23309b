"""Fixtures every test may use."""

import datetime as dt
import logging
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.utils import translation

if TYPE_CHECKING:
    from jimin.project.commands.tests.empty import Empty
    from jimin.project.commands.tests.started import Started

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jimin.project.settings")


@pytest.fixture(autouse=True)
def _quick_and_often(request: pytest.FixtureRequest) -> None:
    """Argon2 is slow and the API limited on purpose; tests of these themselves ask for it back.

    Nor does every new client look through the static files, which no test asks for.
    """
    if "settings" in request.fixturenames or "db" in request.fixturenames:
        settings = request.getfixturevalue("settings")
        settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
        settings.API_LIMITS = dict.fromkeys(settings.API_LIMITS, 0)
        settings.WHITENOISE_USE_FINDERS = False


@pytest.fixture(autouse=True, scope="session")
def _a_refusal_is_no_event() -> None:
    """Thousands of requests are refused on purpose; each would leave a traceback in the log."""
    logging.getLogger("django.request").setLevel(logging.ERROR)


@pytest.fixture(autouse=True, scope="session")
def _tests_may_empty_the_audit() -> "Iterator[None]":
    """Tests that really commit empty the tables afterwards, which the triggers forbid."""
    from django.db import connection
    from django.test import TransactionTestCase

    from jimin.foundation.audit.protection import unprotected

    empty = TransactionTestCase._fixture_teardown  # type: ignore[attr-defined]

    def teardown(case: TransactionTestCase) -> None:
        with unprotected(connection):
            empty(case)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", teardown)
        yield


@pytest.fixture(autouse=True, scope="session")
def _a_worker_in_a_test_keeps_its_connection() -> "Iterator[None]":
    """Between two jobs a worker closes what is stale, and takes a test's transaction for that."""
    from django_tasks_db.management.commands import db_worker

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(db_worker, "close_old_connections", lambda: None)
        yield


@pytest.fixture(autouse=True)
def _published_calendar() -> None:
    """Working days are those of the library; tests of the register of days ask for that back."""
    from jimin.foundation import workdays

    workdays.take_from(lambda: workdays.NOTHING)


@pytest.fixture(autouse=True)
def _in_chinese() -> Iterator[None]:
    """A request in English leaves its language with the thread; the next test begins in ours."""
    yield
    translation.deactivate()


@pytest.fixture
def as_system(db: None) -> Iterator[None]:
    """Rows are read and made by the program itself."""
    from jimin.foundation.access.scope import acting_as_system

    with acting_as_system("test"):
        yield


@pytest.fixture
def divisions(db: None) -> None:
    """The 1,814 areas of Jilin City."""
    from jimin.kernel.areas.services import load_divisions

    load_divisions()


@pytest.fixture
def make_user(db: None) -> "Callable[..., object]":
    """`make_user("township_clerk", "220202001000")` → a user who holds that post.

    Who holds a post that demands a second factor has bound one.
    """
    from django.utils import timezone

    from jimin.foundation.access.models import Post, SecondFactor, User

    def make(role: str, area: str, name: str = "") -> User:
        number = User.objects.count() + 1
        user = User.objects.create_user(f"user{number}", name or f"用户{number}", "password")
        post = Post.objects.create(
            user=user, role=role, area_id=area, valid_from=dt.date(2016, 1, 1)
        )
        if post.role_of.second_factor:
            SecondFactor.objects.create(user=user, secret="A" * 32, confirmed_at=timezone.now())
        return user

    return make


@pytest.fixture(scope="session")
def started() -> "Iterator[Started]":
    """The program, started once for every test that needs processes of it."""
    from jimin.project.commands.tests.started import Started

    started = Started("jimin.foundation.jobs.worker", "jimin.project.cli")
    yield started
    started.end()


@pytest.fixture(scope="session")
def _databases(started: "Started", tmp_path_factory: pytest.TempPathFactory) -> "Iterator[Empty]":
    from jimin.project.commands.tests.empty import Empty

    empty = Empty(started, tmp_path_factory.getbasetemp())
    yield empty
    empty.drop()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, request: pytest.FixtureRequest
) -> None:
    """Of many processes none makes its test database: it begins as a copy. One alone does."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        return
    from django.db import connection
    from django.db.backends.signals import connection_created

    databases: Empty = request.getfixturevalue("_databases")

    def fill(**_sent: object) -> None:
        if "mode=memory" in str(connection.settings_dict["NAME"]):  # never one worked with
            connection_created.disconnect(fill)
            databases.fill(connection.connection)

    if databases.is_postgres:
        connection.settings_dict["TEST"]["TEMPLATE"] = databases.template()
    else:
        connection_created.connect(fill, weak=False)


@pytest.fixture(scope="session")
def empty_database(_databases: "Empty") -> "Callable[[Path], str]":
    """Gives an installation its database with all tables, made once and copied; returns its URL."""
    return _databases.give


@pytest.fixture(scope="session")
def copied_database(_databases: "Empty") -> "Callable[[str, Path, Path], str]":
    """Copies an installation, its URL and folder given, into a folder; returns the copy's URL."""
    return _databases.again


@pytest.fixture(scope="session")
def bare_database(_databases: "Empty") -> "Callable[[], str]":
    """Gives an installation a database without tables; returns its URL."""
    return _databases.bare
