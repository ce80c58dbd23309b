"""Results given before, computed again from the same workbook and compared field by field."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jimin.foundation.tables import UnusableError
from jimin.policies import Policy, PolicyError, assess_household, load_policy
from jimin.project.commands.dibao_workbook import read_workbook

FIGURES = ("conclusion", "size", "per_capita", "standard", "topup", "category", "amount", "reason")


@dataclass(slots=True)
class Replay:
    """`differences` are sentences; `explained` counts results alike whose steps read otherwise."""

    policy: Policy
    month: str
    version: str
    compared: int = 0
    explained: int = 0
    differences: list[str] = field(default_factory=list)


def replay_results(results: Path, workbook: Path) -> Replay:
    """Assesses every household of `jimin assess --json` again by the policy there is now."""
    given = _read(results)
    policy = load_policy(given["policy"])
    month = given["month"]
    policy.at(month)
    found = Replay(policy, month, given["version"])
    reading = read_workbook(workbook, policy, month)
    stated = {household.number: household for household in reading.households}
    for before in given["households"]:
        number = before["household"]
        household = stated.pop(number, None)
        if household is None:
            found.differences.append(f"家庭 {number}：工作簿里没有这一户，或者这一户现在有误。")
            continue
        found.compared += 1
        try:
            outcome = assess_household(policy, month, household.facts, household.members)
        except PolicyError as error:
            found.differences.append(f"家庭 {number}：现在不能核定：{error}")
            continue
        now = outcome.as_json(number)
        _compare(found, number, before, now)
    found.differences.extend(f"家庭 {number}：原结果里没有这一户。" for number in stated)
    return found


def _compare(found: Replay, number: str, before: Mapping[str, Any], now: Mapping[str, Any]) -> None:
    parts = [
        f"{name} 原为 {_shown(before.get(name))}，复算 {_shown(now[name])}"
        for name in FIGURES
        if before.get(name) != now[name]
    ]
    if parts:
        found.differences.append(f"家庭 {number}：{'；'.join(parts)}。")
    elif before.get("steps") != now["steps"]:
        found.explained += 1


def _shown(value: object) -> str:
    return "未知" if value is None else str(value)


def _read(path: Path) -> dict[str, Any]:
    """The object of `jimin assess --json`."""
    wrong = f"“{path.name}”不是 jimin assess --json 的输出；请核对文件。"
    try:
        body: Any = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise UnusableError(wrong) from error
    if not isinstance(body, dict) or not isinstance(body.get("households"), list):
        raise UnusableError(wrong)
    if not all(isinstance(body.get(name), str) for name in ("month", "policy", "version")):
        raise UnusableError(wrong)
    if not all(isinstance(one, dict) and "household" in one for one in body["households"]):
        raise UnusableError(wrong)
    return body
