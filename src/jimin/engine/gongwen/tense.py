"""What is told about the past: last year's results are no targets."""

import re

from jimin.engine.gongwen.numerals import ordinal
from jimin.engine.gongwen.words import VERBS

_PAST_LEAD = re.compile(
    r"(?:一年来|(?:在)?(?:刚刚)?过去[一二两三四五的]|过去一年|去年(?![^,;。]{1,8}的)|上一?年度?(?![建启完开投立][^,;。]{0,8}的)(?!.{0,6}(?:的|人均|标准|同期))|五年来|近年来|"
    r"[一几]年以?来|这[一两三五]年|截[至止]|至目前|目前已|回顾|"
    r"[^,;。]{0,16}(?:报告|公报|数据|统计)[^,;。]{0,4}(?:显示|称|表明|提到))"
)
# This year so far is told, not planned: 今年以来，…; 1—6月，….
_SO_FAR_LEAD = re.compile(
    r"[从自]?20\d\d年[^,;。\d]{1,20}以来|"
    r"(?:今年|20\d\d年|年初|\d+月份?|[一二三]季度|上半年)以来|(?:今年)?1[-至到]\d{1,2}月份?,|[半一]年(?:多)?来,"
)
# 从2019年5月至2020年秋季,…
_SPAN_LEAD = re.compile(r"[从自]20\d\d ?年[^,;。]{0,8}?[至到](20\d\d) ?年")
_FIVE_YEARS = re.compile(r"“?(十[一二三四五六七])五”?(?:规划)?(?:时期|期间|以来|期?末)")
_NOW_LEAD = re.compile(
    r"(?:今年(?!上半年|以来|1[-至到])|明年|下一步|力争|确保|计划|今后|未来|要|将|新的一年|\d{4}年(?:是|的工作|,我们将))"
)
# 超额完成40所的年度目标任务 tells a result, unless it shall be so.
_RESULT = re.compile(
    r"(?:超额|提前|圆满|如期|顺利)(?:地)?(?:超额)?完成(?:了)?|完成(?:了)?(?:全年|年度|年初)[^,;。\d]{0,6}(?:目标|任务|计划)|"
    r"承诺[^,;。]{0,4}兑现(?!承诺)|"
    r"[均已各]超(?:过|出|额)?(?:年度|全年)(?:计划|目标|任务)"
)
_WILL_RESULT = re.compile(
    r"(?:四季度|年底(?:前)?|[月日]底?前)$|(?:确保|力争|争取|努力|保证|务必|推动|促进|[将要须能以])[^,;。]{0,12}$"
)
_YEAR = re.compile(r"(?:在|到|至)?(20\d\d) ?年(?!度?的?(?:基础|标准|水平))")
_PAST_CLAUSE = re.compile(
    r"已(?!经济|登记|备案|注册|有(?:的)?基础|建档|脱贫)|[一二三四五六七八九十几近]年来|共为|共?(?:征集|收集|收)到|曾[因经被获于]|最初的|"
    r"(?<!比)(?<!与)(?<!较)(?<!同)(?:去年|上年(?!度|末))(?!的?(?:同期|水平|基础|底|标准|实际)|[^,;。]{0,10}基础上)|"
    r"截[至止]|累计(?:发放|投入|投资|救助|完成|建成|实现|拨付|培训|销售|筹集|筹资)了?"
)
# What there is today, said of one sentence only: 目前，全市床位…张。
_STATE_LEAD = re.compile(r"(?:据(?:了解|悉|统计|介绍),)?(?:目前|现阶段|现有|现已)(?!的)")
_STATE = re.compile(r"目前|现有|(?<!每)就有|原有|共有(?!产)|实有|(?<![为除])了(?![解结])")
# 从目前的60%提高到…, 改造现有敬老院, 5个现有站点 and 在现有…基础上 tell no result.
_COMPARED_WITH = re.compile(r"[由从比较在与]$")
_WORKED_ON = re.compile(rf"(?:{VERBS}|[占对将把用托家个所处座]|利用|依托)$")
_FUTURE_CLAUSE = re.compile(
    r"确保|力争|争取|要|将|计划|预计|达到|不低于|不少于|新增|目标|提高到|年底|年内|全年"
)


def past_sentences(text: str, spans: list[tuple[int, int]], year: int) -> list[bool]:
    """Whether each sentence tells of the past; a paragraph that begins so goes on so."""
    flags: list[bool] = []
    past, previous_end = False, -1
    for start, end in spans:
        opens = previous_end < 0 or "\n" in text[previous_end:start]
        opens = opens and not _GOES_ON.match(text, start)
        opens = opens and text[max(0, previous_end - 1) : previous_end] not in (":", ";")
        before, past = past, past and not opens
        head = text[start : min(end, start + 50)].lstrip(" ")
        said = _tense_of(head, year)
        if said is not None:
            past = said
        states = _STATE_LEAD.match(head) is not None
        past = past or (opens and states and before)  # 目前，… goes on where the past was told
        past = past or (opens and before and _ALL_DONE.search(text[start:end]) is not None)
        flags.append(past or states or _tells_a_result(text, start, end))
        told = text[start : min(end, start + 200)]
        past = past or turned_to_the_past(told, year)
        if past and (flags[-1] or states):
            past = not _comes_to_the_plan(told, year)
        previous_end = end
    return flags


_ALL_DONE = re.compile(r"(?:圆满|顺利|如期|全面|基本)(?:完成|结束|建成|实现)。?$")
_LONGEST_REPORT = 400
_GOES_ON = re.compile(r" *(?:—|--|●|◆|■|▲|★|·)")  # a paragraph that goes on the list above
_BYLINE = re.compile(r"[^,;。:()]{0,16}(?:讯|日电)(?: |\([^()]{1,20}\))*(?=.)")


# 失业率为4.0%,比去年底下降0.1个百分点 has been measured.
_MEASURED = re.compile(
    r"(?<![作定调设改变升降增减])为\d[\d.]*(?:%|[\u4e00-\u9fff]{1,2})?,?(?:同比|环比|[比较](?:去年|上年|年初|上月|上季度))|"
    r"(?:低于|高于|好于|优于|比)[^,;。]{0,14}(?:既定|预期|控制)目标"
)


def _tells_a_result(text: str, start: int, end: int) -> bool:
    """Whether a sentence reports that the year's task has been done, and how far."""
    for pattern in (_RESULT, _MEASURED):
        for m in pattern.finditer(text, start, min(end, start + _LONGEST_REPORT)):
            if not _WILL_RESULT.search(text[max(start, m.start() - 16) : m.start()]):
                return True
    return False


def tells_how_far(text: str, start: int, end: int) -> bool:
    """Whether a sentence says what share of a task is done, or names the year as gone."""
    end = min(end, start + _LONGEST_REPORT)
    if _PAST_YEAR_NAMED.search(text, start, end):
        return True
    m = _SHARE_DONE.search(text, start, end)
    return m is not None and not _WILL_RESULT.search(text[max(start, m.start() - 16) : m.start()])


_PLAN_CLAUSE_LEAD = re.compile(
    r"[,;:] *(?:(?P<year>20\d\d)年|今年(?!以来|1[-至到]|上半年)|明年|下一步|下半年)[\u4e00-\u9fff,]"
)


def _comes_to_the_plan(told: str, year: int) -> bool:
    """Whether the last clause led by a year is of this one: 去年建成9个,今年再建8个。"""
    ends = [
        m.end() for m in _PLAN_CLAUSE_LEAD.finditer(told) if not m["year"] or int(m["year"]) >= year
    ]
    return bool(ends) and not turned_to_the_past(told[ends[-1] - 1 :], year)


# 记者从会议上获悉，… and 会议指出，… come before what is told.
_TOLD_BY = re.compile(
    r"[^,;。:]{0,24}(?:获悉|了解到?|悉|指出|介绍|表示|显示|强调|认为|透露|提出)[,:] *"
)
_PAST_CLAUSE_LEAD = re.compile(
    r"[,;:] *(?:(?:在|截[至止]到?)?(20\d\d)年(?:度|[底末]|全年)?|去年|目前|[一二三四五几]年来|"
    r"(?:今年)?1[-至到]\d{1,2}月份?),|"
    r"[,;:] *(20\d\d)年(?!度?[的前底末])[^,;。\d]{1,12}?(?:共计?|累计|已|了)"
)
_PAST_YEAR_NAMED = re.compile(r"过去的20\d\d年(?![^。]*(?:今年|明年|将))")  # 在过去的2021年,…
# 2021年新增就业3万人,完成全年任务的115%: how far the year's task has come, whatever the year.
_SHARE_DONE = re.compile(
    r"完成(?:全年|年度|年初)?[^,;。\d]{0,8}(?:目标|任务|计划)[^,;。\d]{0,4}的\d[\d.]*%(?!以上)"
)
_PAST_FIVE_LEAD = re.compile(rf"[,;:] *{_FIVE_YEARS.pattern},")


def turned_to_the_past(told: str, year: int) -> bool:
    """Whether a clause before the number is led by an earlier year, and none since by this."""
    ends = [m.end() for m in _PAST_CLAUSE_LEAD.finditer(told) if int(m[1] or m[2] or 0) < year]
    ends += [m.end() for m in _PAST_FIVE_LEAD.finditer(told) if _last_year(m[1]) < year]
    return bool(ends) and not turns_to_the_plan(told[max(ends) :], year)


def _last_year(plan: str) -> int:
    """The thirteenth five-year plan ended in 2020."""
    return 1955 + 5 * (ordinal(plan) or 0)


def _tense_of(head: str, year: int) -> bool | None:
    byline = _BYLINE.match(head)
    if byline:
        head = head[byline.end() :]
    told_by = _TOLD_BY.match(head)
    if told_by:
        told_in = _YEAR.match(head)
        if told_in and int(told_in[1]) < year:
            return True  # 2021年度考核结果显示,…
        head = head[told_by.end() :]
    if _SO_FAR_LEAD.match(head):
        return True
    five = _FIVE_YEARS.match(head)
    if five:
        return _last_year(five[1]) < year or five.group().endswith("以来")
    span = _SPAN_LEAD.match(head)
    if span:
        return int(span[1]) < year
    m = _YEAR.match(head)
    if m:
        return int(m[1]) < year
    if _NOW_LEAD.match(head):
        return False
    if _PAST_LEAD.match(head):
        return True
    return None


def tells_of_the_past(left: str, rest: str) -> bool:
    """A clause that says what has been done or is there, unless it says what shall be.

    `left` stands before the number, `rest` from the number to the end of its clause.
    """
    if _says_what_there_is(left):
        return True
    m = _PAST_CLAUSE.search(left + rest)
    if m is None or (m.group().startswith("累计") and re.match(r"[^,;。]{0,12}以上", rest)):
        return False
    return not _FUTURE_CLAUSE.search(left + rest) or m.group()[0] in "去上曾最"


def _says_what_there_is(told: str) -> bool:
    return any(not _is_no_result(told, m) for m in _STATE.finditer(told))


def _is_no_result(told: str, m: re.Match[str]) -> bool:
    before = told[max(0, m.start() - 8) : m.start()]
    if m.group() == "目前":
        return _COMPARED_WITH.search(before) is not None
    if m.group() in ("现有", "原有", "实有"):
        return _WORKED_ON.search(before) is not None or "基础上" in told[m.end() :]
    return False


_TURNS = re.compile(
    r"(?<!截至)(?<!截止)(?<!至)今年(?!以来|1[-至到]|上半年)|明年|下一步|力争|确保|(?<![\d去上年])年底|年内(?!共|累计|已)|下半年"
)
_YEAR_TOLD = re.compile(r"(?P<until>截[至止]到?|至|自|从)?(20\d\d)年")


def turns_to_the_plan(told: str, year: int) -> bool:
    """Whether a sentence that began with last year has come to this one (去年…，今年…)."""
    if _TURNS.search(told):
        return True
    return any(int(m[2]) >= year and not m["until"] for m in _YEAR_TOLD.finditer(told))


_ALREADY = re.compile(
    r"(?<![比与较同])(?:去年|上年)(?:底|末|度)?(?:已|新)?(?:建成|投用|完成|新建|启动|开工|实施)|"
    r"已(?!经济|登记|备案|注册)(?![^,;。]{1,10}的)|截[至止]|现有|共有(?!产)|累计(?:发放|投入|救助|完成|建成)"
)
_TURN = re.compile(r"[将要]|今年|明年|下一步|力争|确保|争取|计划|目标|年底|年内|全年|;")


def goes_on_in_the_past(told: str) -> bool:
    """已建成机构80家，照料中心200个: the second count is as past as the first."""
    ends = [m.end() for m in _ALREADY.finditer(told) if not _is_no_result(told, m)]
    return bool(ends) and not _TURN.search(told, ends[-1])
