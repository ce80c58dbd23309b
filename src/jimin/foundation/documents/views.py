"""Download of a filed paper."""

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils.http import content_disposition_header

from jimin.foundation.access.models import User

from .models import Document
from .services import read

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def download(request: HttpRequest, pk: int) -> HttpResponse:
    assert isinstance(request.user, User)
    document = get_object_or_404(Document, pk=pk)
    try:
        content = read(actor=request.user, document=document)
    except ValidationError as error:
        return HttpResponse("\n".join(error.messages), status=409, content_type="text/plain")
    name = f"{document.title} {document.number}.docx"
    disposition = content_disposition_header(True, name) or "attachment"
    return HttpResponse(content, content_type=WORD, headers={"Content-Disposition": disposition})


urlpatterns = [path("documents/<int:pk>/", download, name="document")]
