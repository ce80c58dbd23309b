"""What a target is about: its clause without the number, the comparison and the small words."""

import re
from dataclasses import dataclass

from jimin.engine.gongwen.words import ANY_CUE, CUES, GROWTH, MODALITY, PLACES, VERBS

_ADVERBS = (
    "的?目标是|的?任务是|并且|并|且|即|其中|同时|要|将|再|还|应|须|需|已|均|都|共|总共|一共|共计|累计|计划|预计|预期|积极|大力|继续|逐步|逐年|"
    "进一步|加快|着力|深入|有序|稳步|全面(?!覆盖)|全力|切实|扎实|认真|努力|持续|不断|统筹|适时|"
    "年度|当年|每年|推荐|通过|以及|以(?!工代)|及|和|与|在|对|把|使|让|做好|抓好|加强|大约|约|近(?!视|海|郊)|不断加大|"
    "组织开展|组织实施|有效|严格|稳妥|科学|分步|分批|率先|原则上|探索"
)
_LEADING = re.compile(
    rf"^(?:{MODALITY}|{_ADVERBS}|(?:重点|统一|基本|总体|组织|主动|规范)(?={VERBS})|"
    r"[一二三四五六七八九十][是要]|[ “”\"、(:●◆■▲★•·-])+"
)
_PLACE = re.compile(rf"(?:在)?(?P<place>{PLACES})(?:范围)?(?:内)?(?!性|统一|公安)")
_TRAILING = re.compile(
    r"(?:[ “\"、(:-]|均?在|均?[要须应]|均|都|各|分别|依次|"
    r"稳定|总计|共计|共|合计|约|近|为|是|也|有望|再|占|到|每年|"
    r"向|年均|平均|月?人均|同比|比上年|较上年|比去年|较去年|比\d*年|提前|力争|努力|确保|争取|预计|计划)+$"
)
_CUE = re.compile(rf"(?P<cue>{CUES})(?P<between>[^,;。]{{0,30}}?)$")
_CUE_AT_END = re.compile(rf"(?:{CUES})[^,;。]*$")
_ENDS_WITH_CUE = re.compile(rf"(?:{CUES})$")
_VERB_LEAD = re.compile(rf"(?P<verb>{VERBS})")
_LAST_VERB = re.compile(rf".*(?:{VERBS})")
_PER = re.compile(
    r"(?P<per>每(?:半年|季度|学期|学年|[月周天日])(?![度均,\d]|至少|不)|"
    r"(?:每(?:半年|季度|[月周年天日])(?!度)|每(?:一)?个?(?![千百万\d])[^,;。\d]{1,14}?|各(?!类|项|种|级|方|界|地|有关)[^,;。\d]{1,12}?)"
    rf"(?=(?:至少|不少于|不低于|平均|原则上|都|均|要|各)*(?:有|{VERBS}|{CUES}|$)))"
)
_MEASURES = (
    r"(?:全产业链|产业|领域|年度?|人均|平均|累计|综合|总)*"
    r"(?:产值|产量|投资额?|增加值|销售额|收入|标准|面积|人数|比例|[^,;。、]{0,4}率)"
)
_TAIL_MEASURE = re.compile(rf"(?<=..)(?P<tail>{_MEASURES})$")
_TIME_FIRST = re.compile(r"^(?:力争|确保|全年|今年|年内|到?20\d\d年(?:底|末)?,?|其中)+")
_PER_RATE = re.compile(
    r"每人每?(?P<period>学年|学期|[月年天日])|"
    r"每(?P<who>床|张床位|户|名|生)(?:每(?P<every>[月年天日]))?(?=补|奖|给予|发放|不|提|标准|$)"
)
# 每个机构床位 is the beds of each institution, not each bed of one.
_OWNED = re.compile(r"(?<=[^每个])(?:床位|面积|人数|数量|经费|资金|投入|工作人员|社工|护理员)$")
# Without such a word no figure is where one starts, and the long patterns are not tried.
RISE = re.compile(r"\d.*(?:提高|增加|上升|提升|扩大|调整|下降|降|减|缩|压|精简|上调|向$)")
_BASELINE = re.compile(
    r"(?:(?<![自理])由(?!于)|从(?!事|业))[^,;。]{0,12}?\d[^,;。]*?"
    r"(?=提高|增加|上升|提升|扩大|调整|下降|降|减|缩|压|精简|上调|向$)"
)
_ON_TOP_OF_INSIDE = re.compile(r"在[^,;。\d]{0,8}\d[^,;。]{0,8}基础上")
_THAN_LAST = re.compile(
    rf"^(?:较|比)(?:(?:上年度?|去年|上一?年度?|20\d\d年)(?:底|末|同期)?(?=..)|(?={GROWTH}|新增))"
)
_COUNTED_FIRST = re.compile(r"^\d[\d.,]*[万]?(?:名|户|人|家|所|个|位)(?=[\u4e00-\u9fff]{2})")
_OTHER_CLASSIFIER = re.compile(r"^\([\u4e00-\u9fff]{1,3}\)(?=.)")  # 2.5万套(间)危旧房
_ON_TOP_OF = re.compile(r"^在[^,;。]{0,16}?\d[^,;。]{0,8}?基础上")  # 在现有20家的基础上再…
_ASIDE = re.compile(r"\((?:包括|含|其中)[^()]*\d[^()]*\)")  # (包括1460名儿童)
_PAID_BY = re.compile(r"(?:[省市县区州]级?财政)?按照?(?:给予|发放|予以)")
_OFFERS = re.compile(
    r"(?:提供|开展|实施|给予)(?=[^,;。]{0,20}(?:服务|培训|救助|救治|补助|帮扶|体检|改造|保险))"
)
_GENERIC = re.compile(
    r"(?:[^,;。]{0,4}(?:率|比例|比重|标准|面积|规模|数量|总量|总额|金额|人数|投资|产值|水平|覆盖面|覆盖率|"
    r"合格率|成功率|满意度))"
)


@dataclass(slots=True)
class Reading:
    """A clause taken apart around its quantity."""

    subject: str
    cue: str = ""
    between: str = ""
    base: str = ""
    scope: str = ""
    per: str = ""


def take_apart(left: str, right: str, unit: str) -> Reading:
    """Left and right of a quantity as subject, comparison, base, scope and per-unit."""
    reading = Reading(subject="")
    if re.match(r"的?(?:比例|比率|幅度|速度|增速|目标|要求|标准)", right) and (
        unit in ("%", "‰") or re.search(r"按照?", left)
    ):
        return _by_share(left, right, reading, unit_is_money=unit not in ("%", "‰"))
    stem = _BASELINE.sub("", left) if RISE.search(left) else left
    m = _last_cue(stem)
    if m is not None and not re.search(r"\d", m["between"]):
        reading.cue, between = m["cue"], m["between"]
        stem = stem[: m.start()]
        if unit in ("%", "‰", "倍") and len(between) > 1 and not re.search(GROWTH, between):
            reading.base = re.sub(r"^(?:当地|全部)?", "", between).rstrip("的")
            reading.between = ""
        else:
            reading.between = between
    rate = _PER_RATE.search(left)
    if rate:
        reading.per = _rate(rate)
        stem = _PER_RATE.sub("", stem)
        reading.between = _PER_RATE.sub("", reading.between)
    elif m := _PER.search(stem + reading.between):
        reading.per = m["per"]
        joined = stem + reading.between
        stem, reading.between = joined[: m.start()] + joined[m.end() :], ""
        if owned := _OWNED.search(reading.per):
            reading.per = reading.per[: owned.start()]
            stem = joined[: m.start()] + owned.group() + joined[m.end() :]
    equals = re.search(r"(?:为|相当于|是)(?P<base>[^,;。]{2,16})的$", stem)
    if equals and unit in ("%", "‰", "倍"):
        reading.base, stem = equals["base"], stem[: equals.start()]
    share = re.search(r"占(?P<base>[^,;。]{2,20}?)(?:的)?$", stem + reading.between)
    if share and unit in ("%", "‰") and not share["base"].endswith(("比例", "比重", "比")):
        reading.base = share["base"].rstrip("的")
        stem, reading.between = (stem + reading.between)[: share.start()], ""
    if reading.cue and not reading.between:
        stem = _ENDS_WITH_CUE.sub("", stem)
    reading.subject = _join(stem, reading.between, right)
    return reading


def _last_cue(left: str) -> re.Match[str] | None:
    """The comparison closest to the number; 达到…的 may have its base between."""
    best = None
    window = left[-40:]
    for m in ANY_CUE.finditer(window):
        best = m
    if best is None:
        return None
    start = len(left) - len(window) + best.start()
    return _CUE.match(left, start)


def _by_share(left: str, right: str, reading: Reading, *, unit_is_money: bool) -> Reading:
    """按照村总数20%的比例开展…: the base stands before the number, the doing after it."""
    rate = _PER_RATE.search(left)
    if rate:
        reading.per = _rate(rate)
        left = _PER_RATE.sub("", left)
    m = _last_cue(left)
    if m is not None:
        reading.cue = m["cue"]
    stem = left[: m.start()] if m else left
    base = re.search(r"(?:按照?|以)(?P<base>[^,;。]{0,24})$", stem)
    if base:
        reading.base = re.sub(r"不(?:低|少)于$", "", base["base"]).rstrip("的")
        stem = stem[: base.start()]
        reading.cue = reading.cue or "按…的比例"
    if unit_is_money:
        if reading.base.startswith(("每", "各")):
            reading.per = reading.per or reading.base
        reading.base = ""
        if stem:
            reading.subject = stem + "标准"
            return reading
    doing = re.sub(r"^的?(?:比例|比率|幅度|速度|增速|目标|要求|标准)", "", right)
    reading.subject = _join(stem, "", doing) or reading.base
    return reading


def _rate(m: re.Match[str]) -> str:
    if m["period"]:
        return f"人·{m['period']}"
    return m["who"] + (f"·{m['every']}" if m["every"] else "")


def _join(stem: str, between: str, right: str) -> str:
    """养老床位 + 1000张 + nothing, 新增 + 30家 + 养老院, 完成中心城区 + 11条 + 道路改善."""
    right = _OTHER_CLASSIFIER.sub("", right)
    right = re.sub(r"^(?:以上|左右|的|及以上)+", "", right)
    if re.match(
        r"(?:\(|用于|迈进|跨越|冲刺|以|并|都|均|全部|全都|全覆盖|得到|大关|为(?!老)|由|已|可|供|受益|的目标|任务|左右)",
        right,
    ):
        if re.match(r"(?:全部|均|都)(?P<what>.{2,})", right) and not stem.strip("、和 "):
            return right
        right = ""
    head = stem + between
    if head.endswith(("和", "及", "与", "、", "以及")) and right:
        verb = _LAST_VERB.match(head.rstrip("和及与、以"))
        head = verb.group() if verb else ""
    return head + right


def clean(subject: str) -> tuple[str, str]:
    """The subject without leading small words, and the place it names (全市, 城区)."""
    scope = ""
    subject = _ASIDE.sub("", _ON_TOP_OF_INSIDE.sub("", _ON_TOP_OF.sub("", subject)))
    subject = _COUNTED_FIRST.sub("", _THAN_LAST.sub("", subject))
    before = None
    while before != subject:
        before = subject
        subject = _LEADING.sub("", subject)
        m = _PLACE.match(subject)
        if m and m.end() < len(subject) + 1:
            scope = scope or m["place"]
            subject = subject[m.end() :]
    subject = _TRAILING.sub("", subject)
    if subject.startswith("为") and not subject.startswith("为老"):
        subject = _OFFERS.sub("", subject[1:], count=1)
    else:
        subject = _offered(subject)
    subject = _PAID_BY.sub("", subject)
    subject = re.sub(r"(?:的|之)?(?:目标|任务|要求)$", "", subject)
    return _strip(subject), scope


def _strip(subject: str) -> str:
    if subject.count("”") == 1:
        return subject.strip(" 、")
    subject = subject.strip(' “"、,;:-的|')
    if subject.count("(") == subject.count(")"):
        return subject
    return subject.strip(' “"、,;:()-的|')


def _offered(subject: str) -> str:
    """提供 says nothing of its own after a beneficiary."""
    return re.sub(r"^为(?!老)(.*?)提供", r"\1", subject)


def is_generic(subject: str) -> bool:
    """救助比例 alone does not say whose; the clause before it may."""
    return len(subject) <= 6 and bool(_GENERIC.fullmatch(subject))


def leading_verb(subject: str) -> str:
    m = _VERB_LEAD.match(subject)
    return m["verb"] if m else ""


_PAIRS = {"城乡": ("城市", "农村"), "市县": ("市", "县"), "男女": ("男", "女")}

_OPPOSITES = [
    ("集中", "分散"),
    ("城市", "农村"),
    ("城镇", "农村"),
    ("公办", "民办"),
    ("国家级", "省级"),
    ("省级", "市级"),
    ("市级", "县级"),
    ("男性", "女性"),
    ("新建", "改建"),
]


def distribute(left: str, count: int) -> list[str] | None:
    """The subjects of 分别: 城乡低保标准 is two, A、B和C three; None when they do not number so."""
    m = re.search(r"分别|依次|各自", left)
    if m is None:
        return None
    stem, rest = left[: m.start()], left[m.end() :]
    cue = _CUE_AT_END.search(rest)
    doing = rest[: cue.start()] if cue else rest
    if count == 2:
        for pair, parts in _PAIRS.items():
            if pair in stem:
                return [stem.replace(pair, part) + doing for part in parts]
    verb = leading_verb(clean(doing)[0])
    for listed, prefix in ((stem, ""), (clean(doing)[0].removeprefix(verb), verb)):
        items = _listed(listed, count)
        if items is None:
            continue
        if prefix:
            items = [prefix + item for item in items]
        elif doing and listed is stem:
            items = [item + doing for item in items]
        return items
    return None


def _listed(words: str, count: int) -> list[str] | None:
    words = _TIME_FIRST.sub("", words.strip("、, "))
    for separators in (r"、|以及|和|及|与", r"、|以及", r"、"):
        items = [item for item in re.split(separators, words) if item]
        if len(items) == count:
            return _share_the_tail(items)
    return None


def _share_the_tail(items: list[str]) -> list[str]:
    """城市、农村低保标准: what only the last item says belongs to all."""
    first = items[0]
    for one, other in _OPPOSITES:
        if len(items) == 2 and first.endswith(one) and items[1].startswith(other):
            shared = first.removesuffix(one)
            return [first + items[1].removeprefix(other), shared + items[1]]
    measure = _TAIL_MEASURE.search(last := items[-1])
    if measure and not any(_TAIL_MEASURE.search(item) for item in items[:-1]):
        return [*(item + measure["tail"] for item in items[:-1]), last]
    if any(item.endswith(("率", "比例", "度", "数")) for item in items[:-1]):
        return items
    shortest = max(len(item) for item in items[:-1])
    tail = last[shortest:]
    if shortest <= 4 and len(tail) >= 2 and all(len(item) <= 4 for item in items[:-1]):
        return [*(item + tail for item in items[:-1]), last]
    return items
