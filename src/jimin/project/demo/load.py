"""Loading the demo city once, all of it or nothing.

Everything happens in one transaction, so whoever is interrupted starts clean the next time. What
clerks, officers and paymasters do in the demo is done through the services, as those people.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from django.conf import settings
from django.db import transaction

from jimin.foundation.access.models import User
from jimin.foundation.access.scope import System, acting_as
from jimin.foundation.audit import services as audit
from jimin.foundation.audit.models import Entry
from jimin.kernel.areas.services import load_divisions
from jimin.kernel.people.models import Person
from jimin.kernel.policy.services import release_policy
from jimin.kernel.workplans.demo import join_units, load_plans

from .caseload import MONTHS, Listed, Settled, Staff, carry_over, half_a_year
from .cases import tell_stories
from .city import make_city
from .population import batches, places, settle
from .staff import CITY, employees, hire

MARK = ("demo_loaded", "project.demo")
LOADER = System("装入演示数据")
Tell = Callable[[str], None]


class NotADemo(Exception):
    """The database holds people who are not of the demo; the message says what to do."""


@dataclass(frozen=True)
class Loaded:
    households: int
    seed: int


def loaded() -> Loaded | None:
    """What was loaded into this database, if anything."""
    entry = Entry.objects.filter(verb=MARK[0], subject=MARK[1]).first()
    return Loaded(entry.values["households"], entry.values["seed"]) if entry else None


def load(households: int, seed: int = 2016, tell: Tell = lambda _: None) -> Loaded:
    """Load the city unless it is there already."""
    if found := loaded():
        return found
    with acting_as(LOADER):
        if User.objects.exists() or Person.objects.exists():
            raise NotADemo(
                "这个数据库里已有用户或人员，而且不是演示数据；演示数据没有装入。"
                "请用 DATABASE_URL 或 JIMIN_VAR 指定另一个数据库。"
            )
        with transaction.atomic():
            _load(households, seed, tell)
    return Loaded(households, seed)


def _load(households: int, seed: int, tell: Tell) -> None:
    begun = time.monotonic()

    def say(text: str) -> None:
        tell(f"{time.monotonic() - begun:5.1f} 秒  {text}")

    say(f"{load_divisions()} 个区划")
    posts = list(employees())
    staff = Staff(hire(posts))
    say(f"{len(posts)} 名工作人员")
    release_policy(
        actor=staff.who("release", "policy.release", CITY),
        policy=settings.POLICY,
        valid_from=MONTHS[0],
        note="演示：示例参数",
    )
    with_clerk = [post.area for post in posts if post.role == "township_clerk"]
    listed: list[Listed] = []
    unlisted: dict[str, list[Settled]] = {place: [] for place in with_clerk}
    persons = 0
    random = Random(f"{seed}/list")  # noqa: S311 — a reproducible city, no secret
    for homes in batches(make_city(places(), households, seed)):
        settled = settle(LOADER, homes)
        found = carry_over(LOADER, settled, random)
        known = {family.household.pk for family in found}
        listed += found
        for family in settled:
            place = f"{family[0].area[:9]}000"
            if place in unlisted and family[1].pk not in known:
                unlisted[place].append(family)
        persons += sum(len(people) for _, _, people in settled)
    say(f"{households} 户，{persons} 人，其中登记经济状况 {len(listed)} 户")
    half_a_year(staff, listed, seed, say)
    users = {user.username: user for user in staff.users}
    plan = load_plans(officer=users["officer"], planner=users["planner"])
    offices = ("社会福利和慈善处", "慈善总会", "福利彩票发行中心")
    join_units(dict.fromkeys(offices, users["welfare"]), CITY)
    say(f"{plan.title}，各月上报和亮灯")
    say(f"{tell_stories(staff, unlisted)} 件申请")
    values = {"households": households, "seed": seed}
    audit.log_many(actor=LOADER, lines=[audit.Line(*MARK, "city", values)])
