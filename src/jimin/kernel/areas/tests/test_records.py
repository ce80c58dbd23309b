from collections.abc import Callable

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from jimin.foundation.access.models import User
from jimin.foundation.access.scope import System, acting_as_system
from jimin.foundation.records.declare import registry
from jimin.foundation.records.services import save_record
from jimin.kernel.areas.models import Area

SYSTEM = System("测试")
MakeUser = Callable[..., User]
pytestmark = pytest.mark.usefixtures("divisions")


def save(**data: object) -> Area:
    found: Area = save_record(
        actor=SYSTEM, record=registry["areas.area"], data={"kind": "village", **data}
    )
    return found


def test_level_parent_and_initials_follow_from_code_and_name() -> None:
    area = save(code="220202001900", name="头道沟村")
    with acting_as_system("test"):
        area = Area.objects.get(pk=area.pk)
    assert (area.level, area.parent_id, area.initials) == (
        Area.Level.COMMUNITY,
        "220202001000",
        "tdgc",
    )


def test_an_area_needs_the_one_above_it() -> None:
    with pytest.raises(ValidationError) as refused:
        save(code="220202990001", name="头道沟村")
    assert refused.value.message_dict == {
        "code": ["上级区划 220202990000 还没有登记。请先登记上级。"]
    }


@pytest.mark.parametrize("code", ["", "1", "22020200190X", "2202020019001"])
def test_a_code_has_twelve_digits(code: str) -> None:
    with pytest.raises(ValidationError) as refused:
        save(code=code, name="头道沟村")
    assert "code" in refused.value.message_dict


def test_a_code_is_registered_once() -> None:
    with acting_as_system("test"):
        before = Area.objects.get(pk="220202001001").name
    with pytest.raises(ValidationError) as refused:
        save(code="220202001001", name="别处")
    assert "不能重复登记" in refused.value.message_dict["code"][0]
    with acting_as_system("test"):
        assert Area.objects.get(pk="220202001001").name == before


def test_areas_are_chosen_step_by_step_within_the_own_county(make_user: MakeUser) -> None:
    client = Client()
    client.force_login(make_user("county_officer", "220202000000"))
    address = reverse("records:places")

    def options(*codes: str) -> list[list[str]]:
        asked = {"name": "area", "subject": "areas.area", "verb": "view", "area": list(codes)}
        steps = client.get(address, asked).context["steps"]
        return [[area.pk for area in step.options] for step in steps]

    with acting_as_system("test"):
        townships = list(Area.objects.filter(parent="220202000000").values_list("pk", flat=True))
        communities = list(Area.objects.filter(parent="220202001000").values_list("pk", flat=True))
    assert options() == [townships]
    assert options("220202001000") == [townships, communities]
    assert options("220202001000", "220202001001") == [townships, communities]
    # A community of the township that was chosen before does not count.
    assert options("220202002000", "220202001001") == options("220202002000")
    # Another county is not to be had.
    assert options("220203000000") == [townships]
    assert options("220203001001") == [townships]


def test_who_has_no_grant_has_nothing_to_choose(make_user: MakeUser) -> None:
    client = Client()
    client.force_login(make_user("county_officer", "220202000000"))
    page = client.get(reverse("records:places"), {"subject": "areas.area", "verb": "change"})
    assert page.context["steps"] == []
    assert page.context["roots"] == []
