"""Importing the workbooks that offices really have, and what an export gives back."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from jimin.foundation.access.models import User
from jimin.foundation.access.scope import acting_as, acting_as_system
from jimin.foundation.audit.models import Entry
from jimin.foundation.records import cells, exchange
from jimin.foundation.records.declare import registry
from jimin.foundation.records.models import Upload
from jimin.foundation.tables import BadCellError
from jimin.foundation.tables.cells import From1904
from jimin.kernel.areas.models import Area
from jimin.kernel.areas.tests.few import ALSO_HERE, HERE, THERE, TOWNSHIP, few_areas
from jimin.kernel.people.models import Household, Person

from .factories import identity_number

MakeUser = Callable[..., User]
PERSONS, HOUSEHOLDS = registry["people.person"], registry["people.household"]


@pytest.fixture
def clerk(db: None, make_user: MakeUser) -> Client:
    few_areas()
    client = Client()
    client.force_login(make_user("township_clerk", TOWNSHIP))
    return client


def workbook(folder: Path, *rows: list[Any]) -> SimpleUploadedFile:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in rows:
        sheet.append(row)
    path = folder / "book.xlsx"
    book.save(path)
    return SimpleUploadedFile("名册.xlsx", path.read_bytes())


def preview(client: Client, file: SimpleUploadedFile, record: Any = PERSONS) -> Any:
    sent = client.post(record.url("import"), {"file": file})
    assert sent.status_code == 302, sent.content.decode()
    return client.get(sent.headers["Location"])


def messages(page: Any) -> list[tuple[int, str, str]]:
    return [(fault["row"], fault["column"], fault["message"]) for fault in page.context["faults"]]


def persons() -> list[Person]:
    with acting_as_system("test"):
        return list(Person.objects.order_by("pk"))


def test_a_table_as_offices_keep_it_is_read(clerk: Client, tmp_path: Path) -> None:
    file = workbook(
        tmp_path,
        ["兴华街道低收入人员名册"],
        ["填表日期：2016年7月"],
        ["序号", "姓 名", "身份证号码", "联系电话", "所在村", "出生日期", "性别", "备注"],
        [1, "张伟", identity_number(7), 13800001111, HERE, dt.date(1950, 8, 8), "男", "无"],
        [
            2,
            "欧阳　娜",
            identity_number(8),
            "１３８００００２２２２",
            f"{ALSO_HERE} 某地",
            None,
            "",
            "",
        ],
        [],
        [
            3,
            "李强",
            identity_number(9),
            None,
            f"某地{TOWNSHIP}某地{HERE}",
            "1950.10.10",
            None,
            None,
        ],
    )
    page = preview(clerk, file)
    assert messages(page) == []
    assert page.context["counts"] == {"new": 3, "changed": 0, "unchanged": 0, "wrong": 0}
    clerk.post(page.request["PATH_INFO"], {"decision": "all"})
    assert [(p.name, p.phone, p.area_id, p.birth) for p in persons()] == [
        ("张伟", "13800001111", HERE, dt.date(1950, 8, 8)),
        ("欧阳　娜", "13800002222", ALSO_HERE, dt.date(1950, 9, 9)),
        ("李强", "", HERE, dt.date(1950, 10, 10)),
    ]


def test_every_wrong_cell_is_named(clerk: Client, tmp_path: Path) -> None:
    number = identity_number
    file = workbook(
        tmp_path,
        ["姓名", "公民身份号码", "所在村", "残疾等级", "出生日期", "性别"],
        ["甲", int(number(1)[:17] + "0"), HERE, 0, None, None],
        ["乙", number(2)[:17] + ("1" if number(2)[17] != "1" else "2"), HERE, 0, None, None],
        ["丙", number(3), "没有的村", 0, None, None],
        ["丁", number(4), HERE, 5, None, None],
        ["戊", number(5), HERE, 0, "去年", "雄"],
        [None, number(6), HERE, 0, None, None],
        ["庚", None, HERE, 0, None, None],
        ["辛", "2202**********1234", HERE, 0, None, None],
        ["壬", number(9), THERE, 0, None, None],
        ["癸", number(10), TOWNSHIP, 0, None, None],
        ["子", number(11), HERE, 0, dt.date(1999, 1, 1), None],
    )
    page = preview(clerk, file)
    found = messages(page)
    assert page.context["counts"] == {"new": 0, "changed": 0, "unchanged": 0, "wrong": 11}
    said = {(row, column): message for row, column, message in found}
    assert "末几位已丢失" in said[2, "公民身份号码"]
    assert "校验码不对" in said[3, "公民身份号码"]
    assert said[4, "所在村"] == "您的辖区内没有“没有的村”。请核对名称，或填 12 位区划代码。"
    assert said[5, "残疾等级"] == "残疾等级应为 0 至 4。"
    assert "2016-03-01" in said[6, "出生日期"]
    assert "“男”、“女”" in said[6, "性别"]
    assert said[7, "姓名"] == "请填写姓名。"
    assert "没有填写公民身份号码" in said[8, "公民身份号码"]
    assert "被遮盖" in said[9, "公民身份号码"]
    assert said[10, "所在村"] == f"您的辖区内没有代码为 {THERE} 的区划。请核对代码。"
    assert said[11, "所在村"] == "请选到具体的村（社区）。"
    assert said[12, "出生日期"] == "出生日期与公民身份号码不一致，请核对。"
    clerk.post(page.request["PATH_INFO"], {"decision": "good"})
    assert persons() == []
    assert [e.verb for e in Entry.objects.all()] == ["import"]


def test_all_that_is_wrong_with_a_row_is_said_at_once(clerk: Client, tmp_path: Path) -> None:
    """Nobody corrects a cell to be told of the next one."""
    file = workbook(
        tmp_path,
        ["姓名", "身份证号码", "电话", "所在村", "出生日期"],
        ["张伟", "220202195001010000", "139 not", "没有的村", "1950-01-01"],
        ["李娜", "", "139 not", HERE, "去年"],
    )
    page = preview(clerk, file)
    assert sorted((row, column) for row, column, _said in messages(page)) == [
        (2, "公民身份号码"),
        (2, "所在村"),
        (2, "电话"),
        (3, "公民身份号码"),
        (3, "出生日期"),
        (3, "电话"),
    ]
    assert persons() == []


def test_a_name_that_fits_two_villages_is_not_guessed(clerk: Client, tmp_path: Path) -> None:
    Area.objects.filter(pk__in=[HERE, ALSO_HERE]).update(name="新村")
    file = workbook(
        tmp_path, ["姓名", "公民身份号码", "所在村"], ["甲", identity_number(1), "新村"]
    )
    assert "您的辖区内有 2 个“新村”" in messages(preview(clerk, file))[0][2]


def test_an_empty_cell_changes_nothing(clerk: Client, tmp_path: Path) -> None:
    Person.objects.create(
        name="甲",
        citizen_id=identity_number(1),
        sex="1",
        birth=dt.date(1950, 2, 2),
        phone="13800001111",
        address="一号",
        area_id=HERE,
    )
    file = workbook(
        tmp_path, ["姓名", "公民身份号码", "电话", "住址"], ["乙", identity_number(1), None, " "]
    )
    page = preview(clerk, file)
    assert [o["differences"] for o in page.context["changed"]] == [[("姓名", "甲", "乙")]]
    assert page.context["unused"] == ["性别", "出生日期", "残疾等级", "所在村", "死亡日期"]
    clerk.post(page.request["PATH_INFO"], {"decision": "all"})
    (person,) = persons()
    assert (person.name, person.phone, person.address) == ("乙", "13800001111", "一号")


def test_an_export_comes_back_as_no_change(clerk: Client, tmp_path: Path) -> None:
    """Also with a head who stands masked in the table, and one who lives elsewhere."""
    head = Person.objects.create(name="甲", citizen_id=identity_number(1), area_id=THERE)
    Household.objects.create(number="1", area_id=HERE, residence="rural", head=head)
    Household.objects.create(number="2", area_id=HERE, residence="urban")
    exported = clerk.post(HOUSEHOLDS.url("export"), {"format": "xlsx"})
    content = b"".join(exported.streaming_content)  # type: ignore[attr-defined]
    page = preview(clerk, SimpleUploadedFile("导出.xlsx", content), HOUSEHOLDS)
    assert messages(page) == []
    assert page.context["counts"] == {"new": 0, "changed": 0, "unchanged": 2, "wrong": 0}


def test_a_head_is_found_by_the_identity_number(clerk: Client, tmp_path: Path) -> None:
    head = Person.objects.create(name="甲", citizen_id=identity_number(1), area_id=HERE)
    Person.objects.create(name="乙", citizen_id=identity_number(2), area_id=THERE)
    file = workbook(
        tmp_path,
        ["家庭编号", "所在村", "城乡类别", "户主"],
        ["1", HERE, "农村", identity_number(1)],
        ["2", HERE, "农村", identity_number(2)],
    )
    page = preview(clerk, file, HOUSEHOLDS)
    assert [(row, column) for row, column, _ in messages(page)] == [(3, "户主")]
    clerk.post(page.request["PATH_INFO"], {"decision": "good"})
    with acting_as_system("test"):
        assert list(Household.objects.values_list("number", "head")) == [("1", head.pk)]


def test_a_csv_of_an_office_is_read(clerk: Client) -> None:
    text = f"姓名,公民身份号码,所在村\n甲,{identity_number(1)},{HERE}\n"
    page = preview(clerk, SimpleUploadedFile("名册.csv", text.encode("gb18030")))
    assert page.context["counts"]["new"] == 1


def test_the_uploaded_file_is_stored_sealed_and_dropped(
    clerk: Client, tmp_path: Path, django_capture_on_commit_callbacks: Any
) -> None:
    file = workbook(tmp_path, ["姓名", "公民身份号码", "所在村"], ["甲", identity_number(1), HERE])
    page = preview(clerk, file)
    sealed = Upload.objects.get().file
    assert not Path(sealed.path).read_bytes().startswith(b"PK")
    with django_capture_on_commit_callbacks(execute=True):
        clerk.post(page.request["PATH_INFO"], {"decision": "drop"})
    kept = Upload.objects.get()
    assert (kept.state, kept.file.name) == (Upload.State.DROPPED, "")
    assert not Path(sealed.path).exists()
    clerk.post(page.request["PATH_INFO"], {"decision": "all"})
    assert persons() == []


def test_too_many_rows_are_refused(
    clerk: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exchange, "MOST_ROWS", 1)
    rows = [["甲", identity_number(n), HERE] for n in range(2)]
    file = workbook(tmp_path, ["姓名", "公民身份号码", "所在村"], *rows)
    refused = clerk.post(PERSONS.url("import"), {"file": file})
    assert refused.status_code == 422
    assert "一次最多导入 1 行，这个文件有 2 行" in refused.content.decode()
    assert not Upload.objects.exists()


@pytest.mark.parametrize(
    ("raw", "wanted"),
    [
        ("2016-03-01", dt.date(2016, 3, 1)),
        ("２０１６／３／１", dt.date(2016, 3, 1)),
        ("2016年3月1日", dt.date(2016, 3, 1)),
        (20160301, dt.date(2016, 3, 1)),
        (20160301.0, dt.date(2016, 3, 1)),
        (dt.datetime(2016, 3, 1, 8), dt.date(2016, 3, 1)),
        (42430, dt.date(2016, 3, 1)),
        (42430.0, dt.date(2016, 3, 1)),
        (10000, dt.date(1927, 5, 18)),
        (73050, dt.date(2099, 12, 31)),
    ],
)
def test_a_day_is_read_as_it_is_written(raw: Any, wanted: dt.date) -> None:
    assert cells.day(raw) == wanted


@pytest.mark.parametrize(
    "raw",
    [
        "2016-02-30",
        "3/1/2016",
        "16-3-1",
        True,
        "2016-3",
        2016,
        201603,
        19801,
        20163.0,
        42430.5,
        "42430",
        9999,
        73051,
        From1904(42430),
    ],
)
def test_a_day_is_not_guessed(raw: Any) -> None:
    with pytest.raises(BadCellError):
        cells.day(raw)


@pytest.mark.parametrize(("from_1904", "died_on"), [(False, dt.date(2016, 3, 1)), (True, None)])
def test_a_number_is_a_day_where_days_count_from_1900(
    clerk: Client, tmp_path: Path, from_1904: bool, died_on: dt.date | None
) -> None:
    """The cell of a date that lost its format."""
    book = openpyxl.Workbook()
    if from_1904:
        book.epoch = CALENDAR_MAC_1904
    assert book.active is not None
    book.active.append(["姓名", "公民身份号码", "所在村", "死亡日期"])
    book.active.append(["甲", identity_number(1), HERE, 42430])
    book.save(tmp_path / "名册.xlsx")
    table = exchange.read_table(PERSONS, tmp_path / "名册.xlsx")
    [row] = table.rows
    assert row.read("死亡日期", cells.day) == died_on
    assert [fault.value for fault in row.faults] == ([] if died_on else ["42430"])


def test_rows_that_are_written_are_let_go_and_wrong_ones_kept(
    clerk: Client, tmp_path: Path
) -> None:
    """The workbook of errors is made of the wrong rows after the rest is written."""
    path = tmp_path / "名册.xlsx"
    path.write_bytes(
        workbook(
            tmp_path,
            ["姓名", "公民身份号码", "所在村"],
            ["张伟", identity_number(7), HERE],
            ["王芳", "220202", HERE],
        ).read()
    )
    user = User.objects.get()
    with acting_as(user):
        table = exchange.read_table(PERSONS, path)
        good, wrong = table.rows
        for writes in (False, True):
            exchange.Pass(user, PERSONS, table, writes=writes).take(table.rows)
            assert wrong.raw("姓名") == "王芳"
            if not writes:
                assert good.raw("姓名") == "张伟"
    with pytest.raises(AttributeError):
        good.raw("姓名")
    assert [person.name for person in persons()] == ["张伟"]
