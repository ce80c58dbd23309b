"""Users and the posts they hold."""

from typing import Any

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from .matrix import Role, matrix


class UserManager(BaseUserManager["User"]):
    def create_user(self, username: str, name: str, password: str | None = None) -> "User":
        user = self.model(username=username, name=name)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """A person who signs in. What they may do comes from the posts they hold, nothing else."""

    username = models.CharField(_("登录名"), max_length=40, unique=True)
    name = models.CharField(_("姓名"), max_length=40)
    is_active = models.BooleanField(_("在用"), default=True)

    objects = UserManager()
    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = _("用户")
        verbose_name_plural = _("用户")

    def __str__(self) -> str:
        return self.name

    @cached_property
    def held(self) -> "list[Post]":
        """The posts in force today; one query, kept for the life of this object."""
        today = timezone.localdate()
        return [
            post
            for post in self.posts.select_related("area")
            if post.valid_from <= today and (post.valid_to is None or today <= post.valid_to)
        ]

    def reach(self, verb: str, subject: str) -> list[tuple[str, str]]:
        """Ranges of area codes, both ends included, in which the user may do `verb`."""
        if not self.is_active:
            return []
        ranges = {
            ends
            for post in self.held
            if post.role_of.allows(verb, subject)
            for ends in post.area.reach()
        }
        return sorted(ranges)

    def may(self, verb: str, subject: str, area: str | None = None) -> bool:
        """Whether the user may do `verb` at the area with this code, or anywhere if none."""
        ranges = self.reach(verb, subject)
        if area is None:
            return bool(ranges)
        return any(first <= area <= last for first, last in ranges)

    @property
    def post_labels(self) -> list[str]:
        return [str(post) for post in self.held]


class Post(models.Model):
    """A role at an area, held by a user for a time."""

    user = models.ForeignKey(User, models.CASCADE, related_name="posts", verbose_name=_("用户"))
    role = models.CharField(_("角色"), max_length=40)
    area: Any = models.ForeignKey(settings.AREA_MODEL, models.PROTECT, verbose_name=_("区划"))
    valid_from = models.DateField(_("任职日期"))
    valid_to = models.DateField(_("离任日期"), null=True, blank=True)

    class Meta:
        verbose_name = _("岗位")
        verbose_name_plural = _("岗位")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "role", "area", "valid_from"],
                name="post_once",
                violation_error_message=_("这个岗位已经登记。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.area.name} {self.role_of.label}"

    @property
    def role_of(self) -> Role:
        return matrix().roles[self.role]

    def clean(self) -> None:
        """A role must exist, and nobody holds two roles that must not meet in one person."""
        if self.role not in matrix().roles:
            raise ValidationError({"role": _("没有这个角色。请从角色表中选择。")})
        for other in Post.objects.filter(user=self.user).exclude(pk=self.pk):
            if self.role in other.role_of.incompatible or other.role in self.role_of.incompatible:
                raise ValidationError(
                    _("“%(one)s”与“%(other)s”不能由同一人担任。")
                    % {"one": self.role_of.label, "other": other.role_of.label}
                )
