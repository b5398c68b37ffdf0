"""Each test of this room has a lake of its own."""

from lakes import own_lake

__all__ = ["own_lake"]
