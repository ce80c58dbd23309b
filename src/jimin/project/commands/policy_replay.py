"""Results given before, computed again from the same workbook and compared field by field."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console

from jimin.engine.rules.language import Counted, Language
from jimin.policies import Policy, PolicyError, assess_household, load_policy
from jimin.project.commands.dibao_workbook import read_workbook
from jimin.project.commands.languages import RefusedError, spoken

FIGURES = ("conclusion", "size", "per_capita", "standard", "topup", "category", "amount", "reason")


@dataclass(slots=True)
class Replay:
    """`differences` are sentences; `explained` counts results alike whose steps read otherwise."""

    policy: Policy
    language: Language
    month: str
    version: str
    compared: int = 0
    explained: int = 0
    differences: list[str] = field(default_factory=list)

    def add(self, number: str, what: str, /, **places: object) -> None:
        """One difference of a household, as a sentence."""
        said = self.language.say(what, **places)
        self.differences.append(
            self.language.say("家庭 {number}：{said}。", number=number, said=said)
        )


def replay_results(results: Path, workbook: Path, code: str = "zh") -> Replay:
    """Assesses every household of `jimin assess --json` again by the policy there is now."""
    given = _read(results)
    policy = load_policy(given["policy"])
    month = given["month"]
    policy.at(month)
    found = Replay(policy, spoken(policy.name, code), month, given["version"])
    reading = read_workbook(workbook, policy, month)
    stated = {household.number: household for household in reading.households}
    for before in given["households"]:
        number = before["household"]
        household = stated.pop(number, None)
        if household is None:
            found.add(number, "工作簿里没有这一户，或者这一户现在有误")
            continue
        found.compared += 1
        try:
            outcome = assess_household(policy, month, household.facts, household.members)
        except PolicyError as error:
            found.add(number, "现在不能核定：{why}", why=error.told(found.language).rstrip("。."))
            continue
        now = outcome.as_json(number)
        _compare(found, number, before, now)
    for number in stated:
        found.add(number, "原结果里没有这一户")
    return found


def print_replay(console: Console, found: Replay) -> None:
    language, now = found.language, found.policy.version
    same = (
        language.text("与现在相同")
        if found.version == now
        else language.say("现在是 {now}", now=now)
    )
    head = language.say(
        "{policy} · {month} · 原结果的政策版本 {version}，{same}。",
        policy=language.text(found.policy.label),
        month=found.month,
        version=found.version,
        same=same,
    )
    console.print(head, highlight=False, markup=False, soft_wrap=True)
    for line in found.differences:
        console.print(line, style="red", highlight=False, markup=False, soft_wrap=True)
    count = len(found.differences)
    verdict = (
        language.say("有 {count} 处不同", count=Counted(count))
        if count
        else language.text("结果全部一致")
    )
    if found.explained:
        verdict = language.say(
            "{verdict}，其中 {count} 户的步骤说明有变",
            verdict=verdict,
            count=Counted(found.explained),
        )
    console.print(
        language.say(
            "复算 {count} 户，{verdict}。", count=Counted(found.compared), verdict=verdict
        ),
        highlight=False,
    )


def _compare(found: Replay, number: str, before: Mapping[str, Any], now: Mapping[str, Any]) -> None:
    language = found.language
    parts = [
        language.say(
            "{name} 原为 {old}，复算 {new}",
            name=name,
            old=_shown(before.get(name), language),
            new=_shown(now[name], language),
        )
        for name in FIGURES
        if before.get(name) != now[name]
    ]
    if parts:
        found.add(number, "{parts}", parts=language.joined(parts, "；"))
    elif before.get("steps") != now["steps"]:
        found.explained += 1


def _shown(value: object, language: Language) -> str:
    return language.text("未知" if value is None else str(value))


def _read(path: Path) -> dict[str, Any]:
    """The object of `jimin assess --json`."""
    wrong = RefusedError("“{file}”不是 jimin assess --json 的输出；请核对文件。", file=path.name)
    try:
        body: Any = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise wrong from error
    if not isinstance(body, dict) or not isinstance(body.get("households"), list):
        raise wrong
    if not all(isinstance(body.get(name), str) for name in ("month", "policy", "version")):
        raise wrong
    if not all(isinstance(one, dict) and "household" in one for one in body["households"]):
        raise wrong
    return body
