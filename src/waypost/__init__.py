"""Waypost: open electronic monitoring. Start reading at docs/tour.md."""

__version__ = "0.1.0"
