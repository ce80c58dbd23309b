"""When something is due: every expression of time with its last day."""

import re
from calendar import monthrange
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from jimin.engine.gongwen.numerals import chinese_number, ordinal

Kind = Literal["deadline", "year", "period", "start", "mention"]


@dataclass(frozen=True, slots=True)
class Time:
    """`deadline` and `period` give a due date; `year` is a bare 2016年; the rest only mention."""

    start: int
    end: int
    due: date | None
    kind: Kind


_YEAR = r"(?P<y>20\d\d|二[〇零][一二三四五六七八九〇零]{2})"
_MONTH = r"(?P<m>1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])"
_DAY = r"(?P<d>3[01]|[12]\d|0?[1-9])"
_BEFORE = r"(?P<before>以前|之前|前)?"
_FROM = r"(?P<from>自|从)?"
_TO = r"(?P<to>[到至截在于](?:止)?)?"


def _number(words: str) -> int:
    """The year or month, in digits or Chinese numerals."""
    if words.isdigit() and words.isascii():
        return int(words)
    if len(words) == 4:
        value = chinese_number(words)
        return int(value) if value is not None else 0
    return ordinal(words) or 0


def _last_day(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])


def _month_due(year: int, month: int, *, before: bool) -> date:
    """The end of the month; “10月前” is the end of September."""
    if not before:
        return _last_day(year, month)
    return date(year - 1, 12, 31) if month == 1 else _last_day(year, month - 1)


Reading = tuple[date | None, Kind]


def _span(m: re.Match[str], _year: int) -> Reading:
    return date(_number(m["y2"]), 12, 31), "period"


def _full_date(m: re.Match[str], year: int) -> Reading:
    y = _number(m["y"]) if m.groupdict().get("y") else year
    month, day = _number(m["m"]), int(m["d"])
    if m.groupdict().get("from"):
        return None, "start"
    due = date(y, month, min(day, monthrange(y, month)[1]))
    return due, "deadline" if m["before"] or m["to"] else "mention"


def _month(m: re.Match[str], year: int) -> Reading:
    stated = m.groupdict().get("y")
    y = _number(stated) if stated else year
    month, ends = _number(m["m"]), m["ends"]
    if m.groupdict().get("from"):
        return None, "start"
    due = _month_due(y, month, before=bool(m["before"]) and not ends)
    return due, "deadline" if ends or m["before"] or m["to"] else "mention"


def _whole_year(m: re.Match[str], _year: int) -> Reading:
    y = _number(m["y"])
    if m["from"]:
        return None, "start"
    firm = bool(m["ends"] or m["before"] or (m["to"] and m["to"][0] in "到至"))
    return date(y, 12, 31), "deadline" if firm else "year"


def _this_year(m: re.Match[str], year: int) -> Reading:
    return date(year, 12, 31), "period"


def _next_year(m: re.Match[str], year: int) -> Reading:
    return date(year + 1, 12, 31), "deadline"


def _half(m: re.Match[str], year: int) -> Reading:
    return date(year, 6 if m["half"] == "上" else 12, 30 if m["half"] == "上" else 31), "deadline"


def _quarter(m: re.Match[str], year: int) -> Reading:
    number = ordinal(m["q"]) or 0
    return _last_day(year, 3 * number), "deadline"


def _five_years(m: re.Match[str], _year: int) -> Reading:
    """The n-th five-year plan ends in 1955 + 5n: the thirteenth in 2020."""
    number = ordinal(m["n"])
    if number is None or not m["when"]:
        return None, "mention"
    return date(1955 + 5 * number, 12, 31), "deadline"


def _some_years(m: re.Match[str], year: int) -> Reading:
    number = 2 if m["n"] == "两" else _number(m["n"])
    return (date(year + number - 1, 12, 31), "deadline") if 1 < number < 10 else (None, "mention")


def _mention(m: re.Match[str], _year: int) -> Reading:
    return None, "mention"


_FORMS: list[tuple[re.Pattern[str], Callable[[re.Match[str], int], Reading]]] = [
    (re.compile(rf"{_YEAR} ?年? ?[-至到] ?(?P<y2>20\d\d) ?年(?:度|底|末)?"), _span),
    (
        re.compile(rf"{_TO}{_FROM}{_YEAR} ?年 ?{_MONTH} ?月 ?{_DAY} ?[日号]{_BEFORE}起?"),
        _full_date,
    ),
    (
        re.compile(
            rf"{_TO}{_FROM}{_YEAR} ?年 ?{_MONTH} ?月份?(?P<ends>底|末|中旬|上旬|下旬)?{_BEFORE}"
        ),
        _month,
    ),
    (
        re.compile(rf"{_TO}{_FROM}{_YEAR} ?年(?:度)?(?P<ends>年?[底末])?{_BEFORE}"),
        _whole_year,
    ),
    (re.compile(rf"(?:每月|每周|每季度){_DAY}[日号](?:前|之前|以前)?"), _mention),
    (re.compile(rf"{_TO}{_FROM}(?<!\d){_MONTH} ?月 ?{_DAY} ?[日号]{_BEFORE}"), _full_date),
    (re.compile(r"\d{1,2}[-至到]\d{1,2}月份?"), _mention),
    (
        re.compile(rf"{_TO}{_FROM}(?<!\d){_MONTH} ?月(?! ?\d)份?(?P<ends>底|末)?{_BEFORE}"),
        _month,
    ),
    (re.compile(r"[到至]?明年[底末]?(?:前|之前|以前)?"), _next_year),
    (
        re.compile(
            r"全年|年内|年度内|[到至今本]?年[底末](?:前|之前|以前)?|今年(?:内|以内)?|本年度?"
        ),
        _this_year,
    ),
    (re.compile(r"(?P<half>[上下])半年"), _half),
    (re.compile(r"[到至]?第?(?P<q>[一二三四1-4])季度[末底]?(?:前|之前|以前)?"), _quarter),
    (
        re.compile(r"[到至]?“?(?P<n>十[一二三四五六七])五”?(?P<when>期?末|期间|时期|结束)?"),
        _five_years,
    ),
    (
        re.compile(
            r"(?:用|在|力争|未来|今后|奋战|经过|利用) ?(?P<n>[2-9两二三四五]) ?年"
            r"(?:左右)?(?:的?时间|内)?"
        ),
        _some_years,
    ),
    (
        re.compile(
            r"(?<![\d十前过近第])(?P<n>[2-5两三四五]) ?年"
            r"(?=实现|培训|完成|建成|新增|新建|改造|投入|培育|引进)"
        ),
        _some_years,
    ),
    (re.compile(r"20\d\d(?=年?度?(?:民政|工作|重点))"), _mention),
    (re.compile(r"19\d\d年"), _mention),
]
_DONE = re.compile(r"(?:全部|全面|正式|基本)?(?:完成|建成|开工|启动|竣工|投入|实现|印发|出台)")
_HINT = re.compile(r"[年月季]|十[一二三四五六七]五")


def find_times(text: str, year: int) -> list[Time]:
    """Every expression of time in normalised text, in order, none overlapping another."""
    found = sorted(_all(text, year), key=lambda time: (time.start, time.start - time.end))
    times: list[Time] = []
    for time in found:
        if not times or time.start >= times[-1].end:
            times.append(time)
    return times


def _all(text: str, year: int) -> Iterator[Time]:
    if not _HINT.search(text):
        return
    for pattern, read in _FORMS:
        for m in pattern.finditer(text):
            try:
                due, kind = read(m, year)
            except ValueError:  # 2月30日, or a year beyond the calendar
                due, kind = None, "mention"
            if kind == "mention" and due and _DONE.match(text, m.end()):
                kind = "deadline"
            yield Time(m.start(), m.end(), due, kind)
