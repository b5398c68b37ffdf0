"""The papers of a case: a warning letter, a report for the court with exhibits, a recall request.

What is put on paper is gathered as for the police: the violations that count in sentences, the
fixes that bear on them, what was tried, what the person said. Taking the fixes is a look at
whereabouts for enforcement, with its line. Rendered before the transaction opens (`prepare`), and
kept in it (`keep`); the proposal must still be the same then, or the step is refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from waypost.access.queries import organisation_of
from waypost.access.values import Posted
from waypost.alerts.models import Alert
from waypost.corrections.queries import corrections_about
from waypost.documents import papers
from waypost.documents.values import Block, Paragraph, Table
from waypost.enforcement.clocks import warned_until
from waypost.enforcement.models import BreachCase, StepTaken
from waypost.enforcement.values import Asked, Rule, Step, Warning
from waypost.enforcement.weighing import counted_before, proposal_of, warnings_of
from waypost.policing.facts import Facts, Places
from waypost.policing.gathering import gather
from waypost.policing.wording import NO_ENDING, Sender, slots_of
from waypost.rules.saying import wall

COUNTING = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth")
ABOUT = "step"  # of documents.needs.OPENERS: who may open a paper of a case
PROBATION = "The Probation Service"  # of an officer who is in no team
PPCS = "Public Protection Casework Section"
WITHOUT_PLACES = frozenset({"warning_letter"})  # the person knows where they were: nobody looks


@dataclass(frozen=True, slots=True)
class Drafted:
    """A paper rendered, and the alerts that it speaks of."""

    prepared: papers.Prepared
    person_id: int
    alert_ids: tuple[int, ...]


def prepare(case: BreachCase, rule: Rule, asked: Asked, *, by: Posted, now: datetime) -> Drafted:
    """The paper of the step, from how everything stands now."""
    first = case.step == Step.PROPOSED
    ids = proposal_of(case, now=now).counted if first else counted_before(case, now=now)
    alerts = list(Alert.objects.filter(pk__in=ids).select_related("person").order_by("from_at"))
    looks = rule.document not in WITHOUT_PLACES
    found = [gather(one, by=by, now=now, with_places=looks) for one in alerts]
    sender = _sender(case, asked, by)
    words = _words(case, rule, asked, [facts for facts, _ in found], sender, now)
    slots = _slots(case, rule, found, sender, by, now)
    made = papers.prepare(rule.document, words=words, slots=slots, now=now)
    return Drafted(made, case.person_id, tuple(ids))


def keep(drafted: Drafted, step: StepTaken, *, by: Posted, now: datetime) -> list[int]:
    """Both forms, kept with the step; the numbers of the documents."""
    drawn = papers.keep(
        drafted.prepared, about=f"{ABOUT}:{step.pk}", person_id=drafted.person_id, by=by, now=now
    )
    return [drawn.pdf_id, drawn.docx_id]


def _sender(case: BreachCase, asked: Asked, by: Posted) -> Sender:
    where = asked.tell[0] if asked.tell else ""
    return Sender(agency_of(by), by.name, roles_of(by), where, f"B-{case.pk}")


def roles_of(by: Posted) -> str:
    return ", ".join(sorted(role.value.replace("_", " ") for role in by.roles))


def agency_of(by: Posted) -> str:
    return organisation_of(by) or PROBATION


def _words(
    case: BreachCase, rule: Rule, asked: Asked, found: Sequence[Facts], sender: Sender,
    now: datetime,
) -> dict[str, str]:  # fmt: skip
    zone, first = settings.WALL_ZONE, found[0]
    words = {
        "reference": sender.reference,
        "agency": sender.agency,
        "made_on": wall(now, zone, seconds=False),
        "author": sender.author,
        "author_role": sender.author_role,
        "person_name": first.person_name,
        "person_reference": first.person_reference,
        "order": first.order_kind,
        "order_reference": case.order_reference,
        "order_from": day_words(first.order_from, zone),
        "order_until": day_words(first.order_until, zone) if first.order_until else NO_ENDING,
        "requirement": "; ".join(dict.fromkeys(one.requirement for one in found)),
        "allegation": asked.words.strip(),
    }
    if rule.document == "warning_letter":
        number = len(warnings_of(case.person_id, case.order_reference, now=now)) + 1
        return words | {
            "warning_number": COUNTING[number - 1] if number <= len(COUNTING) else str(number),
            "given_on": day_words(asked.at, zone),
            "counts_until": day_words(warned_until(asked.at, zone=zone), zone),
            "contact": "Ring your officer.",
        }
    words["deciding"] = sender.force or (PPCS if rule.document == "recall_request" else "the court")
    if rule.document == "recall_request":
        words |= {"asked_for": "Recall", "why_recall": asked.words.strip()}
    return words


def _slots(
    case: BreachCase, rule: Rule, found: Sequence[tuple[Facts, Places]], sender: Sender,
    by: Posted, now: datetime,
) -> dict[str, Sequence[Block]]:  # fmt: skip
    """Each slot with what every alert of the case gives it, in their order."""
    zone = settings.WALL_ZONE
    parts = [slots_of(facts, places, sender, zone=zone) for facts, places in found]
    wanted = ("violations", "account", "fixes", "map", "contact")
    slots: dict[str, Sequence[Block]] = {
        name: [block for part in parts for block in part[name]] for name in wanted
    }
    slots["signature"] = parts[0]["signature"]
    if rule.document == "warning_letter":
        return {name: slots[name] for name in ("violations", "account", "signature")}
    slots["warnings"] = _warnings(warnings_of(case.person_id, case.order_reference, now=now), zone)
    slots["corrections"] = [
        Paragraph(f"Correction {one.number} of {one.reference.replace(':', ' ')}: {line}")
        for one in corrections_about(case.person_id, by=by, now=now)
        for line in one.words
    ]
    if rule.document == "recall_request":
        return slots | {"risk": parts[0]["risk"]}
    return slots | {"exhibits": []}


def _warnings(before: Sequence[Warning], zone: str) -> list[Block]:
    rows = [
        (day_words(one.given_at, zone), day_words(warned_until(one.given_at, zone=zone), zone),
         "stands" if one.stands else "fell: nothing stands that it was given for")
        for one in before
    ]  # fmt: skip
    heads = ("Given on", "Counts until", "How it stands")
    return [Table("Warnings given under this order", heads, tuple(rows))] if rows else []


def day_words(at: datetime, zone: str) -> str:
    return wall(at, zone).split(",")[0]
