"""The register of policy releases."""

from django.utils.translation import gettext_lazy as _

from jimin.foundation.records.declare import RecordType

from .models import Release


class ReleaseRecord(RecordType):
    """Filled by `release_policy` only."""

    model = Release
    is_editable = False
    area = ""
    fields = ("policy", "version", "valid_from", "released_by", "released_at", "note")
    filters = {"valid_from": ["gte", "lte"]}
    search = ("version",)
    search_hint = _("版本号")
    ordering = ("valid_from",)
    is_short = True
    icon = "scale"
