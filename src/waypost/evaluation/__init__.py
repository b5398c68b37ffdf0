"""What the programme's records add up to, for people who evaluate it and may see nobody in it."""
