"""Persons, households, and who lives with whom from when to when."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from jimin.engine.matching.identity import (
    InvalidIdentityNumberError,
    parse_identity_number,
)
from jimin.foundation import spelling
from jimin.foundation.access.scope import ScopedManager
from jimin.foundation.sealed.fields import DigestField, SealedField, SealedIntegerField
from jimin.kernel.areas.models import Area


class Person(models.Model):
    """A natural person. Birth and sex come from the identity number where there is one."""

    class Sex(models.TextChoices):  # GB/T 2261.1
        MALE = "1", _("男")
        FEMALE = "2", _("女")

    name = models.CharField(_("姓名"), max_length=40)
    citizen_id = SealedField(_("公民身份号码"), blank=True)
    citizen_id_digest = DigestField(source="citizen_id", unique=True)
    citizen_id_last_4 = DigestField(source="citizen_id", last=4, db_index=True)
    citizen_id_last_6 = DigestField(source="citizen_id", last=6, db_index=True)
    sex = models.CharField(_("性别"), max_length=1, choices=Sex, blank=True)
    birth = models.DateField(_("出生日期"), null=True, blank=True)
    phone = SealedField(
        _("电话"),
        blank=True,
        validators=[RegexValidator(r"^[0-9+\-]{5,20}$", _("电话应为 5 至 20 位数字。"))],
    )
    phone_digest = DigestField(source="phone", db_index=True)
    phone_last_4 = DigestField(source="phone", last=4, db_index=True)
    disability_grade = SealedIntegerField(
        _("残疾等级"),
        default=0,
        validators=[
            MinValueValidator(0, _("残疾等级应为 0 至 4。")),
            MaxValueValidator(4, _("残疾等级应为 0 至 4。")),
        ],
    )
    area = models.ForeignKey(Area, models.PROTECT, db_index=False, verbose_name=_("所在村（社区）"))
    address = models.CharField(_("住址"), max_length=120, blank=True)
    died_on = models.DateField(_("死亡日期"), null=True, blank=True)
    pinyin = models.CharField(max_length=120, editable=False, db_index=True)
    initials = models.CharField(max_length=40, editable=False, db_index=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("人员")
        verbose_name_plural = _("人员")
        indexes = [
            models.Index(fields=["area", "name"], name="person_of_area"),
            # What lists are filtered by, so that rows are counted without being read.
            models.Index(fields=["area", "sex", "birth", "died_on"], name="person_filtered"),
            models.Index(fields=["pinyin", "name", "area", "id"], name="person_in_order_of_name"),
            models.Index(fields=["birth", "area", "id"], name="person_in_order_of_birth"),
            models.Index(fields=["name"], name="person_by_name", opclasses=["varchar_pattern_ops"]),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """The identity number must be right, and decides birth and sex."""
        if not self.citizen_id:
            return
        try:
            found = parse_identity_number(self.citizen_id)
        except InvalidIdentityNumberError as error:
            raise ValidationError({"citizen_id": str(error)}) from error
        sex = self.Sex.MALE if found.sex == "male" else self.Sex.FEMALE
        self.citizen_id = found.number
        if self.birth and self.birth != found.birth:
            raise ValidationError({"birth": _("出生日期与公民身份号码不一致，请核对。")})
        if self.sex and self.sex != sex:
            raise ValidationError({"sex": _("性别与公民身份号码不一致，请核对。")})
        self.birth, self.sex = found.birth, sex

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.spell()
        super().save(*args, **kwargs)

    def spell(self) -> None:
        """Keep pinyin and initials in step with the name (bulk writers call this themselves)."""
        syllables = spelling.syllables(self.name, is_person=True)
        self.pinyin = "".join(syllables).lower()[:120]
        self.initials = spelling.initials(self.name, is_person=True)[:40]

    before_save = spell


class Household(models.Model):
    """Members who live together and are assessed as one (649 号令 第九条)."""

    class Residence(models.TextChoices):
        URBAN = "urban", _("城市")
        RURAL = "rural", _("农村")

    number = models.CharField(_("家庭编号"), max_length=30, unique=True)
    area = models.ForeignKey(Area, models.PROTECT, db_index=False, verbose_name=_("所在村（社区）"))
    residence = models.CharField(_("城乡类别"), max_length=5, choices=Residence)
    address = models.CharField(_("住址"), max_length=120, blank=True)
    head = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="heads", verbose_name=_("户主")
    )
    dissolved_on = models.DateField(_("销户日期"), null=True, blank=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("家庭")
        verbose_name_plural = _("家庭")
        indexes = [
            models.Index(fields=["area", "number"], name="household_of_area"),
            models.Index(fields=["area", "residence", "dissolved_on"], name="household_filtered"),
        ]

    def __str__(self) -> str:
        return self.number


class Member(models.Model):
    """A person's time in a household."""

    class Relation(models.TextChoices):  # GB/T 4761, to the head of the household
        HEAD = "0", _("户主")
        SPOUSE = "1", _("配偶")
        SON = "2", _("子")
        DAUGHTER = "3", _("女")
        GRANDCHILD = "4", _("孙子、孙女或外孙子、外孙女")
        PARENT = "5", _("父母")
        GRANDPARENT = "6", _("祖父母或外祖父母")
        SIBLING = "7", _("兄弟姐妹")
        OTHER = "8", _("其他")

    household = models.ForeignKey(
        Household, models.CASCADE, related_name="members", verbose_name=_("家庭")
    )
    person = models.ForeignKey(
        Person, models.PROTECT, related_name="memberships", verbose_name=_("人员")
    )
    relation = models.CharField(_("与户主关系"), max_length=1, choices=Relation)
    joined_on = models.DateField(_("入户日期"), null=True, blank=True)
    left_on = models.DateField(_("离户日期"), null=True, blank=True)

    objects = ScopedManager(area="household__area_id", subject="people.household")

    class Meta:
        verbose_name = _("家庭成员")
        verbose_name_plural = _("家庭成员")
        constraints = [
            models.UniqueConstraint(
                fields=["person"],
                condition=models.Q(left_on=None),
                name="member_of_one_household",
                violation_error_message=_("此人已在另一家庭中。请先在原家庭办理离户。"),
            ),
            models.CheckConstraint(
                condition=models.Q(left_on=None)
                | models.Q(joined_on=None)
                | models.Q(left_on__gte=models.F("joined_on")),
                name="member_leaves_after_joining",
                violation_error_message=_("离户日期不能早于入户日期。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.get_relation_display()}"
