"""What the papers of a match are made of, read once: fixes about the time, what the tag said, the
rivals, the decisions, the earlier runs. The caller asks "may I?" and leaves the line."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings

from waypost.access.models import Officer
from waypost.clock import read_instant
from waypost.documents.values import Block, Paragraph, Table
from waypost.matching.compatible import PADDING
from waypost.matching.queries import MatchRow
from waypost.matching.scope import Spans
from waypost.monitoring.parameter_queries import speeds
from waypost.orders.queries import person_orders
from waypost.positions.queries import monitored_track
from waypost.review.exhibits import Observed, both_times, nearest_cell
from waypost.review.lifecycle import STATUS_WORDS
from waypost.review.models import Review
from waypost.review.queries import earlier_of, letter_of, searchable_spans, story_of
from waypost.review.values import WHY_WORDS, Status, Why

DAY = timedelta(days=1)  # of what the tag reported of itself, on either side
FIXES_MOST = timedelta(hours=48)  # of fixes in one paper: the hub's window
# Why another wearer's match was rejected, where that would tell a neighbour or colleague who it is.
TELLS_WHO = frozenset({Why.LIVES_THERE, Why.WORKS_THERE, Why.PASSES_THERE})
ANOTHER_REASON = "Known to have another reason to be there"


def observed(match: MatchRow, *, now: datetime) -> Observed:
    """The tag's fixes of the padded window, as far as orders allowed their use, and no more; its
    reports a day on either side."""
    offence = match.offence
    from_at = offence.from_at - PADDING
    to_at = min(offence.to_at + PADDING, from_at + FIXES_MOST, now)
    track = monitored_track(match.person_id, from_at, to_at, speeds=speeds()).track()
    around = monitored_track(
        match.person_id, offence.from_at - DAY, min(offence.to_at + DAY, now), speeds=speeds()
    ).track()
    spans = searchable_spans(match)
    return Observed(
        offence=offence, from_at=from_at, to_at=to_at,
        rows=tuple(
            row for row in track.rows
            if row.activation == match.activation_id and _within(row.measured_at, spans)
        ),
        gaps=track.gaps,
        events=tuple(one for one in around.events if one.activation == match.activation_id),
        labels={read_instant(fix["at"]): str(fix["label"]) for fix in match.fixes},
        coverage=match.coverage,
        nearest_m=match.nearest_m,
        nearest_spread_m=match.nearest_spread_m,
    )  # fmt: skip


def rivals(review: Review, others: Sequence[Review]) -> list[Block]:
    """Every other wearer of the same offence, by letter, one under limited access like any other:
    what might assist the defence is never counted short (decision 0055). Nothing tells who it is:
    *lives there* would."""
    rows = tuple(
        (
            f"Wearer {letter_of(n)}", one.verdict.replace("_", " "),
            "no run lists it any more" if one.gone else STATUS_WORDS[Status(one.status)],
            _why(Why(one.why)) if one.why else "",
        )
        for n, one in enumerate(others, 1)
    )  # fmt: skip
    if not rows:
        return []
    heads = ("Wearer", "What the fixes show", "Decision", "Why")
    return [
        Table("Other wearers matched with this offence", heads, rows),
        Paragraph(
            f"Who each letter is, and all that was said of each, is on a list that "
            f"{disclosure_officer(review)} holds as disclosure officer (Criminal Procedure and "
            "Investigations Act 1996). Whoever prosecutes asks them."
        ),
    ]


def _why(why: Why) -> str:
    return ANOTHER_REASON if why in TELLS_WHO else WHY_WORDS[why]


def disclosure_officer(review: Review) -> str:
    """By name: whom the agency's settings name, or the authorising officer who approved it."""
    if settings.DISCLOSURE_OFFICER:
        return str(settings.DISCLOSURE_OFFICER)
    assert review.approved_by_id is not None, "evidence is made of approved matches alone"
    return f"{Officer.objects.get(pk=review.approved_by_id)}, authorising officer,"


def decisions(review: Review) -> list[Block]:
    zone = settings.WALL_ZONE
    rows = tuple(
        (
            both_times(one.at, zone)[0], one.act.replace("_", " "), one.who,
            " ".join(part for part in (WHY_WORDS[Why(one.why)] if one.why else "", one.words)
                     if part),
        )
        for one in story_of(review)
    )  # fmt: skip
    return [Table("What was decided", ("When", "What", "By", "Why"), rows)] if rows else []


def earlier(review: Review) -> list[Block]:
    zone = settings.WALL_ZONE
    rows = tuple(
        (
            str(one.run_number), both_times(one.made_at, zone)[0], one.verdict.replace("_", " "),
            nearest_cell(one.nearest_m, one.nearest_spread_m),
            f"{one.seconds_inside / 60:.0f} min",
        )
        for one in earlier_of(review)
    )  # fmt: skip
    heads = ("Run", "Made", "What the fixes showed", "Nearest fix", "Observed inside")
    return [Table("The same offence and wearer in earlier runs", heads, rows)] if rows else []


def orders_then(person_id: int, at: datetime) -> list[tuple[str, datetime, datetime | None]]:
    """Kind, from and until of each order that was live."""
    person = next(iter(person_orders([person_id])), None)
    if person is None:
        return []
    return [
        (one.kind.value.replace("_", " "), one.from_at, one.to_at)
        for one in person.orders
        if one.from_at <= at and (one.to_at is None or at < one.to_at)
    ]


def _within(at: datetime, spans: Spans) -> bool:
    return any(from_at <= at < to_at for from_at, to_at in spans)
