"""The work plan: every indicator of a year computed again, and the page leaders look at.

    python -m tests.bench.plans CASES VISITS

measures in a database of its own in the data folder and prints what it found.
"""

import argparse
import gc
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from math import ceil
from pathlib import Path
from typing import Any

from .figure import Figure

CASES, EVENTS_OF_A_CASE = 1_000_000, 5
YEAR, CITY = 2016, "220200000000"
MOST_SECONDS, MOST_MILLISECONDS = 30, 150
WARM = 5


def figures(folder: Path, options: argparse.Namespace) -> Iterator[Figure]:
    env = {**os.environ, "JIMIN_VAR": str(folder)}
    env.pop("DATABASE_URL", None)
    if options.begin:
        shutil.copytree(options.begin, folder, dirs_exist_ok=True)
    command = [sys.executable, "-m", "tests.bench.plans", str(options.cases), str(options.rounds)]
    ended = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=env)
    found: dict[str, Any] = json.loads(ended.stdout.splitlines()[-1])
    year, page = found["seconds"], found["page_ms"]
    yield Figure("plan_cases", found["cases"], "cases")
    yield Figure("plan_events", found["events"], "events")
    yield Figure(
        "plan_year_of_indicators",
        round(year, 2),
        "s",
        f"{found['indicators']} indicators, 9 counties, 12 months",
        must=f"<= {MOST_SECONDS}",
        holds=year <= MOST_SECONDS,
    )
    yield Figure(
        "plan_figures_differing_from_a_plain_count",
        found["differing"],
        "figures",
        must="= 0",
        holds=found["differing"] == 0,
    )
    yield Figure(
        "plan_city_page_p95",
        round(page, 1),
        "ms",
        f"{found['targets']} targets, from what was kept",
        must=f"<= {MOST_MILLISECONDS}",
        holds=page <= MOST_MILLISECONDS,
    )


def measure(cases: int, visits: int) -> dict[str, Any]:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jimin.project.settings")
    import django

    django.setup()
    from django.core.management import call_command

    from jimin.foundation.access.scope import acting_as_system

    call_command("migrate", verbosity=0)
    with acting_as_system("bench"):
        plan = prepare(cases)
        seconds, differing = year_of_indicators()
        return {
            "cases": cases,
            "events": cases * EVENTS_OF_A_CASE,
            "seconds": seconds,
            "differing": differing,
            **city_page(plan, visits),
        }


def prepare(cases: int) -> Any:
    """The areas, the ledger, and cases spread over communities and days."""
    from django.db import connection

    from jimin.foundation.access.scope import System
    from jimin.kernel.areas.services import load_divisions
    from jimin.kernel.workplans.services.ledger import load_ledger, load_statistics

    load_divisions()
    load_statistics(actor=System("bench"))
    plan = load_ledger(actor=System("bench"))
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE place AS SELECT row_number() OVER (ORDER BY code) - 1 AS n, code"
            " FROM areas_area WHERE level = 'community'"
        )
        cursor.execute("CREATE UNIQUE INDEX temp.place_n ON place (n)")
        cursor.execute(CASES_SQL, [cases])
        cursor.execute(EVENTS_SQL)
        cursor.execute("ANALYZE")
    return plan


CASES_SQL = f"""
WITH RECURSIVE c(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM c WHERE n + 1 < %s)
INSERT INTO cases_case (number, procedure, area_id, title, applicant, initials, state, due_unit,
  due_basis, opened_on, closed_on, near_relative, version)
SELECT 'B' || n, 'dibao', (SELECT code FROM place
  WHERE place.n = c.n %% (SELECT count(*) FROM place)),
  '', '', '', 'awarded', '', '', date('{YEAR}-01-01', '+' || (n %% 330) || ' days'),
  CASE WHEN n %% 10 THEN date('{YEAR}-01-01', '+' || (n %% 330 + 20) || ' days') END, 0, 5
FROM c
"""
EVENTS_SQL = """
WITH step(n, name) AS (VALUES (1, 'apply'), (2, 'accept'), (3, 'visit'), (4, 'propose'),
  (5, 'approve'))
INSERT INTO cases_event (case_id, "order", step, actor_label, happened_on, at, note, data, before,
  after)
SELECT id, step.n, step.name, '', date(opened_on, '+' || step.n || ' days'),
  opened_on || ' 00:00:00', '', '{}', '', ''
FROM cases_case CROSS JOIN step
"""


def year_of_indicators() -> tuple[float, int]:
    """Seconds for every indicator of a year, and how many differ from a count of the rows."""
    from django.db import connection

    from jimin.kernel.workplans.rules.indicators import INDICATORS, Cut, total

    begun = time.perf_counter()
    found = {each.name: each.figures_of_year(Cut(CITY), YEAR) for each in INDICATORS.all()}
    seconds = time.perf_counter() - begun
    differing = 0
    for name, sql in {
        "dibao_accepted": "SELECT count(*) FROM cases_event WHERE step = 'accept' "
        "AND happened_on <= %s",
        "dibao_settled": "SELECT count(*) FROM cases_case WHERE closed_on <= %s",
    }.items():
        for end, by_area in found[name].items():
            with connection.cursor() as cursor:
                cursor.execute(sql, [end])
                (counted,) = cursor.fetchone()
            whole = total(by_area.values())
            differing += whole is None or whole.value != counted
    return seconds, differing


def city_page(plan: Any, visits: int) -> dict[str, Any]:
    """The 95th percentile of the page of a kept month, through the whole of the program."""
    from django.test import Client
    from django.utils import timezone

    from jimin.foundation.access.models import Post, User
    from jimin.foundation.access.scope import System
    from jimin.kernel.workplans.models import Target
    from jimin.kernel.workplans.rules.indicators import INDICATORS, month_end
    from jimin.kernel.workplans.services.periods import keep_month

    for month in (4, 5, 6):
        keep_month(actor=System("bench"), plan=plan, on=month_end(YEAR, month))
    user = User.objects.create_user("bench", "测试", "bench-password")
    Post.objects.create(
        user=user, role="city_leader", area_id=CITY, valid_from=timezone.localdate()
    )
    client = Client(headers={"host": "localhost"})
    client.force_login(user)
    times = []
    client.get("/plan/?on=2016-06-30")
    gc.freeze()  # as a server process does with what it has loaded
    for visit in range(visits + WARM):
        begun = time.perf_counter()
        answer = client.get("/plan/?on=2016-06-30")
        assert answer.status_code == 200
        if visit >= WARM:
            times.append((time.perf_counter() - begun) * 1000)
    return {
        "page_ms": sorted(times)[ceil(visits * 0.95) - 1],
        "targets": Target.objects.filter(plan=plan).count(),
        "indicators": len(INDICATORS.all()),
    }


if __name__ == "__main__":
    print(json.dumps(measure(*map(int, sys.argv[1:]))))
