"""What is kept: live lane, late lane, ticks; rules decide, this room reads and saves."""
