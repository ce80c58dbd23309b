"""The REST interface of every register: same rows, services, checks and masking as the pages."""

from .description import answers, sent_once
from .examples import of_form
from .operations import router_for
from .problems import ApiError, invalid, problem
from .reading import parsed, sending_of

__all__ = [
    "ApiError",
    "answers",
    "invalid",
    "of_form",
    "parsed",
    "problem",
    "router_for",
    "sending_of",
    "sent_once",
]
