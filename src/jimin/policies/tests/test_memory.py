"""A city larger than its memory limit is assessed within it, spilling to disk."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import pytest

from jimin.policies import PolicyError, assess_city, load_policy
from jimin.policies.tests.test_city import HOUSEHOLDS, MEMBERS

MANY = 600_000

MEASURE = """
import json, sys
from pathlib import Path
import duckdb
from jimin.policies import assess_city, load_policy
folder, limit = sys.argv[1:]

def peak():
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024

policy = load_policy("jilin")
duckdb.sql("SET enable_progress_bar = false")
before = peak()
files = [f"{folder}/{name}.parquet" for name in ("households", "members", "out")]
assess_city(policy, "2016-07", *files, memory_limit=limit, threads=1)
after = peak()
[digest] = duckdb.sql(
    f"SELECT bit_xor(hash(o)), sum(amount_fen), count(*) FROM '{folder}/out.parquet' AS o"
).fetchall()
print(json.dumps({"mib": after - before, "digest": list(map(str, digest))}))
"""


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Members far from their households, so that all of them must be held or spilled."""
    folder = tmp_path_factory.mktemp("city")
    stated: dict[str, Any] = {
        "county": "'220202'", "residence": "'urban'", "financial_assets": "n % 9999 * 100",
        "vehicles": "0", "dwellings": "1", "last_amount": "NULL", "over_since": "NULL",
        "birth": "DATE '1990-01-01' - n::INTEGER % 20000", "disability_grade": "n % 5",
        "is_student": "n % 3 = 0", "is_seriously_ill": "n % 7 = 0", "is_single_parent": "FALSE",
        "wage": "n * 7919 % 70001", "business": "n % 1000", "property": "0", "transfer": "0",
    }  # fmt: skip
    types = {"int64": "BIGINT", "int32": "INTEGER", "int8": "TINYINT", "string": "VARCHAR",
             "bool": "BOOLEAN", "date32[day]": "DATE"}  # fmt: skip
    for name, schema, rows in (
        ("households", HOUSEHOLDS, f"SELECT range AS n, range AS household FROM range({MANY})"),
        (
            "members",
            MEMBERS,
            f"SELECT range AS n, hash(range) % {MANY} AS household FROM range({MANY})"
            f" UNION ALL SELECT range, range FROM range({MANY})",
        ),
    ):
        columns = ", ".join(
            f"({stated.get(field.name, field.name)})::{types[str(field.type)]} AS {field.name}"
            for field in schema
        )
        duckdb.execute(
            f"COPY (SELECT {columns} FROM ({rows}) ORDER BY hash(n, 3)) "
            f"TO '{folder}/{name}.parquet'"
        )
    return folder


def measured(city: Path, limit: str) -> dict[str, Any]:
    command = [sys.executable, "-c", MEASURE, str(city), limit]
    ended = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, Any] = json.loads(ended.stdout)
    return found


def test_a_small_limit_is_kept_and_changes_no_result(city: Path) -> None:
    free, held = measured(city, "1GB"), measured(city, "32MB")
    assert free["digest"] == held["digest"]
    assert free["digest"][2] == str(MANY)
    # What DuckDB does not count itself, such as its buffers for reading and writing, comes on top.
    assert held["mib"] < 32 + 48
    assert held["mib"] < free["mib"] - 32


def test_a_limit_too_small_is_told(city: Path) -> None:
    files = (city / "households.parquet", city / "members.parquet", city / "none.parquet")
    with pytest.raises(PolicyError, match="内存超过限额，没有得出结果；请调高 memory_limit"):
        assess_city(load_policy("jilin"), "2016-07", *files, memory_limit="2MB", threads=1)
    assert not files[2].exists()
