"""Plain answers for machines that watch over this one: no person in them."""

from __future__ import annotations

from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.utils import DatabaseError
from django.http import HttpRequest, HttpResponse

from waypost.alerts.queries import is_behind
from waypost.clock import now
from waypost.monitoring.queries import progress
from waypost.web.pages.system import vital_signs


def healthz(request: HttpRequest) -> HttpResponse:
    del request
    return HttpResponse("ok\n", content_type="text/plain")


def readyz(request: HttpRequest) -> HttpResponse:
    """200 when the store answers and its tables are those of this version, else 503.

    That judging is behind is said and leaves the pages up: they are what tells officers so.
    """
    del request
    try:
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        return HttpResponse("the database does not answer\n", status=503, content_type="text/plain")
    if waiting:
        return HttpResponse("run: waypost migrate\n", status=503, content_type="text/plain")
    behind = is_behind(progress(), now=now())
    words = "ready\njudging is behind: look at the worker\n" if behind else "ready\n"
    return HttpResponse(words, content_type="text/plain")


def metrics(request: HttpRequest) -> HttpResponse:
    """Counters in the plain text form that monitoring systems read."""
    del request
    lines = []
    for name, (value, help_words) in sorted(vital_signs().items()):
        lines += [f"# HELP waypost_{name} {help_words}", f"# TYPE waypost_{name} gauge"]
        lines.append(f"waypost_{name} {value}")
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; version=0.0.4")
