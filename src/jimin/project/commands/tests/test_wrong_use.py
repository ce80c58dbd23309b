"""A command line that cannot be understood is answered in Chinese."""

import pytest
from click.testing import CliRunner

from jimin.project.cli import main


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ("assess a.xlsx --mont 2016-07", "没有“--mont”这个选项，相近的有 --month"),
        ("assess", "没有写明 'FILE'；用法见 "),
        ("plan extract a.txt", "没有写明 '--year'；用法见 "),
        ("plan extract a.txt --year 16", "'--year' 的值不合要求；用法见 "),
        ("plan extract a.txt --year", "选项“--year”的写法不对，或后面缺少值；用法见 "),
        ("asess a.xlsx", "没有这样的命令，或多写了内容；用法见 "),
        ("assess a.xlsx b.xlsx", "没有这样的命令，或多写了内容；用法见 "),
    ],
)
def test_wrong_use_is_one_chinese_sentence(arguments: str, sentence: str) -> None:
    result = CliRunner().invoke(main, arguments.split())
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.startswith(f"错误：{sentence}")
    assert result.stderr.count("\n") == 1


def test_a_group_alone_shows_its_help() -> None:
    result = CliRunner().invoke(main, ["plan"])
    assert "extract" in result.output
