"""The pages of the work plan."""

from django.urls import path

from . import indicators, ledger, review

urlpatterns = [
    path("plan/", ledger.current, name="plan"),
    path("plan/new/", review.new, name="plan-new"),
    path("plan/indicators/", indicators.catalogue, name="plan-indicators"),
    path("plan/indicators/<slug:name>/", indicators.indicator, name="plan-indicator"),
    path("plan/target/<int:pk>/", ledger.target, name="plan-target"),
    path("plan/target/<int:pk>/report/", ledger.report, name="plan-report"),
    path("plan/<int:pk>/", ledger.plan, name="plan-ledger"),
    path("plan/<int:pk>/text/", ledger.text, name="plan-text"),
    path("plan/<int:pk>/original/", review.original, name="plan-original"),
    path("plan/<int:pk>/review/", review.review, name="plan-review"),
    path("plan/<int:pk>/adopt/", review.adopt, name="plan-adopt"),
    path("plan/<int:pk>/review/add/", review.add, name="plan-review-add"),
    path("plan/<int:pk>/review/<slug:kind>/<int:row>/", review.decide, name="plan-review-decide"),
    path("plan/<int:pk>/review/<slug:kind>/<int:row>/edit/", review.edit, name="plan-review-edit"),
]
