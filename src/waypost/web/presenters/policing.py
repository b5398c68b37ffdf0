"""A notification as its page shows it: whose turn it is, its sentences, map and fixes."""

from __future__ import annotations

import base64
from dataclasses import dataclass

from django.conf import settings

from waypost.documents.map_drawing import Dot, Place, draw_map
from waypost.documents.values import PDF
from waypost.policing import lifecycle
from waypost.policing.clocks import CLOCK_WORDS
from waypost.policing.facts import FixFact
from waypost.policing.queries import MoveSeen, NotificationList, NotificationPage, NotificationRow
from waypost.policing.values import Act, Answer, Result, Side, Status
from waypost.policing.wording import what_is_left_out
from waypost.rules.saying import wall

ANSWER_WORDS: dict[Answer, str] = {
    Answer.ACCEPTED: "Accepted: we deal with it",
    Answer.ARREST: "Arrest",
    Answer.NO_ACTION: "No action",
    Answer.MORE_WANTED: "More is wanted before we decide",
}
RESULT_WORDS: dict[Result, str] = {
    Result.ARRESTED: "Arrested",
    Result.NOT_FOUND: "Looked for and not found",
    Result.SPOKEN_TO: "Spoken to",
    Result.CHARGED: "Charged",
    Result.RETURNED: "Returned to custody or brought before a court",
    Result.NOTHING_FOUND: "Nothing of it was found",
    Result.OTHER: "Something else",
}
# Which field a refusal is about, by the form's word.
TROUBLE_AT: dict[str, str] = {
    "write": "what_happened", Act.SEND: "what_happened", Act.ANSWER: "answer-accepted",
    Act.RECORD_RESULT: "result-arrested", Act.SUPPLY: "words-supply",
    Act.CORRECT: "words-correct", Act.WITHDRAW: "words-withdraw",
    Act.NOTE_WITHDRAWAL: "words-note",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class FixShown:
    number: int
    fix: FixFact


@dataclass(frozen=True, slots=True)
class NotificationShown:
    """picture: the map as an address of its own data; pdf, docx: the paper that holds now"""

    title: str
    order: str
    sentences: tuple[tuple[str, ...], ...]
    picture: str
    picture_words: str
    fixes: tuple[FixShown, ...]
    left_out: tuple[str, ...]
    moves: tuple[tuple[MoveSeen, str, str], ...]  # move, its words, its side's
    papers: tuple[tuple[int, str], ...]
    answer: str
    result: str


@dataclass(frozen=True, slots=True)
class Group:
    title: str
    empty: str
    rows: tuple[tuple[NotificationRow, str], ...]  # row, what it waits for


def groups(found: NotificationList) -> list[Group]:
    force = found.side is Side.FORCE
    mine, theirs = ("your force", "the sender") if force else ("us", "the police")
    nothing = (
        "Nothing waits for you. A notification of a breach that is sent to your force appears here."
        if force
        else "Nothing waits for us. Drafts, answers and what the police want more of appear here."
    )
    return [
        Group(f"Waits for {mine}", nothing, _rows(found.mine)),
        Group(f"Waits for {theirs}", "Nothing.", _rows(found.theirs)),
        Group("Over in the last 30 days", "None.", _rows(found.over)),
    ]


def shown(page: NotificationPage) -> NotificationShown:
    facts = page.facts
    drawn = draw_map(
        [Dot(n, one.lat, one.lon, one.accuracy_m, one.used)
         for n, one in enumerate(page.places.fixes, 1)],
        [Place(zone, page.places.keep_out) for zone in page.places.zones],
        caption="",
    )  # fmt: skip
    picture = base64.b64encode(drawn.svg.encode()).decode() if drawn else ""
    until = facts.order_until
    zone = settings.WALL_ZONE
    ends = wall(until, zone).split(",")[0] if until else "further order"
    return NotificationShown(
        title=facts.headline,
        order=f"{facts.order_kind} {facts.order_reference}, "
        f"{wall(facts.order_from, zone).split(',')[0]} until {ends}",
        sentences=tuple(one.sentences for one in facts.violations),
        picture=f"data:image/svg+xml;base64,{picture}" if picture else "",
        picture_words=drawn.alternative if drawn else "",
        fixes=tuple(FixShown(n, one) for n, one in enumerate(page.places.fixes, 1)),
        left_out=tuple(what_is_left_out(page.places, zone)),
        moves=tuple(_move(one) for one in page.moves),
        papers=_papers(page),
        answer=ANSWER_WORDS[Answer(page.row.answer)] if page.row.answer else "",
        result=RESULT_WORDS[Result(page.row.result)] if page.row.result else "",
    )


def _rows(rows: tuple[NotificationRow, ...]) -> tuple[tuple[NotificationRow, str], ...]:
    return tuple((row, _waits_words(row)) for row in rows)


def _waits_words(row: NotificationRow) -> str:
    if row.waits is not None:
        return CLOCK_WORDS[row.waits.clock]
    return {
        Status.DRAFTED: "to be checked and sent",
        Status.WITHDRAWN: "withdrawal to be acknowledged",
        Status.ANSWERED: "answer to be read and closed",
        Status.RESULT_RECORDED: "result to be read and closed",
    }.get(row.status, "")


def _move(one: MoveSeen) -> tuple[MoveSeen, str, str]:
    said = lifecycle.ACT_WORDS[one.act]
    if one.answer and one.answer != Answer.MORE_WANTED:
        said = f"{said}: {ANSWER_WORDS[Answer(one.answer)].lower()}"
    side = "for the force" if one.side is Side.FORCE else "for the sender"
    return one, said, f"{side}, by file" if one.by_file else side


def _papers(page: NotificationPage) -> tuple[tuple[int, str], ...]:
    """Every paper, the one that holds first: two files each."""
    papers = [one for one in page.documents if one.kind == "breach_notification"]
    found = [
        (one.document_id, f"Paper {n // 2 + 1}, {'PDF' if one.media_type == PDF else 'DOCX'}")
        for n, one in enumerate(papers)
    ]
    return tuple(sorted(found, key=lambda one: (-int(one[1].split()[1].rstrip(",")), one[0])))
