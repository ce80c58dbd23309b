"""A database of an earlier version comes to the present one with everything that was in it."""

import json
import re
from collections.abc import Callable
from pathlib import Path

from jimin.project.commands.tests.started import Started

from .earlier import INPUTS


def test_what_was_known_of_health_is_sealed(
    tmp_path: Path, started: Started, bare_database: Callable[[], str]
) -> None:
    env = {"JIMIN_VAR": str(tmp_path), "DATABASE_URL": bare_database()}
    ended = started.run(env, "tests.earlier:migrate_with_rows")
    assert ended.returncode == 0, ended.stderr
    told = json.loads(ended.stdout.splitlines()[-1])
    assert told["read"] == {
        "grades": [0, 2, 4],
        "facts": [[0, True], [2, False], [4, None]],
        "inputs": INPUTS,
        "books": "PAR1 books",
        "files": ["220202-2016-06-books.sealed"],
        "remaining": 0,
    }
    assert len(set(told["held"])) == len(told["held"]) == 3 + 3 + 2 + 2
    assert all(re.fullmatch(r"1:[A-Za-z0-9+/=]{40,}", text) for text in told["held"])
