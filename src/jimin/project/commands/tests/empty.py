"""Databases that have every table and no row, made once and copied."""

import fcntl
import gc
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from .started import Started


def migrate() -> None:
    """In a process of its own that has memory enough: searching it for garbage takes a quarter."""
    from django.core.management import call_command

    gc.disable()
    call_command("migrate", verbosity=0, skip_checks=True)


class Empty:
    """Where they are made, once for all processes of a run of tests; `give` copies."""

    def __init__(self, started: Started, temporary: Path) -> None:
        self.started = started
        self.server = os.environ.get("DATABASE_URL", "").rpartition("/")[0]
        self.is_postgres = self.server.startswith("postgres")
        self.names: list[str] = []
        # The processes of one run of tests have folders side by side.
        is_alone = "PYTEST_XDIST_WORKER" not in os.environ
        self.folder = (temporary if is_alone else temporary.parent) / "empty"
        self.own_mark = self.folder / f"used-by-{os.getpid()}"
        with self._held():
            self.own_mark.touch()

    def give(self, var: Path) -> str:
        """Put a database into the folder, or onto the server of PostgreSQL; returns its URL."""
        if self.is_postgres:
            return f"{self.server}/{self._create(self.template())}"
        shutil.copy(self.file(), var)
        return ""

    def file(self) -> Path:
        """The database of SQLite that is copied."""
        made = self.folder / "jimin.sqlite3"
        with self._held():
            if not made.exists():
                self._migrate("")
                (self.folder / "made" / "jimin.sqlite3").rename(made)  # whole or not there
        return made

    def template(self) -> str:
        """The database of PostgreSQL that is copied."""
        with self._held():
            if not self._template.exists():
                name = f"jimin_empty_{os.getpid()}"
                self._say(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)"), name)
                self._say(sql.SQL("CREATE DATABASE {}"), name)
                self._migrate(name)
                self._template.write_text(name, encoding="ascii")
            return self._template.read_text(encoding="ascii")

    def fill(self, memory: sqlite3.Connection) -> None:
        """Copy all tables into a database of SQLite that has none."""
        with closing(sqlite3.connect(self.file())) as made:
            made.backup(memory)

    def again(self, url: str, var: Path, into: Path) -> str:
        """Copy an installation, folder and database, that no process uses; returns the URL."""
        shutil.copytree(var, into)
        return f"{self.server}/{self._create(url.rpartition('/')[2])}" if url else ""

    def bare(self) -> str:
        """The URL of a database without tables; empty where it will be the folder's own file."""
        return f"{self.server}/{self._create()}" if self.is_postgres else ""

    def drop(self) -> None:
        """Drop what this process made, and the template when no other process copies it."""
        with self._held():
            self.own_mark.unlink()
            if self._template.exists() and not list(self.folder.glob("used-by-*")):
                self.names.append(self._template.read_text(encoding="ascii"))
                self._template.unlink()
        for name in self.names:
            self._say(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)"), name)

    @property
    def _template(self) -> Path:
        return self.folder / "template"

    @contextmanager
    def _held(self) -> Iterator[None]:
        self.folder.mkdir(exist_ok=True)
        with (self.folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _create(self, template: str = "template1") -> str:
        name = f"jimin_empty_{os.getpid()}_{len(self.names)}"
        self.names.append(name)
        self._say(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)"), name)
        self._say(sql.SQL("CREATE DATABASE {} TEMPLATE {}"), name, template)
        return name

    def _migrate(self, name: str) -> None:
        made = self.folder / "made"
        made.mkdir(exist_ok=True)
        url = f"{self.server}/{name}" if name else ""
        env = {"JIMIN_VAR": str(made), "DATABASE_URL": url}
        ended = self.started.run(env, f"{__name__}:migrate")
        assert ended.returncode == 0, ended.stderr

    def _say(self, statement: sql.SQL, *names: str) -> None:
        whole: Any = statement.format(*map(sql.Identifier, names))
        with psycopg.connect(f"{self.server}/postgres", autocommit=True) as connection:
            connection.execute(whole)
