"""A database as it was before people's health was sealed, and what is in it once it is migrated."""

import datetime as dt
import gc
import json
from pathlib import Path
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

BEFORE = [("people", "0005_indexes_of_lists"), ("assistance", "0003_refused_jobs")]
DAY = dt.date(2016, 6, 1)
INPUTS = {"members": [{"disability_grade": 2, "name": "王芳"}]}


def migrate_with_rows() -> None:
    gc.disable()
    for app, name in BEFORE:
        call_command("migrate", app, name, verbosity=0, skip_checks=True)
    _fill(MigrationExecutor(connection).loader.project_state(BEFORE).apps)
    call_command("migrate", verbosity=0, skip_checks=True)
    print(json.dumps({"read": _read(), "held": _held()}, ensure_ascii=False))


def _fill(apps: Any) -> None:
    def made(label: str, **values: Any) -> Any:
        return apps.get_model(label)._base_manager.create(**values)

    area = made("areas.Area", code="220202001001", name="示例村", level="community", kind="村")
    persons = [made("people.Person", name="王芳", disability_grade=n, area=area) for n in (0, 2, 4)]
    family = made("people.Household", number="H1", area=area, residence="rural", head=persons[0])
    declaration = made("assistance.Declaration", household=family, declared_on=DAY)
    for person, is_ill in zip(persons, (True, False, None), strict=True):
        made(
            "assistance.MemberFacts",
            declaration=declaration,
            person=person,
            relation="0",
            disability_grade=person.disability_grade,
            is_seriously_ill=is_ill,
        )
    made(
        "assistance.Assessment",
        declaration=declaration,
        month=DAY,
        policy="jilin",
        version="0",
        conclusion="符合",
        inputs=INPUTS,
        result={"steps": []},
    )
    name = default_storage.save(
        "lake/assessments/2016-06/books.parquet", ContentFile(b"PAR1 books")
    )
    made("assistance.MonthRun", area=area, month=DAY, policy="jilin", version="0", books=name)


def _read() -> dict[str, Any]:
    from jimin.domains.assistance.models import Assessment, MemberFacts, MonthRun
    from jimin.foundation.sealed.rotation import remaining
    from jimin.kernel.people.models import Person

    run = MonthRun._base_manager.get()
    return {
        "grades": list(
            Person._base_manager.order_by("pk").values_list("disability_grade", flat=True)
        ),
        "facts": list(
            MemberFacts._base_manager.order_by("pk").values_list(
                "disability_grade", "is_seriously_ill"
            )
        ),
        "inputs": Assessment._base_manager.get().inputs,
        "books": run.read_books().decode(),
        "files": sorted(path.name for path in Path(run.books.path).parent.iterdir()),
        "remaining": remaining(),
    }


def _held() -> list[str]:
    """What the tables hold of it."""
    found = []
    for column, table in (
        ("disability_grade", "people_person"),
        ("disability_grade", "assistance_memberfacts"),
        ("is_seriously_ill", "assistance_memberfacts"),
        ("inputs", "assistance_assessment"),
        ("result", "assistance_assessment"),
    ):
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {column} FROM {table} WHERE {column} IS NOT NULL")
            found += [text for (text,) in cursor.fetchall()]
    return found
