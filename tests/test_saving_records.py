from collections.abc import Callable
from datetime import date
from typing import Any
from unittest.mock import patch

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from jimin.foundation.access.matrix import Matrix, Role
from jimin.foundation.access.models import User
from jimin.foundation.access.scope import System, acting_as, acting_as_system
from jimin.foundation.audit import services as audit
from jimin.foundation.audit.models import Entry
from jimin.foundation.records import services
from jimin.foundation.records.declare import RecordType, registry
from jimin.foundation.records.history import history_of
from jimin.foundation.records.services import (
    StaleRecordError,
    once,
    save_record,
    unmask,
    version_of,
)
from jimin.kernel.areas.tests.few import HERE, THERE, TOWNSHIP, few_areas
from jimin.kernel.people.models import Household, Person

NUMBER = "11010519491231002X"
SYSTEM = System("测试")
MakeUser = Callable[..., User]


@pytest.fixture(autouse=True)
def areas(db: None) -> None:
    few_areas()


@pytest.fixture(autouse=True)
def matrix(monkeypatch: pytest.MonkeyPatch) -> None:
    """A matrix of the test's own, so that the city's real one may change."""
    verbs = frozenset({"view", "add", "change"})
    subjects = {"people.person": verbs, "people.household": verbs}
    inspector = {"people.person": frozenset({"view", "unmask"})}
    roles = {
        "clerk": Role("clerk", "经办", "township", subjects),
        "inspector": Role("inspector", "核查", "county", inspector),
    }
    monkeypatch.setattr("jimin.foundation.access.models.matrix", lambda: Matrix(roles))


@pytest.fixture
def persons() -> RecordType:
    return registry["people.person"]


@pytest.fixture
def clerk(make_user: MakeUser) -> User:
    return make_user("clerk", TOWNSHIP)


def person(**values: Any) -> Person:
    return Person.objects.create(**{"name": "张伟", "area_id": HERE, **values})


def stored(obj: Person) -> Person:
    with acting_as_system("test"):
        return Person.objects.get(pk=obj.pk)


def count() -> int:
    with acting_as_system("test"):
        return Person.objects.count()


def test_a_new_record_is_stored_with_its_history(persons: RecordType, clerk: User) -> None:
    data = {"name": "张伟", "citizen_id": NUMBER.lower(), "area": HERE}
    saved = save_record(actor=clerk, record=persons, data=data, reason="补录")
    again = stored(saved)
    assert (again.name, again.citizen_id, again.birth, again.sex, again.initials) == (
        "张伟",
        NUMBER,
        date(1949, 12, 31),
        "2",
        "zw",
    )
    entry = Entry.objects.get()
    assert (entry.verb, entry.subject, entry.key) == ("add", "people.person", str(saved.pk))
    assert (entry.actor, entry.reason) == (clerk, "补录")
    assert entry.values["name"] == [None, "张伟"]
    assert entry.values["citizen_id"] == ["", "1101**********002X"]
    assert NUMBER not in str(entry.values)


def test_a_change_logs_only_what_changed(persons: RecordType, clerk: User) -> None:
    obj = person()
    save_record(actor=clerk, record=persons, obj=obj, data={"name": "张炜", "area": HERE})
    entry = Entry.objects.get()
    assert (entry.verb, entry.values) == ("change", {"name": ["张伟", "张炜"]})


def test_a_change_of_the_masked_middle_is_logged(persons: RecordType, clerk: User) -> None:
    obj = person(phone="13800001111")
    save_record(actor=clerk, record=persons, obj=obj, data={"phone": "13899991111"})
    assert Entry.objects.get().values == {"phone": ["1380***1111", "1389***1111"]}
    save_record(actor=clerk, record=persons, obj=obj, data={"phone": "13899881111"})
    assert Entry.objects.latest("id").values == {"phone": ["1389***1111", "1389***1111"]}


def test_a_change_that_changes_nothing_writes_nothing(persons: RecordType, clerk: User) -> None:
    obj = person()
    save_record(actor=clerk, record=persons, obj=obj, data={"name": "张伟"})
    assert not Entry.objects.exists()


def test_a_record_cannot_be_added_in_another_area(persons: RecordType, clerk: User) -> None:
    with pytest.raises(PermissionDenied):
        save_record(actor=clerk, record=persons, data={"name": "李四", "area": THERE})
    assert count() == 0


@pytest.mark.parametrize(("before", "after"), [(HERE, THERE), (THERE, HERE)])
def test_a_record_moves_only_between_own_areas(
    persons: RecordType, clerk: User, before: str, after: str
) -> None:
    obj = person(area_id=before)
    with pytest.raises(PermissionDenied):
        save_record(actor=clerk, record=persons, obj=obj, data={"area": after})
    assert stored(obj).area_id == before
    assert not Entry.objects.exists()


def test_an_identity_number_held_out_of_sight_is_taken(persons: RecordType, clerk: User) -> None:
    person(area_id=THERE, citizen_id=NUMBER)
    with pytest.raises(ValidationError) as refused, acting_as(clerk):
        save_record(
            actor=clerk,
            record=persons,
            data={"name": "李四", "citizen_id": NUMBER, "area": HERE},
        )
    assert refused.value.message_dict == {
        "citizen_id": ["公民身份号码与已登记的另一条人员相同，不能重复登记。请先查找原有记录。"]
    }
    assert count() == 1


def test_two_at_once_are_refused_in_the_same_words(persons: RecordType, clerk: User) -> None:
    """The second passes the check before the first is stored, and fails at the database."""
    data = {"name": "李四", "citizen_id": NUMBER, "area": HERE}
    check = services.validate_against_others
    calls: list[Any] = []

    def late(obj: Any) -> None:
        if not calls:
            calls.append(obj)
            check(obj)
            person(citizen_id=NUMBER)
        else:
            check(obj)

    with (
        patch.object(services, "validate_against_others", late),
        pytest.raises(ValidationError) as refused,
    ):
        save_record(actor=clerk, record=persons, data=data)
    assert "不能重复登记" in refused.value.message_dict["citizen_id"][0]


def test_a_stale_version_is_refused(persons: RecordType, clerk: User) -> None:
    obj = person()
    seen = version_of(stored(obj))
    save_record(actor=clerk, record=persons, obj=obj, data={"address": "一号"}, version=seen)
    with pytest.raises(StaleRecordError) as stale:
        save_record(actor=clerk, record=persons, obj=obj, data={"address": "二号"}, version=seen)
    assert stale.value.stored.address == "一号"  # type: ignore[attr-defined]
    assert stored(obj).address == "一号"


def test_a_household_takes_no_head_out_of_sight(clerk: User) -> None:
    head = person(area_id=THERE)
    data = {"number": "H1", "area": HERE, "residence": "urban", "head": head}
    with pytest.raises(ValidationError) as refused:
        save_record(actor=clerk, record=registry["people.household"], data=data)
    assert list(refused.value.message_dict) == ["head"]
    with acting_as_system("test"):
        assert not Household.objects.exists()


def test_a_township_as_a_whole_is_no_place_to_live(persons: RecordType) -> None:
    with pytest.raises(ValidationError) as refused:
        save_record(actor=SYSTEM, record=persons, data={"name": "张伟", "area": TOWNSHIP})
    assert refused.value.message_dict == {"area": ["请选到具体的村（社区）。"]}


def test_unmasking_needs_the_grant_and_a_reason(persons: RecordType, make_user: MakeUser) -> None:
    obj = person(citizen_id=NUMBER)
    clerk, inspector = make_user("clerk", TOWNSHIP), make_user("inspector", TOWNSHIP)
    with pytest.raises(PermissionDenied):
        unmask(actor=clerk, record=persons, obj=obj, reason="核对")
    with pytest.raises(ValidationError):
        unmask(actor=inspector, record=persons, obj=obj, reason=" ")
    assert not Entry.objects.exists()
    shown = unmask(actor=inspector, record=persons, obj=obj, reason="核对证件")
    assert shown == {"citizen_id": NUMBER, "phone": "", "disability_grade": "0"}
    entry = Entry.objects.get()
    assert (entry.verb, entry.reason) == ("unmask", "核对证件")
    assert entry.values == {"fields": ["citizen_id", "phone", "disability_grade"]}


def test_the_history_hides_what_was_logged_before_a_field_was_sealed(
    persons: RecordType, clerk: User
) -> None:
    obj = person()
    save_record(actor=clerk, record=persons, obj=obj, data={"disability_grade": 3})
    assert Entry.objects.get().values == {"disability_grade": ["*", "*"]}
    audit.log(actor=clerk, obj=obj, verb="change", values={"disability_grade": [0, 3]})
    lines, _more = history_of(persons, obj)
    [before], [after] = (line.differences for line in lines)
    assert (before.before, before.after) == (after.before, after.after) == ("*", "*")
    assert before.is_hidden
    assert after.is_hidden


def test_a_form_sent_twice_makes_one_record(clerk: User, make_user: MakeUser) -> None:
    first = once(actor=clerk, token="t1", make=person)
    assert once(actor=clerk, token="t1", make=person) == first
    assert count() == 1
    with pytest.raises(PermissionDenied):
        once(actor=make_user("clerk", TOWNSHIP), token="t1", make=person)


def test_a_form_that_failed_may_be_sent_again(clerk: User) -> None:
    def fail() -> Person:
        raise ValidationError("no")

    with pytest.raises(ValidationError):
        once(actor=clerk, token="t1", make=fail)
    once(actor=clerk, token="t1", make=person)
    assert count() == 1
