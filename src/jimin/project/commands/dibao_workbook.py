"""The clerk's workbook of households (家庭) and members (成员), turned into facts for the rules.

A household is handed on only when its row and every row of its members could be read.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jimin.engine.matching import InvalidIdentityNumberError, parse_identity_number
from jimin.engine.rules import Fact
from jimin.engine.sentences import Name, said
from jimin.foundation.tables import (
    BadCellError,
    Column,
    Fault,
    Parser,
    Raw,
    Row,
    Table,
    UnusableError,
    Workbook,
    amount,
    choice,
    code,
    long_number_text,
    month,
    text,
    whole,
    yes_no,
)
from jimin.policies import Policy

HOUSEHOLDS, MEMBERS = "家庭", "成员"
ID = "家庭编号"
IDENTITY = "公民身份号码"
REFUSED = "连续拒绝工作次数"
YUAN = ("元",)
YUAN_A_MONTH = ("元", "元/月", "元每月", "每月", "月", "月,元", "元,月")
YES_NO = ("是/否", "是、否", "是或否")
SUMS = ("合计", "小计", "总计", "共计")
OTHER_UNITS = ("万元", "千元", "百元", "元/年")

HOUSEHOLD_COLUMNS = [
    Column(ID, synonyms=("户编号",)),
    Column("区划代码", synonyms=("行政区划代码",), remarks=("12位", "12位数字", "12位代码")),
    Column("城乡类别", synonyms=("城乡",), remarks=("城市/农村", "城市、农村")),
    Column("金融资产", remarks=YUAN, each_row=True),
    Column("机动车数", synonyms=("机动车数量",), remarks=("辆",), each_row=True),
    Column("房产套数", synonyms=("房产数",), remarks=("套",), each_row=True),
    Column("上月低保金", remarks=YUAN_A_MONTH, each_row=True),
    Column("超标起始月", remarks=("YYYY-MM", "年月", "年-月")),
]
MEMBER_COLUMNS = [
    Column(ID, synonyms=("户编号",)),
    Column("姓名", required=False),
    Column(
        IDENTITY,
        synonyms=("身份证号", "身份证号码", "公民身份证号码", "身份号码"),
        remarks=("18位",),
        each_row=True,
    ),
    Column("与户主关系", synonyms=("关系",), required=False),
    Column("残疾等级", remarks=("0-4", "0~4", "0—4", "0–4", "级")),
    Column("在校学生", synonyms=("是否在校学生",), remarks=YES_NO),
    Column("重病", synonyms=("是否重病",), remarks=YES_NO),
    Column("单亲", synonyms=("是否单亲",), remarks=YES_NO),
    Column(REFUSED, synonyms=("拒绝工作次数",), required=False, remarks=("次",), each_row=True),
    *(
        Column(label, remarks=YUAN_A_MONTH, each_row=True)
        for label in ("工资性收入", "经营净收入", "财产净收入", "转移净收入")
    ),
]


@dataclass(frozen=True, slots=True)
class Household:
    """The facts of one household as the rules take them."""

    number: str
    facts: Mapping[str, object]
    members: list[Mapping[str, object]]
    row: Row


@dataclass(slots=True)
class Reading:
    """What a workbook holds: households that can be assessed and everything wrong."""

    tables: tuple[Table, Table]
    households: list[Household] = field(default_factory=list)
    faulty: dict[str, list[Row]] = field(default_factory=dict)

    @property
    def faults(self) -> list[Fault]:
        return [fault for table in self.tables for fault in table.faults]

    @property
    def numbers(self) -> list[str]:
        return [*(household.number for household in self.households), *self.faulty]

    def faults_of(self, number: str) -> list[Fault]:
        """What keeps a household from being assessed."""
        return [fault for row in self.faulty.get(number, ()) for fault in row.faults]

    def refuse(self, household: Household, message: str) -> None:
        """Add a household that could be read but not assessed to those that are wrong."""
        household.row.reject(ID, message)
        self.faulty[household.number] = [household.row]


@dataclass(slots=True)
class _Member:
    row: Row
    household: str | None
    identity: str | None
    facts: dict[str, object]


def read_workbook(path: Path, policy: Policy, assessed_month: str) -> Reading:
    """Read and check both sheets; raises UnusableError when the file as a whole is no use."""
    with Workbook(path) as workbook:
        household_table = workbook.table(HOUSEHOLDS, HOUSEHOLD_COLUMNS)
        member_table = workbook.table(MEMBERS, MEMBER_COLUMNS)
    for table in (household_table, member_table):
        _refuse_other_units(table)
        if not table.rows:
            raise UnusableError(
                said("“{sheet}”表的表头下面没有数据；请填写后再用。", sheet=Name(table.name))
            )
    facts = _Facts(policy, assessed_month)
    rows = _household_rows(household_table)
    household_facts = {row.number: facts.household(row) for row in household_table.rows}
    members = [facts.member(row) for row in member_table.rows]
    of_household = _by_household(members, rows)
    _check_sizes(rows, of_household, policy.book.most_members)
    _refuse_repeated_identities(members)
    reading = Reading((household_table, member_table))
    for number, own_rows in rows.items():
        own = of_household.get(number, [])
        all_rows = [*own_rows, *(member.row for member in own)]
        if any(row.faults for row in all_rows):
            reading.faulty[number] = all_rows
            continue
        row = own_rows[0]
        reading.households.append(
            Household(number, household_facts[row.number], [member.facts for member in own], row)
        )
    return reading


def _refuse_other_units(table: Table) -> None:
    for above in table.above:
        unit = next((unit for unit in OTHER_UNITS if unit in above), None)
        if unit is not None:
            raise UnusableError(
                said(
                    "“{sheet}”表表头上方写有“{unit}”；金额应以元为单位、收入应为每月金额，"
                    "请换算后改正说明再用。",
                    sheet=Name(table.name),
                    unit=Name(unit),
                )
            )


def _household_number(raw: Raw) -> str:
    number = code()(raw)
    if number.replace(" ", "") in SUMS:
        raise BadCellError("这一行是合计，不是一户；请删去合计行再用。")
    return number


def _household_rows(table: Table) -> dict[str, list[Row]]:
    """The rows of the household sheet by number; a number given twice is wrong in every row."""
    rows: dict[str, list[Row]] = defaultdict(list)
    for row in table.rows:
        number = row.require(ID, _household_number)
        if number is not None:
            rows[number].append(row)
    for number, same in rows.items():
        if len(same) > 1:
            why = said(
                "家庭编号“{number}”在第 {rows} 行重复；每户只填一行，请改正。",
                number=Name(number),
                rows=tuple(row.number for row in same),
            )
            for row in same:
                row.reject(ID, why)
    return rows


def _by_household(
    members: list[_Member], rows: Mapping[str, list[Row]]
) -> dict[str, list[_Member]]:
    found: dict[str, list[_Member]] = defaultdict(list)
    for member in members:
        if member.household is None:
            continue
        if member.household in rows:
            found[member.household].append(member)
        else:
            why = said(
                "“{sheet}”表里没有这个家庭编号；请补上这一户，或改正编号。", sheet=Name(HOUSEHOLDS)
            )
            member.row.reject(ID, why)
    return found


def _check_sizes(
    rows: Mapping[str, list[Row]], members: Mapping[str, list[_Member]], most: int
) -> None:
    for number, (row, *_) in rows.items():
        size = len(members.get(number, ()))
        if size == 0:
            why = said(
                "“{sheet}”表里没有这一户的成员；请补上成员，或改正家庭编号。", sheet=Name(MEMBERS)
            )
            row.reject(ID, why)
        elif size > most:
            why = said(
                "这一户有 {size} 名成员，超过 {most} 名；请核对家庭编号。", size=size, most=most
            )
            row.reject(ID, why)


def _refuse_repeated_identities(members: list[_Member]) -> None:
    """The same person in two rows: nobody can tell which is right, so none is used."""
    same: dict[str, list[_Member]] = defaultdict(list)
    for member in members:
        if member.identity is not None:
            same[member.identity].append(member)
    for group in same.values():
        if len(group) > 1:
            why = said(
                "同一个公民身份号码出现在第 {rows} 行；一人只能填一行，请核对改正。",
                rows=tuple(member.row.number for member in group),
            )
            for member in group:
                member.row.reject(IDENTITY, why)


class _Facts:
    """Reads the cells of a row into facts within the ranges the rules declare for them."""

    def __init__(self, policy: Policy, assessed_month: str) -> None:
        self._month = assessed_month
        group, member = policy.book.facts["group"], policy.book.facts["member"]
        residences = {"城市": "urban", "农村": "rural"}
        self._household: list[tuple[str, str, Parser[Any]]] = [
            ("区划代码", "county", _county(group["county"])),
            ("城乡类别", "residence", _within(group["residence"], choice(residences))),
            ("金融资产", "financial_assets", _within(group["financial_assets"], amount())),
            ("机动车数", "vehicles", _within(group["vehicles"], whole())),
            ("房产套数", "dwellings", _within(group["dwellings"], whole())),
            ("上月低保金", "last_amount", _within(group["last_amount"], amount())),
            ("超标起始月", "over_since", _within(group["over_since"], self._over_since)),
        ]
        self._member: list[tuple[str, str, Parser[Any]]] = [
            ("姓名", "name", text(longest=100)),
            ("残疾等级", "disability_grade", _grade(member["disability_grade"])),
            ("在校学生", "is_student", _within(member["is_student"], yes_no)),
            ("重病", "is_seriously_ill", _within(member["is_seriously_ill"], yes_no)),
            ("单亲", "is_single_parent", _within(member["is_single_parent"], yes_no)),
            ("工资性收入", "wage", _within(member["wage"], amount())),
            ("经营净收入", "business", _within(member["business"], amount())),
            ("财产净收入", "property", _within(member["property"], amount())),
            ("转移净收入", "transfer", _within(member["transfer"], amount())),
        ]
        self._birth = member["birth"]
        self._refused = _within(member["refused_jobs"], whole())

    def household(self, row: Row) -> dict[str, object]:
        return {name: row.read(label, parse) for label, name, parse in self._household}

    def member(self, row: Row) -> _Member:
        household = row.require(ID, _household_number)
        person = row.read(IDENTITY, self._identity)
        facts: dict[str, object] = {
            name: row.read(label, parse) for label, name, parse in self._member
        }
        number, facts["birth"] = (None, None) if person is None else person
        refused = row.read(REFUSED, self._refused)
        if refused is not None:
            facts["refused_jobs"] = refused
        return _Member(row, household, number, facts)

    def _identity(self, raw: Raw) -> tuple[str, object]:
        try:
            person = parse_identity_number(long_number_text(raw))
        except InvalidIdentityNumberError as error:
            raise BadCellError(str(error)) from error
        if f"{person.birth:%Y-%m}" > self._month:
            raise BadCellError(
                said(
                    "号码中的出生日期 {birth} 晚于核定月份 {month}；请核对号码。",
                    birth=person.birth,
                    month=Name(self._month),
                )
            )
        _check(self._birth, person.birth)
        return person.number, person.birth

    def _over_since(self, raw: Raw) -> str:
        since = month(raw)
        if since > self._month:
            raise BadCellError(
                said("超标起始月晚于核定月份 {month}；请核对后重新填写。", month=Name(self._month))
            )
        return since


def _check(fact: Fact, value: object) -> None:
    try:
        fact.read(value)
    except ValueError as error:
        raise BadCellError(said("{label}{wrong}。", label=fact.label, wrong=str(error))) from error


def _within(fact: Fact, parse: Parser[Any]) -> Callable[[Raw], object]:
    """A parser that also keeps to the range on which the exactness of the rules rests."""

    def read(raw: Raw) -> object:
        value: object = parse(raw)
        _check(fact, value)
        return value

    return read


def _grade(fact: Fact) -> Parser[Any]:
    parse = whole()

    def read(raw: Raw) -> int:
        try:
            value = parse(raw)
            _check(fact, value)
        except BadCellError as error:
            raise BadCellError(
                "残疾等级只能填 0 至 4 的数字，一级填 1，没有残疾填 0 或留空；请改正。"
            ) from error
        return value

    return read


def _county(fact: Fact) -> Parser[Any]:
    parse = code()

    def read(raw: Raw) -> str:
        division = parse(raw)
        if len(division) != 12 or not (division.isascii() and division.isdigit()):
            raise BadCellError("区划代码应为 12 位数字；请填写完整的 12 位统计用区划代码。")
        try:
            fact.read(division[:6])
        except ValueError as error:
            raise BadCellError(
                said(
                    "区划代码前六位“{code}”{wrong}；请改正。",
                    code=Name(division[:6]),
                    wrong=str(error),
                )
            ) from error
        return division[:6]

    return read
