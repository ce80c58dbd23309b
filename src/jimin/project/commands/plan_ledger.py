"""The ledger workbook of a plan: one sheet each for outline, targets, papers and proposals."""

from pathlib import Path
from typing import Any

import xlsxwriter

from jimin.engine.gongwen.model import Plan
from jimin.project.commands.plan import (
    ACTIONS,
    number_of_nodes,
    shown_comparator,
    shown_number,
)

ROLES = {"performance": "工作目标", "policy_parameter": "政策标准"}
KINDS = {
    "flow": "累计",
    "stock": "时点",
    "ratio": "比率",
    "survey": "满意度",
    "growth": "增幅",
    "cap": "上限",
    "level": "标准",
    "per_unit": "每单位",
    "relational": "参照水平",
    "universal": "全部",
    "zero": "零目标",
    "grade": "等级",
    "milestone": "节点",
    "multiple": "翻番",
}
PLACE = [("起", 7), ("止", 7), ("原文", 50), ("可信度", 8), ("依据", 30)]

Column = tuple[str, int]
Row = list[Any]


def write_ledger(found: Plan, path: Path) -> None:
    """Write the workbook; every row keeps its place in the text, its confidence and its rule."""
    numbers = number_of_nodes(found.nodes)
    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False}) as workbook:
        sheets = {
            "提纲": _outline(found, numbers),
            "指标": _targets(found, numbers),
            "文件": _papers(found, numbers),
            "待议事项": _proposals(found, numbers),
        }
        header = workbook.add_format(
            {"bold": True, "bg_color": "#DDE7F3", "border": 1, "text_wrap": True, "valign": "top"}
        )
        wrapped = workbook.add_format({"text_wrap": True, "valign": "top"})
        percent = workbook.add_format({"num_format": "0%", "valign": "top"})
        for name, (columns, rows) in sheets.items():
            sheet = workbook.add_worksheet(name)
            sheet.freeze_panes(1, 0)
            for index, (title, width) in enumerate(columns):
                sheet.set_column(index, index, width)
                sheet.write_string(0, index, title, header)
            sheet.autofilter(0, 0, max(1, len(rows)), len(columns) - 1)
            for number, row in enumerate(rows, start=1):
                for index, value in enumerate(row):
                    if value is None or value == "":
                        continue
                    if isinstance(value, str):
                        sheet.write_string(number, index, value, wrapped)
                    else:
                        form = percent if columns[index][0] == "可信度" else wrapped
                        sheet.write_number(number, index, value, form)


def _outline(found: Plan, numbers: dict[int, str]) -> tuple[list[Column], list[Row]]:
    columns = [
        ("编号", 9),
        ("层级", 6),
        ("序号", 8),
        ("标题", 44),
        ("牵头单位", 18),
        ("配合单位", 24),
    ]
    rows: list[Row] = [
        [
            numbers[node.start],
            node.level,
            found.text[node.start : node.start + len(node.marker)],
            node.title,
            node.lead,
            "、".join(node.partners),
            node.start,
            node.end,
            found.text[node.start : node.heading_end].strip(),
            node.confidence,
            node.rule,
        ]
        for node in found.nodes
    ]
    return columns + PLACE, rows


def _targets(found: Plan, numbers: dict[int, str]) -> tuple[list[Column], list[Row]]:
    columns = [
        ("任务编号", 9), ("指标", 40), ("关系", 8), ("数值", 16), ("单位", 9), ("期限", 12),
        ("语气", 8), ("范围", 10), ("每", 10), ("基数", 24), ("原值", 16), ("其中项", 8),
        ("类型", 8), ("性质", 10),
    ]  # fmt: skip
    rows: list[Row] = [
        [
            _number(numbers, target.node),
            target.subject,
            shown_comparator(target),
            shown_number(target.value),
            target.unit,
            target.due.isoformat() if target.due else "未定",
            target.modality,
            target.scope,
            target.per,
            target.base,
            target.baseline,
            "是" if target.part_of is not None else "",
            KINDS[target.kind],
            ROLES[target.role],
            target.start,
            target.end,
            target.quote,
            target.confidence,
            target.rule,
        ]
        for target in found.targets
    ]
    return columns + PLACE, rows


def _papers(found: Plan, numbers: dict[int, str]) -> tuple[list[Column], list[Row]]:
    columns = [("任务编号", 9), ("文件", 50), ("动词", 12), ("动作", 9), ("有无书名号", 9)]
    rows: list[Row] = [
        [
            _number(numbers, paper.node),
            paper.name,
            paper.verb,
            ACTIONS[paper.action],
            "有" if paper.named else "无",
            paper.start,
            paper.end,
            paper.quote,
            paper.confidence,
            paper.rule,
        ]
        for paper in found.deliverables
    ]
    return columns + PLACE, rows


def _proposals(found: Plan, numbers: dict[int, str]) -> tuple[list[Column], list[Row]]:
    columns = [("任务编号", 9), ("事项", 44), ("类型", 9), ("期限", 12)]
    rows: list[Row] = [
        [
            _number(numbers, proposal.node),
            proposal.subject,
            KINDS[proposal.kind],
            proposal.due.isoformat() if proposal.due else "未定",
            proposal.start,
            proposal.end,
            proposal.quote,
            proposal.confidence,
            proposal.rule,
        ]
        for proposal in found.proposals
    ]
    return columns + PLACE, rows


def _number(numbers: dict[int, str], node: int | None) -> str:
    return numbers.get(node, "") if node is not None else ""
