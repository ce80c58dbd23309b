"""How the cells of an import are read: by the field's kind, areas by name, links by key."""

import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from jimin.foundation.access.scope import restrict
from jimin.foundation.sealed.fields import SealedField, keys
from jimin.foundation.tables import (
    BadCellError,
    Column,
    Parser,
    Raw,
    choice,
    code,
    number,
    shown,
    text,
    tidy,
    whole,
    yes_no,
)
from jimin.foundation.tables.cells import From1904

from . import places
from .checks import digest_for
from .declare import RecordType, record_for

LONGEST_TEXT = 4000

_DAY = re.compile(
    r"([0-9]{4})(?:[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})|年([0-9]{1,2})月([0-9]{1,2})日)"
)
_COMPACT_DAY = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_DAY_0 = date(1899, 12, 30)  # of Excel, whose 60th day there never was
_SERIALS = range(10_000, 73_051)  # 1927-05-18 to 2099-12-31
_YEARS_AND_MONTHS = range(19_000, 21_000)  # 19801 may be meant as January 1980
_BRACKETS = re.compile(r"[（(]([^（）()]*)[）)]$")
_CODE = re.compile(r"[0-9]{12}")


def label_of(record: RecordType, name: str) -> str:
    return str(record.field_map[name].verbose_name)


def heading(record: RecordType, name: str) -> str:
    """A field's label as a column of a table: without the remark in brackets after it."""
    return _BRACKETS.sub("", label_of(record, name))


def columns_of(record: RecordType) -> list[Column]:
    """The columns looked for; only the key must be there, so that a part can be updated alone."""
    return [
        Column(
            heading(record, name),
            synonyms=tuple(record.synonyms.get(name, ())),
            required=name == record.key,
            remarks=tuple(_BRACKETS.findall(label_of(record, name))),
        )
        for name in record.fields
    ]


def parser_for(record: RecordType, model_field: Any) -> Parser[Any]:
    """How a cell of this field is read."""
    if places.is_area(model_field):
        return Places(record)
    if model_field.is_relation:
        return Links(model_field)
    if model_field.choices:
        return choice({tidy(str(label)): value for value, label in model_field.flatchoices})
    match model_field:
        case SealedField():
            return code()
        case models.BooleanField():
            return yes_no
        case models.DateField():
            return day
        case models.IntegerField():
            return whole()
        case models.DecimalField():
            return number
        case _:
            return text(longest=model_field.max_length or LONGEST_TEXT)


def day(raw: Raw) -> date:
    """A date cell, or text such as 2016-03-01, 2016/3/1, 2016年3月1日 and 20160301.

    A number that Excel shows for a date whose cell is not formatted as one (42430) is that date;
    text with five digits is none.
    """
    if isinstance(raw, datetime):
        return raw.date()
    if isinstance(raw, date):
        return raw
    if isinstance(raw, int | float) and raw in _SERIALS and not isinstance(raw, From1904):
        if raw in _YEARS_AND_MONTHS:
            raise BadCellError(
                _("看不出 %(number)s 是日期还是年月。请按“2016-03-01”的样子填写，或设为日期格式。")
                % {"number": shown(raw)}
            )
        return _DAY_0 + timedelta(days=int(raw))
    words = tidy(raw) if isinstance(raw, str) else str(raw) if isinstance(raw, int) else ""
    if isinstance(raw, float) and raw.is_integer():
        words = str(int(raw))
    found = _DAY.fullmatch(words) or _COMPACT_DAY.fullmatch(words)
    if found is None:
        raise BadCellError(_("这里应当是日期。请按“2016-03-01”的样子填写，或设为日期格式。"))
    year, month, day_of_month = (int(part) for part in found.groups() if part)
    try:
        return date(year, month, day_of_month)
    except ValueError:
        raise BadCellError(_("没有这一天。请核对年、月、日。")) from None


class Places:
    """Areas by code or by a name that is unique in the reach of whoever imports."""

    def __init__(self, record: RecordType) -> None:
        self.record = record
        self.by_name: dict[str, list[Any]] | None = None
        self.by_code: dict[str, Any] = {}

    def __call__(self, raw: Raw) -> Any:
        words = text(longest=200)(raw)
        if self.by_name is None:
            self._learn()
        found_code = _CODE.match(tidy(words))
        if found_code:
            area = self.by_code.get(found_code[0])
            if area is None:
                raise BadCellError(
                    _("您的辖区内没有代码为 %(code)s 的区划。请核对代码。")
                    % {"code": found_code[0]}
                )
            return area
        found = (self.by_name or {}).get(_joined(words), [])
        if len(found) == 1:
            return found[0]
        if found:
            raise BadCellError(
                _("您的辖区内有 %(number)s 个“%(name)s”。请写成“乡镇名 村名”或 12 位区划代码。")
                % {"number": len(found), "name": words}
            )
        raise BadCellError(
            _("您的辖区内没有“%(name)s”。请核对名称，或填 12 位区划代码。") % {"name": words}
        )

    def _learn(self) -> None:
        self.by_name = {}
        areas = restrict(
            places.area_model()._base_manager.select_related("parent"),
            "pk",
            "import",
            self.record.subject,
        )
        for area in areas:
            self.by_code[str(area.pk)] = area
            names = {_joined(str(area))}
            if area.parent is not None:
                names.add(_joined(f"{area.parent}{area}"))
            for name in names:
                self.by_name.setdefault(name, []).append(area)


def _joined(words: str) -> str:
    return "".join(tidy(words).split())


class Links:
    """Records of another register by their own key, among those that may be seen.

    `learn` looks up the keys of many cells with one query; a cell it has not met is looked up by
    itself.
    """

    def __init__(self, model_field: Any) -> None:
        self.model = model_field.related_model
        self.linked = record_for(self.model)
        self.name = self.linked.key if self.linked is not None else "pk"
        self.digest = digest_for(self.model, self.name)
        self.known: dict[str, Any] = {}

    def __call__(self, raw: Raw) -> Any:
        value = code()(raw)
        if value not in self.known:
            self._look_up([value])
        found = self.known[value]
        if found is None:
            named = self.linked is not None and self.name != "pk"
            raise BadCellError(
                _("没有%(label)s为“%(value)s”的%(register)s，或不在您的辖区。请先登记或核对。")
                % {
                    "label": label_of(self.linked, self.name) if self.linked and named else "ID",
                    "value": value,
                    "register": self.model._meta.verbose_name,
                }
            )
        return found

    def learn(self, cells: Iterable[Raw]) -> None:
        """Look up what these cells name; forgets what was looked up for others."""
        wanted = set()
        for raw in cells:
            try:
                wanted.add(code()(raw))
            except BadCellError:
                continue
        self.known = {}
        self._look_up(sorted(wanted - {""}))

    def _look_up(self, values: list[str]) -> None:
        self.known |= dict.fromkeys(values)
        asked: dict[Any, list[str]] = {}
        for value in values:
            try:
                asked.setdefault(self._stored_form(value), []).append(value)
            except (ValueError, ValidationError):
                continue  # not even of the key's kind: there is no such record
        if not asked:
            return
        rows = self.linked.rows() if self.linked else self.model._default_manager.all()
        lookup = self.digest.name if self.digest is not None else self.name
        for found in rows.filter(**{f"{lookup}__in": list(asked)}):
            stored = found.pk if lookup == "pk" else getattr(found, lookup)
            self.known |= dict.fromkeys(asked.get(stored, ()), found)

    def _stored_form(self, value: str) -> Any:
        if self.digest is not None:
            return keys().digest_of(value.upper())
        name = self.model._meta.pk.name if self.name == "pk" else self.name
        return self.model._meta.get_field(name).to_python(value)
