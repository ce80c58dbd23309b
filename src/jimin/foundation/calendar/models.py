from django.db import models
from django.utils.translation import gettext_lazy as _

from jimin.foundation.workdays import Occasion


class CalendarDay(models.Model):
    """One day on which the office works or not by a notice, whatever day of the week it is."""

    class Kind(models.TextChoices):
        OFF = "off", _("放假")
        WORK = "work", _("上班")
        USUAL = "usual", _("照常")  # takes an entry back: the day is as if it were not written

    class Of(models.TextChoices):
        NEW_YEAR = Occasion.NEW_YEAR, _("元旦")
        SPRING_FESTIVAL = Occasion.SPRING_FESTIVAL, _("春节")
        QINGMING = Occasion.QINGMING, _("清明节")
        LABOUR_DAY = Occasion.LABOUR_DAY, _("劳动节")
        DRAGON_BOAT = Occasion.DRAGON_BOAT, _("端午节")
        MID_AUTUMN = Occasion.MID_AUTUMN, _("中秋节")
        NATIONAL_DAY = Occasion.NATIONAL_DAY, _("国庆节")
        OTHER = Occasion.OTHER, _("其他")

    day = models.DateField(_("日期"), unique=True)
    kind = models.CharField(_("安排"), max_length=8, choices=Kind)
    occasion = models.CharField(_("节日"), max_length=20, choices=Of)
    source = models.CharField(_("依据文件"), max_length=200)

    class Meta:
        verbose_name = _("工作日安排")
        verbose_name_plural = _("工作日历")

    def __str__(self) -> str:
        return f"{self.day} {self.get_kind_display()}"
