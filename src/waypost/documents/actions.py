"""What may be done with documents: sign a bundle with the installation's key, keep what left,
write an agency's own template of a paper (papers.py draws them up).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import transaction

from waypost.access import audit, may
from waypost.access.values import Permission, Posted
from waypost.documents import composing, paper_texts
from waypost.documents.bundle import make_bundle
from waypost.documents.models import Document, PaperVersion
from waypost.documents.paper_kinds import KINDS
from waypost.errors import NoSuchThing, Refused
from waypost.home import secret

LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z]{2,4})?")


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
    person_id: int | None = None,
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
            person_id=person_id,
        )
    detail = {"document_id": document.pk, "kind": kind, "about": about, "sha256": digest}
    audit.record("document:kept", by=by, at=now, detail=detail)
    return document


@transaction.atomic
def write_paper(
    kind: str, text: str | None, *, language: str = composing.ENGLISH, by: Posted, now: datetime
) -> int:
    """An agency's own template from now on, or (None) the code's again; the number of its version.

    What was drawn up before stays as it is, with the version it was drawn up from.
    """
    may.check(by, Permission.NOTICE_WRITE)
    if kind not in KINDS:
        raise NoSuchThing("There is no such paper.")
    if not LANGUAGE.fullmatch(language):
        raise Refused("a language is written like en or cy")
    if text is not None and (wrong := composing.problems_of(kind, text)):
        raise Refused(" ".join(wrong))
    last = paper_texts.latest(kind, language)
    version = (last.version if last else 0) + 1
    PaperVersion.objects.create(
        name=kind, language=language, version=version, text=text or "", made_at=now,
        made_by_id=by.officer_id,
    )  # fmt: skip
    audit.record(
        "paper:written", by=by, at=now,
        detail={"name": kind, "language": language, "version": version, "own": text is not None},
    )  # fmt: skip
    return version
