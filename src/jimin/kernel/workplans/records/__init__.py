"""The registers and the official papers of the plan."""

from . import papers, registers  # noqa: F401 — declared by being imported
