"""What a city enters once for its plans: published figures, and which unit leads what."""

from django.utils.translation import gettext_lazy as _

from jimin.foundation.records.declare import Column, RecordType, Section

from ..models import LeadUnit, OfficialStatistic


def place(figure: OfficialStatistic) -> str:
    return str(figure.area.name if figure.area else _("全国"))


class OfficialStatisticRecord(RecordType):
    """A figure of one's own area goes before one of the province, that before the nation's."""

    model = OfficialStatistic
    area = ""  # figures of the province and the nation lie above whoever enters them
    slug = "statistic"
    key = "code"
    fields = ("code", "name", "area", "year", "value", "unit", "source", "mark")
    columns = ("name", "year", Column("area", _("地区"), place), "value", "unit", "source", "mark")
    sections = (
        Section(_("数"), ["name", "area", "year", "value", "unit", "code"]),
        Section(_("出处"), ["source", "mark"]),
    )
    filters = {"name": ["exact"], "year": ["exact"], "mark": ["exact"]}
    search = ("code", "source")
    search_hint = _("编号或出处")
    ordering = ("name", "year")
    is_short = True
    icon = "chart-column"
    hints = {
        "code": _("不填就用年度、名称和区划代码编成；导入时按它认出已有的数。"),
        "area": _("不填表示全国。"),
        "year": _("数所属的年度，不是发布的年度。"),
        "unit": _("如：元/年、元/人·年。"),
        "source": _("发布单位、文件或网页和日期，如：国家统计局2015-10-16发布。"),
        "mark": _("对照过原件再改为“已核对”。更正后，原来的数仍在修改记录里。"),
    }
    examples = {"year": 2015, "value": "24901", "unit": "元/年"}

    def prepare(self, obj: OfficialStatistic) -> None:
        obj.code = obj.code or obj.own_code


class LeadUnitRecord(RecordType):
    model = LeadUnit
    slug = "leadunit"
    area = ""
    key = "words"
    fields = ("words", "unit", "co_units", "is_used", "note")
    columns = ("words", "unit", "co_units", "is_used")
    filters = {"is_used": ["exact"]}
    search = ("words", "unit")
    search_hint = _("词或单位")
    ordering = ("unit",)
    is_short = True
    icon = "signpost"
    hints = {
        "words": _("用顿号分开，如：养老、护理员、敬老院。任务里出现得越多、越长的词越算数。"),
        "co_units": _("用顿号分开。"),
        "is_used": _("不再使用的取消勾选，不必删除。"),
    }
