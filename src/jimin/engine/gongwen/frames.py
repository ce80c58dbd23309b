"""Slogans that count, and what they count: A、B、C“三个计划”."""

import re
from collections.abc import Iterator

from jimin.engine.gongwen.model import Frame, Member
from jimin.engine.gongwen.numerals import ordinal

_QUOTED = re.compile(r"“([^”\n]{3,60})”")
_SLOGAN = re.compile(
    r"(?P<count>[一二两三四五六七八九十]{1,2})(?:个|项|大|类|种|条)?[\u4e00-\u9fff]{1,8}"
)
_MEANS = re.compile(r"[,:]?(?:即|包括|分别是|也就是)[,:]?")
_FIVE_YEARS = re.compile(r"十[一二三四五六七]五.*")
_LISTED = "引号前并列"
_LEADING = re.compile(
    r"^.*(?:实施|推进|推动|开展|抓好|落实|强化|提升|打造|做好|加强|构建|坚持|确定的)(?=.{2})"
)


def read_frames(text: str, norm: str) -> list[Frame]:
    """Each counted slogan in quotation marks, with its members where the text lists them."""
    frames: dict[str, Frame] = {}
    for quoted in _QUOTED.finditer(norm):
        slogans = list(_slogans(quoted))
        explained = _explained(norm, quoted.end(), len(slogans))
        for index, (start, end, count) in enumerate(slogans):
            members = _listed_before(text, norm, quoted.start(), count) if len(slogans) == 1 else ()
            rule = _LISTED
            if not members and explained:
                clause_start, clause_end = explained[index]
                members = _split(text, norm, clause_start, clause_end, count)
                rule = "即…逐句说明"
            name = text[start:end]
            known = frames.get(name)
            if known is not None and (not members or known.rule == _LISTED):
                continue
            if members:
                frames[name] = Frame(start, end, name, count, members, rule)
            elif count > 1 and not _FIVE_YEARS.fullmatch(name):
                frames[name] = Frame(start, end, name, count, (), "引号内概括")
    return sorted(frames.values(), key=lambda frame: frame.start)


def _slogans(quoted: re.Match[str]) -> Iterator[tuple[int, int, int]]:
    """Every part of the quotation must count, else it is a name like 五保."""
    parts = list(re.finditer(r"[^、,]+", quoted[1]))
    matched = [_SLOGAN.fullmatch(part.group()) for part in parts]
    if not all(matched):
        return
    for part, m in zip(parts, matched, strict=True):
        count = _count(m["count"]) if m else None
        if count:
            offset = quoted.start(1)
            yield offset + part.start(), offset + part.end(), count


def _count(words: str) -> int | None:
    return 2 if words == "两" else ordinal(words)


def _listed_before(text: str, norm: str, end: int, count: int) -> tuple[Member, ...]:
    start = end
    while start > max(0, end - 160) and norm[start - 1] not in ",;。:!?\n":
        start -= 1
    return _split(text, norm, start, end, count) if count > 1 else ()


def _explained(norm: str, end: int, count: int) -> list[tuple[int, int]]:
    m = _MEANS.match(norm, end)
    if m is None or not count:
        return []
    clauses = []
    for clause in re.finditer(r"[^,;。\n]+", norm[m.end() : m.end() + 600]):
        clauses.append((m.end() + clause.start(), m.end() + clause.end()))
        if len(clauses) == count:
            return clauses
    return []


def _split(text: str, norm: str, start: int, end: int, count: int) -> tuple[Member, ...]:
    """The clause cut at 、 and 和 into exactly so many members, else none."""
    stretch = norm[start:end]
    for separators in (r"、", r"、|以及|和|与", r"、|以及|和|与|及"):
        spans, place = [], 0
        for m in re.finditer(separators, stretch):
            spans.append((place, m.start()))
            place = m.end()
        spans.append((place, len(stretch)))
        spans = [(a, b) for a, b in spans if b > a]
        if len(spans) == count:
            first = _LEADING.match(stretch[: spans[0][1]])
            if first and first.end() < spans[0][1]:
                spans[0] = (first.end(), spans[0][1])
            return tuple(
                Member(start + a, start + b, text[start + a : start + b]) for a, b in spans
            )
    return ()
