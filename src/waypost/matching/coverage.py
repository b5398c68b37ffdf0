"""What may be asked about everybody at one offence: who could be judged, who could not, and why.

    reason (looks.py) -> tags in scope that the asker may know of -> their fixes about the window
    -> weighed against the one offence -> told (covering.py) -> a line about each person shown

Nobody outside the scope is read, and nobody hidden from the asker is counted. *Excluded* is an
answer one can ask for by name (`exclusion_of`); it is said of the tag, and only while nothing
speaks against its strap, case, radio and clock.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa
import pyarrow.compute as pc
from django.db import transaction

from waypost.access import audit, may
from waypost.access.values import Permission, Posted, Purpose
from waypost.clock import MICROSECOND, to_us
from waypost.errors import NoSuchThing, Refused
from waypost.matching.compatible import PADDING
from waypost.matching.covering import (
    CLASSES,
    Summary,
    Told,
    covered,
    in_question,
    proof_words,
    summed,
    tell,
)
from waypost.matching.evidence import Verdict
from waypost.matching.evidence_scan import weigh
from waypost.matching.excluding import Exclusion, exclusion
from waypost.matching.in_scope import in_scope
from waypost.matching.looks import LookKind, look_of
from waypost.matching.scan import lake_source
from waypost.matching.scope import Searchable
from waypost.matching.searching import EVIDENCE_AROUND
from waypost.matching.unsound import Span, Why
from waypost.matching.unsound_reading import read_unsound
from waypost.matching.values import Seen
from waypost.offences.queries import offences_by_number
from waypost.offences.values import Offence
from waypost.orders.models import Person
from waypost.orders.queries import light_orders, visible_person_ids
from waypost.positions.queries import fixes_between
from waypost.positions.schema import SetAside
from waypost.positions.tracks import only_live

A_PAGE = 50
NOBODY = (
    "Nobody whom you may know of under this reference wore a tag that may be searched for crime "
    "mapping at that time."
)


@dataclass(frozen=True, slots=True)
class ToldRow:
    """One tag as the list shows it: its wearer by reference."""

    person_id: int
    person_reference: str
    told: Told


@dataclass(frozen=True, slots=True)
class CoveragePage:
    """The summary, and one page of one class."""

    offence: Offence
    summary: Summary
    verdict: Verdict
    rows: list[ToldRow]
    page: int
    pages: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What is said of one tag of the person asked about; `proof` where it is excluded."""

    told: Told
    proof: Exclusion | None
    proof_words: str


@dataclass(frozen=True, slots=True)
class Answered:
    """The answer about one person and one offence: each of their tags by itself."""

    offence: Offence
    person_id: int
    person_reference: str
    answers: list[Answer]


def coverage_page(
    offence_id: int, look_id: int, *, by: Posted, now: datetime, verdict: Verdict | None = None,
    page: int = 1,
) -> CoveragePage:  # fmt: skip
    """A page of a look that was opened with its reason; leaves a line coverage:viewed about each
    person on it.

    verdict   which class is listed; None: the first that is not empty
    raises    Refused without the permission or an open look; NoSuchThing for no such offence
    """
    offence = offence_for(offence_id, by)
    look = look_of(look_id, (LookKind.COVERAGE,), offence_id, by=by, now=now)
    tags = _tags(offence, by, now)
    told = _told(offence, tags, look.at)[0]
    summary = summed(told)
    shown = verdict or next((one for one in CLASSES if summary.counts[one]), Verdict.OBSERVED)
    listed = [one for one in told if one.verdict is shown]
    pages = max(1, -(-len(listed) // A_PAGE))
    page = min(max(page, 1), pages)
    rows = _rows(listed[(page - 1) * A_PAGE : page * A_PAGE])
    with transaction.atomic():
        for person_id in sorted({row.person_id for row in rows}):
            detail = {"look": look.pk, "offence": offence_id, "class": shown.value}
            audit.record(
                "coverage:viewed", by=by, at=now, about=person_id, purpose=Purpose.CRIME_MAPPING,
                detail=detail,
            )  # fmt: skip
    return CoveragePage(offence, summary, shown, rows, page, pages)


def exclusion_of(
    offence_id: int, reference: str, look_id: int, *, by: Posted, now: datetime
) -> Answered:
    """Whether this person's tag can have been at the offence, with the proof where it cannot;
    leaves one line exclusion:asked about them.

    raises   Refused without the permission or an open look, and, in the same words, where there is
             no such person, none that the asker may know of, or none with a tag in scope
    """
    offence = offence_for(offence_id, by)
    look = look_of(
        look_id, (LookKind.COVERAGE, LookKind.EXCLUSION), offence_id, by=by, now=now
    )  # fmt: skip
    wanted = " ".join(reference.split()).replace("\x00", "\ufffd")
    person = Person.objects.filter(reference=wanted).first() if wanted else None
    tags = [] if person is None else _tags(offence, by, now, {person.pk})
    if not wanted:
        raise Refused("Enter the reference of the person you ask about.")
    if person is None or not tags:
        with transaction.atomic():  # who asks for people who are not theirs to know is seen, too
            audit.record(
                "exclusion:asked", by=by, at=now, purpose=Purpose.CRIME_MAPPING,
                detail={"look": look.pk, "offence": offence_id}, outcome="refused",
            )  # fmt: skip
        raise Refused(NOBODY)
    told, fixes, unsound = _told(offence, tags, look.at)
    answers = [_answer(offence, one, fixes, unsound) for one in told]
    with transaction.atomic():
        detail = {
            "look": look.pk, "offence": offence_id,
            "said": {str(one.told.activation): one.told.verdict.value for one in answers},
        }  # fmt: skip
        audit.record(
            "exclusion:asked", by=by, at=now, about=person.pk, purpose=Purpose.CRIME_MAPPING,
            detail=detail,
        )  # fmt: skip
    return Answered(offence, person.pk, person.reference, answers)


def offence_for(offence_id: int, by: Posted) -> Offence:
    """The version of the offence, for whoever may read matches. NoSuchThing when there is none."""
    may.check(by, Permission.MATCH_READ)
    found = offences_by_number([offence_id]) if offence_id < 2**63 else {}
    if offence_id not in found:
        raise NoSuchThing("There is no such offence.")
    return found[offence_id]


def _tags(
    offence: Offence, by: Posted, now: datetime, persons: Collection[int] | None = None
) -> list[Searchable]:
    """The tags in question of those whom the asker may know of."""
    visible = visible_person_ids(by, Permission.MATCH_READ, now=now)
    return [
        one
        for one in in_question(in_scope(light_orders(persons)), offence)
        if visible is None or one.person_number in visible
    ]


def _told(
    offence: Offence, tags: Sequence[Searchable], received_by: datetime
) -> tuple[list[Told], pa.Table, pa.Table]:
    """(a row a tag, every fix read, when which tag was not sound), of what was received by then: so
    that a look's pages belong together.

    What tags reported of themselves is asked for those alone that their fixes would exclude: of
    nobody else does it change the answer.
    """
    spans = {one.activation: one.spans for one in tags}
    around = PADDING + EVIDENCE_AROUND
    begin, end = offence.from_at - around, offence.to_at + around + MICROSECOND
    fixes = only_live(
        fixes_between(list(spans), begin, end, received_by=received_by), spans
    )  # fmt: skip
    weighed = weigh([offence], lake_source(fixes), everybody=True)
    out = weighed.filter(pc.field("class") == Verdict.EXCLUDED.value)["person"]
    theirs = fixes.filter(pc.is_in(fixes["activation"], value_set=out.combine_chunks()))
    unsound, _ = read_unsound(out.to_pylist(), end, theirs, received_by=received_by)
    again = weigh([offence], lake_source(theirs), everybody=True, unsound=unsound)
    in_part = {one.activation for one in tags if not covered(one.spans, offence)}
    rows = [*weighed.to_pylist(), *again.to_pylist()]  # of each tag the last row is taken
    return tell(offence, tags, rows, in_part), fixes, unsound


def _answer(offence: Offence, told: Told, fixes: pa.Table, unsound: pa.Table) -> Answer:
    proof = None
    if told.verdict is Verdict.EXCLUDED:
        against = [
            Span(row["from_us"], row["to_us"], Why(row["why"]))
            for row in unsound.to_pylist()
            if row["person"] == told.activation
        ]
        proof = exclusion(offence, _track(told.activation, fixes), against)
    return Answer(told, proof, "" if proof is None else proof_words(offence, proof))


def _track(activation: int, fixes: pa.Table) -> list[Seen]:
    """One tag's usable fixes by time, each once, as evidence reads them."""
    usable = pc.field("set_aside") == int(SetAside.USABLE)
    mine = fixes.filter(usable & (pc.field("activation") == activation)).to_pylist()
    seen = {
        (to_us(row["measured_at"]), row["content_key"]): Seen(
            to_us(row["measured_at"]), row["lat"], row["lon"],
            row["accuracy_m"] if row["accuracy_stated"] else 0.0, row["content_key"],
            row["mechanism"],
        )
        for row in mine
    }  # fmt: skip
    return [seen[key] for key in sorted(seen)]


def _rows(told: Sequence[Told]) -> list[ToldRow]:
    persons = Person.objects.filter(pk__in={one.person_number for one in told})
    references = dict(persons.values_list("pk", "reference"))
    return [
        ToldRow(one.person_number, references[one.person_number], one)
        for one in told
        if one.person_number in references
    ]
