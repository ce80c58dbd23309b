from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "jimin.foundation.ui"
