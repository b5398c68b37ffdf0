"""What may be asked of documents: opening one, which is looked at as whatever it is about is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from waypost.access import audit, may
from waypost.access.values import Permission, Posted
from waypost.documents.models import Document
from waypost.documents.needs import OPENERS
from waypost.errors import NoSuchThing
from waypost.orders.queries import NUMBER_MAX, case_of

NO_SUCH_DOCUMENT = "There is no such document."


@dataclass(frozen=True, slots=True)
class Opened:
    file_name: str
    media_type: str
    content: bytes
    sha256: str


@dataclass(frozen=True, slots=True)
class Listed:
    """A document as a list shows it: known by its number, kind and hash, not opened."""

    document_id: int
    kind: str
    file_name: str
    media_type: str
    sha256: str
    made_at: datetime


@transaction.atomic
def document(document_id: int, *, by: Posted, now: datetime) -> Opened:
    """A paper's bytes, for whoever may open what it is about; leaves the line document:opened."""
    found = Document.objects.filter(pk=min(document_id, NUMBER_MAX)).first()
    if found is None:
        raise NoSuchThing(NO_SUCH_DOCUMENT)
    _check_may_open(found, by=by, now=now)
    opened = Opened(found.file_name, found.media_type, bytes(found.content), found.sha256)
    detail = {"document_id": found.pk, "kind": found.kind, "about": found.about}
    audit.record("document:opened", by=by, at=now, about=found.person_id, detail=detail)
    return opened


def content_of(document_id: int) -> bytes:
    """A file's bytes, for a room that has asked whether it may go out."""
    return bytes(Document.objects.get(pk=document_id).content)


def documents_about(about: str) -> list[Listed]:
    """What was kept about a record, oldest first. The caller asked whether they may see it."""
    rows = Document.objects.filter(about=about).order_by("pk")
    return [
        Listed(*row)
        for row in rows.values_list("pk", "kind", "file_name", "media_type", "sha256", "made_at")
    ]


def _check_may_open(found: Document, *, by: Posted, now: datetime) -> None:
    word, _, number = found.about.partition(":")
    if word in OPENERS and number.isdecimal():
        OPENERS[word](int(number), by=by, now=now)
    elif found.person_id is not None:
        case = case_of(found.person_id, now=now)
        may.check(by, Permission.ALERT_READ, case, absent=NO_SUCH_DOCUMENT)
    else:  # a file that was handed over as it was made: a bundle of matches, an account of an alert
        raise NoSuchThing(NO_SUCH_DOCUMENT)
