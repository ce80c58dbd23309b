"""A file of decisions says what was decided on what, and is computed again row by row."""

import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from jimin.engine.rules import PolicyError, PolicyMismatch
from jimin.engine.rules.emit import EMIT
from jimin.engine.rules.sql import traceable
from jimin.policies import assess_city, benefit_of, load_policy, publish_city
from jimin.policies.decisions import replay, versions_in, write_decisions
from jimin.policies.packed import replay_packed, version_in, write_pack
from jimin.policies.tests.test_city import a_plain_household, tables

POLICY = load_policy("jilin")
MONTH = "2016-07"
TRACE = traceable(POLICY.at(MONTH), benefit_of("dibao").decision)


def relations() -> tuple[pa.Table, pa.Table]:
    """Three families: on 300 yuan, on 460 and so above the standard, and with a wage unknown."""
    cases = [a_plain_household() for _ in range(3)]
    cases[0][1].append({**cases[0][1][0], "wage": 0, "birth": date(2010, 1, 1)})
    cases[1][1][0]["wage"] = 46000
    cases[2][1][0]["wage"] = None
    return tables(cases)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    groups, members = relations()
    result = assess_city(POLICY, MONTH, groups, members, trace=TRACE)
    path = tmp_path / "decisions.parquet"
    write_decisions(POLICY, "dibao", MONTH, groups, members, result, path)
    return path


def altered(path: Path, changes: str) -> Path:
    """The file with columns replaced by SQL."""
    other = path.with_name("altered.parquet")
    duckdb.execute(f"COPY (SELECT * REPLACE ({changes}) FROM '{path}') TO '{other}'")
    return other


def test_a_row_says_policy_facts_result_and_steps(file: Path) -> None:
    rows = pq.read_table(file).to_pylist()
    assert [row["household"] for row in rows] == [0, 1, 2]
    first = rows[0]
    head = {name: first[name] for name in ("benefit", "policy", "version", "month")}
    assert head == {
        "benefit": "dibao", "policy": "jilin", "version": POLICY.version, "month": MONTH,
    }  # fmt: skip
    assert first["county"] == "220202"
    assert sorted(member["wage"] for member in first["members"]) == [0, 30000]
    # (460 − 150) × 2, and 20 % of 460 for the child
    assert (first["conclusion"], first["amount_fen"]) == ("符合", 62000 + 9200)
    assert first["per_capita_numerator"] / first["per_capita_denominator"] == 150
    assert [row["conclusion"] for row in rows[1:]] == ["不符合", "待人工核实"]
    assert rows[2]["per_capita_numerator"] is None


def test_decisions_computed_again_are_the_same(file: Path) -> None:
    assert versions_in(file) == (("jilin", POLICY.version),)
    [run] = replay(file, POLICY)
    assert (run.compared, run.exact, run.differing, run.differences) == (3, 3, 0, [])


def test_a_differing_row_is_named_with_both_values(file: Path) -> None:
    wrong = "CASE household WHEN 1 THEN 100 ELSE amount_fen END AS amount_fen"
    [run] = replay(altered(file, wrong), POLICY)
    assert run.differing == 1
    label = POLICY.at(MONTH).rules["amount"].label
    assert run.differences == [f"家庭 1：{label}（amount_fen） 原为 1.00 元，复算 0.00 元。"]


def test_an_altered_fact_or_step_is_found_too(file: Path) -> None:
    [run] = replay(altered(file, "'rural' AS residence"), POLICY)
    assert run.differing == 3
    assert run.differences[0].startswith("家庭 0：")
    step = "per_capita_numerator + 1 AS per_capita_numerator"
    [run] = replay(altered(file, step), POLICY)
    assert run.differing == 2


def test_a_file_without_version_or_of_another_kind_is_refused(file: Path, tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="有 3 行没有写明政策、版本或月份"):
        versions_in(altered(file, "CAST(NULL AS VARCHAR) AS version"))
    other = tmp_path / "other.parquet"
    pq.write_table(pa.table({"a": [1]}), other)
    with pytest.raises(PolicyError, match=r"“other\.parquet”不是决定文件"):
        versions_in(other)
    other.write_text("no Parquet")
    with pytest.raises(PolicyError, match=r"“other\.parquet”不是决定文件"):
        versions_in(other)


DECIDE = """
import sys
from pathlib import Path
from jimin.policies import packed, load_policy, assess_city
from jimin.policies.decisions import write_decisions
pack, groups, members, out = map(Path, sys.argv[1:])
with packed.unpacked(pack) as (folder, name, version):
    packed.stand_in(folder)
    old = load_policy(name)
    assert old.version == version
    result = assess_city(old, "2016-07", groups, members)
    write_decisions(old, "dibao", "2016-07", groups, members, result, out)
"""


def an_older_pack(folder: Path) -> Path:
    """The policy as it was when the standard of July 2016 was still 450."""
    now, old = folder / "now.zip", folder / "old.zip"
    write_pack(POLICY, now)
    with ZipFile(now) as read, ZipFile(old, "w") as write:
        for name in read.namelist():
            text = read.read(name).decode()
            if name == "jilin/parameters/standards.yaml":
                assert "460" in text
                text = text.replace("460", "450")
            write.writestr(name, text)
    return old


def test_decisions_of_an_older_version_are_replayed_by_it(tmp_path: Path) -> None:
    pack, path = an_older_pack(tmp_path), tmp_path / "decisions.parquet"
    files = [tmp_path / "groups.parquet", tmp_path / "members.parquet"]
    for table, out in zip(relations(), files, strict=True):
        pq.write_table(table, out)
    command = [sys.executable, "-c", DECIDE, *map(str, (pack, *files, path))]
    subprocess.run(command, check=True)
    name, version = version_in(pack)
    assert (name, version) != ("jilin", POLICY.version)
    assert versions_in(path) == (("jilin", version),)
    [run] = replay_packed(pack, path)
    assert (run.version, run.compared, run.differing) == (version, 3, 0)
    assert pq.read_table(path).column("standard_fen").to_pylist()[0] == 45000
    [again] = replay_packed(pack, altered(path, "standard_fen + 1000 AS standard_fen"))
    assert again.differing == 3
    assert "原为 460.00 元，复算 450.00 元" in again.differences[0]
    # This program's own version decided nothing in the file.
    assert replay(path, POLICY) == []


def test_a_pack_is_the_same_bytes_and_its_version_is_computed(tmp_path: Path) -> None:
    for name in ("one.zip", "two.zip"):
        write_pack(POLICY, tmp_path / name)
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    assert version_in(tmp_path / "one.zip") == ("jilin", POLICY.version)


@pytest.mark.parametrize("place", ["../national/x.py", "national/inner/x.py", "/tmp/x.py", "x.py"])
def test_a_pack_with_files_it_should_not_have_is_refused(tmp_path: Path, place: str) -> None:
    path = tmp_path / "pack.zip"
    write_pack(POLICY, path)
    with ZipFile(path, "a") as pack:
        pack.writestr(place, "")
    with pytest.raises(PolicyError, match=r"“pack\.zip”不是 jimin policy pack 写出的政策包"):
        version_in(path)
    path.write_text("no zip")
    with pytest.raises(PolicyError, match="不是 jimin policy pack 写出的政策包"):
        version_in(path)


def test_a_city_is_published_only_if_the_interpreter_agrees(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    groups, members = relations()
    out = tmp_path / "out.parquet"
    assert publish_city(POLICY, MONTH, groups, members, out) == 3
    before = out.read_bytes()
    original: Any = EMIT["compared"]
    monkeypatch.setitem(
        EMIT, "compared", lambda emitter, term: original(emitter, term).replace(" < ", " <= ")
    )
    with pytest.raises(
        PolicyMismatch, match="家庭 1 的 conclusion：批量结果 符合，逐户复算 不符合"
    ):
        publish_city(POLICY, MONTH, groups, members, out)
    assert out.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["out.parquet"]
