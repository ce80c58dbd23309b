"""What is shown instead of a page that cannot be."""

import pytest
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.views import defaults

from jimin.foundation.access.models import User


@pytest.fixture
def clerk(client: Client, make_user: object, divisions: object) -> Client:
    user = make_user("township_clerk", "220202001000")  # type: ignore[operator]
    assert isinstance(user, User)
    client.force_login(user)
    return client


def said(response: HttpResponseBase) -> str:
    assert isinstance(response, HttpResponse)
    return response.content.decode()


@pytest.mark.django_db
def test_an_address_that_leads_nowhere_is_answered_in_chinese_with_the_menu(clerk: Client) -> None:
    response = clerk.get("/no-such-page/")
    assert response.status_code == 404
    assert "没有这一页，或记录不在您的辖区。" in said(response)
    assert "主菜单" in said(response)


@pytest.mark.django_db
def test_a_page_of_another_post_says_what_to_do(clerk: Client) -> None:
    response = clerk.get("/access/")
    assert response.status_code == 403
    assert "如确需办理，请联系管理员。" in said(response)
    assert "主菜单" in said(response)


def test_a_form_without_its_token_is_answered_in_chinese(client: Client) -> None:
    strict = Client(enforce_csrf_checks=True)
    response = strict.post("/sign-in/", {"username": "x", "password": "y"})
    assert response.status_code == 403
    assert "刷新页面后重新提交" in said(response)


def test_a_failure_of_the_program_is_said_without_help_of_the_database() -> None:
    response = defaults.server_error(RequestFactory().get("/"))
    assert response.status_code == 500
    assert "这一步没有保存。" in response.content.decode()
    assert "请求有误" in render_to_string("400.html")
