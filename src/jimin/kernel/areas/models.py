"""Administrative areas. The official 12-digit code is the key: a row's area is its scope."""

from django.core.validators import RegexValidator
from django.db import models
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from . import rules


class Area(models.Model):
    """One division. Abolished ones stay, with the day they ended and what took their place."""

    class Level(models.TextChoices):
        PROVINCE = "province", _("省级")
        CITY = "city", _("地级")
        COUNTY = "county", _("县级")
        TOWNSHIP = "township", _("乡级")
        COMMUNITY = "community", _("村级")

    class Kind(models.TextChoices):
        PROVINCE = "province", _("省")
        PREFECTURE_CITY = "prefecture_city", _("地级市")
        DISTRICT = "district", _("市辖区")
        COUNTY_LEVEL_CITY = "county_level_city", _("县级市")
        COUNTY = "county", _("县")
        SUBDISTRICT = "subdistrict", _("街道")
        TOWN = "town", _("镇")
        TOWNSHIP = "township", _("乡")
        ETHNIC_TOWNSHIP = "ethnic_township", _("民族乡")
        TOWNSHIP_LIKE_UNIT = "township_like_unit", _("类似乡级单位")
        URBAN_COMMUNITY = "urban_community", _("社区")
        VILLAGE = "village", _("村")
        OTHER = "other", _("其他")

    code = models.CharField(
        _("区划代码"),
        max_length=12,
        primary_key=True,
        validators=[RegexValidator(r"^\d{12}$", _("区划代码应为 12 位数字。"))],
    )
    name = models.CharField(_("名称"), max_length=60)
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("上级"),
    )
    level = models.CharField(_("级别"), max_length=12, choices=Level)
    kind = models.CharField(_("类型"), max_length=30, choices=Kind)
    is_urban = models.BooleanField(_("城镇"), default=False)
    longitude = models.DecimalField(
        _("经度"), max_digits=9, decimal_places=6, null=True, blank=True
    )
    latitude = models.DecimalField(_("纬度"), max_digits=9, decimal_places=6, null=True, blank=True)
    initials = models.CharField(_("拼音首字母"), max_length=60, editable=False, db_index=True)
    valid_from = models.DateField(_("设立日期"), null=True, blank=True)
    valid_to = models.DateField(_("撤销日期"), null=True, blank=True)
    successor = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="predecessors",
        verbose_name=_("并入"),
    )

    class Meta:
        verbose_name = _("区划")
        verbose_name_plural = _("行政区划")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(valid_to=None)
                | models.Q(valid_from=None)
                | models.Q(valid_to__gte=models.F("valid_from")),
                name="area_ends_after_it_begins",
                violation_error_message=_("撤销日期不能早于设立日期。"),
            )
        ]

    def __str__(self) -> str:
        return self.name

    def reach(self) -> list[tuple[str, str]]:
        """Ranges of codes a post here covers: its own, and those of areas merged into it."""
        return [rules.reach(self.code), *self._merged]

    def above(self) -> list[str]:
        """The codes of the areas it lies in, from the top, its own last. Asks no database."""
        return rules.ancestors(self.code)

    @cached_property
    def _merged(self) -> list[tuple[str, str]]:
        """Asked many times a page; one query in the life of this object."""
        return [rules.reach(code) for code in self.predecessors.values_list("code", flat=True)]
