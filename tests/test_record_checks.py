"""A wrong declaration is refused at start with a message that names what to change."""

from typing import Any

import pytest
from django.utils.functional import Promise

from jimin.foundation.records.checks import check_records, faults_of
from jimin.foundation.records.declare import Action, Column, RecordType, Section, registry
from jimin.kernel.people.models import Member, Person


def faults(**declared: Any) -> list[str]:
    base: dict[str, Any] = {"model": Person, "fields": ["name", "area"], **declared}
    record: type[RecordType] = type("Wrong", (RecordType,), base, registered=False)
    return [str(message.msg) for message in faults_of(record())]


def test_the_declared_registers_are_sound() -> None:
    assert check_records() == []


def test_a_sound_declaration_has_no_faults() -> None:
    assert faults(columns=["name", Column("age", "年龄", len)], filters={"area": ["within"]}) == []


@pytest.mark.parametrize(
    ("declared", "said"),
    [
        ({"fields": ["name", "surname"]}, "fields names 'surname'"),
        ({"fields": []}, "fields is empty"),
        ({"columns": ["surname"]}, "columns names 'surname'"),
        ({"columns": ["name", "name"]}, "'name' twice"),
        ({"ordering": ["age"]}, "ordering names 'age'"),
        ({"sections": [Section("甲", ["name"])]}, "'area' stands in 0 sections"),
        ({"sections": [Section("甲", ["name", "area", "birth"])]}, "'birth', which is not in"),
        ({"key": "name"}, "key 'name' is not unique"),
        ({"key": "citizen_id"}, "key 'citizen_id' must be in fields"),
        ({"area": "district_id"}, "area 'district_id' leads nowhere"),
        ({"search": ["name__first"]}, "search 'name__first' leads nowhere"),
        ({"select_related": ["mother"]}, "select_related 'mother' leads nowhere"),
        ({"filters": {"name": ["icontains"]}}, "unknown lookups ['icontains']"),
        ({"filters": {"citizen_id": ["exact"]}}, "is sealed and cannot be filtered"),
        ({"sealed": ["weight"]}, "sealed names 'weight'"),
    ],
)
def test_a_wrong_name_is_named(declared: dict[str, Any], said: str) -> None:
    found = faults(**declared)
    assert len(found) == 1
    assert said in found[0]
    assert found[0].startswith("Wrong: ")


def test_a_sealed_field_is_searched_by_its_digest() -> None:
    from jimin.kernel.payments.models import RollLine

    found = faults(model=RollLine, fields=["payee", "area"], search=["citizen_id"])
    assert found == ["Wrong: search 'citizen_id' is sealed and has no DigestField to find it by"]


def test_a_service_takes_the_actor_and_the_record() -> None:
    def bury(person: Person) -> None: ...

    found = faults(actions=[Action("bury", "登记死亡", bury), Action("bury", "登记死亡", bury)])
    assert "Wrong: two actions are named 'bury'" in found
    assert "Wrong: the service of action 'bury' takes no 'actor'" in found
    assert faults(actions=[Action("x", "甲", lambda actor, person: None)]) == []


def test_two_registers_may_not_share_an_address(monkeypatch: pytest.MonkeyPatch) -> None:
    twin = type(
        "Twin",
        (RecordType,),
        {"model": Member, "fields": ["relation"], "area": "", "slug": "person"},
        registered=False,
    )
    monkeypatch.setitem(registry, "people.member", twin())
    assert ["slug 'person' is also that of" in str(m.msg) for m in check_records()] == [True]


def test_labels_may_be_translated_later() -> None:
    assert all(isinstance(record.label, str | Promise) for record in registry.values())
