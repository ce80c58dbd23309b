"""Files as text: one reader for each kind of file that plans come in."""
