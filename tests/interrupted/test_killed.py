"""A worker killed with SIGKILL at any moment doubles nothing, loses nothing, leaves no wreck."""

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from .installation import Office

ROOT = Path(__file__).resolve().parents[2]
ROWS = 2200  # three batches
PERSONS = 210  # more than are done at once
FAMILIES = 90
pytestmark = pytest.mark.xdist_group("interrupted")


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
    assert len(office.results()) == 1


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
