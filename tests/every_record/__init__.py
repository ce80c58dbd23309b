"""Every register does what every register does: a walk over the registry.

A register that is declared is tested here at once; it needs an example in `tests/factories.py`.
The access matrix is the tests' own, with one role that may do everything with the register at hand.
"""
