"""Imports and exports of persons against the libraries people would use instead.

Each measurement is a process of its own on one database: SQLite, or with a `DATABASE_URL` of
PostgreSQL a new database there.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from .figure import Figure

PERSONS = 100_000


def figures(folder: Path, options: argparse.Namespace) -> Iterator[Figure]:
    persons = min(PERSONS, max(100, options.households // 16))
    if options.begin:
        shutil.copytree(options.begin, folder / "var")
    with _database() as url:
        env = {**os.environ, "JIMIN_VAR": str(folder / "var"), "DATABASE_URL": url}
        kind = "PostgreSQL" if url else "SQLite"

        def alone(name: str, rows: int) -> dict[str, Any]:
            command = [sys.executable, "-m", "tests.bench.exchange_measure", name]
            ended = subprocess.run(
                [*command, str(folder), str(rows)],
                env=env,
                check=True,
                stdout=subprocess.PIPE,
                text=True,
            )
            answer: dict[str, Any] = json.loads(ended.stdout.splitlines()[-1])
            return answer

        alone("prepare", persons)
        theirs = alone("import_export", persons)
        ours = alone("load", persons)
        faster = theirs["seconds"] / ours["seconds"]
        yield Figure(
            "import_persons",
            round(ours["seconds"], 2),
            "s",
            f"django-import-export with model validation, no history, the same {persons} rows: "
            f"{theirs['seconds']:.2f} s, {theirs['peak_mib']:.0f} MiB; {kind}",
            round(faster, 2),
            ">= 5",
            faster >= 5,
        )
        yield Figure(
            "import_persons_peak_memory",
            round(ours["peak_mib"]),
            "MiB",
            f"{persons} rows; the program alone: {ours['before_mib']:.0f} MiB",
            None,
            "value <= 300",
            ours["peak_mib"] <= 300,
        )
        spent, plain = [], []
        for _ in range(options.repeat):
            spent.append(alone("export", persons))
            plain.append(alone("xlsxwriter", persons))
        seconds = min(run["seconds"] for run in spent)
        bare = min(run["seconds"] for run in plain)
        yield Figure(
            "export_persons",
            round(seconds, 2),
            "s",
            f"XlsxWriter in constant memory, the same {persons} rows at hand: {bare:.2f} s; {kind}",
            round(seconds / bare, 2),
            "<= 1.3",
            seconds <= 1.3 * bare,
        )
        peak = max(run["peak_mib"] for run in spent)
        yield Figure(
            "export_persons_peak_memory",
            round(peak),
            "MiB",
            f"{persons} rows; the program alone: {spent[0]['before_mib']:.0f} MiB",
            None,
            "value <= 200",
            peak <= 200,
        )


@contextmanager
def _database() -> Iterator[str]:
    url = os.environ.get("DATABASE_URL", "")
    if not url.startswith("postgres"):
        yield ""
        return
    name = f"jimin_bench_{os.getpid()}"
    server = f"{url.rpartition('/')[0]}/postgres"
    drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(drop)
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    try:
        yield f"{url.rpartition('/')[0]}/{name}"
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(drop)
