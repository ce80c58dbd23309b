"""`jimin assess --lang en`: what is wrong with a workbook, told in English."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner, Result

import jimin
from jimin.engine.rules.language import English
from jimin.project.cli import main
from jimin.project.commands.languages import spoken
from jimin.project.commands.tests.test_policy_english import CHINESE_SIGNS
from jimin.project.commands.tests.workbooks import household, identity, member, save

SOURCE = Path(jimin.__file__).parent
READ_BY = (
    "foundation/tables/cells.py",
    "foundation/tables/rows.py",
    "foundation/tables/xlsx.py",
    "engine/matching/identity.py",
    "engine/rules/facts.py",
    "engine/rules/interpreter.py",
    "project/commands/dibao_workbook.py",
    "project/commands/assess.py",
    "project/commands/policy_household.py",
)
RAISES = ("said", "ValueError", "BadCellError", "UnusableError", "RefusedError", "PolicyError")


def sentences_in(file: str) -> Iterator[str]:
    """The Chinese sentences of a module, and what it raises besides."""
    tree = ast.parse((SOURCE / file).read_text(encoding="utf-8"))
    told = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            if node.func.id in RAISES:
                yield from (_text(argument) for argument in node.args[:1])
        elif isinstance(node, ast.Constant) and id(node) not in told:
            text = _text(node)
            if text.endswith("。") and len(text) > 1:
                yield text


def _text(node: ast.expr) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


@pytest.mark.parametrize("file", READ_BY)
def test_every_sentence_has_its_english(file: str) -> None:
    english = spoken("jilin", "en")
    assert isinstance(english, English)
    found = [text for text in sentences_in(file) if CHINESE_SIGNS.search(text)]
    assert found
    assert [text for text in found if english.known(text) is None] == []


def assess(path: Path, *more: object, code: int = 0) -> Result:
    words = ["assess", path, "--month", "2016-07", "--lang", "en", *more]
    result = CliRunner().invoke(main, [str(word) for word in words], env={"COLUMNS": "400"})
    assert result.exit_code == code, result.output
    return result


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"工资性收入": "约三百"}, "I 工资性收入 约三百 A number belongs here; enter digits only"),
    ({"工资性收入": -1}, "Wage income: outside 0 to 10000000 yuan; check it."),
    ({"工资性收入": 1.234}, "An amount has at most two decimals"),
    ({"残疾等级": 5}, "A grade of disability is a number from 0 to 4"),
    ({"重病": "也许"}, "Only “是”, “否” may be entered, and nothing if it is not known"),
    ({"公民身份号码": "22020219800101901"}, "An identity number has 18 characters, this one 17"),
    ({"公民身份号码": "220202201608019016"}, "the identity number does not fit"),
    ({"家庭编号": "H9"}, "Sheet “家庭” has no such household"),
    ({"家庭编号": None}, "“家庭编号” is empty; fill it in."),
]


@pytest.mark.parametrize(("changes", "sentence"), WRONG)
def test_a_wrong_cell_is_told_in_english(
    tmp_path: Path, changes: dict[str, Any], sentence: str
) -> None:
    rows = [member("H1"), {**member("H1", identity(sequence=903)), **changes}]
    path = save(tmp_path / "in.xlsx", [household("H1")], rows)
    out = tmp_path / "out.xlsx"
    result = assess(path, "--out", out, code=3)
    told = " ".join(result.output.split())
    assert sentence in told
    # In Chinese remains what stands in the workbook: sheets, columns, answers, what was typed.
    kept = ["家庭编号", "家庭", "成员", "“是”", "“否”", *changes, *map(str, changes.values())]
    for word in sorted(kept, key=len, reverse=True):
        told = told.replace(word, "")
    assert not CHINESE_SIGNS.search(told), told
    [*_, reason] = openpyxl.load_workbook(copy_of(out))["成员"][3]
    assert sentence.split("约三百 ")[-1].lower()[:30] in str(reason.value).lower()


def copy_of(out: Path) -> Path:
    return out.with_name("out.errors.xlsx")


def test_what_is_assessed_is_the_same_in_both_languages(tmp_path: Path) -> None:
    path = save(tmp_path / "in.xlsx", [household("H1")], [member("H1", 工资性收入=200)])
    english, chinese = tmp_path / "en.xlsx", tmp_path / "zh.xlsx"
    output = assess(path, "--out", english).output
    assert "Assessed 1 household; 260.00 yuan are due in the month." in output
    assert f"Result: {english}" in output
    words = ["assess", path, "--month", "2016-07", "--out", chinese]
    result = CliRunner().invoke(main, [str(word) for word in words])
    assert "已核定 1 户，本月应发合计 260.00 元。" in result.output
    assert values(english) == values(chinese)


def values(path: Path) -> list[list[Any]]:
    book = openpyxl.load_workbook(path)
    return [[cell.value for cell in row] for sheet in book for row in sheet.rows]
