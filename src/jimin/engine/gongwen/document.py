"""One call from a text to its plan."""

import hashlib

from jimin.engine.gongwen.annexes import read_annexes
from jimin.engine.gongwen.context import Context
from jimin.engine.gongwen.deliverables import read_deliverables
from jimin.engine.gongwen.frames import read_frames
from jimin.engine.gongwen.model import Plan
from jimin.engine.gongwen.proposals import read_proposals
from jimin.engine.gongwen.responsibility import assign_units
from jimin.engine.gongwen.targets import read_targets


def read_plan(text: str, year: int) -> Plan:
    """Outline, targets, proposals, papers and frames of an official text.

    `year` is the year the plan is for: it gives the due date where the text gives none and
    tells last year's results from this year's targets. Offsets are code points of `text`.
    """
    context = Context(text, year)
    assign_units(context)
    targets, set_aside = read_targets(context)
    return Plan(
        text=text,
        year=year,
        sha256=hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest(),
        regions=context.regions,
        nodes=context.outline.nodes,
        targets=targets,
        proposals=read_proposals(context, targets),
        deliverables=read_deliverables(context),
        frames=read_frames(text, context.norm),
        annex=read_annexes(context),
        set_aside=set_aside,
    )
