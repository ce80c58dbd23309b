"""The demo city is loaded whole or not at all, and never among real people."""

import pytest
from django.db import transaction

from jimin.foundation.access.models import User
from jimin.foundation.access.scope import acting_as_system
from jimin.kernel.areas.models import Area
from jimin.kernel.people.models import Household
from jimin.project.demo import load as loading


@pytest.mark.django_db
def test_a_load_that_is_killed_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(loading, "half_a_year", killed)
    with pytest.raises(KeyboardInterrupt), transaction.atomic():
        loading.load(200)
    assert not User.objects.exists()
    assert loading.loaded() is None
    with acting_as_system("test"):
        assert not Household.objects.exists()
        assert not Area.objects.exists()


@pytest.mark.django_db
def test_a_database_with_real_people_is_left_alone() -> None:
    User.objects.create_user("real", "真实用户", "password")
    with pytest.raises(loading.NotADemo, match="不是演示数据"):
        loading.load(200)
    assert User.objects.count() == 1
