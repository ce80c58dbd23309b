"""Made-up plans of nine and more styles, annotated by hand, are read as annotated.

`plans/` holds texts of bureaus, counties and townships with last year's work before, between or
beside the plan, with qualifying sizes, capacities, standards per unit, tables and pure reviews.
"""

import json
from functools import cache
from pathlib import Path

import pytest

from jimin.engine.gongwen import Plan, read_plan
from jimin.engine.gongwen.tests.scoring import Score, score

GOLD = sorted((Path(__file__).parent / "plans").glob("*.gold.json"))


def named(path: Path) -> str:
    return path.name.removesuffix(".gold.json")


@cache
def read(path: Path) -> tuple[dict, Plan]:  # type: ignore[type-arg]
    gold = json.loads(path.read_text(encoding="utf-8"))
    text = (path.parent / gold["source"]).read_bytes().decode("utf-8")
    return gold, read_plan(text, gold["plan_year"])


def scored(path: Path) -> Score:
    gold, plan = read(path)
    return score(gold, plan.as_json()["targets"])


@pytest.mark.parametrize("path", GOLD, ids=named)
def test_a_plan_gives_its_targets_and_nothing_else(path: Path) -> None:
    result = scored(path)
    assert result.precision >= 0.95, result.invented
    assert result.recall >= 0.95, result.missed


@pytest.mark.parametrize("path", GOLD, ids=named)
def test_a_plan_gives_its_outline_and_its_papers(path: Path) -> None:
    gold, plan = read(path)
    starts = {node["id"]: node["start"] for node in gold["nodes"]}
    wanted = {node["start"]: starts.get(node["parent"]) for node in gold["nodes"]}
    found = {node.start: node.parent for node in plan.nodes}
    assert {start: found.get(start, -1) for start in wanted} == wanted
    papers = {paper.name for paper in plan.deliverables if paper.named}
    assert {paper["name"] for paper in gold["deliverables"]} <= papers


def test_all_plans_together_reach_the_floor() -> None:
    total = sum((scored(path) for path in GOLD), Score())
    assert total.gold >= 200
    assert total.precision >= 0.97
    assert total.recall >= 0.97
    assert total.subjects / total.right >= 0.85
    assert total.comparators / total.right >= 0.97
    assert total.dues / total.right >= 0.95


def test_a_review_gives_no_target() -> None:
    reviews = [path for path in GOLD if not read(path)[0]["targets"]]
    assert reviews
    assert [scored(path).invented for path in reviews] == [[]] * len(reviews)
