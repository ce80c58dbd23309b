"""Finding a person, for the forms of every line of business."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from jimin.foundation.records.declare import registry
from jimin.foundation.records.views.lists import pick


def person_pick(request: HttpRequest) -> HttpResponse:
    """Up to ten persons in the user's reach who fit `q`: a fragment for htmx, or JSON."""
    return pick(request, registry["people.person"])


urlpatterns = [path("people/pick/", person_pick, name="people-person-pick")]
