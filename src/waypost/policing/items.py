"""A notification as data: what the API answers and the signed file holds. Pure but for the record.

The same for both, so that a force may begin with files and go on with the API.
"""

from __future__ import annotations

from typing import Any

from waypost.clock import write_instant
from waypost.policing.models import Notification


def item_of(found: Notification) -> dict[str, Any]:
    """All that the force may know, as JSON."""
    facts, places = found.facts, found.places
    return {
        "notification_id": found.pk,
        "reference": f"N-{found.pk}/{found.number}",
        "number": found.number,
        "version": found.version,
        "status": found.status,
        "grave": found.grave,
        "kind": found.kind,
        "force": found.force.name,
        "person": {
            "reference": facts["person_reference"],
            "name": facts["person_name"],
            "born_on": facts["born_on"],
        },
        "order": {
            "reference": facts["order_reference"],
            "kind": facts["order_kind"],
            "from": facts["order_from"],
            "until": facts["order_until"],
            "condition": facts["requirement"],
        },
        "what_happened": found.what_happened,
        "certainty": found.certainty,
        "tried": found.tried,
        "violations": [
            {"from": one["from_at"], "to": one["to_at"], "certainty": one["certainty"],
             "sentences": one["sentences"]}
            for one in facts["violations"]
        ],
        "reports": facts["reports"],
        "contacts": facts["contacts"],
        "accounts": facts["accounts"],
        "risks": facts["risks"],
        "facts_at": write_instant(found.facts_at),
        "fixes": [
            {"time": one["at"], "lat": one["lat"], "lon": one["lon"],
             "accuracy_m": one["accuracy_m"], "mechanism": one["mechanism"], "used": one["used"]}
            for one in places["fixes"]
        ],
        "places_withheld": places["withheld_why"],
        "sent_at": write_instant(found.sent_at) if found.sent_at else None,
        "receive_by": write_instant(found.receive_by) if found.receive_by else None,
        "answer_by": write_instant(found.answer_by) if found.answer_by else None,
        "supply_by": write_instant(found.supply_by) if found.supply_by else None,
        "result_by": write_instant(found.result_by) if found.result_by else None,
        "answer": found.answer or None,
        "answer_reason": found.answer_reason,
        "result": found.result or None,
        "result_words": found.result_words,
        "closed_at": write_instant(found.closed_at) if found.closed_at else None,
        "pdf_id": found.pdf_id,
        "docx_id": found.docx_id,
    }  # fmt: skip
