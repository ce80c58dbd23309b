"""The pages show every list, its codes and where they come from; whoever has no post sees none."""

import datetime as dt

import pytest
from django.test import Client

from jimin.foundation.access.models import Post, User
from jimin.kernel.areas.models import Area
from jimin.kernel.codes.rules import code_lists


@pytest.fixture
def clerk(db: None) -> Client:
    area = Area.objects.create(
        code="220000000000", name="吉林省", level="province", kind="province"
    )
    user = User.objects.create_user("clerk", "张经办")
    Post.objects.create(user=user, role="township_clerk", area=area, valid_from=dt.date(2016, 1, 1))
    client = Client()
    client.force_login(user)
    return client


def test_every_list_is_named_with_its_standard(clerk: Client) -> None:
    shown = clerk.get("/codes/").content.decode()
    for one in code_lists().values():
        assert one.label in shown
        assert one.newest.standard in shown
        assert f'href="/codes/{one.name}/"' in shown
    assert "须对照标准原文核对" in shown


def test_a_list_is_searched_by_code_and_name(clerk: Client) -> None:
    assert clerk.get("/codes/ethnicity/").content.decode().count('<th scope="row">') == 58
    by_name = clerk.get("/codes/ethnicity/", {"q": "朝鲜"}).content.decode()
    assert by_name.count('<th scope="row">') == 1
    assert "朝鲜族" in by_name
    assert "朝鲜族" in clerk.get("/codes/ethnicity/", {"q": "10"}).content.decode()
    assert "没有这样的代码或名称" in clerk.get("/codes/ethnicity/", {"q": "火星"}).content.decode()


def test_a_list_is_a_table_file_that_excel_opens(clerk: Client) -> None:
    found = clerk.get("/codes/sex/table/")
    assert found["Content-Type"] == "text/csv; charset=utf-8"
    lines = found.content.decode("utf-8-sig").splitlines()
    assert lines == ["代码,名称", "0,未知的性别", "1,男性", "2,女性", "9,未说明的性别"]


def test_a_list_that_is_not_there_and_a_user_without_posts_are_refused(clerk: Client) -> None:
    assert clerk.get("/codes/nothing/").status_code == 404
    nobody = Client()
    nobody.force_login(User.objects.create_user("nobody", "无岗位"))
    assert nobody.get("/codes/").status_code == 403
    assert nobody.get("/codes/sex/").status_code == 403
    assert Client().get("/codes/").status_code == 302
