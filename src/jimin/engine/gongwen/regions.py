"""Which part of a text is last year's work, the plan, the glossary or an annex."""

import re
from bisect import bisect_left

from jimin.engine.gongwen.model import Node, Region, RegionKind

_REVIEW = re.compile(
    r"回顾|工作总结|总结$|工作情况|完成情况|开展情况|进展情况|执行情况|主要成[效绩就]|工作成[效绩]|"
    r"取得(?:的|了)?(?:新|明显|显著)?(?:成效|进展|成就|成绩)|存在的?(?:主要)?(?:困难|问题|不足)|"
    r"基本(?:情况|概况)$|^(?:[市区县镇乡]情)?概况$|(?:规划|发展|编制|起草)背景|发展基础|现实基础|发展现状|面临(?:的)?形势|过去[一五]年|(?:上一?|去)年(?:度)?(?:的)?(?:主要)?工作"
)
# 主要目标完成情况 tells what has come of the goals.
_PROGRESS_ENDS = re.compile(r"(?:完成|执行|进展|落实|推进|办理|实施|贯彻|开展)情况(?:如下)?$")
# Enough to make a part of a section a review although the section is none.
_REVIEW_WITHIN = re.compile(r"回顾|发展基础|存在的?(?:主要)?(?:困难|问题|不足)$")
_PLAN = re.compile(r"打算|安排|计划|目标|任务|思路|要点|重点|部署|举措|措施|建议|谋划|要求")
# Enough to end a review: 重点 or 举措 also stand in headings about last year.
_PLAN_NOW = re.compile(
    r"打算|计划|思路|要点|下一步|今年|明年|主要任务|目标任务|重点任务|预期目标|工作安排|工作目标"
)
_GLOSSARY = re.compile(
    r"(?:有关|相关|部分)?(?:名词|术语|用语)(?:解释|注释|说明)[:]?$|(?:名词|术语|用语)$|^注释[:]?$|^注[:]"
)
_ANNEX = re.compile(r"附件\d*[:]?(?=\s|$|[^:]{0,40}$)|附表")
# A sentence that ends what such a lead began: 下一步,要新建…
_NEXT_STEPS = re.compile(r"(?<=[。\n ])(?:下一步|下一阶段|下半年|明年)[^。\n]{0,6}[,要将]")
_LONGEST_LEAD = 300
_PLAN_AHEAD = re.compile(r"打算|计划|思路|安排|下一步")
# The columns of a table copied cell by cell are no headings.
_COLUMN = re.compile(
    r"序号|(?:牵头|责任|配合|主办|承办)(?:单位|部门|科室|领导|人)|负责(?:科室|单位|部门|人)|联系(?:人|电话)|"
    r"(?:计划)?(?:完成|办理)?(?:时间|时限|期限)|备注"
)
_YEAR = re.compile(r"20\d\d|20xx|20XX")
# 今年重点工作总结 reviews, whatever 重点 says; 总结和计划 does both.
_REVIEW_ENDS = re.compile(r"(?:总结|回顾)$")
_REVIEW_AND_PLAN = re.compile(r"[及和与、暨].*(?:总结|回顾)$")
# 主要做了以下工作: what follows has been done, until a section says what shall be.
_REVIEW_LEAD = re.compile(
    r"(?:做了|开展了|完成了)(?:以下|如下)[^,;。:\n]{0,8}工作:|"
    r"(?:进展|完成|工作|开展|落实)情况(?:总结|汇报|通报|报告)?如下:|"
    r"总结(?:汇报|报告)?如下:|(?:成效|成绩|进展)[^。:\n]{0,12}[,。]主要(?:体现|表现|反映)在[^,;。:\n]{0,12}:"
)
# A text that lost its line breaks: 一、上半年工作总结1、…
_RUN_TOGETHER = re.compile(
    r"(?<![一二三四五六七八九十])[一二三四五六七八九十]、"
    r"(?:([^,;。:\n、]{2,20}?(?:总结|回顾|情况|成[效绩]|打算|计划|安排|思路|目标|任务|要点)) ?"
    r"(?=1[、.]|\([一1]\))|"
    r"([^;。:\n 、]{4,24}) (?=\S))"
)
_EARNED = re.compile(r"成绩|成效|成就|成果|亮点|历程|来之不易")


def heading_region(title: str, year: int) -> RegionKind | None:
    """What a heading says about what follows it; None when it says nothing."""
    if _GLOSSARY.search(title):
        return "glossary"
    if _PROGRESS_ENDS.search(title):
        return "review"
    if _REVIEW_ENDS.search(title) and not _REVIEW_AND_PLAN.search(title):
        return "review"
    plan, review = _PLAN.search(title), _REVIEW.search(title)
    years = {int(y) for y in _YEAR.findall(title) if y.isdigit()}
    if review and not plan:
        return "review"
    if years and max(years) < year and not plan and _EARNED.search(title):
        return "review"  # 2015年我们奋力拼搏,成绩来之不易
    if plan and not review:
        return "review" if years and max(years) < year and "完成" in title else "plan"
    return None


def read_regions(text: str, nodes: list[Node], year: int) -> list[Region]:
    """The regions in order, covering the text; each node is told the region it lies in."""
    marks: dict[int, RegionKind] = {0: "front"}
    marks.update(_leads(text))
    marks.update(_run_together(text, nodes, year))
    marks.update(_unnumbered_headings(text, nodes, year))
    section_starts = sorted(marks)
    by_start = {node.start: node for node in nodes}
    section: RegionKind = "plan"
    pending = iter(section_starts)
    upcoming = next(pending, None)
    for node in nodes:
        while upcoming is not None and upcoming <= node.start:
            section = "plan" if marks[upcoming] == "front" else marks[upcoming]
            upcoming = next(pending, None)
        parent = by_start.get(node.parent) if node.parent is not None else None
        inherited = section
        if parent is not None and section not in ("glossary", "annex"):
            inherited = parent.region
        said = heading_region(node.title, year) if node.family not in ("yishi", "yiyao") else None
        if section == "review" and said == "plan" and not _says_now(node.title, year):
            said = None
        if parent is None and said == "plan":
            section = "plan"
        decides = parent is None or said == "glossary" or _REVIEW_WITHIN.search(node.title)
        node.region = said if said and decides else inherited
        if parent is not None and parent.region == "glossary":
            node.region = "glossary"
        marks[node.start] = node.region
    return _spans(text, marks)


def _says_now(title: str, year: int) -> bool:
    """Whether a heading ends a review; the later clauses of a sentence are no heading."""
    heading = title.split(",")[0]
    return bool(_PLAN_NOW.search(heading)) or str(year) in heading


def _leads(text: str) -> dict[int, RegionKind]:
    """Where a paragraph that tells of both (总结和打算汇报如下) leads on, headings must tell."""
    marks: dict[int, RegionKind] = {}
    ends = [m.start() for m in _NEXT_STEPS.finditer(text)]
    for m in _REVIEW_LEAD.finditer(text):
        lowest = max(0, m.start() - _LONGEST_LEAD)
        begins = max(
            text.rfind("\n", lowest, m.start()), text.rfind("。", lowest, m.start()), lowest
        )
        if _PLAN_AHEAD.search(text, begins, m.end()):
            continue
        marks[m.end()] = "review"
        following = bisect_left(ends, m.end())
        if following < len(ends):
            marks[ends[following]] = "plan"
    return marks


def _run_together(text: str, nodes: list[Node], year: int) -> dict[int, RegionKind]:
    numbered = {node.start for node in nodes}
    marks: dict[int, RegionKind] = {}
    for m in _RUN_TOGETHER.finditer(text):
        said = heading_region(m[1] or m[2], year)
        if said and m.start() not in numbered:
            marks[m.start()] = said
    return marks


def _unnumbered_headings(text: str, nodes: list[Node], year: int) -> dict[int, RegionKind]:
    numbered = {node.start for node in nodes}
    marks: dict[int, RegionKind] = {}
    before = ""
    for m in re.finditer(r"(?m)^[ ]*([^\n]{2,40})$", text):
        line = m[1].strip()
        start = m.start(1)
        column, before = _COLUMN.fullmatch(before), line
        if (
            start in numbered
            or column
            or not line
            or (line[-1] in "。;,:、!?" and not _GLOSSARY.search(line))
        ):
            continue
        if _ANNEX.match(line):
            marks[start] = "annex"
        elif "," not in line:
            said = heading_region(line, year)
            if said:
                marks[start] = said
    return marks


def _spans(text: str, marks: dict[int, RegionKind]) -> list[Region]:
    spans: list[Region] = []
    starts = sorted(marks)
    for start, following in zip(starts, [*starts[1:], len(text)], strict=True):
        kind = marks[start]
        if spans and spans[-1].kind == kind:
            spans[-1] = Region(spans[-1].start, following, kind)
        elif following > start:
            spans.append(Region(start, following, kind))
    return spans
