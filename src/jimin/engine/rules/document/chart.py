"""A parameter over time as a small step chart: one line for each group of keys alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from fractions import Fraction
from html import escape
from typing import Final, NamedTuple

from ..language import Language
from ..parameters import DatedValue, Parameter
from ..words import figure_text, plain

WIDTH: Final = 600.0
HEIGHT: Final = 150.0
LEFT: Final = 62.0
RIGHT: Final = 230.0
TOP: Final = 12.0
BOTTOM: Final = 24.0
MOST_NAMED: Final = 6
STILL: Final = 0.1
"""How far beyond the last change the lines go on, as a share of the time shown."""


class Series(NamedTuple):
    """The keys whose figures were always alike, and those figures by date."""

    keys: tuple[tuple[str, ...], ...]
    values: tuple[DatedValue, ...]


def series_of(parameter: Parameter) -> list[Series]:
    """The figures of a parameter by key, keys that never differed together."""
    by_key: dict[tuple[str, ...], list[DatedValue]] = {}
    for value in parameter.values:
        by_key.setdefault(value.key, []).append(value)
    alike: dict[object, list[tuple[str, ...]]] = {}
    for key, values in by_key.items():
        told = tuple((value.since, value.value, value.status) for value in values)
        alike.setdefault(told, []).append(key)
    return [Series(tuple(keys), tuple(by_key[keys[0]])) for keys in alike.values()]


def charted(
    parameter: Parameter, language: Language, named: Callable[[Sequence[tuple[str, ...]]], str]
) -> str:
    """The chart as SVG, or nothing for a figure that never changed or is a scale of steps."""
    series = series_of(parameter)
    days = sorted({value.since for one in series for value in one.values})
    if parameter.threshold_unit_name or len(days) < 2:
        return ""
    return "".join(_chart(parameter, series, days, language, named))


def _chart(
    parameter: Parameter,
    series: Sequence[Series],
    days: Sequence[date],
    language: Language,
    named: Callable[[Sequence[tuple[str, ...]]], str],
) -> Iterator[str]:
    first = days[0].toordinal()
    span = max(365.0, (days[-1].toordinal() - first) * (1 + STILL))
    numbers = [Fraction(value.value) for one in series for value in one.values]
    top = _round_above(max(*numbers, Fraction(0))) or Fraction(1)
    low = min(*numbers, Fraction(0))

    def x(day: date) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * (day.toordinal() - first) / span

    def y(number: Fraction) -> float:
        return TOP + (HEIGHT - TOP - BOTTOM) * float((top - number) / (top - low))

    title = escape(language.say("{label}随时间的变化", label=language.text(parameter.label)))
    yield (
        f'<svg class="chart" xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{title}" '
        f'width="{WIDTH:.0f}" height="{HEIGHT:.0f}" viewBox="0 0 {WIDTH:.0f} {HEIGHT:.0f}">'
    )
    for number in dict.fromkeys((low, (top + low) / 2, top)):
        at = y(number)
        mark = escape(_mark(parameter, number, language))
        yield f'<path class="grid" d="M{LEFT:.0f} {at:.1f}H{WIDTH - RIGHT:.0f}"/>'
        yield (
            f'<text class="mark" text-anchor="end" x="{LEFT - 6:.0f}" '
            f'y="{at + 4:.1f}">{mark}</text>'
        )
    shown = -100.0
    for day in days:
        if x(day) - shown < 46:
            continue
        shown = x(day)
        yield f'<path class="grid" d="M{shown:.1f} {TOP:.0f}V{HEIGHT - BOTTOM:.0f}"/>'
        text = f"{day.year}-{day.month:02d}"
        yield (
            f'<text class="mark" text-anchor="middle" x="{shown:.1f}" '
            f'y="{HEIGHT - 7:.0f}">{text}</text>'
        )
    named_ones = _named(series)
    # Of many lines only those with a name have a colour, and lie over the others.
    for place, one in sorted(enumerate(series), key=lambda at: at[0] in named_ones):
        yield from _line(one, f"c{place % 6}" if place in named_ones else "many", x, y)
    yield from _names(parameter, series, y, language, named)
    yield "</svg>"


def _named(series: Sequence[Series]) -> dict[int, Series]:
    """The lines with a name by their places, from the top: all, or of many the outermost."""
    last = sorted(enumerate(series), key=lambda one: (-Fraction(one[1].values[-1].value), one[0]))
    return dict(last if len(last) <= MOST_NAMED else (last[0], last[-1]))


def _line(
    one: Series, colour: str, x: Callable[[date], float], y: Callable[[Fraction], float]
) -> Iterator[str]:
    """The steps of one series; what no document confirms is dashed."""
    for number, value in enumerate(one.values):
        later = one.values[number + 1] if number + 1 < len(one.values) else None
        end = WIDTH - RIGHT if later is None else x(later.since)
        at = y(Fraction(value.value))
        step = f"M{x(value.since):.1f} {at:.1f}H{end:.1f}"
        if later is not None:
            step += f"V{y(Fraction(later.value)):.1f}"
        look = "line example" if value.status == "example" else "line"
        yield f'<path class="{look} {colour}" fill="none" d="{step}"/>'


def _names(
    parameter: Parameter,
    series: Sequence[Series],
    y: Callable[[Fraction], float],
    language: Language,
    named: Callable[[Sequence[tuple[str, ...]]], str],
) -> Iterator[str]:
    """At the end of each line what it is, a little apart; of many lines only the outermost."""
    below = TOP - 8
    for place, one in _named(series).items():
        value = one.values[-1]
        at = max(y(Fraction(value.value)) + 4, below + 13)
        below = at
        label = named(one.keys) if parameter.key_names else ""
        text = f"{_short(label)} {figure_text(parameter, value, language)}".strip()
        yield (
            f'<text class="name c{place % 6}" x="{WIDTH - RIGHT + 5:.0f}" y="{at:.1f}">'
            f"<title>{escape(label)}</title>{escape(text)}</text>"
        )


def _short(label: str) -> str:
    """A name that fits beside the chart."""
    width = 0.0
    for place, sign in enumerate(label):
        width += 1.0 if ord(sign) > 0x2E80 else 0.55
        if width > 11:
            return label[:place] + "…"
    return label


def _mark(parameter: Parameter, number: Fraction, language: Language) -> str:
    if parameter.unit.yuan and number.denominator == 1:
        return language.whole(number.numerator)
    return plain(number, as_share=parameter.unit_name == "比例")


def _round_above(number: Fraction) -> Fraction:
    """The next number of one or two digits that divides in half well."""
    if number <= 0:
        return Fraction(0)
    size = Fraction(1)
    while size * 10 <= number:
        size *= 10
    while size > number:
        size /= 10
    for step in (1, 2, 3, 4, 5, 6, 8, 10):
        if step * size >= number:
            return step * size
    return 10 * size
