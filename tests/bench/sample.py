"""Families taken out of the Parquet files, as the single-case interpreter reads them."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl

MONEY = ("financial_assets", "last_amount", "wage", "business", "property", "transfer")


@dataclass(frozen=True)
class Family:
    key: int
    household: dict[str, Any]
    members: list[dict[str, Any]]


def families(folder: Path, number: int, seed: int = 7) -> Iterator[Family]:
    households = pl.read_parquet(folder / "households.parquet")
    chosen = households.sample(min(number, households.height), seed=seed).sort("household")
    people = (
        pl.scan_parquet(folder / "members.parquet")
        .filter(pl.col("household").is_in(chosen["household"].to_list()))
        .collect()
        .partition_by("household", as_dict=True)
    )
    for row in chosen.iter_rows(named=True):
        key = row.pop("household")
        if row["over_since"]:
            row["over_since"] = f"{row['over_since']:%Y-%m}"
        members = [_yuan(member) for member in people[(key,)].drop("household").to_dicts()]
        yield Family(key, _yuan(row), members)


def _yuan(facts: dict[str, Any]) -> dict[str, Any]:
    """Fen as exact yuan."""
    return {
        name: Decimal(value).scaleb(-2) if name in MONEY and value is not None else value
        for name, value in facts.items()
    }
