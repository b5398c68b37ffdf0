"""How people describe themselves, by their own word, apart from their case; counted, never read."""
