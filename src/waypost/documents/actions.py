"""What may be done with documents: sign a bundle with the installation's key, keep what left."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import transaction

from waypost.access import audit
from waypost.access.values import Posted
from waypost.documents.bundle import make_bundle
from waypost.documents.models import Document
from waypost.home import secret


def sign_bundle(files: Mapping[str, bytes], about: Mapping[str, Any]) -> bytes:
    """A bundle signed with this installation's evidence key (its own, apart from the audit's)."""
    return make_bundle(files, about, Ed25519PrivateKey.from_private_bytes(secret("evidence")))


@transaction.atomic
def keep_document(
    kind: str,
    about: str,
    file_name: str,
    media_type: str,
    content: bytes,
    *,
    by: Posted,
    now: datetime,
) -> Document:
    """Keep a file that leaves the house, whole and known by its hash. The caller asked "may I?".

    The same content about the same thing is kept once; each time it leaves has its audit line.
    """
    digest = hashlib.sha256(content).hexdigest()
    document = Document.objects.filter(kind=kind, about=about, sha256=digest).first()
    if document is None:
        document = Document.objects.create(
            kind=kind,
            about=about,
            file_name=file_name,
            media_type=media_type,
            content=content,
            sha256=digest,
            made_at=now,
            officer_id=by.officer_id,
        )
    detail = {"document_id": document.pk, "kind": kind, "about": about, "sha256": digest}
    audit.record("document:kept", by=by, at=now, detail=detail)
    return document
