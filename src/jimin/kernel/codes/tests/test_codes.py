"""Code lists have dates and sources, and the fields that use one have no other codes."""

from datetime import date
from pathlib import Path

import pytest
from django.apps import apps

from jimin.engine.rules import PolicyError
from jimin.kernel.codes.rules import CodeList, code_lists, read_lists

TWO_EDITIONS = """
kind:
  label: 类别
  editions:
    - {since: "2015-10-01", standard: 乙, source: 文件, status: seen, items: {"1": 新名, "2": 二}}
    - {since: "2003", standard: 甲, source: 文件, status: to_check, items: {"1": 旧名}}
"""
TIED = [(one, field) for one in code_lists().values() for field in one.used_by]


def read(folder: Path, text: str) -> dict[str, CodeList]:
    path = folder / "lists.yaml"
    path.write_text(text, encoding="utf-8")
    return read_lists(path)


def test_a_code_is_called_what_it_was_called_on_the_day(tmp_path: Path) -> None:
    kind = read(tmp_path, TWO_EDITIONS)["kind"]
    days = (date(2002, 12, 31), date(2003, 1, 1), date(2015, 9, 30), date(2015, 10, 1))
    assert [kind.label_of("1", day) for day in days] == [None, "旧名", "旧名", "新名"]
    assert [kind.label_of("2", day) for day in days] == [None, None, None, "二"]
    assert kind.newest.standard == "乙"


@pytest.mark.parametrize(("one", "field"), TIED, ids=[field for _, field in TIED])
def test_a_field_has_no_code_that_its_list_has_not(one: CodeList, field: str) -> None:
    app, model, name = field.split(".")
    choices = apps.get_model(app, model)._meta.get_field(name).choices
    assert {str(code) for code, _ in choices or ()} <= set(one.newest.items)
    assert choices


def test_the_lists_are_those_of_the_standards() -> None:
    found = code_lists()
    assert {name: len(one.newest.items) for name, one in found.items()} == {
        "civil_affairs_body": 4, "sex": 4, "marital_status": 8, "health": 4,
        "occupation_status": 13, "education": 8, "relation": 9, "relation_in_full": 85,
        "ethnicity": 58, "disability": 7, "disability_grade": 4, "urban_rural": 7,
        "town_segment": 4, "village_segment": 6, "toponym_class": 11, "death_in_service": 3,
        "cause_of_disability": 3,
    }  # fmt: skip
    assert found["ethnicity"].label_of("10", date(2016, 1, 1)) == "朝鲜族"
    assert found["relation_in_full"].label_of("52", date(2016, 1, 1)) == "母亲"
    assert found["civil_affairs_body"].label_of("51", date(2015, 9, 30)) is None
    assert all(
        len(set(one.newest.items.values())) == len(one.newest.items) for one in found.values()
    )


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("status: seen", "status: sure", "代码表 kind：status 只能是 seen、to_check、own"),
        ('"2015-10-01"', '"2015-10"', "since“2015-10”不对，请写成 2015-10-01"),
        ('"2015-10-01"', '"2003-01-01"', "施行日期不能相同"),
        ("source: 文件, status: seen", "status: seen", "应当写 items、since、source"),
        ('{"1": 旧名}', "{}", "items 不能为空"),
        ('"2": 二', '"1": 二', "“1”写了两次"),
        ("label: 类别", "name: 类别", "应当写 editions、label"),
    ],
)
def test_a_list_written_wrongly_is_refused(tmp_path: Path, old: str, new: str, says: str) -> None:
    with pytest.raises(PolicyError, match=says):
        read(tmp_path, TWO_EDITIONS.replace(old, new))
