from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class AuditConfig(AppConfig):
    name = "jimin.foundation.audit"
    verbose_name = _("留痕")

    def ready(self) -> None:
        post_migrate.connect(_protect, sender=self)


def _protect(using: str, **kwargs: Any) -> None:
    from django.db import connections

    from .protection import protect

    protect(connections[using])
