from decimal import Decimal

import pytest

from jimin.engine.gongwen.normalise import normalise
from jimin.engine.gongwen.numerals import chinese_number, ordinal


def test_every_mark_keeps_its_place() -> None:
    text = "（一）新增１２０张，达　95％；“十三五”——〔2015〕3号～\r\n㎡😀"
    assert normalise(text) == "(一)新增120张,达 95%;“十三五”--(2015)3号-\n\n㎡😀"
    assert len(normalise(text)) == len(text)


def test_a_chinese_comma_between_digits_parts_two_numbers() -> None:
    assert normalise("30，200个和1,200个") == "30;200个和1,200个"


@pytest.mark.parametrize(
    ("words", "value"),
    [("三十五", 35), ("两百", 200), ("一点五", "1.5"), ("十", 10), ("百", 100), ("二〇", 20)],
)
def test_numerals_are_read_exactly(words: str, value: int | str) -> None:
    assert chinese_number(words) == Decimal(value)


def test_words_that_are_no_number_are_none() -> None:
    assert chinese_number("两千多") is None
    assert chinese_number("亿亿五") is None


@pytest.mark.parametrize(
    ("marker", "value"), [("一", 1), ("十", 10), ("十二", 12), ("二十", 20), ("③", 3), ("17", 17)]
)
def test_list_markers_count(marker: str, value: int) -> None:
    assert ordinal(marker) == value
