"""Workbooks of households for tests. Identity numbers use sequence parts 9xx: nobody's."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import openpyxl

from jimin.engine.matching import check_character

HOUSEHOLD_LABELS = [
    "家庭编号",
    "区划代码",
    "城乡类别",
    "金融资产",
    "机动车数",
    "房产套数",
    "上月低保金",
    "超标起始月",
]
MEMBER_LABELS = [
    "家庭编号",
    "姓名",
    "公民身份号码",
    "与户主关系",
    "残疾等级",
    "在校学生",
    "重病",
    "单亲",
    "工资性收入",
    "经营净收入",
    "财产净收入",
    "转移净收入",
]


def identity(birth: str = "19800101", sequence: int = 901) -> str:
    body = f"220202{birth}{sequence}"
    return body + check_character(body)


def household(number: object = "H1", **changes: Any) -> dict[str, Any]:
    """An urban household in a district that owns nothing that matters."""
    row = dict(
        zip(HOUSEHOLD_LABELS, [number, "220202001001", "城市", 0, 0, 1, 0, None], strict=True)
    )
    assert changes.keys() <= row.keys()
    return row | changes


def member(number: object = "H1", person: str | None = None, **changes: Any) -> dict[str, Any]:
    """An adult without income, disability or illness."""
    values = [number, "甲", person or identity(), "户主", 0, "否", "否", "否", 0, 0, 0, 0]
    row = dict(zip(MEMBER_LABELS, values, strict=True))
    assert changes.keys() <= row.keys()
    return row | changes


def save(
    path: Path, households: Iterable[Mapping[str, Any]], members: Iterable[Mapping[str, Any]]
) -> Path:
    book = openpyxl.Workbook()
    for name, labels, rows in (
        ("家庭", HOUSEHOLD_LABELS, households),
        ("成员", MEMBER_LABELS, members),
    ):
        sheet = book.create_sheet(name)
        given = list(rows)
        columns = dict.fromkeys([*labels, *(label for row in given for label in row)])
        sheet.append(list(columns))
        for row in given:
            sheet.append([row.get(label) for label in columns])
    del book["Sheet"]
    book.save(path)
    return path
