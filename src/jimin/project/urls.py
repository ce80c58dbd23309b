"""Every address of the program."""

from django.urls import include, path

urlpatterns = [
    path("", include("jimin.foundation.access.views")),
    path("records/", include("jimin.foundation.records.views")),
    path("", include("jimin.kernel.people.views")),
    path("language/", include("django.conf.urls.i18n")),
]
