"""The proposal: what is asked, its words, sending it through the gate, and what was decided.

ask_for, drop      a requirement that is proposed, as the orders file writes it
draft, edit        the words, in versions
send               to the court or who releases: refused while the gate is shut
recall             taken back, to be changed
record_sentence    what was decided against it; the tag in place of custody, and who says so
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import transaction

from waypost.access import audit
from waypost.access.queries import organisation_of
from waypost.access.values import Permission, Posted, Role
from waypost.documents import papers
from waypost.documents.values import Block, signed_by
from waypost.errors import Conflict, NoSuchThing, Refused
from waypost.necessity.values import CheckKind
from waypost.orders.fields import Desk
from waypost.orders.queries import NUMBER_MAX
from waypost.orders.read import read_requirement
from waypost.orders.values import OrderKind, RequirementKind
from waypost.orders.withholding import withheld_from
from waypost.orders.words import order_words
from waypost.suitability import gathering, lifecycle, scope, wording
from waypost.suitability.eligibility import PROGRAMMES
from waypost.suitability.gating import gate
from waypost.suitability.models import Assessment, Householder, Proposal, ProposedRequirement
from waypost.suitability.models import Sentence as SentenceRow
from waypost.suitability.recording import PARTS, move
from waypost.suitability.scope import check_version, named, said, to_write
from waypost.suitability.tried import told_of
from waypost.suitability.values import (
    ABOUT,
    GATE_WORDS,
    IMPOSED,
    WORDS_MAX,
    Act,
    InPlace,
    Outcome,
    Status,
)
from waypost.whatif.models import WhatIf

PAPER = "court_proposal"
ASKED_MAX = 20
PROBATION = "The Probation Service"  # of an officer who is in no team
ROLE_WORDS = {
    Role.COURT_REPORT_OFFICER: "court report officer",
    Role.PROBATION_PRACTITIONER: "probation practitioner",
}


@dataclass(frozen=True, slots=True)
class Decided:
    """What the form gives of a decision. said_by: who says whether it stood in place of custody."""

    outcome: Outcome
    order_reference: str
    decided_on: date
    court: str
    in_place: InPlace
    said_by: str
    words: str


@transaction.atomic
def ask_for(
    assessment_id: int, data: Mapping[str, Any], *, by: Posted, now: datetime,
    whatif_id: int | None = None,
) -> None:  # fmt: skip
    """Propose a requirement. whatif_id: the try that it is taken from, of this person.

    raises   Refused, naming the field, where it cannot be read
    """
    found = to_write(assessment_id, by=by, now=now)
    tried = None
    if whatif_id is not None:
        rows = WhatIf.objects.filter(pk=min(whatif_id, NUMBER_MAX), person_id=found.person_id)
        tried = rows.first()
        if tried is None:
            raise NoSuchThing("There is no such what-if.")
        data = tried.draft
    desk = Desk()
    withheld = tuple(withheld_from([found.person_id], now=now).get(found.person_id, ()))
    read = read_requirement(desk, "asked", {"requirement_id": "asked", **data}, withheld=withheld)
    if desk.problems or read is None:
        one = desk.problems[0]
        raise Refused(f"It cannot be proposed: {one.message}; {one.action}.")
    if read.around is not None or read.kind is RequirementKind.FITTING:
        raise Refused("This is not proposed to a court: choose another kind.")
    if found.asked.filter(ended_at=None).count() >= ASKED_MAX:
        raise Refused(f"At most {ASKED_MAX} requirements are proposed together.")
    kept = {name: value for name, value in data.items() if name != "requirement_id"}
    ProposedRequirement.objects.create(
        assessment=found, data=kept, whatif=tried, at=now, officer_id=by.officer_id
    )
    audit.record("assessment:written", by=by, at=now, about=found.person_id,
                 detail={"assessment": found.pk, "part": "asked"})  # fmt: skip


@transaction.atomic
def drop(assessment_id: int, asked_id: int, *, by: Posted, now: datetime) -> None:
    found = to_write(assessment_id, by=by, now=now)
    rows = found.asked.filter(pk=min(asked_id, NUMBER_MAX), ended_at=None)
    if not rows.update(ended_at=now, ended_by_id=by.officer_id):
        raise Refused("That was taken out already.")
    audit.record("assessment:written", by=by, at=now, about=found.person_id,
                 detail={"assessment": found.pk, "part": "asked"})  # fmt: skip


@transaction.atomic
def draft(assessment_id: int, *, by: Posted, now: datetime) -> int:
    """Write the words anew from what is known now, as the next version; its number."""
    found = to_write(assessment_id, by=by, now=now)
    return _version(found, wording.drafted(facts_of(found, now=now)), by, now)


@transaction.atomic
def edit(
    assessment_id: int, sections: Sequence[Sequence[str]], *, expected_version: int, by: Posted,
    now: datetime,
) -> int:  # fmt: skip
    """An officer's own words, as the next version. Refused where they name who lives there."""
    found = to_write(assessment_id, by=by, now=now)
    if _last_version(found) != expected_version:
        raise Conflict("Somebody wrote these words meanwhile; read them before you write over them")
    kept = [[title, said(text, f"Write the part {title}.")] for title, text in sections]
    if [title for title, _ in kept] != list(wording.TITLES):
        raise Refused("The parts of a proposal are fixed; write within them.")
    _check_names(found, kept)
    return _version(found, kept, by, now)


def send(assessment_id: int, *, expected_version: int, by: Posted, now: datetime) -> int:
    """Send the newest words with what was checked beside them; the number of the proposal.

    Rendered before the transaction opens. Refused, saying what is missing, while the gate is shut.
    """
    with transaction.atomic():
        found = to_write(assessment_id, by=by, now=now)
        paper, facts = _ready(found, expected_version, now)
        words, slots = _said(found, paper, facts, by, now)
    prepared = papers.prepare(PAPER, words=words, slots=slots, now=now)
    with transaction.atomic():
        found = to_write(assessment_id, by=by, now=now)
        again, facts_now = _ready(found, expected_version, now)
        if again.pk != paper.pk or facts_now != facts:
            raise Conflict(
                "Something changed while the paper was drawn up; read it and send again."
            )
        move(found, Act.PROPOSE, "", by=by, now=now)
        drawn = papers.keep(prepared, about=f"{ABOUT}:{paper.pk}", person_id=found.person_id,
                            by=by, now=now)  # fmt: skip
        asked = [one.data for one in found.asked.filter(ended_at=None).order_by("pk")]
        content = json.dumps([paper.sections, asked], sort_keys=True).encode()
        Proposal.objects.filter(pk=paper.pk, sent_at=None).update(
            sent_at=now, sent_by_id=by.officer_id, asked=asked,
            document_ids=[drawn.pdf_id, drawn.docx_id],
            sha256=hashlib.sha256(content).hexdigest(),
        )  # fmt: skip
        act = gathering.gate_act_of(found)
        leave = gate(act, gathering.gate_facts(found, act), now).leave
        audit.record("assessment:proposed", by=by, at=now, about=found.person_id,
                     detail={"assessment": found.pk, "version": paper.version,
                             "leave": leave.number if leave else None})  # fmt: skip
    return paper.pk


@transaction.atomic
def recall(
    assessment_id: int, words: str, *, by: Posted, now: datetime,
    expected_version: int | None = None,
) -> None:  # fmt: skip
    """Take the proposal back; what was sent stays to be seen, the next words are a new version."""
    found = scope.find(assessment_id, Permission.SUITABILITY_WRITE, by=by, now=now)
    check_version(found, expected_version)
    move(found, Act.RECALL, words, by=by, now=now)
    last = found.proposals.order_by("-version").first()
    if last is not None:
        _version(found, last.sections, by, now)
    audit.record("assessment:recalled", by=by, at=now, about=found.person_id,
                 detail={"assessment": found.pk})  # fmt: skip


@transaction.atomic
def record_sentence(
    assessment_id: int, given: Decided, *, by: Posted, now: datetime,
    expected_version: int | None = None,
) -> None:  # fmt: skip
    """What was decided, by whom and when. A correction is another version, and the newest counts.

    raises   Refused for an order imposed without its reference, a day to come, or custody avoided
             with nobody who says so
    """
    found = scope.find(assessment_id, Permission.SUITABILITY_WRITE, by=by, now=now)
    check_version(found, expected_version)
    reference = given.order_reference.strip().replace("\x00", "")[:80]
    if given.outcome in IMPOSED and not reference:
        raise Refused("Give the reference of the order that was made.")
    if given.decided_on > now.date():
        raise Refused("Give the day on which it was decided; that day has not come yet.")
    known = given.in_place is not InPlace.NOT_KNOWN
    said_by = named(given.said_by, "Say who says whether the tag stood in place of custody: the "
                    "judge, the report, the parole board.") if known else ""  # fmt: skip
    move(found, Act.RECORD, given.words, by=by, now=now)
    count = found.sentences.count()
    SentenceRow.objects.create(
        assessment=found, version=count + 1, outcome=given.outcome.value, at=now,
        order_reference=reference, decided_on=given.decided_on, in_place=given.in_place.value,
        court=named(given.court, "Name the court, or who decided."), in_place_said_by=said_by,
        words=said(given.words, "Say less.", least=0), officer_id=by.officer_id,
    )  # fmt: skip
    audit.record("assessment:decided", by=by, at=now, about=found.person_id,
                 detail={"assessment": found.pk, "outcome": given.outcome.value,
                         "order": reference})  # fmt: skip


def facts_of(found: Assessment, *, now: datetime) -> wording.ProposalFacts:
    """What the proposal is made from, as known now."""
    home = scope.home_of(found)
    last = gathering.finding_of(home)
    checks = found.checks.filter(home=home).exclude(status="called_off") if home else ()
    score = found.scores.order_by("-pk").first()
    notes = {one.part: one.words for one in found.notes.order_by("pk")}
    living = list(home.householders.all()) if home else []
    return wording.ProposalFacts(
        why=found.why, eligible=gathering.eligibility_of(found, now=now),
        order=gathering.order_proposed(found), zone=settings.WALL_ZONE,
        score=wording.Score(score.instrument, score.score, score.scored_on) if score else None,
        notes=tuple((PARTS[part], notes[part]) for part in PARTS if part in notes),
        commitments=gathering.commitments_of(found), collides=gathering.clashes_of(found),
        odd=gathering.odd_things(found),
        checks=tuple(
            wording.Asked(CheckKind(one.kind), one.asked_of, one.requested_at, one.answered_at,
                          one.valid_until)
            for one in checks
        ),
        suitable=gathering.suitable_of(home), power=last.power if last else None,
        signal=gathering.signal_of(last), signal_on=last.signal_on if last else None,
        living_there=len(living), asked_alone=sum(one.answers.exists() for one in living),
    )  # fmt: skip


def _ready(
    found: Assessment, expected_version: int, now: datetime
) -> tuple[Proposal, wording.ProposalFacts]:
    """The words that would be sent. Refused where they are not finished, or the gate is shut."""
    lifecycle.decide(Status(found.status), Act.PROPOSE)
    last = found.proposals.order_by("-version").first()
    if last is None or last.sent_at is not None:
        raise Refused("Write the words of the proposal first.")
    if last.version != expected_version:
        raise Conflict("Somebody wrote these words meanwhile; read them before they go.")
    if left := wording.left_to_write(last.sections):
        raise Refused(f"Something is to be written still under: {', '.join(left)}.")
    _check_names(found, last.sections)
    facts = facts_of(found, now=now)
    if not facts.order.requirements:
        raise Refused("Say first what is asked: at least one requirement.")
    act = gathering.gate_act_of(found)
    stands = gate(act, gathering.gate_facts(found, act), now)
    if not stands.open:
        raise Refused(
            f"Something is missing for {GATE_WORDS[act]}. {' '.join(stands.words)} Have it "
            "answered, or ask an authorising officer to let it go on, with a reason."
        )
    return last, facts


def _said(
    found: Assessment, paper: Proposal, facts: wording.ProposalFacts, by: Posted, now: datetime
) -> tuple[dict[str, str], dict[str, Sequence[Block]]]:
    role = next((words for role, words in ROLE_WORDS.items() if role in by.roles), "officer")
    words = {
        "reference": f"S-{found.pk}/{paper.version}",
        "agency": organisation_of(by) or PROBATION,
        "made_on": wording.at_words(now, facts.zone),
        "author": by.name,
        "author_role": role,
        "person_name": found.person.full_name or found.person.reference,
        "person_reference": found.person.reference,
        "deciding": found.court,
        "decision_on": wording.day_words(found.decision_on),
        "order": order_words(OrderKind(found.order_kind)),
        "programme": PROGRAMMES[found.programme].title,
    }
    slots: dict[str, Sequence[Block]] = {
        "asked": wording.asked_blocks(facts.order),
        "words": wording.blocks_of(paper.sections),
        "eligibility": wording.eligibility_blocks(facts.eligible),
        "checked": wording.checked_blocks(facts),
        "not_checked": wording.paragraphs(wording.not_checked(facts, now)),
        "collides": wording.paragraphs(wording.collides_lines(facts)),
        "tried": wording.paragraphs(told_of(found)),
        "signature": [signed_by(by.name, role)],
    }
    return words, slots


def _check_names(found: Assessment, sections: Sequence[Sequence[str]]) -> None:
    """The wearer reads the paper: those who live at an address are not named in it. Of a name that
    is the person's, too, only the rest counts."""
    living = Householder.objects.filter(home__assessment=found)
    own = set(found.person.full_name.casefold().split())
    names = [
        " ".join(word for word in one.name.split() if word.casefold() not in own) for one in living
    ]
    text = " ".join(text for _, text in sections)
    if wording.names_in(text, names):
        raise Refused(
            "The person reads this paper: it must not name anybody who lives at the address. Say "
            "it without the name."
        )


def _last_version(found: Assessment) -> int:
    return found.proposals.order_by("-version").values_list("version", flat=True).first() or 0


def _version(
    found: Assessment, sections: Sequence[Sequence[str]], by: Posted, now: datetime
) -> int:
    made = Proposal.objects.create(
        assessment=found, version=_last_version(found) + 1, made_at=now, made_by_id=by.officer_id,
        sections=[[title, text[:WORDS_MAX]] for title, text in sections],
    )  # fmt: skip
    audit.record("assessment:written", by=by, at=now, about=found.person_id,
                 detail={"assessment": found.pk, "part": "words",
                         "version": made.version})  # fmt: skip
    return made.version
