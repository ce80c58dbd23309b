"""Pages and API of cases."""

from django.urls import path

from . import api, inbox, pages

urlpatterns = [
    path("cases/", inbox.inbox, name="cases"),
    path("cases/<int:pk>/", pages.case_page, name="case"),
    path("cases/<int:pk>/steps/<str:step>/", pages.step_page, name="case-step"),
    path("cases/<int:pk>/steps/<str:step>/check/", pages.check_field, name="case-check"),
    path("api/cases/<str:number>/", api.case, name="api-case"),
    path("api/cases/<str:number>/steps/<str:step>/", api.step, name="api-case-step"),
]
