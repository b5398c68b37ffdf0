"""The room `rules`: what was asked and what was kept, decided from values alone."""
