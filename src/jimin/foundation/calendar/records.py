"""The register of days: entered by the administrator when the yearly notice comes out."""

from django.db.models import Q
from django.utils.dateparse import parse_date
from django.utils.translation import gettext_lazy as _

from jimin.foundation.records.declare import RecordType

from .models import CalendarDay


def by_day(text: str) -> Q | None:
    """A day, written as 2027-10-01."""
    try:
        day = parse_date(text)
    except ValueError:  # well written, of no calendar
        return None
    return None if day is None else Q(day=day)


class CalendarDayRecord(RecordType):
    model = CalendarDay
    area = ""
    slug = "calendar"
    key = "day"
    fields = ("day", "kind", "occasion", "source")
    filters = {"day": ["gte", "lte"], "kind": ["exact"], "occasion": ["exact"]}
    search = (by_day, "source")
    search_hint = _("日期或依据文件")
    ordering = ("day",)
    is_short = True
    icon = "calendar-days"
    synonyms = {"day": ["日子"], "kind": ["放假或上班"], "source": ["文号", "依据"]}
    hints = {
        "day": _("只登记与平常不同的日子：放假的工作日，上班的周末。周末本来休息的也可登记。"),
        "kind": _("登记错了改为“照常”，这一天就按原来的办法算。"),
        "occasion": _("七个节日都登记了放假的日子，这一年的期限才不再标为“估计”。"),
        "source": _("如国务院办公厅放假安排的文号。"),
    }
    examples = {"day": "2027-10-01", "occasion": "national_day", "source": "示例通知〔2026〕1号"}
