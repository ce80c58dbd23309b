"""The city and its counties are areas enough for a plan; its two people, and the demo's ledger."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.test import override_settings
from pytest_django.plugin import DjangoDbBlocker

from jimin.foundation.access.models import User
from jimin.foundation.access.scope import System
from jimin.kernel.areas.models import Area
from jimin.kernel.workplans.models import Plan
from jimin.kernel.workplans.services import ledger

COUNTIES = {
    "220202": "昌邑区",
    "220203": "龙潭区",
    "220204": "船营区",
    "220211": "丰满区",
    "220221": "永吉县",
    "220281": "蛟河市",
    "220282": "桦甸市",
    "220283": "舒兰市",
    "220284": "磐石市",
}


@pytest.fixture(autouse=True)
def _files(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def counties(db: None) -> None:
    make_counties()


def make_counties() -> None:
    """Does nothing where they are there already."""
    if Area.objects.exists():
        return
    province = Area.objects.create(
        code="220000000000", name="吉林省", level="province", kind="province"
    )
    city = Area.objects.create(
        code="220200000000", name="吉林市", level="city", kind="prefecture_city", parent=province
    )
    Area.objects.bulk_create(
        Area(code=f"{code}000000", name=name, level="county", kind="county", parent=city)
        for code, name in COUNTIES.items()
    )


@pytest.fixture(scope="module")
def standing_ledger(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: Any
) -> Iterator[None]:
    """The ledger made once for a whole module, in which `plan` finds it.

    What a test changes is undone after it, and all of it after the last.
    """
    with (
        override_settings(MEDIA_ROOT=tmp_path_factory.mktemp("files")),
        django_db_blocker.unblock(),
        transaction.atomic(),
    ):
        make_counties()
        ledger.load_ledger(actor=System("试验"))
        yield
        transaction.set_rollback(True)


@pytest.fixture
def plan(counties: None) -> Plan:
    return ledger.load_ledger(actor=System("试验"))


@pytest.fixture
def officer(counties: None, make_user: Any) -> User:
    user: User = make_user("city_officer", "220200000000")
    return user


@pytest.fixture
def planner(counties: None, make_user: Any) -> User:
    user: User = make_user("city_planner", "220200000000")
    return user
