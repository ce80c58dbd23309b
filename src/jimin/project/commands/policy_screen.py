"""What `jimin policy show`, `check` and `test` print, and the counting behind it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from jimin.engine.rules import DatedValue, Parameter, Policy, PolicyMonth, RuleBook
from jimin.engine.rules.language import CHINESE, Counted, Language
from jimin.engine.rules.words import figure_text
from jimin.policies import benefit_of

STATUSES = {"confirmed": "已确认", "example": "示例"}


@dataclass(frozen=True, slots=True)
class TestedBenefit:
    """The worked cases of a benefit: for each what came out differently."""

    label: str
    name: str
    differences: tuple[tuple[str, ...], ...]

    @property
    def wrong(self) -> int:
        return sum(1 for case in self.differences if case)


@dataclass(frozen=True, slots=True)
class BenefitCheck:
    """`since` are the months from which on another rule or figure is in force, all proven."""

    label: str
    name: str
    books: int
    rules: int
    values: frozenset[tuple[str, DatedValue]]
    since: tuple[str, ...]
    unused: tuple[str, ...]

    def of_status(self, status: str) -> set[tuple[str, DatedValue]]:
        return {(name, value) for name, value in self.values if value.status == status}


def check_of(policy: Policy, name: str) -> BenefitCheck:
    """Opens a benefit, which proves it, and counts what it is made of."""
    benefit = policy.benefit(name)
    values: set[tuple[str, DatedValue]] = set()
    used: set[str] = set()
    labels: dict[str, str] = {}
    months: set[str] = set()
    rules = 0
    for edition in benefit.editions:
        in_force = edition.used_parameters()
        used.update(in_force)
        labels.update((parameter.name, parameter.label) for parameter in edition.parameters)
        for parameter in in_force:
            found = edition.book.parameters[parameter].values
            values.update((parameter, value) for value in found)
        rules += sum(map(len, edition.book.versions.values()))
        months.update(
            month for month in edition.months_of_change() if benefit.edition(month) is edition
        )
    return BenefitCheck(
        label=benefit_of(name).label,
        name=name,
        books=len(benefit.editions),
        rules=rules,
        values=frozenset(values),
        since=tuple(sorted(months)),
        unused=tuple(label for parameter, label in labels.items() if parameter not in used),
    )


def print_benefit(
    console: Console, title: str, month: PolicyMonth, language: Language = CHINESE
) -> None:
    """The rules in force in a month and the figures they use."""
    book, told = month.book, language.text
    console.print()
    console.print(Text(title, style="bold"))
    rules = Table(*map(told, ("规则", "对象", "名称", "依据", "施行")), box=box.SIMPLE)
    for rule in month.rules.values():
        since = language.say("自 {since} 起", since=language.day(rule.since)) if rule.since else ""
        about = (told(book.entities.label(rule.scope)), told(rule.label), told(rule.cite))
        rules.add_row(rule.name, *about, since)
    console.print(rules)
    columns = ("参数", "数值", "单位", "自", "状态", "来源")
    figures = Table(*map(told, columns), box=box.SIMPLE)
    figures.columns[1].justify = "right"
    for name in dict.fromkeys(look_up.name for _, look_up in month.look_ups()):
        parameter = book.parameters[name]
        for keys, value in _alike(parameter, month.figures(name)):
            which = language.joined(key_text(book, parameter, key, language) for key in keys if key)
            label = told(parameter.label)
            if which:
                label = language.say("{member}：{label}", member=label, label=which)
            example = value.status == "example"
            status = Text(told(STATUSES[value.status]), style="yellow" if example else "green")
            figures.add_row(
                label, figure_text(parameter, value, language), told(parameter.unit_name),
                language.day(value.since), status, told(value.source),
            )  # fmt: skip
    for table in (rules, figures):
        for column in table.columns:
            column.overflow = "fold"
    console.print(figures)


def _alike(
    parameter: Parameter, values: Mapping[tuple[str, ...], DatedValue]
) -> Iterator[tuple[list[tuple[str, ...]], DatedValue]]:
    """The values of a parameter, those that differ by nothing but the key together."""
    groups: dict[object, list[DatedValue]] = {}
    for value in values.values():
        # The steps of a scale are not alike: each begins at its own threshold.
        step = value.key if parameter.threshold_unit_name else ()
        like = (value.value, value.since, value.source, value.status, step)
        groups.setdefault(like, []).append(value)
    for same in groups.values():
        yield [value.key for value in same], same[0]


def key_text(
    book: RuleBook, parameter: Parameter, key: tuple[str, ...], language: Language = CHINESE
) -> str:
    """A key as people say it: the labels of codes, and where a step of a scale begins."""
    labels = book.choice_labels()
    if not parameter.threshold_unit_name:
        return " ".join(language.text(labels.get(part, part)) for part in key)
    *before, threshold = key
    step = language.say("{threshold} {unit}起", threshold=threshold, unit="")
    return " ".join([*(language.text(labels.get(part, part)) for part in before), step])


def policy_title(policy: Policy, language: Language) -> str:
    return language.say(
        "{label}（{name}）版本 {version}",
        label=language.text(policy.label),
        name=policy.name,
        version=policy.version,
    )


def benefit_title(label: str, name: str, language: Language) -> str:
    return language.sentence(f"{language.text(label)} {name}")


CHECKED = ("政策内容", "规则书", "规则", "已确认的数值", "示例数值", "证明的时段", "各时段始于")
TESTED = ("政策内容", "案例", "一致", "不同")


def print_checks(
    console: Console,
    policy: Policy,
    checks: Sequence[BenefitCheck],
    language: Language = CHINESE,
) -> None:
    title = policy_title(policy, language)
    table = Table(*map(language.text, CHECKED), box=box.SIMPLE, title=title)
    for column in table.columns[1:6]:
        column.justify = "right"
    table.columns[6].overflow = "fold"
    for check in checks:
        confirmed, example = (len(check.of_status(status)) for status in STATUSES)
        counts = (check.books, check.rules, confirmed, example, len(check.since))
        name = benefit_title(check.label, check.name, language)
        table.add_row(name, *map(str, counts), language.joined(check.since))
    console.print(table)
    for check in checks:
        if check.unused:
            console.print(
                language.say(
                    "{benefit}：没有规则用到的参数：{unused}。",
                    benefit=language.text(check.label),
                    unused=language.joined(map(language.text, check.unused)),
                ),
                soft_wrap=True,
            )
    rules = sum(check.rules for check in checks)
    # Several benefits are measured by the same figures, which count once here.
    example = len({value for check in checks for value in check.of_status("example")})
    told = language.say(
        "共 {benefits} 项、{rules} 条规则，各时段都已证明不溢出、不除以零。",
        benefits=Counted(len(checks)),
        rules=Counted(rules),
    )
    if example:
        warning = "{told}有 {count} 个示例数值，换成有文件依据的数值以前不能用于实际决定。"
        told = language.say(warning, told=told, count=Counted(example))
    console.print(
        told,
        highlight=False,
        soft_wrap=True,
    )


def print_tests(
    console: Console,
    policy: Policy,
    results: Sequence[TestedBenefit],
    language: Language = CHINESE,
) -> None:
    title = policy_title(policy, language)
    table = Table(*map(language.text, TESTED), box=box.SIMPLE, title=title)
    for column in table.columns[1:]:
        column.justify = "right"
    for result in results:
        cases, wrong = len(result.differences), result.wrong
        style = "red" if wrong else ""
        name = benefit_title(result.label, result.name, language)
        table.add_row(name, str(cases), str(cases - wrong), Text(str(wrong), style))
    console.print(table)
    for result in results:
        for line in (line for case in result.differences for line in case):
            label = language.text(result.label)
            line = language.say("{benefit}：{line}", benefit=label, line=line)
            console.print(Text(line, style="red"), soft_wrap=True)
    total = sum(len(result.differences) for result in results)
    wrong = sum(result.wrong for result in results)
    verdict = (
        language.say("有 {count} 个结果不同", count=Counted(wrong))
        if wrong
        else language.text("结果全部一致")
    )
    told = language.say("共 {count} 个案例，{verdict}。", count=Counted(total), verdict=verdict)
    console.print(told, highlight=False)
