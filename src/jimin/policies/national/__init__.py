"""National law: the rules that hold in every city, and the figures they fix themselves.

Each module has `BENEFIT`, which says how the benefit is decided, and `declare`, which writes its
facts and rules into a city's book. What the law leaves to the locality is a rule or a figure of
the city's own; the rules here name it.
"""
