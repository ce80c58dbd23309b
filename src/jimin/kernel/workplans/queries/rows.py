"""What the ledger looks like on a day: a tree of tasks with their targets and papers."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction

from ..models import Deliverable, Frame, Plan, Report, Target, Task
from ..rules.indicators import Figure, Indicator
from ..rules.lights import Goal, Light, worst
from ..rules.lights import Standing as Judged

Figures = dict[str, dict[str, Figure]]


@dataclass(frozen=True)
class Part:
    """One area's share in a target."""

    code: str
    name: str
    figure: Figure | None
    standing: Judged | None
    address: str = ""
    report: Report | None = None


@dataclass(frozen=True)
class Row:
    """A target on a day."""

    target: Target
    goal: Goal
    standing: Judged
    parts: list[Part]
    figure: Figure | None = None
    indicator: Indicator | None = None
    report: Report | None = None

    @property
    def is_computed(self) -> bool:
        return bool(self.target.indicator)


@dataclass(frozen=True)
class Paper:
    paper: Deliverable
    standing: Judged
    progress: Deliverable.Progress


@dataclass
class Node:
    """A task with what hangs on it. Its light is its worst one's."""

    task: Task
    frames: list[Frame] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    papers: list[Paper] = field(default_factory=list)
    children: list["Node"] = field(default_factory=list)

    def standings(self) -> Iterator[Judged]:
        yield from (row.standing for row in self.rows)
        yield from (paper.standing for paper in self.papers)
        for child in self.children:
            yield from child.standings()

    @property
    def light(self) -> Light:
        return worst(standing.light for standing in self.standings())

    def targets(self) -> Iterator[Row]:
        yield from self.rows
        for child in self.children:
            yield from child.targets()

    @property
    def lights(self) -> dict[Light, int]:
        """How many targets show which light; papers have none here."""
        return count_lights(row.standing for row in self.targets())

    @property
    def progress(self) -> Fraction | None:
        """How much of what the task promised is done; None where it promised nothing checkable."""
        shares = [_clipped(standing.progress) for standing in self.standings()]
        return sum(shares, Fraction(0)) / len(shares) if shares else None


@dataclass(frozen=True)
class FrameProgress:
    frame: Frame
    tasks: int
    red: int
    progress: Fraction | None


@dataclass(frozen=True)
class Ledger:
    plan: Plan
    on: date
    tree: list[Node]
    nodes: dict[int, Node]
    slogans: list[Frame]
    figures: Figures

    def with_row(self, row: Row) -> "Ledger":
        """The same ledger in which one target stands otherwise; the tree keeps the old row."""
        node = self.nodes[row.target.task_id]
        rows = [row if each.target.pk == row.target.pk else each for each in node.rows]
        return replace(self, nodes={**self.nodes, node.task.pk: replace(node, rows=rows)})

    def rows(self) -> Iterator[Row]:
        for node in self.nodes.values():
            yield from node.rows

    @property
    def lights(self) -> dict[Light, int]:
        return count_lights(row.standing for row in self.rows())

    def frames(self) -> list[FrameProgress]:
        """Each frame's tasks, the red ones, and Σ weight × progress ÷ Σ weight."""
        members: dict[int, list[Node]] = {}
        for node in self.nodes.values():
            for frame in node.frames:
                members.setdefault(frame.pk, []).append(node)
        return [_frame_progress(frame, members.get(frame.pk, [])) for frame in self.slogans]


def count_lights(standings: Iterator[Judged]) -> dict[Light, int]:
    """Worst first, every light named even where there is none."""
    counts = dict.fromkeys(reversed(Light), 0)
    for standing in standings:
        counts[standing.light] += 1
    return counts


def _clipped(progress: Fraction | None) -> Fraction:
    return min(max(progress or Fraction(0), Fraction(0)), Fraction(1))


def _frame_progress(frame: Frame, nodes: list[Node]) -> FrameProgress:
    weighed = [(Fraction(node.task.weight), node.progress) for node in nodes]
    known = [(weight, share) for weight, share in weighed if share is not None]
    weight = sum((w for w, _ in known), Fraction(0))
    return FrameProgress(
        frame,
        len(nodes),
        sum(node.light == Light.RED for node in nodes),
        sum((w * p for w, p in known), Fraction(0)) / weight if weight else None,
    )
