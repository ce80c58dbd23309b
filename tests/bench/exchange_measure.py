"""One measurement of `exchange`: `python -m tests.bench.exchange_measure NAME FOLDER ROWS`."""

import datetime as dt
import json
import os
import random
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jimin.project.settings")
import django

django.setup()

from jimin.engine.matching.identity import check_character  # noqa: E402
from jimin.foundation.access.models import Post, User  # noqa: E402
from jimin.foundation.access.scope import acting_as, acting_as_system  # noqa: E402
from jimin.foundation.records import exchange, exports  # noqa: E402
from jimin.foundation.records.declare import registry  # noqa: E402
from jimin.foundation.records.many_rows import many_rows  # noqa: E402
from jimin.foundation.tables import OutColumn, stream_xlsx  # noqa: E402
from jimin.kernel.areas.models import Area  # noqa: E402
from jimin.kernel.people.models import Person  # noqa: E402

from .measure import peak_mib  # noqa: E402

RECORD = registry["people.person"]
HEAD = ("姓名", "公民身份号码", "电话", "残疾等级", "所在村", "住址")
SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张"
GIVEN = "伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂文辉玲红建国志华梅林鑫波斌宇浩凯健俊帆雪荣"


def prepare(folder: Path, rows: int) -> dict[str, Any]:
    from django.core.management import call_command

    from jimin.kernel.areas.services import load_divisions

    call_command("migrate", verbosity=0)
    load_divisions()
    user = User.objects.create_user("bench", "测试")
    Post.objects.create(
        user=user,
        role="township_clerk",
        area_id="220200000000",
        valid_from=dt.date(2016, 1, 1),
    )
    stream_xlsx(folder / "persons.xlsx", "人员", [OutColumn(h) for h in HEAD], _persons(rows))
    return {}


def _persons(rows: int) -> Iterator[list[Any]]:
    chosen = random.Random(2016)
    villages = list(Area.objects.filter(level="community").values_list("pk", flat=True))
    for n in range(rows):
        born = dt.date(1940, 1, 1) + dt.timedelta(days=n % 25_000)
        body = f"220202{born:%Y%m%d}{n // 25_000:03d}"
        given = "".join(chosen.choice(GIVEN) for _ in range(chosen.randint(1, 2)))
        yield [
            chosen.choice(SURNAMES) + given,
            body + check_character(body),
            f"138{n:08d}",
            chosen.choice((0, 0, 0, 0, 1, 2, 3, 4)),
            chosen.choice(villages),
            f"{n} 号",
        ]


def load(folder: Path, rows: int) -> dict[str, Any]:
    """A workbook of persons that are all new, with their history, as the job loads good rows."""
    from django.db import transaction

    user = User.objects.get(username="bench")
    with acting_as(user):
        begun = time.perf_counter()
        table = exchange.read_table(RECORD, folder / "persons.xlsx")
        with many_rows():
            run = exchange.Pass(user, RECORD, table, writes=True, file_name="persons.xlsx")
            result = exchange.Result()
            for batch in run.batches():
                with transaction.atomic():
                    result.add(run.take(batch), batch)
        seconds = time.perf_counter() - begun
    assert result.counts["new"] == rows, result.counts
    return {"seconds": seconds}


def import_export(folder: Path, rows: int) -> dict[str, Any]:
    """The same with django-import-export: model validation, one transaction, no history."""
    import tablib
    from import_export import fields, instance_loaders, resources, widgets
    from python_calamine import CalamineWorkbook

    from jimin.foundation.sealed.fields import keys

    names = ("name", "citizen_id", "phone", "disability_grade", "area", "address")

    class ByDigest(instance_loaders.ModelInstanceLoader):  # a sealed number has no other look-up
        def get_instance(self, row: Any) -> Any:
            digest = keys().digest_of(row["citizen_id"])
            return self.get_queryset().filter(citizen_id_digest=digest).first()

    class Persons(resources.ModelResource):
        area = fields.Field(
            attribute="area", column_name="area", widget=widgets.ForeignKeyWidget(Area, "code")
        )

        class Meta:
            model = Person
            import_id_fields = ("citizen_id",)
            instance_loader_class = ByDigest
            fields = names
            clean_model_instances = True
            use_transactions = True

    with acting_as_system("bench"):
        begun = time.perf_counter()
        book = CalamineWorkbook.from_path(folder / "persons.xlsx")
        given = tablib.Dataset(*book.get_sheet_by_index(0).to_python()[1:], headers=names)
        result = Persons().import_data(given, raise_errors=True)
        seconds = time.perf_counter() - begun
        assert result.totals["new"] == rows, result.totals
        Person._base_manager.all().delete()
    return {"seconds": seconds}


def export(folder: Path, rows: int) -> dict[str, Any]:
    user = User.objects.get(username="bench")
    with acting_as(user):
        begun = time.perf_counter()
        made = exports.Export(user, RECORD, exports.Wanted("", "xlsx"))
        made.write(folder / "export.xlsx")
        seconds = time.perf_counter() - begun
    assert made.written == rows
    return {"seconds": seconds}


def xlsxwriter(folder: Path, rows: int) -> dict[str, Any]:
    """The rows of the export, already in memory as they are to be written."""
    import xlsxwriter as library
    from python_calamine import CalamineWorkbook

    read = CalamineWorkbook.from_path(folder / "export.xlsx").get_sheet_by_index(0).to_python()
    begun = time.perf_counter()
    book = library.Workbook(str(folder / "bare.xlsx"), {"constant_memory": True})
    text, day = book.add_format({"num_format": "@"}), book.add_format({"num_format": "yyyy-mm-dd"})
    sheet = book.add_worksheet()
    for at, values in enumerate(read):
        for place, value in enumerate(values):
            if isinstance(value, dt.date):
                sheet.write_datetime(at, place, value, day)
            elif isinstance(value, str):
                if value:
                    sheet.write_string(at, place, value, text)
            else:
                sheet.write_number(at, place, value)
    book.close()
    return {"seconds": time.perf_counter() - begun}


MEASURES: dict[str, Callable[[Path, int], dict[str, Any]]] = {
    "prepare": prepare,
    "load": load,
    "import_export": import_export,
    "export": export,
    "xlsxwriter": xlsxwriter,
}

if __name__ == "__main__":
    before = peak_mib()
    answer = MEASURES[sys.argv[1]](Path(sys.argv[2]), int(sys.argv[3]))
    print(json.dumps({**answer, "peak_mib": peak_mib(), "before_mib": before}))
