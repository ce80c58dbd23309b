"""Words for the names of the access file: of registers and their actions, and of what apps add."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

Words = Mapping[str, Any]
_declared: dict[str, "SubjectWords"] = {}


@dataclass(frozen=True)
class SubjectWords:
    """What a subject of the access file is called, and what can be done there, in order."""

    label: Any
    verbs: Words = field(default_factory=dict)

    def verb(self, name: str) -> Any:
        return self.verbs.get(name) or common_verbs().get(name, name)


def declare(subject: str, label: Any, verbs: Words | None = None) -> None:
    """For subjects that are no register: pages, procedures."""
    _declared[subject] = SubjectWords(label, verbs or {})


def words_of(subject: str) -> SubjectWords:
    from jimin.foundation.records.declare import registry

    found = _declared.get(subject)
    verbs = dict(found.verbs) if found else {}
    label = found.label if found else None
    for record in registry.values():
        if record.subject == subject:
            label = label or record.label
            verbs = {a.verb: a.label for a in record.actions} | verbs
    return SubjectWords(label or subject, verbs)


def common_verbs() -> dict[str, str]:
    return {
        "view": _("查看"),
        "add": _("登记"),
        "change": _("修改"),
        "import": _("导入"),
        "export": _("导出"),
        "unmask": _("查看完整信息"),
        "attach": _("上传附件"),
        "note": _("写备注"),
    }


def label_of_level(level: str) -> str:
    return {
        "city": _("市"),
        "county": _("县（市、区）"),
        "township": _("乡镇（街道）"),
        "community": _("社区（村）"),
    }.get(level, level)
