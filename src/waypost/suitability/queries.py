"""What may be asked of suitability: the work list, one assessment, the gate, reasons to go on.

gate_for(person_id, act, now=...)   for others' forms: what is missing for a proposal, a release
                                    or a change of address; the caller asked "may I?"
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction

from waypost.access import audit, may
from waypost.access.values import Permission, Posted
from waypost.documents.queries import documents_about
from waypost.necessity.values import CheckKind
from waypost.orders.models import Order
from waypost.orders.queries import case_of, hidden_person_ids, visible_person_ids
from waypost.orders.values import OrderKind
from waypost.suitability import gathering, lifecycle, scope, wording
from waypost.suitability.commitments import Commitment
from waypost.suitability.eligibility import PROGRAMMES, summed
from waypost.suitability.gating import Gate, gate
from waypost.suitability.models import Assessment, Check, Home, Leave, Proposal, Sentence
from waypost.suitability.proposing import facts_of
from waypost.suitability.recording import PARTS
from waypost.suitability.seen import (
    SHOWN_MAX,
    AskedSeen,
    CheckSeen,
    HomeSeen,
    HouseholderSeen,
    LeaveSeen,
    Page,
    ProposalSeen,
    Row,
    ScoreSeen,
    SentenceSeen,
    Show,
    WorkList,
)
from waypost.suitability.tried import told_of
from waypost.suitability.values import (
    ABOUT,
    MISSING_WORDS,
    OPEN,
    WAITING,
    WRITABLE,
    Answer,
    AssessmentKind,
    CheckStatus,
    Consent,
    GateAct,
    How,
    InPlace,
    LeaveStatus,
    Missing,
    Outcome,
    Status,
    Suitable,
)
from waypost.whatif.queries import tries


def gate_for(person_id: int, act: GateAct, *, now: datetime) -> Gate:
    """What is missing for the act on this person now, and whether a named reason lets it go on.
    The caller asked "may I?"."""
    return gate(act, gathering.person_gate_facts(person_id, act), now)


def why_not_this_home(person_id: int, now: datetime) -> str:
    """Why no officer may move the person's curfew to another home now; "" when they may: what the
    order form asks (life/needs.py)."""
    found = gate_for(person_id, GateAct.CHANGE_ADDRESS, now=now)
    if found.open:
        return ""
    return (
        f"An officer does not change the address before this is known: {'; '.join(found.words)}. "
        "Begin an assessment of the address, or ask for leave to go on with a reason."
    )


def work_list(by: Posted, *, now: datetime, show: Show = Show.MINE) -> WorkList:
    """The assessments within reach, the oldest first."""
    may.check(by, Permission.SUITABILITY_READ)
    rows = _rows(by, now)
    chosen = {one: [row for row in rows if _belongs(row, one)] for one in Show}
    return WorkList(
        tuple(chosen[show][:SHOWN_MAX]), {one: len(found) for one, found in chosen.items()}
    )


def waiting_count(by: Posted, *, now: datetime) -> int:
    """What lies on the officer: their own that are late; and what waits for their decision."""
    count = 0
    if may.decide(by, Permission.SUITABILITY_READ).allowed:
        count += sum(row.mine and row.overdue for row in _rows(by, now))
    if may.decide(by, Permission.GATE_DECIDE).allowed:
        count += sum(one.status is LeaveStatus.ASKED and not one.own for one in leaves(by, now=now))
    return count


def of_person(person_id: int, by: Posted, *, now: datetime) -> list[Row]:
    """The person's assessments, newest first; none for who may not read them."""
    case = case_of(person_id, now=now)
    if not may.decide(by, Permission.SUITABILITY_READ, case).allowed:
        return []
    found = Assessment.objects.filter(person_id=person_id).select_related("person")
    return _seen(found.order_by("-pk"), by, now)


def proposal_of_order(
    person_id: int, reference: str, by: Posted, *, now: datetime
) -> tuple[int, Outcome] | None:
    """The assessment whose sentence is this order, and whether it was made as proposed; None where
    there is none, or the officer may not read it."""
    if not may.decide(by, Permission.SUITABILITY_READ, case_of(person_id, now=now)).allowed:
        return None
    rows = Sentence.objects.filter(assessment__person_id=person_id, order_reference=reference)
    found = rows.order_by("-version").values_list("assessment_id", "outcome").first()
    return None if found is None else (found[0], Outcome(found[1]))


def leaves(by: Posted, *, now: datetime) -> list[LeaveSeen]:
    """Requests to go on without something, those that wait first; of persons one may know of."""
    may.check(by, Permission.GATE_DECIDE)
    hidden = hidden_person_ids(by, Permission.GATE_DECIDE, now=now)
    found = Leave.objects.exclude(person_id__in=hidden).select_related("person").order_by("-pk")
    rows = _leaves(found[:SHOWN_MAX], by)
    return sorted(rows, key=lambda one: one.status is not LeaveStatus.ASKED)


@transaction.atomic
def assessment_page(assessment_id: int, by: Posted, *, now: datetime) -> Page:
    """All of one assessment; opening it leaves the line assessment:viewed."""
    found = scope.find(assessment_id, Permission.SUITABILITY_READ, by=by, now=now)
    page = _page(found, by, now)
    audit.record("assessment:viewed", by=by, at=now, about=found.person_id,
                 detail={"assessment": found.pk})  # fmt: skip
    return page


def _rows(by: Posted, now: datetime) -> list[Row]:
    rows = Assessment.objects.select_related("person").order_by("made_at", "pk")
    visible = visible_person_ids(by, Permission.SUITABILITY_READ, now=now)
    if visible is not None:
        rows = rows.filter(person_id__in=visible)
    return _seen(rows, by, now)


def _seen(rows: Iterable[Assessment], by: Posted, now: datetime) -> list[Row]:
    found = list(rows)
    waits, late = _waits([one.pk for one in found], now)
    names = gathering.names_of([one.officer_id for one in found])
    return [
        Row(
            one.pk, one.person.full_name or one.person.reference, one.person.reference,
            AssessmentKind(one.kind), OrderKind(one.order_kind), one.court, one.decision_on,
            Status(one.status), one.made_at, names.get(one.officer_id or 0, ""),
            one.officer_id is not None and one.officer_id == by.officer_id,
            waits.get(one.pk, 0), late.get(one.pk, 0), _is_overdue(one, late, now),
        )
        for one in found
    ]  # fmt: skip


def _is_overdue(one: Assessment, late: dict[int, int], now: datetime) -> bool:
    if Status(one.status) not in OPEN:
        return False
    return bool(late.get(one.pk)) or one.decision_on < now.date()


def _belongs(row: Row, show: Show) -> bool:
    is_open = row.status in OPEN
    return {
        Show.MINE: is_open and row.mine,
        Show.WAITING: is_open and row.waits > 0,
        Show.OVERDUE: row.overdue,
        Show.ALL: is_open,
        Show.CLOSED: not is_open,
    }[show]


def _waits(ids: list[int], now: datetime) -> tuple[dict[int, int], dict[int, int]]:
    waits: dict[int, int] = {}
    late: dict[int, int] = {}
    rows = Check.objects.filter(status__in=[one.value for one in WAITING], assessment_id__in=ids)
    for number, due_at in rows.values_list("assessment_id", "due_at"):
        waits[number] = waits.get(number, 0) + 1
        late[number] = late.get(number, 0) + (due_at < now)
    return waits, late


def _page(found: Assessment, by: Posted, now: datetime) -> Page:
    person, home = found.person, scope.home_of(found)
    act = gathering.gate_act_of(found)
    facts = facts_of(found, now=now)
    proposals = list(found.proposals.order_by("-version"))
    shown = [_proposal(one) for one in proposals]
    attached = {one.whatif_id: one for one in found.tries.order_by("pk")}
    may_write = may.decide(by, Permission.SUITABILITY_WRITE, scope.case(found, now=now)).allowed
    return Page(
        number=found.pk, version=found.version, person_id=person.pk, reference=person.reference,
        name=person.full_name, born_on=person.born_on, area=person.area,
        kind=AssessmentKind(found.kind), order_kind=OrderKind(found.order_kind),
        programme=PROGRAMMES[found.programme].title, court=found.court,
        court_area=found.court_area, decision_on=found.decision_on, why=found.why,
        status=Status(found.status), made_at=found.made_at,
        officer=gathering.names_of([found.officer_id]).get(found.officer_id or 0, ""),
        in_cohort=found.in_cohort, cohort_source=found.cohort_source, eligible=facts.eligible,
        eligible_sum=summed(facts.eligible), score=_score(found), notes=_notes(found),
        commitments=_commitments(found), home=_home(home), checks=_checks(found, home, now),
        asked=_asked(found), order=facts.order, clashes=tuple(one.words for one in facts.collides),
        odd=facts.odd, tries=tuple((number, one.reason) for number, one in attached.items()),
        tried_lines=tuple(told_of(found)), may_attach=_may_attach(found, by, attached, now),
        proposal=shown[0] if shown else None, earlier=tuple(shown[1:]),
        checked_rows=tuple(wording.checked_rows(facts)),
        not_checked=tuple(wording.not_checked(facts, now)),
        gate=gate(act, gathering.gate_facts(found, act), now),
        leaves=tuple(_leaves(Leave.objects.filter(person=person, act=act.value)
                             .select_related("person").order_by("-pk"), by)),
        sentences=_sentences(found), story=_story(found.moves.order_by("pk")),
        acts=lifecycle.allowed_acts(Status(found.status)), may_write=may_write,
        writable=may_write and Status(found.status) in WRITABLE,
    )  # fmt: skip


def _score(found: Assessment) -> ScoreSeen | None:
    one = found.scores.order_by("-pk").first()
    if one is None:
        return None
    who = gathering.names_of([one.officer_id]).get(one.officer_id or 0, "")
    return ScoreSeen(one.instrument, one.score, one.scored_on, one.words, who)


def _notes(found: Assessment) -> tuple[tuple[str, str, str], ...]:
    newest = {one.part: one.words for one in found.notes.order_by("pk")}
    return tuple((part, title, newest.get(part, "")) for part, title in PARTS.items())


def _commitments(found: Assessment) -> tuple[tuple[int, Commitment], ...]:
    rows = found.commitments.filter(ended_at=None).order_by("pk")
    numbers = rows.values_list("pk", flat=True)
    return tuple(zip(numbers, gathering.commitments_of(found), strict=True))


def _home(home: Home | None) -> HomeSeen | None:
    if home is None:
        return None
    last = gathering.finding_of(home)
    who = gathering.names_of([last.officer_id]).get(last.officer_id or 0, "") if last else ""
    return HomeSeen(
        home.address, Suitable(last.suitable) if last else None, last.reasons if last else "",
        last.power if last else None, gathering.signal_of(last), last.signal_on if last else None,
        last.at if last else None, who,
        tuple(_householder(one) for one in home.householders.order_by("pk")),
    )  # fmt: skip


def _householder(one: Any) -> HouseholderSeen:
    answers = list(one.answers.order_by("-asked_at", "-pk"))
    last = answers[0] if answers else None
    return HouseholderSeen(
        one.pk, one.name, one.relation, Consent(last.consent) if last else Consent.NOT_ASKED,
        How(last.how) if last else None, last.asked_at if last else None,
        last.asked_by if last else "", last.words if last else "",
        last is not None and last.consent == Consent.YES.value,
    )  # fmt: skip


def _checks(found: Assessment, home: Home | None, now: datetime) -> tuple[CheckSeen, ...]:
    return tuple(
        CheckSeen(
            one.pk, CheckKind(one.kind), CheckStatus(one.status), one.asked_of, one.requested_at,
            one.due_at, CheckStatus(one.status) in WAITING and one.due_at < now, one.chased,
            Answer(one.answer) if one.answer else None, one.words, one.answered_by,
            one.answered_at, one.valid_until,
            one.valid_until is not None and one.valid_until <= now,
            home is not None and one.home_id != home.pk,
            lifecycle.allowed_checks(CheckStatus(one.status)), _story(one.moves.order_by("pk")),
        )
        for one in found.checks.order_by("-pk")
    )  # fmt: skip


def _asked(found: Assessment) -> tuple[AskedSeen, ...]:
    rows = found.asked.filter(ended_at=None).order_by("pk")
    seen = []
    for number, one in enumerate(rows, 1):
        read = gathering.read_asked(one.data, f"P{number}")
        if read is not None:
            seen.append(AskedSeen(one.pk, read, one.whatif_id))
    return tuple(seen)


def _may_attach(
    found: Assessment, by: Posted, attached: dict[int, Any], now: datetime
) -> tuple[tuple[int, str], ...]:
    """Finished tries of the person that do not stand beside it yet."""
    if not may.decide(by, Permission.WHATIF_RUN, scope.case(found, now=now)).allowed:
        return ()
    return tuple(
        (one.number, f"{one.number}: {one.title or one.draft.kind.value}")
        for one in tries(by, now=now, person_id=found.person_id)
        if one.status.value == "done" and one.number not in attached
    )


def _proposal(one: Proposal) -> ProposalSeen:
    who = gathering.names_of([one.made_by_id]).get(one.made_by_id or 0, "")
    return ProposalSeen(
        one.version, tuple((title, text) for title, text in one.sections), one.made_at, who,
        one.sent_at, tuple(documents_about(f"{ABOUT}:{one.pk}")),
        tuple(wording.left_to_write(one.sections)),
    )  # fmt: skip


def _leaves(rows: Iterable[Leave], by: Posted) -> list[LeaveSeen]:
    found = list(rows)
    names = gathering.names_of([n for one in found for n in (one.asked_by_id, one.decided_by_id)])
    shows_names = may.decide(by, Permission.PERSON_READ).allowed
    return [
        LeaveSeen(
            one.pk, one.person_id,
            (one.person.full_name if shows_names else "") or one.person.reference,
            one.assessment_id, GateAct(one.act), LeaveStatus(one.status),
            tuple(MISSING_WORDS[Missing(name)] for name in one.missing), one.why, one.asked_at,
            names.get(one.asked_by_id or 0, ""), one.asked_by_id == by.officer_id,
            one.decided_at, names.get(one.decided_by_id or 0, ""), one.decided_words, one.until,
            one.version,
        )
        for one in found
    ]  # fmt: skip


def _sentences(found: Assessment) -> tuple[SentenceSeen, ...]:
    rows = list(found.sentences.order_by("-version"))
    names = gathering.names_of([one.officer_id for one in rows])
    known = set(Order.objects.filter(person_id=found.person_id).values_list("reference", flat=True))
    return tuple(
        SentenceSeen(
            one.version, Outcome(one.outcome), one.order_reference, one.order_reference in known,
            one.decided_on, one.court, InPlace(one.in_place), one.in_place_said_by, one.words,
            one.at, names.get(one.officer_id or 0, ""),
        )
        for one in rows
    )  # fmt: skip


def _story(rows: Any) -> tuple[tuple[datetime, str, str, str], ...]:
    moves = list(rows)
    names = gathering.names_of([one.officer_id for one in moves])
    return tuple(
        (one.at, one.act, names.get(one.officer_id or 0, "Waypost"), one.words) for one in moves
    )
