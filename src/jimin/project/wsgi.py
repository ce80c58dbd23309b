"""What a server process runs."""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jimin.project.settings")
application = get_wsgi_application()
get_resolver().url_patterns  # noqa: B018  every view is loaded now and not with the first page
# What is loaded stays for good. Looking through it for cycles would take one page in twenty a
# quarter of a second.
gc.collect()
gc.freeze()
