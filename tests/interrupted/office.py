"""What the tests let another process do, of the program that was started for them."""

import datetime as dt
import itertools
import json
import os
import signal
import tempfile
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.http import QueryDict

from jimin.domains.assistance.jobs import begin_approval, begin_month
from jimin.domains.assistance.models import MonthLine, MonthRun
from jimin.domains.assistance.services import assess_month, declare_many
from jimin.domains.assistance.tests.conftest import COUNTY, Street, build_street
from jimin.domains.assistance.tests.test_months import declared
from jimin.foundation.access.models import Post, User
from jimin.foundation.access.scope import System, acting_as, acting_as_system
from jimin.foundation.audit import services as audit
from jimin.foundation.audit.models import Entry
from jimin.foundation.jobs import services as jobs
from jimin.foundation.jobs import worker
from jimin.foundation.jobs.models import Job
from jimin.foundation.records import bulk
from jimin.foundation.records import jobs as record_jobs
from jimin.foundation.records.declare import registry
from jimin.foundation.records.exports import Wanted
from jimin.foundation.records.jobs import EXPORT, LOAD
from jimin.foundation.records.models import Batch, BatchRow, Upload
from jimin.foundation.sealed.rules import sm3
from jimin.foundation.tables import OutColumn, stream_xlsx
from jimin.kernel.areas.models import Area
from jimin.kernel.areas.tests.few import ALSO_HERE, HERE, TOWNSHIP, few_areas
from jimin.kernel.awards.models import Award
from jimin.kernel.people.models import Person
from tests.factories import identity_number

JUNE = dt.date(2016, 6, 1)
HEAD = ("姓名", "公民身份号码", "所在村")


def prepare() -> User:
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


def ask_move(rows: int) -> None:
    """All persons are to move; every tenth lives there already, which the trial has found."""
    bulk.AT_ONCE = min(bulk.AT_ONCE, rows // 2)
    user = prepare()
    Person._base_manager.bulk_create(
        Person(
            name=f"甲{n}",
            citizen_id=identity_number(n),
            area_id=ALSO_HERE if n % 10 == 9 else HERE,
        )
        for n in range(rows)
    )
    record = registry["people.person"]
    [action] = [action for action in record.actions if action.name == "move"]
    sent = QueryDict(mutable=True)
    sent.update({"area": ALSO_HERE, "reason": "搬家"})
    with acting_as(user):
        batch = bulk.choose(actor=user, record=record, action=action, rows=record.rows())
        bulk.fill_in(batch=batch, action=action, data=sent)
        batch.refresh_from_db()
        bulk.try_out(
            actor=user,
            record=record,
            action=action,
            rows=list(batch.rows.all()),
            values=bulk.values_of(action, batch),
        )
        Batch.objects.update(state=Batch.State.TRIED)
        for _ in range(2):  # two clicks
            record_jobs.carry_out(actor=user, record=record, action=action, batch=batch)


def ask_month(rows: int) -> None:
    """Families of one to three with all that a month finds, one in ten with something unknown."""
    with acting_as_system("test"):
        street = build_street()
        families = [_family(street, n) for n in range(rows)]
        declare_many(actor=System("test"), declared=families)
        [county] = Area.objects.filter(pk=COUNTY)
    for officer in (street.officer, street.second_officer):
        begin_month(actor=officer, month=JUNE, counties=[county])


def _family(street: Street, n: int) -> Any:
    births = (f"{1960 + n // 50}-01-01", f"{1980 + n // 50}-05-05", f"{2008 + n // 50}-09-01")[
        : n % 3 + 1
    ]
    wages: list[str | None] = [str(n % 15 * 60), *["0"] * (len(births) - 1)]
    return declared(street.family(*births), *([None, *wages[1:]] if n % 10 == 9 else wages))


def ask_approval(rows: int) -> None:
    """A month that was assessed, to be approved."""
    ask_month(rows)
    batch_work()
    with acting_as_system("test"):
        run = MonthRun.objects.select_related("area").get()
        Job.objects.update(owner=None)  # the one that is told of is the next
        begin_approval(actor=User.objects.get(posts__role="county_director"), run=run)


def work(commits: str) -> None:
    """Do the jobs there are; die as by SIGKILL once so many transactions were committed.

    Between two commits no other state can be left in the database, whenever a process is killed.
    """
    count = itertools.count(1)
    leave = transaction.Atomic.__exit__

    def committed() -> None:
        if next(count) == int(commits):
            os.kill(os.getpid(), signal.SIGKILL)

    def leave_and_count(self: transaction.Atomic, *raised: Any) -> None:
        leave(self, *raised)
        if not raised[0] and not connection.in_atomic_block:
            committed()

    def count_writes(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        found = execute(sql, params, many, context)
        if not connection.in_atomic_block and sql.startswith(("INSERT", "UPDATE", "DELETE")):
            committed()
        return found

    transaction.Atomic.__exit__ = leave_and_count  # type: ignore[method-assign]
    with connection.execute_wrapper(count_writes):
        batch_work()


def finish() -> None:
    """What a worker does that finds the jobs of a dead one."""
    worker.GRACE = dt.timedelta(0)
    worker.sweep()
    batch_work()


def batch_work() -> None:
    worker.work(batch=True)


def tell_month() -> None:
    """What was found, and whether the same comes out once more."""
    with acting_as_system("test"):
        run = MonthRun.objects.get()
        found, books = month_lines(), run.read_books()
        with transaction.atomic():
            [again] = assess_month(actor=System("test"), month=JUNE, area=run.area, again=True)
            same = month_lines() == found and again.sm3 == run.sm3
            transaction.set_rollback(True)
        job = Job.objects.get(owner__isnull=False)
        print(
            json.dumps(
                {
                    "state": job.state,
                    "attempt": job.attempt,
                    "households": run.households,
                    "proposals": len({line[0] for line in found}),
                    "conclusions": sorted({line[1] for line in found}),
                    "runs": Entry.objects.filter(verb="assess_month").count(),
                    "same": same,
                    "books": sm3(books) == run.sm3,
                    "broken": audit.first_broken(),
                }
            )
        )


def month_lines() -> list[tuple[int, str, str, Decimal | None, str]]:
    rows = MonthLine.objects.order_by("household_id")
    return list(rows.values_list("household_id", "conclusion", "proposal", "amount", "reason"))


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
                    "moved": verbs.count("move"),
                    "there": Person.objects.filter(area_id=ALSO_HERE).count(),
                    "states": dict(Counter(BatchRow.objects.values_list("state", flat=True))),
                    "imports": verbs.count("import"),
                    "exports": verbs.count("export"),
                    "approvals": verbs.count("approve_month"),
                    "awards": Award.objects.values("household").distinct().count(),
                    "granted": Award.objects.count(),
                    "broken": audit.first_broken(),
                    "result": bool(kept and kept.exists()),
                    "outcome": [u.outcome for u in Upload.objects.all()],
                }
            )
        )


def do(*what: str) -> None:
    match what:
        case ["import", rows, mode]:
            ask_import(int(rows), mode)
        case ["export", rows]:
            ask_export(int(rows))
        case ["move", rows]:
            ask_move(int(rows))
        case ["month", rows]:
            ask_month(int(rows))
        case ["approval", rows]:
            ask_approval(int(rows))
        case ["tell"]:
            tell()
        case ["tell", "finished"]:
            finish()
            tell()
        case ["tell", "month"]:
            tell_month()
        case _:
            raise ValueError(what)
