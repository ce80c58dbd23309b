"""Jimin 济民: the civil-affairs platform of a prefecture-level city."""

__version__ = "0.1.0"
