import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client

from jimin.foundation.access import accounts
from jimin.foundation.access.models import Post, SecondFactor, Session, Throttle, User
from jimin.foundation.audit.models import Entry

MakeUser = Callable[..., User]
CITY, TOWNSHIP, COUNTY = "220200000000", "220202001000", "220202000000"
GOOD = "songhua jiang pan"


@pytest.fixture
def admin(places: None, make_user: MakeUser) -> User:
    return make_user("administrator", CITY)


@pytest.fixture
def clerk(places: None, make_user: MakeUser) -> User:
    return make_user("township_clerk", TOWNSHIP, "王芳")


@pytest.fixture
def office(client: Client, admin: User) -> Client:
    client.force_login(admin)
    return client


def do(client: Client, user: User, action: str, **data: Any) -> Any:
    return client.post(f"/records/user/{user.pk}/do/{action}/", data)


def test_an_administrator_registers_a_user_gives_a_post_and_a_password(
    office: Client, admin: User
) -> None:
    office.post("/records/user/new/", {"username": "lina", "name": "李娜", "form_token": "t"})
    user = User.objects.get(username="lina")
    assert user.has_usable_password() is False
    do(office, user, "hold_post", role="township_clerk", area=TOWNSHIP, valid_from="2016-03-01")
    assert do(office, user, "reset_password", password=GOOD).status_code == 302
    user = User.objects.get(username="lina")
    assert user.post_labels == [f"某地{TOWNSHIP} 乡镇街道经办人"]
    assert user.must_change_password
    theirs = Client()
    theirs.post("/sign-in/", {"username": "lina", "password": GOOD})
    assert theirs.get("/").headers["Location"] == "/my/password/"
    lines = Entry.objects.filter(subject="access.user", actor=admin).order_by("id")
    assert [line.verb for line in lines] == ["add", "hold_post", "reset_password"]
    assert not any("argon" in str(e.values) or "md5" in str(e.values) for e in Entry.objects.all())


def test_the_register_shows_users_with_their_posts_in_few_queries(
    office: Client,
    make_user: MakeUser,
    django_assert_max_num_queries: Callable[[int], Any],
) -> None:
    for _n in range(20):
        make_user("township_clerk", TOWNSHIP)
    office.get("/records/user/")
    with django_assert_max_num_queries(12):
        page = office.get("/records/user/").content.decode()
    assert page.count(f"某地{TOWNSHIP} 乡镇街道经办人") == 20


def test_the_users_page_shows_posts_sign_ins_and_history(office: Client, clerk: User) -> None:
    Client().post("/sign-in/", {"username": clerk.username, "password": "password"})
    assert "乡镇街道经办人" in office.get(f"/records/user/{clerk.pk}/?tab=posts").content.decode()
    assert "127.0.0.1" in office.get(f"/records/user/{clerk.pk}/?tab=sign-ins").content.decode()
    do(office, clerk, "deactivate", reason="调离")
    history = office.get(f"/records/user/{clerk.pk}/?tab=history").content.decode()
    assert "停用" in history
    assert "调离" in history


def test_others_may_not_even_look(client: Client, clerk: User) -> None:
    client.force_login(clerk)
    assert client.get("/records/user/").status_code == 403
    assert do(client, clerk, "hold_post", role="township_clerk").status_code == 403
    with pytest.raises(PermissionDenied):
        accounts.reset_password(actor=clerk, user=clerk, password=GOOD)


def test_nobody_administers_themselves(office: Client, admin: User) -> None:
    page = do(
        office, admin, "hold_post", role="county_officer", area=COUNTY, valid_from="2016-01-01"
    )
    assert page.status_code == 422
    assert "不能给自己办理。请由另一位管理员办理。" in page.content.decode()
    for act, values in (
        (accounts.deactivate, {"reason": "x"}),
        (accounts.reset_password, {"password": GOOD}),
        (accounts.remove_second_factor, {"reason": "x"}),
        (accounts.unlock, {}),
    ):
        with pytest.raises(ValidationError, match="不能给自己办理"):
            act(actor=admin, user=admin, **values)
    assert not Entry.objects.exists()
    assert Post.objects.filter(user=admin).count() == 1


def test_a_post_is_left_on_a_day_and_another_may_follow_it(office: Client, clerk: User) -> None:
    post = Post.objects.get(user=clerk)
    refused = do(
        office, clerk, "hold_post", role="county_officer", area=COUNTY, valid_from="2016-05-01"
    )
    assert "不能由同一人担任" in refused.content.decode()
    do(office, clerk, "leave_post", post=post.pk, valid_to="2016-04-30")
    post.refresh_from_db()
    assert post.valid_to == dt.date(2016, 4, 30)
    again = do(
        office, clerk, "hold_post", role="county_officer", area=COUNTY, valid_from="2016-05-01"
    )
    assert again.status_code == 302
    assert [p.role for p in User.objects.get(pk=clerk.pk).held] == ["county_officer"]


def test_a_post_of_someone_else_cannot_be_left_for_them(
    office: Client, clerk: User, make_user: MakeUser
) -> None:
    other = make_user("township_clerk", TOWNSHIP)
    post = Post.objects.get(user=other)
    page = do(office, clerk, "leave_post", post=post.pk, valid_to="2016-04-30")
    assert "此人没有这个岗位" in page.content.decode()
    post.refresh_from_db()
    assert post.valid_to is None


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"role": "emperor"}, "选择一个有效的选项"),
        ({"area": "999999999999"}, "没有代码为 999999999999 的区划。请核对。"),
        ({"valid_from": ""}, "请填写任职日期。"),
        ({"valid_from": "2017-01-01"}, "此人在这段时间已任这个岗位。"),
    ],
)
def test_a_wrong_post_is_refused_and_nothing_changes(
    office: Client, clerk: User, values: dict[str, str], said: str
) -> None:
    data = {"role": "township_clerk", "area": TOWNSHIP, "valid_from": "2016-05-01", **values}
    page = do(office, clerk, "hold_post", **data)
    assert page.status_code == 422
    assert said in page.content.decode()
    assert Post.objects.filter(user=clerk).count() == 1


def test_a_post_given_to_someone_put_out_of_use_is_refused(
    admin: User, make_user: MakeUser
) -> None:
    user = make_user("township_clerk", TOWNSHIP)
    accounts.deactivate(actor=admin, user=user, reason="退休")
    with pytest.raises(ValidationError, match="已停用，不能任职"):
        accounts.hold_post(
            actor=admin,
            user=user,
            role="community_worker",
            area=TOWNSHIP,
            valid_from=dt.date(2016, 5, 1),
        )


def test_who_is_put_out_of_use_is_signed_out_at_once_and_may_come_back(
    office: Client, clerk: User
) -> None:
    theirs = Client()
    theirs.force_login(clerk)
    do(office, clerk, "deactivate", reason="停职")
    assert not Session.objects.filter(user=clerk).exists()
    assert theirs.get("/").headers["Location"].startswith("/sign-in/")
    do(office, clerk, "reactivate", reason="复职")
    clerk.refresh_from_db()
    assert clerk.is_active
    lines = Entry.objects.filter(key=str(clerk.pk)).order_by("id")
    assert [(line.verb, line.reason) for line in lines] == [
        ("deactivate", "停职"),
        ("reactivate", "复职"),
    ]


def test_a_reset_password_ends_every_session_and_the_wait(office: Client, clerk: User) -> None:
    theirs = Client()
    theirs.force_login(clerk)
    for _n in range(5):
        Client().post("/sign-in/", {"username": clerk.username, "password": "x"})
    assert do(office, clerk, "reset_password", password="short").status_code == 422
    do(office, clerk, "reset_password", password=GOOD)
    assert theirs.get("/").status_code == 302
    answer = Client().post("/sign-in/", {"username": clerk.username, "password": GOOD})
    assert answer.status_code == 302


def test_a_wait_is_ended_and_a_lost_phone_taken_off(office: Client, clerk: User) -> None:
    SecondFactor.objects.create(user=clerk, secret="A" * 32, confirmed_at="2016-01-01T00:00Z")
    for _n in range(5):
        Client().post("/sign-in/", {"username": clerk.username, "password": "x"})
    do(office, clerk, "unlock")
    assert not Throttle.objects.filter(blocked_until__isnull=False).exists()
    do(office, clerk, "remove_second_factor", reason="手机遗失，已当面核实")
    assert not SecondFactor.objects.filter(user=clerk).exists()
    do(office, clerk, "end_sign_ins", reason="离开了岗位")
    lines = Entry.objects.filter(key=str(clerk.pk)).exclude(verb="sign_in_failed").order_by("id")
    assert [line.verb for line in lines] == [
        "unlock",
        "remove_second_factor",
        "end_sign_ins",
    ]


def test_the_matrix_page_is_what_the_file_says(office: Client, client: Client) -> None:
    from jimin.foundation.access.matrix import matrix

    page = office.get("/access/").content.decode()
    granted = sum(len(verbs) for role in matrix().roles.values() for verbs in role.grants.values())
    assert page.count("可以</span>") == granted
    assert "县区审批人" in page
    assert "加入成员" in page  # the words of the registers


def test_the_matrix_page_is_not_for_everyone(client: Client, clerk: User) -> None:
    client.force_login(clerk)
    assert client.get("/access/").status_code == 403
