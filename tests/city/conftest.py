"""The demo city in place of the empty database, for all tests of this folder."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from pytest_django.plugin import DjangoDbBlocker

from ..conftest import HOUSEHOLDS


class Undo(Exception):
    """Ends the transaction of all these tests."""


@pytest.fixture(scope="package", autouse=True)
def demo_city(
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[None]:
    """A small demo city. What a test changes is undone after it, for each uses `db` as well."""
    from django.conf import settings
    from django.test import override_settings

    quick = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    assert not settings.DEMO
    often = dict.fromkeys(settings.API_LIMITS, 0)
    if connection.vendor == "sqlite":
        folder = request.getfixturevalue("demo_folder")
        city, files = copied(folder / "jimin.sqlite3"), folder / "files"
    else:
        city, files = loaded(), tmp_path_factory.mktemp("files")
    with (
        override_settings(DEMO=True, MEDIA_ROOT=files, PASSWORD_HASHERS=quick, API_LIMITS=often),
        django_db_blocker.unblock(),
        city,
    ):
        yield


@contextmanager
def copied(path: Path) -> Iterator[None]:
    """The whole database becomes that of a file, and afterwards what it was."""
    connection.ensure_connection()
    ours: Any = connection.connection
    with closing(sqlite3.connect(":memory:")) as before:
        ours.backup(before)
        # Nothing is laid beside the file, which another process may just be copying.
        with closing(sqlite3.connect(f"{path.as_uri()}?immutable=1", uri=True)) as demo:
            demo.backup(ours)
        yield
        before.backup(ours)


@contextmanager
def loaded() -> Iterator[None]:
    """Loaded here and rolled back."""
    from jimin.project.demo.load import load

    try:
        with transaction.atomic():
            load(HOUSEHOLDS)
            yield
            raise Undo
    except Undo:
        pass
