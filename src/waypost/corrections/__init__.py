"""Who relied on what we said, and is told when it falls."""
