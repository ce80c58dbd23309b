"""What the tests let another process do: `python -m tests.interrupted.office WHAT ROWS`."""

import datetime as dt
import json
import os
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jimin.project.settings")
import django

django.setup()

from django.core.management import call_command  # noqa: E402

from jimin.foundation.access.models import Post, User  # noqa: E402
from jimin.foundation.access.scope import acting_as_system  # noqa: E402
from jimin.foundation.audit import services as audit  # noqa: E402
from jimin.foundation.audit.models import Entry  # noqa: E402
from jimin.foundation.jobs import services as jobs  # noqa: E402
from jimin.foundation.jobs.models import Job  # noqa: E402
from jimin.foundation.records.exports import Wanted  # noqa: E402
from jimin.foundation.records.jobs import EXPORT, LOAD  # noqa: E402
from jimin.foundation.records.models import Upload  # noqa: E402
from jimin.foundation.tables import OutColumn, stream_xlsx  # noqa: E402
from jimin.kernel.areas.tests.few import HERE, TOWNSHIP, few_areas  # noqa: E402
from jimin.kernel.people.models import Person  # noqa: E402
from tests.factories import identity_number  # noqa: E402

HEAD = ("姓名", "公民身份号码", "所在村")


def prepare() -> User:
    call_command("migrate", verbosity=0)
    few_areas()
    user = User.objects.create_user("clerk", "王经办")
    Post.objects.create(
        user=user, role="township_clerk", area_id=TOWNSHIP, valid_from=dt.date(2016, 1, 1)
    )
    return user


def ask_import(rows: int, mode: str) -> None:
    """Every tenth row is wrong when only the good ones are wanted."""
    user = prepare()
    upload = Upload(user=user, subject="people.person", file_name="名册.xlsx")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.xlsx"
        lines = (
            ("" if mode == "good" and n % 10 == 9 else f"甲{n}", identity_number(n), HERE)
            for n in range(rows)
        )
        stream_xlsx(path, "人员", [OutColumn(label) for label in HEAD], lines)
        upload.seal(path)
    upload.save()
    values = {
        "upload": str(upload.pk),
        "subject": "people.person",
        "file": "名册.xlsx",
        "mode": mode,
    }
    upload.load_job = jobs.ask(actor=user, kind=LOAD, values=values, once=f"import {upload.pk}")
    upload.save()


def ask_export(rows: int) -> None:
    user = prepare()
    Person._base_manager.bulk_create(
        Person(name=f"甲{n}", citizen_id=identity_number(n), area_id=HERE) for n in range(rows)
    )
    wanted = Wanted("", "xlsx")
    values = {"subject": "people.person", "rows": rows, "wanted": wanted.sealed()}
    jobs.ask(actor=user, kind=EXPORT, values=values, total=rows)


def tell() -> None:
    with acting_as_system("test"):
        job = Job.objects.get(owner__isnull=False)
        persons = Person.objects.values_list("citizen_id_digest", flat=True)
        verbs = list(Entry.objects.order_by("id").values_list("verb", flat=True))
        kept = Path(job.result.path) if job.result else None
        print(
            json.dumps(
                {
                    "state": job.state,
                    "attempt": job.attempt,
                    "persons": len(persons),
                    "different": len(set(persons)),
                    "added": verbs.count("add"),
                    "imports": verbs.count("import"),
                    "exports": verbs.count("export"),
                    "broken": audit.first_broken(),
                    "result": bool(kept and kept.exists()),
                    "outcome": [u.outcome for u in Upload.objects.all()],
                }
            )
        )


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["import", rows, mode]:
            ask_import(int(rows), mode)
        case ["export", rows]:
            ask_export(int(rows))
        case ["tell"]:
            tell()
