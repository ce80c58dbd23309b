"""How a reading agrees with an annotated plan: counts by place, value and unit."""

import re
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Score:
    gold: int = 0
    found: int = 0
    right: int = 0
    subjects: int = 0
    comparators: int = 0
    dues: int = 0
    missed: list[str] = field(default_factory=list)
    invented: list[str] = field(default_factory=list)

    @property
    def precision(self) -> float:
        return self.right / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        return self.right / self.gold if self.gold else 1.0

    def __add__(self, other: "Score") -> "Score":
        return Score(
            self.gold + other.gold,
            self.found + other.found,
            self.right + other.right,
            self.subjects + other.subjects,
            self.comparators + other.comparators,
            self.dues + other.dues,
            self.missed + other.missed,
            self.invented + other.invented,
        )


def score(annotation: dict[str, Any], targets: list[dict[str, Any]]) -> Score:
    """`optional` spans count neither way: annotators differ over them."""
    wanted = list(annotation["targets"])
    result = Score(gold=len(wanted))
    for target in targets:
        match = next((gold for gold in wanted if _same(gold, target)), None)
        if match is None:
            if not any(_meet(span, target) for span in annotation["optional"]):
                result.found += 1
                result.invented.append(f"{target['quote']} {target['subject']}")
            continue
        wanted.remove(match)
        result.found += 1
        result.right += 1
        result.subjects += _alike(match["subject"], target["subject"])
        result.comparators += target["comparator"].strip("=") == match["comparator"].strip("=")
        result.dues += target["due"] == match["due"]
    result.missed = [f"{gold['quote']} {gold['subject']}" for gold in wanted]
    return result


def _same(gold: dict[str, Any], target: dict[str, Any]) -> bool:
    return (
        _meet({"start": gold["value_start"], "end": gold["value_end"]}, target)
        and target["value"] == gold["value"]
        and target["unit"].split("/")[0] == gold["unit"]
    )


def _meet(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return bool(one["start"] < other["end"] and other["start"] < one["end"])


def _alike(one: str, other: str) -> bool:
    """Most pairs of characters are common, or one name stands within the other."""
    one, other = (re.sub(r"[^\u4e00-\u9fffA-Za-z0-9]", "", name) for name in (one, other))
    a, b = ({name[i : i + 2] for i in range(len(name) - 1)} for name in (one, other))
    if not a or not b:
        return one == other
    common = 2 * len(a & b) / (len(a) + len(b))
    return common >= 0.6 or one in other or (other in one and 2 * len(other) >= len(one))
