"""`jimin policy replay` of a file of decisions, and the packs of versions gone by."""

from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner, Result

from jimin.policies import assess_city, load_policy
from jimin.policies.decisions import write_decisions
from jimin.policies.packed import version_in
from jimin.policies.tests.test_city import a_plain_household, tables
from jimin.policies.tests.test_decisions import an_older_pack
from jimin.project.cli import main

POLICY = load_policy("jilin")


def run(*words: object) -> Result:
    return CliRunner().invoke(main, ["policy", *map(str, words)], env={"COLUMNS": "200"})


@pytest.fixture
def file(tmp_path: Path) -> Path:
    groups, members = tables([a_plain_household(), a_plain_household()])
    result = assess_city(POLICY, "2016-07", groups, members)
    path = tmp_path / "decisions.parquet"
    write_decisions(POLICY, "dibao", "2016-07", groups, members, result, path)
    return path


def altered(path: Path, changes: str) -> Path:
    other = path.with_name("altered.parquet")
    duckdb.execute(f"COPY (SELECT * REPLACE ({changes}) FROM '{path}') TO '{other}'")
    return other


def test_decisions_computed_again_are_the_same(file: Path) -> None:
    result = run("replay", file)
    assert result.exit_code == 0, result.output
    assert result.output == (
        f"吉林市社会救助政策 · 最低生活保障 · 2016-07 · 政策版本 {POLICY.version}："
        "复算 2 户（其中 2 户逐户复核），结果全部一致。\n"
    )


def test_a_row_that_differs_is_named_and_ends_in_1(file: Path) -> None:
    wrong = "CASE household WHEN 1 THEN '不符合' ELSE conclusion END AS conclusion"
    result = run("replay", altered(file, wrong))
    assert result.exit_code == 1
    head, line = result.output.splitlines()
    assert head.endswith("复算 2 户（其中 2 户逐户复核），有 1 户不同。")
    assert line == "家庭 1：结论 原为 不符合，复算 符合。"


def test_a_version_nobody_kept_is_refused_with_what_to_do(file: Path) -> None:
    result = run("replay", altered(file, "'0123456789ab' AS version"))
    assert result.exit_code == 2
    assert result.output == (
        "错误：“altered.parquet”里有政策 jilin 版本 0123456789ab 作出的决定，"
        f"本程序里的是 jilin {POLICY.version}；"
        "请用 --pack 给出发布时存下的政策包（jilin-0123456789ab.zip）。\n"
    )


def test_a_kept_version_replays_its_own_decisions(file: Path, tmp_path: Path) -> None:
    pack = an_older_pack(tmp_path)
    _, version = version_in(pack)
    # 450 − 300 instead of 460 − 300, as the older version has it
    lower = ", ".join(
        f"{name} - 1000 AS {name}" for name in ("standard_fen", "topup_fen", "amount_fen")
    )
    old = altered(file, f"'{version}' AS version, {lower}")
    both = tmp_path / "both.parquet"
    duckdb.execute(f"COPY (FROM read_parquet(['{file}', '{old}'])) TO '{both}'")
    result = run("replay", both, "--pack", tmp_path)
    assert result.exit_code == 0, result.output
    assert sorted(result.output.splitlines()) == sorted(
        f"吉林市社会救助政策 · 最低生活保障 · 2016-07 · 政策版本 {one}："
        "复算 2 户（其中 2 户逐户复核），结果全部一致。"
        for one in (POLICY.version, version)
    )


def test_what_cannot_be_replayed_is_told(file: Path, tmp_path: Path) -> None:
    assert run("replay", tmp_path / "none.parquet").output.startswith("错误：没有文件“")
    assert run("replay", file, "--pack", tmp_path / "none.zip").output.startswith(
        "错误：没有政策包"
    )
    assert run("replay", tmp_path / "results.json").output == (
        "错误：复算 jimin assess --json 的结果还需要原工作簿；请写在结果后面。\n"
    )
    duckdb.execute(f"COPY (SELECT * EXCLUDE (wage) FROM (SELECT 1 AS wage, 2 AS b)) TO '{file}'")
    assert "不是决定文件" in run("replay", file).output


def test_a_pack_is_written(tmp_path: Path) -> None:
    out = tmp_path / "jilin.zip"
    result = run("pack", "--out", out)
    assert result.exit_code == 0, result.output
    assert result.output == f"吉林市社会救助政策（jilin）版本 {POLICY.version} 已写到 {out}。\n"
    assert version_in(out) == ("jilin", POLICY.version)
