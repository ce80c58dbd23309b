"""What the menu holds, in order."""

from django.utils.translation import gettext_lazy as _

from jimin.foundation.ui.menu import Entry

MENU: list[Entry] = [
    Entry(_("总览"), "layout-dashboard", "dashboard", "page.dashboard"),
]
