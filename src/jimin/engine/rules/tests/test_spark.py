"""The nation's run gives the city's results, on Spark in local mode.

PySpark (`make spark`) and Java are not part of what a user installs: without them these tests are
skipped, but with JIMIN_REQUIRE=all a machine that has Java must have PySpark too.
"""

import os
import shutil
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from jimin.engine.rules import Decision, PolicyError
from jimin.engine.rules.city import run_city
from jimin.engine.rules.nation import run_nation

from .authors import DECISION, MONTH, a_group, a_policy, sound_seeds, tables

pytestmark = pytest.mark.xdist_group("spark")


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    has_java = bool(shutil.which("java") or os.environ.get("JAVA_HOME"))
    if not has_java:
        pytest.skip("there is no Java 17 (apt-get install openjdk-17-jre-headless)")
    if find_spec("pyspark") is None:
        if os.environ.get("JIMIN_REQUIRE") == "all":
            pytest.fail("JIMIN_REQUIRE=all and there is Java, but no PySpark: make spark")
        pytest.skip("there is no PySpark (make spark)")
    from pyspark.sql import SparkSession

    session = (
        SparkSession.builder.master("local[2]")
        .config("spark.ui.enabled", "false")
        # For half a minute Java need not compile its own code as well as it can.
        .config("spark.driver.extraJavaOptions", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")
        .config("spark.sql.shuffle.partitions", "2")
        .config("spark.sql.ansi.enabled", "true")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("OFF")
    yield session
    session.stop()


def written(folder: Path, groups: pa.Table, members: pa.Table) -> tuple[Path, Path]:
    pq.write_table(groups, folder / "groups.parquet")
    pq.write_table(members, folder / "members.parquet")
    return folder / "groups.parquet", folder / "members.parquet"


@pytest.mark.parametrize("start", [1, 2, 3])
def test_random_rules_mean_the_same_on_spark(spark: Any, tmp_path: Path, start: int) -> None:
    policy, names = a_policy(sound_seeds(50_000 * start, 10))
    random = Random(start)
    paths = written(tmp_path, *tables([a_group(random) for _ in range(150)]))
    city = run_city(policy, DECISION, MONTH, *paths, trace=names)
    run_nation(spark, policy, DECISION, MONTH, *paths, tmp_path / "out", trace=names)
    nation = pq.read_table(tmp_path / "out").to_pylist()
    assert len(nation) == 150
    assert sorted(nation, key=_number) == sorted(city.to_pylist(), key=_number)


def _number(row: dict[str, Any]) -> Any:
    return row["household"]


def test_the_same_bytes_come_out(spark: Any, tmp_path: Path) -> None:
    policy, _ = a_policy(sound_seeds(900, 3))
    random = Random(5)
    paths = written(tmp_path, *tables([a_group(random) for _ in range(50)]))
    decision = Decision("outcome", "未知", "size", ("per_head", "income"), ())
    city = run_city(policy, decision, MONTH, *paths)
    run_nation(spark, policy, decision, MONTH, *paths, tmp_path / "out")
    nation = pq.read_table(tmp_path / "out")
    kinds = pa.schema([pa.field(field.name, field.type) for field in city.schema])
    assert nation.cast(kinds).sort_by("household").equals(city.sort_by("household"))


def test_what_cannot_be_assessed_is_refused(spark: Any, tmp_path: Path) -> None:
    policy, _ = a_policy(sound_seeds(900, 1))
    random = Random(6)
    groups, people = tables([a_group(random) for _ in range(3)])
    last = people["household"].to_pylist().count(2)
    refused: list[tuple[pa.Table, pa.Table, str]] = [
        (groups, people.slice(0, people.num_rows - last), "家庭 2 没有成员，请补录成员。"),
        (groups.slice(0, 2), people, "成员表中的家庭 2 不在家庭表中。"),
        (pa.concat_tables([groups, groups]), people, "重复的家庭编号"),
        (groups, _with(people, "wage", 2001), "家庭 0：工资超出允许范围"),
        (_with(groups, "place", "c"), people, "家庭 0：地方超出允许范围"),
        (groups, people.drop_columns(["wage"]), "缺少列 wage"),
    ]
    for number, (one, other, says) in enumerate(refused):
        folder = tmp_path / str(number)
        folder.mkdir()
        with pytest.raises(PolicyError, match=says):
            run_nation(spark, policy, DECISION, MONTH, *written(folder, one, other), folder / "out")


def _with(table: pa.Table, name: str, value: object) -> pa.Table:
    values = [value, *table[name].to_pylist()[1:]]
    place = table.column_names.index(name)
    return table.set_column(place, name, pa.array(values, table.schema.field(name).type))


def test_a_session_that_ignores_overflow_is_refused(spark: Any, tmp_path: Path) -> None:
    policy, _ = a_policy(sound_seeds(900, 1))
    spark.conf.set("spark.sql.ansi.enabled", "false")
    try:
        with pytest.raises(PolicyError, match="ANSI"):
            run_nation(spark, policy, DECISION, MONTH, "groups", "people", tmp_path / "out")
    finally:
        spark.conf.set("spark.sql.ansi.enabled", "true")
