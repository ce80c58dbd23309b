"""Subjects a clause leaves out, taken from what was told before it (承前) or after it."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from jimin.engine.gongwen.context import Context, Seen
from jimin.engine.gongwen.model import Target
from jimin.engine.gongwen.subjects import clean, is_generic
from jimin.engine.gongwen.words import (
    ANY_VERB,
    AT_LEAST,
    AT_MOST,
    COUNTED_VERBS,
    GROWTH,
    MORE_THAN,
    VERBS,
)

ROW_NUMBER = re.compile(r"^\d{1,3} +(?![年月日号])")  # the first cell of a table's row
PART = re.compile(r"(?:其中|其|含|包括|包含)[:,]?")
_GROWTH_ONLY = re.compile(rf"(?:同比|年均|平均|实际|比上年|较上年|净)*(?:{GROWTH})*")
_GROWTH_OR_DOING = re.compile(rf"(?:{GROWTH})$|^(?:实现|完成)")
_IS_COMPARED = re.compile(rf"(?:{AT_LEAST}|{MORE_THAN}|{AT_MOST})$")
_SUM = re.compile(r"总数|总量|总额|总规模|总面积|总长度|数量")
_VERBS_FIRST = re.compile(
    rf"^(?:拟|计划|再|新|开工)?(?:{COUNTED_VERBS}|登记|培训|救助|改造|发展|取消|募集|发放|开工)"
)
_NUMBERED = re.compile(r"\d[\d.,]*[万亿]?[\u4e00-\u9fff]{1,2}(?:以上)?$|去年|上年|\d+月底?前")
_HOME = re.compile(r"(?:城市|城镇|城区|农村|市区|乡村|县城|县\(市(?:、区)?\)|乡镇)")
_STARS = re.compile(r"(?:[1-5]A|[一二三四五]星)级(?:及?以上)?")
_SIZE = re.compile(
    r"(?:总|建筑|单体|使用|占地|户均|人均)?(?:面积|规模|金额)|"
    r"(?:补助|补贴|奖励|资助)标准|(?:覆盖|入住|使用|完成|合格|满意|达标)率|满意度|占比"
)
_DOING = re.compile(rf"(?:{VERBS}|投资)+")
_DOING_LEAD = re.compile(r"^(?:完成|实现|计划|开工)+(?=.{2})")
_COUNT_TOLD = re.compile(r"\d[\d.,]*[万亿]?(?:平方公里|平方米|公里|人次|[\u4e00-\u9fff])")
_SPENT = re.compile(r"(?:计划)?(?:投入|投资|安排(?:预算|资金|经费)|(?:投入|落实)(?:资金|经费))")
_UNDERTAKEN = re.compile(
    r"^(?:大力|继续|加快|全面)*(?:实施|开展|推进|抓好|做好|健全|完善|建立|推行)+"
)
_WORK_ENDS = re.compile(r"(?:全面|有序|加快|扎实)*(?:推进|实施|开展)?$|(?:项目|工程)$")
_TOPIC_ENDS = re.compile(
    r"(?:部分|费用|的|群众|对象|人员|家庭|方面|老人|老年人|机构|居民|支出|病人|患者)$"
)
_NO_THING = re.compile(r"期间|年|月|率|比例|达|不|要|时间")
_THIS_YEAR = re.compile(r"^(?:同时|此外)?(?:今年|明年|全年|年内|20\d\d年)")
_PAST_FIRST = re.compile(r"^(?:去年|上年|今年|累计|已)+")
_RATE = re.compile(r"(?:率|比例|占比)$")
_SHORT_RATE = re.compile(r"[\u4e00-\u9fff]{1,3}(?:率|占比|比例)")
_PER_MANY = re.compile(r"^每[十百千万]+[^,;。\d]{0,8}?(?:人口|老年人|老人|儿童|居民|家庭|[人户名])")
_COUNT_OF = re.compile(r"[^每,;。]{2,12}(?:数|量|员)")
_LIMIT = re.compile(r"[\u4e00-\u9fff]{0,4}(?:时限|期限|金额|标准|次数|时间)")
_TOPIC_OF_LIMIT = re.compile(r"^(?P<what>[\u4e00-\u9fff]{3,14}?)(?:由|实行|采取|纳入|推行|全部)")
_EXCEEDING = re.compile(r"(?:过|超|达)[^,;。\d]{0,3}元的?")
_PAYING = re.compile(
    r"(?:分别)?(?:按照?)?(?:给予|发放|予以|享受|安排)?(?P<what>[^,;。]{0,8}(?:补贴|补助|奖励|奖补|津贴|资助))"
)
_FOR_WHOM = re.compile(r"^(?:对|给|为|向)(?:[^,;。]*的)?(?P<who>[\u4e00-\u9fff]{2,10})$")
_FIELD = re.compile(r"^(?P<field>[\u4e00-\u9fff]{2,8}(?:产业|工业|行业|集群|经济))")
_MEASURE = re.compile(r"(?:[^,;。]{0,3}(?:产值|规模|营收|收入|增加值|产量|投资|总额))")


@dataclass(slots=True)
class Place:
    """Where a subject is wanted: the clause, and the target told just before it."""

    context: Context
    seen: Seen
    subject: str
    earlier: list[Target]
    start: int
    sentence_start: int
    near: Target | None
    bare: bool

    @property
    def before(self) -> str:
        return clause_before(self.context, self.start, self.sentence_start)


def inherit(context: Context, seen: Seen, subject: str, earlier: list[Target]) -> tuple[str, bool]:
    """Give a clause without a subject of its own the one told before it."""
    sentence = context.sentence_at(seen.quantity.start)
    near = earlier[-1] if earlier and earlier[-1].start >= sentence.start else None
    bare = _GROWTH_ONLY.fullmatch(subject) is not None
    place = Place(context, seen, subject, earlier, seen.clause.start, sentence.start, near, bare)
    for step in _STEPS:
        found = step(place)
        if found:
            return found, True
    if len(subject) < 2 and (counted := _counted_before(place)):
        return counted + subject, True
    if not subject or ANY_VERB.fullmatch(subject):
        node = context.outline.at(seen.quantity.start)
        return (node.title if node else subject), True
    return subject, False


def is_part(context: Context, seen: Seen) -> bool:
    """其中城区1600张、农村800张; the 其中 may stand before a colon."""
    if PART.match(context.norm, seen.clause.start):
        return True
    return context.norm[max(0, seen.clause.start - 3) : seen.clause.start] in ("其中:", "其中,")


def whole_of(context: Context, seen: Seen, earlier: list[Target]) -> Target | None:
    """The target of the same unit shortly before, of which this one is a share."""
    start = context.sentence_at(seen.quantity.start).start
    for target in reversed(earlier[-6:]):
        if target.start < start:
            return None
        if target.unit.split("/")[0] == seen.unit and target.part_of is None:
            return target
    return None


def is_place(subject: str) -> bool:
    return bool(
        re.fullmatch(r".{0,4}(?:区|县|市|镇|乡|村|农村|城市|城镇|市级|县级|省级|本级)", subject)
    )


def clause_before(context: Context, start: int, sentence_start: int) -> str:
    if start <= sentence_start or context.norm[start - 1] not in ",:|":
        return ""
    before = context.clause_of(start - 1, start - 1).start
    node = context.outline.at(start - 1)
    if node is not None:
        before = max(before, node.start + len(node.marker))
    return ROW_NUMBER.sub("", context.norm[before : start - 1])


def _kin(unit: str, other: str) -> bool:
    """The same unit, per month or year apart; 人, 名 and 位 all count people."""
    a, b = unit.split("/")[0], other.split("/")[0]
    return a == b or {a, b} <= {"人", "名", "位"}


# --- the steps, first that gives a subject wins -------------------------------------------------


def _spending(place: Place) -> str:
    near = place.near
    if place.subject == "完成投资" and near is not None and near.clause_start == place.start:
        return _VERBS_FIRST.sub("", near.subject, count=1) + "投资"
    if not _SPENT.fullmatch(place.subject):
        return ""
    thing = _thing_done(place)
    if not re.search(r"建设|项目|工程|行动|改造|整治", thing):
        thing = _thing_after(place) or thing
    return thing + place.subject if thing else ""


def _doing(place: Place) -> str:
    """完成治理 and 完成投资 are done to the thing of the clause before."""
    subject = place.subject
    if not _DOING.fullmatch(subject) or place.bare or ANY_VERB.fullmatch(subject):
        return ""
    thing = _thing_done(place)
    return thing + _DOING_LEAD.sub("", subject) if thing else ""


def _verb_alone(place: Place) -> str:
    if not ANY_VERB.fullmatch(place.subject) or place.bare:
        return ""
    seen = place.seen
    for target in reversed(place.earlier[-3:]):
        same = _kin(target.unit, seen.unit) and (
            target.clause_end <= seen.quantity.start
            or 0 <= seen.quantity.start - target.end <= len(place.subject) + 2
        )
        if same and target.start >= place.sentence_start:
            return place.subject + _VERBS_FIRST.sub("", target.subject, count=1)
    counted = _counted_before(place)
    if counted:
        return place.subject + counted
    thing = clean(_THIS_YEAR.sub("", _NUMBERED.sub("", place.before)))[0]
    if 2 <= len(thing) <= 30 and not _NO_THING.search(thing):
        return place.subject + _VERBS_FIRST.sub("", thing, count=1)
    counted = _counted_after(place)
    return place.subject + counted if counted else ""


_AFTER_REACH = 60


def _counted_after(place: Place) -> str:
    """每个乡镇建一所,每个县城建一所,共建60所福利院: the last clause names what is counted."""
    end = place.seen.clause.end
    last = min(place.context.sentence_at(place.seen.quantity.start).end, end + _AFTER_REACH)
    told = place.context.norm[end:last]
    unit = re.escape(place.seen.unit)
    m = re.search(
        rf"[,;].{{0,6}}共(?:新|改|扩)?建\d+{unit}(?P<noun>[\u4e00-\u9fff]{{2,16}})[,;。]", told
    )
    return m["noun"] if m else ""


def _counted_before(place: Place) -> str:
    """去年建成的3个食堂日均就餐60人,今年再建2个: the noun counted by the same unit."""
    told = place.context.norm[max(0, place.start - 60) : place.start].rpartition("\n")[2]
    unit = re.escape(place.seen.unit)
    patterns = (
        rf"\d[\d.,]*[万]?{unit}(?:以上)?(?P<noun>[\u4e00-\u9fff]{{2,10}}?)"
        r"(?=日均|月均|已|全部|均|共|投|达|[,;。、])",
        rf"(?P<noun>[\u4e00-\u9fff“”]{{3,12}})(?:总数)?达?到?\d[\d.,]*[万]?{unit}[,;。]",
    )
    found = [m for pattern in patterns for m in re.finditer(pattern, told)]
    m = max(found, key=lambda m: m.start(), default=None)
    if m is None:
        return ""
    noun = _PAST_FIRST.sub("", m["noun"]).rpartition("的")[2].removesuffix("达")
    return _VERBS_FIRST.sub("", noun, count=1)


def _covering(place: Place) -> str:
    if not place.subject.startswith("覆盖") or len(place.subject) > 6:
        return ""
    topic = _UNDERTAKEN.sub("", place.before)
    usable = 4 <= len(topic) <= 30 and not re.search(r"\d", topic)
    return clean(topic)[0] + place.subject if usable else ""


def _town_and_country(place: Place) -> str:
    if not _HOME.fullmatch(place.subject):
        return ""
    topic = place.before
    return place.subject + topic.split("城乡")[-1] if "城乡" in topic else ""


def _measured_alike(place: Place) -> str:
    near, subject = place.near, place.subject
    if near is None or not _kin(near.unit, place.seen.unit):
        return ""
    if _SUM.fullmatch(subject):
        return _VERBS_FIRST.sub("", near.subject, count=1) + subject
    if _HOME.fullmatch(subject) and _HOME.match(near.subject):
        return subject + _HOME.sub("", near.subject, count=1)
    if _HOME.fullmatch(subject) and near.scope and _is_compared(place.seen):
        return subject + near.subject
    if _STARS.fullmatch(subject) and _STARS.match(near.subject):
        return _STARS.sub(subject, near.subject, count=1)
    if _EXCEEDING.fullmatch(subject):
        return _EXCEEDING.sub("", near.subject, count=1) + subject
    return ""


def _size_of_it(place: Place) -> str:
    near = place.near
    if near is None or not _SIZE.fullmatch(place.subject) or place.start - near.clause_end > 1:
        return ""
    return _VERBS_FIRST.sub("", near.subject, count=1) + place.subject


def _rate_beside(place: Place) -> str:
    """调处率100%、成功率96%: the second rate is of the same thing."""
    near = place.near
    if near is None or not _SHORT_RATE.fullmatch(place.subject):
        return ""
    beside = (
        near.clause_start == place.start
        and near.end + 1 >= place.seen.quantity.start - len(place.subject) - 4
    )
    if not beside or not _RATE.search(near.subject):
        return ""
    return _RATE.sub("", near.subject) + place.subject


def _per_many(place: Place) -> str:
    """每千人口床位数6张,医师数3人: the second is per thousand too."""
    near = place.near
    if near is None:
        return ""
    beside = near.clause_start == place.start and not place.subject.startswith("每")
    if not beside and not _COUNT_OF.fullmatch(place.subject):
        return ""
    many = _PER_MANY.match(near.subject)
    return many.group() + place.subject if many else ""


def _paying(place: Place) -> str:
    """对新建的机构,按每张床位2000元给予补助: who is paid stands in the clause before."""
    paid = _PAYING.fullmatch(place.subject)
    if paid is None:
        return ""
    who = _FOR_WHOM.match(place.before)
    return (who["who"] if who else "") + paid["what"]


def _limit_of_it(place: Place) -> str:
    if not _LIMIT.fullmatch(place.subject):
        return ""
    topic = _TOPIC_OF_LIMIT.match(place.before)
    return topic["what"] + place.subject if topic else ""


def _growth_of_it(place: Place) -> str:
    if not place.bare and len(place.subject) >= 2:
        return ""
    for target in reversed(place.earlier[-3:]):
        before = (
            target.clause_end <= place.seen.quantity.start or target.clause_start == place.start
        )
        if target.start >= place.sentence_start and before:
            told = _GROWTH_OR_DOING.sub("", target.subject)
            return told + place.subject
    return ""


def _topic_before(place: Place) -> str:
    little = place.bare or len(place.subject) < 2
    if not little and not is_generic(place.subject):
        return ""
    topic = place.before
    usable = 4 <= len(topic) <= 80 and not re.search(r"\d", topic)
    if usable and (little or _TOPIC_ENDS.search(topic)):
        return clean(topic)[0] + place.subject
    return ""


def _field_before(place: Place) -> str:
    """食品产业做深加工。产值突破90亿元。: the sentence before names the field."""
    if not _MEASURE.fullmatch(place.subject) or place.start - place.sentence_start > 2:
        return ""
    start = place.context.sentence_at(max(0, place.sentence_start - 1)).start
    field = _FIELD.match(place.context.norm[start : start + 16].lstrip(" "))
    return field["field"] + place.subject if field and start < place.sentence_start else ""


_PAID_EACH = re.compile(r"每人每?(?:[月年日天]|学年|学期)(?:不低于|不少于|发放?)?$")
_PAYMENT = re.compile(r"(?:补贴|补助|津贴|救助金|标准|奖励)$")


def _payment_of_the_task(place: Place) -> str:
    """重度残疾人护理补贴。一级每人每月100元: the heading says what is paid."""
    if not _PAID_EACH.search(place.seen.left) or _PAYMENT.search(place.subject):
        return ""
    node = place.context.outline.at(place.seen.quantity.start)
    titled = node is not None and _PAYMENT.search(node.title) and len(node.title) <= 20
    return node.title + place.subject if node is not None and titled else ""


def _share_of_it(place: Place) -> str:
    """新增床位400张,其中护理型不少于三成"""
    near, subject = place.near, place.subject
    if near is None or place.seen.unit != "%" or near.unit in ("%", "‰"):
        return ""
    if not 2 <= len(subject) <= 4 or not is_part(place.context, place.seen):
        return ""
    return subject + _VERBS_FIRST.sub("", near.subject, count=1)


_SIBLING = re.compile(r"[\u4e00-\u9fff]{2,4}")


def _sibling(place: Place) -> str:
    """护理标准全护理900元、半护理500元: one clause, names that end alike."""
    near, subject = place.near, place.subject
    if near is None or near.clause_start != place.start or not _SIBLING.fullmatch(subject):
        return ""
    if not _kin(near.unit, place.seen.unit) or len(near.subject) < len(subject) + 4:
        return ""
    told, size = near.subject, len(subject)
    if told[-1] != subject[-1] or ANY_VERB.search(subject):
        return ""
    return told[:-size] + subject


_STEPS: list[Callable[[Place], str]] = [
    _spending,
    _doing,
    _verb_alone,
    _covering,
    _town_and_country,
    _measured_alike,
    _size_of_it,
    _rate_beside,
    _payment_of_the_task,
    _share_of_it,
    _sibling,
    _per_many,
    _paying,
    _limit_of_it,
    _growth_of_it,
    _topic_before,
    _field_before,
]


def _is_compared(seen: Seen) -> bool:
    """县(市)达到30%: a place alone before a comparison is measured as the one before."""
    return _IS_COMPARED.search(seen.tail) is not None


def _thing_done(place: Place) -> str:
    """What 完成治理 or 投资 is about: the clause before it, else the clause after it."""
    named = _UNDERTAKEN.sub("", clean(_NUMBERED.sub("", place.before))[0])
    thing = _WORK_ENDS.sub("", named)
    thing = thing if len(thing) > 2 else named
    if 2 <= len(thing) <= 30 and not _NO_THING.search(thing):
        return thing
    return _thing_after(place) if "投资" in place.seen.left[-8:] else ""


def _thing_after(place: Place) -> str:
    """What money is spent on: 投入70万元，开展助困活动."""
    norm, end = place.context.norm, place.seen.clause.end
    if norm[end : end + 1] != ",":
        return ""
    after = re.split(r"[,;:。|\n]", norm[end + 1 : end + 41])[0]
    return clean(_COUNT_TOLD.sub("", after))[0]
