"""What a policy says at a time, as plain text: to be kept in a file and compared."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

from jimin.engine.rules import Policy, PolicyError, PolicyMonth, load_parameters
from jimin.engine.rules.compare import outline
from jimin.engine.rules.draft import with_figures
from jimin.engine.rules.policy import FIRST_YEAR, LAST_YEAR
from jimin.engine.rules.words import figure_text
from jimin.engine.sentences import Name
from jimin.policies import benefit_of
from jimin.project.commands.languages import RefusedError
from jimin.project.commands.policy_screen import key_text

FORMAT: Final = "jimin-policy-1"


@dataclass(frozen=True, slots=True)
class Entry:
    """One rule or figure in force. `text` is its formula or value; two entries alike are equal.

    `which` says for what a figure with keys holds, such as a county.
    """

    kind: Literal["rule", "figure"]
    benefit: str
    label: str
    which: str
    text: str
    source: str
    status: str = ""


State: TypeAlias = Mapping[str, Entry]
"""Entries by "benefit/rule/name" or "benefit/figure/name/key"."""


def state_of(name: str, month: PolicyMonth) -> dict[str, Entry]:
    """What a benefit's rules and figures are in a month."""
    label = benefit_of(name).label
    found: dict[str, Entry] = {}
    for rule in month.rules.values():
        text = outline(rule.expression)
        entry = Entry("rule", label, rule.label, "", text, rule.cite)
        found[f"{name}/rule/{rule.name}"] = entry
    for parameter in dict.fromkeys(look_up.name for _, look_up in month.look_ups()):
        about = month.book.parameters[parameter]
        for key, value in month.figures(parameter).items():
            which = key_text(month.book, about, key)
            text = f"{figure_text(about, value)} {about.unit_name}".removesuffix(" 比例")
            found["/".join((name, "figure", parameter, *key))] = Entry(
                "figure", label, about.label, which, text, value.source, value.status
            )
    return found


def state_at(policy: Policy, month: str) -> dict[str, Entry]:
    """Every benefit there are figures for in a month."""
    found: dict[str, Entry] = {}
    refusals: list[PolicyError] = []
    for name in policy.benefits:
        try:
            found |= state_of(name, policy.benefit(name).at(month))
        except PolicyError as error:
            refusals.append(error)
    if not found:
        raise refusals[0]
    return found


def months_of_change(policy: Policy) -> list[str]:
    """The months from which on anything in any benefit is another."""
    months: set[str] = set()
    for name in policy.benefits:
        benefit = policy.benefit(name)
        months.update(
            month
            for edition in benefit.editions
            for month in edition.months_of_change()
            if benefit.edition(month) is edition
        )
        months.update(_starts(benefit))
    return sorted(months)


def _starts(benefit: Policy) -> Iterator[str]:
    """The months in which a new regulation replaces the one before."""
    before = benefit.editions[0]
    for number in range(FIRST_YEAR * 12, (LAST_YEAR + 1) * 12):
        month = f"{number // 12:04d}-{number % 12 + 1:02d}"
        edition = benefit.edition(month)
        if edition is not before:
            yield month
        before = edition


def exported(policy: Policy) -> str:
    """The policy as JSON: what is in force from each month of change on."""
    periods = [
        {
            "since": month,
            "entries": {key: asdict(entry) for key, entry in state_at(policy, month).items()},
        }
        for month in months_of_change(policy)
    ]
    head = {"format": FORMAT, "policy": policy.name, "label": policy.label}
    body = {**head, "version": policy.version, "periods": periods}
    return json.dumps(body, ensure_ascii=False, indent=1) + "\n"


def read_state(path: Path, month: str) -> dict[str, Entry]:
    """What an exported policy says in a month."""
    wrong = RefusedError("“{file}”不是 jimin policy export 写出的文件，请核对。", file=path.name)
    try:
        body: Any = json.loads(path.read_text(encoding="utf-8"))
        if body["format"] != FORMAT:
            raise wrong
        periods = {period["since"]: period["entries"] for period in body["periods"]}
        reached = [since for since in sorted(periods) if since <= month]
        if not reached:
            raise RefusedError(
                "“{file}”没有 {month} 的规则，最早自 {first} 起。",
                file=path.name,
                month=month,
                first=min(periods),
            )
        return {key: Entry(**entry) for key, entry in periods[reached[-1]].items()}
    except (ValueError, KeyError, TypeError) as error:
        raise wrong from error


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a comparison: a month of the policy as it is, or of an exported one.

    `dibao` is what households are assessed by; a draft replaces its figures.
    """

    policy: Policy
    dibao: Policy
    month: str
    file: Path | None = None

    @classmethod
    def of(cls, policy: Policy, written: str) -> Side:
        """From "2016-07" or "old.json@2016-07"."""
        file, at, month = written.rpartition("@")
        policy.edition(month)  # refuses what is no month
        return cls(policy, policy, month, Path(file) if at else None)

    def drafted(self, figures: Path) -> Side:
        """The same side with the figures of a file instead of its own."""
        if self.file is not None:
            raise RefusedError("--draft 只能改现行政策的参数；请把 AFTER 写成月份。")
        drafts = load_parameters(figures)
        if not drafts:
            raise RefusedError(
                "文件夹“{folder}”里没有参数文件（.yaml）；请改正 --draft。", folder=Name(figures)
            )
        return replace(self, dibao=with_figures(self.policy, drafts))

    def state(self) -> dict[str, Entry]:
        if self.file is not None:
            return read_state(self.file, self.month)
        found = state_at(self.policy, self.month)
        if self.dibao is not self.policy:
            found |= state_of(self.policy.benefits[0], self.dibao.at(self.month))
        return found

    def assessing(self) -> tuple[Policy, str]:
        """What assesses households on this side."""
        if self.file is not None:
            raise RefusedError(
                "导出的文件“{file}”只有文字，不能用来核定家庭；算影响时两方都请写月份。",
                file=self.file.name,
            )
        return self.dibao, self.month
