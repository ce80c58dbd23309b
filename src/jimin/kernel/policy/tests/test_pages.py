"""The rules as pages of the program: who may read them, in what language, at what cost."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from jimin.foundation.access.models import User
from jimin.policies import load_policy

pytestmark = pytest.mark.django_db
MakeUser = Callable[..., Any]
BENEFIT = {"policy": "jilin", "benefit": "orphan"}


@pytest.fixture
def clerk(divisions: None, make_user: MakeUser) -> Client:
    client = Client()
    client.force_login(make_user("township_clerk", "220202001000"))
    return client


def test_a_clerk_finds_the_rules_and_reads_them(clerk: Client) -> None:
    listed = clerk.get(reverse("policies")).content.decode()
    address = reverse("policy-benefit", kwargs=BENEFIT)
    assert f'href="{address}"' in listed
    page = clerk.get(address).content.decode()
    assert '<article id="orphan-1-rule-allowance"' in page
    assert "是孤儿" in page
    assert "<style" not in page
    assert ' style="' not in page


def test_who_chose_english_reads_english(clerk: Client) -> None:
    clerk.post(reverse("set_language"), {"language": "en"})
    page = clerk.get(reverse("policy-benefit", kwargs=BENEFIT)).content.decode()
    assert "Orphans&#39; allowance" in page
    assert "孤儿基本生活费" not in page.replace("孤儿基本生活费标准", "")
    assert "Basic living guarantee of orphans" in clerk.get(reverse("policies")).content.decode()


def test_the_file_is_the_one_of_the_command_line(clerk: Client) -> None:
    from jimin.policies.document import whole_page

    response = clerk.get(reverse("policy-file", kwargs={"policy": "jilin"}))
    assert response.content.decode() == whole_page(load_policy("jilin"), "zh")
    assert load_policy("jilin").version in response.headers["Content-Disposition"]


@pytest.mark.parametrize(
    ("name", "where"),
    [
        ("policy-benefit", {"policy": "jilin", "benefit": "pension"}),
        ("policy-benefit", {"policy": "national", "benefit": "orphan"}),
        ("policy-file", {"policy": "beijing"}),
    ],
)
def test_what_is_not_there_is_absent(clerk: Client, name: str, where: dict[str, str]) -> None:
    assert clerk.get(reverse(name, kwargs=where)).status_code == 404


def test_who_has_no_post_may_not_read(divisions: None) -> None:
    client = Client()
    client.force_login(User.objects.create_user("nobody", "无岗位", "password"))
    for name, where in (
        ("policies", {}),
        ("policy-benefit", BENEFIT),
        ("policy-file", {"policy": "jilin"}),
    ):
        assert client.get(reverse(name, kwargs=where)).status_code == 403


def test_reading_asks_the_database_nothing_of_its_own(
    clerk: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(8):
        clerk.get(reverse("policy-benefit", kwargs=BENEFIT))


def test_the_style_is_served() -> None:
    assert finders.find("policy/page.css")
