"""How fast the pages of a register are on a whole city, beside a view written by hand.

One million persons in 400,000 households are written straight into an SQLite database and, where
DATABASE_URL names a PostgreSQL server, copied into a new database there. A township's clerk then
asks for pages through the whole program, from the middleware to the last template.
"""

import argparse
import json
import os
import shutil
import sqlite3
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from .figure import Figure

PERSONS = 1_000_000
CLERK, OFFICER = "220202001000", "220202000000"  # a subdistrict, and the county it lies in
WARM = 5


def figures(folder: Path, options: argparse.Namespace) -> Iterator[Figure]:
    """On SQLite, and on PostgreSQL where DATABASE_URL names one."""
    databases = [f"sqlite:///{folder / 'city.sqlite3'}"]
    if options.begin:
        shutil.copytree(options.begin, folder, dirs_exist_ok=True)
        (folder / "jimin.sqlite3").rename(folder / "city.sqlite3")
    server = os.environ.get("DATABASE_URL", "")
    if server.startswith("postgres"):
        databases.append(f"{server.rpartition('/')[0]}/jimin_bench_registers")
    for url in databases:
        env = {**os.environ, "JIMIN_VAR": str(folder), "DATABASE_URL": url}
        sizes = [str(options.persons), str(options.rounds)]
        command = [sys.executable, "-m", "tests.bench.registers", *sizes]
        ended = subprocess.run(command, env=env, check=True, stdout=subprocess.PIPE, text=True)
        for line in ended.stdout.splitlines():
            yield Figure(**json.loads(line))


def main(persons: int, rounds: int) -> int:
    """In a process of its own, whose settings name the database."""
    _prepare(persons, persons * 2 // 5)
    for figure in measured(rounds):
        print(figure.line(), flush=True)
    return 0


# The data


def _prepare(persons: int, households: int) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "jimin.project.settings"
    from django.conf import settings

    if "postgresql" in settings.DATABASES["default"]["ENGINE"]:
        _new_postgres()
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    from jimin.kernel.people.models import Person

    if Person._base_manager.exists():
        return  # kept from the last run
    _staff()
    if connection.vendor == "sqlite":
        for table, names, rows in _tables(persons, households):
            _into_sqlite(table, names, rows)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    else:
        _into_postgres()


def _new_postgres() -> None:
    import psycopg
    from psycopg import sql

    url = os.environ["DATABASE_URL"]
    server, _, name = url.rpartition("/")
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        for statement in ("DROP DATABASE IF EXISTS {} WITH (FORCE)", "CREATE DATABASE {}"):
            connection.execute(sql.SQL(statement).format(sql.Identifier(name)))


def _staff() -> None:
    import datetime as dt

    from jimin.foundation.access.models import Post, User
    from jimin.kernel.areas.services import load_divisions

    load_divisions()
    for name, role, area in (
        ("clerk", "township_clerk", CLERK),
        ("officer", "county_officer", OFFICER),
    ):
        user = User.objects.create_user(name, name, None)
        Post.objects.create(user=user, role=role, area_id=area, valid_from=dt.date(2016, 1, 1))


Table = tuple[str, list[str], Iterator[tuple[Any, ...]]]


def _tables(persons: int, households: int) -> Iterator[Table]:
    from jimin.kernel.people.models import Household, Member, Person

    for model, rows in (
        (Person, _persons(persons)),
        (Household, _households(persons, households)),
        (Member, _members(persons, households)),
    ):
        columns = [str(field.column) for field in model._meta.concrete_fields]
        yield model._meta.db_table, columns, rows


def _persons(number: int) -> Iterator[tuple[Any, ...]]:
    """Sealed and digested by the fields themselves, like any other row."""
    import datetime as dt

    from jimin.engine.matching.identity import check_character
    from jimin.foundation.sealed.fields import DigestField, Sealed
    from jimin.kernel.people.models import Person

    first = dt.date(1935, 1, 1)
    names, spelled = _names(), {}
    communities = _communities()
    fields = Person._meta.concrete_fields
    person = Person()  # filled anew for every row: making one costs more than sealing it
    for n in range(number):
        draw = n * 2_654_435_761 % 2**32
        birth = first + dt.timedelta(days=n // 9 % 27_000)
        body = f"{220290 + n % 9}{birth:%Y%m%d}{draw // 64 % 200 * 5 + n // 243_000:03d}"
        name = names[draw % len(names)]
        person.id = n + 1
        person.name = name
        person.citizen_id = body + check_character(body)
        person.sex = "1" if int(body[-1]) % 2 else "2"
        person.birth = birth
        person.phone = f"13{draw % 10**9:09d}" if n % 4 else ""
        person.disability_grade = draw % 4 + 1 if draw % 25 == 0 else 0
        person.area_id = communities[n * 2 // 5 * 7919 % len(communities)]
        person.address = f"{draw % 200} 号"
        person.died_on = dt.date(2015, 1 + n % 12, 1) if draw % 40 == 0 else None
        if name not in spelled:
            person.spell()
            spelled[name] = person.pinyin, person.initials
        person.pinyin, person.initials = spelled[name]
        values = []
        for field in fields:
            if isinstance(field, DigestField):
                values.append(field.pre_save(person, True))
            elif isinstance(field, Sealed):
                values.append(field.get_prep_value(getattr(person, field.attname)))
            else:
                value = getattr(person, field.attname)
                values.append(value.isoformat() if isinstance(value, dt.date) else value)
        yield tuple(values)


def _households(persons: int, number: int) -> Iterator[tuple[Any, ...]]:
    communities = _communities()
    for n in range(number):
        head = min(persons, n * 5 // 2 + 1)
        area = communities[n * 7919 % len(communities)]
        residence = "urban" if n % 8 < 5 else "rural"
        yield n + 1, f"H{n:08d}", area, residence, f"{n % 200} 号", head, None


def _members(persons: int, households: int) -> Iterator[tuple[Any, ...]]:
    for n in range(persons):
        household = min(households, n * 2 // 5 + 1)
        relation = "0" if n * 2 // 5 != (n - 1) * 2 // 5 else "8"
        yield n + 1, household, n + 1, relation, "2010-01-01", None


def _names() -> list[str]:
    surnames = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧"
    given = "伟芳娜敏静丽强磊军洋勇艳杰涛明超秀霞平刚桂英华玉红梅建国志宏文辉海波丹"
    return [s + a + b for a in given for s in surnames for b in ("", *given)]


def _communities() -> list[str]:
    from jimin.kernel.areas.models import Area

    found = Area.objects.filter(level="community").order_by("code")
    return list(found.values_list("code", flat=True))


def _into_sqlite(table: str, names: list[str], rows: Iterator[tuple[Any, ...]]) -> None:
    from django.db import connection

    places = ", ".join("?" * len(names))
    statement = f"INSERT INTO {table} ({', '.join(names)}) VALUES ({places})"
    connection.ensure_connection()
    plain: sqlite3.Connection = connection.connection
    for setting in ("foreign_keys = OFF", "synchronous = OFF", "cache_size = -1000000"):
        plain.execute(f"PRAGMA {setting}")
    plain.execute("PRAGMA journal_mode = OFF").fetchone()
    plain.execute("BEGIN")
    plain.executemany(statement, rows)
    plain.execute("COMMIT")
    connection.close()  # the next one is set up as the server's are


def _into_postgres() -> None:
    """The very rows of the SQLite database, whose keys seal them too."""
    from django.conf import settings
    from django.db import connection, transaction

    from jimin.kernel.people.models import Household, Member, Person

    source = sqlite3.connect(Path(settings.VAR) / "city.sqlite3")
    with transaction.atomic(), connection.cursor() as cursor:
        for model in (Person, Household, Member):
            names = [str(field.column) for field in model._meta.concrete_fields]
            columns, table = ", ".join(names), model._meta.db_table
            with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                for row in source.execute(f"SELECT {columns} FROM {table}"):
                    copy.write_row(row)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


# The measurements

HAND = """{% extends "ui/base.html" %}{% block title %}人员{% endblock %}{% block main %}
<h1>人员</h1>
<form class="card card-body" method="get"><input class="form-control" name="q" value="{{ q }}">
<select class="form-select" name="sex"><option value="">全部</option><option value="1">男</option>
<option value="2" selected>女</option></select><button class="btn">查找</button></form>
<div class="card"><p>共 {{ count }} 条</p><table class="table"><thead><tr>
{% for head in heads %}<th scope="col">
<a href="?sort={{ head.0 }}">{{ head.1 }}</a></th>{% endfor %}
</tr></thead><tbody>{% for person in rows %}<tr>
<td><a href="/records/person/{{ person.pk }}/">{{ person.name }}</a></td>
<td>{{ person.shown_id }}</td><td>{{ person.get_sex_display }}</td>
<td>{{ person.birth|date:"Y-m-d" }}</td><td>{{ person.shown_phone }}</td>
<td>{{ person.area.parent.name }} {{ person.area.name }}</td>
<td>{{ person.died_on|date:"Y-m-d" }}</td></tr>{% endfor %}</tbody></table></div>{% endblock %}"""
HEADS = [
    ("name", "姓名"),
    ("", "公民身份号码"),
    ("sex", "性别"),
    ("birth", "出生日期"),
    ("", "电话"),
    ("", "所在村（社区）"),
    ("died_on", "死亡日期"),
]


def by_hand(request: Any) -> Any:
    """The list page as somebody in a hurry writes it: right, and no more than asked."""
    from django.http import HttpResponse
    from django.template import engines

    from jimin.foundation.sealed.rules import masked
    from jimin.kernel.people.models import Person

    found = Person._base_manager.filter(
        area_id__gte="220202001000", area_id__lte="220202001999", sex="2"
    )
    rows = list(found.select_related("area__parent").order_by("-birth", "-pk")[:50])
    for person in rows:
        person.shown_id = masked(person.citizen_id)  # type: ignore[attr-defined]
        person.shown_phone = masked(person.phone)  # type: ignore[attr-defined]
    context = {"rows": rows, "count": found.count(), "heads": HEADS, "q": ""}
    return HttpResponse(engines["django"].from_string(HAND).render(context, request))


def measured(rounds: int) -> Iterator[Figure]:
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext, override_settings
    from django.urls import path

    from jimin.foundation.access.models import User
    from jimin.foundation.access.scope import acting_as_system
    from jimin.kernel.people.models import Person
    from jimin.project import urls

    where = "postgresql" if connection.vendor == "postgresql" else "sqlite"
    urls.urlpatterns.append(path("by-hand/", by_hand))
    clerk, officer = Client(), Client()
    clerk.force_login(User.objects.get(username="clerk"))
    officer.force_login(User.objects.get(username="officer"))
    with acting_as_system("bench"):
        inside = Person.objects.filter(area_id__gte=CLERK, area_id__lte="220202001999")
        some = list(inside.order_by("pk")[:rounds])
        seen = inside.count()
        whole = Person.objects.count()

    def ask(client: Client, address: str, **headers: str) -> Callable[[int], None]:
        def once(_number: int) -> None:
            answer = client.get(address, headers=headers)
            assert answer.status_code == 200, answer.status_code

        return once

    def search(text: Callable[[Any], str]) -> Callable[[int], None]:
        def once(number: int) -> None:
            words = text(some[number % len(some)])
            answer = clerk.get("/records/person/", {"q": words}, headers={"HX-Request": "true"})
            assert answer.status_code == 200
            assert "没有符合条件" not in answer.content.decode(), words

        return once

    narrow = "/records/person/?sex=2&sort=-birth"
    with override_settings(ALLOWED_HOSTS=["testserver"], DEMO=True):
        spent = _times(
            {
                "page": ask(clerk, narrow),
                "hand": ask(clerk, "/by-hand/"),
                "first": ask(clerk, "/records/person/"),
                "last": ask(clerk, "/records/person/?last=1"),
                "county": ask(officer, narrow),
                "county_names": ask(officer, "/records/person/?sex=2&sort=name"),
                "county_first": ask(officer, "/records/person/"),
                "county_last": ask(officer, "/records/person/?last=1"),
                "number": search(lambda p: p.citizen_id),
                "last_digits": search(lambda p: p.citizen_id[-6:]),
                "name": search(lambda p: p.name),
                "initials": search(lambda p: p.initials),
            },
            rounds,
        )
        counts = []
        for address in (narrow, "/records/person/?sex=1&sort=name", "/records/person/"):
            with CaptureQueriesContext(connection) as captured:
                clerk.get(address)
            counts.append(len(captured))
    yield Figure(f"{where}_persons", whole, "persons", f"{seen} of them in the clerk's reach")
    page, hand = _p95(spent["page"]), _p95(spent["hand"])
    ratio = statistics.median(spent["page"]) / statistics.median(spent["hand"])
    yield _held(f"{where}_list_page_p95", page, 100)
    yield Figure(
        f"{where}_list_page_against_hand_written",
        round(page, 1),
        "ms",
        f"a view and template for this one page: p95 {hand:.1f} ms; the ratio is of medians",
        round(ratio, 2),
        "<= 1.5",
        ratio <= 1.5,
    )
    for name, label in (("", "township"), ("county_", "county")):
        ratio = statistics.median(spent[f"{name}last"]) / statistics.median(spent[f"{name}first"])
        yield Figure(
            f"{where}_last_page_of_a_{label}",
            round(_p95(spent[f"{name}last"]), 1),
            "ms",
            f"its first page: p95 {_p95(spent[f'{name}first']):.1f} ms; the ratio is of medians",
            round(ratio, 2),
            "<= 2",
            ratio <= 2,
        )
    for name in ("county", "county_names"):
        yield _held(f"{where}_list_page_of_a_{name}_p95", _p95(spent[name]), 100)
    for name in ("number", "last_digits", "name", "initials"):
        yield _held(f"{where}_search_by_{name}_p95", _p95(spent[name]), 50)
    yield Figure(
        f"{where}_queries_of_a_list_page",
        max(counts),
        "queries",
        f"three lists: {counts}",
        None,
        "the same for each",
        len(set(counts)) == 1,
    )


def _held(name: str, milliseconds: float, most: int) -> Figure:
    holds = milliseconds <= most
    return Figure(name, round(milliseconds, 1), "ms", None, None, f"value <= {most}", holds)


def _times(calls: dict[str, Callable[[int], None]], rounds: int) -> dict[str, list[float]]:
    """Milliseconds of every call, taken in turn: what disturbs, disturbs all alike."""
    spent: dict[str, list[float]] = {name: [] for name in calls}
    for number in range(rounds + WARM):
        for name, call in calls.items():
            began = time.perf_counter()
            call(number)
            if number >= WARM:
                spent[name].append((time.perf_counter() - began) * 1000)
    return spent


def _p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20)[-1]


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
