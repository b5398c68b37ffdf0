"""A mistake of ours about one person must not silence the others: it is logged, and tried again."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import ParamSpec

from django.db import Error

P = ParamSpec("P")
log = logging.getLogger(__name__)


def tried(act: Callable[P, object], *args: P.args, **kwargs: P.kwargs) -> bool:
    """Whether it was done. A database that is away is no mistake of ours, and goes on its way."""
    try:
        act(*args, **kwargs)
    except Error:
        raise
    except Exception:
        log.exception("%s could not be done for %s", act.__name__, args[:1])
        return False
    return True
