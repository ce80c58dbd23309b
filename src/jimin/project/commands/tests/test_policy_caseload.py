"""`jimin policy diff --caseload FILE.parquet`: the effect of a new standard on all families."""

from pathlib import Path
from random import Random
from typing import Any

import duckdb
import pytest
from click.testing import CliRunner, Result

from jimin.engine.rules.draft import with_figures
from jimin.engine.rules.parameters import load_parameters
from jimin.policies import assess_city, assess_household, load_policy
from jimin.policies.decisions import write_decisions
from jimin.policies.tests.test_city import a_household, a_plain_household, in_yuan, tables
from jimin.project.cli import main
from jimin.project.commands.policy_caseload import Cost, effect_on

POLICY = load_policy("jilin")
MONTH = "2016-07"
RAISED = "\n".join(
    [
        "urban_standard:",
        "  label: 城市低保标准",
        "  unit: 元/人·月",
        "  keys: [county]",
        "  values:",
        "    - since: 2016-01-01",
        "      source: 示例值：拟调整的标准",
        "      status: example",
        "      value:",
        *(
            f'        "{county}": 500'
            for county in (*range(220202, 220205), 220211, 220221, *range(220281, 220285))
        ),
    ]
)


def run(*words: object) -> Result:
    asked = ["policy", "diff", MONTH, MONTH, *map(str, words)]
    return CliRunner().invoke(main, asked, env={"COLUMNS": "200"})


def decisions(folder: Path, cases: list[Any]) -> Path:
    """A file of decisions of families that keep their places as their numbers."""
    groups, members = tables(cases)
    result = assess_city(POLICY, MONTH, groups, members)
    path = folder / "decisions.parquet"
    write_decisions(POLICY, "dibao", MONTH, groups, members, result, path)
    return path


@pytest.fixture
def draft(tmp_path: Path) -> Path:
    path = tmp_path / "raised.yaml"
    path.write_text(RAISED, encoding="utf-8")
    return path


def test_a_raised_standard_is_counted_by_conclusion_and_county(tmp_path: Path, draft: Path) -> None:
    # On 300, 470, 600 yuan and on a wage nobody knows: 160, 0, 0 yuan before; 200, 30, 0 after.
    cases = [a_plain_household() for _ in range(4)]
    for (family, [person]), wage in zip(cases, (30000, 47000, 60000, None), strict=True):
        person["wage"] = wage
        family["county"] = "220202"
    cases[1][0]["county"] = "220203"
    result = run("--draft", draft, "--caseload", decisions(tmp_path, cases))
    assert result.exit_code == 0, result.output
    rows = [line.split() for line in result.output.splitlines()]
    for row in (
        ["符合", "符合", "1"],
        ["不符合", "符合", "1"],
        ["不符合", "不符合", "1"],
        ["待人工核实", "待人工核实", "1"],
        ["昌邑区", "2", "1", "0", "160.00", "200.00", "40.00"],
        ["龙潭区", "1", "1", "0", "0.00", "30.00", "30.00"],
    ):
        assert row in rows, result.output
    assert result.output.splitlines()[-3:] == [
        "每月应发合计由 160.00 元变为 230.00 元，增加 70.00 元；2 户增加，0 户减少。",
        "一年按十二个月计，增加 840.00 元。",
        "1 户至少一次待人工核实，没有计入金额。",
    ]


def test_all_at_once_is_what_one_by_one_comes_to(tmp_path: Path, draft: Path) -> None:
    random = Random(20160701)
    cases = [a_household(random, MONTH) for _ in range(150)]
    drafted = with_figures(POLICY, load_parameters(draft))
    found = effect_on(((POLICY, MONTH), (drafted, MONTH)), decisions(tmp_path, cases))
    moves: dict[tuple[str, str], int] = {}
    whole = Cost()
    for family, people in cases:
        one, other = (
            assess_household(policy, MONTH, in_yuan(family), [in_yuan(each) for each in people])
            for policy in (POLICY, drafted)
        )
        pair = one.conclusion, other.conclusion
        moves[pair] = moves.get(pair, 0) + 1
        if one.amount is not None and other.amount is not None:
            whole.add(one.amount, other.amount)
            whole.raised += other.amount > one.amount
            whole.lowered += other.amount < one.amount
    assert found.moves == moves
    assert found.whole == whole
    assert whole.raised > 10
    assert found.undetermined == 150 - whole.households > 0


def test_of_a_folder_of_several_months_that_of_the_first_side_is_taken(
    tmp_path: Path, draft: Path
) -> None:
    folder = tmp_path / "lake" / "2016"
    folder.mkdir(parents=True)
    path = decisions(folder, [a_plain_household()])
    for month in ("2016-06", "2016-08"):
        other = folder / f"{month}.parquet"
        duckdb.execute(f"COPY (SELECT * REPLACE ('{month}' AS month) FROM '{path}') TO '{other}'")
    result = run("--draft", draft, "--caseload", tmp_path / "lake")
    assert result.exit_code == 0, result.output
    assert ["符合", "符合", "1"] in [line.split() for line in result.output.splitlines()]
    path.unlink()
    result = run("--draft", draft, "--caseload", tmp_path / "lake")
    assert result.exit_code == 2
    assert result.output == (
        "错误：“lake”里没有 2016-07 的最低生活保障，不知道用哪个月的家庭；有：2016-06、2016-08。\n"
    )


def test_a_table_that_is_no_file_of_decisions_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "table.parquet"
    duckdb.execute(f"COPY (SELECT 1 AS household) TO '{path}'")
    result = run("--caseload", path)
    assert result.exit_code == 2
    assert result.output.startswith("错误：“table.parquet”不是决定文件（Parquet，有 benefit、")
