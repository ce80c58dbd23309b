"""The commands as a clerk runs them. Expected amounts are worked out by hand."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner, Result

from jimin.policies import load_policy
from jimin.project.cli import main
from jimin.project.commands.tests.workbooks import household, identity, member, save

STEP_KEYS = ["rule", "label", "member", "formula", "value", "cite", "parameters"]


def people() -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Five households that come to every conclusion."""
    households = [
        household("H1"),
        household("H2", 区划代码="220221001001", 城乡类别="农村"),
        household("H3", 机动车数=1),
        household("H4", 上月低保金=300, 超标起始月="2016-05"),
        household("H5"),
    ]
    members = [
        member("H1", identity(sequence=901), 残疾等级=1, 工资性收入=200),
        member("H2", identity(sequence=903), 转移净收入=100.01),
        member("H2", identity(sequence=905), 姓名="乙"),
        member("H2", identity("20100101", 907), 姓名="丙"),
        member("H3", identity(sequence=909)),
        member("H4", identity(sequence=911), 工资性收入=500),
        member("H5", identity(sequence=913), 工资性收入=None),
    ]
    return households, members


@pytest.fixture
def good(tmp_path: Path) -> Path:
    return save(tmp_path / "in.xlsx", *people())


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    households, members = people()
    members[0]["公民身份号码"] = 2.20202198001019e17
    members[1]["重病"] = "=1+1"
    return save(tmp_path / "in.xlsx", households, members)


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def rows(path: Path, sheet: str) -> list[list[Any]]:
    return [[cell.value for cell in row] for row in openpyxl.load_workbook(path)[sheet].rows]


def test_good_households_are_assessed_to_the_fen(good: Path) -> None:
    out = good.with_name("out.xlsx")
    result = run("assess", good, "--month", "2016-07", "--out", out)
    assert result.exit_code == 0, result.output
    header, *found = rows(out, "核定结果")
    assert header == [
        *("家庭编号", "结论", "人数", "人均月收入", "标准"),
        *("差额补助", "分类施保", "本月应发", "首要原因"),
    ]
    assert [row[:8] for row in found] == [
        ["H1", "符合", 1, 160, 460, 300, 138, 438],
        ["H2", "符合", 3, 33.34, 291.67, 775, 59, 834],
        ["H3", "不符合", 1, 0, 460, 0, 0, 0],
        ["H4", "渐退", 1, 500, 460, 0, 0, 300],
        ["H5", "待人工核实", 1, None, 460, None, None, None],
    ]
    assert found[2][8] == "有机动车 1 辆，超过规定的 0 辆"
    assert "工资性收入" in found[4][8]
    assert sorted(path.name for path in good.parent.iterdir()) == ["in.xlsx", "out.xlsx"]


def test_every_step_is_in_the_workbook_with_its_source_and_figures(good: Path) -> None:
    out = good.with_name("out.xlsx")
    run("assess", good, "--month", "2016-07", "--out", out)
    header, *steps = rows(out, "计算说明")
    assert header == ["家庭编号", "成员", "步骤", "计算式", "结果", "依据", "参数"]
    assert {step[0] for step in steps} == {"H1", "H2", "H3", "H4", "H5"}
    (standard,) = [s for s in steps if s[0] == "H1" and s[2] == "月保障标准"]
    assert standard[4:] == [
        "460.00",
        "社会救助暂行办法第十条",
        "城市低保标准 460.00，自 2016-07-01 起（示例）",
    ]
    assert [s[1] for s in steps if s[0] == "H2" and s[2] == "计入的月收入"] == ["甲", "乙", "丙"]
    assert [s[4] for s in steps if s[0] == "H5" and s[2] == "本月应发"] == ["未知"]
    about = dict(row for row in rows(out, "说明") if row[0] != "示例参数")
    assert about["政策版本"] == load_policy().version
    assert (about["核定月份"], about["核定户数"], about["有误未核定户数"]) == ("2016-07", "5", "0")
    examples = [row[1] for row in rows(out, "说明") if row[0] == "示例参数"]
    assert len(examples) == len(set(examples)) > 5


def test_json_is_exactly_the_agreed_object(good: Path) -> None:
    result = run("assess", good, "--month", "2016-07", "--json")
    assert result.exit_code == 0
    found = json.loads(result.stdout)
    assert list(found) == ["month", "policy", "version", "households", "errors"]
    assert (found["month"], found["policy"]) == ("2016-07", "jilin")
    assert found["version"] == load_policy().version
    assert found["errors"] == []
    one, two, _, _, five = found["households"]
    assert {key: value for key, value in two.items() if key not in ("reason", "steps")} == {
        "household": "H2",
        "conclusion": "符合",
        "size": 3,
        "per_capita": "33.34",
        "standard": "291.67",
        "topup": "775.00",
        "category": "59.00",
        "amount": "834.00",
    }
    assert (five["amount"], five["topup"], five["conclusion"]) == (None, None, "待人工核实")
    assert all(list(step) == STEP_KEYS for step in one["steps"])
    assert "已核定 5 户" in result.stderr
    assert list(good.parent.iterdir()) == [good]


def test_bad_rows_are_told_and_their_households_left_out(bad: Path) -> None:
    out = bad.with_name("out.xlsx")
    result = run("assess", bad, "--month", "2016-07", "--out", out, "--json")
    assert result.exit_code == 3
    found = json.loads(result.stdout)
    assert [h["household"] for h in found["households"]] == ["H3", "H4", "H5"]
    assert [row[0] for row in rows(out, "核定结果")[1:]] == ["H3", "H4", "H5"]
    assert [
        (error["sheet"], error["row"], error["column"], error["value"]) for error in found["errors"]
    ] == [("成员", 2, "公民身份号码", "2.20202E+17"), ("成员", 3, "重病", "=1+1")]
    assert found["errors"][0]["message"] == (
        "“成员”表第 2 行 C 列“公民身份号码”：号码被 Excel 改成数字，末几位已丢失；"
        "请把该列设为文本后重新填写。"
    )
    assert list(found["errors"][0]) == ["sheet", "row", "column", "value", "message"]
    assert "请把该列设为文本" in "".join(result.stderr.split())


def test_the_copy_with_errors_can_be_corrected_and_assessed(bad: Path) -> None:
    out = bad.with_name("out.xlsx")
    run("assess", bad, "--month", "2016-07", "--out", out)
    copy = bad.with_name("out.errors.xlsx")
    assert "末几位已丢失" in rows(copy, "成员")[1][12]
    assert rows(copy, "成员")[0][12] == "错误原因"
    assert len(rows(copy, "家庭")[0]) == 8
    book = openpyxl.load_workbook(copy)
    book["成员"]["C2"] = identity(sequence=901)
    book["成员"]["G3"] = "否"
    book.save(copy)
    result = run("assess", copy, "--month", "2016-07", "--out", out)
    assert result.exit_code == 0, result.output
    assert len(rows(out, "核定结果")) == 6
    assert copy.exists(), "the file read is never removed"


def test_a_copy_corrected_in_part_is_not_overwritten(bad: Path) -> None:
    out = bad.with_name("out.xlsx")
    run("assess", bad, "--month", "2016-07", "--out", out)
    copy = bad.with_name("out.errors.xlsx")
    before = copy.read_bytes()
    result = run("assess", copy, "--month", "2016-07", "--out", out)
    assert result.exit_code == 3
    assert copy.read_bytes() == before
    assert rows(bad.with_name("out.errors-2.xlsx"), "成员")[0][12:] == ["错误原因"]


def test_errors_of_an_earlier_run_do_not_stay(good: Path) -> None:
    stale = good.with_name("out.errors.xlsx")
    stale.write_bytes(b"stale")
    assert (
        run("assess", good, "--month", "2016-07", "--out", good.with_name("out.xlsx")).exit_code
        == 0
    )
    assert not stale.exists()


def test_an_old_result_is_replaced(good: Path) -> None:
    out = good.with_name("out.xlsx")
    out.write_bytes(b"old")
    assert run("assess", good, "--month", "2016-07", "--out", out).exit_code == 0
    assert len(rows(out, "核定结果")) == 6


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--month", "2016-7", "--out", "{out}"], "核定月份“2016-7”不对"),
        (["--month", "2016-13", "--out", "{out}"], "核定月份“2016-13”不对"),
        (["--month", "2015-12", "--out", "{out}"], "没有 2015-12 的数值"),
        (["--month", "2016-07", "--out", "{in}"], "不能就是输入的工作簿"),
        (["--month", "2016-07", "--out", "{out}.csv"], "扩展名应为 .xlsx"),
        (["--month", "2016-07", "--out", "{out}/x.xlsx"], "不存在"),
        (["--month", "2016-07"], "没有指定结果文件"),
        (["--json"], "没有指定核定月份"),
        (["--month", "2016-07", "--json", "--policy", "nowhere"], "没有名为“nowhere”的政策"),
    ],
)
def test_what_cannot_be_done_is_refused_and_nothing_written(
    good: Path, arguments: list[str], message: str
) -> None:
    places = {"{in}": str(good), "{out}": str(good.with_name("out.xlsx"))}
    for name, place in places.items():
        arguments = [argument.replace(name, place) for argument in arguments]
    before = good.read_bytes()
    result = run("assess", good, *arguments)
    assert result.exit_code == 2
    assert message in result.stderr
    assert result.stdout == ""
    assert list(good.parent.iterdir()) == [good]
    assert good.read_bytes() == before


def test_an_unusable_file_leaves_an_old_result_alone(tmp_path: Path) -> None:
    file, out = tmp_path / "in.xlsx", tmp_path / "out.xlsx"
    file.write_bytes(b"PK\x03\x04")
    out.write_bytes(b"old")
    result = run("assess", file, "--month", "2016-07", "--out", out, "--json")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "文件已损坏" in result.stderr
    assert out.read_bytes() == b"old"


def test_text_that_looks_like_a_formula_is_written_as_text(tmp_path: Path) -> None:
    file = save(tmp_path / "in.xlsx", [household("@1")], [member("@1", 姓名="+cmd|x")])
    out = tmp_path / "out.xlsx"
    assert run("assess", file, "--month", "2016-07", "--out", out).exit_code == 0
    sheet = openpyxl.load_workbook(out)["核定结果"]
    assert (sheet["A2"].value, sheet["A2"].data_type) == ("@1", "s")
    steps = openpyxl.load_workbook(out)["计算说明"]
    assert {(cell.value, cell.data_type) for cell in steps["B"][1:] if cell.value} == {
        ("+cmd|x", "s")
    }


def test_explain_shows_conclusion_conditions_steps_and_figures(good: Path) -> None:
    result = run("explain", good, "--month", "2016-07", "--household", "H3")
    assert result.exit_code == 0, result.output
    text = result.output
    assert "结论：不符合" in text
    assert "首要原因：有机动车 1 辆，超过规定的 0 辆" in text
    assert "✗ 不满足  机动车不超过限量" in text
    assert "✓ 满足  人均月收入低于标准" in text
    assert "依据：社会救助暂行办法第十条" in text
    assert "城市低保标准 460.00，自 2016-07-01 起（示例）" in text


def test_explain_speaks_english(good: Path) -> None:
    words = ("explain", good, "--month", "2016-07", "--household", "H3", "--lang", "en")
    result = run(*words)
    assert result.exit_code == 0, result.output
    text = result.output
    assert "Conclusion: not eligible\n" in text
    assert "Reason: motor vehicles: 1, more than the limit of 0\n" in text
    assert "✗ not met  Motor vehicles are within the limit" in text
    assert "by Interim Measures for Social Assistance, article 10\n" in text
    assert "Urban dibao standard 460.00, from 1 July 2016 (example)" in text
    assert re.findall("[\u3000-\u9fff\uff00-\uffef]", text.replace("甲", "")) == []


def test_explain_shows_what_is_unknown(good: Path) -> None:
    text = run("explain", good, "--month", "2016-07", "--household", "H5").output
    assert "结论：待人工核实" in text
    assert "？未知  人均月收入低于标准" in text


def test_explain_shows_the_errors_of_a_bad_household(bad: Path) -> None:
    result = run("explain", bad, "--month", "2016-07", "--household", "H1")
    assert result.exit_code == 3
    assert "2.20202E+17" in result.output
    assert "=1+1" not in result.output


def test_explain_offers_near_numbers_for_an_unknown_one(good: Path) -> None:
    result = run("explain", good, "--month", "2016-07", "--household", "H11")
    assert result.exit_code == 2
    assert "没有家庭编号“H11”；相近的有：H1" in result.stderr


def test_the_installed_command_prints_utf8_json_and_its_exit_code(bad: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "jimin.project.cli", "assess", bad, "--month", "2016-07", "--json"],
        capture_output=True,
        check=False,
        env={"LC_ALL": "C", "PYTHONPATH": str(Path(__file__).parents[4])},
    )
    assert done.returncode == 3
    found = json.loads(done.stdout.decode("utf-8"))
    assert [h["conclusion"] for h in found["households"]] == ["不符合", "渐退", "待人工核实"]
