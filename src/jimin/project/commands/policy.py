"""`jimin policy`: what a policy says, whether it holds, and what a change of it does."""

import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import click
from rich.console import Console

from jimin.engine.rules import Policy, PolicyMonth
from jimin.engine.rules.compare import compare as compare_cases
from jimin.engine.rules.counterfactual import smallest_changes
from jimin.engine.rules.proof import proofs_of_all_months
from jimin.engine.sentences import Name
from jimin.policies import PolicyError, benefit_of, load_policy
from jimin.policies.benefits import open_case
from jimin.policies.cases import worked_cases
from jimin.policies.document import whole_page
from jimin.policies.packed import write_pack
from jimin.project.commands.assess import common, month_asked, policy_for, refusals
from jimin.project.commands.dibao_workbook import read_workbook
from jimin.project.commands.languages import (
    RefusedError,
    SpokenGroup,
    help_language_option,
    language_option,
    spoken,
)
from jimin.project.commands.policy_caseload import effect_on, print_effect
from jimin.project.commands.policy_decisions import print_replayed, replay_decisions
from jimin.project.commands.policy_diff import differences, print_differences
from jimin.project.commands.policy_household import (
    NEWCOMER,
    household_title,
    newcomer,
    one_household,
    print_changes,
    print_comparison,
)
from jimin.project.commands.policy_openfisca import correspondence_at, print_survey, survey_of
from jimin.project.commands.policy_proofs import print_proofs
from jimin.project.commands.policy_replay import print_replay, replay_results
from jimin.project.commands.policy_screen import (
    BenefitCheck,
    TestedBenefit,
    check_of,
    policy_title,
    print_benefit,
    print_checks,
    print_tests,
)
from jimin.project.commands.policy_states import Side, exported

DIFFERENT = 1

name_argument = click.argument("name", default="jilin")
benefit_option = click.option("--benefit", default="", help="只看一项，如 dibao")


@click.group(cls=SpokenGroup, short_help="查看、检查和比较政策，试算案例")
@language_option
@click.pass_context
def policy(ctx: click.Context, lang: str) -> None:
    """政策由规则和参数组成；这里查看、检查、试算和比较。"""
    ctx.default_map = {name: {"lang": lang} for name in policy.commands}


@policy.command()
@name_argument
@click.option("--month", default="", help="哪个月施行的规则和参数，如 2016-07；不写为本月")
@benefit_option
@language_option
def show(name: str, month: str, benefit: str, lang: str) -> None:
    """列出政策 NAME 在一个月施行的规则（名称、依据）和参数（数值、日期、来源、状态）。"""
    console, language = Console(), spoken(name, lang)
    with refusals(language):
        loaded = load_policy(name)
        today = date.today()  # noqa: DTZ011 (the month where the reader is)
        month = month_asked(month or f"{today:%Y-%m}")
        chosen = (benefit,) if benefit else loaded.benefits
        found = in_month(loaded, chosen, month)
        title = language.say(
            "{label}（{name}）版本 {version} · {month}",
            label=language.text(loaded.label),
            name=loaded.name,
            version=loaded.version,
            month=month,
        )
        console.print(title, highlight=False)
        for one, bound in found.items():
            label = language.text(benefit_of(one).label)
            label = language.say("{label}（{member}）", label=label, member=one)
            if isinstance(bound, PolicyError):
                told = language.say("{benefit}：{line}", benefit=label, line=bound.told(language))
                console.print(f"\n{told}", highlight=False, soft_wrap=True)
            else:
                print_benefit(console, label, bound, language)


def in_month(
    loaded: Policy, chosen: Sequence[str], month: str
) -> dict[str, PolicyMonth | PolicyError]:
    """Each benefit in a month, or why there is nothing of it; refuses a month without any."""
    found: dict[str, PolicyMonth | PolicyError] = {}
    books = {one: loaded.benefit(one) for one in chosen}
    for one, book in books.items():
        try:
            found[one] = book.at(month)
        except PolicyError as error:
            found[one] = error
    refusals = [one for one in found.values() if isinstance(one, PolicyError)]
    if len(refusals) == len(found):
        raise refusals[0]
    return found


@policy.command()
@name_argument
@benefit_option
@language_option
def check(name: str, benefit: str, lang: str) -> None:
    """装入政策 NAME 的全部规则和参数，并证明各时段都不会溢出、不会除以零。

    逐条列出证明的结果范围和批量计算所用的整数宽度。有错误时说明在哪里、怎样改，退出码为 2。
    """
    language = spoken(name, lang)
    with refusals(language):
        loaded = load_policy(name)
        chosen = (benefit,) if benefit else loaded.benefits
        checks: list[BenefitCheck] = [check_of(loaded, one) for one in chosen]
        proven = [(check, proofs_of_all_months(loaded.benefit(check.name))) for check in checks]
    console = Console()
    print_proofs(console, proven, language)
    print_checks(console, loaded, checks, language)


@policy.command()
@name_argument
@benefit_option
@language_option
def test(name: str, benefit: str, lang: str) -> None:
    """运行政策 NAME 附带的手工案例；有一个结果不同，退出码就是 1。"""
    language = spoken(name, lang)
    with refusals(language):
        loaded = load_policy(name)
        results: list[TestedBenefit] = []
        for one in (benefit,) if benefit else loaded.benefits:
            loaded.benefit(one)  # refuses a name that is none
            differences: list[tuple[str, ...]] = []
            for case in worked_cases(loaded, one):
                try:
                    differences.append(case.differences(loaded, language))
                except PolicyError as error:
                    phrase, why = "{sentence} 不能核定：{why}", error.told(language)
                    differences.append((language.say(phrase, sentence=case.sentence, why=why),))
            results.append(TestedBenefit(benefit_of(one).label, one, tuple(differences)))
    print_tests(Console(), loaded, results, language)
    if any(result.wrong for result in results):
        sys.exit(DIFFERENT)


@policy.command()
@common
@click.option("--household", "number", default="", help="家庭编号")
@language_option
def whatif(file: Path, month: str, policy_name: str, number: str, lang: str) -> None:
    """工作簿 FILE 中一户的哪一项情况最少改变多少，结论就会不同。

    每一项都由逐户核定验证过：到这个数变，再近一分不变。
    """
    language = spoken(policy_name, lang)
    with refusals(language):
        loaded = policy_for(policy_name, month)
        household = one_household(read_workbook(file, loaded, month), number)
        case = open_case(loaded, month, household.facts, household.members)
        found = smallest_changes(
            case,
            benefit_of("dibao").decision,
            newcomers=[(NEWCOMER, newcomer(case))],
            language=language,
        )
    title = household_title(household, month, loaded, language)
    print_changes(Console(), title, found, language)


@policy.command()
@common
@click.option("--household", "number", default="", help="家庭编号")
@click.option("--then", default="", help="后一个月份，如 2016-07；--month 是前一个月份")
@click.option(
    "--then-file", type=click.Path(path_type=Path), help="后一个月的工作簿；不写就用同一个"
)
@language_option
def compare(
    file: Path,
    month: str,
    policy_name: str,
    number: str,
    then: str,
    then_file: Path | None,
    lang: str,
) -> None:
    """工作簿 FILE 中一户两个月的核定有什么不同，每一项改变使应发增减多少。"""
    language = spoken(policy_name, lang)
    with refusals(language):
        loaded = policy_for(policy_name, month)
        if not then:
            raise RefusedError("没有指定核定月份中的后一个；请加上 --then，如 --then 2016-07。")
        later = policy_for(policy_name, then)
        cases = []
        for path, when, book in ((file, month, loaded), (then_file or file, then, later)):
            household = one_household(read_workbook(path, book, when), number)
            cases.append(open_case(book, when, household.facts, household.members))
        before, after = cases
        found = compare_cases(before, after, benefit_of("dibao").decision, language=language)
    months = language.say("{before} 与 {after}", before=month, after=then)
    title = household_title(household, months, loaded, language)
    print_comparison(Console(), title, found, language)


@policy.command()
@name_argument
@click.option("--out", type=click.Path(path_type=Path), required=True, help="写到哪个 HTML 文件")
@benefit_option
@language_option
def page(name: str, out: Path, benefit: str, lang: str) -> None:
    """把政策 NAME 写成一个网页文件：规则、算式、参数、关系图和案例，不用联网即可阅读。"""
    language = spoken(name, lang)
    with refusals(language):
        loaded = load_policy(name)
        if benefit:
            loaded.benefit(benefit)  # refuses a name that is none
        if out.suffix.lower() not in (".html", ".htm"):
            raise RefusedError("文件“{file}”的扩展名应为 .html；请改正 --out。", file=Name(out))
        out.write_text(whole_page(loaded, lang, benefit), encoding="utf-8")
    title = policy_title(loaded, language)
    click.echo(language.say("{policy} 的网页已写到 {file}。", policy=title, file=out))


@policy.command()
@name_argument
@click.option("--out", type=click.Path(path_type=Path), required=True, help="写到哪个 JSON 文件")
@language_option
def export(name: str, out: Path, lang: str) -> None:
    """把政策 NAME 各时段施行的规则和参数写成 JSON，留存或与别的版本比较。"""
    language = spoken(name, lang)
    with refusals(language):
        loaded = load_policy(name)
        out.write_text(exported(loaded), encoding="utf-8")
    title = policy_title(loaded, language)
    click.echo(language.say("{policy} 已写到 {file}。", policy=title, file=out))


@policy.command()
@click.argument("before")
@click.argument("after")
@click.option("--policy", "name", default="jilin", show_default=True, help="政策")
@click.option(
    "--caseload",
    type=click.Path(path_type=Path),
    help="低保家庭工作簿（.xlsx），或决定文件（.parquet）和存放它们的文件夹：算出影响",
)
@click.option("--draft", type=click.Path(path_type=Path), help="后一方改用的参数（YAML），只改低保")
@language_option
def diff(
    before: str, after: str, name: str, caseload: Path | None, draft: Path | None, lang: str
) -> None:
    """比较政策的两个月份或两个版本：改了哪些规则、参数，依据什么。

    BEFORE 和 AFTER 各是一个月份（2016-07），或者导出的文件加月份（旧版.json@2016-07）。
    写明 --caseload 时算出影响：各有多少户结论改变，各县（市、区）每月应发增减多少。
    决定文件里有几个月的，用 BEFORE 那个月的家庭。
    """
    language = spoken(name, lang)
    with refusals(language):
        loaded = load_policy(name)
        first, second = Side.of(loaded, before), Side.of(loaded, after)
        if draft is not None:
            second = second.drafted(draft)
        states = first.state(), second.state()
        found = None
        if caseload is not None:
            sides = first.assessing(), second.assessing()
            found = effect_on(sides, caseload)
    console = Console()
    title = f"{language.text(loaded.label)} · {before} → {after}"
    print_differences(console, title, differences(*states), language)
    if found is not None:
        print_effect(console, found, loaded, language)


@policy.command()
@name_argument
@click.option("--out", type=click.Path(path_type=Path), required=True, help="写到哪个 .zip 文件")
@language_option
def pack(name: str, out: Path, lang: str) -> None:
    """把政策 NAME 的规则、参数和案例原样存成一个文件，以后用 replay --pack 复算它的决定。"""
    language = spoken(name, lang)
    with refusals(language):
        loaded = load_policy(name)
        if out.suffix.lower() != ".zip":
            raise RefusedError("文件“{file}”的扩展名应为 .zip；请改正 --out。", file=Name(out))
        write_pack(loaded, out)
    title = policy_title(loaded, language)
    click.echo(language.say("{policy} 已写到 {file}。", policy=title, file=out))


@policy.command()
@click.argument("results", type=click.Path(path_type=Path))
@click.argument("workbook", type=click.Path(path_type=Path), required=False)
@click.option(
    "--pack", "packs", type=click.Path(path_type=Path), multiple=True,
    help="存下的政策包，或存放它们的文件夹；可写多次",
)  # fmt: skip
@language_option
def replay(results: Path, workbook: Path | None, packs: tuple[Path, ...], lang: str) -> None:
    """复算以前的决定，逐项比较；有一个结果不同，退出码就是 1。

    RESULTS 是决定文件（.parquet，自带政策版本、月份、情况和结果）；以前的版本用 --pack 给出。
    或者是 jimin assess --json 的结果，这时还要给出原工作簿 WORKBOOK。
    """
    console = Console()
    if results.suffix == ".parquet":
        with refusals(spoken("", lang)):
            runs = replay_decisions(results, packs, lang)
        print_replayed(console, runs, lang)
        if any(run.differing for run in runs):
            sys.exit(DIFFERENT)
        return
    with refusals(spoken("", lang)):
        if workbook is None:
            raise RefusedError("复算 jimin assess --json 的结果还需要原工作簿；请写在结果后面。")
        found = replay_results(results, workbook, lang)
    print_replay(console, found)
    if found.differences:
        sys.exit(DIFFERENT)


@policy.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--unit", "units", multiple=True, help="单位或参数的单位，如 currency-EUR=元/月")
@click.option("--out", type=click.Path(path_type=Path), help="把参数写成我们的参数文件（YAML）")
@click.option("--against", default="", help="用来比较的规则，如 模块:函数，函数给出 Correspondence")
@help_language_option
def openfisca(folder: Path, units: tuple[str, ...], out: Path | None, against: str) -> None:
    """读 OpenFisca 国家包 DIR 的参数、变量和测试，列出没有对应的和原因。

    只读文件，不运行其中的程序。写明 --against 时用我们的规则运行它的测试；
    有一个结果不同，退出码就是 1。
    """
    with refusals():
        found = survey_of(folder, units, correspondence_at(against) if against else None)
        if out is not None:
            out.write_text(found.parameter_file(), encoding="utf-8")
    print_survey(Console(), found)
    if out is not None:
        click.echo(f"参数已写到 {out}；没有文件依据的一律标为示例。")
    if found.different:
        sys.exit(DIFFERENT)
