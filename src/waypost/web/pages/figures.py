"""The figures of alerts on the running store: counts and shares, nobody in them."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from waypost.alerts.figure_queries import figures_of
from waypost.clock import now
from waypost.web.presenters.figures import PERIODS, page_of
from waypost.web.who import signed_in


def figures(request: HttpRequest) -> HttpResponse:
    """Of the last 28 days, or of 7."""
    asked = request.GET.get("days", "")
    days = int(asked) if asked in {str(one) for one in PERIODS} else PERIODS[0]
    found = figures_of(signed_in(request), span=timedelta(days=days), now=now())
    words = page_of(found) | {"days": days, "periods": PERIODS, "at": now()}
    return render(request, "waypost/figures.html", words)
