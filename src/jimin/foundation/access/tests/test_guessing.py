import pytest
from django.core.exceptions import ValidationError

from jimin.foundation.access.guessing import left_over, words
from jimin.foundation.access.models import User
from jimin.foundation.access.passwords import LEAST_LEFT, NotLeaked


@pytest.mark.parametrize(
    "password",
    [
        "Jimin@2026!",
        "minzhengju123",
        "mzj13804321234",
        "jilin19900101",
        "220202198003011234",
        "22020219800301123X",
        "1990年3月1日1990",
        "woaini1314520",
        "Qwer1234!@#$",
        "1qaz2wsx3edc",
        "P@ssw0rd2016",
        "admin888888",
        "asdfghjkl;123",
        "aaaaaaaaaaaa",
        "abcabcabcabc",
        "吉林民政局2016",
        "football2015",
        "changchun01011985",
        "zhangwei1985",  # of 张伟
        "weizhang_666",
    ],
)
def test_what_is_put_together_by_habit_is_refused(password: str) -> None:
    with pytest.raises(ValidationError) as refused:
        NotLeaked().validate(password, User(username="zw", name="张伟"))
    assert refused.value.code in {"password_of_habit", "password_too_common"}


@pytest.mark.parametrize(
    "password",
    [
        "松花江畔的四月雪",
        "songhua jiang pan",
        "grey otter, two kettles",
        "k9vT-mQ27xLp",
        "dongtian de hulu zhen tian",
        "雪大路滑早点走 2016",
        "Jilin-Beijing-Dalian-Xian 4 zhan",
        "zhangwei mai le san tou lv",
    ],
)
def test_what_takes_guessing_is_let_through(password: str) -> None:
    NotLeaked().validate(password, User(username="zw", name="张伟"))


def test_the_name_of_ones_own_place_is_a_habit() -> None:
    assert left_over("xinghuajiedao 2016", names=["兴华街道"]) < LEAST_LEFT
    assert left_over("xinghuajiedao 2016", names=["别处"]) >= LEAST_LEFT


def test_a_chinese_character_counts_for_more_than_a_letter() -> None:
    assert (left_over("雪雨"), left_over("xy")) == (4, 2)


def test_every_word_is_written_as_a_password_is_compared() -> None:
    assert all(word == word.lower().strip() for word in words())
    assert len(words()) > 100
