"""Running one step after another and saying clearly how each ended."""

import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PYTHON = sys.executable
BIN = Path(sys.executable).parent


@dataclass(frozen=True)
class Ended:
    code: int
    seconds: float
    output: str

    @property
    def well(self) -> bool:
        return self.code == 0

    @property
    def last_line(self) -> str:
        lines = [line for line in self.output.splitlines() if line.strip()]
        return lines[-1] if lines else ""


def run(command: Sequence[str | Path], env: Mapping[str, str], *, show: bool) -> Ended:
    """Run a command in the project's root; `show` lets its output through as it comes."""
    begun = time.monotonic()
    process = subprocess.Popen(
        [str(part) for part in command],
        cwd=ROOT,
        env=dict(env),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
    )
    lines = []
    assert process.stdout
    for line in process.stdout:
        lines.append(line)
        if show:
            sys.stdout.write(line)
            sys.stdout.flush()
    code = process.wait()
    return Ended(code, time.monotonic() - begun, "".join(lines))
