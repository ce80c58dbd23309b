"""Who joins and who leaves a household, who moves, and the end of a household."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from jimin.foundation.access.models import User
from jimin.foundation.access.scope import System, acting_as, acting_as_system
from jimin.foundation.access.services import require
from jimin.foundation.audit import services as audit
from jimin.kernel.areas.models import Area

from .models import Household, Member, Person


@transaction.atomic
def add_member(
    *,
    actor: User | System,
    household: Household,
    person: Person,
    relation: str,
    joined_on: dt.date | None = None,
) -> Member:
    """Let a person whom the actor may see join a household. One person lives in one household.

    Who joins as head becomes the household's head, if it has none.
    """
    household = _held(actor, household, "add_member")
    with acting_as(actor):
        if not Person.objects.filter(pk=person.pk).exists():
            raise ValidationError({"person": _("没有找到此人，或不在您的辖区。请重新查找。")})
    if person.died_on is not None:
        raise ValidationError(
            {"person": _("%(name)s已登记死亡，不能加入家庭。") % {"name": person.name}}
        )
    if household.dissolved_on is not None:
        raise ValidationError(_("这个家庭已销户，不能再加入成员。"))
    member = Member(household=household, person=person, relation=relation, joined_on=joined_on)
    with acting_as_system("a person lives in one household of all"):
        if relation == Member.Relation.HEAD:
            _refuse_second_head(household)
        member.full_clean()
        try:
            with transaction.atomic():
                member.save()
        except IntegrityError:
            member.full_clean()  # someone was quicker: says where the person lives now
            raise
    if relation == Member.Relation.HEAD:
        _set_head(household, person)
    _log(actor, household, "add_member", member)
    return member


@transaction.atomic
def remove_member(
    *, actor: User | System, household: Household, member: Member, left_on: dt.date, reason: str
) -> Member:
    """Let a member leave. The time spent in the household stays on record."""
    household = _held(actor, household, "remove_member")
    member = Member._base_manager.select_for_update().select_related("person").get(pk=member.pk)
    if member.household_id != household.pk:
        raise ValidationError({"member": _("此人不是这个家庭的成员。")})
    if member.left_on is not None:
        raise ValidationError(
            {"member": _("%(name)s已经离户，不必再办。") % {"name": member.person.name}}
        )
    if left_on > timezone.localdate():
        raise ValidationError({"left_on": _("离户日期不能晚于今天。")})
    member.left_on = left_on
    with acting_as_system("a person lives in one household of all"):
        member.full_clean()
    member.save(update_fields=["left_on"])
    if household.head_id == member.person_id:
        _set_head(household, None)
    _log(actor, household, "remove_member", member, reason)
    return member


@transaction.atomic
def move_person(
    *, actor: User | System, person: Person, area: Area, address: str = "", reason: str
) -> Person:
    """Let a person live in another community. Without an address the old one stays."""
    person = Person._base_manager.select_for_update().get(pk=person.pk)
    for code in (person.area_id, area.pk):
        require(actor=actor, verb="move", subject="people.person", area=code)
    if person.died_on is not None:
        raise ValidationError(_("%(name)s已登记死亡，不能迁移。") % {"name": person.name})
    _move(actor, person, area, address, reason)
    return person


@transaction.atomic
def move_household(
    *, actor: User | System, household: Household, area: Area, address: str = "", reason: str
) -> Household:
    """Let a household live in another community, with those of its members who lived where it did.

    The right to move the household is that to move them.
    """
    household = _held(actor, household, "move")
    require(actor=actor, verb="move", subject="people.household", area=area.pk)
    if household.dissolved_on is not None:
        raise ValidationError(_("这个家庭已销户，不能迁移。"))
    present = Member._base_manager.filter(household=household, left_on=None)
    people = Person._base_manager.select_for_update().filter(
        pk__in=present.values("person_id"), area_id=household.area_id, died_on=None
    )
    together = list(people.order_by("pk"))
    _move(actor, household, area, address, reason)
    for person in together:
        _move(actor, person, area, address, reason)
    return household


@transaction.atomic
def dissolve_household(
    *, actor: User | System, household: Household, dissolved_on: dt.date, reason: str
) -> Household:
    """End a household in which nobody is left."""
    household = _held(actor, household, "dissolve")
    if household.dissolved_on is not None:
        raise ValidationError(_("这个家庭已销户，不必再办。"))
    if dissolved_on > timezone.localdate():
        raise ValidationError({"dissolved_on": _("销户日期不能晚于今天。")})
    staying = Member._base_manager.filter(household=household, left_on=None)
    if number := staying.count():
        raise ValidationError(
            _("这个家庭还有 %(number)s 名成员。请先办理离户，再销户。") % {"number": number}
        )
    household.dissolved_on = dissolved_on
    household.save(update_fields=["dissolved_on"])
    values = {"dissolved_on": [None, dissolved_on]}
    audit.log(actor=actor, obj=household, verb="dissolve", values=values, reason=reason)
    return household


def must_be_lowest(area: Area) -> None:
    """People live in a village or community, not in a township as a whole."""
    if area.level != Area.Level.COMMUNITY and area.children.exists():
        raise ValidationError({"area": _("请选到具体的村（社区）。")})


def _move(
    actor: User | System, obj: Person | Household, area: Area, address: str, reason: str
) -> None:
    must_be_lowest(area)
    if obj.area_id == area.pk:
        raise ValidationError(_("已在%(area)s，不必迁移。") % {"area": area.name})
    values = {"area": [obj.area_id, area.pk]}
    if address and address != obj.address:
        values["address"] = [obj.address, address]
        obj.address = address
    obj.area = area
    obj.save(update_fields=["area", "address"])
    audit.log(actor=actor, obj=obj, verb="move", values=values, reason=reason)


def _held(actor: User | System, household: Household, verb: str) -> Household:
    found = Household._base_manager.select_for_update().get(pk=household.pk)
    require(actor=actor, verb=verb, subject="people.household", area=found.area_id)
    return found


def _refuse_second_head(household: Household) -> None:
    heads = Member.objects.filter(
        household=household, left_on=None, relation=Member.Relation.HEAD
    ).select_related("person")
    if head := heads.first():
        raise ValidationError(
            {
                "relation": _("这个家庭已有户主%(name)s。请先办理其离户，或选择其他关系。")
                % {"name": head.person.name}
            }
        )


def _set_head(household: Household, person: Person | None) -> None:
    household.head = person
    household.save(update_fields=["head"])


def _log(
    actor: User | System, household: Household, verb: str, member: Member, reason: str = ""
) -> None:
    values = {
        "member": member.person.name,
        "relation": str(member.get_relation_display()),
        "joined_on": member.joined_on,
        "left_on": member.left_on,
    }
    known = {name: value for name, value in values.items() if value}
    audit.log(actor=actor, obj=household, verb=verb, values=known, reason=reason)
    audit.log(
        actor=actor,
        obj=member.person,
        verb=verb,
        values={"household": household.number, **known},
        reason=reason,
    )
