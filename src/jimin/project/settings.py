"""Settings by environment. Every variable has a default that suits a developer's machine."""

import os
from pathlib import Path
from typing import Any

import dj_database_url
import django_stubs_ext
from django.utils.translation import gettext_lazy as _

from .secret_keys import secret_of

django_stubs_ext.monkeypatch()  # lets `models.TextField[str, str]` be written at run time

ROOT = Path(__file__).resolve().parents[3]
VAR = Path(os.environ.get("JIMIN_VAR", ROOT / "var"))
VAR.mkdir(parents=True, exist_ok=True)

DEBUG = os.environ.get("JIMIN_DEBUG", "0") == "1"
DEMO = (
    os.environ.get("JIMIN_DEMO", "0") == "1"
)  # example parameters may decide, demo passwords may sign in
KEYS_FILE = VAR / "keys.json"
SECRET_KEY = os.environ.get("JIMIN_SECRET_KEY", secret_of(KEYS_FILE))
ALLOWED_HOSTS = os.environ.get("JIMIN_ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]").split(",")
CSRF_TRUSTED_ORIGINS = [o for o in os.environ.get("JIMIN_TRUSTED_ORIGINS", "").split(",") if o]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_filters",
    "django_htmx",
    "django_tasks_db",
    "lucide",
    "jimin.foundation.ui",
    "jimin.foundation.access",
    "jimin.foundation.audit",
    "jimin.foundation.records",
    "jimin.foundation.jobs",
    "jimin.foundation.documents",
    "jimin.foundation.calendar",
    "jimin.kernel.codes",
    "jimin.kernel.areas",
    "jimin.kernel.people",
    "jimin.kernel.policy",
    "jimin.kernel.cases",
    "jimin.kernel.awards",
    "jimin.kernel.payments",
    "jimin.kernel.workplans",
    "jimin.domains.assistance",
    "jimin.project",
]
INSTALLED_APPS = [
    app
    for app in INSTALLED_APPS
    if not app.startswith("jimin.") or (ROOT / "src" / Path(*app.split(".")) / "apps.py").exists()
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "jimin.foundation.ui.middleware.ContentSecurity",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "jimin.foundation.records.api.door.Door",
    "jimin.foundation.access.middleware.Owed",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "jimin.foundation.access.middleware.ActingUser",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "jimin.project.urls"
WSGI_APPLICATION = "jimin.project.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "jimin.foundation.ui.menu.context",
            ],
            "builtins": [
                "django.templatetags.static",
                "django.templatetags.i18n",
                "django.contrib.humanize.templatetags.humanize",
                "lucide.templatetags.lucide",
                "jimin.foundation.ui.templatetags.ui",
            ],
        },
    }
]

# The log beside the file is brought home when it has 64 MB: a large import alters the same pages
# of its indexes with every batch, and bringing each home each time costs a twentieth of it.
_LOG_PAGES, _PAGE = 16_384, 4096
_SQLITE_OPTIONS = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": (
        "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;PRAGMA foreign_keys=ON;"
        "PRAGMA cache_size=-16000;PRAGMA temp_store=MEMORY;"
        f"PRAGMA wal_autocheckpoint={_LOG_PAGES};PRAGMA journal_size_limit={_LOG_PAGES * _PAGE};"
    ),
}
_database: dict[str, Any] = {
    **dj_database_url.parse(os.environ.get("DATABASE_URL") or f"sqlite:///{VAR / 'jimin.sqlite3'}"),
    "CONN_MAX_AGE": 600,
    "CONN_HEALTH_CHECKS": True,
}
if _database["ENGINE"] == "django.db.backends.sqlite3":
    _database |= {"CONN_MAX_AGE": None, "CONN_HEALTH_CHECKS": False, "OPTIONS": _SQLITE_OPTIONS}
DATABASES = {"default": _database}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "access.User"
AREA_MODEL = "areas.Area"
ACCESS_FILE = ROOT / "src/jimin/project/access.yaml"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTHENTICATION_BACKENDS = ["jimin.foundation.access.backend.PostBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "jimin.foundation.access.passwords.LongEnough", "OPTIONS": {"min_length": 10}},
    {"NAME": "jimin.foundation.access.passwords.NotOnesName"},
    {"NAME": "jimin.foundation.access.passwords.NotLeaked"},
]
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "sign-in"
SESSION_ENGINE = "jimin.foundation.access.sessions"
SESSION_IDLE_AGE = 60 * int(os.environ.get("JIMIN_IDLE_MINUTES", "30"))
TRUSTED_PROXIES = int(os.environ.get("JIMIN_PROXIES", "0"))  # of ours, in front of the server
TOKEN_DAYS = int(os.environ.get("JIMIN_TOKEN_DAYS", "90"))  # the longest a token of the API lasts
API_ROOT = "/api/"
# Requests a minute; 0 is no limit. A whole office may share an address.
API_LIMITS = {
    "token": int(os.environ.get("JIMIN_API_TOKEN_LIMIT", "300")),
    "user": int(os.environ.get("JIMIN_API_USER_LIMIT", "600")),
    "address": int(os.environ.get("JIMIN_API_ADDRESS_LIMIT", "3000")),
}
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
_HTTPS = os.environ.get("JIMIN_HTTPS", "0") == "1"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _HTTPS
SECURE_HSTS_SECONDS = 31536000 if _HTTPS else 0
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 20 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 25_000  # as many rows as may be marked for one bulk action

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("简体中文")), ("en", _("英语"))]
LOCALE_PATHS = [ROOT / "src/jimin/locale"]
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
USE_TZ = True

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"  # with the data: two installations never share it
MEDIA_ROOT = VAR / "files"
NODE_MODULES = ROOT / "node_modules"
# Address under /static/, folder in node_modules, the only files of it that are ever served.
NODE_ASSETS = [
    ("vendor/tabler", "@tabler/core/dist", ["css/tabler.min.css", "js/tabler.min.js"]),
    ("vendor/echarts", "echarts/dist", ["echarts.min.js"]),
]
# The page of a policy looks alike as a file of its own, so its style lies beside it.
STATICFILES_DIRS = [("policy", ROOT / "src/jimin/policies/document/style")]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "jimin.foundation.ui.finders.NodeAssetsFinder",
]
_STATIC = (
    "jimin.foundation.ui.storage.HashedStorage"
    if os.environ.get("JIMIN_HASHED_STATIC") == "1"
    else "django.contrib.staticfiles.storage.StaticFilesStorage"
)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": _STATIC},
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
WHITENOISE_USE_FINDERS = _STATIC.startswith("django")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": os.environ.get("JIMIN_LOG", "WARNING")},
}

POLICY = os.environ.get("JIMIN_POLICY", "jilin")  # a folder of jimin/policies
SITE_NAME = os.environ.get("JIMIN_SITE_NAME", "济民 · 吉林市民政业务平台")
MENU = "jimin.project.menu.MENU"
