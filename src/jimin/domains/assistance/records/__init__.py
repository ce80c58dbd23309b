"""The declarations of social assistance."""

from . import papers, procedure

__all__ = ["papers", "procedure"]
