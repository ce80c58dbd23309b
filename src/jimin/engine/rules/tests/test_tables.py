"""Parquet and Arrow in and out hold the same exact values, traced rules included."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from jimin.engine.rules import PolicyError, pct, round_down
from jimin.engine.rules.city import run_city
from jimin.engine.rules.proof import proofs, proofs_of_all_months

from .test_compiler import DECISION, MOST, a_policy

MONTH = "2016-01"
POLICY = a_policy(lambda h: h.one * h.two * pct(50))
GROUPS = pa.table({
    "household": ["甲", "乙", "丙"],
    "one": pa.array([MOST, -MOST, None], pa.int64()),
    "two": pa.array([MOST - 1, 3, 1], pa.int64()),
})  # fmt: skip
MEMBERS = pa.table({"household": ["甲", "乙", "乙", "丙"]})


def by_number(table: pa.Table) -> dict[str, tuple[Any, ...]]:
    return {row.pop("household"): tuple(row.values()) for row in table.to_pylist()}


def in_parquet(folder: Path, groups: Any, members: Any, **how: Any) -> pa.Table:
    out = folder / "out.parquet"
    run_city(POLICY, DECISION, MONTH, groups, members, out, **how)
    return pq.read_table(out)


def test_arrow_and_parquet_give_the_same(tmp_path: Path) -> None:
    files = [tmp_path / "groups.parquet", tmp_path / "members.parquet"]
    for table, file in zip((GROUPS, MEMBERS), files, strict=True):
        pq.write_table(table, file)
    how: dict[str, Any] = {"trace": ("it", "outcome", "size")}
    found = [
        run_city(POLICY, DECISION, MONTH, GROUPS, MEMBERS, **how),
        run_city(POLICY, DECISION, MONTH, *files, **how),
        in_parquet(tmp_path, GROUPS, MEMBERS, **how),
        in_parquet(tmp_path, *files, **how),
    ]
    assert all(by_number(table) == by_number(found[0]) for table in found)
    assert all(table.schema.names == found[0].schema.names for table in found)
    assert found[0].schema.names == [
        "household", "conclusion", "size", "it_numerator", "it_denominator", "outcome",
        "size_numerator", "size_denominator",
    ]  # fmt: skip
    rows = {row["household"]: row for row in found[3].to_pylist()}
    exact = Fraction(int(rows["甲"]["it_numerator"]), int(rows["甲"]["it_denominator"]))
    assert exact == Fraction(MOST * (MOST - 1), 2)
    assert rows["丙"]["it_numerator"] is None
    assert rows["乙"]["outcome"] == "多人"
    # What needs more than 64 bits stays a whole number in a file.
    assert [str(found[place].schema.field("it_numerator").type) for place in (0, 3)] == [
        "decimal128(38, 0)"
    ] * 2


def test_only_the_columns_of_the_rules_are_needed_and_others_are_ignored() -> None:
    extra = GROUPS.append_column("remark", pa.array([1.5, 2.5, None]))
    result = run_city(POLICY, DECISION, MONTH, extra, MEMBERS, trace=("it",))
    assert "remark" not in result.schema.names
    with pytest.raises(PolicyError, match="缺少列 two"):
        run_city(POLICY, DECISION, MONTH, GROUPS.drop_columns(["two"]), MEMBERS, trace=("it",))


def test_codes_and_numbers_may_be_stored_in_smaller_types(tmp_path: Path) -> None:
    policy = a_policy(lambda h: h.known * 2 + h.two * 0)
    small = pa.table({
        "household": pa.array(["甲"]).dictionary_encode(),
        "known": pa.array([5], pa.uint8()), "two": pa.array([1], pa.int16()),
    })  # fmt: skip
    members = pa.table({"household": pa.array(["甲"]).dictionary_encode()})
    pq.write_table(small, tmp_path / "small.parquet")
    for groups in (small, tmp_path / "small.parquet"):
        result = run_city(policy, DECISION, MONTH, groups, members, trace=("it",))
        assert result.column("it_numerator").to_pylist() == [10]
    wrong = small.set_column(1, "known", pa.array([5], pa.uint64()))
    with pytest.raises(PolicyError, match="列 known 类型是 UBIGINT，应当是 BIGINT"):
        run_city(policy, DECISION, MONTH, wrong, members, trace=("it",))


def test_a_file_that_fails_a_check_does_not_appear(tmp_path: Path) -> None:
    twice = pa.concat_tables([GROUPS, GROUPS])
    with pytest.raises(PolicyError, match="重复"):
        in_parquet(tmp_path, twice, MEMBERS)
    assert list(tmp_path.iterdir()) == []


def test_what_is_proven_of_a_rule_is_its_range_and_its_width() -> None:
    found = {proof.rule: proof for proof in proofs(POLICY.at(MONTH))}
    half = Fraction(MOST * MOST, 2)
    assert (found["it"].low, found["it"].high) == (-half, half)
    assert (found["it"].duckdb_type, found["it"].spark_type) == ("HUGEINT", "DECIMAL(38,0)")
    assert [found["size"].low, found["size"].high] == [1, 9]
    assert found["size"].duckdb_type == found["size"].spark_type == "BIGINT"
    assert (found["outcome"].low, found["outcome"].kind) == (None, "code")
    shared = a_policy(lambda h: round_down(h.one / h.size))
    [share] = [proof for proof in proofs_of_all_months(shared) if proof.rule == "it"]
    assert [share.low, share.high] == [-MOST, MOST]
    assert share.largest == MOST + 9
