"""Real workbooks and CSV files, as untidy as they come."""

import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from openpyxl.worksheet.worksheet import Worksheet

from jimin.foundation.tables import (
    Column,
    Fault,
    Table,
    UnusableError,
    Workbook,
    amount,
    code,
    read_csv,
    read_table,
    text,
    whole,
)

COLUMNS = [
    Column("编号"),
    Column("名称", synonyms=("单位名称",)),
    Column("床位", remarks=("张",), each_row=True),
    Column("金额", remarks=("元", "元/月"), each_row=True),
    Column("备注", required=False),
]

Build = Callable[[Worksheet], None]


def workbook(tmp_path: Path, build: Build, *, sheet: str = "机构") -> Path:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.title = sheet
    build(page)
    path = tmp_path / "in.xlsx"
    book.save(path)
    return path


def table(tmp_path: Path, *rows: list[Any], merge: tuple[str, ...] = ()) -> Table:
    def build(page: Worksheet) -> None:
        for row in rows:
            page.append(row)
        for cells in merge:
            page.merge_cells(cells)

    return read_table(workbook(tmp_path, build), "机构", COLUMNS)


def values(found: Table) -> list[tuple[int, object, object, object, object]]:
    return [
        (
            row.number,
            row.read("编号", code()),
            row.read("名称", text(longest=50)),
            row.read("床位", whole(minimum=0)),
            row.read("金额", amount()),
        )
        for row in found.rows
    ]


def refusal(tmp_path: Path, *rows: list[Any], merge: tuple[str, ...] = ()) -> str:
    with pytest.raises(UnusableError) as caught:
        table(tmp_path, *rows, merge=merge)
    return str(caught.value)


HEAD = ["编号", "名称", "床位", "金额"]


def test_columns_in_any_order_with_extra_ones_and_titles_above(tmp_path: Path) -> None:
    found = table(
        tmp_path,
        ["养老机构一览表"],
        [],
        ["填报：某处", None, "2016 年"],
        ["序号", "金额", "电话", "床位", "编号", "名称"],
        [1, 20.5, "123", 3, "A1", "甲"],
        [],
        [None, "\u3000", None, " ", "\u00a0", None],
        [2, "１，０００", "", "４", 1002, "乙"],
        merge=("A1:F1",),
    )
    assert [[str(v) for v in row] for row in values(found)] == [
        ["5", "A1", "甲", "3", "20.50"],
        ["8", "1002", "乙", "4", "1000.00"],
    ]
    assert found.faults == []


def test_labels_with_units_marks_breaks_and_full_width_forms_are_known(tmp_path: Path) -> None:
    found = table(
        tmp_path,
        ["* 编 号", "单位\n名称：", "床位（ 张 ）", "金额(元／月)"],
        ["A1", "甲", 3, 4],
    )
    assert found.header.places == {"编号": 0, "名称": 1, "床位": 2, "金额": 3}


def test_a_header_over_two_rows_under_a_merged_group(tmp_path: Path) -> None:
    found = table(
        tmp_path,
        ["一览表"],
        ["编号", "名称", "规模", None],
        [None, None, "床位", "金额（元）"],
        ["A1", "甲", 3, 4],
        merge=("A2:A3", "B2:B3", "C2:D2"),
    )
    assert [row[:2] for row in values(found)] == [(4, "A1")]


def test_a_header_over_two_rows_without_merges(tmp_path: Path) -> None:
    found = table(
        tmp_path,
        ["编号", "名称", "规模", None],
        [None, None, "床位", "金额（元）"],
        ["A1", "甲", 3, 4],
    )
    assert (found.header.first, found.header.last) == (0, 1)
    assert [row[:2] for row in values(found)] == [(3, "A1")]


def test_labels_merged_over_two_rows_are_no_data(tmp_path: Path) -> None:
    found = table(
        tmp_path,
        HEAD,
        [],
        ["A1", "甲", 3, 4],
        merge=("A1:A2", "B1:B2", "C1:C2", "D1:D2"),
    )
    assert [row[0] for row in values(found)] == [3]


def test_a_label_merged_over_two_columns_uses_the_one_that_is_filled(tmp_path: Path) -> None:
    found = table(
        tmp_path,
        ["编号", "名称", None, "床位", "金额"],
        ["A1", None, "甲", 3, 4],
        merge=("B1:C1",),
    )
    assert values(found)[0][2] == "甲"
    assert "都是“名称”（B、C 列）" in refusal(
        tmp_path,
        ["编号", "名称", None, "床位", "金额"],
        ["A1", "甲", "乙", 3, 4],
        merge=("B1:C1",),
    )


def test_a_missing_column_names_what_is_missing(tmp_path: Path) -> None:
    assert "第 2 行的表头缺少：床位、金额" in refusal(
        tmp_path, ["表"], ["编号", "名称"], ["A1", "甲"]
    )


def test_a_sheet_without_any_header_says_what_it_should_be(tmp_path: Path) -> None:
    message = refusal(tmp_path, ["a", "b"], [1, 2])
    assert "没有找到表头" in message
    assert "编号、名称、床位、金额" in message
    assert "没有找到表头" in refusal(tmp_path)


def test_a_label_twice_is_never_chosen_between(tmp_path: Path) -> None:
    message = refusal(tmp_path, [*HEAD, "单位名称"], ["A1", "甲", 1, 2, "乙"])
    assert "有 2 列都是“名称”（B、E 列）" in message


def test_another_unit_is_refused(tmp_path: Path) -> None:
    message = refusal(tmp_path, ["编号", "名称", "床位", "金额（万元）"], ["A1", "甲", 1, 2])
    assert "D 列表头括号里写的是“万元”" in message
    assert "“金额（元）”" in message


def test_an_optional_column_with_another_meaning_is_refused_too(tmp_path: Path) -> None:
    assert "括号里写的是“内部”" in refusal(tmp_path, [*HEAD, "备注（内部）"], ["A1", "甲", 1, 2])


def test_a_header_below_the_first_thirty_rows_is_not_looked_for(tmp_path: Path) -> None:
    assert "没有找到表头" in refusal(tmp_path, *[["说明"]] * 30, HEAD, ["A1", "甲", 1, 2])
    assert len(table(tmp_path, *[["说明"]] * 29, HEAD, ["A1", "甲", 1, 2]).rows) == 1


def test_a_merged_cell_holds_for_every_row_of_the_merge(tmp_path: Path) -> None:
    found = table(
        tmp_path,
        HEAD,
        [1001, "甲", 3, 4],
        [None, "乙", 5, 6],
        [None, "丙", 7, 8],
        [1002, "丁", 9, 10],
        merge=("A2:A4",),
    )
    assert [row[1] for row in values(found)] == ["1001", "1001", "1001", "1002"]
    assert found.faults == []


def test_a_row_with_nothing_but_its_merge_is_reported(tmp_path: Path) -> None:
    found = table(tmp_path, HEAD, [1001, "甲", 3, 4], [], [], merge=("A2:A4",))
    assert [(f.row, f.letter, f.value) for f in found.faults] == [
        (3, "A", "1001"),
        (4, "A", "1001"),
    ]
    assert "除了合并单元格以外全是空的" in found.faults[0].message


def test_an_amount_merged_over_rows_is_not_multiplied(tmp_path: Path) -> None:
    found = table(
        tmp_path, HEAD, ["a", "甲", 0, 900], ["b", "乙", None, None], merge=("C2:C3", "D2:D3")
    )
    read = values(found)
    assert [row[3] for row in read] == [0, 0]
    assert [row[4] for row in read] == [None, None]
    assert [(f.row, f.column, f.value) for f in found.faults] == [
        (2, "金额", "900"),
        (3, "金额", "900"),
    ]
    assert "（第 2 至 3 行）" in found.faults[0].message


def test_columns_merged_into_one_cell_are_reported(tmp_path: Path) -> None:
    found = table(
        tmp_path,
        HEAD,
        ["A1", "甲", 3, 4],
        ["注：以上数据截至月底", None, None, None],
        merge=("A3:D3",),
    )
    assert [(f.row, f.letter, f.value) for f in found.faults] == [(3, "A", "注：以上数据截至月底")]


def test_a_header_repeated_for_the_next_page_is_no_data(tmp_path: Path) -> None:
    found = table(tmp_path, HEAD, ["A1", "甲", 3, 4], HEAD, ["A2", "乙", 3, 4])
    assert [row[1] for row in values(found)] == ["A1", "A2"]


def test_a_fault_says_where_and_what(tmp_path: Path) -> None:
    found = table(tmp_path, ["表"], ["序号", *HEAD], [1, "A1", "甲", "三张", 4])
    values(found)
    assert found.faults == [
        Fault(
            "机构",
            3,
            "床位",
            "D",
            "三张",
            "这里应当是数字；请只填数字，不带单位、文字和其他符号，没有就填 0，不清楚就留空。",
        )
    ]
    assert found.faults[0].place == "“机构”表第 3 行 D 列“床位”"


def test_a_required_cell_left_empty_is_reported(tmp_path: Path) -> None:
    found = table(tmp_path, HEAD, [" ", "甲", 3, 4])
    assert found.rows[0].require("编号", code()) is None
    assert [f.message for f in found.faults] == ["没有填写编号；请补填。"]


def test_formulas_count_by_their_last_value_and_errors_are_no_blanks(tmp_path: Path) -> None:
    path = tmp_path / "formulas.xlsx"
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet("机构")
        page.write_row(0, 0, HEAD)
        page.write_row(1, 0, ["A1", "甲"])
        page.write_formula(1, 2, "=1+2", None, 3)
        page.write_formula(1, 3, "=2*2", None, "")
        page.write_row(2, 0, ["A2"])
        page.write_formula(2, 1, '=IF(1=1,"乙","")', None, "乙")
        page.write_formula(2, 2, "=1/0", None, "#DIV/0!")
        page.write_formula(2, 3, "=NA()", None, "#N/A")
    found = read_table(path, "机构", COLUMNS)
    assert values(found) == [(2, "A1", "甲", 3, None), (3, "A2", "乙", None, None)]
    assert [(f.row, f.letter, f.value) for f in found.faults] == [
        (2, "D", "=2*2"),
        (3, "C", "#DIV/0!"),
        (3, "D", "#N/A"),
    ]
    assert "公式没有计算结果" in found.faults[0].message


def one_row(page: Worksheet) -> None:
    page.append(HEAD)
    page.append(["A1", "甲", 1, "x"])


def test_a_text_formula_that_yields_nothing_is_empty(tmp_path: Path) -> None:
    path = workbook(tmp_path, one_row)
    edit(
        path,
        "xl/worksheets/sheet1.xml",
        lambda xml: xml.replace(
            cell_of(xml, "D2"), '<c r="D2" t="str"><f>IF(1,"","")</f><v></v></c>'
        ),
    )
    found = read_table(path, "机构", COLUMNS)
    assert values(found) == [(2, "A1", "甲", 1, None)]
    assert found.faults == []


def test_dates_in_a_number_column_are_refused(tmp_path: Path) -> None:
    found = table(tmp_path, HEAD, ["A1", "甲", date(1900, 1, 3), 4])
    values(found)
    assert [f.value for f in found.faults] == ["1900-01-03"]


def test_the_sheet_is_found_by_its_name_apart_from_spelling(tmp_path: Path) -> None:
    path = workbook(tmp_path, lambda page: page.append(HEAD), sheet="\u3000机构１ ")
    assert read_table(path, "机构1", COLUMNS).rows == []
    with pytest.raises(UnusableError, match="没有名为“人员”的工作表（现有：“\u3000机构１ ”）"):
        read_table(path, "人员", COLUMNS)


def edit(path: Path, part: str, change: Callable[[str], str]) -> None:
    """Rewrite one part of a workbook."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts[part] = change(parts[part].decode()).encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


def cell_of(xml: str, reference: str) -> str:
    start = xml.index(f'<c r="{reference}"')
    return xml[start : xml.index("</c>", start) + len("</c>")]


def unusable(path: Path) -> str:
    with pytest.raises(UnusableError) as caught, Workbook(path) as book:
        book.table("机构", COLUMNS)
    return str(caught.value)


def test_files_that_are_no_workbook_are_refused_with_the_way_out(tmp_path: Path) -> None:
    def file(name: str, content: bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(content)
        return path

    ole = bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600
    assert "找不到文件" in unusable(tmp_path / "none.xlsx")
    assert "找不到文件" in unusable(tmp_path)
    assert "不能读取 .csv" in unusable(file("a.csv", b"a,b"))
    assert "不能读取 .xls，" in unusable(file("a.xls", ole))
    assert "旧版 Excel" in unusable(file("a.xlsx", ole))
    assert "密码" in unusable(file("b.xlsx", ole + "EncryptedPackage".encode("utf-16-le")))
    assert "0 字节" in unusable(file("c.xlsx", b""))
    assert "改了扩展名" in unusable(file("d.xlsx", "<html>表</html>".encode()))
    assert "已损坏" in unusable(file("e.xlsx", b"PK\x03\x04" + b"\0" * 100))


def test_a_workbook_cut_short_or_altered_is_refused(tmp_path: Path) -> None:
    path = workbook(tmp_path, lambda page: page.append(HEAD))
    whole_file = path.read_bytes()
    path.write_bytes(whole_file[: len(whole_file) // 2])
    assert "已损坏" in unusable(path)
    with zipfile.ZipFile(tmp_path / "in.xlsx", "w") as archive:
        archive.writestr("word/document.xml", "<x/>")
    assert "不是 Excel 工作簿" in unusable(path)
    path.write_bytes(whole_file)
    edit(path, "xl/worksheets/sheet1.xml", lambda xml: xml[:-40])
    assert "已损坏" in unusable(path)
    path.write_bytes(whole_file)
    edit(path, "xl/worksheets/sheet1.xml", lambda xml: '<?xml version="1.0" encoding="?"?>' + xml)
    assert "已损坏" in unusable(path)
    path.write_bytes(whole_file)
    edit(path, "xl/workbook.xml", lambda xml: xml[:-40])
    assert "已损坏" in unusable(path)


def test_a_changed_byte_fails_the_checksum(tmp_path: Path) -> None:
    path = workbook(tmp_path, lambda page: page.append(HEAD))
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    path.write_bytes(path.read_bytes().replace(b"sheetData", b"sheetDxta", 1))
    assert "已损坏" in unusable(path)


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = workbook(tmp_path, lambda page: page.append(HEAD))
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/image1.bin", b"\0" * (64 * 2**20))
    assert "展开后过大" in unusable(path)


def test_a_document_type_is_refused(tmp_path: Path) -> None:
    path = workbook(tmp_path, lambda page: page.append(HEAD))
    for part in ("xl/worksheets/sheet1.xml", "xl/workbook.xml"):
        before = path.read_bytes()
        edit(
            path,
            part,
            lambda xml: (
                '<!DOCTYPE x [<!ENTITY a "b">]>' + xml[xml.index("?>") + 2 :]
                if xml.startswith("<?")
                else '<!DOCTYPE x [<!ENTITY a "b">]>' + xml
            ),
        )
        assert "已损坏" in unusable(path)
        path.write_bytes(before)


def test_one_value_in_the_last_cell_does_not_take_all_memory(tmp_path: Path) -> None:
    def build(page: Worksheet) -> None:
        page.append(HEAD)
        page["XFD1048576"] = "x"

    assert "一直延伸到 XFD1048576" in unusable(workbook(tmp_path, build))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_csv_is_read_in_the_usual_encodings(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "机构.csv"
    path.write_bytes(
        '一览表\r\n编号,名称,床位,金额（元）\r\nA1,"甲\n乙",3,"1,000"\r\n,,,\r\nA2,丙,x,4'.encode(
            encoding
        )
    )
    found = read_csv(path, COLUMNS)
    assert [str(v) for v in values(found)[0]] == ["3", "A1", "甲\n乙", "3", "1000.00"]
    assert [(f.sheet, f.row, f.letter, f.value) for f in found.faults] == [("机构", 5, "C", "x")]


def test_csv_that_cannot_be_read_says_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("编号,名称".encode("utf-16"))
    with pytest.raises(UnusableError, match="UTF-8"):
        read_csv(path, COLUMNS)
    path.write_text('编号,名称,床位,金额\nA1,"甲', encoding="utf-8")
    with pytest.raises(UnusableError, match="引号"):
        read_csv(path, COLUMNS)
    with pytest.raises(UnusableError, match="找不到文件"):
        read_csv(tmp_path / "none.csv", COLUMNS)
