"""Reading costs as many steps a character in a long text as in a short one.

Counted are the lines of the reader's own code that run, and the characters that a search for a
mark or a copy walks over, so that a busy machine changes nothing.
"""

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any, SupportsIndex

import pytest

from jimin.engine.gongwen import context, normalise, read_plan

OURS = "jimin/engine/gongwen"


class Counted(str):
    """A text that adds up how far it is searched and how much of it is copied."""

    walked = 0

    def find(self, sub: str, *bounds: Any) -> int:
        start, end, _ = slice(*(*bounds, None)[:2] if bounds else (None, None)).indices(len(self))
        place = super().find(sub, start, end)
        Counted.walked += (end if place < 0 else place) - start
        return place

    def rfind(self, sub: str, *bounds: Any) -> int:
        start, end, _ = slice(*(*bounds, None)[:2] if bounds else (None, None)).indices(len(self))
        place = super().rfind(sub, start, end)
        Counted.walked += end - max(place, start)
        return place

    def __getitem__(self, key: SupportsIndex | slice) -> str:
        part = super().__getitem__(key)
        Counted.walked += len(part)
        return part


@pytest.fixture
def counting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(context, "normalise", lambda text: Counted(normalise.normalise(text)))


def walked(text: str) -> int:
    """How many characters of a text the search for marks and the copying of parts go over."""
    Counted.walked = 0
    read_plan(text, 2021)
    return Counted.walked


def lines_run(text: str) -> int:
    """How many lines of the reader's code run, loops counted each time round."""
    lines = 0

    def trace(frame: FrameType, event: str, _: object) -> Any:
        nonlocal lines
        if event == "call":
            return trace if OURS in frame.f_code.co_filename else None
        lines += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        read_plan(text, 2021)
    finally:
        sys.settrace(before)
    return lines


def growth(steps: Callable[[str], int], unit: str, times: int) -> float:
    """What the third part of a text adds to the steps, by what the second part does.

    1 when steps grow with the length, 1.67 when they grow with its square.
    """
    first, second, third = (steps(unit * times * part) for part in (1, 2, 3))
    return (third - second) / (second - first)


ONE_LINE = [
    "新增床位90张、",
    "新增床位90张,",
    "新增床位90张。",
    "90张",
    "到2025年底床位90张,",
    "由90元、",
    "新增床位\t90张\t",
    "现有户数9户(其中",
    "制定《办法》、",
    "“三个计划”、",
    "一村一品",
    "牵头单位:甲局、",
]
MANY_LINES = [
    "我市今年新增床位90张\n",  # a title that comes again
    "名词解释\n一、发展计划\n",  # glossaries without end
    "一、建站\n(一)新增床位90张。\n",
    "到2025年底目标\n新增床位90张\n",
    "附件:\n1.分解表\n",
]


@pytest.mark.parametrize("unit", [*ONE_LINE, *MANY_LINES])
def test_the_lines_run_grow_with_the_text(unit: str) -> None:
    assert growth(lines_run, unit, 40) <= 1.3


@pytest.mark.usefixtures("counting")
@pytest.mark.parametrize("unit", ONE_LINE)
def test_the_characters_walked_grow_with_the_text(unit: str) -> None:
    assert growth(walked, unit, 100) <= 1.3
