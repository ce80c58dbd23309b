"""Pages of cases; `api.router` is added to the API by the project."""

from django.urls import path

from . import inbox, pages

urlpatterns = [
    path("cases/", inbox.inbox, name="cases"),
    path("cases/<int:pk>/", pages.case_page, name="case"),
    path("cases/<int:pk>/steps/<str:step>/", pages.step_page, name="case-step"),
    path("cases/<int:pk>/steps/<str:step>/check/", pages.check_field, name="case-check"),
]
