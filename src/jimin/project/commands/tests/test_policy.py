"""`jimin policy`: what is printed and how it ends."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from jimin.engine.rules.language import Language
from jimin.policies import Policy, PolicyError, load_policy
from jimin.policies.cases import WorkedCase, worked_cases
from jimin.project.cli import main
from jimin.project.commands import policy as commands
from jimin.project.commands.tests.workbooks import household, identity, member, save

POLICY = load_policy("jilin")


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    """H1 is a yuan above the standard of 460, H2 has a wage nobody can read."""
    households = [household("H1"), household("H2")]
    members = [
        member("H1", identity(sequence=901), 工资性收入=461),
        member("H2", identity(sequence=903), 工资性收入="约三百"),
    ]
    return save(tmp_path / "in.xlsx", households, members)


def run(*words: object) -> Result:
    return CliRunner().invoke(main, ["policy", *map(str, words)], env={"COLUMNS": "200"})


def test_the_worked_cases_come_out() -> None:
    result = run("test", "--benefit", "dibao")
    number = len(worked_cases(POLICY))
    assert result.exit_code == 0
    assert f"共 {number} 个案例，结果全部一致。" in result.output


def test_a_case_that_comes_out_differently_ends_in_1(monkeypatch: pytest.MonkeyPatch) -> None:
    cases = worked_cases(POLICY)
    wrong = (replace(cases[0], expected={"amount": "161.00"}), *cases[1:])
    monkeypatch.setattr(commands, "worked_cases", lambda policy, benefit: wrong)
    result = run("test", "--benefit", "dibao")
    assert result.exit_code == 1
    assert "amount：应当是 161.00，算出 160.00" in result.output
    assert f"共 {len(cases)} 个案例，有 1 个结果不同。" in result.output


def test_a_case_that_is_refused_counts_as_different(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(case: WorkedCase, policy: Policy, language: Language) -> Any:
        raise PolicyError("家庭没有成员。")

    monkeypatch.setattr(WorkedCase, "differences", refuse)
    result = run("test", "--benefit", "orphan")
    number = len(worked_cases(POLICY, "orphan"))
    assert result.exit_code == 1
    assert "不能核定：家庭没有成员。" in result.output
    assert f"共 {number} 个案例，有 {number} 个结果不同。" in result.output


def test_show_lists_what_is_in_force_in_the_month() -> None:
    result = run("show", "--month", "2016-06", "--benefit", "dibao")
    assert result.exit_code == 0
    assert "最低生活保障审核审批办法（试行）第二十七条" in result.output
    assert "425.00" in result.output
    assert "460.00" not in result.output
    assert "审核确认办法第三十三条" not in result.output


def test_show_names_each_benefit_once_even_when_it_has_no_figures_yet() -> None:
    result = run("show", "--month", "2015-01")
    assert result.exit_code == 0
    assert "残疾军人抚恤（veterans）\n" in result.output
    assert "没有 2015-01 的数值" in result.output


def test_check_tells_how_much_is_confirmed_and_since_when_it_is_proven() -> None:
    result = run("check")
    assert result.exit_code == 0
    books = [e for name in POLICY.benefits for e in POLICY.benefit(name).editions]
    rules = sum(len(versions) for e in books for versions in e.book.versions.values())
    assert f"共 {len(POLICY.benefits)} 项、{rules} 条规则，各时段都已证明" in result.output
    line = next(line for line in result.output.splitlines() if "最低生活保障 dibao" in line)
    assert "2016-01、2016-07、2021-07、2022-07" in line


def test_check_tells_the_proven_range_and_width_of_every_rule() -> None:
    result = run("check", "--benefit", "dibao")
    assert result.exit_code == 0
    lines = [line.split() for line in result.output.splitlines() if line.strip()]
    rows = {words[0]: words[2:] for words in lines}
    assert rows["per_capita"] == ["0.00", "4,000,000,000.00", "2,000,000,000,000", "BIGINT"]
    assert rows["size"] == ["1", "100", "100", "BIGINT"]
    assert rows["is_eligible"][0] == "是、否"
    rules = {name for e in POLICY.editions for name in e.book.versions}
    assert rules <= rows.keys()
    assert f"{len(rules)} 条规则用 64 位整数（BIGINT）计算，0 条用 38 位整数" in result.output


@pytest.mark.parametrize("words", [("show", "beijing"), ("check", "beijing"), ("test", "beijing")])
def test_an_unknown_policy_is_told_with_those_there_are(words: tuple[str, ...]) -> None:
    result = run(*words)
    assert result.exit_code == 2
    assert result.output == "错误：没有名为“beijing”的政策；可用：jilin。\n"


def test_an_unknown_benefit_is_told() -> None:
    result = run("test", "--benefit", "pension")
    assert result.exit_code == 2
    assert "没有“pension”；可用：dibao" in result.output


def test_what_would_change_the_conclusion_is_named_to_the_fen(workbook: Path) -> None:
    result = run("whatif", workbook, "--month", "2016-07", "--household", "H1")
    assert result.exit_code == 0, result.output
    title, conclusion, *lines = result.output.splitlines()
    assert title == "家庭 H1 · 2016-07 · 吉林市社会救助政策"
    assert conclusion == "结论：不符合"
    assert lines[0].endswith(
        "的工资性收入由 461.00 减少 1.01，到 459.99，"
        "结论由“不符合”变为“符合”；减少到 460.00 时还不变。"
    )
    assert lines[-1].endswith(
        "增加一名没有收入、无残疾、无重病的成年人，结论由“不符合”变为“符合”。"
    )


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        ("H2", "错误：家庭编号 H2 有误，不能核定：“成员”表第 3 行“工资性收入”："),
        ("H3", "错误：工作簿里没有家庭编号“H3”；请核对编号。"),
        ("", "错误：没有指定家庭编号；请加上 --household。"),
    ],
)
def test_a_household_that_cannot_be_assessed_is_told(
    workbook: Path, number: str, sentence: str
) -> None:
    result = run("whatif", workbook, "--month", "2016-07", "--household", number)
    assert result.exit_code == 2
    assert result.output.startswith(sentence)


def test_two_months_of_a_household_are_compared_cause_by_cause(
    workbook: Path, tmp_path: Path
) -> None:
    later = save(
        tmp_path / "later.xlsx",
        [household("H1")],
        [member("H1", identity(sequence=901), 工资性收入=400)],
    )
    result = run(
        *("compare", workbook, "--month", "2016-06", "--household", "H1"),
        *("--then", "2016-07", "--then-file", later),
    )
    assert result.exit_code == 0, result.output
    lines = result.output.splitlines()
    assert lines[1] == "结论由“不符合”变为“符合”，本月应发由 0.00 升至 60.00。"
    assert lines[2] == "  1. 城市低保标准由 425.00 升至 460.00，本月应发不变。"
    assert lines[3].endswith(
        "的工资性收入由 461.00 降至 400.00，结论由“不符合”变为“符合”，本月应发增加 60.00 元。"
    )
    assert "结果不同的步骤" in lines


def test_a_comparison_needs_the_later_month(workbook: Path) -> None:
    result = run("compare", workbook, "--month", "2016-06", "--household", "H1")
    assert result.exit_code == 2
    assert result.output.startswith("错误：没有指定核定月份")


def test_diff_names_what_changed_between_two_months() -> None:
    result = run("diff", "2016-06", "2016-07")
    assert result.exit_code == 0, result.output
    (line,) = [line for line in result.output.splitlines() if "425.00" in line]
    assert line.startswith(
        "  参数“城市低保标准”（昌邑区、龙潭区、船营区、丰满区）："
        "425.00 元/人·月 → 460.00 元/人·月；依据："
    )
    assert "〔最低生活保障、" in line
    lines = [line for line in result.output.splitlines() if line.startswith("  参数")]
    assert f"规则改变 0 处，参数改变 {len(lines)} 处。" in result.output


def test_diff_tells_rules_of_a_new_regulation_with_their_articles() -> None:
    lines = run("diff", "2021-06", "2021-07").output.splitlines()
    assert "  新增规则“可以这样申请”；依据：最低生活保障审核确认办法第八条〔最低生活保障〕" in lines
    assert any(line.startswith("  规则“计入的月收入”：算法改变；依据：") for line in lines)


def test_the_effect_on_a_caseload_is_counted(tmp_path: Path) -> None:
    households = [household(number) for number in ("H1", "H2", "H3", "H4")]
    wages: dict[str, object] = {"H1": 430, "H2": 100, "H3": 900, "H4": None}
    members = [
        member(number, identity(sequence=901 + 2 * place), 工资性收入=wage)
        for place, (number, wage) in enumerate(wages.items())
    ]
    path = save(tmp_path / "in.xlsx", households, members)
    result = run("diff", "2016-06", "2016-07", "--caseload", path)
    assert result.exit_code == 0, result.output
    rows = [line.split() for line in result.output.splitlines()]
    for row in (
        ["不符合", "符合", "1"],
        ["不符合", "不符合", "1"],
        ["符合", "符合", "1"],
        ["待人工核实", "待人工核实", "1"],
    ):
        assert row in rows
    assert (
        "每月应发合计由 325.00 元变为 390.00 元，增加 65.00 元；2 户增加，0 户减少。"
        in result.output
    )
    assert "1 户至少一次待人工核实，没有计入金额。" in result.output


DRAFT = """
vehicle_limit:
  label: 机动车限量
  unit: 辆
  values:
    - {since: 2016-01-01, source: 示例值：草案, status: example, value: 1}
"""


def test_a_draft_figure_shows_its_effect_before_anybody_decides_it(tmp_path: Path) -> None:
    draft = tmp_path / "draft.yaml"
    draft.write_text(DRAFT, encoding="utf-8")
    path = save(
        tmp_path / "in.xlsx", [household("H1", 机动车数=1)], [member("H1", identity(sequence=901))]
    )
    result = run("diff", "2016-07", "2016-07", "--draft", draft, "--caseload", path)
    assert result.exit_code == 0, result.output
    assert "参数“机动车限量”：0 辆 → 1 辆；" in result.output
    assert "规则改变 0 处，参数改变 1 处。" in result.output
    assert "由 0.00 元变为 460.00 元，增加 460.00 元；1 户增加，0 户减少。" in result.output
    assert POLICY.at("2016-07").figure("vehicle_limit", ()).value == 0


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (DRAFT.replace("vehicle_limit", "car_limit"), "没有参数 car_limit，不能改"),
        (DRAFT.replace("辆\n", "套\n"), "的单位是“辆”，草案里却是“套”"),
    ],
)
def test_a_draft_that_does_not_fit_is_refused(tmp_path: Path, written: str, said: str) -> None:
    draft = tmp_path / "draft.yaml"
    draft.write_text(written, encoding="utf-8")
    result = run("diff", "2016-07", "2016-07", "--draft", draft)
    assert result.exit_code == 2
    assert said in result.output


def test_an_exported_policy_equals_itself_and_shows_a_later_change(tmp_path: Path) -> None:
    path = tmp_path / "old.json"
    assert run("export", "--out", path).exit_code == 0
    same = run("diff", f"{path}@2022-09", "2022-09")
    assert same.output.splitlines()[-1] == "规则和参数都没有改变。"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("600.00 元/人·月", "590.00 元/人·月"), encoding="utf-8")
    changed = run("diff", f"{path}@2022-09", "2022-09")
    assert "590.00 元/人·月 → 600.00 元/人·月" in changed.output


def test_files_that_cannot_be_compared_are_told(tmp_path: Path, workbook: Path) -> None:
    path = tmp_path / "old.json"
    path.write_text("[]", encoding="utf-8")
    assert "不是 jimin policy export 写出的文件" in run("diff", f"{path}@2016-07", "2016-07").output
    result = run("diff", f"{path}@2016-07", "2016-07", "--caseload", workbook)
    assert result.exit_code == 2
    assert run("diff", "old.json", "2016-07").output == (
        "错误：月份“old.json”不对：请写成 2016-07 这样的年月。\n"
    )


def test_results_computed_again_are_the_same(tmp_path: Path) -> None:
    path = save(
        tmp_path / "in.xlsx", [household("H1")], [member("H1", identity(sequence=901), 重病="是")]
    )
    results = tmp_path / "results.json"
    printed = CliRunner().invoke(main, ["assess", str(path), "--month", "2016-07", "--json"])
    results.write_text(printed.stdout, encoding="utf-8")
    result = run("replay", results, path)
    assert result.exit_code == 0, result.output
    assert result.output == (
        f"吉林市社会救助政策 · 2016-07 · 原结果的政策版本 {POLICY.version}，与现在相同。\n"
        "复算 1 户，结果全部一致。\n"
    )


def test_an_altered_result_and_a_household_left_out_are_found(tmp_path: Path) -> None:
    households = [household("H1"), household("H2")]
    members = [member("H1", identity(sequence=901)), member("H2", identity(sequence=903))]
    path = save(tmp_path / "in.xlsx", households, members)
    printed = CliRunner().invoke(main, ["assess", str(path), "--month", "2016-07", "--json"])
    body = json.loads(printed.stdout)
    body["version"] = "000000000000"
    body["households"][0]["amount"] = "461.00"
    body["households"][1]["household"] = "H9"
    results = tmp_path / "results.json"
    results.write_text(json.dumps(body), encoding="utf-8")
    result = run("replay", results, path)
    assert result.exit_code == 1
    assert result.output.splitlines() == [
        f"吉林市社会救助政策 · 2016-07 · 原结果的政策版本 000000000000，现在是 {POLICY.version}。",
        "家庭 H1：amount 原为 461.00，复算 460.00。",
        "家庭 H9：工作簿里没有这一户，或者这一户现在有误。",
        "家庭 H2：原结果里没有这一户。",
        "复算 1 户，有 3 处不同。",
    ]


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"month": 1, "households": []}'])
def test_what_is_no_result_is_refused(tmp_path: Path, workbook: Path, text: str) -> None:
    results = tmp_path / "results.json"
    results.write_text(text, encoding="utf-8")
    result = run("replay", results, workbook)
    assert result.exit_code == 2
    assert result.output == ("错误：“results.json”不是 jimin assess --json 的输出；请核对文件。\n")


def test_the_page_is_written_as_one_file(tmp_path: Path) -> None:
    out = tmp_path / "page.html"
    result = run("page", "jilin", "--benefit", "orphan", "--out", out)
    assert result.exit_code == 0, result.output
    assert result.output.startswith("吉林市社会救助政策（jilin）版本 ")
    written = out.read_text("utf-8")
    assert written.startswith('<!DOCTYPE html>\n<html lang="zh-CN">')
    assert 'id="orphan-1-rule-allowance"' in written
    assert 'id="dibao"' not in written


def test_the_page_is_written_in_english(tmp_path: Path) -> None:
    out = tmp_path / "page.html"
    assert run("page", "--benefit", "orphan", "--out", out, "--lang", "en").exit_code == 0
    assert "Orphans&#39; allowance" in out.read_text("utf-8")


def test_a_page_that_is_no_html_is_refused(tmp_path: Path) -> None:
    out = tmp_path / "page.pdf"
    result = run("page", "--out", out)
    assert result.exit_code == 2
    assert "扩展名应为 .html" in result.output
    assert not out.exists()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (
            ("whatif", "--household", "H1", "--month", "2016-07"),
            "Wage income falls by 1.01, from 461.00 to 459.99: the conclusion changes from "
            "“not eligible” to “eligible”; a fall to 460.00 does not yet change it.",
        ),
        (
            ("compare", "--household", "H1", "--month", "2016-06", "--then", "2016-07"),
            "Urban dibao standard rises from 425.00 to 460.00: ",
        ),
    ],
)
def test_a_household_is_told_of_in_english(
    workbook: Path, words: tuple[str, ...], sentence: str
) -> None:
    result = run(words[0], workbook, *words[1:], "--lang", "en")
    assert result.exit_code == 0, result.output
    assert sentence in result.output
    assert not re.search("[\u3000-\u9fff\uff00-\uffef]", result.output.replace("甲", ""))


def test_show_speaks_english() -> None:
    result = run("show", "--month", "2016-07", "--benefit", "dibao", "--lang", "en")
    assert result.exit_code == 0
    assert "Monthly dibao standard" in result.output
    assert "example" in result.output
    assert not re.search("[\u3000-\u9fff\uff00-\uffef]", result.output)
