"""What is written is read back with openpyxl, as Excel would find it."""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.utils.escape import unescape

from jimin.foundation.tables import (
    OutColumn,
    Value,
    disarm,
    new_workbook,
    replacing,
    stream_csv,
    stream_xlsx,
)
from jimin.foundation.tables import output as output_module

COLUMNS = [
    OutColumn("编号", 12),
    OutColumn("金额", 14, "money"),
    OutColumn("人数", 8, "whole"),
    OutColumn("日期", 12, "date"),
    OutColumn("说明", 40, "long_text"),
]


def cells(path: Path, sheet: str) -> list[list[Any]]:
    return [[cell.value for cell in row] for row in openpyxl.load_workbook(path)[sheet].rows]


def test_values_keep_their_type_and_blanks_stay_blank(tmp_path: Path) -> None:
    path = tmp_path / "out.xlsx"
    rows: list[list[Value]] = [
        ["0012", Decimal("1234567.89"), 3, date(2016, 7, 1), "甲"],
        ["", None, None, None, None],
    ]
    assert stream_xlsx(path, "表", COLUMNS, rows) == 2
    assert cells(path, "表")[0] == ["编号", "金额", "人数", "日期", "说明"]
    first = openpyxl.load_workbook(path)["表"][2]
    assert [first[0].value, first[1].value, first[2].value] == ["0012", 1234567.89, 3]
    assert first[3].value == datetime(2016, 7, 1)
    assert first[1].number_format == "#,##0.00"
    assert all(cell.value is None for cell in openpyxl.load_workbook(path)["表"][3])


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "http://x.example", "0012"])
def test_text_is_never_a_formula_a_link_or_a_number(tmp_path: Path, text: str) -> None:
    path = tmp_path / "out.xlsx"
    stream_xlsx(path, "表", [OutColumn("编号")], [[text]])
    cell = openpyxl.load_workbook(path)["表"]["A2"]
    assert (cell.value, cell.data_type, cell.hyperlink) == (text, "s", None)


@pytest.mark.parametrize(
    "text",
    [
        "甲&乙<丙>丁",
        "<r><t>x</t></r>",
        "</t></is></c><c>",
        " 前后有空格 ",
        "第一行\n第二行\t",
        "_x0041_",
        "\x00\x08\x1f",
        "😀\ufffe",
        "\"引号'",
    ],
)
def test_no_text_breaks_out_of_its_cell(tmp_path: Path, text: str) -> None:
    path = tmp_path / "out.xlsx"
    stream_xlsx(path, "表", [OutColumn("甲"), OutColumn("乙")], [[text, "后一格"]])
    first, second = openpyxl.load_workbook(path)["表"][2]
    assert unescape(str(first.value)) == text
    assert second.value == "后一格"


@settings(deadline=None)
@given(st.lists(st.lists(st.text(max_size=40), min_size=2, max_size=2), max_size=5))
def test_any_text_is_read_back(rows: list[list[str]]) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "out.xlsx"
        stream_xlsx(path, "表", [OutColumn("甲"), OutColumn("乙")], rows)
        read = cells(path, "表")[1:]
    wanted = [[text or None for text in row] for row in rows]
    while wanted and wanted[-1] == [None, None]:
        wanted.pop()  # rows without any value are no part of the sheet
    found = [[None if v is None else unescape(v) for v in row] for row in read]
    while found and not any(found[-1]):
        found.pop()
    assert found == wanted


def test_the_sheet_is_ready_to_print_and_to_filter(tmp_path: Path) -> None:
    path = tmp_path / "out.xlsx"
    stream_xlsx(path, "表", COLUMNS, [])
    sheet = openpyxl.load_workbook(path)["表"]
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref is not None
    assert (sheet.page_setup.orientation, str(sheet.page_setup.paperSize)) == ("landscape", "9")
    assert sheet.column_dimensions["B"].width == pytest.approx(14, abs=1)
    assert sheet.print_title_rows == "$1:$1"


def test_a_drop_down_stands_below_the_header_where_excel_has_room_for_it(tmp_path: Path) -> None:
    path = tmp_path / "out.xlsx"
    most = tuple(f"{n:04d}" for n in range(51))  # 254 characters with what parts them
    columns = [
        OutColumn("性别", choices=("男", "女")),
        OutColumn("姓名"),
        OutColumn("多", choices=most),
        OutColumn("过多", choices=(*most, "9")),
        OutColumn("逗号", choices=("a,b", "c")),
    ]
    stream_xlsx(path, "表", columns, [["男", "张伟", "0000", "9", "c"]], title="导出")
    sheet = openpyxl.load_workbook(path)["表"]
    rules = {str(r.sqref): r.formula1 for r in sheet.data_validations.dataValidation}
    assert rules == {"A3:A1048576": '"男,女"', "C3:C1048576": f'"{",".join(most)}"'}
    assert [cell.value for cell in sheet[3]] == ["男", "张伟", "0000", "9", "c"]


def test_rows_beyond_the_last_go_on_in_a_further_sheet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(output_module, "LAST_ROW", 4)
    path = tmp_path / "out.xlsx"
    with new_workbook(path) as book:
        one = book.sheet("表", [OutColumn("编号")])
        other = book.sheet("其他", [OutColumn("编号")])
        for number in range(7):
            one.row([str(number)])
            other.row([str(number)]) if number < 2 else None
    assert openpyxl.load_workbook(path).sheetnames == ["表", "其他", "表 (2)", "表 (3)"]
    assert cells(path, "表") == [["编号"], ["0"], ["1"], ["2"]]
    assert cells(path, "表 (3)") == [["编号"], ["6"]]
    assert cells(path, "其他") == [["编号"], ["0"], ["1"]]


def test_a_failure_half_way_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "out.xlsx"
    path.write_bytes(b"old")

    def rows() -> Iterator[list[Value]]:
        yield ["1"]
        raise RuntimeError

    with pytest.raises(RuntimeError):
        stream_xlsx(path, "表", [OutColumn("编号")], rows())
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_finished_file_takes_the_place_of_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "out.txt"
    path.write_text("old")
    with replacing(path) as beside:
        beside.write_text("new")
        assert path.read_text() == "old"
    assert path.read_text() == "new"
    assert list(tmp_path.iterdir()) == [path]


def test_csv_opens_in_excel_and_runs_nothing() -> None:
    rows: list[list[Value]] = [
        ["=cmd|' /C calc'!A0", Decimal("-1.50"), True, date(2016, 7, 1), None],
        ["甲,乙", 3, False, None, '"'],
    ]
    assert "".join(stream_csv(COLUMNS, rows)) == (
        "\ufeff编号,金额,人数,日期,说明\r\n"
        "'=cmd|' /C calc'!A0,-1.50,是,2016-07-01,\r\n"
        '"甲,乙",3,否,,""""\r\n'
    )


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@a", "\t=1", " =1", "＝1", "\r\n@a"])
def test_what_a_spreadsheet_would_run_is_disarmed(text: str) -> None:
    assert disarm(text) == f"'{text}"


def test_ordinary_text_is_left_alone() -> None:
    assert [disarm(text) for text in ("甲", "", "a=b", "'x")] == ["甲", "", "a=b", "'x"]
