"""The rules of a book drawn: each to the right of those it uses, every box a link to its rule."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from html import escape
from typing import Final, TypeAlias

from ..book import Rule, RuleBook
from ..expressions import RuleValue
from ..language import Language
from ..walk import walk
from .layers import Layout, Place, laid_out
from .wording import Reference

Address: TypeAlias = Callable[[Reference], str]
WIDTH: Final = 112.0
GAP: Final = 32.0
LINE: Final = 16.0
MARGIN: Final = 8.0
CHARACTERS: Final = 8.0
"""How many Chinese characters stand in a line of a box."""


def uses(rules: Sequence[Rule]) -> tuple[str, ...]:
    """The rules that some version of a rule refers to, in the order of its formula."""
    return tuple(
        dict.fromkeys(
            part.name
            for rule in rules
            for part in walk(rule.expression)
            if isinstance(part, RuleValue)
        )
    )


def drawn(book: RuleBook, language: Language, address: Address, results: Sequence[str] = ()) -> str:
    """All rules of a book as SVG; `results` are those that decide."""
    rests_on = {name: uses(versions) for name, versions in book.versions.items()}
    newest = book.rules
    labels = {name: _lines(language.text(rule.label)) for name, rule in newest.items()}
    height = LINE * max(map(len, labels.values())) + 14
    layout = laid_out(rests_on, height + 12)
    wide = layout.columns * (WIDTH + GAP) - GAP + 2 * MARGIN
    high = layout.height + 2 * MARGIN
    title = escape(language.text("规则关系图：左边的规则用于右边的规则"))
    parts = [
        f'<svg class="graph" xmlns="http://www.w3.org/2000/svg" role="group" aria-label="{title}" '
        f'width="{wide:.0f}" height="{high:.0f}" viewBox="0 0 {wide:.0f} {high:.0f}">'
    ]
    parts.extend(_links(layout))
    for name, rule in newest.items():
        reference = Reference("rule", rule.scope, name, rule.label)
        look = _look(rule, is_result=name in results)
        place = layout.places[name]
        parts.append(_box(place, height, labels[name], look, address(reference)))
    parts.append("</svg>")
    return "".join(parts)


def _look(rule: Rule, *, is_result: bool) -> str:
    kinds = {"truth": "condition", "code": "choice"}
    look = f"box {kinds.get(rule.expression.kind, 'number')}"
    if rule.scope == "member":
        look += " of-member"
    return f"{look} result" if is_result else look


def _box(place: Place, height: float, lines: Sequence[str], look: str, address: str) -> str:
    x, y = MARGIN + place.column * (WIDTH + GAP), MARGIN + place.height - height / 2
    middle = y + height / 2 - LINE * (len(lines) - 1) / 2 + 4.5
    text = "".join(
        f'<tspan x="{x + WIDTH / 2:.1f}" y="{middle + LINE * number:.1f}">{escape(line)}</tspan>'
        for number, line in enumerate(lines)
    )
    corner = 12 if "of-member" in look else 3
    return (
        f'<a href="{escape(address)}" class="{look}">'
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{WIDTH:.0f}" height="{height:.1f}" rx="{corner}"/>'
        f'<text text-anchor="middle" font-size="12.5">{text}</text></a>'
    )


def _links(layout: Layout) -> Iterator[str]:
    """The links, each ending in a small arrow head."""
    for route in layout.routes.values():
        x = MARGIN + route[0].column * (WIDTH + GAP) + WIDTH
        y = MARGIN + route[0].height
        path = [f"M{x:.1f} {y:.1f}"]
        for place in route[1:]:
            left, height = MARGIN + place.column * (WIDTH + GAP), MARGIN + place.height
            bend = GAP / 2
            path.append(
                f"C{x + bend:.1f} {y:.1f} {left - bend:.1f} {height:.1f} {left:.1f} {height:.1f}"
            )
            x, y = left, height
            if place is not route[-1]:
                x = left + WIDTH
                path.append(f"L{x:.1f} {y:.1f}")
        head = f"M{x - 6:.1f} {y - 3:.1f}L{x:.1f} {y:.1f}L{x - 6:.1f} {y + 3:.1f}"
        yield f'<path class="link" fill="none" d="{"".join(path)}{head}"/>'


def _lines(label: str) -> list[str]:
    """A label in lines that fit a box."""
    found: list[str] = []
    line, width = "", 0.0
    for word in _words(label):
        size = sum(1.0 if ord(sign) > 0x2E80 else 0.53 for sign in word)
        if line and width + size > CHARACTERS:
            found.append(line.strip())
            line, width = "", 0.0
        line, width = line + word, width + size
    return [*found, line.strip()]


def _words(label: str) -> Iterator[str]:
    """What may not be torn apart: a Chinese character, or a word with the space after it."""
    word = ""
    for sign in label:
        if ord(sign) > 0x2E80:
            if word:
                yield word
            word = ""
            yield sign
        else:
            word += sign
            if sign == " ":
                yield word
                word = ""
    if word:
        yield word
