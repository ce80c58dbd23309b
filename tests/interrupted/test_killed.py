"""A worker killed with SIGKILL at any moment doubles nothing, loses nothing, leaves no wreck."""

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

ROOT = Path(__file__).resolve().parents[2]
ROWS = 3000
PATIENCE = 240.0
pytestmark = pytest.mark.xdist_group("interrupted")


@dataclass
class Office:
    """An installation in a folder, with a database of its own."""

    folder: Path
    url: str

    @property
    def env(self) -> dict[str, str]:
        return {**os.environ, "JIMIN_VAR": str(self.folder), "DATABASE_URL": self.url}

    def do(self, *arguments: str) -> str:
        command = [sys.executable, "-m", "tests.interrupted.office", *arguments]
        return subprocess.run(
            command, cwd=ROOT, env=self.env, check=True, stdout=subprocess.PIPE, text=True
        ).stdout

    def tell(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.do("tell"))
        return found

    def worker(self) -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-m", "jimin.project.cli", "worker"]
        return subprocess.Popen(command, cwd=ROOT, env=self.env)

    def job(self) -> tuple[str, int]:
        """State and progress, read past Django."""
        question = "SELECT state, done FROM jobs_job WHERE owner_id IS NOT NULL"
        row: Any
        if self.url.startswith("postgres"):
            with psycopg.connect(self.url) as connection:
                row = connection.execute(question).fetchone()
        else:
            file = sqlite3.connect(self.folder / "jimin.sqlite3", timeout=30)
            row = file.execute(question).fetchone()
            file.close()
        return str(row[0]), int(row[1])

    def wait(self, until: Any) -> tuple[str, int]:
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            found = self.job()
            if until(*found):
                return found
            time.sleep(0.05)
        pytest.fail(f"the job stands at {self.job()}")

    def kill_in_the_middle(self, times: int) -> None:
        """Let workers begin and kill each one somewhere in its work."""
        for _ in range(times):
            worker = self.worker()
            try:
                before = self.job()[1]
                self.wait(
                    lambda state, done, before=before: (
                        state == "done" or (state == "running" and done != before)
                    )
                )
                time.sleep(random.uniform(0.0, 0.3))
            finally:
                worker.send_signal(signal.SIGKILL)
                worker.wait()

    def finish(self, workers: int = 1) -> None:
        running = [self.worker() for _ in range(workers)]
        try:
            self.wait(lambda state, done: state in ("done", "failed"))
        finally:
            for worker in running:
                worker.terminate()
            for worker in running:
                worker.wait(60)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    url = os.environ.get("DATABASE_URL", "")
    if not url.startswith("postgres"):
        yield Office(tmp_path, "")
        return
    name = f"jimin_interrupted_{os.getpid()}"
    server = f"{url.rpartition('/')[0]}/postgres"
    drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(drop)
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    yield Office(tmp_path, f"{url.rpartition('/')[0]}/{name}")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(drop)


def test_an_import_of_the_good_rows(office: Office) -> None:
    """Two workers finish what two killed ones began."""
    office.do("import", str(ROWS), "good")
    office.kill_in_the_middle(2)
    office.finish(workers=2)
    told = office.tell()
    good = ROWS * 9 // 10
    assert (told["state"], told["broken"]) == ("done", None)
    assert (told["persons"], told["different"], told["added"], told["imports"]) == (
        good,
        good,
        good,
        1,
    )
    assert told["outcome"] == [{"new": good, "changed": 0, "unchanged": 0, "wrong": ROWS // 10}]
    assert told["attempt"] >= 2
    assert told["result"]  # the workbook of the wrong rows


def test_an_import_of_all_rows(office: Office) -> None:
    office.do("import", str(ROWS), "all")
    worker = office.worker()
    office.wait(lambda state, done: state == "running")
    time.sleep(random.uniform(1.0, 3.0))
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    told = office.tell()
    assert told["persons"] in (0, ROWS)
    office.finish()
    told = office.tell()
    assert (told["state"], told["broken"], told["persons"]) == ("done", None, ROWS)
    assert (told["different"], told["added"], told["imports"]) == (ROWS, ROWS, 1)


def test_an_export(office: Office) -> None:
    office.do("export", str(ROWS))
    office.kill_in_the_middle(1)
    office.finish()
    told = office.tell()
    assert (told["state"], told["exports"], told["result"]) == ("done", 1, True)
    work = office.folder / "files/jobs/work"
    assert list(work.iterdir()) == []
    assert len(list((office.folder / "files/jobs").rglob("*-*-*-*-*-*"))) == 1
