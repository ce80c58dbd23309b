"""Sealed fields: identity numbers, phones and accounts, encrypted at rest (SM4-GCM, GB/T 32907)
and found again through a keyed SM3 digest (GB/T 32905)."""
