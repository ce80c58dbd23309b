"""What the menu holds, in order."""

from django.utils.translation import gettext_lazy as _

from jimin.foundation.ui.menu import Entry

MENU: list[Entry] = [
    Entry(_("总览"), "layout-dashboard", "dashboard", "page.dashboard"),
    Entry(_("待办"), "inbox", "cases", "page.inbox", group=_("办理")),
    Entry(_("低保申请"), "file-plus", "dibao-apply", "dibao", "apply", group=_("办理")),
    Entry(_("月度核定"), "calculator", "dibao-months", "page.months", group=_("办理")),
    Entry(_("政策规则"), "book-open-text", "policies", "page.policies", group=_("办理")),
    Entry(_("编制名册"), "list-plus", "roll-prepare", "payments.roll", "prepare", group=_("发放")),
    Entry(_("发放名册"), "banknote", "records:roll", "payments.roll", group=_("发放")),
    Entry(_("待遇"), "hand-coins", "records:award", "awards.award", group=_("发放")),
    Entry(_("工作要点"), "goal", "plan", "workplans.plan", group=_("目标")),
    Entry(_("待我上报"), "send", "plan-mine", "workplans.report", "report", group=_("目标")),
    Entry(_("计算指标"), "calculator", "plan-indicators", "workplans.plan", group=_("目标")),
    Entry(
        _("官方统计数"),
        "chart-column",
        "records:statistic",
        "workplans.officialstatistic",
        group=_("目标"),
    ),
    Entry(_("牵头单位建议"), "signpost", "records:leadunit", "workplans.leadunit", group=_("目标")),
    Entry(_("人员"), "user", "records:person", "people.person", group=_("登记簿")),
    Entry(_("家庭"), "house", "records:household", "people.household", group=_("登记簿")),
    Entry(_("行政区划"), "map", "records:area", "areas.area", group=_("登记簿")),
    Entry(_("数据字典"), "book-a", "codes", "page.codes", group=_("登记簿")),
    Entry(_("后台任务"), "list-checks", "jobs", "jobs.job", group=_("系统")),
    Entry(
        _("工作日历"), "calendar-days", "records:calendar", "calendar.calendarday", group=_("系统")
    ),
    Entry(_("用户"), "users", "records:user", "access.user", group=_("系统")),
    Entry(_("权限一览"), "table-properties", "access-matrix", "page.access", group=_("系统")),
]
