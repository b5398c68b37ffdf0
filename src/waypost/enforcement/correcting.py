"""A numbered correction on paper, for a recipient who has no account here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.db import transaction

from waypost.access import may
from waypost.access.values import Permission, Posted
from waypost.alerts.models import Alert
from waypost.corrections.models import Correction
from waypost.corrections.recipients import name_of
from waypost.corrections.values import NO_SUCH_CORRECTION, Change
from waypost.documents import papers
from waypost.documents.values import Block, Table, signed_by
from waypost.enforcement.drawing import agency_of, day_words, roles_of
from waypost.errors import NoSuchThing
from waypost.orders.queries import NUMBER_MAX, case_of, person_orders
from waypost.orders.values import Order
from waypost.orders.words import asks_words, order_words
from waypost.policing.wording import NO_ENDING
from waypost.rules.saying import wall

ABOUT = "correction"  # of documents.needs.OPENERS
BECAUSE = {
    Change.WITHDRAWN: "What came later, or a corrected order, takes it back.",
    Change.LESSENED: "What came later makes it less than was said.",
    Change.TIMES_CORRECTED: "What came later corrects its times.",
    Change.DECISION_FELL: "It was found otherwise when it was looked at again.",
    Change.STANDS_AGAIN: "What had been taken back stands again.",
}
THE_TAG = "To wear the tag, keep it charged and not to damage it"


def draw_up(correction_id: int, recipient: str, *, by: Posted, now: datetime) -> papers.Drawn:
    """The correction as a letter to one recipient, kept with it; by who handles the person's
    alerts. Rendered before the transaction opens."""
    rows = Correction.objects.filter(pk=min(correction_id, NUMBER_MAX))
    made = rows.select_related("statement__person").first()
    if made is None or not made.copies.filter(recipient=recipient).exists():
        raise NoSuchThing(NO_SUCH_CORRECTION)
    person_id = made.statement.person_id
    case = case_of(person_id, now=now)
    may.check(by, Permission.ALERT_HANDLE, case, absent=NO_SUCH_CORRECTION)
    slots: dict[str, Sequence[Block]] = {
        "changes": [Table("What holds now", ("Correction",), tuple((one,) for one in made.words))],
        "signature": [signed_by(by.name, roles_of(by))],
    }
    words = _words(made, recipient, by, now)
    prepared = papers.prepare("correction", words=words, slots=slots, now=now)
    with transaction.atomic():
        kept = Correction.objects.select_for_update().get(pk=made.pk)
        drawn = papers.keep(
            prepared, about=f"{ABOUT}:{made.pk}", person_id=person_id, by=by, now=now
        )
        kept.document_ids = [*kept.document_ids, drawn.pdf_id, drawn.docx_id]
        kept.save(update_fields=["document_ids"])
    return drawn


def _words(made: Correction, recipient: str, by: Posted, now: datetime) -> dict[str, str]:
    zone, statement = settings.WALL_ZONE, made.statement
    order, requirement = _asked(made)
    said_on = day_words(statement.made_at, zone)
    changes = dict.fromkeys(Change(one["change"]) for one in made.changes)
    return {
        "reference": f"C-{made.pk}",
        "agency": agency_of(by),
        "made_on": wall(now, zone, seconds=False),
        "author": by.name,
        "author_role": roles_of(by),
        "person_name": statement.person.full_name or statement.person.reference,
        "person_reference": statement.person.reference,
        "order": order_words(order.kind),
        "order_reference": order.order_id,
        "order_from": day_words(order.from_at, zone),
        "order_until": day_words(order.to_at, zone) if order.to_at else NO_ENDING,
        "requirement": requirement,
        "number": str(made.number),
        "corrects": f"{statement.reference.replace('_', ' ').replace(':', ' ')} of {said_on}",
        "recipient": name_of(recipient),
        "what_changed": " ".join(made.words),
        "because": " ".join(BECAUSE[one] for one in changes),
    }


def _asked(made: Correction) -> tuple[Order, str]:
    """The order, and what of it, that the first of what is corrected was about."""
    alert = Alert.objects.get(pk=made.changes[0]["alert"])
    orders = person_orders([alert.person_id])[0].orders
    for order in orders:
        for one in order.requirements:
            if one.requirement_id == alert.requirement_reference:
                return order, asks_words(one)
    live = [one for one in orders if one.from_at <= alert.from_at]
    return (live or list(orders))[-1], THE_TAG
