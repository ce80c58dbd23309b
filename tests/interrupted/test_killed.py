"""A worker killed with SIGKILL at any moment doubles nothing, loses nothing, leaves no wreck."""

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from jimin.project.commands.tests.started import Started

ROOT = Path(__file__).resolve().parents[2]
ROWS = 2200  # three batches
PERSONS = 210  # more than are done at once
FAMILIES = 90
PATIENCE = 240.0
pytestmark = pytest.mark.xdist_group("interrupted")


@dataclass
class Office:
    """An installation in a folder, with a database of its own."""

    folder: Path
    url: str
    started: Started

    @property
    def env(self) -> dict[str, str]:
        return {"JIMIN_VAR": str(self.folder), "DATABASE_URL": self.url}

    def do(self, *arguments: str) -> str:
        ended = self.started.run(self.env, "tests.interrupted.office:do", *arguments)
        assert ended.returncode == 0, ended.stderr
        return ended.stdout

    def tell(self, *arguments: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.do("tell", *arguments))
        return found

    def worker(self) -> int:
        """The number of a process that does jobs."""
        return self.started.begin(self.env, "jimin.foundation.jobs.worker:work")

    def left_behind(self) -> list[str]:
        """What lies where jobs work."""
        work = self.folder / "files/jobs/work"
        return [path.name for path in work.iterdir()] if work.exists() else []

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

    def kill_in_the_middle(self, times: int, *, progress: bool = True) -> None:
        """Let workers begin and kill each one somewhere in its work, some way into it.

        Without progress to go by the first is killed early, so that one is killed for certain.
        """
        for nth in range(times):
            worker = self.worker()
            try:
                before = self.job()[1]
                self.wait(
                    lambda state, done, before=before: (
                        state == "done" or (state == "running" and (done != before or not progress))
                    )
                )
                time.sleep(random.uniform(0.0, 0.3 if progress or not nth else 1.0))
            finally:
                assert self.started.kill(worker) == -signal.SIGKILL

    def finish(self, workers: int = 1) -> None:
        running = [self.worker() for _ in range(workers)]
        try:
            self.wait(lambda state, done: state in ("done", "failed"))
        finally:
            for worker in running:
                self.started.kill(worker, signal.SIGTERM)


@pytest.fixture
def office(tmp_path: Path, started: Started, empty_database: Callable[[Path], str]) -> Office:
    return Office(tmp_path, empty_database(tmp_path), started)


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
    office.started.kill(worker)
    told = office.tell()
    assert told["persons"] in (0, ROWS)
    office.finish()
    told = office.tell()
    assert (told["state"], told["broken"], told["persons"]) == ("done", None, ROWS)
    assert (told["different"], told["added"], told["imports"]) == (ROWS, ROWS, 1)


def test_an_export(office: Office) -> None:
    """Finished by a worker that is started as anyone starts it."""
    office.do("export", str(2 * ROWS))
    office.kill_in_the_middle(1)
    command = [sys.executable, "-m", "jimin.project.cli", "worker"]
    worker = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **office.env})
    try:
        office.wait(lambda state, done: state in ("done", "failed"))
    finally:
        worker.terminate()
        worker.wait(60)
    told = office.tell()
    assert (told["state"], told["exports"], told["result"]) == ("done", 1, True)
    assert office.left_behind() == []
    assert len(list((office.folder / "files/jobs").rglob("*-*-*-*-*-*"))) == 1


def test_an_action_for_many_records(office: Office) -> None:
    """Two workers finish what two killed ones began; each record is moved once."""
    office.do("move", str(PERSONS))
    office.kill_in_the_middle(2)
    office.finish(workers=2)
    told = office.tell()
    moved = PERSONS * 9 // 10
    assert (told["state"], told["broken"]) == ("done", None)
    assert (told["moved"], told["there"]) == (moved, PERSONS)
    assert told["states"] == {"done": moved, "refused": PERSONS // 10}
    assert told["attempt"] >= 3
    assert told["result"]  # the workbook of what became of each
    assert office.left_behind() == []


def test_a_month(office: Office) -> None:
    """Begun by two officers, killed twice: one run, and what it says anyone finds again."""
    office.do("month", str(FAMILIES))
    office.kill_in_the_middle(2, progress=False)
    office.finish(workers=2)
    assert len([p for p in (office.folder / "files/lake").rglob("*") if p.is_file()]) == 1
    told = office.tell("month")
    assert (told["state"], told["broken"], told["runs"]) == ("done", None, 1)
    assert (told["households"], told["proposals"]) == (FAMILIES, FAMILIES)
    assert set(told["conclusions"]) == {"不符合", "待人工核实", "符合"}
    assert told["attempt"] >= 2
    assert told["same"]
    assert told["books"]
