"""The register of areas: open to look at for everyone, kept by the administrator."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jimin.foundation.records.declare import RecordType, Section
from jimin.foundation.spelling import initials

from . import rules
from .models import Area


class AreaRecord(RecordType):
    model = Area
    key = "code"
    fields = (
        "code",
        "name",
        "kind",
        "is_urban",
        "longitude",
        "latitude",
        "valid_from",
        "valid_to",
        "successor",
    )
    columns = ("code", "name", "kind", "parent", "is_urban", "valid_to")
    sections = (
        Section(gettext_lazy("区划"), ["code", "name", "kind", "is_urban"]),
        Section(gettext_lazy("位置"), ["longitude", "latitude"]),
        Section(gettext_lazy("设立与撤并"), ["valid_from", "valid_to", "successor"]),
    )
    filters = {"level": ["exact"], "is_urban": ["exact"], "code": ["within"]}
    search = ("code", "name", "initials")
    search_hint = gettext_lazy("名称、拼音首字母或区划代码")
    ordering = ("code",)
    is_short = True
    area = "code"
    icon = "map"
    derived = ("level", "parent")
    hints = {
        "code": gettext_lazy("12 位统计用区划代码，上级由代码得出。"),
        "successor": gettext_lazy("撤销后并入哪个区划；原区划的记录由并入后的单位办理。"),
    }

    examples = {"code": "220202001905", "name": "示例村", "kind": "village"}

    def prepare(self, obj: Area) -> None:
        """Level, parent and initials follow from the code and the name."""
        obj.initials = initials(obj.name)[:60]
        obj.level = rules.level_of(obj.code)
        above = rules.ancestors(obj.code)[:-1]
        obj.parent = Area.objects.filter(code=above[-1]).first() if above else None
        if above and obj.parent is None:
            raise ValidationError(
                {"code": _("上级区划 %(code)s 还没有登记。请先登记上级。") % {"code": above[-1]}}
            )

    def pick_text(self, obj: Area) -> str:
        return f"{obj.name} {obj.code}"
