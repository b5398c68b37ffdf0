"""Breaches told to the police: a notification they can act on, their answer, and its clocks."""
