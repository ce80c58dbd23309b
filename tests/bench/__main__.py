"""Prints one JSON line per figure; ends with 1 when a promise is not held.

    python -m tests.bench [--only PART …] [--households N] [--persons N] [--cases N] [--repeat N]
        [--sample N] [--rounds N] [--seconds N] [--begin FOLDER] [--no-growth]

Every measurement runs alone in a process of its own, all on the same files; of several
repetitions, taken in turn, the fastest counts: what disturbs a measurement only makes it slower.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from . import api, data, exchange, plans, registers, rules
from .figure import Figure

# A part measures in a folder of its own and yields its figures.
PARTS: dict[str, Callable[[Path, argparse.Namespace], Iterator[Figure]]] = {
    "rules": rules.figures,
    "api": api.figures,
    "registers": registers.figures,
    "exchange": exchange.figures,
    "plans": plans.figures,
}


def main() -> int:
    options = _options()
    kept = True
    for part in options.only or PARTS:
        with tempfile.TemporaryDirectory() as folder:
            for figure in PARTS[part](Path(folder), options):
                print(figure.line(), flush=True)
                kept = kept and figure.holds is not False
    return 0 if kept else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("--only", nargs="+", choices=PARTS, metavar="PART")
    parser.add_argument("--households", type=int, default=data.HOUSEHOLDS)
    parser.add_argument("--persons", type=int, default=registers.PERSONS)
    parser.add_argument("--cases", type=int, default=plans.CASES)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--sample", type=int, default=50_000)
    parser.add_argument("--rounds", type=int, default=60, help="of the pages and the API")
    parser.add_argument("--seconds", type=int, default=30, help="that clerks work at once")
    parser.add_argument("--begin", type=Path, help="with a copy of this data folder, over SQLite")
    parser.add_argument("--no-growth", dest="growth", action="store_false")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
