"""A release keeps the rules and figures it puts in force."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage

from jimin.foundation.access.scope import System
from jimin.kernel.policy.models import Release
from jimin.kernel.policy.services import release_policy
from jimin.policies.packed import version_in


@pytest.mark.django_db
def test_the_version_released_is_kept_whole(tmp_path: Path, settings: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    actor, day = System("test"), dt.date(2016, 7, 1)
    release = release_policy(actor=actor, policy="jilin", valid_from=day)
    name = f"policies/jilin-{release.version}.zip"
    assert version_in(Path(default_storage.path(name))) == ("jilin", release.version)
    release_policy(actor=actor, policy="jilin", valid_from=day)
    release_policy(actor=actor, policy="jilin", valid_from=dt.date(2016, 8, 1))
    assert Release.objects.count() == 2
    assert default_storage.listdir("policies") == ([], [f"jilin-{release.version}.zip"])
