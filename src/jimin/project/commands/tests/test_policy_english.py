"""Every `jimin policy` command speaks English when asked, with the same ending as in Chinese."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from jimin.policies import assess_city, load_policy
from jimin.policies.cases import worked_cases
from jimin.policies.decisions import write_decisions
from jimin.policies.packed import version_in
from jimin.policies.tests.test_city import a_plain_household, tables
from jimin.policies.tests.test_decisions import an_older_pack
from jimin.project.cli import main
from jimin.project.commands import policy as commands
from jimin.project.commands.tests.test_policy import DRAFT
from jimin.project.commands.tests.test_policy_replay import altered
from jimin.project.commands.tests.workbooks import household, identity, member, save

POLICY = load_policy("jilin")
VERSION = POLICY.version
TITLE = "Social assistance policy of Jilin City"
CHINESE_SIGNS = re.compile("[\u3000-\u9fff\uff00-\uffef]")


def run(*words: object, code: int = 0) -> Result:
    """A command in English, which ends with a code and leaves nothing in Chinese."""
    asked = ["policy", *map(str, words), "--lang", "en"]
    result = CliRunner().invoke(main, asked, env={"COLUMNS": "200"})
    assert result.exit_code == code, result.output
    return result


def told(*words: object, code: int = 0) -> list[str]:
    output = run(*words, code=code).output
    assert not CHINESE_SIGNS.search(output), output
    return output.splitlines()


@pytest.fixture
def decided(tmp_path: Path) -> Path:
    groups, members = tables([a_plain_household(), a_plain_household()])
    result = assess_city(POLICY, "2016-07", groups, members)
    path = tmp_path / "decisions.parquet"
    write_decisions(POLICY, "dibao", "2016-07", groups, members, result, path)
    return path


def test_check_tells_what_is_proven() -> None:
    lines = told("check", "--benefit", "orphan")
    assert f"{TITLE} (jilin), version {VERSION}" in "\n".join(lines)
    assert any(line.split()[:4] == ["Basic", "living", "guarantee", "of"] for line in lines)
    rules = sum(map(len, POLICY.benefit("orphan").book.versions.values()))
    end = "proven for every period: no overflow, no division by zero."
    assert any(line.startswith(f"1 benefit, {rules} rules; {end}") for line in lines)
    assert any(line.startswith(f"{rules} rules are worked out in 64-bit") for line in lines)
    assert any("is_entitled" in line and "yes, no" in line for line in lines)


def test_the_worked_cases_come_out() -> None:
    count = len(worked_cases(POLICY, "orphan"))
    assert told("test", "--benefit", "orphan")[-1] == f"{count} cases: all as expected."


def test_a_case_that_comes_out_differently_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    cases = worked_cases(POLICY)
    wrong = (replace(cases[0], expected={"conclusion": "不符合"}), *cases[1:])
    monkeypatch.setattr(commands, "worked_cases", lambda policy, benefit: wrong)
    output = run("test", "--benefit", "dibao", code=1).output
    label = "Minimum living guarantee (dibao)"
    # The sentence of a case is the policy's own, and Chinese.
    assert f"{label}: {cases[0].sentence} conclusion: should be not eligible, is eligible" in output
    assert output.splitlines()[-1] == f"{len(cases)} cases: 1 otherwise."


def test_diff_names_what_changed() -> None:
    lines = told("diff", "2016-06", "2016-07")
    assert lines[0] == f"{TITLE} · 2016-06 → 2016-07"
    [line] = [line for line in lines if "425.00" in line]
    assert line.startswith(
        "  Parameter “Urban dibao standard” (Changyi District, Longtan District, Chuanying "
        "District, Fengman District): 425.00 yuan per person and month → 460.00 yuan per person "
        "and month; by example: the city's document for the first half of 2016, urban, is not at "
        "hand [example] → example: "
    )
    assert "[Minimum living guarantee (dibao), " in line
    changed = sum(line.startswith("  Parameter") for line in lines)
    assert lines[-1] == f"Changed: 0 rules, {changed} parameters."


def test_diff_tells_of_rules_and_of_large_amounts() -> None:
    lines = told("diff", "2021-06", "2021-07")
    assert (
        "  New rule “May apply in this way”; by Dibao Review and Confirmation Measures, article 8 "
        "[Minimum living guarantee (dibao)]"
    ) in lines
    changed = "  Rule “Counted monthly income”: another formula;"
    assert any(line.startswith(changed) for line in lines)
    pensions = told("diff", "2017-07", "2017-08")
    assert any("66,230.00 yuan per person and year → 72,850.00 yuan" in line for line in pensions)


def test_nothing_changed_is_told() -> None:
    assert told("diff", "2016-07", "2016-08")[-1] == "No rule and no parameter has changed."


def test_the_effect_on_a_caseload_is_told(tmp_path: Path) -> None:
    wages: dict[str, object] = {"H1": 430, "H2": 900, "H3": None, "H4": "约三百"}
    members = [
        member(number, identity(sequence=901 + 2 * place), 工资性收入=wage)
        for place, (number, wage) in enumerate(wages.items())
    ]
    path = save(tmp_path / "in.xlsx", [household(number) for number in wages], members)
    lines = told("diff", "2016-06", "2016-07", "--caseload", path)
    assert [line.split() for line in lines if line.strip().startswith("not eligible")] == [
        ["not", "eligible", "not", "eligible", "1"],
        ["not", "eligible", "eligible", "1"],
    ]
    assert [line.split() for line in lines if line.strip().startswith("Changyi")] == [
        ["Changyi", "District", "2", "1", "0", "0.00", "30.00", "30.00"]
    ]
    assert lines[-4:] == [
        "Due a month in all: from 0.00 to 30.00 yuan, 30.00 yuan more; 1 household gets more, "
        "0 less.",
        "For twelve months: 360.00 yuan more.",
        "1 household is to be checked by a person before or after, and not counted in the amounts.",
        "1 household has errors, not assessed.",
    ]


def test_decisions_computed_again_are_told(decided: Path) -> None:
    label = "Minimum living guarantee (dibao)"
    assert told("replay", decided) == [
        f"{TITLE} · {label} · 2016-07 · policy version {VERSION}: "
        "2 households computed again (2 of them one by one): all as expected."
    ]
    wrong = "CASE household WHEN 1 THEN '不符合' ELSE conclusion END AS conclusion"
    head, line = told("replay", altered(decided, wrong), code=1)
    assert head.endswith("(2 of them one by one): 1 household differs.")
    assert line == "Household 1: Conclusion was not eligible, computed again eligible."


def test_a_kept_version_is_told_of_too(decided: Path, tmp_path: Path) -> None:
    _, version = version_in(an_older_pack(tmp_path))
    lines = told("replay", altered(decided, f"'{version}' AS version"), "--pack", tmp_path, code=1)
    assert lines[0].endswith(": 2 households differ.")
    assert lines[1] == (
        "Household 0: Monthly dibao standard (standard_fen) was 460.00 yuan, computed again 450.00 "
        "yuan; Top-up to the standard (topup_fen) was 160.00 yuan, computed again 150.00 yuan; "
        "Due this month (amount_fen) was 160.00 yuan, computed again 150.00 yuan."
    )


def test_results_computed_again_are_told(tmp_path: Path) -> None:
    households = [household("H1"), household("H2")]
    members = [member("H1", identity(sequence=901)), member("H2", identity(sequence=903))]
    path = save(tmp_path / "in.xlsx", households, members)
    printed = CliRunner().invoke(main, ["assess", str(path), "--month", "2016-07", "--json"])
    results = tmp_path / "results.json"
    results.write_text(printed.stdout, encoding="utf-8")
    assert told("replay", results, path) == [
        f"{TITLE} · 2016-07 · the results are of policy version {VERSION}: the present one.",
        "2 households computed again: all as expected.",
    ]
    body = json.loads(printed.stdout)
    body["version"] = "000000000000"
    body["households"][0]["amount"] = "461.00"
    body["households"][1]["household"] = "H9"
    results.write_text(json.dumps(body), encoding="utf-8")
    assert told("replay", results, path, code=1) == [
        f"{TITLE} · 2016-07 · the results are of policy version 000000000000: "
        f"the present one is {VERSION}.",
        "Household H1: amount was 461.00, computed again 460.00.",
        "Household H9: it is not in the workbook, or has errors there now.",
        "Household H2: it is not among the results given.",
        "1 household computed again: 3 differences.",
    ]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("export", "--out", "policy.json"), f"{TITLE} (jilin), version {VERSION}: written to "),
        (("pack", "--out", "policy.zip"), f"{TITLE} (jilin), version {VERSION}: written to "),
        (
            ("page", "--benefit", "orphan", "--out", "page.html"),
            f"{TITLE} (jilin), version {VERSION}: page written to ",
        ),
    ],
)
def test_written_files_are_named(tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    *before, name = words
    [line] = told(*before, tmp_path / name)
    assert line == f"{said}{tmp_path / name}."
    assert (tmp_path / name).stat().st_size > 1000


def test_the_exported_file_is_the_same_in_both_languages(tmp_path: Path) -> None:
    paths = [tmp_path / f"{code}.json" for code in ("zh", "en")]
    for path in paths:
        words = ["policy", "export", "--out", str(path), "--lang", path.stem]
        assert CliRunner().invoke(main, words).exit_code == 0
    assert paths[0].read_bytes() == paths[1].read_bytes()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("show", "beijing"), "There is no policy “beijing”; there are: jilin."),
        (("check", "beijing"), "There is no policy “beijing”; there are: jilin."),
        (
            ("test", "--benefit", "alimony"),
            f"{TITLE} has no “alimony”; there are: {', '.join(POLICY.benefits)}.",
        ),
        (
            ("diff", "old.json", "2016-07"),
            "“old.json” is no month: write year and month like 2016-07.",
        ),
        (
            ("show", "--month", "1990-01", "--benefit", "orphan"),
            "Parameter “Age limit of orphans” (orphan_age) has no value for 1990-01; the earliest "
            "is from 2010-01-01. Add it to the parameter file, or assess another month.",
        ),
        (("replay", "none.parquet"), "There is no file “none.parquet”; check its name."),
        (
            ("replay", "results.json"),
            "To compute results of jimin assess --json again, name the workbook they came from "
            "after them.",
        ),
        (("page", "--out", "page.pdf"), "The file “page.pdf” should end in .html; change --out."),
        (
            ("export", "--out", "/nowhere/policy.json"),
            "The file “/nowhere/policy.json” cannot be read or written (No such file or "
            "directory); check the folder and its permissions.",
        ),
    ],
)
def test_what_cannot_be_done_is_told(words: tuple[str, ...], sentence: str) -> None:
    assert told(*words, code=2)[-1] == f"Error: {sentence}"


def test_files_of_another_kind_are_told(tmp_path: Path, decided: Path) -> None:
    path = tmp_path / "old.json"
    path.write_text("[]", encoding="utf-8")
    no_export = "Error: “old.json” is no file written by jimin policy export; check it."
    assert told("diff", f"{path}@2016-07", "2016-07", code=2) == [no_export]
    no_results = "Error: “old.json” is no output of jimin assess --json; check the file."
    assert told("replay", path, "in.xlsx", code=2) == [no_results]
    unknown = altered(decided, "'0123456789ab' AS version")
    [line] = told("replay", unknown, code=2)
    assert line == (
        "Error: “altered.parquet” holds decisions by the policy jilin, version 0123456789ab, but "
        f"this program has jilin {VERSION}; give the pack kept at its release with --pack "
        "(jilin-0123456789ab.zip)."
    )


def test_a_draft_that_does_not_fit_is_told(tmp_path: Path) -> None:
    draft = tmp_path / "draft.yaml"
    draft.write_text(DRAFT.replace("辆\n", "套\n"), encoding="utf-8")
    [line] = told("diff", "2016-07", "2016-07", "--draft", draft, code=2)
    assert line == (
        "Error: Parameter “Limit of motor vehicles” vehicle_limit: Unit “vehicles”, but "
        "“dwellings” in the draft; make them the same."
    )
