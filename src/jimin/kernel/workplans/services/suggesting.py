"""Units for tasks whose text names none, from the city's own table."""

from ..models import LeadUnit, Plan, State, Target, Task
from ..rules.leading import Lead, names, suggested


def suggest_units(plan: Plan) -> int:
    """Give every undecided task without a unit the one the table suggests, marked as such."""
    leads = [
        Lead(entry.words, entry.unit, entry.co_units)
        for entry in LeadUnit.objects.filter(is_used=True)
    ]
    if not leads:
        return 0
    said: dict[int, list[str]] = {}
    for key, subject in Target.proposals.filter(plan=plan).values_list("task", "subject"):
        said.setdefault(key, []).append(subject)
    silent = Task.proposals.filter(
        plan=plan, kind=Task.Kind.TASK, state=State.PROPOSED, lead_unit=""
    )
    changed = []
    for task in silent:
        lead = suggested(task.title, " ".join([task.quote, *said.get(task.pk, [])]), leads)
        if lead is not None:
            task.lead_unit, task.units_are_suggested = lead.unit, True
            task.co_units = task.co_units or names(lead.co_units)
            changed.append(task)
    Task.proposals.bulk_update(changed, ["lead_unit", "units_are_suggested", "co_units"])
    return len(changed)
