"""A worker that dies after any of the commits it makes: what stands then is gone on from."""

import itertools
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from jimin.project.commands.tests.started import Started

from .installation import Office

pytestmark = pytest.mark.xdist_group("interrupted")

LEFT_IN_THE_END: dict[tuple[str, ...], dict[str, Any]] = {
    ("export", "30"): {"exports": 1, "result": True},
    ("import", "20", "good"): {"persons": 18, "different": 18, "added": 18, "imports": 1},
    ("import", "20", "all"): {"persons": 20, "different": 20, "added": 20, "imports": 1},
    ("move", "10"): {"moved": 9, "there": 10, "states": {"done": 9, "refused": 1}},
    ("approval", "9"): {"approvals": 1, "awards": 9, "granted": 9},
}


@pytest.mark.parametrize("asked", LEFT_IN_THE_END, ids=" ".join)
def test_nothing_is_lost_or_doubled(
    asked: tuple[str, ...],
    tmp_path: Path,
    started: Started,
    empty_database: Callable[[Path], str],
    copied_database: Callable[[str, Path, Path], str],
) -> None:
    wanted = {"state": "done", "broken": None, **LEFT_IN_THE_END[asked]}
    before = tmp_path / "before"
    before.mkdir()
    begun = Office(before, empty_database(before), started, is_demo=True)
    begun.do(*asked)
    for commits in itertools.count(1):
        folder = tmp_path / str(commits)
        office = replace(begun, folder=folder, url=copied_database(begun.url, before, folder))
        died = office.die_after(commits)
        told = office.tell("finished")
        assert {name: told[name] for name in wanted} == wanted, f"after commit {commits}"
        assert office.left_behind() == []
        assert len(office.results()) == told["result"]
        if not died:
            break
    assert commits > 5
