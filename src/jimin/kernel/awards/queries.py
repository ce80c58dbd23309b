"""Reads of the award register."""

import datetime as dt

from django.db import models

from .models import Award


def paid_in(month: dt.date) -> models.Q:
    """The condition on an award that it is due in a month."""
    return models.Q(from_month__lte=month) & (
        models.Q(to_month=None) | models.Q(to_month__gte=month)
    )


def in_month(benefit: str, month: dt.date) -> models.QuerySet[Award]:
    """The awards of a benefit due in a month, as far as the actor may see them."""
    return Award.objects.filter(paid_in(month), benefit=benefit)
