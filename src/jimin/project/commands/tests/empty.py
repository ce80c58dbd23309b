"""Databases that have every table and no row, made once and copied."""

import fcntl
import gc
import os
import shutil
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
    """Where they are made; `give` copies."""

    def __init__(self, started: Started, temporary: Path) -> None:
        self.started = started
        self.server = os.environ.get("DATABASE_URL", "").rpartition("/")[0]
        self.is_postgres = self.server.startswith("postgres")
        self.names: list[str] = []
        self.template = ""
        # The processes of one run of tests have folders side by side.
        is_alone = "PYTEST_XDIST_WORKER" not in os.environ
        self.folder = (temporary if is_alone else temporary.parent) / "empty"
        if self.is_postgres:
            self.folder = self.folder.with_name(f"empty-{os.getpid()}")
        self.folder.mkdir(exist_ok=True)

    def give(self, var: Path) -> str:
        """Put a database into the folder, or onto the server of PostgreSQL; returns its URL."""
        with (self.folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            made = self.folder / "jimin.sqlite3"
            if self.is_postgres:
                if not self.template:
                    self.template = self._create()
                    self._migrate(self.template)
                return f"{self.server}/{self._create(self.template)}"
            if not made.exists():
                self._migrate("")
        shutil.copy(made, var)
        return ""

    def again(self, url: str, var: Path, into: Path) -> str:
        """Copy an installation, folder and database, that no process uses; returns the URL."""
        shutil.copytree(var, into)
        return f"{self.server}/{self._create(url.rpartition('/')[2])}" if url else ""

    def bare(self) -> str:
        """The URL of a database without tables; empty where it will be the folder's own file."""
        return f"{self.server}/{self._create()}" if self.is_postgres else ""

    def drop(self) -> None:
        for name in self.names:
            self._say(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)"), name)

    def _create(self, template: str = "template1") -> str:
        name = f"jimin_empty_{os.getpid()}_{len(self.names)}"
        self.names.append(name)
        self._say(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)"), name)
        self._say(sql.SQL("CREATE DATABASE {} TEMPLATE {}"), name, template)
        return name

    def _migrate(self, name: str) -> None:
        made = self.folder / "made"  # whole or not there
        made.mkdir(exist_ok=True)
        url = f"{self.server}/{name}" if name else ""
        env = {"JIMIN_VAR": str(made), "DATABASE_URL": url}
        ended = self.started.run(env, f"{__name__}:migrate")
        assert ended.returncode == 0, ended.stderr
        if not name:
            (made / "jimin.sqlite3").rename(self.folder / "jimin.sqlite3")

    def _say(self, statement: sql.SQL, *names: str) -> None:
        whole: Any = statement.format(*map(sql.Identifier, names))
        with psycopg.connect(f"{self.server}/postgres", autocommit=True) as connection:
            connection.execute(whole)
