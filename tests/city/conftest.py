"""The demo city, loaded once for all tests of this folder and rolled back after them."""

from collections.abc import Iterator

import pytest
from django.db import transaction
from pytest_django.plugin import DjangoDbBlocker

SMALL = 1500


class Undo(Exception):
    """Ends the transaction of all these tests."""


@pytest.hookimpl(tryfirst=True)  # before xdist writes down the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """In one process, for they share what is loaded."""
    for item in items:
        if "tests/city" in item.path.as_posix():
            item.add_marker(pytest.mark.xdist_group("city"))


@pytest.fixture(scope="package", autouse=True)
def demo_city(
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[None]:
    """A small demo city. What a test changes is undone after it, for each uses `db` as well."""
    from django.conf import settings
    from django.test import override_settings

    from jimin.project.demo.load import load

    files = tmp_path_factory.mktemp("files")
    quick = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    assert not settings.DEMO
    often = dict.fromkeys(settings.API_LIMITS, 0)
    with (
        override_settings(DEMO=True, MEDIA_ROOT=files, PASSWORD_HASHERS=quick, API_LIMITS=often),
        django_db_blocker.unblock(),
    ):
        try:
            with transaction.atomic():
                load(SMALL)
                yield
                raise Undo
        except Undo:
            pass
