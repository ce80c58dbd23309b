"""The declarations of social assistance."""

from . import case_indicators, indicators, papers, procedure

__all__ = ["case_indicators", "indicators", "papers", "procedure"]
