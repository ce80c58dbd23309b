"""Imports of workbooks nobody thought of."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jimin.foundation.access.models import User
from jimin.foundation.access.scope import acting_as, acting_as_system
from jimin.foundation.records import exchange
from jimin.foundation.records.declare import registry
from jimin.foundation.records.exports import Export, Wanted
from jimin.foundation.tables import OutColumn, UnusableError, stream_xlsx
from jimin.kernel.areas.tests.few import ALSO_HERE, HERE, THERE, TOWNSHIP, few_areas
from jimin.kernel.people.models import Person

from .factories import identity_number

MakeUser = Callable[..., User]
PERSONS = registry["people.person"]
HEAD = ["姓名", "公民身份号码", "电话", "残疾等级", "所在村", "住址", "出生日期"]
SLOW = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

plain = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12)
hostile = st.one_of(
    plain,
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.dates(),
    st.sampled_from(
        [
            "=1+1",
            '=HYPERLINK("http://x","y")',
            "@SUM(A1)",
            "２２０２０２１９５０",
            "2.20202E+17",
            "<script>alert(1)</script>",
            "' OR 1=1 --",
            HERE,
            THERE,
            identity_number(1),
            identity_number(2).lower(),
            "甲" * 300,
            "\u200b",
            "2016年2月30日",
        ]
    ),
)
names = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=1, max_size=4)
people = st.lists(
    st.tuples(
        names,
        st.integers(1, 400),
        st.one_of(st.just(""), st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True)),
        st.integers(0, 4),
        st.sampled_from([HERE, ALSO_HERE]),
        st.text(st.sampled_from("一二三号楼路=+-@0123 "), max_size=20),
    ),
    min_size=1,
    max_size=12,
    unique_by=lambda person: person[1],
)


@pytest.fixture
def clerk(make_user: MakeUser) -> User:
    few_areas()
    return make_user("township_clerk", TOWNSHIP)


def table_of(folder: str, rows: list[list[Any]]) -> Any:
    """As Excel would store it: what begins with = is a formula."""
    book = openpyxl.Workbook()
    for row in [HEAD, *rows]:
        book.worksheets[0].append(row)
    path = Path(folder) / "book.xlsx"
    book.save(path)
    return exchange.read_table(PERSONS, path)


def count() -> int:
    with acting_as_system("test"):
        return Person.objects.count()


@SLOW
@given(rows=st.lists(st.lists(hostile, min_size=7, max_size=7), min_size=1, max_size=8))
def test_whatever_stands_in_the_cells_each_row_is_judged(
    clerk: User, rows: list[list[Any]]
) -> None:
    with TemporaryDirectory() as folder, acting_as(clerk), transaction.atomic():
        try:
            table = table_of(folder, rows)
        except UnusableError:
            return  # nothing that could be a row
        shown = exchange.rehearse(actor=clerk, record=PERSONS, table=table)
        assert sum(shown.counts.values()) == len(table.rows)
        assert {f.row for f in shown.faults} == {row.number for row in table.rows if row.faults}
        assert len({f.row for f in shown.faults}) == shown.counts["wrong"]
        assert count() == 0
        again = table_of(folder, rows)
        loaded = exchange.load(
            actor=clerk, record=PERSONS, table=again, file_name="x", only_good=True
        )
        assert loaded.counts == shown.counts
        assert count() == loaded.counts["new"]
        transaction.set_rollback(True)


@SLOW
@given(rows=people)
def test_what_was_imported_is_exported_and_is_no_change(
    clerk: User, rows: list[tuple[Any, ...]]
) -> None:
    given_rows = [
        [name, identity_number(n), phone, grade, area, address, None]
        for name, n, phone, grade, area, address in rows
    ]
    with TemporaryDirectory() as folder, acting_as(clerk), transaction.atomic():
        path = Path(folder) / "given.xlsx"
        stream_xlsx(path, "人员", [OutColumn(label) for label in HEAD], given_rows)
        loaded = exchange.load(
            actor=clerk,
            record=PERSONS,
            table=exchange.read_table(PERSONS, path),
            file_name="x",
        )
        assert loaded.counts["new"] == len(rows)
        path = Path(folder) / "export.xlsx"
        Export(clerk, PERSONS, Wanted("", "xlsx", unmasked=False)).write(path)
        with pytest.MonkeyPatch.context() as patch:  # masked keys are known by nobody
            patch.setattr("jimin.foundation.records.exports.hidden", lambda value: value)
            Export(clerk, PERSONS, Wanted("", "xlsx")).write(path)
        table = exchange.read_table(PERSONS, path)
        again = exchange.rehearse(actor=clerk, record=PERSONS, table=table)
        assert [f.message for f in again.faults] == []
        assert again.counts["unchanged"] == len(rows)
        transaction.set_rollback(True)


def bomb(sheet: bytes) -> SimpleUploadedFile:
    """A workbook whose only sheet holds this."""
    book = openpyxl.Workbook()
    book.worksheets[0].append(HEAD)
    whole, packed = io.BytesIO(), io.BytesIO()
    book.save(whole)
    with (
        zipfile.ZipFile(whole) as source,
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as out,
    ):
        for part in source.namelist():
            content = source.read(part)
            if part == "xl/worksheets/sheet1.xml":
                content = content.replace(b"</sheetData>", sheet + b"</sheetData>")
            out.writestr(part, content)
    return SimpleUploadedFile("名册.xlsx", packed.getvalue())


@pytest.mark.parametrize(
    "sheet",
    [
        b" " * (200 * 2**20),
        b"".join(b'<row r="%d"><c r="A%d"><v>1</v></c></row>' % (n, n) for n in range(2, 300_000)),
        b'<row r="2"><c r="XFD2"><v>1</v></c></row>'
        b'<row r="150000"><c r="A150000"><v>1</v></c></row>',
    ],
    ids=["200 MB of nothing", "rows without end", "a cell far away"],
)
def test_a_bomb_is_refused_before_it_goes_off(clerk: User, sheet: bytes) -> None:
    client = Client()
    client.force_login(clerk)
    file = bomb(sheet)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("jimin.foundation.records.views.imports.SMALL_FILE", 2**30)
        refused = client.post(PERSONS.url("import"), {"file": file})
    assert refused.status_code == 422
    assert "请" in refused.context["problem"]
