"""A household's cases on its page."""

from django.utils.translation import gettext_lazy as _

from jimin.foundation.records.declare import Tab, extend
from jimin.kernel.people.models import Household

from .models import Case
from .rules import PROCEDURES


def cases_of(household: Household) -> dict[str, object]:
    cases = Case.objects.filter(household=household).order_by("-opened_on", "-id")
    return {"cases": [(case, PROCEDURES[case.procedure].state(case.state).label) for case in cases]}


extend(
    "people.household",
    tabs=[Tab("cases", _("办件"), "cases/of_household.html", cases_of, subject="page.inbox")],
)
