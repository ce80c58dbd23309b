"""Two states of a policy beside each other, and what the change means for a caseload."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from jimin.engine.rules import Policy, PolicyError, money
from jimin.engine.rules.counterfactual import conclusion_of
from jimin.policies import benefit_of
from jimin.policies.benefits import exact, open_case
from jimin.project.commands.dibao_workbook import Household
from jimin.project.commands.policy_screen import STATUSES
from jimin.project.commands.policy_states import Entry, State


@dataclass(frozen=True, slots=True)
class Difference:
    """An entry that came, went or changed; None stands for its absence."""

    before: Entry | None
    after: Entry | None

    @property
    def entry(self) -> Entry:
        entry = self.after or self.before
        assert entry is not None
        return entry

    def sentence(self, which: Sequence[str], benefits: Sequence[str]) -> str:
        """What changed, for whom, on what ground, and in which benefits."""
        entry = self.entry
        what = "规则" if entry.kind == "rule" else "参数"
        held = f"（{'、'.join(which)}）" if any(which) else ""
        named = f"{what}“{entry.label}”{held}"
        where = f"〔{'、'.join(benefits)}〕"
        if self.before is None or self.after is None:
            verb = "新增" if self.before is None else "不再施行"
            value = f"：{entry.text}" if entry.kind == "figure" else ""
            return f"{verb}{named}{value}；依据：{_source(entry)}{where}"
        was, now = self.before, self.after
        if was.text == now.text:
            how = (
                "算法未变，名称或依据改变" if entry.kind == "rule" else f"{now.text} 未变，来源改变"
            )
        else:
            how = "算法改变" if entry.kind == "rule" else f"{was.text} → {now.text}"
        sources = " → ".join(dict.fromkeys((_source(was), _source(now))))
        return f"{named}：{how}；依据：{sources}{where}"


def _source(entry: Entry) -> str:
    return entry.source + (f"［{STATUSES[entry.status]}］" if entry.status else "")


def differences(before: State, after: State) -> list[Difference]:
    """Rules first, then figures, each in the order of the second state."""
    found = [
        Difference(before.get(key), after.get(key))
        for key in dict.fromkeys((*after, *before))
        if before.get(key) != after.get(key)
    ]
    return sorted(found, key=lambda one: one.entry.kind == "figure")


@dataclass(slots=True)
class Effect:
    """What a change does to the households of a workbook.

    `moves` counts them by both conclusions. Costs are a month's, of those determined both times.
    """

    moves: Counter[tuple[str, str]] = field(default_factory=Counter)
    before: Fraction = Fraction(0)
    after: Fraction = Fraction(0)
    undetermined: int = 0
    raised: int = 0
    lowered: int = 0
    refused: list[str] = field(default_factory=list)


def effect(
    sides: tuple[tuple[Policy, str], tuple[Policy, str]], households: Sequence[Household]
) -> Effect:
    """Every household assessed for dibao under both."""
    decision = benefit_of("dibao").decision
    found = Effect()
    for household in households:
        results: list[tuple[str, Fraction | None]] = []
        try:
            for policy, month in sides:
                case = open_case(policy, month, household.facts, household.members)
                conclusion = conclusion_of(case, decision)
                amount = exact(case.value(decision.amounts[-1]))
                results.append((conclusion, None if conclusion == decision.review else amount))
        except PolicyError as error:
            found.refused.append(f"家庭 {household.number}：{error}")
            continue
        (old, was), (new, now) = results
        found.moves[old, new] += 1
        if was is None or now is None:
            found.undetermined += 1
            continue
        found.before += was
        found.after += now
        found.raised += now > was
        found.lowered += now < was
    return found


def print_differences(console: Console, title: str, found: Sequence[Difference]) -> None:
    console.print(Text(title, style="bold"), soft_wrap=True)
    groups = list(_alike(found))
    for alike in groups:
        which = list(dict.fromkeys(one.entry.which for one in alike))
        benefits = list(dict.fromkeys(one.entry.benefit for one in alike))
        console.print(Text(f"  {alike[0].sentence(which, benefits)}"), soft_wrap=True)
    rules = sum(1 for alike in groups if alike[0].entry.kind == "rule")
    figures = len(groups) - rules
    text = f"规则改变 {rules} 处，参数改变 {figures} 处。" if found else "规则和参数都没有改变。"
    console.print(text, highlight=False)


def _alike(found: Sequence[Difference]) -> Iterable[list[Difference]]:
    """Changes that differ only in the benefit and in whom they hold for, together."""
    groups: dict[object, list[Difference]] = {}
    for one in found:
        like = tuple(
            entry and (entry.label, entry.text, entry.source, entry.status)
            for entry in (one.before, one.after)
        )
        groups.setdefault((one.entry.kind, like), []).append(one)
    return groups.values()


def print_effect(console: Console, found: Effect, *, skipped: int) -> None:
    table = Table("原结论", "新结论", "户数", box=box.SIMPLE, title="对工作簿中家庭的影响")
    table.columns[2].justify = "right"
    for (old, new), count in sorted(found.moves.items()):
        table.add_row(old, Text(new, style="" if old == new else "bold"), str(count))
    console.print(table)
    change = found.after - found.before
    verb = "增加" if change >= 0 else "减少"
    console.print(
        f"每月应发合计由 {money(found.before)} 元变为 {money(found.after)} 元，"
        f"{verb} {money(abs(change))} 元；{found.raised} 户增加，{found.lowered} 户减少。",
        highlight=False,
        soft_wrap=True,
    )
    if found.undetermined:
        console.print(f"{found.undetermined} 户至少一次待人工核实，没有计入金额。", highlight=False)
    if skipped:
        console.print(f"{skipped} 户有误，没有核定。", highlight=False)
    for line in found.refused:
        console.print(Text(line, style="red"), soft_wrap=True)
