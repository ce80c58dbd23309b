import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from python_calamine import load_workbook

from jimin.project.commands.plan import plan

TEXT = """（一）兜住底线。
社会救助方面。一是提高标准。全年救助群众3万人次以上，制定《救助办法》。二是做实服务。应保尽保。
"""


@pytest.fixture
def paper(tmp_path: Path) -> Path:
    path = tmp_path / "要点.txt"
    path.write_text(TEXT, encoding="utf-8")
    return path


def run(*arguments: Any) -> Result:
    return CliRunner().invoke(plan, ["extract", *map(str, arguments)])


def test_json_gives_nodes_targets_and_papers_with_offsets(paper: Path) -> None:
    result = run(paper, "--year", 2016, "--json")
    assert result.exit_code == 0
    found = json.loads(result.stdout)
    assert [TEXT[n["start"] : n["start"] + 3] for n in found["nodes"]] == [
        "（一）", "社会救", "一是提", "二是做",
    ]  # fmt: skip
    assert [n["parent"] for n in found["nodes"]] == [
        None, 0, found["nodes"][1]["start"], found["nodes"][1]["start"],
    ]  # fmt: skip
    (target,) = found["targets"]
    assert TEXT[target["start"] : target["end"]] == "3万人次以上"
    assert (target["value"], target["unit"], target["comparator"]) == (30000, "人次", ">=")
    assert (target["subject"], target["due"]) == ("救助群众", "2016-12-31")
    assert [d["name"] for d in found["deliverables"]] == ["《救助办法》"]


def test_the_screen_shows_the_three_tables(paper: Path) -> None:
    result = run(paper, "--year", 2016)
    assert result.exit_code == 0
    assert "提纲 4 条，指标 1 项，文件 1 份，无数字而可核查的事项 1 项。" in result.output
    assert "30,000" in result.output


def test_the_ledger_keeps_places_quotes_confidence_and_rules(paper: Path, tmp_path: Path) -> None:
    out = tmp_path / "台账.xlsx"
    assert run(paper, "--year", 2016, "--out", out).exit_code == 0
    book = load_workbook(out)
    assert book.sheet_names == ["提纲", "指标", "文件", "待议事项"]
    header, row = book.get_sheet_by_name("指标").to_python()
    told = dict(zip(header, row, strict=True))
    assert told["指标"] == "救助群众"
    assert (told["关系"], told["数值"], told["单位"]) == ("≥", "30,000", "人次")
    assert (told["起"], told["止"]) == (TEXT.index("3万"), TEXT.index("以上") + 2)
    assert told["原文"] == "3万人次以上"
    assert told["可信度"] == pytest.approx(0.97)
    assert str(told["依据"]).startswith("数量：以上、救助")
    assert [len(book.get_sheet_by_name(name).to_python()) for name in book.sheet_names] == [
        5, 2, 2, 2,
    ]  # fmt: skip


def test_a_text_that_looks_like_a_formula_stays_text(tmp_path: Path) -> None:
    paper, out = tmp_path / "a.txt", tmp_path / "a.xlsx"
    paper.write_text("一、=1+1\n制定《=cmd办法》。", encoding="utf-8")
    assert run(paper, "--year", 2016, "--out", out).exit_code == 0
    rows = load_workbook(out).get_sheet_by_name("文件").to_python()
    assert rows[1][1] == "《=cmd办法》"


def test_what_cannot_be_used_is_told_in_chinese_and_writes_nothing(
    paper: Path, tmp_path: Path
) -> None:
    empty = tmp_path / "空.txt"
    empty.write_text("", encoding="utf-8")
    for arguments, message in [
        ((tmp_path / "无.txt", "--year", 2016), "错误：找不到文件"),
        ((empty, "--year", 2016), "里没有文字"),
        ((paper, "--year", 2016, "--out", tmp_path / "a.xls"), "应以 .xlsx 结尾"),
        ((paper, "--year", 2016, "--out", tmp_path / "无" / "a.xlsx"), "找不到文件夹"),
    ]:
        result = run(*arguments)
        assert result.exit_code == 2
        assert message in result.output
    assert sorted(path.name for path in tmp_path.iterdir()) == ["空.txt", "要点.txt"]


def test_a_year_out_of_range_is_refused(paper: Path) -> None:
    assert run(paper, "--year", 16).exit_code == 2
    assert run(paper).exit_code == 2
