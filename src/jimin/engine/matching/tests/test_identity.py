"""Identity numbers here are valid in form only: sequence parts 9xx stand for no real person."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jimin.engine.matching import (
    InvalidIdentityNumberError,
    check_character,
    parse_identity_number,
)


def number(area: str = "220202", birth: str = "19800101", sequence: str = "901") -> str:
    body = area + birth + sequence
    return body + check_character(body)


births = st.dates(date(1800, 1, 1), date(2100, 12, 31))
bodies = st.builds(
    lambda area, birth, sequence: f"22{area:04d}{birth:%Y%m%d}{sequence}",
    st.integers(0, 9999),
    births,
    st.integers(900, 999),
)


@pytest.mark.parametrize("vector", ["11010519491231002X", "440524188001010014"])
def test_the_sample_numbers_of_the_standard_are_accepted(vector: str) -> None:
    assert parse_identity_number(vector).number == vector


def test_birth_sex_and_area_are_read_from_the_number() -> None:
    man = parse_identity_number(number(birth="19800229", sequence="901"))
    woman = parse_identity_number(number(birth="20001231", sequence="998"))
    assert (man.area, man.birth, man.sex) == ("220202", date(1980, 2, 29), "male")
    assert (woman.birth, woman.sex) == (date(2000, 12, 31), "female")


@pytest.mark.parametrize("area", ["222621", "229004", "222421"])
def test_an_abolished_area_code_is_accepted(area: str) -> None:
    assert parse_identity_number(number(area=area)).area == area


def test_full_width_spaced_and_lower_case_numbers_are_read() -> None:
    written = "\u3000１１０１０５ 1949\u00a01231\u200b 002ｘ\n"
    assert parse_identity_number(written).number == "11010519491231002X"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("220202800101901", "15 位的旧身份证号码"),
        ("22020219800101901", "这里是 17 位"),
        ("", "这里是 0 位"),
        ("2202021980010190A1", "这里有其他字符"),
        ("X20202198001019011", "这里有其他字符"),
        ("٢٢٠٢٠٢١٩٨٠٠١٠١٩٠١١", "这里有其他字符"),
        (number(area="992202"), "前两位“99”"),
        (number(birth="19810229"), "“19810229”不是真实的出生日期"),
        (number(birth="17991231"), "“17991231”不是真实的出生日期"),
    ],
)
def test_a_wrong_number_is_refused_with_the_reason(text: str, reason: str) -> None:
    with pytest.raises(InvalidIdentityNumberError, match=reason):
        parse_identity_number(text)


@given(bodies)
def test_every_number_with_its_check_character_is_read_back(body: str) -> None:
    parsed = parse_identity_number(body + check_character(body))
    assert parsed.number[:17] == body
    assert f"{parsed.birth:%Y%m%d}" == body[6:14]
    assert parse_identity_number(parsed.number.lower()) == parsed


@given(bodies, st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_is_always_noticed(body: str, place: int, shift: int) -> None:
    right = body + check_character(body)
    wrong = right[:place] + str((int(right[place]) + shift) % 10) + right[place + 1 :]
    with pytest.raises(InvalidIdentityNumberError):
        parse_identity_number(wrong)


@given(bodies, st.integers(0, 15))
def test_two_neighbouring_digits_swapped_are_always_noticed(body: str, place: int) -> None:
    if body[place] == body[place + 1]:
        return
    swapped = body[:place] + body[place + 1] + body[place] + body[place + 2 :]
    with pytest.raises(InvalidIdentityNumberError):
        parse_identity_number(swapped + check_character(body))
