"""The workbook of results: 核定结果, 计算说明 and a page about the figures used."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

from jimin.engine.rules import Step, UsedFigure, money
from jimin.engine.rules.language import CHINESE, Language
from jimin.foundation.tables import OutColumn, WorkbookWriter, new_workbook
from jimin.policies import Assessment, Policy

RESULT_COLUMNS = [
    OutColumn("家庭编号", 16),
    OutColumn("结论", 12),
    OutColumn("人数", 8, "whole"),
    OutColumn("人均月收入", 14, "money"),
    OutColumn("标准", 12, "money"),
    OutColumn("差额补助", 12, "money"),
    OutColumn("分类施保", 12, "money"),
    OutColumn("本月应发", 12, "money"),
    OutColumn("首要原因", 70),
]
STEP_COLUMNS = [
    OutColumn("家庭编号", 16),
    OutColumn("成员", 12),
    OutColumn("步骤", 20),
    OutColumn("计算式", 70),
    OutColumn("结果", 12),
    OutColumn("依据", 40),
    OutColumn("参数", 60),
]
ABOUT_COLUMNS = [OutColumn("项目", 24), OutColumn("内容", 90, "long_text")]
UNKNOWN = "未知"


def yuan(value: Fraction | None) -> Decimal | None:
    """Two decimals for display, half a fen rounded up."""
    return None if value is None else Decimal(money(value))


def figure_text(figure: UsedFigure, language: Language = CHINESE) -> str:
    """A parameter with its value, the day it took effect and whether it is only an example."""
    example = figure.status == "example"
    return language.say(
        "{label} {value}，自 {since} 起（示例）" if example else "{label} {value}，自 {since} 起",
        label=figure.label,
        value=figure.value,
        since=figure.since,
    )


class ResultWriter:
    """Takes one household after the other; nothing is kept but counts and figures used."""

    def __init__(self, book: WorkbookWriter) -> None:
        self._book = book
        self._results = book.sheet("核定结果", RESULT_COLUMNS)
        self._steps = book.sheet("计算说明", STEP_COLUMNS)
        self._figures: dict[UsedFigure, None] = {}

    def add(self, household: str, result: Assessment) -> None:
        self._results.row(
            [
                household,
                result.conclusion,
                result.size,
                yuan(result.per_capita),
                yuan(result.standard),
                yuan(result.topup),
                yuan(result.category),
                yuan(result.amount),
                result.reason,
            ]
        )
        for step in result.steps:
            self._steps.row(
                [
                    household,
                    step.member,
                    step.label,
                    step.formula,
                    UNKNOWN if step.value is None else step.value,
                    step.cite,
                    self._figures_of(step),
                ]
            )

    def _figures_of(self, step: Step) -> str:
        for figure in step.parameters:
            self._figures[figure] = None
        return "；".join(map(figure_text, step.parameters))

    def about(self, policy: Policy, month: str, counts: Counter[str], skipped: int) -> None:
        """A last page: what was applied, to how many, and which figures are only examples."""
        sheet = self._book.sheet("说明", ABOUT_COLUMNS)
        sheet.row(["政策", f"{policy.label}（{policy.name}）"])
        sheet.row(["政策版本", policy.version])
        sheet.row(["核定月份", month])
        sheet.row(["核定户数", str(counts.total())])
        for conclusion, count in counts.items():
            sheet.row([f"其中：{conclusion}", str(count)])
        sheet.row(["有误未核定户数", str(skipped)])
        sheet.row(["性质", "本表由规则计算，供经办人和审批人参考；决定由审批人作出。"])
        for figure in self._figures:
            kind = "示例参数" if figure.status == "example" else "参数"
            sheet.row([kind, f"{figure_text(figure)}；来源：{figure.source}"])


@contextmanager
def result_workbook(path: Path) -> Iterator[ResultWriter]:
    with new_workbook(path) as book:
        yield ResultWriter(book)
