"""A notification as a signed file, for a force without an account here.

notification.json   what the API answers          notification.pdf, .docx   the paper
answer.json         the answer's form, with its key (answer_file.py)
"""

from __future__ import annotations

import json
from datetime import datetime

from django.db import transaction

from waypost.access import audit
from waypost.access.values import Posted
from waypost.documents.actions import keep_document, sign_bundle
from waypost.documents.queries import content_of
from waypost.errors import Refused
from waypost.policing import scope
from waypost.policing.answer_file import form
from waypost.policing.items import item_of
from waypost.policing.keys import answer_key
from waypost.policing.values import Side, Status


@transaction.atomic
def export(notification_id: int, *, by: Posted, now: datetime) -> tuple[str, bytes]:
    """Name and bytes of the bundle, kept whole; it is checked with `waypost evidence verify`."""
    held = scope.find(notification_id, lock=True)
    scope.check_side(held, Side.PROVIDER, by, now=now)
    if held.status == Status.DRAFTED or held.pdf_id is None or held.docx_id is None:
        raise Refused("It has not been sent; send it, then export what was sent.")
    said = json.dumps(item_of(held), indent=1, sort_keys=True, ensure_ascii=False)
    about = {"kind": "breach notification", "notification": held.pk, "number": held.number}
    files = {
        "notification.json": said.encode(),
        "notification.pdf": content_of(held.pdf_id),
        "notification.docx": content_of(held.docx_id),
        "answer.json": form(held.pk, held.number, answer_key(held.pk, held.number)),
    }
    content = sign_bundle(files, about)
    name = f"notification-{held.pk}-{held.number}.zip"
    keep_document(
        "notification_bundle", f"notification:{held.pk}", name, "application/zip", content,
        by=by, now=now, person_id=held.person_id,
    )  # fmt: skip
    audit.record(
        "notification:exported", by=by, at=now, about=held.person_id,
        detail={"notification": held.pk, "number": held.number},
    )  # fmt: skip
    return name, content
