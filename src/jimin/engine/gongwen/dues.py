"""By when a target or a milestone is due."""

import re
from datetime import date

from jimin.engine.gongwen.context import Clause, Context
from jimin.engine.gongwen.model import Node
from jimin.engine.gongwen.times import Time
from jimin.engine.gongwen.words import MODALITY

_BEGINS = re.compile(rf"(?:^|[,;:。!?\n \")(]|{MODALITY}|[要将是在了])$")
_REACH = 600  # how far back in one sentence a date is looked for
_LONGEST_ROW = 400
_FIRM = ("deadline", "period")


def stated_due(context: Context, clause: Clause, place: int) -> tuple[date | None, str]:
    """The date the text gives for what stands at `place`, and where it was found.

    Nearest first: before the number in its clause, after it, at the head of the next clause,
    at the head of an earlier clause of the sentence, and last a later year at the head of an
    earlier paragraph under the same section (到2020年，…).
    """
    sentence = context.sentence_at(place)
    own = context.times_between(clause.start, place)
    if any(time.kind == "year" and time.due == year_end(context) for time in own):
        return year_end(context), "句中时间"
    if due := _last(context, own):
        return due, "句中时间"
    if due := _first(context, context.times_between(place, clause.end)):
        return due, "数后时间"
    earlier = context.times_between(max(sentence.start, clause.start - _REACH), clause.start)
    leading = [time for time in earlier if _leads_a_clause(context, time)]
    ruling = _last(context, leading) or _this_year_leads(context, leading)
    following = context.times_between(clause.end, min(clause.end + 2, sentence.end))
    if due := _first(context, following):
        rest = context.norm[following[0].end : following[0].end + 12]
        if not re.search(r"\d", rest) and (ruling is None or due <= ruling):
            return due, "后句时间"
    if ruling:
        return ruling, "前句时间"
    if due := _of_the_row(context, place) or _of_the_task(context, place):
        return due, "任务时限"
    if due := _horizon(context, place):
        return due, "段首期限"
    return None, ""


def default_due(context: Context) -> date:
    """The last day of the plan: of its year, or of the years its title tells."""
    return context.default_due


def year_end(context: Context) -> date:
    """What an annual plan means when it names no day."""
    return date(context.year, 12, 31)


def _this_year_leads(context: Context, leading: list[Time]) -> date | None:
    """2010年供养率达到…,新增床位…: in a plan for several years the first year is named too."""
    end = year_end(context)
    named = any(time.kind == "year" and time.due == end for time in leading)
    return end if named and default_due(context) == end else None


def _usable(context: Context, time: Time) -> bool:
    return (
        time.due is not None
        and time.due.year >= context.year
        and (time.kind in _FIRM or (time.kind == "year" and time.due.year > context.year))
    )


def _leads_a_clause(context: Context, time: Time) -> bool:
    """确保到2017年底，… rules what follows; 张家口市的“十三五”期间规划 only names a paper."""
    before = context.norm[max(0, time.start - 6) : time.start]
    return bool(_BEGINS.search(before))


def _last(context: Context, times: list[Time]) -> date | None:
    return next((time.due for time in reversed(times) if _usable(context, time)), None)


def _first(context: Context, times: list[Time]) -> date | None:
    return next((time.due for time in times if _usable(context, time)), None)


_LIMIT = re.compile(r"(?:完成|办理|落实)?(?:时限|时间|期限)[:](?:20\d\d年)?[^,;。)\n]{1,16}")


def _of_the_row(context: Context, place: int) -> date | None:
    """In a table the limit stands in a later cell of the row."""
    start, end = context.lines.around(place)
    if end - start > _LONGEST_ROW or "|" not in context.norm[start:end]:
        return None
    cell = context.norm.find("|", place, end)
    return _last(context, context.times_between(cell, end)) if cell > 0 else None


def _of_the_task(context: Context, place: int) -> date | None:
    """(责任单位:…;完成时限:9月底前) at the end of a task is for all of it."""
    node = context.outline.at(place)
    if node is None or node.end - place > _REACH:
        return None
    m = _LIMIT.search(context.norm, place, node.end)
    return _last(context, context.times_between(m.start(), m.end())) if m else None


def _horizon(context: Context, place: int) -> date | None:
    section = None
    for node in context.outline.path(context.outline.at(place)):
        section = node
        if node.family not in ("run_in", "yishi", "yiyao", "first"):
            break
    if section is None:
        return context.horizons.before(None, place) or context.horizons.before(
            context.lines.around(place)[0], place
        )
    return context.horizons.before(section.start, place) or _of_the_heading(context, section)


def _of_the_heading(context: Context, section: Node) -> date | None:
    """三、“十一五”期间的任务指标 rules all sections below it."""
    for node in context.outline.path(section):
        if due := context.horizons.in_heading(node.start, node.heading_end):
            return due
    return None
