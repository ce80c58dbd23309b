import datetime as dt

import pytest
from django.core.exceptions import FieldError, ValidationError
from django.db import IntegrityError, connection, transaction

from jimin.engine.matching.identity import check_character
from jimin.foundation.sealed.fields import DigestField, keys
from jimin.kernel.people.models import Household, Member, Person

pytestmark = pytest.mark.usefixtures("divisions", "as_system")
AREA = "220202001001"


def citizen_id(birth: str = "19520307", sequence: str = "901") -> str:
    body = f"220202{birth}{sequence}"
    return body + check_character(body)


def person(**values: object) -> Person:
    return Person(**{"name": "张伟", "area_id": AREA, "citizen_id": citizen_id(), **values})


def test_birth_and_sex_come_from_the_identity_number() -> None:
    found = person()
    found.full_clean()
    assert (found.birth, found.sex) == (dt.date(1952, 3, 7), Person.Sex.MALE)


def test_a_birth_date_against_the_number_is_refused() -> None:
    with pytest.raises(ValidationError) as refused:
        person(birth=dt.date(1953, 3, 7)).full_clean()
    assert refused.value.message_dict == {"birth": ["出生日期与公民身份号码不一致，请核对。"]}


def test_the_number_is_stored_sealed_and_found_by_its_digest() -> None:
    person().save()
    with connection.cursor() as cursor:
        cursor.execute("SELECT citizen_id FROM people_person")
        (stored,) = cursor.fetchone()
    assert citizen_id() not in stored
    found = Person.objects.get(citizen_id_digest=keys().digest_of(citizen_id()))
    assert found.citizen_id == citizen_id()


def test_a_sealed_field_cannot_be_searched_by_mistake() -> None:
    with pytest.raises(FieldError):
        Person.objects.filter(citizen_id=citizen_id()).exists()


def test_one_number_belongs_to_one_person_but_many_may_have_none() -> None:
    person().save()
    with pytest.raises(IntegrityError), transaction.atomic():
        person(name="李娜").save()
    person(citizen_id="").save()
    person(citizen_id="").save()
    assert Person.objects.count() == 3


def test_a_name_is_found_by_pinyin_and_initials() -> None:
    found = person()
    found.save()
    assert (found.pinyin, found.initials) == ("zhangwei", "zw")


def test_a_person_lives_in_one_household_at_a_time() -> None:
    someone = person()
    someone.save()
    first = Household.objects.create(number="H1", area_id=AREA, residence="urban")
    second = Household.objects.create(number="H2", area_id=AREA, residence="urban")
    stay = Member.objects.create(household=first, person=someone, relation="0")
    with pytest.raises(ValidationError, match="请先在原家庭办理离户"):
        Member(household=second, person=someone, relation="0").full_clean()
    stay.left_on = dt.date(2016, 5, 1)
    stay.save()
    Member.objects.create(household=second, person=someone, relation="0")
    assert someone.memberships.count() == 2


def test_the_last_digits_have_digests_of_their_own() -> None:
    number = citizen_id()
    person(phone="13812345678").save()
    found = Person.objects.get()
    for name in ("citizen_id_last_4", "citizen_id_last_6"):
        field = Person._meta.get_field(name)
        assert isinstance(field, DigestField)
        assert getattr(found, name) == field.digest_of("0" * 11 + number[-7:])
    digests = {found.citizen_id_last_4, found.citizen_id_last_6, found.phone_last_4}
    assert len(digests) == 3
    # Whoever knows the digest of a whole value learns nothing about an end that reads the same.
    assert keys().digest_of(number[-4:])[:16] not in digests
    found.citizen_id = ""
    found.save()
    assert Person.objects.filter(citizen_id_last_4=None, citizen_id_last_6=None).exists()
