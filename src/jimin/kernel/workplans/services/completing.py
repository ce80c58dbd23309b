"""What a ledger written beforehand says of a target besides its terms: shares, units, stages."""

from decimal import Decimal
from typing import Any

from jimin.foundation.access.models import User
from jimin.foundation.access.scope import System
from jimin.kernel.areas.queries import counties

from ..models import Allocation, Target
from .adjustments import Stage, set_milestones
from .allocations import divide_target
from .units import Listed, list_units

METHODS = {"base": Allocation.Method.BY_BASE, "hand": Allocation.Method.BY_HAND}


def complete_target(actor: User | System, target: Target, entry: dict[str, Any]) -> None:
    quotas = entry.get("quotas")
    # A city that lacks one of the counties has to be divided anew.
    if quotas and set(quotas["numbers"]) <= {area.code for area in counties()}:
        divide_target(
            actor=actor,
            target=target,
            method=METHODS[quotas["by"]],
            source=quotas["source"],
            numbers={code: Decimal(number) for code, number in quotas["numbers"].items()},
        )
    if kind := entry.get("units"):
        places = [area for area in counties() if area.kind == kind]
        if places:
            list_units(actor=actor, target=target, units=[Listed(a.name, a) for a in places])
    if stages := entry.get("stages"):
        set_milestones(
            actor=actor,
            target=target,
            stages=[Stage(name, due, Decimal(weight)) for name, due, weight in stages],
        )
