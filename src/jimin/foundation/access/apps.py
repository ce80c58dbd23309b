from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccessConfig(AppConfig):
    name = "jimin.foundation.access"
    verbose_name = _("用户与岗位")

    def ready(self) -> None:
        from django.contrib.auth.signals import user_logged_in

        from .signing_in import describe_session

        user_logged_in.connect(describe_session, dispatch_uid="describe_session")
