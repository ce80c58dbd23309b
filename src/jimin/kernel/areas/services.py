"""Loading the list of divisions that ships with Jimin."""

import csv
from decimal import Decimal
from pathlib import Path

from django.db import transaction

from jimin.foundation import spelling

from .models import Area

DIVISIONS = Path(__file__).parent / "data/jilin_divisions_2016.csv"
LEVELS = {
    "province": Area.Level.PROVINCE,
    "city": Area.Level.CITY,
    "county": Area.Level.COUNTY,
    "town": Area.Level.TOWNSHIP,
    "village": Area.Level.COMMUNITY,
}


@transaction.atomic
def load_divisions(path: Path = DIVISIONS) -> int:
    """Load or refresh the divisions of Jilin City and return their number. Safe to repeat."""
    with path.open(encoding="utf-8", newline="") as file:
        areas = [_area(row) for row in csv.DictReader(file)]
    updated = ["name", "parent", "level", "kind", "is_urban", "longitude", "latitude", "initials"]
    for level in LEVELS.values():  # parents before children
        Area.objects.bulk_create(
            [area for area in areas if area.level == level],
            update_conflicts=True,
            unique_fields=["code"],
            update_fields=updated,
            batch_size=500,
        )
    return len(areas)


def _area(row: dict[str, str]) -> Area:
    return Area(
        code=row["code"],
        name=row["name"],
        parent_id=row["parent"] or None,
        level=LEVELS[row["level"]],
        kind=row["kind"],
        # Urban-rural class of the National Bureau of Statistics: 1xx is urban.
        is_urban=row["ur_code"].startswith("1")
        or row["kind"] in ("subdistrict", "urban_community"),
        longitude=Decimal(row["lon"]) if row["lon"] else None,
        latitude=Decimal(row["lat"]) if row["lat"] else None,
        initials=spelling.initials(row["name"])[:60],
    )
