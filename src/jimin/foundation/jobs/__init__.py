"""Work that takes longer than a page may: declared, queued, watched, stopped, resumed."""
