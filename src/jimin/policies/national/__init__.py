"""National law: the rules that hold in every city, and the figures they fix themselves.

Each benefit has a module with `BENEFIT`, which says how it is decided, and `declare`, which writes
its facts and rules into a city's book; where one regulation replaced another as a whole, a
`declare` for each. What the law leaves to the locality is a rule or a figure of the city's own;
the rules here name it.
"""
