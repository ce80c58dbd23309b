"""`make bench` runs, on a small city; its figures of speed mean nothing there."""

import json
import subprocess
import sys
from pathlib import Path

from .bench import rules

ROOT = Path(__file__).resolve().parent.parent
POLICYENGINE_FIGURES = (
    "city_assessment_against_policyengine",
    "households_policyengine_gets_wrong",
)
KEYS = {"name", "value", "unit", "against", "ratio", "must", "holds"}


def test_every_figure_is_one_line_and_the_awards_are_exact() -> None:
    small = ["--households=3000", "--repeat=1", "--sample=400"]
    ended = subprocess.run(
        [sys.executable, "-m", "tests.bench", "--only", "rules", *small],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.stdout, ended.stderr
    figures = {line["name"]: line for line in map(json.loads, ended.stdout.splitlines())}
    assert all(set(figure) == KEYS for figure in figures.values())
    assert set(figures) == {
        "households",
        "persons",
        "city_assessment",
        "city_assessment_against_hand_written_sql",
        "city_assessment_against_openfisca",
        "city_assessment_peak_memory",
        "growth_exponent",
        "ten_cities_peak_memory",
        "households_differing_from_hand_written_sql",
        "households_differing_from_plain_python",
        "households_openfisca_gets_wrong",
        "one_household_with_explanation",
        "import_of_the_engine",
        *(POLICYENGINE_FIGURES if rules.POLICYENGINE.exists() else ()),
    }
    assert figures["households"]["value"] == 3000
    exact = figures["households_differing_from_plain_python"]
    assert (exact["value"], exact["holds"]) == (0, True)
    assert exact["against"].startswith("400 households")
    promises = [figure["holds"] for figure in figures.values() if figure["must"]]
    assert ended.returncode == (0 if all(promises) else 1)


def test_a_year_of_indicators_says_what_a_plain_count_says() -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "tests.bench", "--only", "plans", "--cases=2000"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.stdout, ended.stderr
    figures = {line["name"]: line for line in map(json.loads, ended.stdout.splitlines())}
    assert set(figures) == {
        "plan_cases",
        "plan_events",
        "plan_year_of_indicators",
        "plan_figures_differing_from_a_plain_count",
        "plan_city_page_p95",
    }
    assert figures["plan_events"]["value"] == 10_000
    assert figures["plan_figures_differing_from_a_plain_count"]["value"] == 0
