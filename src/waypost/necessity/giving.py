"""The plain notice of one order, drawn up from the running facts; proof that it was delivered, and
that it was explained.

    draw_notice       the notice as it stands now, kept with its digest, as a paper in two forms
    prove_notice      how, when and by whom this very notice was delivered
    prove_induction   who explained it, when, and how it was seen that the person understood
    take_back         a proof written down by mistake: with why; it stays to be seen

What counts of the person is worked out again in the same transaction, since a proof of an earlier
date may tell now that somebody had been told.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction

from waypost.access import audit
from waypost.access.models import Officer
from waypost.access.queries import organisation_of
from waypost.access.values import Case, Permission, Posted, Purpose
from waypost.documents import papers
from waypost.documents.values import Block
from waypost.errors import Conflict, NoSuchThing, Refused
from waypost.fitting.induction import KINDS, LANGUAGES
from waypost.necessity import needs, wording
from waypost.necessity.models import InductionProof, NoticeProof, PlainNotice
from waypost.necessity.scope import check_when, checked, lock, named, said
from waypost.necessity.values import ABOUT, NO_SUCH_NOTICE, Given
from waypost.orders.queries import NUMBER_MAX, person_orders

PROBATION = "The Probation Service"  # of an officer who is in no team
CODES = {"English": "en", "Welsh": "cy", "Polish": "pl", "Romanian": "ro", "Urdu": "ur",
         "Punjabi": "pa", "Bengali": "bn", "Arabic": "ar", "Somali": "so", "Turkish": "tr",
         "Portuguese": "pt", "Lithuanian": "lt", "Albanian": "sq", "Farsi": "fa",
         "Kurdish": "ku", "Vietnamese": "vi"}  # fmt: skip
ENGLISH = "English"


@dataclass(frozen=True, slots=True)
class Proved:
    """What a form says of a delivery. late_why: asked for where it lies more than a day back."""

    how: Given
    at: datetime
    by_name: str
    detail: str = ""
    late_why: str = ""


@dataclass(frozen=True, slots=True)
class Explained:
    """What a form says of an induction. interpreter: "" where none was needed."""

    at: datetime
    by_name: str
    language: str
    understood: str
    interpreter: str = ""
    late_why: str = ""


def draw_notice(person_id: int, order_id: str, language: str, *, by: Posted, now: datetime) -> int:
    """Draw the notice up in this language, as far as the agency has a template in it, else in
    English; the number of the notice. Rendered before the transaction opens."""
    case, _ = checked(person_id, order_id, Permission.NECESSITY_WRITE, by=by, now=now)
    if language not in LANGUAGES:
        raise Refused("Choose the language that the person reads or follows best.")
    words, slots = _said(case, order_id, by, now)
    prepared = papers.prepare(
        ABOUT, words=words, slots=slots, now=now, language=CODES.get(language, "en")
    )
    sections = wording.sections_of(prepared.paper)
    with transaction.atomic():
        lock(person_id)
        mine = PlainNotice.objects.filter(person_id=person_id, order_reference=order_id)
        last = mine.order_by("-version").values_list("version", flat=True).first() or 0
        made = PlainNotice.objects.create(
            person_id=person_id, order_reference=order_id, version=last + 1, language=language,
            written_in=prepared.language, sections=sections, sha256=wording.digest(sections),
            made_at=now, made_by_id=by.officer_id,
        )  # fmt: skip
        drawn = papers.keep(
            prepared, about=f"{ABOUT}:{made.pk}", person_id=person_id, by=by, now=now
        )
        made.document_ids = [drawn.pdf_id, drawn.docx_id]
        made.save(update_fields=["document_ids"])
        audit.record(
            "plain_notice:drawn", by=by, at=now, about=person_id, purpose=Purpose.SUPERVISION,
            detail={"notice": made.pk, "order": order_id, "version": made.version,
                    "sha256": made.sha256},
        )  # fmt: skip
    return made.pk


@transaction.atomic
def prove_notice(notice_id: int, proved: Proved, *, by: Posted, now: datetime) -> None:
    """Write down that this notice was delivered. The same proof sent twice is one.

    raises   Refused for a time that cannot be, or a late proof without a reason
    """
    notice = _notice(notice_id)
    _, order = checked(
        notice.person_id, notice.order_reference, Permission.NECESSITY_WRITE, by=by, now=now
    )
    late = check_when(proved.at, order, proved.late_why, now=now)
    detail = " ".join(proved.detail.split())[:300]
    if proved.how in {Given.POST, Given.INTERPRETER} and not detail:
        raise Refused("Say what proves it: the number of the delivery, or who interpreted.")
    _, made = NoticeProof.objects.get_or_create(
        notice=notice, how=proved.how.value, given_at=proved.at, taken_back_at=None,
        given_by=named(proved.by_name, "Say who gave the notice."),
        defaults={"detail": detail, "late_why": late, "recorded_at": now,
                  "recorded_by_id": by.officer_id},
    )  # fmt: skip
    if not made:
        return
    needs.recount(notice.person_id, now)
    audit.record(
        "plain_notice:proved", by=by, at=now, about=notice.person_id, purpose=Purpose.SUPERVISION,
        detail={"notice": notice.pk, "how": proved.how.value, "given_at": proved.at.isoformat(),
                "sha256": notice.sha256, "late": bool(late)},
    )  # fmt: skip


@transaction.atomic
def prove_induction(
    person_id: int, order_id: str, explained: Explained, *, by: Posted, now: datetime
) -> None:
    """Write down that it was explained and understood. The same proof sent twice is one."""
    _, order = checked(person_id, order_id, Permission.NECESSITY_WRITE, by=by, now=now)
    late = check_when(explained.at, order, explained.late_why, now=now)
    if explained.language not in LANGUAGES:
        raise Refused("Choose the language in which it was explained.")
    understood = said(
        explained.understood, "Say how you saw that the person understood: what they said back."
    )
    _, made = InductionProof.objects.get_or_create(
        person_id=person_id, order_reference=order_id, explained_at=explained.at,
        explained_by=named(explained.by_name, "Say who explained it."), taken_back_at=None,
        defaults={"language": explained.language, "understood": understood, "late_why": late,
                  "interpreter": " ".join(explained.interpreter.split())[:120],
                  "recorded_at": now, "recorded_by_id": by.officer_id},
    )  # fmt: skip
    if not made:
        return
    needs.recount(person_id, now)
    audit.record(
        "induction:proved", by=by, at=now, about=person_id, purpose=Purpose.SUPERVISION,
        detail={"order": order_id, "explained_at": explained.at.isoformat(), "late": bool(late)},
    )  # fmt: skip


@transaction.atomic
def take_back(
    what: str, proof_id: int, person_id: int, why: str, *, by: Posted, now: datetime
) -> None:
    """Take back a proof of this person's that was written down by mistake.

    what     "notice" or "induction"
    raises   NoSuchThing where the person has no such proof, Conflict where it was taken back before
    """
    rows = (
        NoticeProof.objects.filter(notice__person_id=person_id)
        if what == "notice"
        else InductionProof.objects.filter(person_id=person_id)
    )
    proof = rows.filter(pk=min(proof_id, NUMBER_MAX)).first()
    order_id = ""
    if isinstance(proof, NoticeProof):
        order_id = proof.notice.order_reference
    elif isinstance(proof, InductionProof):
        order_id = proof.order_reference
    checked(person_id, order_id, Permission.NECESSITY_WRITE, by=by, now=now)
    words = said(why, "Say why the proof is taken back.", limit=300)
    if not rows.filter(pk=proof_id, taken_back_at=None).update(
        taken_back_at=now, taken_back_by_id=by.officer_id, taken_back_why=words
    ):
        raise Conflict("This proof was taken back already.")
    needs.recount(person_id, now)
    audit.record(
        "proof:taken_back", by=by, at=now, about=person_id, purpose=Purpose.SUPERVISION,
        detail={"what": what, "proof": proof_id, "order": order_id},
    )  # fmt: skip


def _notice(notice_id: int) -> PlainNotice:
    found = PlainNotice.objects.filter(pk=min(notice_id, NUMBER_MAX)).first()
    if found is None:
        raise NoSuchThing(NO_SUCH_NOTICE)
    return found


def _said(
    case: Case, order_id: str, by: Posted, now: datetime
) -> tuple[dict[str, str], dict[str, list[Block]]]:
    """Words and slots of the paper, from what holds now."""
    zone = settings.WALL_ZONE
    person = person_orders([case.person_id])[0]
    order = next(one for one in person.orders if one.order_id == order_id)
    officers = Officer.objects.filter(pk__in=case.officer_ids, is_active=True).order_by("pk")
    ends = f"on {wording.day_words(order.to_at, zone)}" if order.to_at else "when you are told so"
    words = {
        "reference": f"N-{case.person_id}-{order_id}",
        "agency": organisation_of(by) or PROBATION,
        "made_on": wording.day_words(now, zone),
        "person_name": person.details.get("name") or person.person_id,
        "person_reference": str(person.person_id),
        "order": KINDS.get(order.kind.value, "order"),
        "order_reference": order_id,
        "order_from": wording.day_words(order.from_at, zone),
        "order_until": ends,
        "ask": wording.ask([str(one) for one in officers]),
    }
    slots = {
        "collected": wording.collected(order, now),
        "why": wording.reasons(),
        "kept": wording.kept(needs.kept(order.kind.value, now)),
        "shared": wording.shared(),
    }
    return words, slots
