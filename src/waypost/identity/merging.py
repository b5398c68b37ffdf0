"""Two records found to be one person: proposed by one officer, confirmed by another, reversible.

    propose   that `other` is the same person as `kept`, with why
    move      confirm, refuse, take back; put in doubt, confirm its reversal, keep it after all

Not one row of orders, tags, log or judgements is touched: each activation is judged under its own
record as before, and a reversal has nothing to put back (decision 0060).
"""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Q

from waypost.access import audit
from waypost.access.values import Posted
from waypost.errors import Conflict, Refused
from waypost.identity.lifecycle import decide
from waypost.identity.models import Merge, MergeMove
from waypost.identity.queries import likeness_of
from waypost.identity.scope import check_both, check_may_be_one, merge_of
from waypost.identity.values import LIVE, NO_SUCH_MERGE, WHY_MAX, WHY_MIN, MergeAct, MergeStatus

MOVED_ON = "Somebody decided about this merge meanwhile; look at it again."
PROPOSES = frozenset({MergeAct.DOUBT})  # who does these waits for another afterwards


@transaction.atomic
def propose(kept_id: int, other_id: int, why: str, *, by: Posted, now: datetime) -> int:
    """Propose that the two are one person; the number of the merge.

    raises   Refused without a reason, for a pair that may never be one, or by a machine; Conflict
             where either stands in another merge already
    """
    first, second = check_both(kept_id, other_id, by, now=now)
    check_may_be_one(first, second)
    if by.officer_id is None:
        raise Refused("A merge is proposed by somebody with a name.")
    words = _said(why)
    if len(words) < WHY_MIN:
        raise Refused("Say what shows that the two are one person: a sentence, not a word.")
    taken = Merge.objects.filter(status__in=LIVE).filter(
        Q(other_id__in=[kept_id, other_id]) | Q(kept_id=other_id)
    )
    if taken.exists():
        raise Conflict("One of the two stands in another merge already; decide that first.")
    alike = likeness_of(kept_id, other_id)
    try:
        with transaction.atomic():
            made = Merge.objects.create(
                kept_id=kept_id, other_id=other_id, status=MergeStatus.PROPOSED,
                score=alike.score, reasons=[*alike.reasons, *alike.against], proposed_at=now,
                proposed_by_id=by.officer_id,
            )  # fmt: skip
    except IntegrityError:
        raise Conflict(MOVED_ON) from None
    MergeMove.objects.create(
        merge=made, act="propose", at=now, officer_id=by.officer_id,
        to_status=MergeStatus.PROPOSED, words=words,
    )  # fmt: skip
    detail = {"merge": made.pk, "other": other_id, "score": alike.score}
    audit.record("merge:proposed", by=by, at=now, about=kept_id, detail=detail)
    return made.pk


@transaction.atomic
def move(
    merge_id: int, act: MergeAct, words: str, *, version: int, by: Posted, now: datetime
) -> MergeStatus:
    """Take a merge one step further; the status it has then.

    version   of the merge as the form showed it
    raises    Refused where table, person or reason forbid it; Conflict where it moved meanwhile
    """
    row = merge_of(merge_id)
    first, second = check_both(row.kept_id, row.other_id, by, now=now, absent=NO_SUCH_MERGE)
    if by.officer_id is None:
        raise Refused("A merge is decided by somebody with a name.")
    before, said = MergeStatus(row.status), _said(words)
    is_proposer = by.officer_id == row.proposed_by_id
    after = decide(before, act, words=said, is_proposer=is_proposer)
    if act is MergeAct.CONFIRM:
        check_may_be_one(first, second)
    changes = {"status": after, "decided_at": now, "decided_by_id": by.officer_id}
    if act in PROPOSES:
        changes |= {"proposed_at": now, "proposed_by_id": by.officer_id}
    standing = Merge.objects.filter(pk=row.pk, status=before, version=version)
    if not standing.update(**changes, version=version + 1):
        raise Conflict(MOVED_ON)
    MergeMove.objects.create(
        merge=row, act=act, at=now, officer_id=by.officer_id, from_status=before, to_status=after,
        words=said,
    )  # fmt: skip
    detail = {"merge": row.pk, "other": row.other_id, "act": act.value, "to": after.value}
    audit.record("merge:moved", by=by, at=now, about=row.kept_id, detail=detail)
    return after


def _said(words: str) -> str:
    return " ".join(words.split())[:WHY_MAX]
