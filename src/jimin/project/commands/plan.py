"""`jimin plan extract`: a plan's text as outline, targets and papers."""

import json
from pathlib import Path

import click

from jimin.engine.gongwen.model import Node, Plan, Target, Value

UNUSABLE = 2
COMPARATORS = {">=": "≥", "<=": "≤", "range": "在…之间"}
ACTIONS = {"new": "新制定", "revise": "修订", "implement": "落实"}


@click.group()
def plan() -> None:
    """阅读工作要点文本：提纲、指标、文件。"""


@plan.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--year", required=True, type=click.IntRange(2000, 2099), help="工作要点的年度，如 2016"
)
@click.option("--json", "as_json", is_flag=True, help="在标准输出打印 JSON")
@click.option("--out", type=click.Path(path_type=Path), help="写成台账工作簿（.xlsx）")
def extract(file: Path, year: int, as_json: bool, out: Path | None) -> None:
    """从 FILE 读出提纲、指标和文件，每行附原文位置、可信度和依据。

    FILE 可以是 .txt、.docx、有文字的 .pdf 或保存的网页（.html）。

    退出码：0 已读出；2 文件或参数不可用，什么也没有写。
    """
    from jimin.engine.gongwen import read_plan
    from jimin.engine.gongwen.read import UnreadableError, read_text

    try:
        _check_out(out, file)
        found = read_plan(read_text(file), year)
        if out is not None:
            from jimin.project.commands.plan_ledger import write_ledger

            write_ledger(found, out)
    except UnreadableError as error:
        click.echo(f"错误：{error}", err=True)
        raise SystemExit(UNUSABLE) from error
    except OSError as error:
        click.echo(f"错误：不能读写“{error.filename or file}”：{error.strerror}。", err=True)
        raise SystemExit(UNUSABLE) from error
    if as_json:
        click.echo(json.dumps(found.as_json(), ensure_ascii=False, indent=1))
    else:
        _show(found)
    if out is not None:
        click.echo(f"已写入 {out}", err=as_json)


def _check_out(out: Path | None, file: Path) -> None:
    from jimin.engine.gongwen.read import UnreadableError

    if out is None:
        return
    if out.suffix.lower() != ".xlsx":
        raise UnreadableError(f"台账“{out}”应以 .xlsx 结尾；请改名，例如 {out.stem}.xlsx。")
    if not out.resolve().parent.is_dir():
        raise UnreadableError(f"找不到文件夹“{out.parent}”；请先建立或换一个位置。")
    if out.resolve() == file.resolve():
        raise UnreadableError("台账与原文是同一个文件；请换一个文件名，以免覆盖原文。")


def shown_number(value: Value) -> str:
    """530000000 with its commas, 1–2 for a range."""
    if isinstance(value, tuple):
        return "–".join(shown_number(part) for part in value)
    if value == value.to_integral_value():
        return f"{int(value):,}"
    return f"{value.quantize(value.__class__('0.0001')).normalize():,f}"


def shown_comparator(target: Target) -> str:
    return COMPARATORS.get(target.comparator, target.comparator)


def number_of_nodes(nodes: list[Node]) -> dict[int, str]:
    """1, 1.2, 1.2.3 for each node by its start."""
    numbers: dict[int, str] = {}
    children: dict[int | None, int] = {}
    for node in nodes:
        children[node.parent] = children.get(node.parent, 0) + 1
        above = f"{numbers[node.parent]}." if node.parent is not None else ""
        numbers[node.start] = f"{above}{children[node.parent]}"
    return numbers


def _show(found: Plan) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    console = Console()
    numbers = number_of_nodes(found.nodes)

    outline = Table("编号", "标题", "指标", title="提纲", title_justify="left")
    outline.columns[2].justify = "right"
    own: dict[int | None, int] = {}
    for target in found.targets:
        own[target.node] = own.get(target.node, 0) + 1
    for node in found.nodes:
        title = "  " * (node.level - 1) + node.title
        outline.add_row(numbers[node.start], escape(title), str(own.get(node.start, "")))
    console.print(outline)

    targets = Table(title="指标", title_justify="left")
    for heading in ("任务", "指标", "", "数值", "单位", "期限", "可信度", "位置"):
        targets.add_column(heading, justify="right" if heading in ("数值", "可信度") else "left")
    for target in found.targets:
        targets.add_row(
            numbers.get(target.node, "") if target.node is not None else "",
            escape(f"{target.subject}（{target.scope}）" if target.scope else target.subject),
            shown_comparator(target),
            shown_number(target.value),
            target.unit,
            target.due.isoformat() if target.due else "未定",
            f"{target.confidence:.0%}",
            f"{target.start}–{target.end}",
        )
    console.print(targets)

    papers = Table("任务", "动作", "文件", "位置", title="文件", title_justify="left")
    for paper in found.deliverables:
        papers.add_row(
            numbers.get(paper.node, "") if paper.node is not None else "",
            ACTIONS[paper.action],
            escape(paper.name),
            f"{paper.start}–{paper.end}",
        )
    console.print(papers)
    console.print(
        f"提纲 {len(found.nodes)} 条，指标 {len(found.targets)} 项，"
        f"文件 {len(found.deliverables)} 份，无数字而可核查的事项 {len(found.proposals)} 项。"
    )
