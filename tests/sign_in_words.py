"""Words of the sign-in tests: officers with pass phrases, apps that show codes, clocks set on."""

from __future__ import annotations

import base64
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from django.test import Client
from django.urls import reverse

from waypost.access import proving
from waypost.access.actions import make_officer
from waypost.access.models import AuditLine, Officer
from waypost.access.queries import posted
from waypost.access.values import Posted, Role

PASSWORD = "correct horse battery"


def officer(name: str, role: Role, *, now: datetime, password: str | None = None) -> Posted:
    """Somebody posted an hour ago; a pass phrase takes a tenth of a second on purpose."""
    made = make_officer(name, name.title(), password, role, now=now - timedelta(hours=1))
    return posted(made, now=now)


def shown(secret: str, now: datetime, *, steps: int = 0) -> str:
    """What an app shows that was given the secret; steps: so many half minutes later."""
    app = TOTP(base64.b32decode(secret), 6, SHA1(), 30)
    return app.generate(now.timestamp() + 30 * steps).decode()


def with_app(by: Posted, *, now: datetime) -> tuple[str, list[str]]:
    """An app is set up a minute ago: its secret, and the codes for paper."""
    before = now - timedelta(minutes=1)
    secret = proving.begin_app(by=by, now=before)
    return secret, proving.confirm_app(shown(secret, before), "Phone", by=by, now=before)


def signed_in(name: str) -> Client:
    client = Client()
    client.force_login(Officer.objects.get(username=name))
    return client


def sign_in(name: str, password: str = PASSWORD, **more: str) -> tuple[Client, str]:
    """A browser that gave the password, and where it was sent; the status where nowhere."""
    client = Client()
    answer = client.post(reverse("sign-in"), {"username": name, "password": password} | more)
    return client, answer.headers.get("Location") or str(answer.status_code)


def ago(client: Client, **minutes: float) -> None:
    """As if so many minutes had passed since what the session says: signed_in_at=, seen_at= ..."""
    session = client.session
    for name, count in minutes.items():
        session[name] -= 60.0 * count
    session.save()


def lines(kind: str) -> list[AuditLine]:
    return list(AuditLine.objects.filter(kind=kind).order_by("number"))
