from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AwardsConfig(AppConfig):
    name = "jimin.kernel.awards"
    verbose_name = _("待遇")
