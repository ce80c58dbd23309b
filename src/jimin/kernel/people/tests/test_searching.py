"""What a clerk types into the search box of the register of persons."""

import importlib
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connection

from jimin.engine.matching.identity import check_character
from jimin.foundation.records import search
from jimin.foundation.records.declare import registry
from jimin.foundation.sealed.rotation import seal_again
from jimin.kernel.areas.tests.few import HERE, few_areas
from jimin.kernel.people.models import Person

NUMBER = "22020219520307901"
OTHER = "22020219600101902"


@pytest.fixture(autouse=True)
def people(as_system: None) -> None:
    few_areas()
    for name, body, phone in (("张伟", NUMBER, "13812345678"), ("李芳", OTHER, "0432-6245678")):
        citizen_id = body + check_character(body)
        Person(name=name, citizen_id=citizen_id, phone=phone, area_id=HERE).save()


def found(text: str) -> list[str]:
    record = registry["people.person"]
    condition = search.matching(record, text)
    assert condition is not None
    return sorted(record.rows().filter(condition).values_list("name", flat=True))


def test_names_pinyin_and_initials() -> None:
    for text in ("张伟", "张", "zhangwei", "ZhangW", "zw"):
        assert found(text) == ["张伟"], text


def test_numbers_whole_or_by_their_end() -> None:
    whole = NUMBER + check_character(NUMBER)
    for text in (whole, whole[-4:], whole[-6:], f"{whole[:6]} {whole[6:14]} {whole[14:]}"):
        assert found(text) == ["张伟"], text
    for text in (whole[-5:], whole[:4], whole[-7:]):
        assert found(text) == [], text


def test_a_number_that_ends_in_x_in_small_letters() -> None:
    body = next(
        b for b in (f"2202021970010{n:04d}" for n in range(1000, 2000)) if check_character(b) == "X"
    )
    Person(name="王波", citizen_id=f"{body}X", area_id=HERE).save()
    assert found(f"{body[-3:]}x") == ["王波"]
    assert found(f"{body}x") == ["王波"]


def test_phones_whole_or_by_their_last_four_digits() -> None:
    assert found("13812345678") == ["张伟"]
    assert found("0432-6245678") == ["李芳"]
    assert found("5678") == ["张伟", "李芳"]


def test_words_narrow_each_other() -> None:
    assert found("5678 李") == ["李芳"]


def test_ends_are_still_found_after_the_keys_were_changed() -> None:
    seal_again()
    assert found(NUMBER[-3:] + check_character(NUMBER)) == ["张伟"]


def test_rows_from_before_get_their_digests() -> None:
    Person.objects.update(citizen_id_last_4=None, citizen_id_last_6=None, phone_last_4=None)
    assert found("5678") == []
    migration = importlib.import_module("jimin.kernel.people.migrations.0002_last_digits")
    migration.fill(apps, SimpleNamespace(connection=connection))
    assert found("5678") == ["张伟", "李芳"]
    assert found(NUMBER[-3:] + check_character(NUMBER)) == ["张伟"]


def test_rows_from_before_are_spelled_as_their_surnames_are_read() -> None:
    Person(name="曾国强", citizen_id="", area_id=HERE).save()
    Person.objects.filter(name="曾国强").update(pinyin="cengguoqiang", initials="cgq")
    assert found("zgq") == found("zeng") == []
    migration = importlib.import_module("jimin.kernel.people.migrations.0004_surnames_as_read")
    migration.respell(apps, None)
    assert found("zgq") == found("zeng") == ["曾国强"]
    assert found("zw") == ["张伟"]
