"""The addresses, built from `routes.ROUTES`, and the API beside them."""

from __future__ import annotations

from django.urls import path

from waypost.web.api import api
from waypost.web.guard import guarded
from waypost.web.routes import ROUTES

urlpatterns = [
    *(path(one.path, guarded(one.view, one.permission), name=one.name) for one in ROUTES),
    path("api/", api.urls),
]
