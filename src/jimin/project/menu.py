"""What the menu holds, in order."""

from django.utils.translation import gettext_lazy as _

from jimin.foundation.ui.menu import Entry

MENU: list[Entry] = [
    Entry(_("总览"), "layout-dashboard", "dashboard", "page.dashboard"),
    Entry(_("人员"), "user", "records:person", "people.person", group=_("登记簿")),
    Entry(_("家庭"), "house", "records:household", "people.household", group=_("登记簿")),
    Entry(_("行政区划"), "map", "records:area", "areas.area", group=_("登记簿")),
]
