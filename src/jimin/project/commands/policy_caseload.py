"""What a change of a policy means for a caseload: whose conclusion changes, and what it costs."""

# ruff: noqa: S608 (names are quoted; the files are those just written)
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from jimin.engine.rules import Choice, Policy, PolicyError
from jimin.engine.rules.counterfactual import conclusion_of
from jimin.engine.rules.language import CHINESE, Counted, Language
from jimin.engine.rules.relations import opened
from jimin.engine.rules.sql import quoted
from jimin.engine.sentences import Name
from jimin.policies import assess_all, benefit_of
from jimin.policies.benefits import exact, open_case
from jimin.policies.decisions import caseload_of
from jimin.project.commands.dibao_workbook import Household, read_workbook
from jimin.project.commands.languages import RefusedError

BENEFIT: Final = "dibao"
PLACE: Final = "county"
MONTHS_OF_A_YEAR: Final = 12
Sides = tuple[tuple[Policy, str], tuple[Policy, str]]


@dataclass(slots=True)
class Cost:
    """A month's, of the households determined both times."""

    households: int = 0
    before: Fraction = Fraction(0)
    after: Fraction = Fraction(0)
    raised: int = 0
    lowered: int = 0

    def add(self, was: Fraction, now: Fraction, households: int = 1) -> None:
        self.households += households
        self.before += was
        self.after += now


@dataclass(slots=True)
class Effect:
    """What a change does to the households of a caseload.

    `moves` counts them by both conclusions, `places` is the cost by county. `skipped` are those
    that could not be read.
    """

    moves: Counter[tuple[str, str]] = field(default_factory=Counter)
    places: dict[str, Cost] = field(default_factory=dict)
    undetermined: int = 0
    skipped: int = 0
    refused: list[tuple[str, PolicyError]] = field(default_factory=list)

    def place(self, code: str) -> Cost:
        return self.places.setdefault(code, Cost())

    @property
    def whole(self) -> Cost:
        each = self.places.values()
        return Cost(
            sum(cost.households for cost in each),
            sum((cost.before for cost in each), Fraction(0)),
            sum((cost.after for cost in each), Fraction(0)),
            sum(cost.raised for cost in each),
            sum(cost.lowered for cost in each),
        )


def effect_on(sides: Sides, caseload: Path) -> Effect:
    """Every household of a workbook, or of files of decisions, assessed for dibao under both."""
    if not caseload.exists():
        raise RefusedError("没有文件“{file}”；请核对文件名。", file=Name(caseload))
    if caseload.is_dir() and not any(caseload.rglob("*.parquet")):
        raise RefusedError(
            "文件夹“{folder}”里没有决定文件（.parquet）；请改正 --caseload。",
            folder=Name(caseload),
        )
    if caseload.suffix.lower() == ".parquet" or caseload.is_dir():
        return effect_on_decisions(sides, caseload)
    reading = read_workbook(caseload, sides[0][0], max(month for _, month in sides))
    found = effect_on_households(sides, reading.households)
    found.skipped = len(reading.faulty)
    return found


def effect_on_households(sides: Sides, households: Sequence[Household]) -> Effect:
    """One by one, with the exact interpreter."""
    decision = benefit_of(BENEFIT).decision
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
            found.refused.append((household.number, error))
            continue
        (old, was), (new, now) = results
        found.moves[old, new] += 1
        if was is None or now is None:
            found.undetermined += 1
            continue
        cost = found.place(str(household.facts[PLACE] or ""))
        cost.add(was, now)
        cost.raised += now > was
        cost.lowered += now < was
    return found


def effect_on_decisions(sides: Sides, file: Path) -> Effect:
    """All at once, by the statement for a city; the facts are those in the file."""
    policy, first = sides[0]
    key = quoted(policy.book.entities.group)
    amount = quoted(f"{benefit_of(BENEFIT).decision.amounts[-1]}_fen")
    with (
        caseload_of(file, policy, BENEFIT, first) as (groups, members),
        TemporaryDirectory() as name,
    ):
        results = [Path(name) / f"{which}.parquet" for which in ("before", "after")]
        for (one, month), out in zip(sides, results, strict=True):
            assess_all(one, BENEFIT, month, groups, members, out)
        with opened(groups=groups, before=results[0], after=results[1]) as (db, names):
            rows = db.execute(
                f"SELECT g.{quoted(PLACE)}, b.conclusion, a.conclusion, "
                f"b.{amount} IS NOT NULL AND a.{amount} IS NOT NULL AS known, COUNT(*), "
                f"SUM(b.{amount}), SUM(a.{amount}), "
                f"COUNT(*) FILTER (WHERE a.{amount} > b.{amount}), "
                f"COUNT(*) FILTER (WHERE a.{amount} < b.{amount}) "
                f"FROM {names['groups']} AS g JOIN {names['before']} AS b USING ({key}) "
                f"JOIN {names['after']} AS a USING ({key}) GROUP BY ALL ORDER BY ALL"
            ).fetchall()
    return _gathered(rows)


def _gathered(rows: Sequence[tuple[Any, ...]]) -> Effect:
    found = Effect()
    for place, old, new, known, count, was, now, raised, lowered in rows:
        found.moves[old, new] += count
        if not known:
            found.undetermined += count
            continue
        cost = found.place(place or "")
        cost.add(Fraction(int(was), 100), Fraction(int(now), 100), count)
        cost.raised += raised
        cost.lowered += lowered
    return found


def print_effect(
    console: Console, found: Effect, policy: Policy, language: Language = CHINESE
) -> None:
    told, money = language.text, language.money
    moves = Table(
        *map(told, ("原结论", "新结论", "户数")), box=box.SIMPLE, title=told("对所给家庭的影响")
    )
    moves.columns[2].justify = "right"
    for (old, new), count in sorted(found.moves.items()):
        changed = Text(told(new), style="" if old == new else "bold")
        moves.add_row(told(old), changed, language.whole(count))
    console.print(moves)
    columns = (
        "县（市、区）",
        "户数",
        "增加的户数",
        "减少的户数",
        "原每月应发",
        "新每月应发",
        "每月相差",
    )
    places = Table(*map(told, columns), box=box.SIMPLE)
    for column in places.columns[1:]:
        column.justify = "right"
    names = _places(policy)
    for code, cost in sorted(found.places.items()):
        counts = map(language.whole, (cost.households, cost.raised, cost.lowered))
        sums = map(money, (cost.before, cost.after, cost.after - cost.before))
        places.add_row(told(names.get(code, code or "未知")), *counts, *sums)
    console.print(places)
    whole = found.whole
    change = whole.after - whole.before
    verb = "增加 {amount} 元" if change >= 0 else "减少 {amount} 元"
    sentence = language.say(
        "每月应发合计由 {before} 元变为 {after} 元，{change}；{raised} 户增加，{lowered} 户减少。",
        before=money(whole.before),
        after=money(whole.after),
        change=language.say(verb, amount=money(abs(change))),
        raised=Counted(whole.raised),
        lowered=Counted(whole.lowered),
    )
    console.print(sentence, highlight=False, soft_wrap=True)
    if change:
        year = money(abs(change) * MONTHS_OF_A_YEAR)
        console.print(
            language.say("一年按十二个月计，{change}。", change=language.say(verb, amount=year)),
            highlight=False,
        )
    for count, phrase in (
        (found.undetermined, "{count} 户至少一次待人工核实，没有计入金额。"),
        (found.skipped, "{count} 户有误，没有核定。"),
    ):
        if count:
            console.print(language.say(phrase, count=Counted(count)), highlight=False)
    for number, error in found.refused:
        line = language.say("家庭 {number}：{said}。", number=number, said=_bare(error, language))
        console.print(Text(line, style="red"), soft_wrap=True)


def _bare(error: PolicyError, language: Language) -> str:
    """A refusal as a part of a sentence."""
    return error.told(language).rstrip("。.")


def _places(policy: Policy) -> dict[str, str]:
    fact = policy.book.facts["group"][PLACE]
    return dict(fact.choices) if isinstance(fact, Choice) else {}
