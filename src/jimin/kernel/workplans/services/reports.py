"""Figures reported by hand, what they rest on, and what a reviewer says of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from jimin.foundation.access.models import User
from jimin.foundation.access.scope import System
from jimin.foundation.access.services import require
from jimin.foundation.audit.services import log
from jimin.foundation.records.contents import Content, examined
from jimin.foundation.sealed.own_keys import new_key, read_sealed, write_sealed
from jimin.foundation.sealed.rules import SealBroken, sm3
from jimin.kernel.areas.models import Area
from jimin.kernel.areas.rules import reach

from ..models import Evidence, Plan, Report, State, Target, Unit, UnitNumber, Verdict
from ..queries import period_of
from .periods import keep_after_correction

REPORT = "workplans.report"


@dataclass(frozen=True)
class Item:
    """Something a report rests on, before it is stored."""

    kind: str
    title: str
    address: str = ""
    number: str = ""
    file_name: str = ""
    content: bytes = b""


@transaction.atomic
def report_progress(
    *,
    actor: User | System,
    target: Target,
    area: Area,
    on: date,
    numerator: Decimal,
    denominator: Decimal | None = None,
    evidence: str,
    items: Sequence[Item] = (),
    reason: str = "",
    received_on: date | None = None,
    by_unit: Mapping[int, Decimal] | None = None,
) -> Report:
    """Report where a target stands. Reporting the same day again corrects; the old one stays.

    Where units are listed, `by_unit` holds the number of each; `report_units` sees to it.

    After the period was locked only a reviewer corrects, and says why. A reviewer may also enter
    a report that was received on paper before today.
    """
    target = (
        Target.objects.select_for_update(of=("self",))
        .select_related("plan", "task")
        .get(pk=target.pk)
    )
    require_reporter(actor=actor, target=target, area=area)
    _check_report(target, area, on)
    if by_unit is None and target.listed.exists():
        raise ValidationError(_("这个目标列了单位名单，请打开“逐单位填报”填写。"))
    today = timezone.localdate()
    received_on = received_on or today
    if received_on > today or received_on < date(target.plan.year, 1, 1):
        raise ValidationError({"received_on": _("收到日期应在要点年度之内，且不晚于今天。")})
    period = period_of(target.plan, on)
    if received_on != today or period.is_locked:
        require(actor=actor, verb="verify", subject=REPORT, area=target.plan.area_id)
    if period.is_locked and not reason.strip():
        raise ValidationError({"reason": _("%(on)s 这一期已锁定。更正须填写理由。") % {"on": on}})
    if not evidence.strip():
        raise ValidationError({"evidence": _("请填写佐证说明：数从哪里来，凭据在哪里。")})
    if numerator < 0:
        raise ValidationError({"numerator": _("上报的数不能为负数。")})
    same_day = Report._base_manager.filter(target=target, area=area, on=on, replaced_at=None)
    old = same_day.first()
    numbers = dict(by_unit or {})
    is_same = (
        old is not None
        and (old.numerator, old.denominator) == (numerator, denominator)
        and _numbers_of(old) == numbers
    )
    if old and is_same and not items and old.verdict != Verdict.RETURNED:
        return old
    report = Report(
        target=target,
        area=area,
        on=on,
        numerator=numerator,
        denominator=denominator,
        evidence=evidence.strip(),
        reported_by=actor if isinstance(actor, User) else None,
        received_on=received_on,
        reason=reason.strip(),
    )
    same_day.update(replaced_at=timezone.now())
    report.full_clean(exclude=["target", "area", "reported_by"])  # they were just read
    report.save()
    UnitNumber._base_manager.bulk_create(
        UnitNumber(report=report, unit_id=unit, number=number) for unit, number in numbers.items()
    )
    for item in items:
        _add_item(actor, report, item)
    values = {"target": target.code, "area": area.code, "on": on, "numerator": numerator}
    if denominator is not None:
        values["denominator"] = denominator
    if old:
        values["before"] = old.numerator
    if by_unit is not None:
        values["units"] = {str(unit): number for unit, number in by_unit.items()}
    verb = "corrected" if old else "reported"
    log(actor=actor, obj=report, verb=verb, values=values, reason=report.reason)
    if period.is_locked:
        keep_after_correction(actor=actor, target=target, on=on, reason=report.reason)
    return report


@transaction.atomic
def add_evidence(*, actor: User | System, report: Report, item: Item) -> Evidence:
    """Add something a report rests on; a verdict on the report is then open again."""
    report = _lock(report)
    require_reporter(actor=actor, target=report.target, area=report.area)
    if report.replaced_at is not None or report.verdict == Verdict.RETURNED:
        raise ValidationError(_("这次上报已更正或已退回。请重新上报后再附佐证。"))
    added = _add_item(actor, report, item)
    report.verdict = Verdict.PENDING
    report.save(update_fields=["verdict"])
    return added


@transaction.atomic
def judge_evidence(
    *, actor: User | System, item: Evidence, verdict: str, note: str = ""
) -> Evidence:
    """Say of one piece whether it is true. One returned piece returns the report.

    The report is true once all of its pieces are, and all that the target asks for are there.
    """
    report = _lock(item.report)
    require(actor=actor, verb="verify", subject=REPORT, area=report.target.plan.area_id)
    item = Evidence._base_manager.select_for_update().get(pk=item.pk)
    if isinstance(actor, User) and actor.pk in (item.added_by_id, report.reported_by_id):
        raise ValidationError(_("佐证不能由上报人自己核实。请另一人核实。"))
    if report.replaced_at is not None:
        raise ValidationError(_("这次上报已更正，不用再核实。"))
    if verdict not in (Verdict.TRUE, Verdict.RETURNED):
        raise ValidationError({"verdict": _("请选择“属实”或“退回”。")})
    if verdict == Verdict.RETURNED and not note.strip():
        raise ValidationError({"note": _("退回要写明哪里不对、怎样补正。")})
    item.verdict, item.note = verdict, note.strip()
    item.judged_by = actor if isinstance(actor, User) else None
    item.judged_at = timezone.now()
    item.full_clean(exclude=["file"])
    item.save()
    report.verdict = _verdict_of(report)
    report.save(update_fields=["verdict"])
    values = {"verdict": verdict, "report": report.pk, "of_report": report.verdict}
    log(actor=actor, obj=item, verb="judged", values=values, reason=item.note)
    return item


def read_evidence(*, actor: User | System, item: Evidence) -> bytes:
    """The file as it was handed in; one that was changed since is not handed out."""
    report = item.report
    require(actor=actor, verb="view", subject=REPORT, area=report.area_id)
    try:
        content = read_sealed(Path(item.file.path), item.file_key)
    except (SealBroken, FileNotFoundError) as error:
        message = _("“%(title)s”与提交时不一致，不能下载。请联系管理员从备份恢复。")
        raise ValidationError(message % {"title": item.title}) from error
    log(actor=actor, obj=item, verb="download", values={"report": report.pk})
    return content


def missing_kinds(report: Report) -> list[str]:
    """The kinds of evidence the target asks for that the report does not have."""
    there = {item.kind for item in Evidence._base_manager.filter(report=report)}
    return [kind for kind in report.target.wanted_evidence if kind not in there]


def require_reporter(*, actor: User | System, target: Target, area: Area) -> None:
    """Who reports in the area; of a city unit that has members, only they and reviewers."""
    require(actor=actor, verb="report", subject=REPORT, area=area.code)
    if isinstance(actor, System) or area.code != target.plan.area_id:
        return
    if actor.may("verify", REPORT, area.code):
        return
    unit = Unit.objects.filter(area=area, name=target.task.lead_unit).first()
    if unit is None or not unit.members.filter(pk=actor.pk).exists():
        raise PermissionDenied(
            _("这个目标由“%(unit)s”上报，您不是它的填报人。") % {"unit": target.task.lead_unit}
        )


def may_report(actor: User, target: Target, area: Area) -> bool:
    """Whether the form is worth showing."""
    try:
        require_reporter(actor=actor, target=target, area=area)
    except PermissionDenied:
        return False
    return True


def _numbers_of(report: Report) -> dict[int, Decimal]:
    numbers = UnitNumber._base_manager.filter(report=report)
    return dict(numbers.values_list("unit", "number"))


def _lock(report: Report) -> Report:
    found: Report = (
        Report._base_manager.select_for_update(of=("self",))
        .select_related("target__plan", "target__task", "area")
        .get(pk=report.pk)
    )
    return found


def _verdict_of(report: Report) -> Verdict:
    found = {item.verdict for item in Evidence._base_manager.filter(report=report)}
    if Verdict.RETURNED in found:
        return Verdict.RETURNED
    is_whole = found == {Verdict.TRUE} and not missing_kinds(report)
    return Verdict.TRUE if is_whole else Verdict.PENDING


def _add_item(actor: User | System, report: Report, item: Item) -> Evidence:
    evidence = Evidence(
        report=report,
        kind=item.kind,
        title=item.title.strip() or item.file_name or item.number or item.address,
        address=item.address.strip(),
        number=item.number.strip(),
        added_by=actor if isinstance(actor, User) else None,
    )
    evidence.title = evidence.title[:120]
    content = _content(item)
    if content:
        evidence.sm3, evidence.file_key = sm3(content.data), new_key()
        month = timezone.localdate()
        evidence.file.name = f"evidence/{month:%Y/%m}/{uuid4().hex}{content.suffix}"
    evidence.full_clean()
    if content:
        write_sealed(Path(evidence.file.path), content.data, evidence.file_key)
    evidence.save()
    values: dict[str, Any] = {"report": report.pk, "kind": item.kind, "title": evidence.title}
    log(actor=actor, obj=evidence, verb="added", values=values)
    return evidence


def _content(item: Item) -> Content | None:
    """The file handed in, if any, known by its content as the files of registers are."""
    if item.kind != Evidence.Kind.FILE or not item.content:
        return None
    try:
        return examined(item.content)
    except ValidationError as error:
        raise ValidationError({"file": error.messages}) from error


def _check_report(target: Target, area: Area, on: date) -> None:
    if target.state != State.CONFIRMED or target.plan.state != Plan.State.IN_FORCE:
        raise ValidationError(_("只能对执行中台账的目标上报进度。"))
    if target.indicator:
        raise ValidationError(_("这个目标由业务数据计算，不能手工上报。"))
    if target.milestones.exists():
        raise ValidationError(_("这个目标按节点考核，请登记节点完成情况。"))
    first, last = reach(target.plan.area_id)
    if not first <= area.code <= last:
        raise ValidationError({"area": _("这个地区不在要点适用的范围内。")})
    if on > timezone.localdate():
        raise ValidationError({"on": _("截至日期不能晚于今天。")})
    if on.year < target.plan.year:
        raise ValidationError(
            {"on": _("截至日期应在 %(year)s 年以后。") % {"year": target.plan.year}}
        )
