"""Bringing a text in, reading it again, and handing the original out."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from jimin.engine.gongwen.read import KINDS
from jimin.foundation.access.models import User
from jimin.foundation.records.forms import dress
from jimin.kernel.areas.models import Area

from ..services import proposing
from .common import add_errors, allow, find_plan


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Upload or paste a text; its ledger waits for review."""
    user = allow(request, "add")
    form = UploadForm(request.POST or None, request.FILES or None, user=user)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        file = given.pop("file")
        if file is not None:
            given |= {"file_name": file.name, "content": file.read()}
        try:
            plan = proposing.upload_plan(actor=user, **given)
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, _("文本已保存。请逐条确认右边列出的任务、目标和文件。"))
            return redirect("plan-review", pk=plan.pk)
    status = 422 if request.method == "POST" else 200
    return render(request, "workplans/new.html", {"form": form}, status=status)


@require_POST
def reread(request: HttpRequest, pk: int) -> HttpResponse:
    """Read the text again and add what no row stands for."""
    user = allow(request, "review")
    try:
        added = proposing.reread_plan(actor=user, plan=find_plan(pk))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        if added:
            messages.success(request, _("又找到 %(count)s 条，请确认。") % {"count": added})
        else:
            messages.info(request, _("没有找到新的条目；已处理的条目保持不变。"))
    return redirect("plan-review", pk=pk)


@require_GET
def original(request: HttpRequest, pk: int) -> HttpResponse:
    """The file the text was read from."""
    user = allow(request)
    plan = find_plan(pk)
    if not plan.original:
        raise Http404(_("这份台账没有原件。"))
    try:
        content = proposing.read_original(actor=user, plan=plan)
    except ValidationError as error:
        return HttpResponse("\n".join(error.messages), status=409, content_type="text/plain")
    disposition = content_disposition_header(True, plan.file_name) or "attachment"
    return HttpResponse(
        content,
        content_type="application/octet-stream",
        headers={"Content-Disposition": disposition},
    )


class UploadForm(forms.Form):
    title = forms.CharField(
        label=gettext_lazy("标题"),
        max_length=120,
        error_messages={"required": gettext_lazy("请填写标题。")},
    )
    year = forms.IntegerField(
        label=gettext_lazy("年度"),
        error_messages={"required": gettext_lazy("请填写年度，例如 2016。")},
    )
    area = forms.ModelChoiceField(label=gettext_lazy("适用区划"), queryset=Area.objects.none())
    file = forms.FileField(
        label=gettext_lazy("文件"),
        required=False,
        help_text=gettext_lazy(
            ".docx、.txt、有文字的 .pdf 或保存的网页（.html），不超过 20 MB。原件和校验值一起保存。"
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ",".join(KINDS)}),
    )
    pasted = forms.CharField(
        label=gettext_lazy("或者粘贴文本"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=gettext_lazy("从网页或文档复制正文，粘贴到这里；网页源代码也可以。"),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        codes = [post.area_id for post in user.held if post.role_of.allows("add", "workplans.plan")]
        field = self.fields["area"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Area.objects.filter(code__in=codes)
        field.initial = codes[0] if codes else None
        for each in self.fields.values():
            dress(each)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not self.errors and not given.get("file") and not given.get("pasted", "").strip():
            self.add_error("file", _("请选择文件，或者粘贴文本。"))
        return given
