"""Tables that share tasks out: a row's task, who leads, who helps, and by when."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from jimin.engine.gongwen.context import Context
from jimin.engine.gongwen.model import AnnexRow
from jimin.engine.gongwen.normalise import normalise
from jimin.engine.gongwen.times import find_times

_TASK = re.compile(r"任务|事项|工作内容|内容|项目|措施|举措|指标|要点|工作")
_TASK_FIRST = ("具体任务", "工作任务", "重点任务", "主要任务", "任务", "内容", "事项", "项目")
_LEAD = re.compile(
    r"(?:牵头|责任|主办|承办|负责|主责|落实)(?:单位|部门|科室|处室|股室|领导)?|主办|牵头"
)
_HELP = re.compile(r"(?:配合|协办|协同|参与|协助)(?:单位|部门|科室|处室|股室)?")
_PERSON = re.compile(r"责任人|负责人|联系人|责任领导|分管领导|牵头领导")
_LIMIT = re.compile(r"时限|时间|期限|节点|进度")
_NUMBER = re.compile(r"(?:序号|编号|No\.?)")
_ROW_NUMBER = re.compile(r"^[\d一二三四五六七八九十]{1,3}[、.．]?$")
_UNITS = re.compile(r"[、,，;；/ ]+|(?<=[局处科委室办部院站所会])和")
_OWN_NUMBER = re.compile(
    r"^(?:\d{1,2}[.、．](?!\d)|[(（]?[一二三四五六七八九十\d]{1,3}[)）]|[一二三四五六七八九十]{1,3}、)\s*"
)


@dataclass(frozen=True, slots=True)
class _Columns:
    task: int
    lead: int | None
    partners: int | None
    person: int | None
    limit: int | None


def read_annexes(context: Context) -> list[AnnexRow]:
    """The rows of every table whose heading names tasks beside units or limits."""
    rows: list[AnnexRow] = []
    columns: _Columns | None = None
    above: tuple[str, str, date | None] = ("", "", None)
    for start, cells in _lines(context.text):
        if len(cells) < 2:
            columns = columns if _is_group(cells) and columns else None
            continue
        headed = _columns(cells)
        if headed is not None:
            columns, above = headed, ("", "", None)
            continue
        if columns is None:
            continue
        row = _row(context, columns, cells, start, above)
        if row is not None:
            rows.append(row)
            above = (row.lead, "、".join(row.partners), row.due)
    return rows


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    for m in re.finditer(r"[^\r\n]+", text):
        yield m.start(), m.group().split("\t")


def _is_group(cells: list[str]) -> bool:
    """A row merged over the whole width names a group of rows: 一、兜底保障."""
    return (
        len(cells) == 1 and 0 < len(cells[0].strip()) <= 40 and cells[0].strip()[-1] not in "。；"
    )


def _columns(cells: list[str]) -> _Columns | None:
    """Which column is what, if this row is a heading."""
    names = [re.sub(r"\s", "", cell) for cell in cells]
    if any(len(name) > 14 for name in names):
        return None

    def of(pattern: re.Pattern[str], *taken: int | None) -> int | None:
        places = (n for n, name in enumerate(names) if pattern.search(name) and n not in taken)
        return next(places, None)

    person = of(_PERSON)
    partners = of(_HELP, person)
    lead = of(_LEAD, person, partners)
    limit = of(_LIMIT, person, partners, lead)
    used = {person, partners, lead, limit}
    open_columns = [n for n, name in enumerate(names) if n not in used and not _NUMBER.search(name)]
    wanted = [n for word in _TASK_FIRST for n in open_columns if word in names[n]]
    task = next(iter(wanted), None)
    if task is None:
        task = next((n for n in open_columns if _TASK.search(names[n])), None)
    if task is None or (lead is None and partners is None and limit is None):
        return None
    return _Columns(task, lead, partners, person, limit)


def _row(
    context: Context,
    columns: _Columns,
    cells: list[str],
    start: int,
    above: tuple[str, str, date | None],
) -> AnnexRow | None:
    def cell(column: int | None) -> str:
        return cells[column].strip() if column is not None and column < len(cells) else ""

    title = _OWN_NUMBER.sub("", cell(columns.task))
    if len(title) < 2 or _ROW_NUMBER.match(title):
        return None
    units = [unit for unit in _UNITS.split(cell(columns.lead)) if unit]
    helpers = [unit for unit in _UNITS.split(cell(columns.partners)) if unit]
    if not units and not helpers and above[0]:  # a cell merged over rows
        units = [above[0]]
        helpers = [unit for unit in above[1].split("、") if unit]
    place = start + sum(len(text) + 1 for text in cells[: columns.task])
    place += len(cells[columns.task]) - len(cells[columns.task].lstrip())
    due = _due(cell(columns.limit), context.year)
    return AnnexRow(
        start=place,
        end=place + len(cell(columns.task)),
        quote=cell(columns.task),
        row_start=start,
        row_end=start + len("\t".join(cells)),
        title=title,
        lead=units[0] if units else "",
        partners=tuple(dict.fromkeys([*units[1:], *helpers])),
        person=cell(columns.person),
        due=due if due or cell(columns.limit) else above[2],
        confidence=0.9 if units else 0.75,
        rule="附表",
    )


def _due(limit: str, year: int) -> date | None:
    times = [time.due for time in find_times(normalise(limit), year) if time.due is not None]
    return times[-1] if times else None
