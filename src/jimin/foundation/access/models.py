"""Users and the posts they hold."""

from typing import Any

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.hashers import make_password
from django.contrib.sessions.base_session import AbstractBaseSession
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from jimin.foundation.sealed.fields import SealedField

from .matrix import Role, matrix


class UserManager(BaseUserManager["User"]):
    def create_user(self, username: str, name: str, password: str | None = None) -> "User":
        user = self.model(username=username, name=name)
        user.set_password(password)
        user.save(using=self._db)
        return user


def no_password() -> str:
    """What no password matches: nobody signs in before one is set."""
    return make_password(None)


class User(AbstractBaseUser):
    """A person who signs in. What they may do comes from the posts they hold, nothing else."""

    class PasswordFrom(models.TextChoices):
        SELF = "self", _("本人设置")
        OFFICE = "office", _("管理员设置")
        DEMO = "demo", _("演示密码")

    username = models.CharField(_("登录名"), max_length=40, unique=True)
    name = models.CharField(_("姓名"), max_length=40)
    password = models.CharField(_("密码"), max_length=128, default=no_password, editable=False)
    is_active = models.BooleanField(_("在用"), default=True)
    password_from = models.CharField(
        _("密码来源"),
        max_length=8,
        choices=PasswordFrom,
        default=PasswordFrom.SELF,
        editable=False,
    )
    last_login = models.DateTimeField(_("上次登录"), null=True, blank=True, editable=False)

    token: "Token | None" = None  # what a program came in with; narrows everything below

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
        return [post for post in self.posts.select_related("area") if post.is_in_force]

    def reach(self, verb: str, subject: str) -> list[tuple[str, str]]:
        """Ranges of area codes, both ends included, in which the user may do `verb`."""
        if not self.is_active or (self.token and not self.token.allows(verb, subject)):
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
    def signature(self) -> str:
        """The name under which the history keeps what is done; tells a program from its owner."""
        return f"{self.name}（令牌 {self.token}）" if self.token else self.name

    @property
    def must_change_password(self) -> bool:
        """Whether others know the password. Demo passwords may stay while the demo runs."""
        if self.password_from == self.PasswordFrom.DEMO:
            return not settings.DEMO
        return self.password_from == self.PasswordFrom.OFFICE

    @property
    def needs_second_factor(self) -> bool:
        """Whether a post demands one. The demo leaves it to whoever signs in."""
        return not settings.DEMO and any(post.role_of.second_factor for post in self.held)

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

    @property
    def is_in_force(self) -> bool:
        today = timezone.localdate()
        return self.valid_from <= today and (self.valid_to is None or today <= self.valid_to)

    def clean(self) -> None:
        """A role must exist, and nobody holds at one time two roles that must not meet."""
        if self.role not in matrix().roles:
            raise ValidationError({"role": _("没有这个角色。请从角色表中选择。")})
        if self.valid_to and self.valid_from and self.valid_to < self.valid_from:
            raise ValidationError({"valid_to": _("离任日期不能早于任职日期。")})
        for other in Post.objects.filter(user=self.user).exclude(pk=self.pk):
            if not self.overlaps(other):
                continue
            if self.role in other.role_of.incompatible or other.role in self.role_of.incompatible:
                raise ValidationError(
                    _("“%(one)s”与“%(other)s”不能由同一人担任。")
                    % {"one": self.role_of.label, "other": other.role_of.label}
                )

    def overlaps(self, other: "Post") -> bool:
        """Whether both are held on some day."""
        return (other.valid_to is None or self.valid_from <= other.valid_to) and (
            self.valid_to is None or other.valid_from <= self.valid_to
        )


class SecondFactor(models.Model):
    """The secret shared with the user's phone (RFC 6238), and the last time step it was used in."""

    user = models.OneToOneField(
        User, models.CASCADE, related_name="second_factor", verbose_name=_("用户")
    )
    secret = SealedField(_("动态口令密钥"))
    last_step = models.BigIntegerField(default=0)
    confirmed_at = models.DateTimeField(_("绑定时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("动态口令")
        verbose_name_plural = _("动态口令")

    def __str__(self) -> str:
        return str(self.user)


class RecoveryCode(models.Model):
    """A code for the day the phone is lost; good once. Only its keyed digest is kept."""

    user = models.ForeignKey(
        User, models.CASCADE, related_name="recovery_codes", verbose_name=_("用户")
    )
    digest = models.CharField(max_length=64, unique=True)
    used_at = models.DateTimeField(_("使用时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("恢复码")
        verbose_name_plural = _("恢复码")

    def __str__(self) -> str:
        return str(self.user)


class Throttle(models.Model):
    """Wrong attempts of one account, one address or one second factor, known by a digest."""

    key = models.CharField(max_length=64, primary_key=True)
    failures = models.PositiveIntegerField(default=0)
    last_at = models.DateTimeField(db_index=True)
    blocked_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("登录限制")
        verbose_name_plural = _("登录限制")

    def __str__(self) -> str:
        return f"{self.key[:8]} {self.failures}"


class Session(AbstractBaseSession):
    """A signed-in browser. Deleting the row signs it out."""

    user = models.ForeignKey(
        User, models.CASCADE, null=True, related_name="sessions", verbose_name=_("用户")
    )
    address = models.CharField(_("网络地址"), max_length=45, blank=True)
    agent = models.CharField(_("浏览器"), max_length=200, blank=True)
    began_at = models.DateTimeField(_("登录时间"), null=True)
    seen_at = models.DateTimeField(_("最近活动"))

    class Meta:
        verbose_name = _("登录")
        verbose_name_plural = _("登录")

    @classmethod
    def get_session_store_class(cls) -> Any:
        from .sessions import SessionStore

        return SessionStore


class Token(models.Model):
    """What a program signs in with at the API. Only a keyed digest of the secret is kept.

    `scope` names the verbs by subject, as the access matrix does; `head` is how the secret
    begins, by which its owner knows it again.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="tokens", verbose_name=_("用户"))
    name = models.CharField(_("用途"), max_length=20)
    head = models.CharField(_("开头"), max_length=8)
    digest = models.CharField(max_length=64, unique=True)
    scope = models.JSONField(_("范围"))
    created_at = models.DateTimeField(_("创建时间"), auto_now_add=True)
    expires_on = models.DateField(_("到期日"))
    revoked_at = models.DateTimeField(_("撤销时间"), null=True, blank=True)
    last_used_at = models.DateTimeField(_("最近使用"), null=True, blank=True)
    last_address = models.CharField(_("使用地址"), max_length=45, blank=True)

    class Meta:
        verbose_name = _("接口令牌")
        verbose_name_plural = _("接口令牌")

    def __str__(self) -> str:
        return f"{self.name} {self.head}…"

    def allows(self, verb: str, subject: str) -> bool:
        return verb in self.scope.get(subject, ())

    @property
    def is_over(self) -> bool:
        """The day itself is still good."""
        return self.expires_on < timezone.localdate()

    @property
    def is_good(self) -> bool:
        return self.revoked_at is None and not self.is_over

    @property
    def is_read_only(self) -> bool:
        return all(list(verbs) == ["view"] for verbs in self.scope.values())


class Rate(models.Model):
    """Requests of a minute that server processes have taken for one token, user or address."""

    key = models.CharField(max_length=64, primary_key=True)
    window = models.BigIntegerField(db_index=True)
    used = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("接口用量")
        verbose_name_plural = _("接口用量")

    def __str__(self) -> str:
        return f"{self.key[:8]} {self.used}"
