"""`jimin policy openfisca` tells what of a country package has no counterpart, and why."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from jimin.engine.rules import load_parameters
from jimin.engine.rules.openfisca.tests import country
from jimin.project.cli import main

OURS = f"{country.__name__}:correspondence"


def run(*words: object) -> Result:
    return CliRunner().invoke(main, ["policy", "openfisca", *map(str, words)])


def test_a_country_is_read_and_every_gap_has_a_reason() -> None:
    result = run(country.folder())
    assert result.exit_code == 0
    assert "参数：读入 9 个，没有对应 3 个。" in result.stdout
    assert "taxes.housing_tax.rate：不认识单位 currency-EUR/m2" in result.stdout
    assert "变量：可以照写 17 个，须换写法 3 个，没有对应 1 个" in result.stdout
    assert "postal_code：文字值" in result.stdout
    assert "housing_tax：（换写法）按年定义" in result.stdout
    assert "测试：能读 37 个，不能读 1 个。" in result.stdout
    assert "结果相同" not in result.stdout


def test_its_tests_run_against_our_rules_and_its_figures_become_ours(tmp_path: Path) -> None:
    out = tmp_path / "figures.yaml"
    units = [word for one in country.UNITS.items() for word in ("--unit", "=".join(one))]
    result = run(country.folder().parent / country.PACKAGE, *units, "--out", out, "--against", OURS)
    assert result.exit_code == 0, result.output
    assert "结果相同 37 个，不同 0 个，没有对应 1 个。" in result.stdout
    assert load_parameters(out) == country.figures().parameters


def test_a_test_that_comes_out_differently_ends_in_1(tmp_path: Path) -> None:
    for place in ("parameters", "tests"):
        (tmp_path / "pkg" / place).mkdir(parents=True)
    for name in ("entities.py", "variables/income.py", "variables/taxes.py"):
        copy = tmp_path / "pkg" / name
        copy.parent.mkdir(exist_ok=True)
        copy.write_bytes((country.folder() / name).read_bytes())
    (tmp_path / "pkg" / "tests" / "it.yaml").write_text(
        "{period: 2017-01, input: {salary: 1000}, output: {income_tax: 151}}", encoding="utf-8"
    )
    result = run(tmp_path, "--against", OURS)
    assert result.exit_code == 1
    assert "it.yaml 第 1 个测试：person1 income_tax 2017-01：应当是 151，算出 150" in result.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("nowhere",), "没有 nowhere 这个文件夹"),
        ((".",), "里没有 parameters 文件夹，不是 OpenFisca 国家包"),
        ((country.folder(), "--unit", "元"), "--unit“元”看不懂：请写成 currency-EUR=元/月"),
        ((country.folder(), "--against", "json:x"), "--against“json:x”找不到：请写成 模块:函数"),
        ((country.folder(), "--against", "jimin.policies:policy_names"), "不是 Correspondence"),
    ],
)
def test_wrong_words_are_told(
    words: tuple[object, ...], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = run(*words)
    assert result.exit_code == 2
    assert said in result.output
