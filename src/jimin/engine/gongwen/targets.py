"""From quantities to targets: what is left after the exclusions, read clause by clause."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby

from jimin.engine.gongwen.context import Clause, Context, Seen
from jimin.engine.gongwen.dues import default_due, stated_due
from jimin.engine.gongwen.exclusions import reason_to_set_aside
from jimin.engine.gongwen.inheritance import (
    PART,
    ROW_NUMBER,
    inherit,
    is_part,
    is_place,
    whole_of,
)
from jimin.engine.gongwen.model import Comparator, Role, SetAside, Target, TargetKind, Value
from jimin.engine.gongwen.quantities import Quantity, find_quantities, is_money
from jimin.engine.gongwen.subjects import (
    RISE,
    Reading,
    clean,
    distribute,
    leading_verb,
    take_apart,
)
from jimin.engine.gongwen.words import (
    ANY_MODALITY,
    ANY_VERB,
    AT_LEAST,
    AT_MOST,
    CUES,
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
    r"封顶线|起付线|限额|(?:确|核)定为$|标准(?:为|是)?$|标准(?:为|每)|给予|(?:按照?)[^,;。]*$|每人每[月年]"
)
# 按每张床位2000元给予补助, 对省级的一次性奖补20万元
_IS_PAID = re.compile(r"(?:的?标准)?(?:给予|予以|发放)|的[^,;。]{0,6}(?:奖励|补助|补贴|奖补)")
_PAID_FOR = re.compile(r"^(?:对|给)[^,;。]*(?:奖补|奖励|补助|补贴|资助)(?:资金)?$")
_GIVEN = re.compile(r"(?:财政)?(?:补贴|补助|奖励|奖补|津贴)")
_PER_FIRST = re.compile(r"^[每各](?:个|处|家|户|名|人|所|座)?")
_PAID_EACH = re.compile(r"的?[^,;。\d]{0,6}(?:补助|补贴|奖励|津贴|慰问金|救助金|补助金)")
_ACTION_ENDS = re.compile(
    r"(?:改造|建设|治理|整治|修复|加装|提升|试点|培训|认定|评定)(?:项目|工程)?$"
)
_ACTION_LEFT = re.compile(r"(?:实施|推进|完成|开展|抓好|启动|加快|推动)$")
_CUE_ENDS = re.compile(rf"(?:{CUES})$")
_SELF_EVIDENT = {"序号", "日期时间"}  # not worth telling a reviewer
_AREA = r"(?:镇|乡镇|村|街道|社区|县|区)(?:\([^)]{1,4}\))?"
_LEVEL = re.compile(rf"[\u4e00-\u9fff]{{1,4}}级|{_AREA}")
_LEVEL_OF = re.compile(
    rf"(?:[\u4e00-\u9fff]{{1,3}}级|{_AREA})" r"(?P<tail>[\u4e00-\u9fff“”]{2,30})"
)
_ENDS_WITH_GROWTH = re.compile(rf"(?:{GROWTH})$")
_VERB_INSIDE = re.compile(rf"(?<=..)(?!组织)(?:{VERBS})")
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
    qualifying: list[int] = []  # where the figures that tell which ones end
    set_aside: list[SetAside] = []
    quantities = find_quantities(context.norm)
    repeats = _told_again(context, quantities)
    looked = [_look(context, quantity) for quantity in quantities]
    reasons = [reason_to_set_aside(context, seen) for seen in looked]
    results = _results_by_their_words(context, looked, reasons)
    for seen, reason in zip(looked, reasons, strict=True):
        quantity = seen.quantity
        if reason is None and quantity.start in repeats:
            reason = "标题重述"
        if reason is None and _is_such_a_result(context, seen, results):
            reason = "已往数据"
        if reason == "限定条件":
            qualifying.append(quantity.end)
        if reason is None:
            accepted.append(seen)
        elif quantity.unit and reason not in _SELF_EVIDENT:
            quote = context.text[quantity.start : quantity.end]
            set_aside.append(SetAside(quantity.start, quantity.end, quote, reason))
    targets: list[Target] = []
    for _, clause in groupby(accepted, key=lambda seen: seen.clause.start):
        for item in _items(context, list(clause), qualifying):
            targets.append(_target(context, item, targets))
    return targets, set_aside


_HEAD = 1200  # how far down headlines are looked for
_LONGEST_HEADLINE = 60


def _told_again(context: Context, quantities: list[Quantity]) -> set[int]:
    """Where the headlines of a report say a figure that the text below says again."""
    headlines, begins = _headlines(context)
    if not headlines:
        return set()
    title = context.norm[slice(*headlines[0])].strip(" -")
    ends = [m.end() for m in re.finditer(re.escape(title), context.norm)]
    inside = {
        q.start
        for q in quantities
        if _lies_in(q.start, ends, len(title))
        or (q.start < begins and any(a <= q.start < b for a, b in headlines))
    }
    below = {(q.low, q.high) for q in quantities if q.start not in inside}
    return {q.start for q in quantities if q.start in inside and (q.low, q.high) in below}


def _headlines(context: Context) -> tuple[list[tuple[int, int]], int]:
    """The short lines with a figure above the first line of sentences, and where that begins."""
    lines: list[tuple[int, int]] = []
    for m in re.finditer(r"[^\n]+", context.norm[:_HEAD]):
        line = m.group().strip(" ")
        if "。" in line or "|" in line or context.outline.at(m.start()) is not None:
            return lines, m.start()
        if 4 <= len(line) <= _LONGEST_HEADLINE and line[-1] != ";" and re.search(r"\d", line):
            lines.append(m.span())
    return [], 0


def _lies_in(place: int, ends: list[int], length: int) -> bool:
    """Whether one of the stretches of this length that end so covers the place."""
    index = bisect_right(ends, place)
    return index < len(ends) and ends[index] - length <= place


_WORDS_AFTER = 8
_WANTED = re.compile(rf"今年|明年|全年|年内|\d年|[将要]|{MODALITY}")


def _words_of(context: Context, q: Quantity) -> str:
    words = context.norm[q.start : q.end + _WORDS_AFTER]
    return words if re.fullmatch(r"[\u4e00-\u9fff]+", words[q.end - q.start :]) else ""


def _results_by_their_words(
    context: Context, looked: list[Seen], reasons: list[str | None]
) -> dict[str, int]:
    """The last place where a result is told in just these words."""
    told = zip(looked, reasons, strict=True)
    return {
        words: seen.quantity.start
        for seen, reason in told
        if reason == "已往数据" and (words := _words_of(context, seen.quantity))
    }


def _is_such_a_result(context: Context, seen: Seen, results: dict[str, int]) -> bool:
    """The first lines of a report may tell a result before the text says it is of last year."""
    q = seen.quantity
    if results.get(_words_of(context, q), -1) <= q.start:
        return False
    start = max(context.sentence_at(q.start).start, q.start - 200)
    return _WANTED.search(context.norm, start, q.start) is None


def _look(context: Context, q: Quantity) -> Seen:
    norm = context.norm
    clause = context.clause_of(q.start, q.end)
    node = context.outline.at(q.start)
    if node is not None and clause.start < node.start + len(node.marker) <= q.start:
        clause = Clause(node.start + len(node.marker), clause.end)
    row = ROW_NUMBER.match(norm[clause.start : min(clause.start + 8, q.start)])
    if row and (clause.start == 0 or norm[clause.start - 1] == "\n"):
        clause = Clause(clause.start + row.end(), clause.end)
    line_start = max(norm.rfind("\n", max(0, q.start - 40), q.start) + 1, q.start - 40, 0)
    return Seen(
        quantity=q,
        clause=clause,
        left=norm[clause.start : q.start].rstrip(" "),
        right=norm[q.end : clause.end].lstrip(" "),
        before=norm[line_start : q.start].rstrip(" "),
        after=norm[q.end : q.end + 20].split("\n")[0],
    )


def _without_qualifier(norm: str, start: int, left: str, ends: list[int]) -> str:
    """对不足100人的教学点撤并: 教学点撤并; a verb that led the clause stays."""
    index = bisect_right(ends, start + len(left)) - 1
    if index < 0 or ends[index] <= start:
        return left
    rest = left[ends[index] - start :]
    if not rest.startswith("的") or len(_CUE_ENDS.sub("", rest)) < 6:
        return left
    return leading_verb(clean(left)[0]) + rest[1:]


def _items(context: Context, clause: list[Seen], qualifying: list[int]) -> Iterator[_Item]:
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
    action = _ACTION_ENDS.search(norm[clause[-1].quantity.end : clause[-1].clause.end])
    verb, left = "", norm[clause[0].clause.start : clause[0].quantity.start]
    left = _without_qualifier(norm, clause[0].clause.start, left, qualifying)
    for index, run in enumerate(runs):
        left = left.rstrip(" ")
        end = run[-1].quantity.end
        if index + 1 < len(runs):
            following = runs[index + 1][0]
            right, next_left = _part(norm[end : following.quantity.start])
            if right and following.unit == "次" and ANY_VERB.fullmatch(next_left):
                done = norm[following.quantity.end : following.clause.end]
                right += next_left + done  # 为6万名学生开展1次测评: of both, the same is told
        else:
            right, next_left = norm[end : run[-1].clause.end].lstrip(" "), ""
            right = "" if right[:1] in ("、", "和", "并") else right
        if index and verb and not ANY_VERB.search(left):
            left = verb + left
        right = right + tail if _LEVEL.fullmatch(right) else right
        if action and right and index + 1 < len(runs) and not _ACTION_ENDS.search(right):
            right += action.group() if _ACTION_LEFT.search(left + verb) else ""
        yield from _listed(run, left, right)
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
    verb = _VERB_INSIDE.search(between)
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
    while end and context.norm[end - 1] == " ":
        end -= 1
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
    part = is_part(context, seen)
    left = PART.sub("", left, count=1) if PART.match(left) else left
    reading = take_apart(left, item.right, seen.unit)
    if item.subject is not None:
        own = take_apart(item.subject, item.right, seen.unit)
        reading.subject = own.subject
        _distribute_base(reading, item)
    subject, scope = clean(reading.subject)
    if (
        reading.per
        and _GIVEN.fullmatch(subject)
        and len(who := _PER_FIRST.sub("", reading.per)) > 1
    ):
        subject = who + subject
    whole = whole_of(context, seen, earlier) if part else None
    if whole is not None and (len(subject) <= 2 or subject == scope or is_place(subject)):
        scope = scope or subject
        subject = whole.subject
    subject, inherited = inherit(context, seen, subject, earlier)
    if seen.unit in ("%", "‰"):
        subject = _as_share(subject, reading)
    role = _role(q, reading, subject, left, item.right)
    comparator = _comparator(q, reading, left, item.right, role)
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


def _role(q: Quantity, reading: Reading, subject: str, left: str, right: str) -> Role:
    """Ceilings, standards and sums per person and month are set by policy."""
    if is_money(q.unit) and (_IS_PAID.match(right) or _PAID_FOR.search(left)):
        return "policy_parameter"
    paid_each = re.search(r"(?:补助|补贴|奖励|津贴)$", left) or _PAID_EACH.match(right)
    if is_money(q.unit) and reading.per and paid_each:
        return "policy_parameter"
    paid_by_rate = is_money(q.unit) and re.search(r"[月年天日]$", reading.per) is not None
    if paid_by_rate or _PARAMETER.search(subject + "|" + left):
        return "policy_parameter"
    return "performance"


def _comparator(q: Quantity, reading: Reading, left: str, right: str, role: Role) -> Comparator:
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
    paid = is_money(q.unit) and (_IS_PAID.match(right) or _PAID_FOR.search(left))
    by_level = paid or _SET_LEVEL.search(left) or (reading.per and is_money(q.unit))
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
    if _ENDS_WITH_GROWTH.search(subject) or q.unit == "个百分点":
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
    words = ANY_MODALITY.findall(context.norm, start, place)
    return words[-1] if words else ""


def _baseline(context: Context, seen: Seen) -> str:
    """What the figure rises from (由500元提高到530元)."""
    if not RISE.search(seen.left):
        return ""
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
    verbs = ANY_VERB.findall(left) or ANY_VERB.findall(item.right)[:1]
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
