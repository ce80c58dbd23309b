"""The REST interface of every register: same rows, services, checks and masking as the pages."""

from .description import answers
from .examples import of_form
from .operations import router_for
from .problems import ApiError, invalid, problem
from .reading import parsed

__all__ = ["ApiError", "answers", "invalid", "of_form", "parsed", "problem", "router_for"]
