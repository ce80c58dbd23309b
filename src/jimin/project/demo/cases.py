"""Applications at every stage, some in time, some due, some overdue.

Their dates count back from the day the demo is loaded, so that the lights mean something. Every
step is taken by someone whose post allows it, through the same door as the pages.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import cycle, islice
from typing import Any

from django.utils import timezone

from jimin.domains.assistance import services as dibao
from jimin.foundation.access.models import User
from jimin.foundation.access.scope import acting_as
from jimin.kernel.areas.models import Area
from jimin.kernel.cases.models import Case
from jimin.kernel.cases.services import take_step

from .caseload import BANK, Settled, Staff, account_of, facts_of
from .city import Home

AGREED = {"opinion": "agree", "note": "情况属实，同意核定结果。"}
FINDINGS = "入户查看住房和生活状况，与家庭成员逐一谈话，走访邻居两户，所述与声明一致。"


@dataclass(frozen=True)
class Story:
    """What has happened to an application: each step with how many days ago it was taken."""

    name: str
    steps: tuple[tuple[str, int], ...]
    is_poor: bool = True


def _story(name: str, *, is_poor: bool = True, **steps: int) -> Story:
    return Story(name, tuple(steps.items()), is_poor)


STORIES = (
    _story("handed in today", apply=0),
    _story("handed in long ago", apply=6),
    _story("to be completed", apply=9, return_for_correction=8),
    _story("accepted yesterday", apply=2, accept=1),
    _story("visit overdue", apply=15, accept=14),
    _story("visited", apply=6, accept=5, visit=2),
    _story("proposed", apply=7, accept=7, visit=4, propose=1),
    _story("proposed, not entitled", apply=8, accept=7, visit=4, propose=3, is_poor=False),
    _story("decision overdue", apply=40, accept=39, visit=35, propose=30),
    _story("approved, no notice yet", apply=12, accept=11, visit=8, propose=6, approve=1),
    _story("on notice", apply=14, accept=13, visit=10, propose=8, approve=4, post_notice=3),
    _story("notice over", apply=25, accept=24, visit=20, propose=18, approve=11, post_notice=9),
    _story(
        "objection",
        apply=30,
        accept=29,
        visit=26,
        propose=24,
        approve=20,
        post_notice=18,
        record_objection=15,
    ),
    _story("refused, letter to deliver", apply=12, accept=11, visit=8, propose=6, refuse=1),
    _story("refused", apply=20, accept=19, visit=15, propose=13, refuse=9, deliver_refusal=8),
    _story("withdrawn", apply=10, accept=9, withdraw=7),
    _story(
        "granted",
        apply=35,
        accept=34,
        visit=30,
        propose=28,
        approve=22,
        post_notice=21,
        confirm=12,
    ),
)
FEW = 4  # in every place but the first


def tell_stories(staff: Staff, settled: Mapping[str, Sequence[Settled]]) -> int:
    """Applications in the townships that have a clerk; in the first one all kinds of them.

    `settled` holds, by township, families that nothing is known about yet.
    """
    stories = cycle(STORIES)
    told = 0
    for place, families in settled.items():
        number = FEW if told else len(STORIES)
        for story, family in zip(islice(stories, number), families, strict=False):
            _tell(staff, story, family, place)
            told += 1
    return told


def _tell(staff: Staff, story: Story, family: Settled, place: str) -> None:
    home, household, people = family
    facts = _in_need(home) if story.is_poor else _well_off(home)
    today = timezone.localdate()
    case: Case | None = None
    for step, days in story.steps:
        on = today - dt.timedelta(days=days)
        actor = staff.who(step, "dibao", place)
        with acting_as(actor):
            if case is None:
                data = {
                    **_household(home, facts),
                    **{
                        f"m{person.pk}-{name}": value
                        for person, resident in zip(people, home.residents, strict=True)
                        for name, value in {**facts_of(resident), **facts["members"]}.items()
                        if name not in ("relation", "birth")
                    },
                    "authorised": True,
                    "authorised_on": on,
                    "holder": people[0].pk,
                    "bank": BANK,
                    "account": account_of(household),
                }
                case = dibao.apply(actor=actor, household=household, data=data, on=on)
            else:
                take_step(
                    actor=actor, case=case, step=step, data=_entered(step, on, actor, case), on=on
                )


def _household(home: Home, facts: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "financial_assets": facts["financial_assets"],
        "vehicles": facts["vehicles"],
        "dwellings": min(home.dwellings, 1),
    }


def _in_need(home: Home) -> dict[str, Any]:
    """Work and business have ended, the savings are spent."""
    return {
        "financial_assets": Decimal(800 * len(home.residents)),
        "vehicles": 0,
        "members": {
            "wage": Decimal(0),
            "business": Decimal(0),
            "property": Decimal(0),
            "transfer": Decimal(60),
            "is_seriously_ill": False,
        },
    }


def _well_off(home: Home) -> dict[str, Any]:
    return {
        "financial_assets": Decimal(30000 * len(home.residents)),
        "vehicles": 1,
        "members": {
            "wage": Decimal(2400),
            "business": Decimal(0),
            "is_seriously_ill": False,
        },
    }


def _entered(step: str, on: dt.date, actor: User, case: Case) -> dict[str, Any]:
    """What is written into the form of a step."""
    match step:
        case "visit":
            return {
                "visited_on": on,
                "investigators": [actor.pk],
                "others": "驻村干部甲\n网格员乙",
                "findings": FINDINGS,
                "facts_agree": True,
            }
        case "propose":
            return AGREED
        case "approve":
            return {"note": "材料齐全，程序完备，同意核定结果。", "county_visit": True}
        case "post_notice":
            place = Area.objects.get(pk=case.area_id).name
            return {"from_day": on, "place": f"{place}公示栏"}
        case "return_for_correction":
            return {"note": "请补交住院费用票据和务工单位的收入证明。"}
        case "refuse":
            return {"note": "经核查，家庭财产情况与声明不符，不予批准。"}
        case "record_objection":
            return {"note": "邻居反映该户有成员在外务工，收入未计入。"}
        case "withdraw":
            return {"note": "申请人找到工作，自愿撤回。"}
        case _:
            return {}
