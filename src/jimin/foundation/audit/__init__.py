"""Who did what to which record, kept as an append-only chain of SM3 hashes."""
