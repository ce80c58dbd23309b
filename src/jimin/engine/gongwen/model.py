"""What reading a plan gives. Every row knows its place in the text, its rule and how sure it is."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Literal

Comparator = Literal[">=", "<=", "=", ">", "<", "≈", "range"]
Role = Literal["performance", "policy_parameter"]
TargetKind = Literal["flow", "stock", "ratio", "survey", "growth", "cap", "level", "per_unit"]
ProposalKind = Literal[
    "relational", "universal", "zero", "grade", "per_unit", "milestone", "multiple"
]
RegionKind = Literal["front", "review", "plan", "glossary", "annex"]
Value = Decimal | tuple[Decimal, Decimal]


@dataclass(frozen=True, slots=True)
class Region:
    start: int
    end: int
    kind: RegionKind


@dataclass(slots=True)
class Node:
    """A heading or a numbered task. `parent` is the start of the node it belongs to."""

    start: int
    end: int
    heading_end: int
    parent: int | None
    level: int
    family: str
    marker: str
    ordinal: int | None
    title: str
    confidence: float
    rule: str
    region: RegionKind = "plan"
    lead: str = ""
    partners: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Target:
    """A number to be reached. `part_of` is the start of the target it is a share of (其中)."""

    start: int
    end: int
    quote: str
    value: Value
    unit: str
    comparator: Comparator
    subject: str
    due: date | None
    role: Role
    kind: TargetKind
    modality: str
    scope: str
    per: str
    base: str
    baseline: str
    part_of: int | None
    node: int | None
    clause_start: int
    clause_end: int
    confidence: float
    rule: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """Something that can be checked although no number is given, for a person to decide."""

    start: int
    end: int
    quote: str
    kind: ProposalKind
    subject: str
    value: Decimal | str | None
    unit: str
    comparator: Comparator
    due: date | None
    node: int | None
    confidence: float
    rule: str


@dataclass(frozen=True, slots=True)
class Deliverable:
    """A paper to be written (new, revise) or carried out (implement)."""

    start: int
    end: int
    quote: str
    name: str
    named: bool
    verb: str
    action: Literal["new", "revise", "implement"]
    node: int | None
    confidence: float
    rule: str


@dataclass(frozen=True, slots=True)
class AnnexRow:
    """A row of a table that shares tasks out; `start` to `end` is the cell that names the task."""

    start: int
    end: int
    quote: str
    row_start: int
    row_end: int
    title: str
    lead: str
    partners: tuple[str, ...]
    person: str
    due: date | None
    confidence: float
    rule: str


@dataclass(frozen=True, slots=True)
class Member:
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Frame:
    """A slogan that counts: 五个行动计划 and what the five are."""

    start: int
    end: int
    name: str
    count: int
    members: tuple[Member, ...]
    rule: str


@dataclass(frozen=True, slots=True)
class SetAside:
    """A quantity that is no target, and why."""

    start: int
    end: int
    quote: str
    rule: str


@dataclass(slots=True)
class Plan:
    text: str
    year: int
    sha256: str
    regions: list[Region] = field(default_factory=list)
    nodes: list[Node] = field(default_factory=list)
    targets: list[Target] = field(default_factory=list)
    proposals: list[Proposal] = field(default_factory=list)
    deliverables: list[Deliverable] = field(default_factory=list)
    frames: list[Frame] = field(default_factory=list)
    annex: list[AnnexRow] = field(default_factory=list)
    set_aside: list[SetAside] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Plain values; offsets are code points of the text, the end not included."""
        rows: dict[str, Any] = {"year": self.year, "sha256": self.sha256, "length": len(self.text)}
        for name in ("regions", "nodes", "targets", "proposals", "deliverables", "frames", "annex"):
            rows[name] = [plain(row) for row in getattr(self, name)]
        rows["set_aside"] = [plain(row) for row in self.set_aside]
        return rows


def plain(value: Any) -> Any:
    """Dataclasses as dictionaries, dates as ISO text, decimals as JSON numbers."""
    if hasattr(value, "__dataclass_fields__"):
        return {name: plain(getattr(value, name)) for name in value.__dataclass_fields__}
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    return value
