from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CalendarConfig(AppConfig):
    name = "jimin.foundation.calendar"
    verbose_name = _("工作日历")

    def ready(self) -> None:
        from jimin.foundation import workdays

        from . import days

        workdays.take_from(days.entered)
        days.watch()
