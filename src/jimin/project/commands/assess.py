"""`jimin assess` and `jimin explain`: from a clerk's workbook to proposals with their reasons."""

import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from difflib import get_close_matches
from fractions import Fraction
from pathlib import Path
from typing import Any, TypeVar

import click
from rich.console import Console

from jimin.engine.rules.language import CHINESE, Language
from jimin.engine.sentences import Name
from jimin.foundation.tables import CopyFailedError, UnusableError, tidy, write_marked_copy
from jimin.policies import Assessment, Policy, PolicyError, assess_household, load_policy
from jimin.project.commands.assess_json import json_on_stdout
from jimin.project.commands.assess_screen import print_explanation, print_faults, print_summary
from jimin.project.commands.dibao_workbook import Household, Reading, read_workbook
from jimin.project.commands.languages import (
    RefusedError,
    SpokenCommand,
    language_option,
    spoken,
)
from jimin.project.commands.result_workbook import result_workbook

UNUSABLE, SOME_BAD = 2, 3

F = TypeVar("F", bound=Callable[..., Any])


def common(command: F) -> F:
    """The arguments both commands share."""
    for decorate in (
        click.option("--policy", "policy_name", default="jilin", show_default=True, help="政策"),
        click.option("--month", default="", help="核定月份，如 2016-07"),
        click.argument("file", type=click.Path(path_type=Path)),
    ):
        command = decorate(command)
    return command


@click.command(cls=SpokenCommand)
@common
@click.option("--out", type=click.Path(path_type=Path), help="结果工作簿（.xlsx）")
@click.option("--json", "as_json", is_flag=True, help="在标准输出打印 JSON")
@language_option
def assess(
    file: Path, month: str, policy_name: str, out: Path | None, as_json: bool, lang: str
) -> None:
    """核定工作簿 FILE 中的低保家庭。

    退出码：0 全部核定；3 有些行有误、其余已核定；2 文件或参数不可用，什么也没有写。

    --lang en 时屏幕上和标出错误的副本里用英文说明；结果工作簿和 JSON 留存备查，总是中文。
    """
    language = spoken(policy_name, lang)
    with refusals(language):
        if out is None and not as_json:
            raise RefusedError("没有指定结果文件；请加上 --out 结果.xlsx（或 --json）。")
        if out is not None:
            check_out(file, out)
        policy = policy_for(policy_name, month)
        reading = read_workbook(file, policy, month)
        counts, total = run(policy, month, reading, out, as_json=as_json)
    faults = reading.faults
    human = Console(stderr=as_json)
    print_summary(human, policy, month, counts, total, len(reading.faulty), language)
    if out is not None:
        human.print(language.say("结果：{file}", file=out), soft_wrap=True, markup=False)
        write_errors(human, file, out, reading, language)
    if faults:
        print_faults(human, faults, language)
        sys.exit(SOME_BAD)


@click.command(cls=SpokenCommand)
@common
@click.option("--household", "number", default="", help="家庭编号")
@language_option
def explain(file: Path, month: str, policy_name: str, number: str, lang: str) -> None:
    """在终端说明工作簿 FILE 中一户的核定过程。"""
    language = spoken(policy_name, lang)
    with refusals(language):
        policy = policy_for(policy_name, month)
        reading = read_workbook(file, policy, month)
        number = tidy(number)
        if not number:
            raise RefusedError("没有指定家庭编号；请加上 --household。")
        if number not in reading.numbers:
            near = get_close_matches(number, reading.numbers, n=5, cutoff=0.5)
            raise RefusedError(
                "工作簿里没有家庭编号“{number}”；相近的有：{near}。"
                if near
                else "工作簿里没有家庭编号“{number}”；请核对编号。",
                number=Name(number),
                near=tuple(map(Name, near)),
            )
        household = next((h for h in reading.households if h.number == number), None)
        result = None if household is None else assess_one(policy, month, household, language)
    console = Console()
    if result is None:
        line = language.say("家庭编号 {number} 有误，未核定：", number=number)
        console.print(line, markup=False)
        print_faults(console, reading.faults_of(number), language)
        sys.exit(SOME_BAD)
    print_explanation(console, policy, month, number, result, language)


@contextmanager
def refusals(language: Language = CHINESE) -> Iterator[None]:
    """One sentence on the error stream and exit code 2 for whatever cannot be used."""
    try:
        yield
    except (UnusableError, PolicyError) as error:
        told = language.told(str(error))
    except OSError as error:
        told = language.say(
            "读写文件“{file}”失败（{reason}）；请核对文件夹和权限。"
            if error.filename
            else "读写文件失败（{reason}）；请核对文件夹和权限。",
            file=error.filename,
            reason=language.text(reason_of(error)),
        )
    else:
        return
    click.echo(language.say("错误：{told}", told=language.sentence(told)), err=True)
    sys.exit(UNUSABLE)


def reason_of(error: OSError) -> str:
    """What the system says, in Chinese where it is said often."""
    match error:
        case FileNotFoundError():
            return "没有这个文件或文件夹"
        case IsADirectoryError():
            return "这是文件夹，不是文件"
        case PermissionError():
            return "没有权限"
    return str(error.strerror)


def month_asked(written: str) -> str:
    """The month written on the command line, or the sentence that says how to write one."""
    if not re.fullmatch(r"[0-9]{4}-(0[1-9]|1[0-2])", written):
        raise RefusedError(
            "核定月份“{month}”不对；请按 2016-07 的样子填写四位年份和两位月份。",
            month=Name(written),
        )
    return written


def policy_for(name: str, month: str) -> Policy:
    if not month:
        raise RefusedError("没有指定核定月份；请加上 --month，如 --month 2016-07。")
    month_asked(month)
    policy = load_policy(name)
    policy.at(month)  # refuses a month before the first figures
    return policy


def check_out(file: Path, out: Path) -> None:
    if out.suffix.lower() != ".xlsx":
        raise RefusedError("结果文件“{file}”的扩展名应为 .xlsx；请改正 --out。", file=Name(out))
    if same_file(file, out):
        raise RefusedError("结果文件不能就是输入的工作簿；请为 --out 另起一个文件名。")
    if not out.parent.is_dir():
        raise RefusedError(
            "文件夹“{folder}”不存在；请先建立，或改正 --out。", folder=Name(out.parent)
        )
    if out.is_dir():
        raise RefusedError("“{file}”是文件夹；请为 --out 写一个文件名。", file=Name(out))


def same_file(one: Path, other: Path) -> bool:
    return one.exists() and other.exists() and one.samefile(other)


def assess_one(
    policy: Policy, month: str, household: Household, language: Language = CHINESE
) -> Assessment:
    return assess_household(policy, month, household.facts, household.members, language)


def run(
    policy: Policy, month: str, reading: Reading, out: Path | None, *, as_json: bool
) -> tuple[Counter[str], Fraction]:
    """Assess every household once, for the workbook and the JSON together."""
    counts: Counter[str] = Counter()
    total = Fraction(0)
    with ExitStack() as outputs:
        # The JSON is entered first and so printed last, when the workbook is in its place.
        printed = outputs.enter_context(json_on_stdout(policy, month)) if as_json else None
        written = outputs.enter_context(result_workbook(out)) if out is not None else None
        for household in reading.households:
            try:
                result = assess_one(policy, month, household)
            except PolicyError as error:
                reading.refuse(household, error.sentence)
                continue
            if printed is not None:
                printed.add(household.number, result)
            if written is not None:
                written.add(household.number, result)
            counts[result.conclusion] += 1
            total += result.amount or 0
        if printed is not None:
            printed.errors(reading.faults)
        if written is not None:
            written.about(policy, month, counts, len(reading.faulty))
    return counts, total


def write_errors(
    human: Console, file: Path, out: Path, reading: Reading, language: Language
) -> None:
    """The marked copy beside the result; without errors, none may be left from an earlier run.

    The file read may itself be such a copy, corrected: it is neither removed nor replaced.
    """
    path = errors_path(file, out)
    try:
        if not reading.faults:
            path.unlink(missing_ok=True)
            return
        faults = [replace(one, message=language.told(one.message)) for one in reading.faults]
        write_marked_copy(file, reading.tables, faults, path)
    except (CopyFailedError, OSError) as error:
        line = language.say(
            "没有写成标出错误的副本“{file}”（{error}）；请按下面的清单在原表中改正。",
            file=path,
            error=error,
        )
        human.print(line, soft_wrap=True, markup=False)
        return
    line = language.say("标出错误的副本：{file}；改正后可直接再核定。", file=path)
    human.print(line, soft_wrap=True, markup=False)


def errors_path(file: Path, out: Path) -> Path:
    path = out.with_name(f"{out.stem}.errors.xlsx")
    count = 1
    while same_file(file, path):
        count += 1
        path = out.with_name(f"{out.stem}.errors-{count}.xlsx")
    return path
