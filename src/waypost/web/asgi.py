"""The web process: our static files, then Django for everything else, none of it without end."""

from __future__ import annotations

import gc
import os
from pathlib import Path
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "waypost.settings")

import django
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from waypost.web.limits import Limited
from waypost.web.threads import Pages, keep_connections

STATIC = Path(__file__).parent / "static"

django.setup(set_prefix=False)
keep_connections()
pages: Any = Pages()  # Django's own type is narrower than ASGI's
application = Limited(
    Starlette(
        routes=[
            Mount("/static", StaticFiles(directory=STATIC)),
            Mount("/", pages),
        ]
    )
)
gc.collect()
gc.freeze()  # what is loaded by now stays: a page of five thousand rows need not look through it
