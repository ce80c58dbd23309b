"""Every address of the program."""

from django.urls import include, path

from .api import addresses

urlpatterns = [
    path("", include("jimin.foundation.access.views")),
    path("api/", addresses()),
    path("records/", include("jimin.foundation.records.views")),
    path("", include("jimin.kernel.people.views")),
    path("language/", include("django.conf.urls.i18n")),
]
