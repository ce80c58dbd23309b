"""The demo city, loaded once for the tests of a module and rolled back after them."""

from collections.abc import Iterator

import pytest
from django.db import transaction
from pytest_django.plugin import DjangoDbBlocker

SMALL = 1500


class Undo(Exception):
    """Ends the module's transaction."""


@pytest.fixture(scope="module")
def demo_city(
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[None]:
    """A small demo city. Tests that use it also use `db`: what they change is undone after each."""
    from django.conf import settings
    from django.test import override_settings

    from jimin.project.demo.load import load

    files = tmp_path_factory.mktemp("files")
    quick = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    assert not settings.DEMO
    with (
        override_settings(DEMO=True, MEDIA_ROOT=files, PASSWORD_HASHERS=quick),
        django_db_blocker.unblock(),
    ):
        try:
            with transaction.atomic():
                load(SMALL)
                yield
                raise Undo
        except Undo:
            pass
