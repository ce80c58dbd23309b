"""Two states of a policy beside each other: which rules and figures changed, on what ground."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from rich.console import Console
from rich.text import Text

from jimin.engine.rules.language import CHINESE, Counted, Language
from jimin.project.commands.policy_screen import STATUSES
from jimin.project.commands.policy_states import Entry, State

AMOUNT: Final = re.compile(r"-?[0-9]+\.[0-9]{2}")


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

    def sentence(
        self, which: Sequence[str], benefits: Sequence[str], language: Language = CHINESE
    ) -> str:
        """What changed, for whom, on what ground, and in which benefits."""
        entry, told, say = self.entry, language.text, language.say
        named = say(
            "规则“{label}”" if entry.kind == "rule" else "参数“{label}”", label=told(entry.label)
        )
        if any(which):
            held = language.joined(_which(one, language) for one in which)
            named = say("{named}（{which}）", named=named, which=held)
        where = language.joined(map(told, benefits))
        if self.before is None or self.after is None:
            what = say("新增{named}" if self.before is None else "不再施行{named}", named=named)
            if entry.kind == "figure":
                value = figure_in(language, entry.text)
                what = say("{what}：{value}", what=what, value=value)
            ground = _source(entry, language)
        else:
            how = self._how(self.before, self.after, language)
            what = say("{what}：{value}", what=named, value=how)
            both = dict.fromkeys(_source(one, language) for one in (self.before, self.after))
            ground = " → ".join(both)
        return language.sentence(
            say("{what}；依据：{source}〔{benefits}〕", what=what, source=ground, benefits=where)
        )

    @staticmethod
    def _how(was: Entry, now: Entry, language: Language) -> str:
        is_rule = now.kind == "rule"
        if was.text == now.text:
            if is_rule:
                return language.text("算法未变，名称或依据改变")
            return language.say("{value} 未变，来源改变", value=figure_in(language, now.text))
        if is_rule:
            return language.text("算法改变")
        return " → ".join(figure_in(language, one.text) for one in (was, now))


def _which(which: str, language: Language) -> str:
    """For whom a figure holds; several keys stand beside each other, the step of a scale last."""
    *keys, last = which.split(" ")
    if last == "起":
        *keys, threshold = keys
        last = language.say("{threshold} {unit}起", threshold=threshold, unit="")
    return " ".join([*map(language.text, keys), language.text(last)])


def figure_in(language: Language, text: str) -> str:
    """A figure with its unit, as a state holds it, in a language."""
    number, _, unit = text.partition(" ")
    if AMOUNT.fullmatch(number):
        number = language.money(Fraction(number))
    return f"{number} {language.text(unit)}".rstrip()


def _source(entry: Entry, language: Language) -> str:
    source = language.text(entry.source)
    if not entry.status:
        return source
    status = language.text(STATUSES[entry.status])
    return language.say("{source}［{status}］", source=source, status=status)


def differences(before: State, after: State) -> list[Difference]:
    """Rules first, then figures, each in the order of the second state."""
    found = [
        Difference(before.get(key), after.get(key))
        for key in dict.fromkeys((*after, *before))
        if before.get(key) != after.get(key)
    ]
    return sorted(found, key=lambda one: one.entry.kind == "figure")


def print_differences(
    console: Console, title: str, found: Sequence[Difference], language: Language = CHINESE
) -> None:
    console.print(Text(title, style="bold"), soft_wrap=True)
    groups = list(_alike(found))
    for alike in groups:
        which = list(dict.fromkeys(one.entry.which for one in alike))
        benefits = list(dict.fromkeys(one.entry.benefit for one in alike))
        sentence = alike[0].sentence(which, benefits, language)
        console.print(Text(f"  {sentence}"), soft_wrap=True)
    rules = sum(1 for alike in groups if alike[0].entry.kind == "rule")
    counted = {"rules": Counted(rules), "figures": Counted(len(groups) - rules)}
    text = (
        language.say("规则改变 {rules} 处，参数改变 {figures} 处。", **counted)
        if found
        else language.text("规则和参数都没有改变。")
    )
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
