"""The Parquet file of a period, and whether computing it again gives the same numbers."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from jimin.foundation.sealed.rules import sm3

from .. import queries
from ..models import Archive, Plan, Report, Snapshot, Standing
from ..rules.words import rounded

NUMBER = pa.decimal128(24, 4)
SCHEMA = pa.schema(
    [
        ("kind", pa.string()),  # indicator, report or light
        ("name", pa.string()),  # of the indicator, else the target's code
        ("area", pa.string()),
        ("on", pa.date32()),
        ("numerator", NUMBER),
        ("denominator", NUMBER),
        ("light", pa.string()),
        ("sentence", pa.string()),
    ]
)


@dataclass(frozen=True)
class Difference:
    """A figure that is not what it was when the period was filed."""

    indicator: str
    area: str
    filed: str
    computed: str


def table_of(plan: Plan, on: date) -> tuple[bytes, int]:
    """What is kept of a period as a Parquet file, and how many indicators' figures are in it."""
    snapshots = Snapshot.objects.filter(on=on, replaced_at=None).order_by("indicator", "area")
    reports = Report._base_manager.filter(target__plan=plan, on=on, replaced_at=None)
    standings = Standing.objects.filter(target__plan=plan, on=on, replaced_at=None)
    in_order = ("target__code", "area")
    rows: list[tuple[Any, ...]] = [
        ("indicator", s.indicator, s.area_id, on, s.numerator, s.denominator, "", "")
        for s in snapshots
    ]
    figures = len(rows)
    rows += [
        ("report", r.target.code, r.area_id, on, r.numerator, r.denominator, "", r.evidence)
        for r in reports.select_related("target").order_by(*in_order)
    ]
    rows += [
        ("light", s.target.code, s.area_id or plan.area_id, on, None, None, s.light, s.sentence)
        for s in standings.select_related("target").order_by(*in_order)
    ]
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(SCHEMA)
    table = pa.table(
        [pa.array(values, field.type) for values, field in zip(columns, SCHEMA, strict=True)],
        schema=SCHEMA,
    )
    file = BytesIO()
    pq.write_table(table, file, compression="zstd")
    return file.getvalue(), figures


def read_archive(archive: Archive) -> pa.Table:
    """The file as it was written; one that was changed since is not read."""
    with archive.file.open("rb") as file:
        content: bytes = file.read()
    if sm3(content) != archive.sm3:
        raise ValidationError(
            _("%(on)s 的归档文件与归档时不一致。请联系管理员核查。") % {"on": archive.on}
        )
    return pq.read_table(BytesIO(content))


def differences(archive: Archive) -> list[Difference]:
    """Compute a filed period again from today's records, and name every figure that differs."""
    filed: dict[tuple[str, str], tuple[Decimal, Decimal | None]] = {}
    for row in read_archive(archive).to_pylist():
        if row["kind"] == "indicator":
            filed[row["name"], row["area"]] = (row["numerator"], row["denominator"])
    plan = archive.plan
    now: dict[tuple[str, str], tuple[Decimal, Decimal | None]] = {}
    for name, by_area in queries.ledger(plan, archive.on).figures.items():
        for code, figure in queries.with_whole(name, by_area, plan.area_id).items():
            bottom = figure.denominator
            now[name, code] = (
                rounded(figure.numerator, 4),
                None if bottom is None else rounded(bottom, 4),
            )
    return [
        Difference(*key, _shown(filed.get(key)), _shown(now.get(key)))
        for key in sorted({*filed, *now})
        if filed.get(key) != now.get(key)
    ]


def _shown(parts: tuple[Decimal, Decimal | None] | None) -> str:
    if parts is None:
        return "—"
    top, bottom = parts
    return f"{top:f}" if bottom is None else f"{top:f} ÷ {bottom:f}"
