from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CodesConfig(AppConfig):
    name = "jimin.kernel.codes"
    verbose_name = _("数据字典")
