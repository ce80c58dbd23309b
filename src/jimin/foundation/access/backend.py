"""Sign-in by name and password. Permissions come from posts, so there are none here."""

from django.contrib.auth.backends import BaseBackend
from django.http import HttpRequest

from .models import User


class PostBackend(BaseBackend):
    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **kwargs: object,
    ) -> User | None:
        if username is None or password is None:
            return None
        user = User.objects.filter(username=username.strip()).first()
        if user is None:
            User().set_password(password)  # as slow as a wrong password: names cannot be probed
            return None
        return user if user.check_password(password) and user.is_active else None

    def get_user(self, user_id: int) -> User | None:
        return User.objects.filter(pk=user_id, is_active=True).first()
