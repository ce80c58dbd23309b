"""Which part of a text is last year's work, the plan, the glossary or an annex."""

import re

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
# The columns of a table copied cell by cell are no headings.
_COLUMN = re.compile(
    r"序号|(?:牵头|责任|配合|主办|承办)(?:单位|部门|科室|领导|人)|负责(?:科室|单位|部门|人)|联系(?:人|电话)|"
    r"(?:计划)?(?:完成|办理)?(?:时间|时限|期限)|备注"
)
_YEAR = re.compile(r"20\d\d|20xx|20XX")


def heading_region(title: str, year: int) -> RegionKind | None:
    """What a heading says about what follows it; None when it says nothing."""
    if _GLOSSARY.search(title):
        return "glossary"
    if _PROGRESS_ENDS.search(title):
        return "review"
    plan, review = _PLAN.search(title), _REVIEW.search(title)
    years = {int(y) for y in _YEAR.findall(title) if y.isdigit()}
    if review and not plan:
        return "review"
    if plan and not review:
        return "review" if years and max(years) < year and "完成" in title else "plan"
    return None


def read_regions(text: str, nodes: list[Node], year: int) -> list[Region]:
    """The regions in order, covering the text; each node is told the region it lies in."""
    marks: dict[int, RegionKind] = {0: "front"}
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
    return bool(_PLAN_NOW.search(title)) or str(year) in title


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
