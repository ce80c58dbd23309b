"""What can be checked although it has no number: 全部纳入, 不低于扶贫标准, 杜绝, 年内完成."""

import re
from collections.abc import Callable, Iterator
from decimal import Decimal

from jimin.engine.gongwen.context import Clause, Context
from jimin.engine.gongwen.dues import default_due, stated_due
from jimin.engine.gongwen.model import Comparator, Proposal, ProposalKind, Target
from jimin.engine.gongwen.subjects import clean

_CLAUSE = re.compile(r"[^,;:。!?\n]+")
_FURTHEST = 200  # from what is proposed to the words that say what it is about
_REGULARLY = re.compile(
    r"(?:每月|每周|每季度?|每半年|每年|按月|按季度?|每季度末)[^,;。]{0,10}?(?:上报|报送|报告|通报|汇总|公布|公开)"
)
# The part without a number of 全面覆盖城市社区和90%以上村.
_ALL_BESIDE = re.compile(
    r"(?:全面覆盖|覆盖(?:所有|全部|全市|全县|全区))(?!率)[^,;。\d]{2,16}?(?=(?:[、和及与]|以及)\d)"
)
_HINT = re.compile(
    r"不低于|不少于|高于|达到|所有|全部|全覆盖|全面覆盖|尽|每[名个位户人]|到位|落实$|落实[、。]|无|零|不|杜绝|遏制|"
    r"每[月周季年半]|按[月季]|一[^一]{1,3}一|A|星级|完成|建成|启动|开工|竣工|投|上报|运行|翻"
)

_ZERO = re.compile(
    r"(?:无|不发生|零|未发生|不出现)(?:任何|一起|重特?大|较大)?[^,;。]{0,10}"
    r"(?:事故|上访|返贫|事件|投诉|死亡|案件|差错)|(?:坚决)?(?:杜绝|遏制)[^,;。]{2,16}"
)
_NOT_TO_BE = re.compile(
    r"确保[^,;。]{0,16}不(?:倒流|上行|漏|返贫|反弹|失控|出事|掉队|脱节|断档|缺位)[^,;。]{0,10}"
)
_ALL = re.compile(
    r"应[保救养退兜纳助补][尽全][保救养退兜纳助补]|全覆盖|全面覆盖|覆盖(?:全市|全县|全区|所有|全部)"
)
_ALL_OF = re.compile(
    r"(?:所有(?!制|权)|全部)(?=[^,;。]{0,40}(?:纳入|达标|建立|建成|完成|保障|覆盖|实现|落实|配备|达到|接入|上线|公开|"
    r"办结|发放|安置|参保))|(?:纳入|达标|建立|建成|完成|覆盖|落实|发放|入住|签约)[^,;。]{0,8}全部|全部(?:纳入|完成)"
)
_EACH = re.compile(r"每[名个位户人](?!月|年|季)[^,;。]{1,20}(?:都|均)")
_ENSURED = re.compile(r"确保[^,;。]{2,24}(?:到位|落实)$")
_RELATIVE = re.compile(
    r"(?P<cue>不低于|不少于|不高于|不超过|高于|低于|达到|等于|与)(?P<level>[^,;。\d]{2,24}?"
    r"(?:标准|水平|要求|贫困线|扶贫线|增速|增幅|平均|同步))(?![^,;。]{0,12}\d)"
)
_FALLS = re.compile(r"只减不增|只增不减|稳中有[升降]|零增长|实现双下降")
_ONE_EACH = re.compile(
    r"一(?P<per>区|街道|社区|单位|村|县|市|乡镇|镇|乡|户|人|院|企|校|馆|所|站|机构|小区)一"
    r"(?!体|致|定|般|直|样|样|起)(?P<what>[\u4e00-\u9fff]{1,2})"
)
_GRADE = re.compile(
    r"(?:创建|申报|争创|评定|达到|建成|创成|推进)[^,;。]{0,12}?(?P<grade>[1-5]A|A{2,5}|[三四五一二]星)[”\"]?级?"
)
_DONE = re.compile(
    r"(?P<done>完成|建成|启动|开工|竣工|投入使用|投入运营|投用|上线|试运行|正式上报|上报|出台|印发)"
)
_TIMES_TWO = re.compile(r"翻(?P<times>一|两|三)?番")

Found = tuple[int, int, Decimal | str | None, str, Comparator, float, str]
Finder = Callable[[str], Iterator[Found]]


def _whole(
    pattern: re.Pattern[str],
    value: Decimal | str | None,
    unit: str,
    comparator: Comparator,
    confidence: float,
    rule: str,
) -> Finder:
    def find(clause: str) -> Iterator[Found]:
        m = pattern.search(clause)
        if m and not _is_quoted(clause, m.start()):
            yield m.start(), m.end(), value, unit, comparator, confidence, rule

    return find


def _is_quoted(clause: str, place: int) -> bool:
    """“一门受理全覆盖” as a slogan proposes nothing."""
    return clause.count("“", 0, place) > clause.count("”", 0, place)


def _relative(clause: str) -> Iterator[Found]:
    m = _RELATIVE.search(clause)
    if m is None or (m["cue"] == "与" and not m["level"].endswith("同步")):
        return
    comparators: dict[str, Comparator] = {
        "不高于": "<=", "不超过": "<=", "高于": ">", "低于": "<", "等于": "=", "与": "=",
    }  # fmt: skip
    confidence = 0.6 if m["cue"] == "达到" else 0.85
    comparator = comparators.get(m["cue"], ">=")
    yield m.start(), m.end(), None, "", comparator, confidence, f"参照水平：{m['cue']}"


def _one_each(clause: str) -> Iterator[Found]:
    for m in _ONE_EACH.finditer(clause):
        yield m.start(), m.end(), Decimal(1), f"个/{m['per']}", ">=", 0.75, "一…一…"


def _graded(clause: str) -> Iterator[Found]:
    m = _GRADE.search(clause)
    if m:
        yield m.start(), m.end(), m["grade"], "等级", ">=", 0.7, "创建等级"


def _multiple(clause: str) -> Iterator[Found]:
    m = _TIMES_TWO.search(clause)
    if m:
        value = {"两": 4, "三": 8}.get(m["times"] or "一", 2)
        yield m.start(), m.end(), Decimal(value), "倍", ">=", 0.85, "翻番"


_FINDERS: list[tuple[ProposalKind, Finder]] = [
    ("zero", _whole(_ZERO, Decimal(0), "起", "<=", 0.85, "无、杜绝")),
    ("zero", _whole(_NOT_TO_BE, Decimal(0), "件", "<=", 0.75, "确保不…")),
    ("universal", _whole(_ALL, Decimal(100), "%", ">=", 0.8, "全覆盖")),
    ("universal", _whole(_ALL_OF, Decimal(100), "%", ">=", 0.75, "所有、全部")),
    ("universal", _whole(_EACH, Decimal(100), "%", ">=", 0.75, "每…都")),
    ("universal", _whole(_ENSURED, Decimal(100), "%", ">=", 0.65, "确保…到位")),
    ("relational", _relative),
    ("relational", _whole(_FALLS, None, "", "<=", 0.7, "只减不增")),
    ("per_unit", _one_each),
    ("grade", _graded),
    ("multiple", _multiple),
]


def read_proposals(context: Context, targets: list[Target]) -> list[Proposal]:
    """One proposal a clause and kind, in clauses without a numeric target and not of the past."""
    taken = {target.clause_start for target in targets}
    spans = [(target.start, target.end) for target in targets]
    proposals: list[Proposal] = []
    next_target = 0
    milestone_sentence = -1
    for m in _CLAUSE.finditer(context.norm):
        while next_target < len(spans) and spans[next_target][1] <= m.start():
            next_target += 1
        numeric = next_target < len(spans) and spans[next_target][0] < m.end()
        if not _HINT.search(m.group()) or not _is_of_the_plan(context, m):
            continue
        numeric = numeric or m.start() in taken
        found = list(_beside(context, m)) if numeric else list(_found(context, m))
        if not found and not numeric:
            sentence = context.sentence_at(m.start()).start
            milestone = _milestone(context, m, follows=milestone_sentence == sentence)
            if milestone is not None:
                found = [milestone]
                milestone_sentence = sentence
        proposals.extend(found)
    return proposals


def _is_of_the_plan(context: Context, m: re.Match[str]) -> bool:
    if context.region_at(m.start()) in ("review", "glossary"):
        return False
    return not context.sentence_at(m.start()).is_past and "《" not in m.group()[:1]


def _found(context: Context, m: re.Match[str]) -> Iterator[Proposal]:
    kinds: set[ProposalKind] = set()
    for kind, find in _FINDERS:
        if kind in kinds:
            continue
        for start, end, value, unit, comparator, confidence, rule in find(m.group()):
            kinds.add(kind)
            yield _proposal(
                context, m, kind, (start, end), value, unit, comparator, confidence, rule
            )


def _beside(context: Context, m: re.Match[str]) -> Iterator[Proposal]:
    """What a clause asks of all, beside its number for others."""
    part = _ALL_BESIDE.search(m.group())
    if part and not _is_quoted(m.group(), part.start()):
        yield _proposal(
            context, m, "universal", part.span(), Decimal(100), "%", ">=", 0.75, "全面覆盖"
        )


def _milestone(context: Context, m: re.Match[str], *, follows: bool) -> Proposal | None:
    """年内完成…, and 启动… after it in the same sentence."""
    regular = _REGULARLY.search(m.group())
    if regular is not None:
        return _proposal(
            context, m, "milestone", regular.span(), "定期上报", "状态", "=", 0.65, "定期上报"
        )
    done = _DONE.search(m.group())
    if done is None or (len(m.group()) - done.end() < 2 and done.start() < 4):
        return None
    times = [
        time
        for time in context.times_between(m.start(), m.start() + done.end())
        if time.kind in ("deadline", "period") and context.norm[time.start : time.end] != "全年"
    ]
    starts_with_verb = done.start() <= 4
    if not times and not (follows and starts_with_verb):
        return None
    return _proposal(
        context,
        m,
        "milestone",
        (done.start(), done.end()),
        done["done"],
        "状态",
        "=",
        0.8 if times else 0.65,
        "期限加完成" if times else "承前期限",
    )


def _proposal(
    context: Context,
    m: re.Match[str],
    kind: ProposalKind,
    span: tuple[int, int],
    value: Decimal | str | None,
    unit: str,
    comparator: Comparator,
    confidence: float,
    rule: str,
) -> Proposal:
    start, end = m.start() + span[0], m.start() + span[1]
    due, _ = stated_due(context, Clause(m.start(), m.end()), start)
    node = context.outline.at(start)
    first = max(m.start(), start - _FURTHEST)
    if node is not None and first < node.start + len(node.marker):
        first = node.start + len(node.marker)
    clause = context.norm[first : min(m.end(), end + _FURTHEST)]
    return Proposal(
        start=start,
        end=end,
        quote=context.text[start:end],
        kind=kind,
        subject=clean(clause)[0],
        value=value,
        unit=unit,
        comparator=comparator,
        due=due or default_due(context),
        node=node.start if node else None,
        confidence=confidence,
        rule=rule,
    )
