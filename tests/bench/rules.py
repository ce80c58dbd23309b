"""The city assessed by the rules, against what else could have been written."""

import argparse
import sys
from collections.abc import Iterator
from math import log
from pathlib import Path
from typing import Any

import polars as pl

from jimin.policies.tests.plain import plain_result

from . import data, hand_written
from .city import write_city
from .figure import Figure, alone
from .fisca_dibao import ELIGIBLE, GRADUAL_EXIT, NOT_ELIGIBLE
from .sample import families

CONCLUSIONS = {"不符合": NOT_ELIGIBLE, "符合": ELIGIBLE, "渐退": GRADUAL_EXIT}
# policyengine-core brings thirty packages of its own (`make bench` installs it apart).
POLICYENGINE = Path(__file__).parents[2] / ".policyengine/bin/python"
OTHERS: dict[str, str | Path] = {"openfisca": sys.executable}
if POLICYENGINE.exists():
    OTHERS["policyengine"] = POLICYENGINE
FASTER = {"openfisca": 4, "policyengine": 3}
TIMED: dict[str, str | Path] = {
    "jimin": sys.executable, "hand": sys.executable, "bare": sys.executable, **OTHERS
}  # fmt: skip


def figures(folder: Path, options: argparse.Namespace) -> Iterator[Figure]:
    data.write(folder, options.households)
    yield from one_month(folder, options.repeat, options.sample)
    if options.growth:
        yield from growth(folder / "growth", options.households)


def one_month(folder: Path, repeat: int, sample: int) -> list[Figure]:
    runs: dict[str, list[dict[str, Any]]] = {name: [] for name in TIMED}
    for _ in range(repeat):
        for name, python in TIMED.items():
            runs[name].append(alone(name, folder, python))
    seconds = {name: min(run["seconds"] for run in runs[name]) for name in TIMED}
    peak = {name: max(run["peak_mib"] for run in runs[name]) for name in TIMED}
    ours = seconds["jimin"]
    size = _size(folder)
    case = alone("case", folder)
    milliseconds = case["seconds"] * 1000
    importing = alone("import", folder)["seconds"] * 1000
    differing, checked = _differing(folder, sample)
    unlike = hand_written.differing(folder / "jimin.parquet", folder / "hand.parquet")
    times_hand = ours / seconds["hand"]
    times_bare = ours / seconds["bare"]
    return [
        Figure("households", size["households"], "households"),
        Figure("persons", size["persons"], "persons"),
        Figure(
            "city_assessment",
            round(ours, 3),
            "s",
            f"bare read and write: {seconds['bare']:.3f} s",
            round(times_bare, 2),
            "<= 3.5",
            times_bare <= 3.5,
        ),
        Figure(
            "city_assessment_against_hand_written_sql",
            round(ours, 3),
            "s",
            f"one DuckDB statement for this month, nothing checked: {seconds['hand']:.3f} s",
            round(times_hand, 2),
            "<= 1.2",
            times_hand <= 1.2,
        ),
        Figure(
            "households_differing_from_hand_written_sql",
            unlike,
            "households",
            f"all {size['households']} households",
            None,
            "value == 0",
            unlike == 0,
        ),
        *(_faster(name, ours, seconds[name]) for name in OTHERS),
        Figure(
            "city_assessment_peak_memory",
            round(peak["jimin"]),
            "MiB",
            f"openfisca-core: {peak['openfisca']:.0f} MiB",
            round(peak["jimin"] / peak["openfisca"], 2),
            "value <= 1024",
            peak["jimin"] <= 1024,
        ),
        Figure(
            "households_differing_from_plain_python",
            differing,
            "households",
            f"{checked} households calculated one by one with fractions",
            None,
            "value == 0",
            differing == 0,
        ),
        *(_wrong_figure(name, folder) for name in OTHERS),
        Figure(
            "one_household_with_explanation",
            round(milliseconds, 3),
            "ms",
            f"median of {case['households']} households of five, full dibao",
            None,
            "value <= 1",
            milliseconds <= 1,
        ),
        Figure(
            "import_of_the_engine",
            round(importing, 1),
            "ms",
            "import jimin.engine.rules",
            None,
            "value <= 50",
            importing <= 50,
        ),
    ]


def _faster(name: str, ours: float, theirs: float) -> Figure:
    least = FASTER[name]
    return Figure(
        f"city_assessment_against_{name}",
        round(ours, 3),
        "s",
        f"{name}-core, vectorised: {theirs:.3f} s",
        round(theirs / ours, 2),
        f">= {least}",
        theirs / ours >= least,
    )


def _wrong_figure(name: str, folder: Path) -> Figure:
    wrong, compared = _wrong(folder, name)
    return Figure(
        f"households_{name}_gets_wrong",
        wrong,
        "households",
        f"{compared} households without unknown facts, 32-bit floats",
        round(wrong / compared, 6),
    )


def growth(folder: Path, households: int) -> Iterator[Figure]:
    """A tenth, the city and ten cities: the exponent of the time, and the memory of the last.

    These households and their members stand in no order, the hardest case for gathering them.
    """
    seconds = []
    sizes = (households // 10, households, households * 10)
    for size, name, repeat in zip(sizes, ("jimin", "jimin", "nation"), (3, 2, 1), strict=True):
        write_city(folder, size)
        runs = [alone(name, folder) for _ in range(repeat)]
        seconds.append(min(run["seconds"] for run in runs))
    exponent = log(seconds[-1] / seconds[0]) / log(sizes[-1] / sizes[0])
    each = "; ".join(f"{size}: {spent:.2f} s" for size, spent in zip(sizes, seconds, strict=True))
    yield Figure(
        "growth_exponent", round(exponent, 3), "", each, None, "value <= 1.05", exponent <= 1.05
    )
    peak = runs[-1]["peak_mib"]
    yield Figure(
        "ten_cities_peak_memory",
        round(peak),
        "MiB",
        f"{sizes[-1]} households, DuckDB held to 2 GB",
        None,
        "value <= 4096",
        peak <= 4096,
    )


def _size(folder: Path) -> dict[str, int]:
    return {
        "households": pl.scan_parquet(folder / "households.parquet")
        .select(pl.len())
        .collect()
        .item(),
        "persons": pl.scan_parquet(folder / "members.parquet").select(pl.len()).collect().item(),
    }


def _wrong(folder: Path, name: str) -> tuple[int, int]:
    """Households to which a system gives another conclusion or amount, of those compared."""
    unsure = [
        pl.read_parquet(folder / f"{name}.parquet")
        .filter(pl.any_horizontal(pl.exclude("over_since").is_null()))
        .select("household")
        for name in ("households", "members")
    ]
    ours = pl.read_parquet(folder / "jimin.parquet").select(
        "household",
        pl.col("conclusion").replace_strict(CONCLUSIONS, default=None).alias("ours"),
        (pl.col("amount_fen") / 100).alias("our_amount"),
    )
    both = ours.join(pl.read_parquet(folder / f"{name}.parquet"), on="household")
    for frame in unsure:
        both = both.join(frame, on="household", how="anti")
    differs = (pl.col("ours") != pl.col("conclusion")) | (
        (pl.col("our_amount") - pl.col("amount")).abs() > 0.005
    )
    return both.filter(differs).height, both.height


def _differing(folder: Path, sample: int) -> tuple[int, int]:
    """Sampled households whose result is not that of the independent calculation."""
    chosen = list(families(folder, sample))
    results = (
        pl.scan_parquet(folder / "jimin.parquet")
        .filter(pl.col("household").is_in([family.key for family in chosen]))
        .collect()
        .rows_by_key("household", named=True, unique=True)
    )
    differing = 0
    for family in chosen:
        expected = plain_result(data.MONTH, family.household, family.members)
        found = results[family.key]
        differing += any(found[name] != value for name, value in expected.items())
    return differing, len(chosen)
