"""Wrong attempts are counted in the database, so every server process knows of them.

An attempt is counted before the password is looked at and taken back if it was right: a hundred
guesses sent at once are a hundred guesses. Names nobody has are counted like any other, so what
is refused tells nothing about who has an account.
"""

import datetime as dt
import ipaddress
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from jimin.foundation.sealed.fields import keys

from .locking import make_and_lock
from .models import Throttle

FIRST_WAIT = dt.timedelta(seconds=30)
LONGEST_WAIT = dt.timedelta(minutes=15)
FORGOTTEN_AFTER = dt.timedelta(hours=12)


@dataclass(frozen=True)
class Limit:
    """`free` wrong attempts cost nothing; each further one doubles the wait."""

    kind: str
    free: int

    def key(self, name: object) -> str:
        return keys().digest_of(f"throttle:{self.kind}:{name}")


ACCOUNT = Limit("account", 5)
ADDRESS = Limit("address", 30)  # a whole office may share one
SECOND_FACTOR = Limit("second factor", 5)


class Blocked(Exception):
    """Too many wrong attempts; `until` is when the next one is looked at."""

    def __init__(self, until: dt.datetime) -> None:
        super().__init__(_refusal(until))
        self.until = until


def _refusal(until: dt.datetime) -> str:
    """Says how long to wait, never less than it is."""
    seconds = max(1, -int((timezone.now() - until).total_seconds() // 1))
    if seconds < 60:
        return _("连续输入错误次数过多。请等待 %(n)s 秒后再试。") % {"n": seconds}
    return _("连续输入错误次数过多。请等待 %(n)s 分钟后再试。") % {"n": -(-seconds // 60)}


@transaction.atomic
def count_attempt(*attempts: tuple[Limit, object]) -> bool:
    """Count an attempt against each limit, or raise Blocked and count nothing.

    Returns whether this attempt, should it be wrong, begins a wait.
    """
    now = timezone.now()
    rows = []
    for limit, name in attempts:
        row = make_and_lock(Throttle(key=limit.key(name), last_at=now))
        if row.blocked_until is not None and row.blocked_until > now:
            raise Blocked(row.blocked_until)
        rows.append((limit, row))
    for limit, row in rows:
        if now - row.last_at > FORGOTTEN_AFTER:
            row.failures = 0
        row.failures += 1
        row.last_at = now
        row.blocked_until = _blocked_until(limit, row.failures, now)
        row.save()
    return any(row.blocked_until is not None for _limit, row in rows)


def _blocked_until(limit: Limit, failures: int, now: dt.datetime) -> dt.datetime | None:
    over = failures - limit.free
    if over < 0:
        return None
    longer: int = 2 ** min(over, 10)
    return now + min(FIRST_WAIT * longer, LONGEST_WAIT)


@transaction.atomic
def take_back(*attempts: tuple[Limit, object]) -> None:
    """The attempt was right: it is not counted. Earlier wrong ones of others stay."""
    for limit, name in attempts:
        row = Throttle.objects.select_for_update().filter(key=limit.key(name)).first()
        if row is not None:
            row.failures = max(0, row.failures - 1)
            row.blocked_until = None
            row.save()


def forget(limit: Limit, name: object) -> None:
    """Start again from nothing: the owner came in, or an administrator opens the account."""
    Throttle.objects.filter(key=limit.key(name)).delete()


def forget_old() -> None:
    old = Throttle.objects.filter(last_at__lt=timezone.now() - 2 * FORGOTTEN_AFTER)
    with transaction.atomic():  # skipping what others hold, or two could wait for each other
        held = old.select_for_update(skip_locked=True).values_list("pk", flat=True)
        Throttle.objects.filter(pk__in=list(held[:100])).delete()


def client_address(request: HttpRequest) -> str:
    """Where the request comes from; behind trusted proxies, what the outermost of them saw."""
    seen = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",")]
    hops = [part for part in seen if part] + [request.META.get("REMOTE_ADDR", "")]
    found = hops[-1 - min(settings.TRUSTED_PROXIES, len(hops) - 1)]
    try:
        return str(ipaddress.ip_address(found))
    except ValueError:
        return ""


def neighbourhood(address: str) -> str:
    """What is counted as one client: an IPv4 address, or a /64 of IPv6, which one client owns."""
    if ":" in address:
        return str(ipaddress.ip_network(f"{address}/64", strict=False))
    return address
