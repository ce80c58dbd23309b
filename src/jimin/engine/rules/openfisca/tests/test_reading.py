"""Files of OpenFisca read exactly; what is not understood is named, never guessed."""

from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

from jimin.engine.rules import PolicyError, load_parameters
from jimin.engine.rules.openfisca import (
    Situation,
    System,
    UnreadTest,
    read_figures,
    read_situations,
    read_system,
    written,
)
from jimin.engine.rules.openfisca.numbers import Period, read_number, read_period, read_sum
from jimin.engine.rules.openfisca.tests import country

AMOUNT = """
description: An amount
metadata: {unit: currency-EUR, reference: [first law, {title: second law, href: "https://x"}]}
documentation: Said at length.
values:
  2016-01-01: {value: 1.10, metadata: {reference: its own law}}
  2017-01-01: null
  2018-01-01: 2e2
  2019-01-01: expected
  2020-01-01: {expected: 300}
"""
SCALE = """
description: A scale
metadata: {threshold_unit: currency-EUR, rate_unit: /1}
brackets:
- threshold: {2016-01-01: 0}
  rate: {2016-01-01: 0.1, 2017-01-01: 0.2}
- threshold: {2016-01-01: 100.5, 2018-01-01: null}
  rate: {2016-01-01: 0.3}
"""


def read(folder: Path, text: str, name: str = "it.yaml") -> Path:
    (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_values_by_date_with_their_sources_and_an_end(tmp_path: Path) -> None:
    (figure,) = read_figures(read(tmp_path, AMOUNT)).figures
    parameter = figure.parameter
    assert (parameter.name, parameter.label, parameter.unit_name) == ("it", "An amount", "元")
    assert figure.documentation == "Said at length."
    assert figure.metadata["unit"] == "currency-EUR"
    first, second = parameter.values
    assert (first.value, first.since, first.until) == (
        Fraction(11, 10), date(2016, 1, 1), date(2016, 12, 31),
    )  # fmt: skip
    assert first.source == "OpenFisca 参数 it：its own law"
    assert (second.value, second.until) == (200, None)
    assert second.source == "OpenFisca 参数 it：first law；second law https://x"
    assert {value.status for value in parameter.values} == {"example"}
    assert [bool(parameter.at(date(year, 6, 1))) for year in (2015, 2016, 2017, 2018)] == [
        False, True, False, True,
    ]  # fmt: skip


def test_a_scale_is_whole_at_every_date(tmp_path: Path) -> None:
    (figure,) = read_figures(read(tmp_path, SCALE)).figures
    assert (figure.use, figure.parameter.threshold_unit_name) == ("marginal", "元")
    steps = {
        year: {key: value.value for key, value in figure.parameter.at(date(year, 6, 1)).items()}
        for year in (2016, 2017, 2018)
    }
    assert steps == {
        2016: {("0",): Fraction(1, 10), ("100.5",): Fraction(3, 10)},
        2017: {("0",): Fraction(1, 5), ("100.5",): Fraction(3, 10)},
        2018: {("0",): Fraction(1, 5)},
    }


def test_nodes_that_are_looked_up_become_one_parameter_with_keys(tmp_path: Path) -> None:
    text = "".join(
        f"{zone}:\n  {kind}:\n    metadata: {{unit: currency}}\n    values: {{2016-01-01: {n}}}\n"
        for zone, kind, n in (("a", "x", 1), ("b", "x", 2))
    )
    found = read_figures(read(tmp_path, text, "rates.yaml"), keys={"rates": ("zone", "kind")})
    (parameter,) = found.parameters
    assert (parameter.name, parameter.key_names) == ("rates", ("zone", "kind"))
    assert {key: v.value for key, v in parameter.at(date(2016, 1, 1)).items()} == {
        ("a", "x"): 1, ("b", "x"): 2,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (AMOUNT.replace("unit: currency-EUR, ", ""), "没有写单位：请写明 it=…"),
        (AMOUNT.replace("currency-EUR", "kWh"), "不认识单位 kWh"),
        (AMOUNT.replace("1.10", "[1, 2]"), "2016-01-01：值是列表"),
        (AMOUNT.replace("1.10", "true"), "2016-01-01：值是 true：是非值请写成规则的版本"),
        (AMOUNT.replace("1.10", "twelve"), "2016-01-01：“twelve”不是数"),
        (AMOUNT.replace("value: 1.10, ", ""), "2016-01-01 没有写 value"),
        (SCALE.replace("rate:", "average_rate:"), "平均税率的分段（average_rate）没有对应的写法"),
        (SCALE.replace("100.5", "0.0"), "2016-01-01 有两段的起点都是 0"),
        (SCALE.replace("threshold_unit: currency-EUR, ", ""), "请写明 it.threshold=…"),
    ],
)
def test_a_parameter_without_counterpart_is_a_gap(tmp_path: Path, text: str, why: str) -> None:
    found = read_figures(read(tmp_path, text))
    assert found.figures == ()
    (gap,) = found.gaps
    assert gap.where == "it"
    assert why in gap.why


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("- 1\n- 2\n", "it.yaml：OpenFisca 参数文件应当是"),
        ("a: 5\n", "it.yaml：it.a 应当写 values、brackets 或下级参数"),
        ("a: [1\n", "it.yaml 第 2 行的格式不对"),
        ("a: {values: {2016-01-01: 1}}\na: {}\n", "“a”写了两次"),
    ],
)
def test_a_broken_file_is_refused(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(PolicyError, match=says):
        read_figures(read(tmp_path, text))


def test_a_folder_that_is_not_there_and_a_unit_that_is_none_are_refused(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match=r"没有 .*nowhere 这个文件或文件夹"):
        read_figures(tmp_path / "nowhere")
    with pytest.raises(PolicyError, match="不认识单位“斤”，可用：元"):
        read_figures(read(tmp_path, AMOUNT), units={"currency-EUR": "斤"})


def test_every_parameter_of_the_example_country_is_read_and_can_be_written(tmp_path: Path) -> None:
    found = country.figures()
    assert found.gaps == ()
    assert len(found.figures) == 19
    path = tmp_path / "ours.yaml"
    path.write_text(written(found.parameters), encoding="utf-8")
    assert load_parameters(path) == found.parameters


def test_the_declarations_of_the_example_country(tmp_path: Path) -> None:
    system = read_system(country.folder())
    assert system.person.plural == "persons"
    (household,) = system.groups
    assert household.role("children") == "child"
    salary, status = (system.variables[name] for name in ("salary", "housing_occupancy_status"))
    assert (salary.value_type, salary.spread, salary.default) == ("float", "divide", "0")
    assert status.choices == ("owner", "tenant", "free_lodger", "homeless")
    assert status.default == "tenant"
    assert [gap.where for gap in system.variables["postal_code"].gaps if gap.blocks] == [
        "postal_code"
    ]
    blocked = {name for name, one in system.variables.items() if any(g.blocks for g in one.gaps)}
    assert blocked == {"postal_code"}
    with pytest.raises(PolicyError, match=r"没有 .*nowhere 这个文件夹"):
        read_system(tmp_path / "nowhere")


FORMULA = """
class tax(Variable):
    value_type = float
    entity = Household
    definition_period = {period}

    def formula_2017(household, period, parameters):
        return {formula}
"""


@pytest.mark.parametrize(
    ("formula", "why", "blocks"),
    [
        ('household("rent", period.offset(-3))', "取任意的过去期间", True),
        ("sum(household('rent', m) for m in period.get_subperiods('month'))", "按任意多个", True),
        ("household('rent', period.last_year, options=[ADD])", "last_year 取一年的值", False),
        ("household('rent', period.this_year, options=[ADD])", "ADD 把各期间的值相加", False),
        ("household('rent', period.last_month)", "last_month 取以前月份的值", False),
        ("exp(household('rent', period))", "exp 的结果不是有理数", True),
        ("household.members.get_rank(household, 1)", "get_rank 按顺序给成员排名", True),
        ("household('rent', period) * 0.5", "浮点常数 0.5", False),
    ],
)
def test_what_a_formula_says_that_ours_cannot(
    tmp_path: Path, formula: str, why: str, blocks: bool
) -> None:
    read(tmp_path, FORMULA.format(period="MONTH", formula=formula), "tax.py")
    gaps = read_system(tmp_path).variables["tax"].gaps
    (gap,) = [gap for gap in gaps if gap.why.startswith(why)]
    assert (gap.where, gap.blocks) == ("tax.formula_2017", blocks)


def test_a_period_that_is_no_month_blocks_a_variable(tmp_path: Path) -> None:
    read(tmp_path, FORMULA.format(period="DAY", formula="1"), "tax.py")
    (gap,) = read_system(tmp_path).variables["tax"].gaps
    assert (gap.why, gap.blocks) == ("按 DAY 定义：我们只按月核定", True)


@pytest.fixture(scope="module")
def system() -> System:
    return read_system(country.folder())


def one(folder: Path, system: System, text: str) -> Situation | UnreadTest:
    (test,) = read_situations(read(folder, text) / "it.yaml", system)
    return test


def test_a_short_form_means_one_person_alone_for_each_item(tmp_path: Path, system: System) -> None:
    test = one(
        tmp_path, system, "{name: x, period: 2017-01, input: {salary: [1, 2]}, output: {age: 0}}"
    )
    assert isinstance(test, Situation)
    assert [person.given for person in test.persons] == [
        {("salary", Period(2017, 1)): "1"}, {("salary", Period(2017, 1)): "2"},
    ]  # fmt: skip
    households = test.groups["household"]
    assert [group.members for group in households] == [
        (("person1", "adult"),), (("person2", "adult"),),
    ]  # fmt: skip


def test_who_is_in_no_group_is_alone_in_one(tmp_path: Path, system: System) -> None:
    text = """
period: 2017
absolute_error_margin: {default: 0.5, housing_tax: 1}
input:
  persons: {A: {}, B: {salary: {year:2017: 12}}}
  households: {first: {adults: A, rent: {2017-01: 5}}}
output: {households: {first: {housing_tax: 600 - 200 / 12}}}
"""
    test = one(tmp_path, system, text)
    assert isinstance(test, Situation)
    first, second = test.groups["household"]
    assert (first.members, second.members) == ((("A", "adult"),), (("B", "adult"),))
    assert test.absolute_margin == {"default": Fraction(1, 2), "housing_tax": 1}
    assert [(e.of, e.period.text, e.value) for e in test.expected] == [
        ("first", "2017", "600 - 200 / 12")
    ]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{period: 2017-01, input: {salary: 1}}", "没有写 output"),
        ("{period: 2017-01, inputs: {}, output: {age: 1}}", "不认识 inputs"),
        ("{period: week:2017-W05, output: {age: 1}}", "期间“week:2017-W05”不是一个月"),
        ("{period: 'month:2017-01:3', output: {age: 1}}", "期间“month:2017-01:3”不是一个月"),
        ("{input: {salary: 1}, output: {age: {2017-01: 1}}}", "salary 没有写期间"),
        ("{period: 2017-01, input: {wage: 1}, output: {age: 1}}", "没有声明变量 wage"),
        ("{period: 2017-01, input: {axes: []}, output: {age: 1}}", "axes 把一户变成许多户"),
        ("{period: 2017-01, extensions: x, output: {age: 1}}", "用到扩展包"),
        (
            "{period: 2017-01, input: {persons: {A: {}}, salary: 1}, output: {age: 1}}",
            "input 里实体和变量（salary）混写",
        ),
        (
            "{period: 2017-01, input: {persons: {A: {rent: 1}}}, output: {age: 1}}",
            "变量 rent 属于 household，却写在 person 里",
        ),
        (
            "{period: 2017-01, input: {persons: {A: {}}, household: {adults: [B]}},"
            " output: {age: 1}}",
            "household 的 adults 里没有 B 这个人",
        ),
        (
            "{period: 2017-01, input: {household: {adults: [B]}}, output: {age: 1}}",
            "input 里没有 persons",
        ),
        ("{period: 2017-01, input: {salary: [1, 2], rent: [1]}, output: {age: 1}}", "个数不同"),
    ],
)
def test_a_test_that_cannot_be_read_says_why(
    tmp_path: Path, system: System, text: str, why: str
) -> None:
    test = one(tmp_path, system, text)
    assert isinstance(test, UnreadTest)
    assert why in test.why
    assert test.place == "it.yaml 第 1 个测试"


def test_numbers_are_read_exactly() -> None:
    assert [read_number(text) for text in ("600.0", "1_200", "-.5", "1e-2", "+3")] == [
        600, 1200, Fraction(-1, 2), Fraction(1, 100), 3,
    ]  # fmt: skip
    assert read_sum("100*0.1") == 10
    assert read_sum("600 * 2 - 200 / 12") == Fraction(3550, 3)
    for text in ("1/0", "abs(1)", "", "2**3", ".inf"):
        with pytest.raises(ValueError, match="不是数"):
            read_sum(text)
    assert read_period("ETERNITY").text == "0000-00"
    with pytest.raises(ValueError, match="期间“2017-13”"):
        read_period("2017-13")
