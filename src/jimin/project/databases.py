"""Taking the database out as one file and putting it into an empty one, by its own tools.

What is taken out is one moment of the database while the servers keep working.
"""

import os
import shutil
import sqlite3
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
from django.db import connection, transaction

INSTALL = "apt-get install -y postgresql-client"
HEAD = "SELECT hash FROM audit_entry ORDER BY id DESC LIMIT 1"
APPLIED = "SELECT app, name FROM django_migrations ORDER BY id"


@dataclass(frozen=True)
class Taken:
    """What the manifest says of the moment: the end of the audit chain, the migrations applied."""

    audit_count: int
    audit_head: str
    migrations: list[str]


def file_name() -> str:
    return "database.dump" if connection.vendor == "postgresql" else "database.sqlite3"


def take_out(target: Path) -> Taken:
    return _pg_dump(target) if connection.vendor == "postgresql" else _sqlite_copy(target)


def put_in(source: Path) -> None:
    if connection.vendor == "postgresql":
        _pg_restore(source)
    else:
        _sqlite_place(source)


def is_empty() -> bool:
    """Whether there is no table yet, so that nothing can be lost."""
    return not connection.introspection.table_names()


def _sqlite_copy(target: Path) -> Taken:
    """SQLite's online backup: the pages as of one moment, also while others write."""
    connection.ensure_connection()
    target.unlink(missing_ok=True)
    with sqlite3.connect(target) as copy:
        connection.connection.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")  # one file, without a log beside it
        return _told(lambda sql: copy.execute(sql).fetchall())


def _sqlite_place(source: Path) -> None:
    target = Path(connection.settings_dict["NAME"])
    connection.close()
    for name in (target, *(target.with_name(target.name + end) for end in ("-wal", "-shm"))):
        name.unlink(missing_ok=True)
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
    target.chmod(0o600)


def _pg_dump(target: Path) -> Taken:
    """In the snapshot of a transaction of ours, so that the manifest speaks of the same moment."""
    tool = _tool("pg_dump")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        cursor.execute("SELECT pg_export_snapshot()")
        snapshot = cursor.fetchone()[0]

        def ask(sql: str) -> list[Any]:
            cursor.execute(sql)
            return list(cursor.fetchall())

        taken = _told(ask)
        _run(tool, "--format=custom", f"--snapshot={snapshot}", f"--file={target}", "--no-owner")
    return taken


def _pg_restore(source: Path) -> None:
    tool = _tool("pg_restore")
    connection.close()
    name = connection.settings_dict["NAME"]
    _run(tool, "--single-transaction", "--exit-on-error", "--no-owner", f"--dbname={name}", source)


def _told(ask: Any) -> Taken:
    count = ask("SELECT count(*) FROM audit_entry")[0][0]
    head = ask(HEAD)
    applied = [f"{app}.{name}" for app, name in ask(APPLIED)]
    return Taken(count, head[0][0] if head else "", applied)


def _tool(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise click.ClickException(f"没有 {name} 这个程序。请先运行：{INSTALL}")
    return found


def _run(tool: str, *arguments: Any) -> None:
    """The password goes by the environment: arguments can be read by others on the machine."""
    told = connection.settings_dict
    names = {"PGHOST": "HOST", "PGPORT": "PORT", "PGUSER": "USER", "PGPASSWORD": "PASSWORD"}
    env = {name: str(told[key]) for name, key in names.items() if told[key]}
    ended = subprocess.run(  # noqa: S603  our own arguments, no shell
        [tool, *map(str, arguments)],
        env={**os.environ, **env, "PGDATABASE": str(told["NAME"])},
        capture_output=True,
        text=True,
        check=False,
    )
    if ended.returncode:
        said = ended.stderr.strip().splitlines() or [str(ended.returncode)]
        raise click.ClickException(f"{Path(tool).name} 没有做完：{said[0]}")
