"""Plan tracking in plain Python: how a figure is put together, and what light it earns."""
