"""The web process: our static files, then Django for everything else, none of it without end."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "waypost.settings")

from django.core.asgi import get_asgi_application
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from waypost.web.limits import Limited

STATIC = Path(__file__).parent / "static"

pages: Any = get_asgi_application()  # Django's own type is narrower than ASGI's
application = Limited(
    Starlette(
        routes=[
            Mount("/static", StaticFiles(directory=STATIC)),
            Mount("/", pages),
        ]
    )
)
