"""Making a roll, and handing it to the bank."""

from django.urls import path

from .rolls import export, prepare

urlpatterns = [
    path("payments/prepare/", prepare, name="roll-prepare"),
    path("payments/<int:pk>/export/", export, name="roll-export"),
]
