"""The annotated plans kept beside the project are read as their annotators read them."""

import importlib.util
import json
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from jimin.engine.gongwen import read_plan

PLANS = Path(__file__).resolve().parents[6] / "shared" / "plan"
CITY = PLANS / "jilin-2016.gold.json"
OTHERS = sorted((PLANS / "dev").glob("*.gold.json"))

pytestmark = pytest.mark.skipif(
    not CITY.exists(), reason="the annotated plans are not beside the project (../shared/plan)"
)


@cache
def scorer() -> ModuleType:
    spec = importlib.util.spec_from_file_location("plan_score", PLANS / "score.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@cache
def scored(path: Path) -> dict[str, int]:
    gold = json.loads(path.read_text(encoding="utf-8"))
    text = (path.parent / gold["source"]).read_bytes().decode("utf-8")
    found: dict[str, Any] = read_plan(text, gold["plan_year"]).as_json()
    result: dict[str, int] = scorer().score(gold, found)
    return result


def test_the_plan_of_the_city_is_read_exactly() -> None:
    row = scored(CITY)
    assert (row["nodes"], row["nodes_found"], row["nodes_extra"], row["parents"]) == (49, 49, 0, 49)
    assert (row["gold"], row["tp"], row["fp"]) == (17, 17, 0)
    assert (row["comparator"], row["due"]) == (17, 17)
    assert (row["deliverables"], row["deliverables_found"]) == (11, 11)


def test_the_targets_without_a_number_are_proposed() -> None:
    gold = json.loads(CITY.read_text(encoding="utf-8"))
    text = (PLANS / gold["source"]).read_bytes().decode("utf-8")
    proposals = read_plan(text, gold["plan_year"]).proposals
    wanted = [target for target in gold["targets"] if target["tier"] == "B"]
    missed = [
        target["quote"]
        for target in wanted
        if not any(target["start"] < p.end and p.start < target["end"] for p in proposals)
    ]
    assert len(wanted) == 17
    assert missed == []


def test_the_other_texts_reach_the_floor() -> None:
    rows = [scored(path) for path in OTHERS]
    total = {key: sum(row[key] for row in rows) for key in rows[0]}
    assert len(rows) == 8
    assert total["tp"] / (total["tp"] + total["fp"]) >= 0.97
    assert total["tp"] / total["gold"] >= 0.97
    assert total["subject"] / total["tp"] >= 0.85
    assert all(row["fp"] == 0 for row in rows if not row["gold"])
