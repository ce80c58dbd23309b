"""The REST interface of every register: same rows, services, checks and masking as the pages."""

from .operations import router_for
from .problems import ApiError, invalid, problem

__all__ = ["ApiError", "invalid", "problem", "router_for"]
