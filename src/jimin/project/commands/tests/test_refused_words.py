"""What cannot be used is told by one sentence and exit code 2, in either language."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from jimin.project.cli import main
from jimin.project.commands.tests.test_policy_english import CHINESE_SIGNS


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Files of every kind that is none, and an empty folder."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "bytes.yaml").write_bytes(b"\xff\xfe\xfa")
    (tmp_path / "broken.yaml").write_text("a: [", encoding="utf-8")
    (tmp_path / "zero.xlsx").touch()
    return tmp_path


@pytest.mark.parametrize(
    ("words", "chinese", "english"),
    [
        ("policy show --month 2016", "核定月份“2016”不对；请按 2016-07 的样子",
         "“2016” is no month; write the year in four digits and the month in two"),
        ("policy show --month 2016-13", "核定月份“2016-13”不对；", "“2016-13” is no month; "),
        ("policy show --month ２０１６-07", "核定月份“２０１６-07”不对；", None),
        ("policy show --month 1800-01", "月份“1800-01”不对：请写成 2016-07 这样的年月，在 1900 年",
         "“1800-01” is no month: write year and month like 2016-07, between 1900 and 2199."),
        ("policy show --month 1950-01", "参数“城市低保标准”（urban_standard）没有 1950-01 的数值",
         "Parameter “Urban dibao standard” (urban_standard) has no value for 1950-01"),
        ("policy diff 2016 2016-07", "月份“2016”不对：", "“2016” is no month: "),
        ("policy compare zero.xlsx --month 2016-06 --household 1", "没有指定核定月份中的后一个；",
         "No later month was named; add --then"),
        ("policy compare zero.xlsx --month 2016-06 --then 2016", "核定月份“2016”不对；",
         "“2016” is no month; "),
        ("policy whatif zero.xlsx --month 2016-07", "文件是空的（0 字节）",
         "The file is empty"),
        ("policy whatif none.xlsx --month 2016-07", "找不到文件“none.xlsx”",
         "There is no file “none.xlsx”; "),
        ("assess broken.yaml --month 2016-07 --json", "不能读取 .yaml，只能读取 .xlsx",
         ".yaml cannot be read, only .xlsx or .xlsm workbooks; open it in Excel or WPS"),
        ("assess zero.xlsx --month 2016 --json", "核定月份“2016”不对；", "“2016” is no month; "),
        ("assess zero.xlsx --json", "没有指定核定月份；", "No month was named; "),
        ("assess zero.xlsx --month 2016-07", "没有指定结果文件；",
         "No file for the result was named; "),
        ("assess zero.xlsx --month 2016-07 --out a.csv", "结果文件“a.csv”的扩展名应为 .xlsx",
         "The result “a.csv” must have the suffix .xlsx; "),
        ("assess zero.xlsx --month 2016-07 --json --policy x", "没有名为“x”的政策",
         "There is no policy “x”"),
        ("explain zero.xlsx --month 2016-07", "文件是空的（0 字节）",
         "The file is empty (0 bytes)"),
        ("policy diff 2016-06 2016-07 --draft bytes.yaml", "bytes.yaml 不是 UTF-8 文字",
         "Bytes.yaml is no text in UTF-8; "),
        ("policy diff 2016-06 2016-07 --draft broken.yaml", "broken.yaml 第 1 行的格式不对：",
         "Broken.yaml is not well formed in line 1: "),
        ("policy diff 2016-06 2016-07 --draft empty", "文件夹“empty”里没有参数文件",
         "The folder “empty” holds no file of figures (.yaml); "),
        ("policy diff 2016-06 2016-07 --draft none.yaml",
         "读写文件“none.yaml”失败（没有这个文件或文件夹）",
         "The file “none.yaml” cannot be read or written (No such file or directory); "),
        ("policy diff 2016-06 2016-07 --caseload empty", "文件夹“empty”里没有决定文件",
         "The folder “empty” holds no file of decisions (.parquet); "),
        ("policy diff 2016-06 2016-07 --caseload none.parquet", "没有文件“none.parquet”；",
         "There is no file “none.parquet”; "),
        ("policy pack --out policy.txt", "文件“policy.txt”的扩展名应为 .zip；",
         "The file “policy.txt” should end in .zip; "),
        ("policy export --out empty", "读写文件“empty”失败（这是文件夹，不是文件）",
         "The file “empty” cannot be read or written (Is a directory); "),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_told(
    folder: Path, monkeypatch: pytest.MonkeyPatch, words: str, chinese: str, english: str | None
) -> None:
    monkeypatch.chdir(folder)
    before = sorted(folder.iterdir())
    for code, lead, sentence in (("zh", "错误：", chinese), ("en", "Error: ", english)):
        result = CliRunner().invoke(main, [*words.split(), "--lang", code])
        assert result.exit_code == 2, result.output
        assert result.stdout == ""
        assert result.stderr.startswith(lead + (sentence or ""))
        assert result.stderr.count("\n") == 1
        if code == "en" and english:
            assert not CHINESE_SIGNS.search(result.stderr)
    assert sorted(folder.iterdir()) == before
