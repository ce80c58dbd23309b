"""`make bench` runs, on a small city; its figures of speed mean nothing there."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from .bench import rules

ROOT = Path(__file__).resolve().parent.parent
POLICYENGINE_FIGURES = (
    "city_assessment_against_policyengine",
    "households_policyengine_gets_wrong",
)
KEYS = {"name", "value", "unit", "against", "ratio", "must", "holds"}


def measured(*arguments: str, **env: str) -> tuple[dict[str, dict[str, Any]], int]:
    """The figures by name, and the exit code."""
    ended = subprocess.run(
        [sys.executable, "-m", "tests.bench", "--only", *arguments],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": "", **env},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.stdout, ended.stderr
    assert "Traceback" not in ended.stderr, ended.stderr
    figures = {line["name"]: line for line in map(json.loads, ended.stdout.splitlines())}
    assert all(set(figure) == KEYS for figure in figures.values())
    return figures, ended.returncode


def test_every_figure_is_one_line_and_the_awards_are_exact() -> None:
    figures, code = measured("rules", "--households=3000", "--repeat=1", "--sample=400")
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
    assert code == (0 if all(promises) else 1)


@pytest.fixture
def installed(tmp_path: Path, empty_database: Callable[[Path], str]) -> str:
    """The option that spares a measurement the making of its tables."""
    assert empty_database(tmp_path) == "", "this folder is not tested over PostgreSQL"
    return f"--begin={tmp_path}"


def test_a_year_of_indicators_says_what_a_plain_count_says(installed: str) -> None:
    figures, _code = measured("plans", installed, "--cases=2000", "--rounds=2")
    assert set(figures) == {
        "plan_cases",
        "plan_events",
        "plan_year_of_indicators",
        "plan_figures_differing_from_a_plain_count",
        "plan_city_page_p95",
    }
    assert figures["plan_events"]["value"] == 10_000
    assert figures["plan_figures_differing_from_a_plain_count"]["value"] == 0


def test_persons_are_exchanged_beside_the_libraries(installed: str) -> None:
    """The measurement itself refuses rows that were not imported or exported."""
    figures, _code = measured("exchange", installed, "--households=3200", "--repeat=1")
    assert set(figures) == {
        "import_persons",
        "import_persons_peak_memory",
        "export_persons",
        "export_persons_peak_memory",
    }
    assert "200 rows" in figures["export_persons"]["against"]
    assert figures["import_persons"]["ratio"] > 0
    assert figures["import_persons_peak_memory"]["holds"]  # of 200 rows the program alone
    assert figures["export_persons_peak_memory"]["holds"]


def test_the_pages_of_a_register_are_asked_beside_one_written_by_hand(installed: str) -> None:
    """The measurement itself refuses a page that is not there and a search that finds nobody."""
    figures, _code = measured("registers", installed, "--persons=4000", "--rounds=2")
    assert set(figures) == {
        "sqlite_persons",
        "sqlite_list_page_p95",
        "sqlite_list_page_against_hand_written",
        "sqlite_last_page_of_a_township",
        "sqlite_last_page_of_a_county",
        "sqlite_list_page_of_a_county_p95",
        "sqlite_list_page_of_a_county_names_p95",
        "sqlite_search_by_number_p95",
        "sqlite_search_by_last_digits_p95",
        "sqlite_search_by_name_p95",
        "sqlite_search_by_initials_p95",
        "sqlite_queries_of_a_list_page",
    }
    assert figures["sqlite_persons"]["value"] == 4000
    assert figures["sqlite_queries_of_a_list_page"]["holds"]


@pytest.mark.xdist_group("city")
def test_the_api_is_asked_beside_a_bare_handler_and_by_clerks_at_once(demo_folder: Path) -> None:
    figures, _code = measured("api", f"--begin={demo_folder}", "--rounds=2", "--seconds=4")
    assert set(figures) == {
        "api_list_of_100",
        "10_clerks_at_once_sqlite_p95",
        "10_clerks_at_once_sqlite_errors",
    }
    assert figures["api_list_of_100"]["ratio"] > 0
    assert figures["10_clerks_at_once_sqlite_errors"]["value"] == 0
    assert figures["10_clerks_at_once_sqlite_p95"]["value"] > 0
