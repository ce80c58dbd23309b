"""One measurement in a process of its own: `python -m tests.bench.measure NAME FOLDER`.

Prints one JSON object: the seconds of the work itself, without starting Python and importing, and
the highest memory the process ever held.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from .data import MONTH

# The columns the rules need; the files hold no others, so reading them all is reading these.
FILES = ("households.parquet", "members.parquet")
IMPORT = """
import time
begun = time.process_time()
import jimin.engine.rules
print(time.process_time() - begun)
"""


def bare(folder: Path) -> dict[str, Any]:
    """Read the same columns and write a result of the same shape, with nothing in between."""
    import polars as pl

    result = pl.read_parquet(folder / "jimin.parquet").rechunk()
    begun = time.perf_counter()
    frames = [pl.read_parquet(folder / name) for name in FILES]
    result.write_parquet(folder / "bare.parquet", compression="snappy")
    seconds = time.perf_counter() - begun
    assert frames[0].height == result.height
    return {"seconds": seconds}


def jimin(folder: Path, memory_limit: str = "1GB") -> dict[str, Any]:
    import duckdb  # noqa: F401 (a large library: loading it is no part of the work)

    from jimin.policies import load_policy
    from jimin.policies.city import assess_city

    policy = load_policy("jilin")
    households, members = (folder / name for name in FILES)
    begun = time.perf_counter()
    out = folder / "jimin.parquet"
    assess_city(policy, MONTH, households, members, out, memory_limit=memory_limit)
    return {"seconds": time.perf_counter() - begun}


def nation(folder: Path) -> dict[str, Any]:
    """Ten cities in one run, with less memory than they take."""
    return jimin(folder, "2GB")


def hand(folder: Path) -> dict[str, Any]:
    import duckdb  # noqa: F401

    from . import hand_written

    begun = time.perf_counter()
    hand_written.run(folder, folder / "hand.parquet")
    return {"seconds": time.perf_counter() - begun}


def openfisca(folder: Path) -> dict[str, Any]:
    return _fisca(folder, folder / "openfisca.parquet")


def policyengine(folder: Path) -> dict[str, Any]:
    """The same formulas; run by the interpreter policyengine-core is installed for."""
    return _fisca(folder, folder / "policyengine.parquet")


def _fisca(folder: Path, out: Path) -> dict[str, Any]:
    from . import fisca_dibao

    begun = time.perf_counter()
    fisca_dibao.run(folder, MONTH, out)
    return {"seconds": time.perf_counter() - begun}


def importing(folder: Path) -> dict[str, Any]:
    """The engine imported by a fresh interpreter, in processor time; of several the quickest."""
    command = [sys.executable, "-c", IMPORT]
    compiled = {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}  # as whatever is installed is
    spent = [
        float(subprocess.run(command, env=compiled, check=True, capture_output=True).stdout)
        for _ in range(9)
    ]
    return {"seconds": min(spent)}


def case(folder: Path) -> dict[str, Any]:
    """A household of five with its explanation, warm; the median over a thousand of these.

    Processor time, as it is of one thread: what else the machine does is no part of it.
    """
    from jimin.policies import assess_household, load_policy

    from .sample import families

    policy = load_policy("jilin")
    found = [family for family in families(folder, 20_000) if len(family.members) == 5][:1000]
    spent = []
    for family in [*found[:50], *found]:
        begun = time.process_time()
        told = assess_household(policy, MONTH, family.household, family.members)
        told.as_json(str(family.key))
        spent.append(time.process_time() - begun)
    return {"seconds": median(spent[len(found[:50]) :]), "households": len(found)}


def peak_mib() -> float:
    """VmHWM: the resident memory at its highest."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise OSError("the kernel does not tell VmHWM")


MEASURES: dict[str, Callable[[Path], dict[str, Any]]] = {
    "bare": bare,
    "jimin": jimin,
    "hand": hand,
    "nation": nation,
    "openfisca": openfisca,
    "policyengine": policyengine,
    "import": importing,
    "case": case,
}

if __name__ == "__main__":
    answer = MEASURES[sys.argv[1]](Path(sys.argv[2]))
    print(json.dumps({**answer, "peak_mib": peak_mib()}))
