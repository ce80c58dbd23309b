"""The monthly run: books → Arrow → rules → proposals, and a person's approval of them."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from jimin.engine.rules import Fact, Money
from jimin.engine.rules.sql import traceable, type_of
from jimin.foundation.access.models import User
from jimin.foundation.access.scope import System
from jimin.foundation.access.services import require
from jimin.foundation.audit import services as audit
from jimin.foundation.sealed.own_keys import new_key, write_sealed
from jimin.foundation.sealed.rules import sm3
from jimin.kernel.areas.models import Area
from jimin.kernel.areas.queries import counties_open_to
from jimin.kernel.areas.rules import reach
from jimin.kernel.awards import rules as months
from jimin.kernel.awards.models import Award, Benefit
from jimin.kernel.awards.queries import paid_in
from jimin.kernel.awards.services import Change, Grant, change_awards, grant_awards
from jimin.kernel.payments.models import Roll
from jimin.kernel.policy.queries import in_force
from jimin.policies import (
    Policy,
    PolicyError,
    assess_city,
    assess_household,
    benefit_of,
    load_policy,
    verify_sample,
)
from jimin.policies.decisions import write_decisions

from .. import queries
from ..models import Assessment, Declaration, MemberFacts, MonthLine, MonthRun
from ..rules import household_inputs, propose

BATCH = 1000
SAMPLE = 10_000  # households the interpreter assesses again, those on an edge among them
Proposal = MonthLine.Proposal


@dataclass(frozen=True)
class _Family:
    """A family on the books of a county, with what it receives."""

    declaration: Declaration
    award: Award | None
    facts: Mapping[str, Any]


@dataclass(frozen=True)
class Ready:
    """What the rules say of the families of a county, and the facts they said it of."""

    policy: Policy
    households: Any
    members: Any
    result: Any


Tell = Callable[[int, str], None]  # how much is done, in hundredths, and what is being done
READING, COMPUTING, COMPARING, WRITING = 0, 20, 35, 85  # where each begins


def _nobody(done: int, said: str) -> None:
    return None


def _between(first: int, last: int, done: int, total: int) -> int:
    return first + (last - first) * min(done, total) // max(total, 1)


@transaction.atomic
def assess_month(
    *,
    actor: User | System,
    month: dt.date,
    area: Area | None = None,
    again: bool = False,
    ready: Ready | None = None,
) -> list[MonthRun]:
    """Assess every family on the books of a county, or of all counties the actor may assess.

    A run there is stays, so doing it twice doubles nothing; `again` makes one anew that is not
    approved yet. Nothing is paid, changed or stopped until `approve_month`. What `ready_month`
    computed for the county is taken if the books still say the same.
    """
    counties = [area] if area else counties_open_to(actor, "assess_month", "dibao")
    return [_run(actor, county, months.month_of(month), again, ready) for county in counties]


def ready_month(*, actor: User | System, month: dt.date, area: Area, tell: Tell = _nobody) -> Ready:
    """Compute a month in advance, in no transaction: nobody who writes has to wait for it."""
    require(actor=actor, verb="assess_month", subject="dibao", area=area.pk)
    month = months.month_of(month)
    tell(READING, _("正在读取在册家庭的情况……"))
    households, members = _tables(_families(area, month), month, tell)
    return _computed(month, households, members, tell)


def _computed(month: dt.date, households: Any, members: Any, tell: Tell = _nobody) -> Ready:
    policy, text = load_policy(settings.POLICY), months.text(month)
    said = {"count": households.num_rows}
    compared = min(SAMPLE, households.num_rows)

    def tell_compared(done: int) -> None:
        told = _("已核定 %(count)s 户，正在逐户复算，已复算 %(done)s 户……") % {**said, "done": done}
        tell(_between(COMPARING, WRITING, done, compared), told)

    try:
        tell(COMPUTING, _("正在按规则核定 %(count)s 户……") % said)
        trace = traceable(policy.at(text), benefit_of("dibao").decision)
        result = assess_city(policy, text, households, members, trace=trace)
        verify_sample(policy, text, households, members, result, sample=SAMPLE, tell=tell_compared)
    except PolicyError as error:
        raise ValidationError(_("不能核定：%(reason)s") % {"reason": str(error)}) from error
    tell(WRITING, _("复算一致，正在写入 %(count)s 户的建议……") % said)
    return Ready(policy, households, members, result)


@transaction.atomic
def approve_month(*, actor: User | System, run: MonthRun) -> MonthRun:
    """Carry out what a run proposes: grants, new amounts and stops, all from the run's month.

    Another person than the one who ran it. Families to be verified stay as they are.
    """
    run = (
        MonthRun._base_manager.select_for_update(of=("self",)).select_related("area").get(pk=run.pk)
    )
    require_approvable(actor=actor, run=run)
    if run.state == MonthRun.State.APPROVED:
        return run
    lines = list(
        MonthLine._base_manager.filter(run=run)
        .exclude(proposal__in=[Proposal.KEEP, Proposal.NONE, Proposal.APPLY, Proposal.REVIEW])
        .select_related("household", "award", "declaration")
        .order_by("id")
    )
    _grant(actor, run, [line for line in lines if line.proposal == Proposal.GRANT])
    _change(actor, run, [line for line in lines if line.proposal != Proposal.GRANT])
    _mark_exits(run)
    run.state = MonthRun.State.APPROVED
    run.approved_by = actor if isinstance(actor, User) else None
    run.approved_at = timezone.now()
    run.save(update_fields=["state", "approved_by", "approved_at"])
    values = {"area": run.area_id, "month": months.text(run.month), "changed": len(lines)}
    audit.log(actor=actor, obj=run, verb="approve_month", values=values)
    return run


def require_approvable(*, actor: User | System, run: MonthRun) -> None:
    """Refuse whoever may not approve the run, and a run that nobody may."""
    require(actor=actor, verb="approve_month", subject="dibao", area=run.area_id)
    if run.state == MonthRun.State.APPROVED:
        return
    if isinstance(actor, User) and actor.pk == run.run_by_id:
        raise PermissionDenied(_("月度核定的经办人不能批准，请由另一人办理。"))
    _require_decidable(run)


def _run(
    actor: User | System, county: Area, month: dt.date, again: bool, ready: Ready | None
) -> MonthRun:
    require(actor=actor, verb="assess_month", subject="dibao", area=county.pk)
    if county.level != Area.Level.COUNTY:
        raise ValidationError(_("月度核定按县（市、区）进行，请选择一个县（市、区）。"))
    Area.objects.select_for_update(no_key=True).get(pk=county.pk)
    run = MonthRun._base_manager.filter(area=county, month=month).first()
    if run is not None:
        if not again:
            return run
        if run.state == MonthRun.State.APPROVED:
            raise ValidationError(_("这个月的核定已批准，不能重新核定。"))
        run.delete()
    families = _families(county, month)
    households, members = _tables(families, month)
    if ready is None or not _fits(ready, households, members):
        ready = _computed(month, households, members)
    result = ready.result
    run = MonthRun(
        area=county,
        month=month,
        policy=ready.policy.name,
        version=ready.policy.version,
        households=len(families),
        run_by=actor if isinstance(actor, User) else None,
    )
    _file(run, households, members, result)
    run.save()
    MonthLine.objects.bulk_create(_lines(run, families, result), batch_size=BATCH)
    values = {
        "area": county.pk,
        "month": months.text(month),
        "households": run.households,
        "version": run.version,
        "sm3": run.sm3,
    }
    audit.log(actor=actor, obj=run, verb="assess_month", values=values)
    return run


def _fits(ready: Ready, households: Any, members: Any) -> bool:
    """Whether the books still say what was computed from, and the rules are the same."""
    is_same = ready.households.equals(households) and ready.members.equals(members)
    return is_same and ready.policy.version == load_policy(settings.POLICY).version


def _families(county: Area, month: dt.date) -> list[_Family]:
    """Every family with an authorised declaration, in the order of its id."""
    first, last = reach(county.pk)
    awards = {
        award.household_id: award
        for award in Award._base_manager.filter(
            paid_in(month), benefit=Benefit.DIBAO, area__code__range=(first, last)
        )
    }
    declarations = (
        Declaration._base_manager.filter(
            is_current=True,
            authorised_on__isnull=False,
            household__dissolved_on=None,
            household__area__code__range=(first, last),
        )
        .select_related("household")
        .order_by("household_id")
    )
    return [
        _Family(one, award, _facts(one, award, month))
        for one in declarations
        for award in (awards.get(one.household_id),)
    ]


def _facts(declaration: Declaration, award: Award | None, month: dt.date) -> dict[str, Any]:
    """The declared facts; what the family received last month is known from the register.

    A family on benefit whose income was not over before is over since this month if it is at all.
    """
    household = declaration.household
    over_since = declaration.over_since
    if award is not None and over_since is None:
        over_since = month
    return household_inputs(
        area=household.area_id,
        residence=household.residence,
        financial_assets=declaration.financial_assets,
        vehicles=declaration.vehicles,
        dwellings=declaration.dwellings,
        last_amount=award.amount if award else declaration.last_amount,
        over_since=over_since,
    )


def _tables(families: Sequence[_Family], month: dt.date, tell: Tell = _nobody) -> tuple[Any, Any]:
    """Households and members as the city's rules read them, money in fen."""
    import pyarrow as pa  # 50 MB that only a run of the month needs

    households = [
        {
            **family.facts,
            "household": family.declaration.household_id,
            "financial_assets": _fen(family.facts["financial_assets"]),
            "last_amount": _fen(family.facts["last_amount"]),
            "over_since": _first_day(family.facts["over_since"]),
        }
        for family in families
    ]
    asked = queries.member_facts()
    members = _members(families, month, asked, tell)
    return (
        pa.Table.from_pylist(households, schema=pa.schema(_household_columns(pa))),
        pa.Table.from_pylist(members, schema=pa.schema(_member_columns(pa, asked))),
    )


def _household_columns(pa: Any) -> list[tuple[str, Any]]:
    return [
        ("household", pa.int64()),
        ("county", pa.string()),
        ("residence", pa.string()),
        ("financial_assets", pa.int64()),
        ("vehicles", pa.int64()),
        ("dwellings", pa.int64()),
        ("last_amount", pa.int64()),
        ("over_since", pa.date32()),
    ]


def _member_columns(pa: Any, asked: Mapping[str, Fact]) -> list[tuple[str, Any]]:
    kinds = {"BIGINT": pa.int64(), "BOOLEAN": pa.bool_(), "DATE": pa.date32()}
    facts = ((name, kinds[type_of(fact)]) for name, fact in asked.items())
    return [("household", pa.int64()), *facts]


def _born_by(month: dt.date) -> Q:
    """Members there were in the month: a child born later does not count in it yet."""
    return Q(birth=None) | Q(birth__lt=months.next_month(month))


def _members(
    families: Sequence[_Family], month: dt.date, asked: Mapping[str, Fact], tell: Tell
) -> list[dict[str, Any]]:
    """The members of all families, read in portions of ids."""
    money = [name for name, fact in asked.items() if isinstance(fact, Money)]
    found = []
    declarations = [family.declaration.pk for family in families]
    for done in range(0, len(families), BATCH):
        portion = declarations[done : done + BATCH]
        said = {"count": len(families), "done": done}
        told = _("正在读取在册 %(count)s 户的情况，已读 %(done)s 户……") % said
        tell(_between(READING, COMPUTING, done, len(families)), told)
        rows = MemberFacts._base_manager.filter(
            _born_by(month), declaration__in=portion
        ).values_list("declaration__household", *asked)
        for household, *values in rows.order_by("declaration__household", "id"):
            facts = dict(zip(asked, values, strict=True))
            facts.update({name: _fen(facts[name]) for name in money})
            found.append({"household": household, **facts})
    return found


def _fen(yuan: Decimal | None) -> int | None:
    return None if yuan is None else int(yuan * 100)


def _first_day(month: str | None) -> dt.date | None:
    return None if month is None else dt.date.fromisoformat(f"{month}-01")


def _file(run: MonthRun, households: Any, members: Any, result: Any) -> None:
    """Keep policy, facts, results and their steps as one Parquet file: a row a household.

    The file of the run before, and what one that was killed left, go with this one's success.
    Whoever runs holds the county, so that nobody is just writing there.
    """
    policy = load_policy(run.policy)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "decisions.parquet"
        month = months.text(run.month)
        write_decisions(policy, "dibao", month, households, members, result, path)
        content = path.read_bytes()
    run.sm3, run.books_key = sm3(content), new_key()
    begins = f"{run.area_id[:6]}-{month}-"
    run.books.name = run.books.field.generate_filename(run, f"{begins}{uuid4().hex}.sealed")
    path = Path(run.books.path)
    for left in path.parent.parent.glob(f"*/{begins}*"):
        transaction.on_commit(partial(left.unlink, missing_ok=True))
    write_sealed(path, content, run.books_key)


def _lines(run: MonthRun, families: Sequence[_Family], result: Any) -> list[MonthLine]:
    found = {row["household"]: row for row in result.to_pylist()}
    lines = []
    for family in families:
        row = found[family.declaration.household_id]
        fen = row["amount_fen"]
        amount = None if fen is None else Decimal(fen) / 100
        before = family.award.amount if family.award else Decimal(0)
        lines.append(
            MonthLine(
                run=run,
                declaration=family.declaration,
                household_id=family.declaration.household_id,
                conclusion=row["conclusion"],
                amount=amount,
                award=family.award,
                before=before,
                proposal=propose(
                    conclusion=row["conclusion"],
                    amount=amount,
                    award=family.award.amount if family.award else None,
                    began_this_month=bool(family.award and family.award.from_month == run.month),
                    is_carried_over=family.declaration.source == Declaration.Source.CARRIED_OVER,
                ),
            )
        )
    _explain(run, families, lines)
    return lines


def _explain(run: MonthRun, families: Sequence[_Family], lines: Sequence[MonthLine]) -> None:
    """The first reason of each stop, cut and family to verify, by the exact interpreter."""
    policy, asked = load_policy(run.policy), queries.member_facts()
    wanted = [
        (family, line)
        for family, line in zip(families, lines, strict=True)
        if line.proposal in (Proposal.STOP, Proposal.DECREASE, Proposal.REVIEW)
    ]
    members: dict[int, list[dict[str, Any]]] = {}
    rows = (
        MemberFacts._base_manager.filter(_born_by(run.month))
        .select_related("person")
        .order_by("relation", "id")
    )
    portions = iter([family.declaration.pk for family, _line in wanted])
    while portion := list(islice(portions, BATCH)):
        for row in rows.filter(declaration__in=portion):
            facts = queries.member_inputs(row, asked)
            members.setdefault(row.declaration_id, []).append(facts)
    for family, line in wanted:
        people = members[family.declaration.pk]
        found = assess_household(policy, months.text(run.month), family.facts, people)
        line.reason = found.reason[:300]


def _require_decidable(run: MonthRun) -> None:
    """As for one decision: released rules, figures with a document; and a roll not yet paid."""
    if not settings.DEMO:
        month = months.text(run.month)
        policy = load_policy(run.policy).edition(month)
        used = policy.at(month)
        examples = [
            policy.book.parameters[name].label
            for name in policy.used_parameters()
            if any(value.status != "confirmed" for value in used.figures(name).values())
        ]
        if examples:
            raise ValidationError(
                _(
                    "参数“%(names)s”是示例值，没有正式文件，不能据以决定。"
                    "请先在政策参数中填入有文件依据的数值。"
                )
                % {"names": "”“".join(examples)}
            )
        release = in_force(run.policy, run.month)
        if release is None or release.version != run.version:
            raise ValidationError(
                _("核定所用的政策版本 %(version)s 没有发布施行，不能据以决定。请先发布政策版本。")
                % {"version": run.version}
            )
    if Roll._base_manager.filter(
        benefit=Benefit.DIBAO,
        area=run.area,
        month__gte=run.month,
        state__in=[Roll.State.RELEASED, Roll.State.EXPORTED],
    ).exists():
        raise ValidationError(
            _("%(area)s %(month)s 起的名册已批准发放，不能再批准这个月的核定。")
            % {"area": run.area.name, "month": months.text(run.month)}
        )


def _basis(run: MonthRun) -> str:
    return _("%(month)s 月度核定") % {"month": months.text(run.month)}


def _people(lines: Sequence[MonthLine]) -> dict[int, list[dict[str, Any]]]:
    """Who is covered, by declaration."""
    people: dict[int, list[dict[str, Any]]] = {}
    portions = iter([line.declaration_id for line in lines])
    while portion := list(islice(portions, BATCH)):
        rows = MemberFacts._base_manager.filter(declaration__in=portion)
        for declaration, person, name in rows.order_by("relation", "id").values_list(
            "declaration_id", "person_id", "person__name"
        ):
            people.setdefault(declaration, []).append({"person": person, "name": name})
    return people


def _grant(actor: User | System, run: MonthRun, lines: Sequence[MonthLine]) -> None:
    if not lines:
        return
    people = _people(lines)
    grants = []
    for line in lines:
        assert line.amount is not None
        grants.append(
            Grant(
                household=line.household,
                amount=line.amount,
                from_month=run.month,
                members=people[line.declaration_id],
                basis=_basis(run),
                reason=str(Declaration.Source.CARRIED_OVER.label),
            )
        )
    grant_awards(actor=actor, benefit=Benefit.DIBAO, grants=grants)


def _change(actor: User | System, run: MonthRun, lines: Sequence[MonthLine]) -> None:
    if not lines:
        return
    people = _people(lines)
    changes = []
    for line in lines:
        assert line.award is not None
        stops = line.proposal == Proposal.STOP
        reason = line.reason or str(line.get_proposal_display())
        changes.append(
            Change(
                award=line.award,
                amount=None if stops else line.amount,
                from_month=run.month,
                reason=reason[:200],
                basis=_basis(run),
                members=people[line.declaration_id],
            )
        )
    change_awards(actor=actor, changes=changes)


def _mark_exits(run: MonthRun) -> None:
    """Note since when an income is over the standard, so that the gradual exit comes to its end.

    It is a finding of the run and not declared; a family below the standard again starts anew.
    """
    declarations = Declaration._base_manager.filter(pk__in=_declarations(run, "渐退"))
    declarations.filter(over_since=None).update(over_since=run.month)
    Declaration._base_manager.filter(
        pk__in=_declarations(run, Assessment.Conclusion.ELIGIBLE), over_since__isnull=False
    ).update(over_since=None)


def _declarations(run: MonthRun, conclusion: str) -> Any:
    lines = MonthLine._base_manager.filter(run=run, conclusion=conclusion)
    return lines.values("declaration_id")
