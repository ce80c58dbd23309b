import datetime as dt
from collections.abc import Callable, Iterator

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.test import Client

from jimin.foundation.access.matrix import Matrix, Role
from jimin.foundation.access.middleware import ActingUser
from jimin.foundation.access.models import Post, User
from jimin.foundation.access.scope import acting_as, acting_as_system
from jimin.foundation.access.services import require
from jimin.kernel.people.models import Household, Member, Person

HERE, THERE = "220202001001", "220203001001"
TOWNSHIP = "220202001000"
MakeUser = Callable[..., User]


@pytest.fixture(autouse=True)
def matrix(monkeypatch: pytest.MonkeyPatch) -> None:
    """A matrix of the test's own, so that the city's real one may change."""
    roles = {
        "clerk": Role(
            "clerk", "经办", "township", {"people.person": frozenset({"view", "change"})}
        ),
        "reader": Role("reader", "查询", "county", {"people.person": frozenset({"view"})}),
        "registrar": Role(
            "registrar", "户籍", "township", {"people.household": frozenset({"view"})}
        ),
        "judge": Role("judge", "审批", "county", {}, frozenset({"clerk"})),
    }
    monkeypatch.setattr("jimin.foundation.access.models.matrix", lambda: Matrix(roles))


@pytest.fixture
def people(divisions: None) -> None:
    Person.objects.bulk_create([Person(name="甲", area_id=HERE), Person(name="乙", area_id=THERE)])


def names() -> list[str]:
    return sorted(Person.objects.values_list("name", flat=True))


def test_nobody_acting_sees_no_rows(people: None) -> None:
    assert names() == []


def test_the_system_sees_every_row(people: None) -> None:
    with acting_as_system("test"):
        assert names() == ["乙", "甲"]


def test_a_clerk_sees_the_rows_of_the_township_only(people: None, make_user: MakeUser) -> None:
    with acting_as(make_user("clerk", TOWNSHIP)):
        assert names() == ["甲"]
        assert Person.objects.count() == 1
        assert not Person.objects.filter(name="乙").exists()


def test_a_role_without_the_grant_sees_nothing(people: None, make_user: MakeUser) -> None:
    with acting_as(make_user("judge", "220200000000")):
        assert names() == []


def test_a_verb_may_reach_less_far_than_sight(people: None, make_user: MakeUser) -> None:
    user = make_user("reader", "220200000000")
    Post.objects.create(user=user, role="clerk", area_id=TOWNSHIP, valid_from=dt.date(2016, 1, 1))
    with acting_as(user):
        assert names() == ["乙", "甲"]
        assert [p.name for p in Person.objects.within("change")] == ["甲"]


def test_a_post_that_has_ended_grants_nothing(people: None, make_user: MakeUser) -> None:
    user = make_user("clerk", TOWNSHIP)
    user.posts.update(valid_to=dt.date(2016, 12, 31))
    with acting_as(user):
        assert names() == []
    assert not user.may("view", "people.person")


def test_a_user_put_out_of_use_reaches_nothing(people: None, make_user: MakeUser) -> None:
    user = make_user("clerk", TOWNSHIP)
    user.is_active = False
    with acting_as(user):
        assert names() == []


def test_require_refuses_outside_the_area(divisions: None, make_user: MakeUser) -> None:
    clerk = make_user("clerk", TOWNSHIP)
    require(actor=clerk, verb="change", subject="people.person", area=HERE)
    with pytest.raises(PermissionDenied):
        require(actor=clerk, verb="change", subject="people.person", area=THERE)
    with pytest.raises(PermissionDenied):
        require(actor=clerk, verb="export", subject="people.person", area=HERE)


def test_an_area_merged_into_ours_stays_within_reach(people: None, make_user: MakeUser) -> None:
    from jimin.kernel.areas.models import Area

    Area.objects.filter(code="220203001000").update(
        successor_id=TOWNSHIP, valid_to=dt.date(2018, 1, 1)
    )
    with acting_as(make_user("clerk", TOWNSHIP)):
        assert names() == ["乙", "甲"]


def test_two_roles_that_must_not_meet_are_refused(divisions: None, make_user: MakeUser) -> None:
    user = make_user("clerk", TOWNSHIP)
    second = Post(user=user, role="judge", area_id="220202000000", valid_from=dt.date(2016, 1, 1))
    with pytest.raises(ValidationError, match="不能由同一人担任"):
        second.full_clean()


def test_a_streamed_answer_is_read_with_the_users_eyes(people: None, make_user: MakeUser) -> None:
    def view(request: HttpRequest) -> StreamingHttpResponse:
        def parts() -> Iterator[str]:
            yield from names()

        return StreamingHttpResponse(parts())

    request = HttpRequest()
    request.user = make_user("clerk", TOWNSHIP)
    response = ActingUser(view)(request)
    assert isinstance(response, StreamingHttpResponse)
    assert b"".join(response).decode() == "甲"


def test_the_scope_ends_with_the_request(people: None, make_user: MakeUser) -> None:
    request = HttpRequest()
    request.user = make_user("clerk", TOWNSHIP)
    ActingUser(lambda r: HttpResponse(",".join(names())))(request)
    assert names() == []


def test_a_page_asks_to_sign_in_first(client: Client, db: None) -> None:
    response = client.get("/language/setlang/")
    assert response.status_code == 302
    assert response.headers["Location"].startswith("/sign-in/")


def test_a_related_manager_is_scoped_like_the_manager_of_its_model(
    people: None, make_user: MakeUser
) -> None:
    """`household.members` is seen by those who see the household, and a longer way leads there."""
    with acting_as_system("test"):
        person = Person.objects.get(name="甲")
        household = Household.objects.create(number="1", area_id=HERE, residence="urban")
        Member.objects.create(household=household, person=person, relation="0")
    with acting_as(make_user("registrar", TOWNSHIP)):
        assert household.members.count() == 1
    with acting_as(make_user("registrar", "220203001000")):
        assert household.members.count() == 0
    with acting_as(make_user("clerk", TOWNSHIP)):
        assert household.members.count() == 0
