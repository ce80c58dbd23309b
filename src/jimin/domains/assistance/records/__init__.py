"""The declarations of social assistance."""

from . import indicators, papers, procedure

__all__ = ["indicators", "papers", "procedure"]
