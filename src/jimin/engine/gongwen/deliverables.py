"""The papers a plan names: to be written, to be revised, or to be carried out."""

import re
from collections.abc import Iterator
from typing import Literal

from jimin.engine.gongwen.context import Context
from jimin.engine.gongwen.model import Deliverable

Action = Literal["new", "revise", "implement"]

_TITLE = re.compile(r"《((?:[^《》\n]|《[^《》\n]{1,60}》){2,90})》")
_NEW = (
    "研究制定出台|研究制定|研究起草|研究出台|制定出台|制定印发|制定并实施|制定并落实|制定并印发|制定实施|制定完善|"
    "推动出台|尽快出台|编制完成|编制出台|编制印发|印发实施|出台实施|制定|制订|订立|出台|编制|编写|编印|印发|起草|"
    "拟订|拟定|拟制|草拟|发布|颁布"
)
_REVISE = "修订完善|修改完善|完善和落实|修订|修改|完善|健全"
_IMPLEMENT = (
    "贯彻落实|贯彻实施|贯彻执行|宣传贯彻|全面落实|认真落实|抓好落实|组织实施|深入实施|"
    "贯彻|落实|执行|实施|施行|推行"
)
_VERB = re.compile(rf"(?P<new>{_NEW})|(?P<revise>{_REVISE})|(?P<implement>{_IMPLEMENT})")
_BASIS = re.compile(r"根据|按照|依据|依照|遵照|参照|对照|结合|围绕|符合|列入|以$|按$")
_AFTER = re.compile(
    rf"(?:的)?(?:(?P<new>起草|制定|编制|出台|印发|送审|报批|颁布|发布)|(?P<revise>修订|修改|完善)|"
    rf"(?P<implement>{_IMPLEMENT}|宣传))"
)
_CHAIN = re.compile(r"(?:》|》\([^)]{1,30}\))(?:、|和|及|与|以及|,)?$")
_DONE = re.compile(r"^(?:了|过|的)|^[^《]{0,4}了$")
_KINDS = (
    "实施方案|工作方案|行动方案|行动计划|工作计划|应急预案|方案|实施意见|指导意见|意见|实施办法|管理办法|办法|规定|"
    "专项规划|发展规划|规划|实施细则|细则|条例|地方标准|工作规范|规范|指引|目录|清单|预案|规程|制度"
)
_UNNAMED = re.compile(
    rf"(?P<verb>{_NEW}|修订完善|修订)(?:并落实|和落实|好)?"
    rf"(?P<name>(?:(?!制定|出台|编制|修订|印发)[^,;。:《》\n\d]){{2,44}}?(?:{_KINDS}))"
    r"(?=等?[,;。:、\n]|等|$)"
)
_LISTED = re.compile(
    r"(?P<verb>建立)(?P<name>[^,;。:《》\n\d]{2,36}?(?:目录|清单))(?=[,;。、\n]|$)"
)


def read_deliverables(context: Context) -> list[Deliverable]:
    """Named papers 《…》 with their verb, then papers only described (制定…实施方案)."""
    found = [*_named(context), *_unnamed(context)]
    return sorted(found, key=lambda paper: paper.start)


def _named(context: Context) -> Iterator[Deliverable]:
    norm = context.norm
    last_end, last_verb, last_action = -1, "", ""
    for m in _TITLE.finditer(norm):
        start = m.start()
        if context.region_at(start) in ("review", "glossary") or context.sentence_at(start).is_past:
            continue
        before = norm[max(0, start - 36) : start].split("\n")[-1]
        verb_start, verb, action, rule, confidence = _verb_before(before, start)
        linked = start - last_end <= 3 and _CHAIN.search(norm[max(0, start - 36) : start])
        if not verb and last_verb and linked:
            verb_start, verb, action = start, last_verb, last_action
            rule, confidence = "并列承前", 0.85
        if not verb:
            after = _AFTER.match(norm, m.end())
            if after is None or _BASIS.search(before[-4:]):
                continue
            verb, action = after.group().removeprefix("的"), str(after.lastgroup)
            verb_start, rule, confidence = start, "书名号后接动词", 0.8
        last_end, last_verb, last_action = m.end(), verb, action
        node = context.outline.at(start)
        yield Deliverable(
            start=verb_start,
            end=m.end(),
            quote=context.text[verb_start : m.end()],
            name=context.text[start : m.end()],
            named=True,
            verb=verb,
            action=_action(action),
            node=node.start if node else None,
            confidence=confidence,
            rule=rule,
        )


def _verb_before(before: str, end: int) -> tuple[int, str, str, str, float]:
    """The verb that governs the title: the last before it, with no 根据 in between."""
    clause = re.split(r"[,;。:!?》]", before)[-1]
    matches = list(_VERB.finditer(clause))
    nothing = (end, "", "", "", 0.0)
    if not matches:
        return nothing
    m = matches[-1]
    between = clause[m.end() :]
    if len(between) > 16 or _BASIS.search(between) or (between and _DONE.match(between)):
        return nothing
    start = end - len(clause) + m.start()
    confidence = 0.95 if len(between) <= 6 else 0.85
    return start, m.group(), str(m.lastgroup), "动词加书名号", confidence


def _action(name: str) -> Action:
    if name == "new":
        return "new"
    return "revise" if name == "revise" else "implement"


def _unnamed(context: Context) -> Iterator[Deliverable]:
    norm = context.norm
    for pattern in (_UNNAMED, _LISTED):
        for m in pattern.finditer(norm):
            start = m.start()
            if m["name"] in ("制度", "标准", "政策制度", "意见", "办法", "规划"):
                continue
            if context.region_at(start) in ("review", "glossary"):
                continue
            if context.sentence_at(start).is_past or m["name"].startswith("了"):
                continue
            node = context.outline.at(start)
            yield Deliverable(
                start=start,
                end=m.end(),
                quote=context.text[start : m.end()],
                name=context.text[m.start("name") : m.end("name")],
                named=False,
                verb=m["verb"],
                action="revise" if m["verb"].startswith("修订") else "new",
                node=node.start if node else None,
                confidence=0.7,
                rule="动词加文种",
            )
