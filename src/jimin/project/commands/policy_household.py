"""One household under a policy: what would change its conclusion, and what has changed."""

from datetime import date
from typing import Final

from rich.console import Console
from rich.text import Text

from jimin.engine.rules import Case, Choice, Day, Fact, Flag, Money, Policy, Whole
from jimin.engine.rules.compare import Comparison
from jimin.engine.rules.counterfactual import Search
from jimin.engine.rules.language import CHINESE, Language
from jimin.engine.sentences import Name
from jimin.foundation.tables import tidy
from jimin.project.commands.dibao_workbook import Household, Reading
from jimin.project.commands.languages import RefusedError

NEWCOMER: Final = "一名没有收入、无残疾、无重病的成年人"
ADULT_YEARS: Final = 40


def one_household(reading: Reading, written: str) -> Household:
    """The household with a number; RefusedError says why there is none to be assessed."""
    number = tidy(written)
    if not number:
        raise RefusedError("没有指定家庭编号；请加上 --household。")
    found = next((h for h in reading.households if h.number == number), None)
    if found is not None:
        return found
    faults = reading.faults_of(number)
    if faults:
        fault = faults[0]
        raise RefusedError(
            "家庭编号 {number} 有误，不能核定：“{sheet}”表第 {row} 行“{column}”：{message}",
            number=Name(number),
            sheet=Name(fault.sheet),
            row=fault.row,
            column=Name(fault.column),
            message=fault.message,
        )
    raise RefusedError("工作簿里没有家庭编号“{number}”；请核对编号。", number=Name(number))


def household_title(household: Household, month: str, policy: Policy, language: Language) -> str:
    """What stands above what is said of a household."""
    word, label = language.text("家庭"), language.text(policy.label)
    return language.sentence(f"{word} {household.number} · {month} · {label}")


def newcomer(case: Case) -> dict[str, object]:
    """The facts of NEWCOMER, whatever the book asks about a member."""
    month = case.month
    birth = date(month.first_day.year - ADULT_YEARS, 1, 1)
    return {name: _none(fact, birth) for name, fact in month.book.facts["member"].items()}


def _none(fact: Fact, birth: date) -> object:
    match fact:
        case Money() | Whole():
            return 0
        case Flag():
            return False
        case Day():
            return birth
        case Choice() if fact.default is None and "none" in fact.choices:
            return "none"
    return None


def print_changes(
    console: Console, title: str, found: Search, language: Language = CHINESE
) -> None:
    """Each change on a line of its own, the smallest first."""
    console.print(Text(title, style="bold"))
    conclusion = language.text(found.conclusion)
    told = language.say("结论：{conclusion}", conclusion=conclusion)
    console.print(Text(told, style="bold"))
    for place, change in enumerate(found.changes, 1):
        console.print(Text(f"{place:>3}. {change.sentence()}"), soft_wrap=True)
    if not found.changes:
        console.print(language.text("没有哪一项情况单独改变，就能改变结论。"))
    if found.open:
        console.print(
            Text(
                language.say(
                    "以下各项没有查清，不作结论：{facts}。", facts=language.joined(found.open)
                ),
                style="yellow",
            ),
            soft_wrap=True,
        )


def print_comparison(
    console: Console, title: str, found: Comparison, language: Language = CHINESE
) -> None:
    """The whole difference, each cause with its part, and the steps with another result."""
    console.print(Text(title, style="bold"))
    whole, *causes = found.sentences()
    console.print(Text(whole, style="bold"), soft_wrap=True)
    for place, cause in enumerate(causes, 1):
        console.print(Text(f"{place:>3}. {cause}"), soft_wrap=True)
    if found.steps:
        console.print(Text(language.text("结果不同的步骤"), style="bold"))
    for step in found.steps:
        console.print(Text(f"  {step.sentence()}"), soft_wrap=True)
