"""An installation whose workers are killed."""

import json
import random
import signal
import sqlite3
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from jimin.foundation.jobs.run import WORK
from jimin.project.commands.tests.started import Started

PATIENCE = 240.0


@dataclass
class Office:
    """An installation in a folder, with a database of its own."""

    folder: Path
    url: str
    started: Started
    is_demo: bool = False  # where figures that are examples may decide

    @property
    def env(self) -> dict[str, str]:
        demo = {"JIMIN_DEMO": "1"} if self.is_demo else {}
        return {"JIMIN_VAR": str(self.folder), "DATABASE_URL": self.url, **demo}

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
        work = self.folder / "files" / WORK
        return [path.name for path in work.iterdir()] if work.exists() else []

    def results(self) -> list[str]:
        """The files kept for those who asked, whether a job names them or not."""
        return [path.name for path in (self.folder / "files/jobs").rglob("*-*-*-*-*-*")]

    def die_after(self, commits: int) -> bool:
        """Let a worker do what there is until it has committed so often; whether it died."""
        ended = self.started.run(self.env, "tests.interrupted.office:work", str(commits))
        assert ended.returncode in (0, -signal.SIGKILL), ended.stderr
        return ended.returncode != 0

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
