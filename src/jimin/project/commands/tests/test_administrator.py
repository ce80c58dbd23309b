import pytest
from click.testing import CliRunner, Result
from django.test import Client

from jimin.foundation.access.models import Post, User
from jimin.foundation.audit.models import Entry
from jimin.project.cli import main

pytestmark = pytest.mark.usefixtures("divisions")
GOOD = "songhua jiang pan"


def run(username: str, password: str = GOOD, **options: str) -> Result:
    extra = [f"--{name}={value}" for name, value in options.items()]
    return CliRunner().invoke(
        main, ["administrator", username, "--name=李娜", f"--password={password}", *extra]
    )


def test_the_first_administrator_signs_in_and_must_choose_an_own_password(client: Client) -> None:
    ended = run("lina")
    assert ended.exit_code == 0, ended.output
    user = User.objects.get()
    assert user.may("hold_post", "access.user", "220221100001")
    assert [e.verb for e in Entry.objects.order_by("id")] == ["add", "hold_post"]
    client.post("/sign-in/", {"username": "lina", "password": GOOD})
    assert client.get("/").headers["Location"] == "/my/password/"


def test_there_is_no_second_first_administrator() -> None:
    run("lina")
    ended = run("wangfang")
    assert ended.exit_code == 1
    assert "已有系统管理员" in ended.output
    assert User.objects.count() == 1


@pytest.mark.parametrize(
    ("password", "area", "said"),
    [
        ("short", "220200000000", "密码太短，至少要 10 个字符。"),
        (GOOD, "999999999999", "没有代码为 999999999999 的区划"),
    ],
)
def test_a_slip_is_refused_and_leaves_nothing(password: str, area: str, said: str) -> None:
    ended = run("lina", password, area=area)
    assert ended.exit_code == 1
    assert said in ended.output
    assert not User.objects.exists()
    assert not Post.objects.exists()
