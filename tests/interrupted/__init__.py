"""Processes that are killed (kill -9) in the middle of a job, on a database of their own."""
