"""A policy as it is read: formulas in words and in mathematics, its graph, its charts.

Everything comes from the declarations; no case is needed.
"""
