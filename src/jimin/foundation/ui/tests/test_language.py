"""The page says which language it is in, and leads to the other one."""

import pytest
from django.test import Client

from jimin.foundation.access.models import User


@pytest.mark.django_db
def test_whoever_changes_to_english_finds_the_way_back(
    client: Client, make_user: object, divisions: object
) -> None:
    user = make_user("city_leader", "220200000000")  # type: ignore[operator]
    assert isinstance(user, User)
    client.force_login(user)
    for button, lang, offered in (("", "zh-CN", "en"), ("en", "en", "zh-hans")):
        if button:
            client.post("/language/setlang/", {"language": button, "next": "/my/sign-ins/"})
        page = client.get("/my/sign-ins/").content.decode()
        assert f'<html lang="{lang}"' in page
        assert f'value="{offered}"' in page
