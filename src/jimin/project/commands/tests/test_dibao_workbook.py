"""From cells to facts: what is read, what is unknown and what is wrong."""

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from jimin.foundation.tables import UnusableError
from jimin.policies import load_policy
from jimin.project.commands.dibao_workbook import Reading, read_workbook
from jimin.project.commands.tests.workbooks import household, identity, member, save


def read(
    tmp_path: Path, households: list[dict[str, Any]], members: list[dict[str, Any]]
) -> Reading:
    path = save(tmp_path / "in.xlsx", households, members)
    return read_workbook(path, load_policy(), "2016-07")


def faults(reading: Reading) -> list[tuple[str, int, str, str]]:
    return [(fault.sheet, fault.row, fault.column, fault.value) for fault in reading.faults]


def only_fault(reading: Reading) -> str:
    assert len(reading.faults) == 1, reading.faults
    assert [household.number for household in reading.households] == []
    return reading.faults[0].message


def test_a_filled_row_gives_every_fact_exactly(tmp_path: Path) -> None:
    reading = read(
        tmp_path,
        [
            household(
                1001,
                区划代码=220281001001,
                城乡类别="农村 ",
                金融资产="１２，３４５．６７",
                机动车数="０",
                房产套数=1.0,
                上月低保金=0.1 + 0.2,
                超标起始月=datetime(2016, 3, 1),
            )
        ],
        [
            member(
                "1001",
                f" \u3000{identity()[:6]} {identity()[6:]}\u00a0",
                残疾等级="2",
                在校学生="是",
                重病=" 否",
                单亲="是",
                工资性收入="1,500.50",
                经营净收入=-20,
                财产净收入="-0.01",
                转移净收入=0,
            )
        ],
    )
    assert reading.faults == []
    (found,) = reading.households
    assert found.number == "1001"
    assert found.facts == {
        "county": "220281",
        "residence": "rural",
        "financial_assets": Decimal("12345.67"),
        "vehicles": 0,
        "dwellings": 1,
        "last_amount": Decimal("0.30"),
        "over_since": "2016-03",
    }
    assert found.members == [
        {
            "name": "甲",
            "birth": date(1980, 1, 1),
            "disability_grade": 2,
            "is_student": True,
            "is_seriously_ill": False,
            "is_single_parent": True,
            "wage": Decimal("1500.50"),
            "business": Decimal(-20),
            "property": Decimal("-0.01"),
            "transfer": Decimal(0),
        }
    ]


def test_refusals_of_work_may_be_stated_in_a_column_of_their_own(tmp_path: Path) -> None:
    people = [
        {**member(number, identity(sequence=901 + 2 * place)), "拒绝工作次数": times}
        for place, (number, times) in enumerate((("H1", 3), ("H1", None), ("H2", "三次")))
    ]
    reading = read(tmp_path, [household("H1"), household("H2")], people)
    (found,) = reading.households
    assert [one.get("refused_jobs") for one in found.members] == [3, None]
    (fault,) = reading.faults
    assert fault.column == "连续拒绝工作次数"


def test_empty_cells_are_unknown_and_not_wrong(tmp_path: Path) -> None:
    blank_household = dict.fromkeys(household(), None) | {"家庭编号": "H1"}
    blank_member = dict.fromkeys(member(), " ") | {"家庭编号": "H1"}
    reading = read(tmp_path, [blank_household], [blank_member])
    assert reading.faults == []
    (found,) = reading.households
    assert set(found.facts.values()) == {None}
    assert set(found.members[0].values()) == {None}


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("区划代码", "220202", "应为 12 位数字"),
        ("区划代码", 2202020010011.0, "应为 12 位数字"),
        ("区划代码", "110101001001", "“110101”不在可选范围内"),
        ("城乡类别", "城镇", "只能填 “城市”、“农村”"),
        ("金融资产", -1, "超出允许范围 0 至"),
        ("金融资产", "500元", "应当是数字"),
        ("金融资产", 10**12, "超出允许范围"),
        ("机动车数", 0.5, "应当是整数"),
        ("机动车数", "无", "应当是数字"),
        ("房产套数", -1, "超出允许范围"),
        ("上月低保金", "-", "应当是数字"),
        ("上月低保金", 100.005, "最多两位小数"),
        ("超标起始月", "2016-08", "晚于核定月份 2016-07"),
        ("超标起始月", "去年", "应当是年月"),
        ("超标起始月", 201603, "应当是年月"),
        ("家庭编号", None, "没有填写家庭编号"),
    ],
)
def test_a_bad_cell_of_a_household_is_named(
    tmp_path: Path, column: str, value: object, message: str
) -> None:
    reading = read(tmp_path, [household(**{column: value}), household("H2")], [member("H2")])
    wanted = {("家庭", 2, column)}
    assert {(f.sheet, f.row, f.column) for f in reading.faults} >= wanted
    assert any(message in f.message for f in reading.faults)
    assert [found.number for found in reading.households] == ["H2"]


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("公民身份号码", int(identity(sequence=902)[:17] + "1"), "末几位已丢失"),
        ("公民身份号码", 2.20202198001019e17, "请把该列设为文本"),
        ("公民身份号码", "2.20202E+17", "末几位已丢失"),
        ("公民身份号码", "220202800101901", "请填写现在的 18 位"),
        ("公民身份号码", identity()[:17], "这里是 17 位"),
        ("公民身份号码", identity()[:16] + "A1", "这里有其他字符"),
        ("公民身份号码", identity("20160801"), "晚于核定月份 2016-07"),
        ("公民身份号码", identity("18491231"), "早于 1850-01-01"),
        ("残疾等级", 5, "只能填 0 至 4"),
        ("残疾等级", "一级", "只能填 0 至 4"),
        ("在校学生", "在校", "只能填 “是”、“否”"),
        ("重病", True, "只能填 “是”、“否”"),
        ("单亲", "Y", "只能填 “是”、“否”"),
        ("工资性收入", -0.01, "超出允许范围 0 至"),
        ("工资性收入", "约500", "应当是数字"),
        ("经营净收入", "五百", "应当是数字"),
        ("财产净收入", 100 / 3, "最多两位小数"),
        ("转移净收入", 99_000_000, "超出允许范围"),
    ],
)
def test_a_bad_cell_of_a_member_keeps_the_household_out(
    tmp_path: Path, column: str, value: object, message: str
) -> None:
    reading = read(
        tmp_path,
        [household("H1"), household("H2")],
        [
            member("H1"),
            member("H1", identity(sequence=905), **{column: value}),
            member("H2", identity(sequence=907)),
        ],
    )
    assert [(f.sheet, f.row, f.column) for f in reading.faults] == [("成员", 3, column)]
    assert message in reading.faults[0].message
    assert [found.number for found in reading.households] == ["H2"]
    assert reading.faults_of("H1") == reading.faults


def test_somebody_born_in_the_month_assessed_is_accepted(tmp_path: Path) -> None:
    reading = read(tmp_path, [household()], [member(person=identity("20160731"))])
    assert reading.households[0].members[0]["birth"] == date(2016, 7, 31)


def test_a_row_of_sums_is_no_household(tmp_path: Path) -> None:
    reading = read(
        tmp_path,
        [household("H1"), household("合 计")],
        [member("H1"), member("合计", identity(sequence=903))],
    )
    assert faults(reading) == [("家庭", 3, "家庭编号", "合 计"), ("成员", 3, "家庭编号", "合计")]
    assert "请删去合计行" in reading.faults[0].message
    assert [found.number for found in reading.households] == ["H1"]


def test_a_household_number_given_twice_is_wrong_in_every_row(tmp_path: Path) -> None:
    reading = read(
        tmp_path,
        [household("7"), household("H2"), household(7.0)],
        [member("7", 残疾等级="x"), member("H2", identity(sequence=903))],
    )
    assert faults(reading) == [
        ("家庭", 2, "家庭编号", "7"),
        ("家庭", 4, "家庭编号", "7"),
        ("成员", 2, "残疾等级", "x"),
    ]
    assert "在第 2、4 行重复" in reading.faults[0].message
    assert [found.number for found in reading.households] == ["H2"]


def test_a_bad_member_of_a_bad_household_is_reported_as_well(tmp_path: Path) -> None:
    reading = read(tmp_path, [household(机动车数="一")], [member(重病="?")])
    assert faults(reading) == [("家庭", 2, "机动车数", "一"), ("成员", 2, "重病", "?")]


def test_a_member_of_an_unknown_household_is_wrong(tmp_path: Path) -> None:
    reading = read(
        tmp_path, [household("H1")], [member("H1"), member("H9", identity(sequence=909))]
    )
    assert faults(reading) == [("成员", 3, "家庭编号", "H9")]
    assert "没有这个家庭编号" in reading.faults[0].message


def test_a_household_without_members_is_wrong(tmp_path: Path) -> None:
    reading = read(tmp_path, [household("H1"), household("H2")], [member("H2")])
    assert faults(reading) == [("家庭", 2, "家庭编号", "H1")]
    assert "没有这一户的成员" in reading.faults[0].message


def test_a_household_larger_than_the_rules_can_prove_is_refused(tmp_path: Path) -> None:
    most = load_policy().book.most_members
    people = [member("H1", "", 姓名=str(number)) for number in range(most + 1)]
    for person in people:
        person["公民身份号码"] = None
    assert f"超过 {most} 名" in only_fault(read(tmp_path, [household("H1")], people))
    assert len(read(tmp_path, [household("H1")], people[:-1]).households) == 1


def test_one_person_in_two_households_keeps_both_out(tmp_path: Path) -> None:
    reading = read(
        tmp_path,
        [household("H1"), household("H2"), household("H3")],
        [
            member("H1"),
            member("H2", identity().lower()),
            member("H3", identity(sequence=903)),
        ],
    )
    assert [fault[:3] for fault in faults(reading)] == [
        ("成员", 2, "公民身份号码"),
        ("成员", 3, "公民身份号码"),
    ]
    assert "第 2、3 行" in reading.faults[0].message
    assert [found.number for found in reading.households] == ["H3"]


def test_a_row_of_totals_is_not_dropped_silently(tmp_path: Path) -> None:
    total = dict.fromkeys(member(), None) | {"姓名": "合计", "工资性收入": 5000}
    reading = read(tmp_path, [household("H1")], [member("H1"), total])
    assert faults(reading) == [("成员", 3, "家庭编号", "")]
    assert [found.number for found in reading.households] == ["H1"]


def test_untidy_sheets_are_read_like_tidy_ones(tmp_path: Path) -> None:
    path = save(
        tmp_path / "in.xlsx",
        [household(1001), household(1002, 区划代码="220221001001")],
        [member(1001), member(1001, identity(sequence=903)), member(1002, identity(sequence=905))],
    )
    tidy = read_workbook(path, load_policy(), "2016-07")
    book = openpyxl.load_workbook(path)
    sheet = book["成员"]
    sheet.insert_cols(1)
    sheet.insert_rows(1, 3)
    sheet["A1"] = "家庭成员登记表"
    sheet.merge_cells("A1:M1")
    for column in range(2, 10):
        sheet.cell(3, column).value = sheet.cell(4, column).value
        sheet.cell(4, column).value = None
        sheet.merge_cells(start_row=3, end_row=4, start_column=column, end_column=column)
    sheet["J3"] = "收入（元/月）"
    sheet.merge_cells("J3:M3")
    sheet["J4"] = "工资性\n收入"
    sheet["A5"], sheet["A6"], sheet["A7"] = 1, 2, 3
    sheet["B6"] = None
    sheet.merge_cells("B5:B6")
    sheet.insert_rows(7)
    sheet["N20"] = "制表"
    book["家庭"].title = " 家庭\u3000"
    book.save(path)
    untidy = read_workbook(path, load_policy(), "2016-07")
    assert untidy.faults == []
    assert [(h.number, h.facts, h.members) for h in untidy.households] == [
        (h.number, h.facts, h.members) for h in tidy.households
    ]
    assert [len(h.members) for h in untidy.households] == [2, 1]


@pytest.mark.parametrize("above", ["单位：万元", "（金额单位：千元）"])
def test_another_unit_stated_above_the_table_is_refused(tmp_path: Path, above: str) -> None:
    path = save(tmp_path / "in.xlsx", [household()], [member()])
    book = openpyxl.load_workbook(path)
    book["家庭"].insert_rows(1)
    book["家庭"]["A1"] = above
    book.save(path)
    with pytest.raises(UnusableError, match="应以元为单位"):
        read_workbook(path, load_policy(), "2016-07")


@pytest.mark.parametrize(("sheet", "column"), [("家庭", "机动车数"), ("成员", "单亲")])
def test_a_missing_column_makes_the_file_unusable(tmp_path: Path, sheet: str, column: str) -> None:
    path = save(tmp_path / "in.xlsx", [household()], [member()])
    book = openpyxl.load_workbook(path)
    for cell in book[sheet][1]:
        if cell.value == column:
            cell.value = "别的"
    book.save(path)
    with pytest.raises(UnusableError, match=f"“{sheet}”表第 1 行的表头缺少：{column}"):
        read_workbook(path, load_policy(), "2016-07")


def test_a_sheet_without_rows_is_unusable(tmp_path: Path) -> None:
    with pytest.raises(UnusableError, match="“成员”表的表头下面没有数据"):
        read_workbook(save(tmp_path / "in.xlsx", [household()], []), load_policy(), "2016-07")


def test_a_member_of_whom_only_the_relation_is_written_is_not_passed_over(tmp_path: Path) -> None:
    nobody = dict.fromkeys(member()) | {"与户主关系": "子"}
    reading = read(tmp_path, [household()], [member(), nobody])
    assert faults(reading) == [("成员", 3, "家庭编号", "")]
