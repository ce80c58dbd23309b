"""Pages of social assistance that are not a register."""

from django.urls import path

from . import applications, months, reviews

urlpatterns = [
    path("dibao/apply/", applications.choose, name="dibao-apply"),
    path("dibao/apply/<int:household>/", applications.apply_page, name="dibao-apply-household"),
    path("dibao/apply/<int:household>/check/", applications.check_field, name="dibao-apply-check"),
    path("dibao/review/<int:household>/", reviews.review_page, name="dibao-review"),
    path("dibao/review/<int:household>/check/", reviews.check_field, name="dibao-review-check"),
    path("dibao/months/", months.month_list, name="dibao-months"),
    path("dibao/months/<int:pk>/", months.month_page, name="dibao-month"),
]
