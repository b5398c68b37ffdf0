"""Proximity alerts: evidence of an approved match, made and signed by who qualified it.

    make_alert      the analyst's: exhibits, their own section 9 statement, the schedule; signed
    approve_alert   a second person's signature, over the hash of what was signed; the bundle
    send_alert      who has it is written down, and is told when it is withdrawn or lessened
    make_opinion    a named expert's report on what the match weighs

Whoever signs proves again that it is they (web/grave.py), each time: no signature is stored, and a
statement is never taken over from an earlier alert. Papers are drawn (alert_papers.py) before the
transaction and kept in it.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F

from waypost import __version__
from waypost.access import audit
from waypost.access.values import Permission, Posted, Purpose
from waypost.corrections.actions import rely
from waypost.corrections.values import What
from waypost.documents import papers
from waypost.documents.actions import keep_document
from waypost.documents.papers import Drawn, Prepared
from waypost.errors import Conflict, NoSuchThing, Refused
from waypost.matching.models import Match
from waypost.matching.queries import MatchRow, match_rows
from waypost.orders.queries import NUMBER_MAX
from waypost.review import alert_papers, gathering, scope
from waypost.review.models import ProximityAlert, Review
from waypost.review.queries import rivals_of
from waypost.review.values import ABOUT, AGREED, REASON_MIN, Status, reference_of
from waypost.training.queries import check_trained

STATEMENT_MIN = 80  # characters: a statement is its maker's own account
NOT_MAKER = (
    "The statement is its maker's own: only the analyst who qualified this match can make and sign "
    "it."
)


def make_alert(
    review_id: int, statement: str, *, by: Posted, now: datetime,
    expected_version: int | None = None,
) -> int:  # fmt: skip
    """The exhibits, the maker's own statement and the schedule, signed afresh. Its number.

    raises   Refused for anybody but who qualified the match, before a second person agreed with it,
             or with a statement that says nothing
    """
    found = scope.find(review_id)
    match = _check_may_make(found, by, now, expected_version)
    if len(statement.strip()) < STATEMENT_MIN:
        raise Refused(
            "Write your own statement: what you looked at, what you saw, and how you came to it."
        )
    assert by.officer_id is not None, "a machine qualifies nothing"
    seen = gathering.observed(match, now=now)
    number = found.alert_number + 1
    reference = f"PX-{found.pk}/{number}"
    others = list(rivals_of(found))
    drawn = alert_papers.drawn(found, match, seen, others, reference, statement, by, now)
    sha256 = alert_papers.fingerprint(drawn)
    with transaction.atomic():
        _count_up(found, number)
        made = ProximityAlert.objects.create(
            review=found, number=number, match_id=match.number, statement=statement.strip(),
            made_at=now, made_by_id=by.officer_id, signed_at=now, sha256=sha256,
            facts={"reference": reference, "fixes": len(seen.rows), "counted": len(seen.labels),
                   "gaps": len(seen.gaps), "code": __version__,
                   "run": found.match.run_id, "data": found.match.run.data_digest,
                   "rivals": [one.pk for one in others]},  # the letters of the schedule
        )  # fmt: skip
        kept = [_kept(one, found, by, now) for one in drawn]
        files = alert_papers.files_of(seen, made, settings.WALL_ZONE)
        ids = [number for one in kept for number in (one.pdf_id, one.docx_id)]
        ids += [
            keep_document(
                "alert_file",
                f"{ABOUT}:{found.pk}",
                name,
                media_type,
                content,
                by=by,
                now=now,
                person_id=found.person_id,
            ).pk
            for name, media_type, content in files
        ]
        made.document_ids = ids
        made.save(update_fields=["document_ids"])
        _record("review:alert_signed", found, made, by, now, sha256=sha256, fixes=len(seen.rows),
                **{"from": seen.from_at.isoformat(), "to": seen.to_at.isoformat()})  # fmt: skip
    return int(made.pk)


def approve_alert(alert_id: int, checked: str, *, by: Posted, now: datetime) -> int:
    """The second, separate signature; with it the signed bundle. The number of the bundle.

    raises   Refused for its maker, without saying what was checked, or when it was approved before
    """
    made = _find(alert_id)
    found = made.review
    _check_second(made, by, now)
    if len(checked.strip()) < REASON_MIN:
        raise Refused("Say what you checked: a sentence, not a word.")
    match = _match_of(made)
    approval = alert_papers.approval_of(made, match, checked, by, now)
    content = alert_papers.bundle_of(made, approval, now)
    with transaction.atomic():
        saved = ProximityAlert.objects.filter(pk=made.pk, approved_at=None).update(
            approved_at=now, approved_by_id=by.officer_id
        )
        if not saved:
            raise Conflict("Somebody approved this alert first; look at it again.")
        kept = _kept(approval, found, by, now)
        bundle = keep_document(
            "proximity_bundle", f"{ABOUT}:{found.pk}",
            f"proximity-alert-{found.pk}-{made.number}.zip", "application/zip", content, by=by,
            now=now, person_id=found.person_id,
        )  # fmt: skip
        made.document_ids = [*made.document_ids, kept.pdf_id, kept.docx_id]
        made.bundle_id = bundle.pk
        made.save(update_fields=["document_ids", "bundle_id"])
        _record("review:alert_approved", found, made, by, now, sha256=made.sha256,
                bundle=bundle.pk)  # fmt: skip
    return int(bundle.pk)


@transaction.atomic
def send_alert(alert_id: int, recipients: Collection[str], *, by: Posted, now: datetime) -> None:
    """Write down who has it: from now on whatever is withdrawn or lessened of it reaches them.

    recipients   organisation:3, officer:5, or outside:the force's inspector, in words
    """
    made = _find(alert_id, lock=True)
    found = made.review
    scope.check_open_to(found, Permission.MATCH_REVIEW, by, now=now)
    if made.bundle_id is None:
        raise Refused("A second person has to approve this alert before it leaves.")
    if made.sent_at is not None:
        raise Refused("It was sent, and who has it is written down; make a new alert to send more.")
    if Status(found.status) not in AGREED:
        raise Refused("The match that this alert is about does not stand; it must not be sent.")
    rely(
        what=What.PROXIMITY_ALERT, reference=reference_of(made.pk), person_id=found.person_id,
        alert_ids=(), recipients=recipients, by=by, now=now,
    )  # fmt: skip
    made.sent_at, made.recipients = now, sorted(set(recipients))
    made.save(update_fields=["sent_at", "recipients"])
    _record("review:alert_sent", found, made, by, now, copies=len(made.recipients))


def make_opinion(
    alert_id: int, qualifications: str, opinion: str, *, by: Posted, now: datetime
) -> int:
    """A named expert's report on what the match weighs, in no exhibit. The number of its PDF."""
    made = _find(alert_id)
    found = made.review
    scope.check_open_to(found, Permission.MATCH_REVIEW, by, now=now)
    check_trained(by, Permission.MATCH_REVIEW, now=now)
    if not qualifications.strip() or len(opinion.strip()) < STATEMENT_MIN:
        raise Refused("Name your qualifications, and give the opinion in your own words.")
    match = _match_of(made)
    prepared = alert_papers.opinion_of(made, match, qualifications, opinion, by, now)
    with transaction.atomic():
        kept = _kept(prepared, found, by, now)
        row = ProximityAlert.objects.select_for_update().get(pk=made.pk)
        row.document_ids = [*row.document_ids, kept.pdf_id, kept.docx_id]
        row.save(update_fields=["document_ids"])
        _record("review:opinion_signed", found, made, by, now, document=kept.pdf_id)
    return kept.pdf_id


def _check_may_make(
    found: Review, by: Posted, now: datetime, expected_version: int | None
) -> MatchRow:
    scope.check_open_to(found, Permission.MATCH_REVIEW, by, now=now)
    check_trained(by, Permission.MATCH_REVIEW, now=now)
    if expected_version is not None and expected_version != found.version:
        raise Conflict("somebody moved this match first; look at it again before you sign")
    if Status(found.status) not in AGREED:
        raise Refused("Evidence is made of a match that a second person approved; this is not one.")
    if found.qualified_by_id != by.officer_id:
        raise Refused(NOT_MAKER)
    if found.match_id != found.decided_match_id or found.gone:
        raise Refused(
            "A newer run changed this match since it was approved. Withdraw it, and decide on what "
            "stands now."
        )
    return match_rows([found.match])[0]


def _check_second(made: ProximityAlert, by: Posted, now: datetime) -> None:
    scope.check_open_to(made.review, Permission.MATCH_APPROVE, by, now=now)
    check_trained(by, Permission.MATCH_APPROVE, now=now)
    if made.made_by_id == by.officer_id or made.review.qualified_by_id == by.officer_id:
        raise Refused(scope.SAME_PERSON)
    if made.approved_at is not None:
        raise Refused("This alert was approved before.")
    if Status(made.review.status) not in AGREED:
        raise Refused("The match that this alert is about does not stand any more.")


def _find(alert_id: int, *, lock: bool = False) -> ProximityAlert:
    rows = ProximityAlert.objects.select_related("review", "review__person", "review__match")
    if lock:
        rows = rows.select_for_update(of=("self",))
    made = rows.filter(pk=min(alert_id, NUMBER_MAX)).first()
    if made is None:
        raise NoSuchThing("There is no such proximity alert.")
    return made


def _match_of(made: ProximityAlert) -> MatchRow:
    row = Match.objects.select_related("person", "run").filter(pk=made.match_id).first()
    if row is None:
        raise Refused("The run that this alert rests on is no longer kept.")
    return match_rows([row])[0]


def _kept(prepared: Prepared, found: Review, by: Posted, now: datetime) -> Drawn:
    return papers.keep(
        prepared, about=f"{ABOUT}:{found.pk}", person_id=found.person_id, by=by, now=now
    )


def _count_up(found: Review, number: int) -> None:
    saved = Review.objects.filter(pk=found.pk, version=found.version).update(
        alert_number=number, version=F("version") + 1
    )
    if not saved:
        raise Conflict("somebody moved this match first; look at it again before you sign")


def _record(
    what: str, found: Review, made: ProximityAlert, by: Posted, now: datetime, **more: Any
) -> None:
    audit.record(
        what, by=by, at=now, about=found.person_id, purpose=Purpose.CRIME_MAPPING,
        detail={"review": found.pk, "alert": made.pk, **more},
    )  # fmt: skip
