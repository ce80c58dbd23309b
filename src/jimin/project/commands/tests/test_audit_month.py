"""`jimin audit month`: what a county's month decided, computed again from its sealed books."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result

from jimin.domains.assistance.models import MonthRun
from jimin.domains.assistance.services import assess_month, declare_many
from jimin.domains.assistance.tests.conftest import COUNTY, build_street
from jimin.domains.assistance.tests.test_months import JUNE, SYSTEM, declared
from jimin.foundation.access.scope import acting_as_system
from jimin.foundation.sealed.own_keys import write_sealed
from jimin.foundation.sealed.rules import sm3
from jimin.kernel.areas.models import Area
from jimin.project.cli import main


@pytest.fixture
def run(db: None, settings: Any, tmp_path: Path) -> MonthRun:
    settings.MEDIA_ROOT = tmp_path
    with acting_as_system("test"):
        street = build_street()
        families = [declared(street.family(), wage) for wage in ("100", "425", None)]
        declare_many(actor=SYSTEM, declared=families)
        county = Area.objects.get(pk=COUNTY)
        [found] = assess_month(actor=SYSTEM, month=JUNE, area=county)
    return found


def again(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["audit", "month", *arguments])


@pytest.mark.parametrize("county", [COUNTY, COUNTY[:6]])
def test_a_month_is_computed_again(run: MonthRun, county: str) -> None:
    found = again(county, "2016-06")
    assert found.exit_code == 0, found.output
    assert "复算 3 户（其中 3 户逐户复核），结果全部一致" in found.output


def test_what_is_different_is_told(run: MonthRun) -> None:
    """Even where somebody with the keys had altered books and digest alike."""
    table = pq.read_table(io.BytesIO(run.read_books()))
    at = table.column_names.index("amount_fen")
    more = pc.add(table["amount_fen"], pa.scalar(100, table["amount_fen"].type))
    file = io.BytesIO()
    pq.write_table(table.set_column(at, table.field(at), more), file)
    write_sealed(Path(run.books.path), file.getvalue(), run.books_key)
    assert "底册与核定时不一致" in again(COUNTY, "2016-06").output
    MonthRun._base_manager.update(sm3=sm3(file.getvalue()))
    found = again(COUNTY, "2016-06")
    assert found.exit_code == 1
    assert "有 2 户不同" in found.output


def damaged(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[100] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize("wreck", [damaged, Path.unlink])
def test_books_that_cannot_be_opened_are_refused(
    run: MonthRun, wreck: Callable[[Path], None]
) -> None:
    wreck(Path(run.books.path))
    found = again(COUNTY, "2016-06")
    assert found.exit_code == 2
    assert "底册打不开" in found.output


@pytest.mark.parametrize("asked", [(COUNTY, "2016-07"), ("220281", "2016-06"), (COUNTY, "六月")])
def test_a_month_that_was_not_assessed_is_refused(run: MonthRun, asked: tuple[str, str]) -> None:
    found = again(*asked)
    assert found.exit_code == 2
    assert "请核对区划代码和月份" in found.output
