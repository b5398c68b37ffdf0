"""Words of the tests of suitability: a court officer of Hackney, and an assessment."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from typing import Any

from oversight_words import DAYS, HOME, NOW, Estate
from waypost.access.values import MACHINE, Posted, Role
from waypost.necessity.values import CheckKind
from waypost.orders.actions import import_orders
from waypost.orders.read import read_orders
from waypost.orders.values import OrderKind
from waypost.suitability import actions
from waypost.suitability.checking import Answered
from waypost.suitability.householders import Said
from waypost.suitability.models import Check, Householder, Proposal
from waypost.suitability.recording import Found
from waypost.suitability.referring import Referred
from waypost.suitability.values import (
    Act,
    Answer,
    AssessmentKind,
    Consent,
    GateAct,
    How,
    LeaveAct,
    Signal,
    Suitable,
)
from waypost.suitability.wording import TITLES

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MOTHER = "Perpetua Dunsmore"
ADDRESS = "4 Invented Walk, London E8 3QW"
CURFEW = {
    "kind": "curfew",
    "zone": {"type": "Point", "coordinates": [-0.056, 51.547], "radius_m": 60},
    "timetable": [{"days": ["MO", "TU", "WE", "TH", "FR", "SA", "SU"],
                   "start": "19:00", "end": "07:00"}],
}  # fmt: skip
WORDS = [[title, f"Written for the test of {title}."] for title in TITLES]


class Court(Estate):
    """cora is a court report officer of the Hackney team; olga a second authorising officer."""

    def __init__(self) -> None:
        super().__init__()
        self.cora = self.officer("cora", Role.COURT_REPORT_OFFICER, self.teams["Hackney"], "Cora")
        self.olga = self.officer("olga", Role.AUTHORISING_OFFICER)

    def refer(self, by: Posted | None = None, **more: Any) -> int:
        """Somebody new, before a community order; or what is said."""
        given: dict[str, Any] = {
            "reference": "N-1", "kind": AssessmentKind.PRE_SENTENCE, "programme": "national",
            "order_kind": OrderKind.COMMUNITY_ORDER, "court": "Highbury Magistrates",
            "court_area": "Islington", "decision_on": date(2026, 3, 30),
            "why": "Burglaries, each of them at night.", "name": "Robin Vale",
            "born_on": date(2001, 2, 3), "area": "Hackney", **more,
        }  # fmt: skip
        number = actions.refer(Referred(**given), by=by or self.cora, now=NOW)
        actions.do(number, Act.TAKE, "", by=by or self.cora, now=NOW)
        return number

    def hdc(self, **more: Any) -> int:
        return self.refer(kind=AssessmentKind.PRE_RELEASE, order_kind=OrderKind.HDC,
                          court="HMP Invented", **more)  # fmt: skip

    def house(self, number: int, *, suitable: Suitable = Suitable.SUITABLE) -> int:
        """An address with one who lives there and agrees; their number."""
        actions.record_home(number, ADDRESS, by=self.cora, now=NOW)
        found = Found(suitable, f"Visited; {MOTHER} was there.", True, Signal.GOOD, NOW.date())
        actions.record_finding(number, found, by=self.cora, now=NOW)
        actions.add_householder(number, MOTHER, "mother", by=self.cora, now=NOW)
        living = Householder.objects.get(home__assessment_id=number)
        self.says(number, living.pk, Consent.YES)
        return living.pk

    def says(self, number: int, who: int, consent: Consent, *, at=NOW, alone: bool = True) -> None:
        said = Said(consent, How.VISIT, at, "Cora", "In her own words.", alone)
        actions.record_answer(number, who, said, by=self.cora, now=at)

    def check(self, number: int, kind: CheckKind, answer: Answer | None = Answer.NOTHING_KNOWN,
              *, at=NOW) -> int:  # fmt: skip
        """Ask for it, and have it answered unless None."""
        made = actions.ask_check(number, kind, "", by=self.cora, now=at)
        if answer is not None:
            self.answer(made, answer, at=at)
        return made

    def answer(self, check: int, answer: Answer = Answer.NOTHING_KNOWN, *, at=NOW) -> None:
        given = Answered(answer, "Nothing recorded at the address.", "Public protection desk", at)
        actions.answer(check, given, by=self.cora, now=at)

    def both(self, number: int) -> None:
        for kind in CheckKind:
            self.check(number, kind)

    def propose(self, number: int, *, at=NOW) -> int:
        """A curfew with words, sent; the proposal's number."""
        self.ready(number)
        version = Proposal.objects.filter(assessment_id=number).latest("version").version
        return actions.send(number, expected_version=version, by=self.cora, now=at)

    def ready(self, number: int) -> None:
        actions.ask_for(number, CURFEW, by=self.cora, now=NOW)
        actions.draft(number, by=self.cora, now=NOW)
        actions.edit(number, WORDS, expected_version=1, by=self.cora, now=NOW)

    def let_go(self, number: int) -> None:
        leave = actions.ask_leave(number, "The release is tomorrow.", by=self.cora, now=NOW)
        actions.decide_leave(leave, LeaveAct.GRANT, "Seen, and a visit is planned.", by=self.otto,
                             now=NOW)  # fmt: skip

    def bring(self, kind: str, reference: str, begins: datetime) -> None:
        """An order of the new person's with a curfew, as a court's file has it, pia responsible."""
        curfew = {"requirement_id": "R1", "kind": "curfew", "zone": HOME,
                  "timetable": [{"days": DAYS, "start": "19:00", "end": "07:00"}]}  # fmt: skip
        person = {"person_id": "N-1", "officers": ["pia"], "orders": [
            {"order_id": reference, "kind": kind, "from": begins.isoformat(), "to": None,
             "requirements": [curfew]}]}  # fmt: skip
        read = read_orders(json.dumps({"persons": [person]}).encode())
        assert not read.problems
        assert not import_orders(read.rows, by=MACHINE, now=NOW).problems


__all__ = [
    "ADDRESS",
    "CURFEW",
    "DAY",
    "HOUR",
    "MOTHER",
    "NOW",
    "WORDS",
    "Check",
    "Court",
    "GateAct",
]
