from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client

from jimin.foundation.access.matrix import MatrixError, read
from jimin.foundation.access.models import User

MakeUser = Callable[..., User]


def test_the_right_password_signs_in(client: Client, divisions: None, make_user: MakeUser) -> None:
    user = make_user("township_clerk", "220202001000")
    answer = client.post("/sign-in/", {"username": user.username, "password": "password"})
    assert answer.status_code == 302
    assert client.session["_auth_user_id"] == str(user.pk)


@pytest.mark.parametrize(
    ("username", "password"), [("user1", "wrong"), ("nobody", "password"), ("user1", "")]
)
def test_anything_else_is_refused_in_the_same_words(
    client: Client, divisions: None, make_user: MakeUser, username: str, password: str
) -> None:
    make_user("township_clerk", "220202001000")
    page = client.post("/sign-in/", {"username": username, "password": password})
    assert "_auth_user_id" not in client.session
    assert "错误：" in page.content.decode()


def test_a_user_put_out_of_use_cannot_sign_in(
    client: Client, divisions: None, make_user: MakeUser
) -> None:
    user = make_user("township_clerk", "220202001000")
    User.objects.filter(pk=user.pk).update(is_active=False)
    client.post("/sign-in/", {"username": user.username, "password": "password"})
    assert "_auth_user_id" not in client.session


def test_every_page_carries_the_strict_policy(client: Client, db: None) -> None:
    policy = client.get("/sign-in/").headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy


def test_an_access_file_with_a_slip_names_the_role(tmp_path: Path) -> None:
    file = tmp_path / "access.yaml"
    file.write_text("roles:\n  clerk: {label: 经办, level: county, grants: {a.b: view}}\n")
    with pytest.raises(MatrixError, match=r"role clerk, a\.b: write the verbs as a list"):
        read(file)
