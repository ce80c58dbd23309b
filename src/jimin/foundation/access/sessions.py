"""Sessions that know whose they are, end when nobody works, and can be ended from elsewhere.

The session's own row carries the time of the last request, so the idle timeout costs no query
more, and one small UPDATE a minute.
"""

import datetime as dt
from typing import Any

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from .models import Session

SEEN_EVERY = dt.timedelta(minutes=1)
BEGAN, ADDRESS, AGENT = "began_at", "address", "agent"


class SessionStore(DatabaseStore):
    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        row = super().create_model_instance(data)
        assert isinstance(row, Session)
        row.user_id = int(data[SESSION_KEY]) if SESSION_KEY in data else None
        row.address, row.agent = data.get(ADDRESS, ""), data.get(AGENT, "")
        row.began_at = parse_datetime(data[BEGAN]) if BEGAN in data else None
        row.seen_at = timezone.now()
        return row

    def _get_session_from_db(self) -> Session | None:
        now = timezone.now()
        row = Session.objects.filter(
            session_key=self.session_key,
            expire_date__gt=now,
            seen_at__gt=now - dt.timedelta(seconds=settings.SESSION_IDLE_AGE),
        ).first()
        if row is None:
            self._session_key = None
            return None
        if now - row.seen_at >= SEEN_EVERY:
            Session.objects.filter(pk=row.pk).update(seen_at=now)
        return row

    async def _aget_session_from_db(self) -> Session | None:
        return await sync_to_async(self._get_session_from_db)()

    @classmethod
    def clear_expired(cls) -> None:
        idle = timezone.now() - dt.timedelta(seconds=settings.SESSION_IDLE_AGE)
        super().clear_expired()
        Session.objects.filter(seen_at__lt=idle).delete()
