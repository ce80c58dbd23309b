import pytest

from jimin.kernel.areas.models import Area
from jimin.kernel.areas.queries import counties, full_name
from jimin.kernel.areas.rules import ancestors, level_of, reach
from jimin.kernel.areas.services import load_divisions


@pytest.mark.parametrize(
    ("code", "level", "last"),
    [
        ("220000000000", "province", "229999999999"),
        ("220200000000", "city", "220299999999"),
        ("220202000000", "county", "220202999999"),
        ("220202001000", "township", "220202001999"),
        ("220202001001", "community", "220202001001"),
    ],
)
def test_a_code_says_its_level_and_how_far_it_reaches(code: str, level: str, last: str) -> None:
    assert level_of(code) == level
    assert reach(code) == (code, last)


def test_the_way_down_to_a_community() -> None:
    assert ancestors("220202001001") == [
        "220000000000",
        "220200000000",
        "220202000000",
        "220202001000",
        "220202001001",
    ]


def test_the_list_of_divisions_loads_once_however_often_it_is_loaded(db: None) -> None:
    assert load_divisions() == load_divisions() == Area.objects.count() == 1814
    assert [a.name for a in counties()] == [
        "昌邑区", "龙潭区", "船营区", "丰满区", "永吉县", "蛟河市", "桦甸市", "舒兰市", "磐石市",
    ]  # fmt: skip


def test_every_area_lies_in_the_reach_of_its_parent(divisions: None) -> None:
    for area in Area.objects.exclude(parent=None).select_related("parent"):
        assert area.parent is not None
        first, last = reach(area.parent.code)
        assert first < area.code <= last, area.code


def test_a_full_name_leads_from_the_county_down(divisions: None) -> None:
    assert full_name("220202001000") == "昌邑区 兴华街道办事处"
    assert full_name("220200000000") == "吉林市"
