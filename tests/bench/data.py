"""A city of made-up families as two Parquet files, in the form `jimin.policies.assess_city` reads.

Amounts are whole fen and not round, so that rounding errors of other programs have where to show.
A small part of the facts is unknown, a small part of the families is in the gradual exit.
"""

from pathlib import Path

import numpy as np
import polars as pl

HOUSEHOLDS = 1_600_000
SIZES, SHARES = (1, 2, 3, 4, 5, 6), (0.17, 0.33, 0.30, 0.13, 0.05, 0.02)
COUNTIES = {
    "220202": 0.175,
    "220203": 0.112,
    "220204": 0.134,
    "220211": 0.074,
    "220221": 0.072,
    "220281": 0.102,
    "220282": 0.104,
    "220283": 0.120,
    "220284": 0.107,
}
MONTH = "2016-07"
FIRST_DAY = np.datetime64("2016-07-01")
CHUNK = 200_000


def write(folder: Path, households: int = HOUSEHOLDS, seed: int = 2016) -> None:
    """`households.parquet` and `members.parquet`, members beside their family."""
    random = np.random.default_rng(seed)
    parts: tuple[list[pl.DataFrame], list[pl.DataFrame]] = ([], [])
    for first in range(0, households, CHUNK):
        count = min(CHUNK, households - first)
        for into, frame in zip(parts, _chunk(random, first, count), strict=True):
            into.append(frame)
    for name, frames in zip(("households", "members"), parts, strict=True):
        pl.concat(frames).write_parquet(folder / f"{name}.parquet", compression="snappy")


def _chunk(random: np.random.Generator, first: int, count: int) -> tuple[pl.DataFrame, ...]:
    keys = np.arange(first, first + count, dtype=np.int64)
    size = random.choice(SIZES, count, p=SHARES)
    urban = random.random(count) < 0.55
    # The level a family lives at, as a multiple of the standard.
    level = np.exp(random.normal(1.35, 0.85, count))
    poor = level < 1.6
    exiting = poor & (level > 0.9) & (random.random(count) < 0.15)
    months = random.integers(0, 9, count)
    over_since = FIRST_DAY.astype("datetime64[M]") - months.astype("timedelta64[M]")
    households = pl.DataFrame(
        {
            "household": keys,
            "county": random.choice(list(COUNTIES), count, p=list(COUNTIES.values())),
            "residence": np.where(urban, "urban", "rural"),
            "financial_assets": _unknown(
                random, (np.exp(random.normal(8.5, 1.6, count)) * level * 20).astype(np.int64)
            ),
            "vehicles": _unknown(random, (random.random(count) < level / 14).astype(np.int64)),
            "dwellings": _unknown(random, 1 + (random.random(count) < level / 40).astype(np.int64)),
            "last_amount": np.where(exiting, random.integers(4000, 90000, count), 0),
            "over_since": pl.Series(over_since.astype("datetime64[D]")).set(
                pl.Series(~exiting), None
            ),
        }
    )
    owner = np.repeat(np.arange(count), size)
    people = len(owner)
    days = (np.abs(random.normal(45, 21, people)) % 98 * 365.25).astype(np.int64)
    years = days // 365
    grade = np.where(
        random.random(people) < 0.063,
        random.choice([1, 2, 3, 4], people, p=(0.13, 0.19, 0.26, 0.42)),
        0,
    )
    base = np.where(urban, 43000, 28500)[owner] * level[owner]
    income = base * np.exp(random.normal(-0.2, 0.5, people))
    working = (years >= 18) & (years < 60) & (random.random(people) < 0.8)
    trading = working & (random.random(people) < 0.25)
    letting = random.random(people) < 0.04
    pension = (years >= 60) & (random.random(people) < 0.8)
    members = pl.DataFrame(
        {
            "household": keys[owner],
            "birth": (FIRST_DAY - days.astype("timedelta64[D]")).astype("datetime64[D]"),
            "disability_grade": grade.astype(np.int64),
            "is_student": (years >= 6) & (years < 22) & (random.random(people) < 0.9),
            "is_seriously_ill": _unknown(random, random.random(people) < 0.02),
            "is_single_parent": (years > 20) & (years < 55) & (random.random(people) < 0.02),
            "wage": _unknown(random, _fen(income, working & ~trading)),
            "business": _fen(income * random.choice([1, 1, 1, -0.1], people), trading),
            "property": _fen(income * 0.3, letting),
            "transfer": _fen(income * 0.9, pension),
        }
    )
    return households, members


def _fen(amount: np.ndarray, where: np.ndarray) -> np.ndarray:
    whole: np.ndarray = np.where(where, amount, 0).astype(np.int64)
    return whole


def _unknown(random: np.random.Generator, values: np.ndarray) -> pl.Series:
    """One in a thousand is not known."""
    return pl.Series(values).set(pl.Series(random.random(len(values)) < 0.001), None)
