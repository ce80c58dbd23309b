"""Registers from one declaration: list, page, form, history, import, export and API."""
