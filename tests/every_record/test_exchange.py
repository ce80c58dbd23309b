"""Import and export."""

from pathlib import Path

import openpyxl
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import BooleanField
from django.test import Client
from django.urls import reverse

from jimin.foundation.access.scope import acting_as_system
from jimin.foundation.audit.models import Entry
from jimin.foundation.audit.services import first_broken
from jimin.foundation.records.cells import label_of, parser_for
from jimin.foundation.records.declare import RecordType
from jimin.foundation.records.services import version_of
from jimin.foundation.records.values import cell
from jimin.kernel.areas.tests.few import HERE, THERE

from .walk import (
    MakeUser,
    api,
    build,
    counts,
    csv_rows,
    every,
    every_editable,
    every_scoped_editable,
    make,
    now,
    sheet_of,
    sign_in,
    stored,
    text_of,
    upload,
    words_of,
)


@every
def test_an_export_is_the_list(record: RecordType, keeper: Client, tmp_path: Path) -> None:
    for number in range(1, 5):
        make(record, HERE, number)
    sort = words_of(record)
    listed = [i["id"] for i in keeper.get(api(record), {"sort": f"-{sort}"}).json()["items"]]
    with acting_as_system("test"):
        wanted = [getattr(record.rows().get(pk=pk), sort) for pk in listed]
    place = 1 + list(record.fields).index(sort) - 1
    address = f"{record.url('export')}?sort=-{sort}"
    title, head, *rows = csv_rows(keeper.post(address, {"format": "csv"}))
    assert "导出" in title[0]
    assert head == [label_of(record, name) for name in record.fields]
    assert [row[place] for row in rows] == wanted
    path = tmp_path / "export.xlsx"
    path.write_bytes(b"".join(keeper.post(address, {"format": "xlsx"}).streaming_content))  # type: ignore[attr-defined]
    sheet = openpyxl.load_workbook(path).worksheets[0]
    assert [row[place].value for row in sheet.iter_rows(min_row=3)] == wanted
    assert [(e.verb, e.values["rows"]) for e in Entry.objects.all()] == [
        ("export", len(wanted)),
        ("export", len(wanted)),
    ]


@every
def test_an_export_runs_nothing_in_a_spreadsheet(record: RecordType, keeper: Client) -> None:
    obj = make(record)
    name = words_of(record)
    record.model._base_manager.filter(pk=obj.pk).update(**{name: "=1+1"})
    rows = csv_rows(keeper.post(record.url("export"), {"format": "csv"}))
    place = list(record.fields).index(name)
    assert "'=1+1" in [row[place] for row in rows[2:]]
    assert not any(value.startswith("=") for row in rows for value in row)


@every_editable
def test_an_import_shows_first_and_writes_then(
    record: RecordType, keeper: Client, tmp_path: Path
) -> None:
    name = words_of(record)
    known = make(record, HERE, 1)
    changed = build(record, HERE, 1)
    setattr(changed, name, "改过的内容")
    same = make(record, HERE, 2)
    file = sheet_of(record, [changed, build(record, HERE, 2), build(record, HERE, 3)], tmp_path)
    preview = upload(keeper, record, file)
    shown = keeper.get(preview)
    assert shown.context["counts"] == {"new": 1, "changed": 1, "unchanged": 1, "wrong": 0}, [
        (f["place"], f["message"]) for f in shown.context["faults"]
    ]
    assert "改过的内容" in text_of(shown)
    assert len(stored(record)) == 2
    assert not Entry.objects.exists()

    for _ in range(2):  # sent twice, it is done once
        assert keeper.post(preview, {"decision": "all"}).status_code == 302
    assert len(stored(record)) == 3
    assert getattr(now(record, known), name) == "改过的内容"
    assert version_of(now(record, same)) == version_of(same)
    assert sorted(e.verb for e in Entry.objects.all()) == ["add", "change", "import"]
    assert "导入“名册.xlsx”" in Entry.objects.get(verb="change").reason
    assert first_broken() is None

    file.seek(0)
    again = upload(keeper, record, file)
    assert counts(keeper, again) == {"new": 0, "changed": 0, "unchanged": 3, "wrong": 0}


@every_scoped_editable
def test_an_import_with_a_wrong_row_is_all_or_the_good_rows(
    record: RecordType, keeper: Client, tmp_path: Path
) -> None:
    file = sheet_of(record, [build(record, HERE, 1), build(record, THERE, 2)], tmp_path)
    preview = upload(keeper, record, file)
    assert counts(keeper, preview) == {"new": 1, "changed": 0, "unchanged": 0, "wrong": 1}
    marked = tmp_path / "errors.xlsx"
    errors = keeper.get(reverse(f"records:{record.slug}-errors", args=[preview.split("/")[-2]]))
    marked.write_bytes(b"".join(errors.streaming_content))  # type: ignore[attr-defined]
    sheet = openpyxl.load_workbook(marked).worksheets[0]
    reasons = [row[-1].value for row in sheet.iter_rows()]
    assert reasons[0] == "错误原因"
    assert reasons[1] is None
    assert "辖区" in str(reasons[2])

    keeper.post(preview, {"decision": "all"})
    assert stored(record) == []
    assert not Entry.objects.exists()
    keeper.post(preview, {"decision": "good"})
    assert len(stored(record)) == 1
    assert sorted(e.verb for e in Entry.objects.all()) == ["add", "import"]


@every_editable
def test_an_import_refuses_a_key_given_twice(
    record: RecordType, keeper: Client, tmp_path: Path
) -> None:
    if record.key == "pk":
        return
    file = sheet_of(record, [build(record, HERE, 1), build(record, HERE, 1)], tmp_path)
    preview = upload(keeper, record, file)
    assert counts(keeper, preview)["wrong"] == 1
    assert "与第 2 行重复" in text_of(keeper.get(preview))


@every_scoped_editable
def test_an_import_does_not_touch_another_area(
    record: RecordType, keeper: Client, tmp_path: Path
) -> None:
    foreign = make(record, THERE, 1)
    twin = build(record, THERE, 1)
    setattr(twin, words_of(record), "夺走")
    preview = upload(keeper, record, sheet_of(record, [twin], tmp_path))
    assert counts(keeper, preview)["wrong"] == 1
    keeper.post(preview, {"decision": "good"})
    assert version_of(now(record, foreign)) == version_of(foreign)


@every_editable
def test_an_upload_belongs_to_who_sent_it(
    record: RecordType, keeper: Client, make_user: MakeUser, tmp_path: Path
) -> None:
    preview = upload(keeper, record, sheet_of(record, [build(record, HERE, 1)], tmp_path))
    other = sign_in(make_user, "keeper")
    assert other.get(preview).status_code == 404
    assert other.post(preview, {"decision": "all"}).status_code == 404
    assert stored(record) == []


@every_editable
def test_what_is_no_table_is_refused_in_words(record: RecordType, keeper: Client) -> None:
    for name, content in (
        ("a.txt", b"x"),
        ("a.xlsx", b"x"),
        ("a.csv", b"\xff\xfe\x00"),
        ("a.csv", b""),
    ):
        file = SimpleUploadedFile(name, content)
        refused = keeper.post(record.url("import"), {"file": file})
        assert refused.status_code == 422
        assert "错误：" in text_of(refused)


@every_editable
def test_the_template_offers_what_can_be_chosen(
    record: RecordType, keeper: Client, tmp_path: Path
) -> None:
    path = tmp_path / "template.xlsx"
    path.write_bytes(b"".join(keeper.get(record.url("template")).streaming_content))  # type: ignore[attr-defined]
    book = openpyxl.load_workbook(path)
    sheet, guide = book.worksheets
    heads = [cell.value for cell in sheet[1]]
    offered = {}
    for rule in sheet.data_validations.dataValidation:
        assert rule.type == "list"
        (cells,) = rule.sqref.ranges
        assert (cells.min_row, cells.max_row, cells.min_col) == (2, 1048576, cells.max_col)
        offered[heads[cells.min_col - 1]] = rule.formula1.strip('"').split(",")
    wanted = {}
    for name in record.fields:
        field = record.field_map[name]
        if field.choices:
            words = [str(label) for value, label in field.flatchoices if value not in (None, "")]
            wanted[label_of(record, name)] = words
            read = parser_for(record, field)
            assert [read(word) for word in words] == [v for v, _ in field.flatchoices if v]
        elif isinstance(field, BooleanField):
            wanted[label_of(record, name)] = ["是", "否"]
    assert offered == wanted
    told = {row[0]: row for row in guide.iter_rows(min_row=2, values_only=True)}
    assert list(told) == heads
    for label, words in wanted.items():
        assert "、".join(words) in str(told[label][2])
    key = label_of(record, record.key)
    assert told[key][1] == "是"


@every_editable
def test_the_template_can_be_filled_and_imported(
    record: RecordType, keeper: Client, tmp_path: Path
) -> None:
    path = tmp_path / "template.xlsx"
    path.write_bytes(b"".join(keeper.get(record.url("template")).streaming_content))  # type: ignore[attr-defined]
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == [str(record.label), "填写说明"]
    obj = build(record, HERE, 1)
    with acting_as_system("test"):
        values = [cell(record, obj, name, unmasked=True) for name in record.fields]
    book.worksheets[0].append(
        [v if not isinstance(v, bool) else "是" if v else "否" for v in values]
    )
    book.save(path)
    file = SimpleUploadedFile("模板.xlsx", path.read_bytes())
    assert counts(keeper, upload(keeper, record, file))["new"] == 1
