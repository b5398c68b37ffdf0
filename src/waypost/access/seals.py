"""Seals of the audit chain: made at intervals, each over the one before it, and kept outside too.

seal(now=now)          a seal over all lines up to now, if there are new ones
send_copies(now=now)   to wherever the agency said (`WAYPOST_AUDIT_ANCHOR`)
                       (an authority's time on them: stamping.py)
cut(before, ...)       lines of which the time is over go, up to a seal; a line says so
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction

from waypost.access import audit, head, may, stamping
from waypost.access.anchoring import Anchor, anchors
from waypost.access.chain import CUT, FIRST_HASH, seal_digest, sign_seal
from waypost.access.models import AuditLine, AuditSeal
from waypost.access.values import Permission, Posted
from waypost.clock import write_instant
from waypost.errors import Conflict, Refused, Unavailable, WaypostError

log = logging.getLogger(__name__)
EVERY = timedelta(minutes=10)  # how much of the chain only this machine could vouch for
KEPT_FOR = timedelta(days=6 * 365 + 2)  # limitation of actions, six years; our assumption
WORDS_MAX = 200


def is_due(*, now: datetime) -> bool:
    """Whether it is time for a seal: the last one is old enough, and there are lines after it."""
    last = AuditSeal.objects.order_by("-number").values_list("at", "line").first()
    if last is not None and now - last[0] < EVERY:
        return False
    newest = AuditLine.objects.order_by("-number").values_list("number", flat=True).first()
    return newest is not None and (last is None or newest > last[1])


@transaction.atomic
def seal(*, now: datetime) -> int | None:
    """Seal what is there; gives the seal's number, None where no line is new."""
    line = AuditLine.objects.order_by("-number").values_list("number", "hash").first()
    seals = audit.stored_seals()[-1:]
    if line is None or (seals and seals[0].line >= line[0]):
        return None
    number = seals[0].number + 1 if seals else 1
    previous = seal_digest(seals[0]) if seals else FIRST_HASH
    made = sign_seal(audit.private_key(), number, line[0], line[1], now, previous)
    AuditSeal.objects.create(
        number=made.number, line=made.line, hash=made.hash, at=made.at, previous=made.previous,
        signature=made.signature,
    )  # fmt: skip
    transaction.on_commit(head.force)
    return number


def send_copies(*, now: datetime) -> bool:
    """Send each seal that has no copy outside to every anchor, in order; True when all have.

    A seal counts as kept outside when every anchor has taken it; one that fails is tried again,
    and may then be there twice, which says nothing else than once does.
    """
    to = anchors()
    if not to:
        return True
    for row in AuditSeal.objects.filter(kept_outside_at=None).order_by("number"):
        said = [_sent(anchor, row) for anchor in to]
        if None in said:
            return False
        words = "; ".join(one for one in said if one)[:WORDS_MAX]
        AuditSeal.objects.filter(pk=row.pk).update(kept_outside_at=now, receipt=words)
    return True


def _sent(anchor: Anchor, row: AuditSeal) -> str | None:
    """What the anchor answered; None when it did not take the seal."""
    try:
        return anchor.take(audit.seal_of(row))
    except (OSError, WaypostError) as error:
        log.error("audit seal %d could not be kept at %s: %s", row.number, anchor.kind,
                  type(error).__name__)  # fmt: skip
        return None


class SealLane:
    """The worker's: a seal when one is due, its copies, its time stamp."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.now = now

    def round(self) -> bool:
        at = self.now()
        if is_due(now=at):
            seal(now=at)
        send_copies(now=at)
        try:
            stamping.send_stamp(now=at)
        except Unavailable:
            log.error("the newest audit seal has no time stamp yet; waypost audit seal says why")
        return False  # whatever is left waits for the next look: an anchor that is away, too


@transaction.atomic
def cut(before: datetime, *, by: Posted, now: datetime) -> int:
    """Delete the lines that are older, as far as a seal reaches; gives how many went.

    The chain stays whole: it begins after that seal, and a line says that it does and why.

    raises   Refused where lines would go whose time is not over, or with no copy of the seal
             outside though the agency keeps copies; Conflict where nothing is old enough
    """
    may.check(by, Permission.AUDIT_CUT)
    if now - before < KEPT_FOR:
        raise Refused(
            f"Audit lines are kept for {KEPT_FOR.days} days; choose a date before "
            f"{(now - KEPT_FOR).date().isoformat()}."
        )
    lines = AuditLine.objects.order_by("number")
    stays = lines.filter(at__gte=before).first() or lines.last()  # the next line is joined to one
    sealed = AuditSeal.objects.filter(line__lt=stays.number) if stays is not None else None
    end = sealed.order_by("-number").first() if sealed is not None else None
    old = AuditLine.objects.filter(number__lte=end.line) if end is not None else None
    if end is None or old is None or not old.exists():
        raise Conflict("No audit line is old enough to go.")
    if anchors() and end.kept_outside_at is None:
        raise Refused("The seal of these lines has no copy outside yet; send it there first.")
    went, _ = old.delete()
    audit.record(
        CUT, by=by, at=now,
        detail={"line": end.line, "hash": end.hash, "seal": end.number, "lines": went,
                "before": write_instant(before)},
    )  # fmt: skip
    return went
