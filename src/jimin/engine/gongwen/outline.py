"""The headings and numbered tasks of a text, nested.

Four kinds of evidence: a marker at the start of a line (一、), a marker inside a line
(一是), a paragraph that names its field (社会救助方面。) and paragraphs whose short first
sentences are parallel to each other. Markers must count: 一是 without 二是 is no list.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from jimin.engine.gongwen.model import Node
from jimin.engine.gongwen.numerals import ordinal

_CN = "[一二三四五六七八九十]{1,3}"

# family, rank (depth when nothing else tells), pattern at the start of a line
_LINE_FAMILIES: list[tuple[str, int, re.Pattern[str]]] = [
    ("part", 0, re.compile(rf"第({_CN})(?:部分|编|篇|章)(?=[ 、:,]|\S)")),
    ("section", 1, re.compile(rf"第({_CN})节(?=[ 、:,]|\S)")),
    ("cn", 2, re.compile(rf"({_CN})(?:、|[.](?!\d))")),
    ("cn", 2, re.compile(rf"({_CN}) (?=\S)")),
    ("cn_paren", 3, re.compile(rf"\(({_CN})\)[、.]?")),
    ("digit", 4, re.compile(r"(\d{1,2})(?:、|[.](?:(?=20\d\d年)|(?!\d)))")),
    ("digit_paren", 5, re.compile(r"\((\d{1,2})\)[、.]?|(\d{1,2})\)(?=[^\d,;。])")),
    ("circle", 6, re.compile(r"([①-⑳])")),
]
_RUN_IN = ("run_in", 7)
_FIRST = ("first", 8)  # 第一，… 第二，…
_YISHI = ("yishi", 9)  # 一是… 二是…
_YIYAO = ("yiyao", 10)  # 一要… 二要…
_RANK = {family: rank for family, rank, _ in _LINE_FAMILIES} | dict(
    [_RUN_IN, _FIRST, _YISHI, _YIYAO]
)
_MUST_COUNT = {"first", "yishi", "yiyao"}

_INLINE = re.compile(
    rf"(?:(?<=[。;:!?\n ”)])|(?<![\s\S]))"
    rf"(?:(?P<yishi>{_CN})是(?!否|非)|(?P<yiyao>{_CN})要(?!求|素|点|件|务)"
    rf"|第(?P<first>{_CN})(?:是|[,、:]))"
)
_INLINE_AFTER_STOP = re.compile(rf"(?<=[。!?])(?:(?P<cn>{_CN})、|\((?P<cn_paren>{_CN})\))")

_FIELD = re.compile(r"(?:在|从)?([^。,;:!?\d《》]{2,24}方面)(?:[。:]|,(?=一是|一要)|$)")
_SHORT_FIRST = re.compile(r"([^。;:,!?\d《》]{4,32})。(?=\S)")
_LIST_STARTS = re.compile(r"一是|一要|第一[,、]|\(一\)|\(1\)|1[.、]|①")
_NO_HEADING = re.compile(
    r"我们|会议|大会|各位|同志|今年|去年|同时|此外|目前|本报|据了解|近年|要|这|特此|请|以上|附件|该"
)
_WEAK = "段首短句并列"
_NO_WEAK = 10**9  # what stands before the first number is the front of the text, not headings
_CONTENTS_LINE = re.compile(r"[.…·]{3,} *\d+ *$")
_ANNEX_LIST = re.compile(r"附件?[:] *(?:\d|《|[^。]{2,60}$)")


@dataclass(slots=True)
class _Candidate:
    start: int
    family: str
    ordinal: int | None
    marker_end: int
    line_end: int
    rule: str
    confidence: float


def read_outline(text: str) -> list[Node]:
    """The nodes of normalised text, in order."""
    counted = _keep_those_that_count(_candidates(text))
    return _nest(text, counted)


def _candidates(text: str) -> list[_Candidate]:
    found: list[_Candidate] = []
    block: list[_Candidate] = []  # paragraphs between two line markers
    paragraphs = 0
    annex_list = numbered = False
    for start, end in _lines(text):
        line = text[start:end]
        if annex_list and len(line) <= 60 and "。" not in line and _line_marker(line):
            continue
        annex_list = bool(_ANNEX_LIST.match(line))
        if annex_list or _CONTENTS_LINE.search(line[-40:]):
            continue
        marked = _line_marker(line)
        if marked is not None:
            family, number, length = marked
            found.extend(_parallel(block, paragraphs, least=2 if numbered else _NO_WEAK))
            block, paragraphs, numbered = [], 0, True
            found.append(_Candidate(start, family, number, start + length, end, "行首序号", 0.98))
        elif not _INLINE.match(line):
            paragraphs += 1
            heading = _run_in(line, start, end)
            if heading is not None:
                block.append(heading)
        found.extend(_inline(line, start, end))
    found.extend(_parallel(block, paragraphs, least=2 if numbered else 3))
    found.sort(key=lambda c: (c.start, _RANK[c.family]))
    return found


def _lines(text: str) -> Iterator[tuple[int, int]]:
    for m in re.finditer(r"[^\n]+", text):
        body = m.group()
        stripped = body.strip(" ")
        if stripped:
            start = m.start() + len(body) - len(body.lstrip(" "))
            yield start, start + len(stripped)


def _line_marker(line: str) -> tuple[str, int, int] | None:
    for family, _, pattern in _LINE_FAMILIES:
        m = pattern.match(line)
        if m:
            number = ordinal(next(group for group in m.groups() if group))
            if number is not None and m.end() < len(line):
                return family, number, m.end()
    return None


def _inline(line: str, start: int, end: int) -> Iterator[_Candidate]:
    for pattern in (_INLINE, _INLINE_AFTER_STOP):
        for m in pattern.finditer(line):
            family = str(m.lastgroup)
            if m.start() == 0 and _line_marker(line):
                continue
            yield _Candidate(
                start + m.start(),
                family,
                ordinal(m[family]),
                start + m.end(),
                end,
                "句首序号",
                0.95,
            )


def _run_in(line: str, start: int, end: int) -> _Candidate | None:
    m = _FIELD.match(line)
    if m:
        return _Candidate(start, "run_in", None, start + m.end(), end, "某某方面", 0.95)
    m = _SHORT_FIRST.match(line)
    if m is None or _NO_HEADING.match(line):
        return None
    if _LIST_STARTS.match(line, m.end()):
        return _Candidate(start, "run_in", None, start + m.end(), end, "短句后接序号", 0.95)
    return _Candidate(start, "run_in", None, start + m.end(), end, _WEAK, 0.8)


def _parallel(block: list[_Candidate], paragraphs: int, *, least: int) -> list[_Candidate]:
    """Short first sentences are headings only together: several, and half of the paragraphs."""
    if len(block) >= least and 2 * len(block) >= paragraphs:
        return block
    return [c for c in block if c.rule != _WEAK]


def _keep_those_that_count(candidates: list[_Candidate]) -> list[_Candidate]:
    """Drop markers out of sequence, and inline lists that never reach two."""
    kept: list[_Candidate] = []
    last: dict[str, int] = {}
    follows = _starts_with_a_sequel(candidates)
    for index, candidate in enumerate(candidates):
        family, number = candidate.family, candidate.ordinal
        deeper = [name for name in last if _RANK[name] > _RANK[family]]
        if number is not None:
            before = last.get(family)
            if family in _MUST_COUNT:
                fits = index in follows if number == 1 else before == number - 1
            else:
                fits = number == 1 or before is None or number >= before
                if fits and before is not None and number > before + 1:
                    candidate.confidence = 0.8
                    candidate.rule += "（序号不连续）"
                if number > 1 and number == before:
                    candidate.confidence = 0.7
                    candidate.rule += "（序号重复）"
            if not fits:
                continue
            last[family] = number
        for name in deeper:
            del last[name]
        kept.append(candidate)
    return kept


def _starts_with_a_sequel(candidates: list[_Candidate]) -> set[int]:
    """The firsts of inline lists after which a second comes before the next first."""
    starts: set[int] = set()
    second: dict[str, bool] = {}
    for index in range(len(candidates) - 1, -1, -1):
        family, number = candidates[index].family, candidates[index].ordinal
        if family not in _MUST_COUNT:
            continue
        if number == 2:
            second[family] = True
        elif number == 1 and second.pop(family, False):
            starts.add(index)
    return starts


def _nest(text: str, candidates: list[_Candidate]) -> list[Node]:
    nodes: list[Node] = []
    stack: list[Node] = []
    for candidate in candidates:
        _close(stack, candidate)
        parent = stack[-1] if stack else None
        heading_end, title = _title(text, candidate)
        node = Node(
            start=candidate.start,
            end=len(text),
            heading_end=heading_end,
            parent=parent.start if parent else None,
            level=len(stack) + 1,
            family=candidate.family,
            marker=text[candidate.start : candidate.marker_end]
            if candidate.family != "run_in"
            else "",
            ordinal=candidate.ordinal,
            title=title,
            confidence=candidate.confidence,
            rule=candidate.rule,
        )
        nodes.append(node)
        stack.append(node)
    _set_ends(text, nodes)
    return nodes


def _close(stack: list[Node], candidate: _Candidate) -> None:
    """Pop what the new marker ends: its own family if open, else everything as deep as it."""
    family, rank = candidate.family, _RANK[candidate.family]
    if any(node.family == family for node in stack):
        while stack.pop().family != family:
            pass
        return
    while stack and _RANK[stack[-1].family] >= rank:
        below_run_in = stack[-1].family == "run_in" and candidate.ordinal == 1
        if below_run_in and rank >= _RANK["digit"]:
            return
        stack.pop()


def _title(text: str, candidate: _Candidate) -> tuple[int, str]:
    if candidate.family == "run_in":
        return candidate.marker_end, text[candidate.start : candidate.marker_end].rstrip("。:,")
    m = re.compile(r"[。:;\n]").search(text, candidate.marker_end, candidate.line_end)
    end = m.end() if m else candidate.line_end
    title = text[candidate.marker_end : end].strip(" 。:;\n")
    if len(title) > 60:
        title = title.split(",")[0][:60]
    return end, title


def _set_ends(text: str, nodes: list[Node]) -> None:
    """A node ends where the next of its level or above begins, blanks left out."""
    open_nodes: list[Node] = []
    for node in nodes:
        while open_nodes and open_nodes[-1].level >= node.level:
            open_nodes.pop().end = node.start
        open_nodes.append(node)
    for node in nodes:
        while node.end > node.start and text[node.end - 1] in " \n":
            node.end -= 1


class Outline:
    """Finds the node a place of the text belongs to."""

    def __init__(self, nodes: list[Node]) -> None:
        self.nodes = nodes
        self._starts = [node.start for node in nodes]
        self._by_start = {node.start: node for node in nodes}

    def at(self, place: int) -> Node | None:
        """The innermost node; nodes are in order, so it is the last begun and its ancestors."""
        index = bisect_right(self._starts, place) - 1
        node = self.nodes[index] if index >= 0 else None
        while node is not None and place >= node.end:
            node = self.parent(node)
        return node

    def parent(self, node: Node) -> Node | None:
        return self._by_start.get(node.parent) if node.parent is not None else None

    def path(self, node: Node | None) -> Iterator[Node]:
        while node is not None:
            yield node
            node = self.parent(node)
