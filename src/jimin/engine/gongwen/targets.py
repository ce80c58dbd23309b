"""From quantities to targets: what is left after the exclusions, read clause by clause."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby

from jimin.engine.gongwen.context import Clause, Context, Seen
from jimin.engine.gongwen.dues import default_due, stated_due
from jimin.engine.gongwen.exclusions import reason_to_set_aside
from jimin.engine.gongwen.model import Comparator, Role, SetAside, Target, TargetKind, Value
from jimin.engine.gongwen.quantities import Quantity, find_quantities, is_money
from jimin.engine.gongwen.subjects import (
    Reading,
    clean,
    distribute,
    is_generic,
    leading_verb,
    take_apart,
)
from jimin.engine.gongwen.words import (
    AT_LEAST,
    AT_MOST,
    COUNTED_VERBS,
    GROWTH,
    LESS_THAN,
    MODALITY,
    MORE_THAN,
    VERBS,
)

_BETWEEN_LISTED = re.compile(
    r"(?:[、和及与,或]|以及)*|(?:[、和及与]|以及)(?P<rate>每人每?[月年天])"
)
_RATE = re.compile(r"每人每?[月年天]")
_SEPARATOR = re.compile(r"、|以及|和|及(?!以)|与|并|且")
_PARAMETER = re.compile(
    r"封顶线|起付线|限额|最高额|(?:补助|补贴|救助|供养|低保|保障|资助|奖励|抚恤|护理费?|津贴|养育|发放|收费)标准|"
    r"(?:救助|报销|支付|补偿|补助|资助)比例|给予|奖补"
)
_SET_LEVEL = re.compile(
    r"封顶线|起付线|限额|标准(?:为|是)?$|标准(?:为|每)|给予|(?:按照?)[^,;。]*$|每人每[月年]"
)
_SELF_EVIDENT = {"序号", "日期时间"}  # not worth telling a reviewer
_PART = re.compile(r"(?:其中|其|含|包括|包含)[:,]?")
_GROWTH_ONLY = re.compile(rf"(?:同比|年均|平均|实际|比上年|较上年|净)*(?:{GROWTH})*")
_AREA = r"(?:镇|乡镇|村|街道|社区|县|区)(?:\([^)]{1,4}\))?"
_LEVEL = re.compile(rf"[\u4e00-\u9fff]{{1,4}}级|{_AREA}")
_LEVEL_OF = re.compile(
    rf"(?:[\u4e00-\u9fff]{{1,3}}级|{_AREA})" r"(?P<tail>[\u4e00-\u9fff“”]{2,30})"
)
_SUM = re.compile(r"总数|总量|总额|总规模|总面积|总长度|数量")
_VERBS_FIRST = re.compile(
    rf"(?:开工|新)?(?:{COUNTED_VERBS}|登记|培训|救助|改造|发展|取消|募集|发放)"
)
_NUMBERED = re.compile(r"\d[\d.,]*[万亿]?[\u4e00-\u9fff]{1,2}(?:以上)?$|去年|上年|\d+月底?前")
_HOME = re.compile(r"(?:城市|城镇|城区|农村|市区|乡村|县城|县\(市(?:、区)?\)|乡镇)")
_STARS = re.compile(r"(?:[1-5]A|[一二三四五]星)级(?:及?以上)?")
_SIZE = re.compile(r"总?(?:面积|规模|金额)|(?:覆盖|入住|使用|完成|合格|满意|达标)率|满意度|占比")
_DOING = re.compile(rf"(?:{VERBS}|投资)+")
_DOING_LEAD = re.compile(r"^(?:完成|实现|计划|开工)+(?=.{2})")
_ROW_NUMBER = re.compile(r"^\d{1,3} +")  # the first cell of a table's row
_COUNT_TOLD = re.compile(r"\d[\d.,]*[万亿]?(?:平方公里|平方米|公里|人次|[\u4e00-\u9fff])")
_SPENT = re.compile(r"(?:计划)?(?:投入|投资)")
_UNDERTAKEN = re.compile(
    r"^(?:大力|继续|加快|全面)*(?:实施|开展|推进|抓好|做好|健全|完善|建立|推行)+"
)
_WORK_ENDS = re.compile(r"(?:全面|有序|加快|扎实)*(?:推进|实施|开展)?$|(?:项目|工程)$")
_TOPIC_ENDS = re.compile(
    r"(?:部分|费用|的|群众|对象|人员|家庭|方面|老人|老年人|机构|居民|支出|病人|患者)$"
)
_SURVEY = re.compile(r"满意[度率]|知晓率|支持率")
_STOCK = re.compile(r"总数|总量|达到|达|保有量|拥有|床位数|建有|存量|覆盖")
_INDEFINITE = re.compile(r"(?:约|近|左右|上下)$")


@dataclass(slots=True)
class _Item:
    seen: Seen
    left: str
    right: str
    subject: str | None = None  # told by 分别, else read from left and right


def read_targets(context: Context) -> tuple[list[Target], list[SetAside]]:
    """The targets in order, and the quantities that are none with the rule that said so."""
    accepted: list[Seen] = []
    set_aside: list[SetAside] = []
    quantities = find_quantities(context.norm)
    repeats = _told_again(context, quantities)
    for quantity in quantities:
        seen = _look(context, quantity)
        reason = reason_to_set_aside(context, seen)
        if reason is None and quantity.start in repeats:
            reason = "标题重述"
        if reason is None:
            accepted.append(seen)
        elif quantity.unit and reason not in _SELF_EVIDENT:
            quote = context.text[quantity.start : quantity.end]
            set_aside.append(SetAside(quantity.start, quantity.end, quote, reason))
    targets: list[Target] = []
    for _, clause in groupby(accepted, key=lambda seen: seen.clause.start):
        for item in _items(context, list(clause)):
            targets.append(_target(context, item, targets))
    return targets, set_aside


def _told_again(context: Context, quantities: list[Quantity]) -> set[int]:
    """Where the title of a report says a figure that the text below says again."""
    first = re.match(r"\s*([^\n]{4,60})\n", context.norm)
    if first is None or first[1].rstrip()[-1:] in "。;" or not re.search(r"\d", first[1]):
        return set()
    node = context.outline.at(first.start(1))
    if node is not None:
        return set()
    title = first[1].strip(" -")
    lines = [m.span() for m in re.finditer(re.escape(title), context.norm)]
    inside = {q.start for q in quantities if any(a <= q.start < b for a, b in lines)}
    below = {(q.low, q.high) for q in quantities if q.start not in inside}
    return {q.start for q in quantities if q.start in inside and (q.low, q.high) in below}


def _look(context: Context, q: Quantity) -> Seen:
    norm = context.norm
    clause = context.clause_of(q.start, q.end)
    node = context.outline.at(q.start)
    if node is not None and clause.start < node.start + len(node.marker) <= q.start:
        clause = Clause(node.start + len(node.marker), clause.end)
    row = _ROW_NUMBER.match(norm[clause.start : min(clause.start + 8, q.start)])
    if row and (clause.start == 0 or norm[clause.start - 1] == "\n"):
        clause = Clause(clause.start + row.end(), clause.end)
    line_start = max(norm.rfind("\n", max(0, q.start - 40), q.start) + 1, q.start - 40, 0)
    return Seen(
        quantity=q,
        clause=clause,
        left=norm[clause.start : q.start],
        right=norm[q.end : clause.end],
        before=norm[line_start : q.start],
        after=norm[q.end : q.end + 20].split("\n")[0],
    )


def _items(context: Context, clause: list[Seen]) -> Iterator[_Item]:
    """The quantities of one clause, each with its own share of the words around them."""
    norm = context.norm
    runs: list[list[Seen]] = []
    for seen in clause:
        gap = norm[runs[-1][-1].quantity.end : seen.quantity.start] if runs else "-"
        if runs and _BETWEEN_LISTED.fullmatch(gap):
            runs[-1].append(seen)
        else:
            runs.append([seen])
    level = _LEVEL_OF.match(norm[clause[-1].quantity.end : clause[-1].clause.end])
    tail = level["tail"] if level else ""
    verb, left = "", norm[clause[0].clause.start : clause[0].quantity.start]
    for index, run in enumerate(runs):
        end = run[-1].quantity.end
        if index + 1 < len(runs):
            right, next_left = _part(norm[end : runs[index + 1][0].quantity.start])
        else:
            right, next_left = norm[end : run[-1].clause.end], ""
        if index and verb and not re.search(VERBS, left):
            left = verb + left
        yield from _listed(run, left, right + tail if _LEVEL.fullmatch(right) else right)
        verb = leading_verb(clean(_without_time(context, run[0], left))[0]) or verb
        left = next_left


def _part(between: str) -> tuple[str, str]:
    """The words between two quantities: what belongs to the first and to the second.

    新增30个食堂、30个驿站 gives the noun to the first, 建食堂3个、驿站2个 to the second.
    """
    if not between or between[0] in "、和及与,并":
        return "", between.lstrip("、和及与,并")
    separators = list(_SEPARATOR.finditer(between))
    if separators:
        last = separators[-1]
        return between[: last.start()], between[last.end() :]
    every = re.search(r"每|各", between)
    if every:
        return between[: every.start()], between[every.start() :]
    verb = re.search(rf"(?<=..)(?!组织)(?:{VERBS})", between)
    if verb:
        return between[: verb.start()], between[verb.start() :]
    return between, ""


def _listed(run: list[Seen], left: str, right: str) -> Iterator[_Item]:
    """达到90%、85%和80%以上: 以上 belongs to all, and 分别 gives each its subject."""
    suffix = run[-1].quantity.suffix
    if len(run) > 1 and suffix and not any(seen.quantity.suffix for seen in run[:-1]):
        for seen in run:
            seen.quantity = replace(seen.quantity, suffix=suffix)
    subjects = distribute(left, len(run)) if len(run) > 1 else None
    for index, seen in enumerate(run):
        rate = _RATE.search(seen.before[-4:]) if index else None
        own = _RATE.sub(rate.group(), left) if rate else left
        yield _Item(seen, own, right, subjects[index] if subjects else None)


def _without_time(context: Context, seen: Seen, left: str) -> str:
    """The words before a number with every expression of time and its bracket taken out."""
    end = seen.quantity.start
    start = end - len(left)
    if start < 0 or context.norm[start:end] != left:
        return left
    pieces, place = [], start
    for time in context.times_between(start, end):
        if time.end <= end:
            pieces.append(context.norm[place : time.start])
            place = time.end
    pieces.append(context.norm[place:end])
    return "".join(pieces)


def _target(context: Context, item: _Item, earlier: list[Target]) -> Target:
    seen, q = item.seen, item.seen.quantity
    left = _without_time(context, seen, item.left)
    part = _is_part(context, seen)
    left = _PART.sub("", left, count=1) if _PART.match(left) else left
    reading = take_apart(left, item.right, seen.unit)
    if item.subject is not None:
        own = take_apart(item.subject, item.right, seen.unit)
        reading.subject = own.subject
        _distribute_base(reading, item)
    subject, scope = clean(reading.subject)
    whole = _whole(context, seen, earlier) if part else None
    if whole is not None and (len(subject) <= 4 or subject == scope or _is_place(subject)):
        scope = scope or subject
        subject = whole.subject
    subject, inherited = _inherit(context, seen, subject, earlier)
    if seen.unit in ("%", "‰"):
        subject = _as_share(subject, reading)
    role = _role(q, reading, subject, left)
    comparator = _comparator(q, reading, left, role)
    due, due_rule = _due(context, seen, reading, role, comparator)
    node = context.outline.at(q.start)
    rule, confidence = _evidence(seen, reading, left, inherited, item)
    return Target(
        start=q.start,
        end=q.end,
        quote=context.text[q.start : q.end],
        value=_value(q),
        unit=_unit(q, reading),
        comparator=comparator,
        subject=subject,
        due=due,
        role=role,
        kind=_kind(q, reading, subject, comparator),
        modality=_modality(context, seen),
        scope=scope,
        per=reading.per or ("年" if _each_year(left) else ""),
        base=reading.base,
        baseline=_baseline(context, seen),
        part_of=whole.start if whole else None,
        node=node.start if node else None,
        clause_start=seen.clause.start,
        clause_end=seen.clause.end,
        confidence=confidence,
        rule=rule + (f"；{due_rule}" if due_rule else ""),
    )


def _is_part(context: Context, seen: Seen) -> bool:
    """其中城区1600张、农村800张; the 其中 may stand before a colon."""
    if _PART.match(context.norm, seen.clause.start):
        return True
    return context.norm[max(0, seen.clause.start - 3) : seen.clause.start] in ("其中:", "其中,")


def _whole(context: Context, seen: Seen, earlier: list[Target]) -> Target | None:
    """The target of the same unit shortly before, of which this one is a share."""
    start = context.sentence_at(seen.quantity.start).start
    for target in reversed(earlier[-6:]):
        if target.start < start:
            return None
        if target.unit.split("/")[0] == seen.unit and target.part_of is None:
            return target
    return None


def _is_place(subject: str) -> bool:
    return bool(
        re.fullmatch(r".{0,4}(?:区|县|市|镇|乡|村|农村|城市|城镇|市级|县级|省级|本级)", subject)
    )


def _inherit(context: Context, seen: Seen, subject: str, earlier: list[Target]) -> tuple[str, bool]:
    """Give a clause without a subject of its own the one told before it."""
    start = seen.clause.start
    sentence = context.sentence_at(seen.quantity.start)
    bare = _GROWTH_ONLY.fullmatch(subject) is not None
    if _SPENT.fullmatch(subject):
        thing = _thing_done(context, seen, sentence.start)
        if not re.search(r"建设|项目|工程|行动|改造|整治", thing):
            thing = _thing_after(context, seen) or thing
        if thing:
            return thing + subject, True
    if _DOING.fullmatch(subject) and not bare and not re.fullmatch(VERBS, subject):
        thing = _thing_done(context, seen, sentence.start)
        if thing:
            return thing + _DOING_LEAD.sub("", subject), True
    if re.fullmatch(VERBS, subject) and not bare:
        for target in reversed(earlier[-3:]):
            same = _kin(target.unit, seen.unit) and target.clause_end <= seen.quantity.start
            if same and target.start >= sentence.start:
                return subject + _VERBS_FIRST.sub("", target.subject, count=1), True
        thing = clean(_NUMBERED.sub("", _clause_before(context, start, sentence.start)))[0]
        if 2 <= len(thing) <= 30 and not re.search(r"期间|年|月|率|比例|达|不|要", thing):
            return subject + _VERBS_FIRST.sub("", thing, count=1), True
    if subject.startswith("覆盖") and len(subject) <= 6:
        topic = _UNDERTAKEN.sub("", _clause_before(context, start, sentence.start))
        if 4 <= len(topic) <= 30 and not re.search(r"\d", topic):
            return clean(topic)[0] + subject, True
    if _HOME.fullmatch(subject):
        topic = _clause_before(context, start, sentence.start)
        if "城乡" in topic:
            return subject + topic.split("城乡")[-1], True
    near = earlier[-1] if earlier and earlier[-1].start >= sentence.start else None
    if near is not None and _kin(near.unit, seen.unit):
        if _SUM.fullmatch(subject):
            return _VERBS_FIRST.sub("", near.subject, count=1) + subject, True
        if _HOME.fullmatch(subject) and _HOME.match(near.subject):
            return subject + _HOME.sub("", near.subject, count=1), True
        if _HOME.fullmatch(subject) and near.scope and _is_compared(seen):
            return subject + near.subject, True
        if _STARS.fullmatch(subject) and _STARS.match(near.subject):
            return _STARS.sub(subject, near.subject, count=1), True
    if near is not None and _SIZE.fullmatch(subject) and start - near.clause_end <= 1:
        return _VERBS_FIRST.sub("", near.subject, count=1) + subject, True
    if bare or len(subject) < 2:
        for target in reversed(earlier[-3:]):
            before = target.clause_end <= seen.quantity.start or target.clause_start == start
            if target.start >= sentence.start and before:
                told = re.sub(rf"(?:{GROWTH})$|^(?:实现|完成)", "", target.subject)
                return told + subject, True
    if bare or len(subject) < 2 or is_generic(subject):
        topic = _clause_before(context, start, sentence.start)
        usable = 4 <= len(topic) <= 80 and not re.search(r"\d", topic)
        if usable and (bare or len(subject) < 2 or _TOPIC_ENDS.search(topic)):
            return clean(topic)[0] + subject, True
    if not subject or re.fullmatch(VERBS, subject):
        node = context.outline.at(seen.quantity.start)
        return (node.title if node else subject), True
    return subject, False


def _is_compared(seen: Seen) -> bool:
    """县(市)达到30%: a place alone before a comparison is measured as the one before."""
    return re.search(rf"(?:{AT_LEAST}|{MORE_THAN}|{AT_MOST})$", seen.tail) is not None


def _thing_done(context: Context, seen: Seen, sentence_start: int) -> str:
    """What 完成治理 or 投资 is about: the clause before it, else the clause after it."""
    before = _clause_before(context, seen.clause.start, sentence_start)
    thing = _UNDERTAKEN.sub("", clean(_NUMBERED.sub("", before))[0])
    thing = _WORK_ENDS.sub("", thing)
    if 2 <= len(thing) <= 30 and not re.search(r"期间|年|月|率|比例|达|不|要", thing):
        return thing
    return _thing_after(context, seen) if "投资" in seen.left[-8:] else ""


def _thing_after(context: Context, seen: Seen) -> str:
    """What money is spent on: 投入70万元，开展助困活动."""
    end = seen.clause.end
    if context.norm[end : end + 1] != ",":
        return ""
    after = re.split(r"[,;:。|\n]", context.norm[end + 1 : end + 41])[0]
    return clean(_COUNT_TOLD.sub("", after))[0]


def _kin(unit: str, other: str) -> bool:
    """The same unit, per month or year apart; 人, 名 and 位 all count people."""
    a, b = unit.split("/")[0], other.split("/")[0]
    return a == b or {a, b} <= {"人", "名", "位"}


def _clause_before(context: Context, start: int, sentence_start: int) -> str:
    if start <= sentence_start or context.norm[start - 1] not in ",:|":
        return ""
    before = context.clause_of(start - 1, start - 1).start
    node = context.outline.at(start - 1)
    if node is not None:
        before = max(before, node.start + len(node.marker))
    return _ROW_NUMBER.sub("", context.norm[before : start - 1])


def _as_share(subject: str, reading: Reading) -> str:
    """A 达到 B 的 50% is measured by the share of A in B, unless A is itself a rate."""
    if not reading.base or not subject or reading.cue.startswith("按"):
        return subject
    if re.search(r"(?:率|比例|比重|占比|度)$", subject) or subject.endswith(reading.base):
        return subject
    return f"{subject}占{reading.base}比例"


def _distribute_base(reading: Reading, item: _Item) -> None:
    """城乡低保标准分别不低于城乡居民收入的20%和30%: the base is told apart with the subject."""
    subject = item.subject or ""
    if "城乡" in reading.base:
        if "城市" in subject:
            reading.base = reading.base.replace("城乡", "城镇")
        elif "农村" in subject:
            reading.base = reading.base.replace("城乡", "农村")


def _role(q: Quantity, reading: Reading, subject: str, left: str) -> Role:
    """Ceilings, standards and sums per person and month are set by policy."""
    if is_money(q.unit) and reading.per and re.search(r"(?:补助|补贴|奖励|津贴)$", left):
        return "policy_parameter"
    paid_by_rate = is_money(q.unit) and re.search(r"[月年天日]$", reading.per) is not None
    if paid_by_rate or _PARAMETER.search(subject + "|" + left):
        return "policy_parameter"
    return "performance"


def _comparator(q: Quantity, reading: Reading, left: str, role: Role) -> Comparator:
    if q.high is not None:
        return "range"
    if q.suffix in ("以下", "以内", "之内", "及以下"):
        return "<="
    if q.suffix in ("左右", "上下"):
        return "≈"
    cue = reading.cue
    if cue in MORE_THAN.split("|"):
        return ">"
    if cue in LESS_THAN.split("|"):
        return "<"
    if cue in AT_MOST.split("|"):
        return "<="
    if q.suffix in ("以上", "及以上", "或以上") or cue in AT_LEAST.split("|"):
        return ">="
    if _INDEFINITE.search(left):
        return "≈"
    by_level = _SET_LEVEL.search(left) or (reading.per and is_money(q.unit))
    if role == "policy_parameter" and by_level and not re.search(GROWTH, left):
        return "="
    return ">="


def _due(
    context: Context, seen: Seen, reading: Reading, role: Role, comparator: Comparator
) -> tuple[date | None, str]:
    """A fixed parameter has no day, nor has what is to be done each year."""
    if _each_year(seen.left):
        return None, ""
    if role == "policy_parameter" and comparator == "=":
        return None, ""
    due, rule = stated_due(context, Clause(seen.clause.start, seen.clause.end), seen.quantity.start)
    return (due, rule) if due else (default_due(context), "")


def _each_year(left: str) -> bool:
    return bool(re.search(r"每年[^,;。]*$", left)) and not re.search(r"每人每年", left)


def _value(q: Quantity) -> Value:
    low = q.low.normalize() if q.low == q.low.to_integral_value() else q.low
    low = low.quantize(1) if low == low.to_integral_value() else low
    if q.high is None:
        return low
    high = q.high.quantize(1) if q.high == q.high.to_integral_value() else q.high
    return low, high


def _unit(q: Quantity, reading: Reading) -> str:
    if reading.per and "/" not in q.unit and q.unit not in ("%", "‰"):
        return f"{q.unit}/{reading.per.lstrip('每各').removeprefix('个')}"
    return q.unit


def _kind(q: Quantity, reading: Reading, subject: str, comparator: Comparator) -> TargetKind:
    if _SURVEY.search(subject):
        return "survey"
    if re.search(r"封顶线|限额", subject) or comparator in ("<=", "<"):
        return "cap"
    if re.search(rf"(?:{GROWTH})$", subject) or q.unit == "个百分点":
        return "growth"
    if q.unit in ("%", "‰"):
        return "ratio"
    if reading.per and not is_money(q.unit):
        return "per_unit"
    if subject.endswith("标准") or (is_money(q.unit) and reading.per):
        return "level"
    if reading.cue in ("达到", "达", "保持在", "稳定在", "维持在") or _STOCK.search(subject):
        return "stock"
    return "flow"


def _modality(context: Context, seen: Seen) -> str:
    place = seen.quantity.start
    start = max(context.sentence_at(place).start, place - 80)
    words = re.findall(MODALITY, context.norm[start:place])
    return words[-1] if words else ""


def _baseline(context: Context, seen: Seen) -> str:
    """What the figure rises from (由500元提高到530元)."""
    m = re.search(
        r"(?:由|从)([^,;。]*?\d[^,;。]*?)(?:提高|增加|上升|提升|扩大|调整|降|减|缩|压)", seen.left
    )
    if m is None:
        return ""
    place = seen.clause.start
    return context.text[place + m.start(1) : place + m.end(1)]


def _evidence(
    seen: Seen, reading: Reading, left: str, inherited: bool, item: _Item
) -> tuple[str, float]:
    """Which words made it a target, and how much they weigh."""
    words: list[str] = []
    confidence = 0.55
    if reading.cue:
        words.append(reading.cue)
        confidence += 0.25
    if seen.quantity.suffix:
        words.append(seen.quantity.suffix)
        confidence += 0.2
    verbs = re.findall(VERBS, left) or re.findall(VERBS, item.right)[:1]
    if verbs:
        words.append(verbs[-1])
        confidence += 0.25
    if item.subject is not None:
        words.append("分别")
    if inherited:
        words.append("承前")
        confidence -= 0.1
    if seen.quantity.style != "digits":
        confidence -= 0.1
    if seen.quantity.vague:
        confidence -= 0.1
    return "数量：" + ("、".join(words) or "仅有数与单位"), round(
        min(0.97, max(0.3, confidence)), 2
    )
