"""The copy with marks: what the user sees in it, and that it can be corrected and read again."""

from pathlib import Path

import openpyxl
import pytest
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill
from openpyxl.worksheet.worksheet import Worksheet

from jimin.foundation.tables import (
    Column,
    CopyFailedError,
    Fault,
    Table,
    amount,
    code,
    read_table,
    write_marked_copy,
)
from jimin.foundation.tables.marking import AUTHOR, MARK

COLUMNS = [Column("编号"), Column("金额", each_row=True)]


def source(tmp_path: Path) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "表"
    for row in (
        ["一览表"],
        ["编号", "金额", "说明"],
        ["A1", "五百", "=1+1"],
        ["A2", 100],
        [None, 200],
        ["A3", "约3"],
    ):
        sheet.append(row)
    sheet.merge_cells("A1:C1")
    sheet.merge_cells("A4:A5")
    sheet["A2"].font = Font(bold=True)
    sheet["C2"].fill = PatternFill("solid", start_color="FF00FF00")
    sheet["B3"].comment = Comment("核对过", "张")
    sheet.column_dimensions["A"].width = 33
    book.create_sheet("其他")["A1"] = "不动"
    path = tmp_path / "in.xlsx"
    book.save(path)
    return path


def read(path: Path) -> Table:
    table = read_table(path, "表", COLUMNS)
    for row in table.rows:
        row.require("编号", code())
        row.read("金额", amount())
    return table


def marked(tmp_path: Path, path: Path, name: str = "out.xlsx") -> tuple[Path, Worksheet]:
    table = read(path)
    out = tmp_path / name
    write_marked_copy(path, [table], table.faults, out)
    return out, openpyxl.load_workbook(out)["表"]


def is_marked(sheet: Worksheet, place: str) -> bool:
    return bool(sheet[place].fill.start_color.rgb == MARK.start_color.rgb)


def test_bad_cells_are_coloured_and_explained_and_the_rest_is_untouched(tmp_path: Path) -> None:
    out, sheet = marked(tmp_path, source(tmp_path))
    assert [cell for cell in ("A3", "B3", "B4", "B6") if is_marked(sheet, cell)] == ["B3", "B6"]
    assert sheet["D2"].value == "错误原因"
    assert sheet["D3"].value.startswith("B 列“金额”：这里应当是数字；")
    assert [sheet[f"D{row}"].value for row in (4, 5)] == [None, None]
    comment = sheet["B3"].comment
    assert comment is not None
    assert comment.text.startswith("核对过\n这里应当是数字；")
    assert sheet["B6"].comment.author == AUTHOR
    assert sheet["A2"].font.bold
    assert sheet["C2"].fill.start_color.rgb == "FF00FF00"
    assert sheet.column_dimensions["A"].width == 33
    assert [str(merged) for merged in sheet.merged_cells.ranges] == ["A1:C1", "A4:A5"]
    assert sheet["C3"].value == "=1+1"
    assert openpyxl.load_workbook(out)["其他"]["A1"].value == "不动"


def test_a_fault_inside_a_merge_marks_the_cell_that_shows(tmp_path: Path) -> None:
    path = source(tmp_path)
    table = read(path)
    fault = Fault("表", 5, "编号", "A", "A2", "编号不对；请改正。")
    out = tmp_path / "out.xlsx"
    write_marked_copy(path, [table], [fault], out)
    sheet = openpyxl.load_workbook(out)["表"]
    assert is_marked(sheet, "A4")
    assert sheet["A4"].comment.text == "编号不对；请改正。"
    assert sheet["D5"].value == "A 列“编号”：编号不对；请改正。"


def test_the_copy_can_be_corrected_and_read_again(tmp_path: Path) -> None:
    out, _ = marked(tmp_path, source(tmp_path))
    book = openpyxl.load_workbook(out)
    book["表"]["B3"] = 500
    book.save(out)
    assert [(f.row, f.value) for f in read(out).faults] == [(6, "约3")]
    again, sheet = marked(tmp_path, out, "again.xlsx")
    assert [sheet.cell(2, column).value for column in (4, 5)] == ["错误原因", None]
    assert sheet["D3"].value is None
    assert not is_marked(sheet, "B3")
    assert is_marked(sheet, "B6")
    assert sheet["B6"].comment.text.count("这里应当是数字") == 1
    book = openpyxl.load_workbook(again)
    book["表"]["B6"] = 3
    book.save(again)
    assert read(again).faults == []


def test_text_that_looks_like_a_formula_stays_text(tmp_path: Path) -> None:
    path = source(tmp_path)
    book = openpyxl.load_workbook(path)
    cell = book["表"]["A6"]
    cell.value, cell.data_type = "=HYPERLINK(1)", "s"
    book.save(path)
    _, sheet = marked(tmp_path, path)
    assert (sheet["A6"].value, sheet["A6"].data_type) == ("=HYPERLINK(1)", "s")
    assert sheet["D6"].data_type == "s"


def test_a_copy_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    path = source(tmp_path)
    table = read(path)
    path.write_bytes(b"PK broken")
    with pytest.raises(CopyFailedError):
        write_marked_copy(path, [table], table.faults, tmp_path / "out.xlsx")
    assert list(tmp_path.iterdir()) == [path]
