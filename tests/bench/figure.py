"""One measured figure, and a measurement in a process of its own."""

import json
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Figure:
    """`ratio` is what `must` speaks of where there is something to compare with."""

    name: str
    value: float
    unit: str
    against: str | None = None
    ratio: float | None = None
    must: str | None = None
    holds: bool | None = None

    def line(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False)


def alone(name: str, folder: Path, python: str | Path = sys.executable) -> dict[str, Any]:
    """Run one measurement of `tests.bench.measure`; its seconds and its highest memory."""
    command = [str(python), "-m", "tests.bench.measure", name, str(folder)]
    ended = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    # On a slow machine DuckDB draws how far a statement has come before that.
    answer: dict[str, Any] = json.loads(ended.stdout.splitlines()[-1])
    return answer
