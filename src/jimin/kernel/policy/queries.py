"""Which version is in force."""

import datetime as dt

from .models import Release


def in_force(policy: str, day: dt.date) -> Release | None:
    """The release that decides on a day: the latest whose day has come."""
    return (
        Release.objects.filter(policy=policy, valid_from__lte=day)
        .order_by("-valid_from", "-id")
        .first()
    )
