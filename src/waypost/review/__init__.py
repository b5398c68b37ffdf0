"""Which matches deserve an hour, what was decided of each, and what left the house on them."""
