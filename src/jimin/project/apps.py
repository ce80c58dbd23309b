from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class ProjectConfig(AppConfig):
    """Loads every app's declarations once all apps are there."""

    name = "jimin.project"
    label = "project"

    def ready(self) -> None:
        autodiscover_modules("records")
        from .access_labels import declare_all

        declare_all()
