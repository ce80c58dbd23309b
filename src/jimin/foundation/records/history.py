"""The history of a record as sentences a clerk can read."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _

from jimin.foundation.access.labels import words_of
from jimin.foundation.audit.models import Entry

from .declare import Label, RecordType
from .values import hidden, show_value

SHOWN = 50


@dataclass(frozen=True)
class Difference:
    label: Label
    before: str
    after: str
    is_hidden: bool  # sealed: it changed, although what may be shown looks the same


@dataclass(frozen=True)
class Line:
    at: Any
    who: str
    what: Label
    reason: str
    differences: list[Difference]
    details: list[tuple[Label, str]]


def history_of(record: RecordType, obj: Any) -> tuple[list[Line], bool]:
    """The latest lines about a record, newest first, and whether there are more."""
    entries = list(
        Entry.objects.filter(subject=record.label_lower, key=str(obj.pk)).order_by("-id")[
            : SHOWN + 1
        ]
    )
    names = _linked_names(record, entries)
    return [_line(record, entry, names) for entry in entries[:SHOWN]], len(entries) > SHOWN


def verb_label(record: RecordType, verb: str) -> Label:
    known: dict[str, Label] = {
        "add": _("新增"),
        "change": _("修改"),
        "import": _("导入"),
        "export": _("导出"),
        "unmask": _("查看完整信息"),
        "attach": _("上传附件"),
        "open_attachment": _("打开附件"),
        "remove_attachment": _("删除附件"),
        "note": _("写备注"),
        "withdraw_note": _("撤回备注"),
    }
    known |= {action.name: action.label for action in record.actions}
    return known.get(verb) or words_of(record.subject).verb(verb)


def _line(record: RecordType, entry: Entry, names: dict[tuple[str, str], str]) -> Line:
    differences: list[Difference] = []
    details: list[tuple[Label, str]] = []
    for name, value in entry.values.items():
        is_pair = isinstance(value, list) and len(value) == 2
        if name in record.field_map and is_pair:
            before, after = (_text(record, name, v, names) for v in value)
            label = record.field_map[name].verbose_name
            is_hidden = name in record.sealed_names and before == after
            differences.append(Difference(label, before, after, is_hidden))
        elif name == "fields" and isinstance(value, list):
            labels = [record.field_map[n].verbose_name for n in value if n in record.field_map]
            details.append((_("内容"), "、".join(str(label) for label in labels)))
        else:
            details.append((_detail_label(record, name), _plain(value)))
    return Line(
        timezone.localtime(entry.at),
        entry.actor_label,
        verb_label(record, entry.verb),
        entry.reason,
        differences,
        details,
    )


def _detail_label(record: RecordType, name: str) -> Label:
    common = {"attachment": _("附件"), "digest": _("内容的 SM3 值"), "note": _("备注")}
    return record.details.get(name) or common.get(name, name)


def _text(record: RecordType, name: str, value: Any, names: dict[tuple[str, str], str]) -> str:
    field = record.field_map[name]
    if value is None or value == "":
        return ""
    if field.is_relation:
        return names.get((name, str(value)), _("（辖区外或已删除的记录）"))
    if name in record.sealed_names:  # lines from before the field was sealed hold it in full
        return str(value) if "*" in str(value) else hidden(value)
    if isinstance(value, str):
        value = parse_date(value) or value if len(value) == 10 else value
        if isinstance(value, str) and field.get_internal_type() == "DateTimeField":
            value = parse_datetime(value) or value
    return show_value(field, value)


def _plain(value: Any) -> str:
    if isinstance(value, list):
        return " → ".join("" if v is None else str(v) for v in value)
    return "" if value is None else str(value)


def _linked_names(record: RecordType, entries: Sequence[Entry]) -> dict[tuple[str, str], str]:
    """Names for the keys in links, read once per linked register and only as far as visible."""
    wanted: dict[str, set[Any]] = defaultdict(set)
    for entry in entries:
        for name, value in entry.values.items():
            field = record.field_map.get(name)
            if field is not None and field.is_relation and isinstance(value, list):
                wanted[name] |= {v for v in value if v is not None}
    names = {}
    for name, keys in wanted.items():
        manager = record.field_map[name].related_model._default_manager
        for key, obj in manager.in_bulk(list(keys)).items():
            names[name, str(key)] = str(obj)
    return names
