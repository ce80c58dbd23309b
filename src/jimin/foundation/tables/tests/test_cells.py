from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jimin.foundation.tables import (
    BadCellError,
    Parser,
    Raw,
    amount,
    choice,
    code,
    long_number_text,
    month,
    number,
    text,
    whole,
    yes_no,
)
from jimin.foundation.tables.cells import CellError, is_empty, shown

NEVER_COMPUTED = CellError("=A1*2", "公式没有计算结果；请保存一次。")


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        (1234.5, "1234.50"),
        (0.1 + 0.2, "0.30"),
        ("500", "500.00"),
        ("１２３４．５０", "1234.50"),
        ("\u00a01,234,567.89\u3000", "1234567.89"),
        ("１，２００", "1200.00"),
        ("-300", "-300.00"),
        ("−300", "-300.00"),
        ("-0", "0.00"),
        ("12.3400", "12.34"),
        (7, "7.00"),
    ],
)
def test_money_is_read_exactly(raw: Raw, value: str) -> None:
    assert str(amount()(raw)) == value


@pytest.mark.parametrize(
    "raw",
    [
        *("500元", "约500", "五百", "-", "无", "¥500", "(500)", "12,00", "1,2345", "5 00", "1e3"),
        *("5²", "½", "٥٠٠", "1.", ".5", "--5", "0x10", "nan", "inf", "1_000", "=1+1"),
        *(True, date(2016, 3, 1), datetime(2016, 3, 1, 8), time(8), timedelta(days=500)),
    ],
)
def test_what_is_no_plain_number_is_refused(raw: Raw) -> None:
    with pytest.raises(BadCellError, match="这里应当是数字"):
        amount()(raw)


@pytest.mark.parametrize("raw", [100 / 3, "33.333", 0.005, "0.001", "1." + "0" * 40 + "1"])
def test_money_is_never_rounded(raw: Raw) -> None:
    with pytest.raises(BadCellError, match="最多两位小数"):
        amount()(raw)


def test_numbers_outside_the_range_are_refused() -> None:
    in_range = amount(minimum=Decimal(0), maximum=Decimal(100))
    assert in_range(100.0) == 100
    with pytest.raises(BadCellError, match="不能小于 0"):
        in_range("-0.01")
    for raw in ("100.01", 1e14, "9" * 15):
        with pytest.raises(BadCellError, match="不能大于 100"):
            in_range(raw)


@pytest.mark.parametrize("raw", [1e15, "9" * 400, 1e300, float("inf"), float("nan")])
def test_a_number_beyond_the_precision_of_excel_is_refused(raw: Raw) -> None:
    with pytest.raises(BadCellError, match="太大"):
        amount()(raw)


def test_whole_numbers_come_from_text_and_from_floats() -> None:
    grade = whole(minimum=0, maximum=4)
    assert [grade(2.0), grade("３"), grade(" 4\u00a0"), grade("0")] == [2, 3, 4, 0]
    for raw in (1.5, "1.5", "一级", "5", -1.0, "二"):
        with pytest.raises(BadCellError):
            grade(raw)


@pytest.mark.parametrize("parse", [amount(), whole(), yes_no, month, text(longest=9), code()])
def test_an_error_cell_is_no_empty_cell(parse: Parser[object]) -> None:
    with pytest.raises(BadCellError, match="公式没有计算结果"):
        parse(NEVER_COMPUTED)
    with pytest.raises(BadCellError, match="公式没有计算结果"):
        long_number_text(NEVER_COMPUTED)


def test_yes_and_no_are_the_only_answers() -> None:
    assert yes_no(" 是\u3000") is True
    assert yes_no("否") is False
    for raw in ("Y", "√", "true", "不是", 1.0, True, 0):
        with pytest.raises(BadCellError, match="只能填 “是”、“否”"):
            yes_no(raw)
    assert choice({"城市": "urban"})("城市") == "urban"


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("2016-03", "2016-03"),
        ("２０１６－０３", "2016-03"),
        ("2016/3", "2016-03"),
        ("2016-3", "2016-03"),
        ("2016年3月", "2016-03"),
        ("2016年12月", "2016-12"),
        (date(2016, 3, 1), "2016-03"),
        (datetime(2016, 3, 15, 12), "2016-03"),
    ],
)
def test_months_are_read_in_the_usual_spellings(raw: Raw, value: str) -> None:
    assert month(raw) == value


@pytest.mark.parametrize(
    "raw",
    ["2016-13", "2016-00", "16-3", "2016.1", "201603", 2016.1, 42430.0, "三月", time(3), True],
)
def test_what_is_no_clear_month_is_refused(raw: Raw) -> None:
    with pytest.raises(BadCellError, match="2016-03"):
        month(raw)


def test_codes_come_from_text_and_whole_numbers() -> None:
    parse = code(longest=20)
    assert parse(1001.0) == "1001"
    assert parse(220202001000.0) == "220202001000"
    assert parse(" Ａ－００１\u00a0") == "A-001"
    assert parse("0012") == "0012"
    for raw in (1001.5, 1e15, float("nan"), True, date(2016, 1, 1), "x" * 21, "a\nb"):
        with pytest.raises(BadCellError):
            parse(raw)


@pytest.mark.parametrize(
    "raw", [220202198001019011, 2.20202198001019e17, 220202.0, "2.20202E+17", "2e17", " ２.2E17"]
)
def test_a_long_number_damaged_by_excel_is_not_repaired(raw: Raw) -> None:
    with pytest.raises(BadCellError, match="被 Excel 改成数字，末几位已丢失"):
        long_number_text(raw)


def test_a_long_number_as_text_is_kept() -> None:
    assert long_number_text(" ２2020219800101901x") == "22020219800101901x"
    for raw in (date(2016, 1, 1), True):
        with pytest.raises(BadCellError, match="不能是日期"):
            long_number_text(raw)


@pytest.mark.parametrize("raw", ["", " ", "\u00a0\u3000\t\n", "\u200b\ufeff"])
def test_blanks_of_every_kind_are_empty(raw: str) -> None:
    assert is_empty(raw)


def test_a_zero_and_a_false_are_not_empty() -> None:
    assert not any(is_empty(raw) for raw in (0, 0.0, False, "0", NEVER_COMPUTED))


def test_cells_are_shown_as_excel_shows_them() -> None:
    raws: list[Raw] = [500.0, 0.30000000000000004, 2.20202198001019e17, 220202001000.0, True]
    assert [shown(raw) for raw in raws] == ["500", "0.3", "2.20202E+17", "220202001000", "TRUE"]
    assert shown(date(2016, 3, 1)) == "2016-03-01"
    assert shown(NEVER_COMPUTED) == "=A1*2"
    assert shown("长" * 101) == "长" * 100 + "…"


@given(st.decimals(-(10**9), 10**9, places=2))
def test_every_amount_survives_text_and_excel_numbers(value: Decimal) -> None:
    parse = amount()
    assert parse(format(value, ",f")) == value
    assert parse(float(value)) == value


@given(st.integers(-(10**12), 10**12))
def test_every_whole_number_survives_text_and_excel_numbers(value: int) -> None:
    assert whole()(str(value)) == whole()(float(value)) == value
    assert code()(float(value)) == str(value)


@given(st.text(max_size=30))
def test_any_text_is_read_or_refused_with_a_sentence(raw: str) -> None:
    for parse in (number, yes_no, month, code(), long_number_text, text(longest=20), amount()):
        refused = ""
        try:
            parse(raw)
        except BadCellError as error:
            refused = str(error)
        assert not refused or refused.endswith("。")
