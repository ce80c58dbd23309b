"""Every address of the program."""

from django.conf import settings
from django.urls import include, path

from .api import addresses
from .plan_counties import counties
from .views import dashboard

urlpatterns = [
    path("", dashboard, name="dashboard"),
    path("", include("jimin.foundation.access.views")),
    path(settings.API_ROOT.removeprefix("/"), addresses()),
    path("records/", include("jimin.foundation.records.views")),
    path("", include("jimin.kernel.codes.views")),
    path("", include("jimin.kernel.people.views")),
    path("", include("jimin.kernel.policy.views")),
    path("", include("jimin.foundation.documents.views")),
    path("", include("jimin.foundation.jobs.views")),
    path("", include("jimin.kernel.cases.views")),
    path("", include("jimin.kernel.payments.views")),
    path("", include("jimin.domains.assistance.views")),
    path("", include("jimin.kernel.workplans.views")),
    path("plan/<int:pk>/counties/", counties, name="plan-counties"),
    path("language/", include("django.conf.urls.i18n")),
]
