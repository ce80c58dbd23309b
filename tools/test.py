"""`make test`: every test over SQLite, then what touches the database again over PostgreSQL.

Browser tests need a Chromium (/usr/bin/chromium or JIMIN_CHROMIUM), the second run needs a
PostgreSQL (127.0.0.1:5432 or JIMIN_TEST_POSTGRES, a role that may create databases). Without them
these tests are skipped and the last lines say so; with JIMIN_REQUIRE=all that is a failure.
Further arguments go to pytest: `tools/test.py -k dibao`.
"""

import os
import sys
from pathlib import Path

import psycopg
from _terminal import PYTHON, Ended, run

POSTGRES = os.environ.get("JIMIN_TEST_POSTGRES", "postgres://postgres@127.0.0.1:5432/jimin")
CHROMIUM = os.environ.get("JIMIN_CHROMIUM", "/usr/bin/chromium")
# What never asks the database, or only for something to look at, is not run twice. Nor is the demo
# city: tests/every_record asks PostgreSQL who sees what of every register.
WITHOUT_DATABASE = [
    "src/jimin/engine",
    "src/jimin/policies",
    "src/jimin/foundation/tables",
    *(
        f"src/jimin/project/commands/tests/test_{name}.py"
        for name in ("assess*", "dibao_workbook", "help", "plan", "policy*", "refused_words")
    ),
    "tests/bench",
    "tests/browser",
    "tests/city",
    "tests/test_bench.py",
    "tests/test_messages.py",
    "tests/test_tiers.py",
]


ROOT = Path(__file__).resolve().parent.parent
WORKERS = str(min(8, os.cpu_count() or 1))
# No test asks what a power cut leaves of PostgreSQL.
NO_FLUSH = {"PGOPTIONS": "-c synchronous_commit=off -c jit=off"}


def main(arguments: list[str]) -> int:
    missing = []
    if not Path(CHROMIUM).exists():
        missing.append(f"browser tests: there is no {CHROMIUM} (apt-get install chromium)")
    if refusal := postgres_refusal():
        missing.append(f"tests over PostgreSQL: {POSTGRES} does not answer: {refusal}")
    if missing and os.environ.get("JIMIN_REQUIRE") == "all":
        print("JIMIN_REQUIRE=all, but these could not run:", *missing, sep="\n  ")
        return 1

    runs: dict[str, Ended] = {}
    env = {**os.environ, "JIMIN_CHROMIUM": CHROMIUM, "PYTHONWARNINGS": "default"}
    env.pop("DATABASE_URL", None)
    runs["SQLite"] = tests(env, arguments)
    if not refusal:
        ignored = [f"--ignore={p}" for name in WITHOUT_DATABASE for p in sorted(ROOT.glob(name))]
        env |= {"DATABASE_URL": POSTGRES, **NO_FLUSH}
        runs["PostgreSQL"] = tests(env, [*ignored, *arguments])

    print()
    for name, ended in runs.items():
        print(f"{name:<11}{ended.last_line.strip('= ')}")
    for line in missing:
        print(f"NOT RUN    {line}")
    # 5: nothing was collected, as when -k picks tests of one run only.
    picked = 5 if arguments else 0
    return max((e.code for e in runs.values() if e.code != picked), default=0)


def tests(env: dict[str, str], arguments: list[str]) -> Ended:
    spread = ["-n", WORKERS, "--dist", "loadgroup", "--no-loadscope-reorder"]  # tests/conftest.py
    command = [PYTHON, "-m", "pytest", "-q", *spread, *arguments]
    return run(command, env, show=True)


def postgres_refusal() -> str:
    """Why PostgreSQL cannot be used, or nothing."""
    server = POSTGRES.rpartition("/")[0] + "/postgres"
    try:
        with psycopg.connect(server, connect_timeout=3) as connection:
            row = connection.execute(
                "SELECT rolsuper OR rolcreatedb FROM pg_roles WHERE rolname = current_user"
            ).fetchone()
    except psycopg.Error as error:
        return str(error).strip().splitlines()[0]
    return "" if row and row[0] else "the role may not create databases"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
