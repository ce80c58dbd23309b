"""Laying out a graph without circles in columns, each thing to the right of what it rests on.

The classic way in four steps: columns by longest path, lanes for links that pass a column, few
crossings by moving everything to the middle of its neighbours, and heights as near to them as the
distances allow. The same graph is always laid out alike.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, NamedTuple

SWEEPS: Final = 24
LANE: Final = 14.0
"""The height kept free for a link that passes a column."""


class Place(NamedTuple):
    """A column, and the height of the middle."""

    column: int
    height: float


@dataclass(frozen=True, slots=True)
class Layout:
    """`routes` are the columns and heights a link goes through, both ends among them."""

    places: Mapping[str, Place]
    routes: Mapping[tuple[str, str], tuple[Place, ...]]
    columns: int
    height: float


def laid_out(rests_on: Mapping[str, Sequence[str]], room: float) -> Layout:
    """The layout of things, each with what it rests on; `room` is the height of one."""
    columns = _columns(rests_on)
    chains: dict[tuple[str, str], list[str]] = {}
    column_of = dict(columns)
    for name, needed in rests_on.items():
        for other in needed:
            chain = [other]
            for column in range(columns[other] + 1, columns[name]):
                lane = f"{other}>{name}@{column}"
                column_of[lane] = column
                chain.append(lane)
            chains[other, name] = [*chain, name]
    before: dict[str, list[str]] = {name: [] for name in column_of}
    after: dict[str, list[str]] = {name: [] for name in column_of}
    for chain in chains.values():
        for one, two in pairwise(chain):
            before[two].append(one)
            after[one].append(two)
    count = max(column_of.values(), default=0) + 1
    order = [[name for name, at in column_of.items() if at == column] for column in range(count)]
    order = _few_crossings(order, before, after)
    sizes = {name: room if name in rests_on else LANE for name in column_of}
    heights = _heights(order, before, after, sizes)
    lowest = min((heights[name] - sizes[name] / 2 for name in heights), default=0.0)
    places = {name: Place(column_of[name], heights[name] - lowest) for name in column_of}
    return Layout(
        {name: places[name] for name in rests_on},
        {ends: tuple(places[name] for name in chain) for ends, chain in chains.items()},
        count,
        max((places[name].height + sizes[name] / 2 for name in places), default=0.0),
    )


def _columns(rests_on: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """By longest path; what nothing uses stands last, and the rest as near to its users as can be.

    A thing is moved towards its users where that makes no more links longer than shorter.
    """
    found: dict[str, int] = {}

    def column(name: str) -> int:
        if name not in found:
            found[name] = 1 + max((column(other) for other in rests_on[name]), default=-1)
        return found[name]

    for name in rests_on:
        column(name)
    users: dict[str, list[str]] = {name: [] for name in rests_on}
    for name, needed in rests_on.items():
        for other in needed:
            users[other].append(name)
    last = max(found.values(), default=0)
    for name in sorted(found, key=lambda name: -found[name]):
        if not users[name]:
            found[name] = last
        elif len(rests_on[name]) <= len(users[name]):
            found[name] = min(found[user] for user in users[name]) - 1
    return found


def _few_crossings(
    order: list[list[str]], before: Mapping[str, list[str]], after: Mapping[str, list[str]]
) -> list[list[str]]:
    best, fewest = order, _crossings(order, after)
    for sweep in range(SWEEPS):
        rightwards = sweep % 2 == 0
        order = [list(column) for column in order]
        columns = range(1, len(order)) if rightwards else range(len(order) - 2, -1, -1)
        for column in columns:
            beside = order[column - 1 if rightwards else column + 1]
            rank = {name: place for place, name in enumerate(beside)}
            near = before if rightwards else after
            now = {name: place for place, name in enumerate(order[column])}

            def middle(
                name: str, near: Mapping[str, list[str]] = near, rank: dict[str, int] = rank,
                now: dict[str, int] = now,
            ) -> tuple[float, int]:  # fmt: skip
                places = [rank[other] for other in near[name]]
                here = now[name]
                return (sum(places) / len(places) if places else float(here), here)

            order[column].sort(key=middle)
        found = _crossings(order, after)
        if found < fewest:
            best, fewest = order, found
    return best


def _crossings(order: list[list[str]], after: Mapping[str, list[str]]) -> int:
    found = 0
    for left, right in pairwise(order):
        rank = {name: place for place, name in enumerate(right)}
        ends = [rank[other] for name in left for other in sorted(after[name], key=rank.__getitem__)]
        found += sum(1 for n, one in enumerate(ends) for two in ends[n + 1 :] if two < one)
    return found


def _heights(
    order: list[list[str]],
    before: Mapping[str, list[str]],
    after: Mapping[str, list[str]],
    sizes: Mapping[str, float],
) -> dict[str, float]:
    heights: dict[str, float] = {}
    for column in order:
        at = 0.0
        for name in column:
            heights[name] = at + sizes[name] / 2
            at += sizes[name]
    for sweep in range(SWEEPS):
        for column in order if sweep % 2 == 0 else order[::-1]:
            wanted = []
            for name in column:
                near = [heights[other] for other in (*before[name], *after[name])]
                wanted.append(sum(near) / len(near) if near else heights[name])
            heights.update(zip(column, _apart(column, wanted, sizes), strict=True))
    return heights


def _apart(
    column: Sequence[str], wanted: Sequence[float], sizes: Mapping[str, float]
) -> list[float]:
    """The heights nearest to those wanted that keep order and distance (least squares)."""
    starts, at = [], 0.0
    for place, name in enumerate(column):
        if place:
            at += (sizes[column[place - 1]] + sizes[name]) / 2
        starts.append(at)
    blocks: list[tuple[float, int]] = []
    for height, start in zip(wanted, starts, strict=True):
        total, count = height - start, 1
        while blocks and blocks[-1][0] / blocks[-1][1] > total / count:
            more, others = blocks.pop()
            total, count = total + more, count + others
        blocks.append((total, count))
    free = [total / count for total, count in blocks for _ in range(count)]
    return [height + start for height, start in zip(free, starts, strict=True)]
