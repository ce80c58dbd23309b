"""Every address × every role of the demo gives what the access matrix says, and nothing else.

What guards an address is written here a second time, apart from the views. An address that is not
written here fails: whoever adds a page says who may open it.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from django.db import models
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from jimin.domains.assistance.models import MonthRun
from jimin.foundation.access.matrix import matrix
from jimin.foundation.access.models import User
from jimin.foundation.access.scope import acting_as_system
from jimin.foundation.documents.models import Document
from jimin.foundation.records.declare import registry
from jimin.foundation.ui.middleware import POLICY
from jimin.kernel.cases.models import Case
from jimin.kernel.cases.rules import PROCEDURES
from jimin.kernel.cases.services import NoteForm
from jimin.kernel.payments.models import Roll
from jimin.kernel.people.models import Household
from jimin.kernel.workplans.models import (
    Adjustment,
    Archive,
    Deliverable,
    Demand,
    Evidence,
    Milestone,
    Report,
    Target,
)
from jimin.kernel.workplans.queries.prints import PRINTS
from jimin.kernel.workplans.rules.indicators import INDICATORS

pytestmark = pytest.mark.django_db

USERS = {
    "city_leader": "leader",
    "city_officer": "officer",
    "city_unit": "welfare",
    "city_planner": "planner",
    "administrator": "admin",
    "county_officer": "changyi.officer",
    "county_paymaster": "changyi.pay",
    "county_director": "changyi.director",
    "township_clerk": "xinghua.clerk",
    "community_worker": "dongchangzhai.worker",
}
HERE, ELSEWHERE = "220202001001", "220221100001"  # in 兴华 of 昌邑, and in 永吉
NOWHERE = "nowhere"
CITY = "220200000000"


# The rest of an address, and the area of what it shows.
Objects = Callable[[], list[tuple[dict[str, Any], str | None]]]


@dataclass(frozen=True)
class Gate:
    """Who may open an address. Without a subject everyone who is signed in may.

    `of` gives what to try it on; an address without it shows no single thing.
    """

    subject: str = ""
    verb: str = "view"
    method: str = "get"
    of: Objects | None = None
    seen_by: str = ""  # the register whose row it shows, where that is another
    query: str = ""


def rows(
    model: type[models.Model],
    area: str = "area_id",
    key: str = "pk",
    name: str = "pk",
    more: dict[str, Any] | None = None,
    prefer: dict[str, Any] | None = None,
    **where: Any,
) -> Objects:
    """Two objects of a model: one here, one elsewhere. `key` becomes `name` in the address."""

    def found() -> list[tuple[dict[str, Any], str | None]]:
        chosen = []
        for code in (HERE, ELSEWHERE):
            inside = {
                f"{area}__gte": code[:6].ljust(12, "0"),
                f"{area}__lte": code[:6].ljust(12, "9"),
            }
            row = (
                model._base_manager.filter(**inside, **where)
                .order_by(
                    models.Case(models.When(**(prefer or {area: code}), then=0), default=1), "pk"
                )
                .values_list(key, area)
                .first()
            )
            assert row, f"the demo city has no {model._meta.label} in {code[:6]}"
            chosen.append(({name: row[0], **(more or {})}, row[1]))
        return chosen

    return found


def record_gates() -> Iterator[tuple[str, Gate]]:
    for record in registry.values():
        name, subject = f"records:{record.slug}", record.subject
        of = rows(record.model, record.area) if record.area else first_of(record.model)
        yield name, Gate(subject)
        yield f"{name}-pick", Gate(subject)
        yield f"{name}-choose", Gate(subject, method="post", of=one_nowhere(name="no-such-action"))
        yield f"{name}-batch", Gate(subject, of=one_nowhere(pk=UUID(int=0)))
        yield f"{name}-columns", Gate(subject)
        yield f"{name}-columns", Gate(subject, method="post")
        yield f"{name}-save-view", Gate(subject, method="post")
        yield f"{name}-remove-view", Gate(subject, method="post", of=one(pk=1))
        yield f"{name}-export", Gate(subject, "export", "post")
        yield f"{name}-page", Gate(subject, of=of)
        yield f"{name}-beside", Gate(subject, of=of)
        yield f"{name}-unmask", Gate(subject, "unmask", method="post", of=of)
        yield f"{name}-act", Gate(subject, of=one_nowhere(pk="1", name="no-such-action"))
        if record.has_attachments:
            yield f"{name}-attach", Gate(subject, "attach", "post", of)
            yield f"{name}-file", Gate(subject, of=one_nowhere(pk="0", file=UUID(int=0)))
            file = one_nowhere(pk="0", file=UUID(int=0))
            yield f"{name}-remove-file", Gate(subject, "attach", "post", file)
        if record.has_notes:
            yield f"{name}-note", Gate(subject, "note", "post", of)
            note = one_nowhere(pk="0", number=1)
            yield f"{name}-withdraw-note", Gate(subject, "note", "post", note)
        for action in record.actions:
            yield f"{name}-act", Gate(subject, action.verb, of=with_name(of, action.name))
            if action.is_bulk:
                yield f"{name}-choose", Gate(subject, action.verb, "post", one(name=action.name))
        if record.is_editable:
            yield f"{name}-new", Gate(subject, "add")
            yield f"{name}-import", Gate(subject, "import")
            yield f"{name}-template", Gate(subject, "import")
            yield f"{name}-preview", Gate(subject, "import", of=one_nowhere(pk=UUID(int=0)))
            yield f"{name}-errors", Gate(subject, "import", of=one_nowhere(pk=UUID(int=0)))
            yield f"{name}-edit", Gate(subject, "change", of=of)


def api_gates() -> Iterator[tuple[str, Gate]]:
    for record in registry.values():
        name, subject = f"api-1:{record.slug}", record.subject
        of = rows(record.model, record.area) if record.area else first_of(record.model)
        yield f"{name}_list", Gate(subject)
        yield f"{name}_get", Gate(subject, of=of)
        if record.is_editable:
            yield f"{name}_create", Gate(subject, "add", "post")
            yield f"{name}_change", Gate(subject, "change", "patch", of)
        for action in record.actions:
            yield f"{name}_{action.name}", Gate(subject, action.verb, "post", of)


def with_name(of: Objects, name: str) -> Objects:
    return lambda: [({**where, "name": name}, area) for where, area in of()]


def other_gates() -> Iterator[tuple[str, Gate]]:
    yield "sign-in", Gate()
    yield "sign-in-code", Gate()
    yield "my-sign-ins", Gate()
    yield "my-sign-in-end", Gate(method="post")
    yield "my-password", Gate()
    yield "my-second-factor", Gate()
    yield "my-second-factor-begin", Gate(method="post")
    yield "my-second-factor-codes", Gate(method="post")
    yield "my-second-factor-remove", Gate(method="post")
    yield "my-tokens", Gate("page.tokens")
    yield "my-token-revoke", Gate("page.tokens", method="post")
    yield "access-matrix", Gate("page.access")
    yield "codes", Gate("page.codes")
    yield "code-list", Gate("page.codes", of=one(name="sex"))
    yield "code-table", Gate("page.codes", of=one(name="sex"))
    yield "sign-out", Gate(method="post")
    yield "set_language", Gate(method="post")
    yield "records:places", Gate()
    yield "api-1:api-root", Gate(of=one_nowhere())
    yield "api-1:openapi-json", Gate()
    yield "people-person-pick", Gate("people.person")
    yield "policies", Gate("page.policies")
    yield "policy-file", Gate("page.policies", of=one(policy="jilin"))
    yield "policy-benefit", Gate("page.policies", of=one(policy="jilin", benefit="dibao"))
    yield "policy-benefit", Gate("page.policies", of=one_nowhere(policy="jilin", benefit="none"))
    yield "dashboard", Gate()  # who has none is sent to their work
    yield "jobs", Gate()
    yield "job", Gate(of=one_nowhere(pk=UUID(int=0)))
    yield "job-stop", Gate(method="post", of=one_nowhere(pk=UUID(int=0)))
    yield "job-retry", Gate(method="post", of=one_nowhere(pk=UUID(int=0)))
    yield "job-result", Gate(of=one_nowhere(pk=UUID(int=0)))
    yield "document", Gate("documents.document", of=rows(Document))


def case_gates() -> Iterator[tuple[str, Gate]]:
    yield "cases", Gate("page.inbox")
    yield "case", Gate("dibao", of=rows(Case))
    yield "api-1:case-open", Gate("dibao", "apply", "post")
    yield "api-1:case", Gate("dibao", of=rows(Case, key="number", name="number"))
    for step in PROCEDURES["dibao"].steps:
        if not step.sources:
            continue
        of = rows(Case, more={"step": step.name}, prefer={"state": step.sources[0]})
        by_number = rows(Case, key="number", name="number", more={"step": step.name})
        yield "case-step", Gate("dibao", step.name, of=of)
        yield "case-step", Gate("dibao", step.name, "post", of)
        yield "api-1:case-step", Gate("dibao", step.name, "post", by_number)
        field = next(name for name in (step.form or NoteForm).base_fields)
        yield "case-check", Gate("dibao", step.name, "post", of, query=f"?field={field}")


def dibao_gates() -> Iterator[tuple[str, Gate]]:
    of = rows(Household, name="household")
    runs = rows(MonthRun, month="2016-07-01")
    yield "dibao-apply", Gate("dibao", "apply")
    yield "dibao-apply-household", Gate("dibao", "apply", of=of, seen_by="people.household")
    yield (
        "dibao-apply-check",
        Gate("dibao", "apply", "post", of, "people.household", "?field=vehicles"),
    )
    yield "dibao-review", Gate("dibao", "declare", of=of, seen_by="people.household")
    yield (
        "dibao-review-check",
        Gate("dibao", "declare", "post", of, "people.household", "?field=vehicles"),
    )
    yield "dibao-months", Gate("page.months")
    yield "dibao-months", Gate("dibao", "assess_month", "post")
    yield "dibao-month", Gate("page.months", of=runs)
    yield "dibao-month", Gate("dibao", "approve_month", "post", runs)
    yield "roll-prepare", Gate("payments.roll", "prepare")
    yield "roll-export", Gate("payments.roll", "export", "post", rows(Roll))


def plan_gates() -> Iterator[tuple[str, Gate]]:
    """The plan is one for the city: whoever may see it sees all of it."""
    plan, subject = the_plan(), "workplans.plan"

    whole, target = one(pk=plan["pk"]), one(pk=plan["target"])
    row = one(pk=plan["pk"], kind="target", row=plan["target"])
    yield "plan", Gate(subject)
    yield "plan-new", Gate(subject, "add")
    yield "plan-indicators", Gate(subject)
    for indicator in INDICATORS.all():
        yield "plan-indicator", Gate(subject, of=one(name=indicator.name))
    yield "plan-target", Gate(subject, of=target)
    yield "plan-report", Gate(subject, "view", "post", of=target)
    yield "plan-report", Gate(subject, of=target)  # leads back to the target
    yield "plan-ledger", Gate(subject, of=whole)
    yield "plan-text", Gate(subject, of=whole)
    yield "plan-original", Gate(subject, of=one_nowhere(pk=plan["pk"]))  # it was not uploaded
    yield "plan-review", Gate(subject, "review", of=whole)
    yield "plan-review-add", Gate(subject, "review", of=whole, query=f"?task={plan['task']}")
    yield "plan-review-edit", Gate(subject, "review", of=row)
    yield "plan-reread", Gate(subject, "review", "post", whole)
    yield "plan-review-split", Gate(subject, "review", of=row)
    yield "plan-review-decide", Gate(subject, "review", "post", row)
    yield "plan-adopt", Gate(subject, "review", "post", whole)
    yield from plan_cycle_gates()


def plan_cycle_gates() -> Iterator[tuple[str, Gate]]:
    """Reports, evidence and demands are their areas'; the rest of the plan is the city's."""
    plan, subject, report = the_plan(), "workplans.plan", "workplans.report"
    whole, target = one(pk=plan["pk"]), one(pk=plan["target"])
    yield "plan-period", Gate(subject, of=whole)
    yield "plan-period-lock", Gate(subject, "manage", "post", whole)
    yield "plan-demand-raise", Gate(report, "supervise", "post", whole)
    yield "plan-wall", Gate(subject, of=whole)
    yield "plan-counties", Gate(subject, of=whole)
    yield "plan-public", Gate()
    yield "plan-papers", Gate(subject, of=whole)
    yield "plan-scores", Gate(subject, of=whole)
    for name in PRINTS:
        yield "plan-print", Gate(subject, of=one(pk=plan["pk"], name=name, kind="docx"))
    yield "plan-mine", Gate(subject)
    yield "plan-archive", Gate(subject, of=first_of(Archive))
    yield "plan-demands", Gate(subject, of=whole)
    yield "plan-matrix", Gate(subject, of=target)
    for name in ("adjust", "bind", "divide", "curve", "stages", "units"):
        yield f"plan-{name}", Gate(subject, "manage", of=target)
    yield "plan-adjustment-decide", Gate(subject, "approve", "post", first_of(Adjustment))
    yield "plan-milestone-reach", Gate(subject, of=first_of(Milestone))
    yield "plan-paper", Gate(subject, of=first_of(Deliverable))
    yield "plan-demand", Gate(report, of=city_row(Demand))
    yield "plan-demand-paper", Gate(report, of=city_row(Demand))
    yield "plan-demand-reply", Gate(report, "report", "post", city_row(Demand))
    yield "plan-demand-close", Gate(report, "supervise", "post", city_row(Demand))
    yield "plan-evidence-add", Gate(report, "report", of=city_row(Report), seen_by=report)
    yield "plan-evidence", Gate(report, of=one_nowhere(pk=0))
    judged = city_row(Evidence, "report__area_id")
    yield "plan-evidence-judge", Gate(report, "verify", "post", judged)


def city_row(model: type[models.Model], area: str = "area_id") -> Objects:
    """The first row of the plan that is the city's own."""

    def found() -> list[tuple[dict[str, Any], str | None]]:
        rows = model._base_manager.filter(**{area: CITY}).order_by("pk")
        return [({"pk": rows.values_list("pk", flat=True)[:1].get()}, CITY)]

    return found


def first_of(model: type[models.Model]) -> Objects:
    """Any row of a register that belongs to no area; the demo may have none."""

    def found() -> list[tuple[dict[str, Any], str | None]]:
        pk = model._base_manager.values_list("pk", flat=True).first()
        return [({"pk": 1}, NOWHERE) if pk is None else ({"pk": pk}, None)]

    return found


def one(**where: Any) -> Objects:
    """A single thing that belongs to no area."""
    return lambda: [(where, None)]


def one_nowhere(**where: Any) -> Objects:
    """Something that is not there."""
    return lambda: [(where, NOWHERE)]


def the_plan() -> dict[str, Any]:
    target = Target.proposals.select_related("plan").order_by("pk").first()
    if target is None:  # when the addresses are only listed
        return {"pk": 0, "target": 0, "task": 0}
    return {"pk": target.plan_id, "target": target.pk, "task": target.task_id}


BEFORE_SIGNING_IN = {"sign-in", "sign-in-code", "set_language", "plan-public"}


def gates() -> list[tuple[str, Gate]]:
    return [
        *record_gates(),
        *api_gates(),
        *other_gates(),
        *case_gates(),
        *dibao_gates(),
        *plan_gates(),
    ]


def addresses() -> set[str]:
    def walk(resolver: URLResolver, space: str) -> Iterator[str]:
        for pattern in resolver.url_patterns:
            if isinstance(pattern, URLResolver):
                inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
                yield from walk(pattern, inner)
            elif isinstance(pattern, URLPattern):
                yield f"{space}{pattern.name}"

    return set(walk(get_resolver(), ""))


def expected(user: User, gate: Gate, area: str | None) -> set[str]:
    """What the matrix says: `opens`, `refused` (403) or `absent` (404).

    What one may neither see nor do may be answered either way.
    """
    if not gate.subject:
        return {"absent" if area == NOWHERE else "opens"}
    if area is None:
        return {"opens" if user.may(gate.verb, gate.subject) else "refused"}
    is_seen = area != NOWHERE and user.may("view", gate.seen_by or gate.subject, area)
    if not user.may(gate.verb, gate.subject):
        return {"refused"} if is_seen else {"refused", "absent"}
    if not is_seen:
        return {"absent"}
    return {"opens" if user.may(gate.verb, gate.subject, area) else "refused"}


def sent(client: Client, gate: Gate, url: str) -> Any:
    url += gate.query
    if "/api/" in url and gate.method != "get":
        return getattr(client, gate.method)(url, "{}", content_type="application/json")
    return getattr(client, gate.method)(url)


def answer(client: Client, gate: Gate, url: str) -> str:
    response = sent(client, gate, url)
    assert response.status_code < 500, url
    if response.status_code in (403, 404):
        return "refused" if response.status_code == 403 else "absent"
    assert response.headers["Content-Security-Policy"] == POLICY
    assert gate.method != "get" or response.status_code in (200, 302, 409), (
        url,
        response.status_code,
    )
    return "opens"


def test_every_address_is_written_here() -> None:
    assert {name for name, _ in gates()} == addresses()


def test_every_role_of_the_matrix_is_tried() -> None:
    assert set(USERS) == set(matrix().roles)


@pytest.mark.parametrize("role", USERS)
def test_a_role_opens_what_the_matrix_says(role: str) -> None:
    user = User.objects.get(username=USERS[role])
    client = Client()
    client.force_login(user)
    wrong = []
    tried = Counter[str]()
    for name, gate in gates():
        if name == "sign-out":
            continue
        with acting_as_system("test"):
            objects = gate.of() if gate.of else [({}, None)]
        for where, area in objects:
            wanted = expected(user, gate, area)
            found = answer(client, gate, reverse(name, kwargs=where))
            tried[found] += 1
            if found not in wanted:
                wrong.append(f"{gate.method} {name} {where}: {found}, the matrix says {wanted}")
    assert not wrong, "\n".join(wrong)
    assert tried["refused"] > 0


def test_nobody_gets_anywhere_without_signing_in(client: Client) -> None:
    for name, gate in gates():
        if name in BEFORE_SIGNING_IN:
            continue
        with acting_as_system("test"):
            where, _ = gate.of()[0] if gate.of else ({}, None)
        response = sent(client, gate, reverse(name, kwargs=where))
        if response.status_code == 401:  # programs are told, not sent to a page
            assert name.startswith("api-1:"), name
        else:
            assert response.status_code == 302, name
            assert response.headers["Location"].startswith("/sign-in/"), name


def test_what_changes_something_is_not_done_by_a_link(client: Client) -> None:
    client.force_login(User.objects.get(username="admin"))
    for name, gate in gates():
        is_only_post = gate.method == "post" and all(
            other.method == "post" for again, other in gates() if again == name
        )
        if is_only_post and name != "set_language" and not name.startswith("api"):
            with acting_as_system("test"):
                where, _ = gate.of()[0] if gate.of else ({}, None)
            assert client.get(reverse(name, kwargs=where)).status_code == 405, name
