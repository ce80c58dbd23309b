from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RecordsConfig(AppConfig):
    name = "jimin.foundation.records"
    verbose_name = _("登记簿")

    def ready(self) -> None:
        from . import checks  # noqa: F401  registers itself
