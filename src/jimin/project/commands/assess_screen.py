"""What `jimin assess` and `jimin explain` show on the terminal."""

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from jimin.engine.rules import Step
from jimin.engine.rules.language import CHINESE, Counted, Language
from jimin.foundation.tables import Fault
from jimin.policies import Assessment, Policy
from jimin.project.commands.result_workbook import UNKNOWN, figure_text

MOST_FAULTS = 20
MARKS = {True: ("✓ 满足", "green"), False: ("✗ 不满足", "red"), None: ("？未知", "yellow")}


def print_summary(
    console: Console,
    policy: Policy,
    month: str,
    counts: Counter[str],
    total: Fraction,
    skipped: int,
    language: Language = CHINESE,
) -> None:
    """How many households came to which conclusion."""
    told = language.text
    console.print(Text(f"{told(policy.label)} · {month}", style="bold"), soft_wrap=True)
    table = Table(told("结论"), told("户数"), box=box.SIMPLE)
    table.columns[1].justify = "right"
    for conclusion, count in counts.most_common():
        table.add_row(told(conclusion), language.whole(count))
    if skipped:
        table.add_row(Text(told("有误，未核定"), style="red"), language.whole(skipped))
    console.print(table)
    line = language.say(
        "已核定 {count} 户，本月应发合计 {total} 元。",
        count=Counted(counts.total()),
        total=language.money(total),
    )
    console.print(line, highlight=False, soft_wrap=True)


def print_faults(console: Console, faults: Sequence[Fault], language: Language = CHINESE) -> None:
    """The first faults as a table. Sheets and columns are called as in the workbook."""
    columns = ("工作表", "行", "列", "值", "问题和办法")
    table = Table(*map(language.text, columns), box=box.SIMPLE)
    for column in table.columns:
        column.overflow = "fold"
    for fault in faults[:MOST_FAULTS]:
        table.add_row(
            Text(fault.sheet),
            str(fault.row),
            Text(f"{fault.letter} {fault.column}"),
            Text(fault.value),
            Text(language.sentence(language.told(fault.message))),
        )
    console.print(table)
    more = len(faults) - MOST_FAULTS
    line = language.say(
        "共 {count} 处错误，这里列出前 {first} 处。" if more > 0 else "共 {count} 处错误。",
        count=Counted(len(faults)),
        first=MOST_FAULTS,
    )
    console.print(line, highlight=False)


def print_explanation(
    console: Console,
    policy: Policy,
    month: str,
    number: str,
    result: Assessment,
    language: Language = CHINESE,
) -> None:
    """One household: conclusion, figures, conditions, steps and the parameters behind them."""
    told = language.text
    console.print(Text(f"{told('家庭')} {number} · {month} · {told(policy.label)}", style="bold"))
    conclusion = language.say("结论：{conclusion}", conclusion=told(result.conclusion))
    console.print(Text(conclusion, style="bold"), soft_wrap=True)
    reason = language.say("首要原因：{reason}", reason=result.reason)
    console.print(Text(reason), soft_wrap=True)
    columns = ("人数", "人均月收入", "标准", "差额补助", "分类施保", "本月应发")
    table = Table(*map(told, columns), box=box.SIMPLE)
    figures = (
        result.per_capita,
        result.standard,
        result.topup,
        result.category,
        result.amount,
    )
    amounts = (told(UNKNOWN) if f is None else language.money(f) for f in figures)
    table.add_row(str(result.size), *amounts)
    console.print(table)
    console.print(Text(told("条件"), style="bold"))
    rules = policy.edition(month).book.rules
    for step in result.steps:
        if rules[step.rule].unmet:
            mark, style = MARKS[None if step.exact is None else bool(step.exact)]
            marked = Text.assemble("  ", (told(mark), style), f"  {step.label}")
            console.print(marked, soft_wrap=True)
    console.print(Text(told("步骤"), style="bold"))
    for place, step in enumerate(result.steps, 1):
        _print_step(console, place, step, language)
    _print_parameters(console, result, language)


def _print_step(console: Console, place: int, step: Step, language: Language) -> None:
    label = step.label
    if step.member:
        label = language.say("{label}（{member}）", label=label, member=step.member)
    head = language.say("{place}. {label}：", place=f"{place:>3}", label=label)
    value = language.text(UNKNOWN) if step.value is None else step.value
    console.print(Text.assemble(head, (value, "bold")), soft_wrap=True)
    console.print(Text(f"     {step.formula}"), soft_wrap=True)
    cited = language.say("依据：{cite}", cite=step.cite)
    console.print(Text(f"     {cited}", style="dim"), soft_wrap=True)


def _print_parameters(console: Console, result: Assessment, language: Language) -> None:
    figures = dict.fromkeys(figure for step in result.steps for figure in step.parameters)
    console.print(Text(language.text("参数"), style="bold"))
    for figure in figures:
        told = language.joined((figure_text(figure, language), figure.source), "；")
        console.print(Text(f"  {told}"), soft_wrap=True)
