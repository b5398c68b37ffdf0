"""What the provider does with a notification: draft, write, take the facts anew, send, supply,
correct, withdraw, discard, close.

A paper is composed and rendered before the transaction opens (documents.papers), and the facts are
read before it, too: on SQLite nobody waits for either.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction

from waypost.access import audit
from waypost.access.models import Organisation
from waypost.access.queries import organisation_of
from waypost.access.values import Permission, Posted, Role
from waypost.alerts import reaching
from waypost.alerts.models import Alert
from waypost.alerts.playbooks import PLAYBOOKS, Step
from waypost.alerts.stepping import tick
from waypost.alerts.values import NO_SUCH_ALERT, AlertKind
from waypost.alerts.values import Status as AlertStatus
from waypost.corrections.actions import rely
from waypost.corrections.values import What
from waypost.documents import papers
from waypost.documents.papers import Prepared
from waypost.errors import Conflict, NoSuchThing, Refused
from waypost.monitoring.queries import standing
from waypost.orders.queries import NUMBER_MAX
from waypost.policing import clocks, lifecycle, scope, wording
from waypost.policing.facts import (
    Facts,
    Places,
    as_json,
    from_json,
    places_as_json,
    places_from_json,
)
from waypost.policing.gathering import gather
from waypost.policing.models import Notification
from waypost.policing.moving import MOVED_FIRST, clocks_of, load, move
from waypost.policing.telling import tell_force
from waypost.policing.texts import given
from waypost.policing.values import POLICE_FORCE, Act, Side, Status
from waypost.policing.wording import Sender, Texts
from waypost.rules.saying import SUREST_FIRST
from waypost.rules.values import Certainty

FROM_STATUSES = frozenset({AlertStatus.IN_HAND, AlertStatus.UPHELD, AlertStatus.CLOSED})
NEVER = frozenset({AlertKind.SOS_PROTECTED})  # names somebody protected; 999 and named staff do it
CENTRE = "The monitoring centre"
ENOUGH = 10  # characters: a word in a box is not said


def draft(alert_id: int, force_id: int, *, by: Posted, now: datetime) -> int:
    """A draft with the machine's proposal, for a human to check and send; its number.

    raises   Refused where the alert is not in hand or upheld, or speaks of nothing that stands;
             Conflict where this force has been told of it already
    """
    alert = _alert(alert_id, by, now)
    _check_may_be_told(alert)
    force = Organisation.objects.filter(pk=min(force_id, NUMBER_MAX), kind=POLICE_FORCE).first()
    if force is None:
        raise Refused("Choose the force that is told.")
    told = Notification.objects.filter(alert=alert, force=force, closed_at=None).first()
    if told is not None:
        raise Conflict(f"Notification {told.pk} about this alert is open with this force; go on "
                       "there.")  # fmt: skip
    facts, places = gather(alert, by=by, now=now)
    texts = wording.proposed(facts, settings.WALL_ZONE)
    try:
        return _keep_draft(alert, force, facts, places, texts, by, now)
    except IntegrityError:
        raise Conflict(MOVED_FIRST) from None


@transaction.atomic
def _keep_draft(
    alert: Alert, force: Organisation, facts: Facts, places: Places, texts: Texts, by: Posted,
    now: datetime,
) -> int:  # fmt: skip
    made = Notification.objects.create(
        person_id=alert.person_id, alert=alert, force=force,
        order_reference=facts.order_reference, requirement_reference=alert.requirement_reference,
        kind=alert.kind, grave=alert.urgency >= clocks.GRAVE_FROM, status=Status.DRAFTED,
        facts=as_json(facts), places=places_as_json(places), facts_at=now,
        what_happened=texts.what_happened, certainty=texts.certainty, tried=texts.tried,
        made_at=now, made_by_id=by.officer_id,
    )  # fmt: skip
    audit.record(
        "notification:drafted", by=by, at=now, about=alert.person_id,
        detail={"notification": made.pk, "alert": alert.pk, "force": force.pk},
    )  # fmt: skip
    return made.pk


@transaction.atomic
def write(
    notification_id: int, texts: Texts, *, by: Posted, now: datetime, expected_version: int
) -> None:
    """The draft's texts, as the officer has them."""
    found = load(notification_id, Side.PROVIDER, by, now, expected_version)
    _check_draft(found)
    _set(found, texts)
    found.version += 1
    found.save()
    audit.record(
        "notification:written", by=by, at=now, about=found.person_id,
        detail={"notification": found.pk},
    )  # fmt: skip


def retake(notification_id: int, *, by: Posted, now: datetime) -> None:
    """The facts of a draft anew, after more was heard; the texts stay as they were written."""
    found = _seen(notification_id, by, now)
    _check_draft(found)
    facts, places = gather(found.alert, by=by, now=now)
    with transaction.atomic():
        held = load(notification_id, Side.PROVIDER, by, now, found.version)
        held.facts, held.places, held.facts_at = as_json(facts), places_as_json(places), now
        held.version += 1
        held.save()
        audit.record(
            "notification:facts_taken", by=by, at=now, about=held.person_id,
            detail={"notification": held.pk},
        )  # fmt: skip


def send(
    notification_id: int, texts: Texts, *, checked: bool, by: Posted, now: datetime,
    expected_version: int | None = None,
) -> None:  # fmt: skip
    """Tell the force. Whoever sends says how certain it is, and what has been tried."""
    found = _seen(notification_id, by, now, expected_version)
    lifecycle.decide(Status(found.status), Act.SEND)
    _check_may_be_told(found.alert)
    _check_said(texts, checked)
    facts = from_json(found.facts)
    _check_stands(facts)
    runs = clocks.sent(now, grave=found.grave)
    prepared = _paper(found, texts, facts, runs, by, now)
    with transaction.atomic():
        held = load(notification_id, Side.PROVIDER, by, now, found.version)
        _set(held, texts)
        changed = _texts_of(texts) | {"sent_at": now, "sent_by_id": by.officer_id}
        move(held, Act.SEND, by=by, now=now, changed=changed, clocks=runs)
        _keep_paper(held, prepared, by, now)
        rely(
            what=What.POLICE_NOTIFICATION, reference=reference_of(held.pk),
            person_id=held.person_id, alert_ids=[held.alert_id],
            recipients=[f"organisation:{held.force_id}"], by=by, now=now,
        )  # fmt: skip
        tell_force(held, "notification_sent", "sent", now=now)
        if Step.TELL_POLICE in PLAYBOOKS[AlertKind(held.kind)]:
            tick(held.alert_id, Step.TELL_POLICE, "told", by=by, now=now, note=f"N-{held.pk}")
        audit.record(
            "notification:sent", by=by, at=now, about=held.person_id,
            detail={"notification": held.pk, "force": held.force_id, "grave": held.grave},
        )  # fmt: skip


def supply(
    notification_id: int, words: str, *, by: Posted, now: datetime,
    expected_version: int | None = None,
) -> None:  # fmt: skip
    """What the force wanted: in words, with the facts as they are now on a new paper."""
    _tell_more(notification_id, Act.SUPPLY, words, None, by, now, expected_version)


def correct(
    notification_id: int, words: str, texts: Texts, *, by: Posted, now: datetime,
    expected_version: int | None = None,
) -> None:  # fmt: skip
    """Put right what was said: in words what was wrong, and a new paper. At any time.

    What later fixes or a review take back is corrected by the machine (corrections.actions).
    """
    _check_said(texts, True)
    _tell_more(notification_id, Act.CORRECT, words, texts, by, now, expected_version)


@transaction.atomic
def withdraw(
    notification_id: int, words: str, *, by: Posted, now: datetime,
    expected_version: int | None = None,
) -> None:  # fmt: skip
    """Take it back. The force is told at once and says that it knows; until then it stays open."""
    held = load(notification_id, Side.PROVIDER, by, now, expected_version)
    move(held, Act.WITHDRAW, by=by, now=now, words=given(words), clocks=clocks.Clocks())
    tell_force(held, "notification_withdrawn", "withdrawn", now=now)
    _recorded(held, "notification:withdrawn", by, now)


@transaction.atomic
def discard(
    notification_id: int, *, by: Posted, now: datetime, expected_version: int | None = None
) -> None:
    """A draft that nobody is told."""
    held = load(notification_id, Side.PROVIDER, by, now, expected_version)
    move(held, Act.DISCARD, by=by, now=now)
    _recorded(held, "notification:discarded", by, now)


@transaction.atomic
def close(
    notification_id: int, *, by: Posted, now: datetime, expected_version: int | None = None
) -> None:
    """It was answered and the answer has been seen; nothing more is waited for."""
    held = load(notification_id, Side.PROVIDER, by, now, expected_version)
    move(held, Act.CLOSE, by=by, now=now)
    _recorded(held, "notification:closed", by, now)


def reference_of(notification_id: int) -> str:
    """As corrections know it."""
    return f"police_notification:{notification_id}"


def changed_since(facts: Facts) -> bool:
    """Whether what it rests on has been judged anew since the facts were taken."""
    now_so = standing(list(facts.stands_as()))
    return any(
        one not in now_so or now_so[one].version != version
        for one, version in facts.stands_as().items()
    )


def _tell_more(
    notification_id: int, act: Act, words: str, texts: Texts | None, by: Posted, now: datetime,
    expected_version: int | None,
) -> None:  # fmt: skip
    found = _seen(notification_id, by, now, expected_version)
    lifecycle.decide(Status(found.status), act, words=words)
    facts, places = gather(found.alert, by=by, now=now)
    runs = clocks_of(found)
    if act is Act.SUPPLY:
        runs = clocks.supplied(runs, now)
    said = texts or Texts(found.what_happened, found.certainty, found.tried)
    found.facts, found.places = as_json(facts), places_as_json(places)
    prepared = _paper(found, said, facts, runs, by, now)
    with transaction.atomic():
        held = load(notification_id, Side.PROVIDER, by, now, found.version)
        changed = _texts_of(said) | {
            "facts": found.facts, "places": found.places, "facts_at": now,
        }  # fmt: skip
        move(held, act, by=by, now=now, words=given(words), changed=changed, clocks=runs)
        _keep_paper(held, prepared, by, now)
        done = lifecycle.ACT_WORDS[act].split()[0]
        tell_force(held, f"notification_{done}", f"{done}:{held.number}", now=now)
        _recorded(held, f"notification:{done}", by, now)


def _alert(alert_id: int, by: Posted, now: datetime) -> Alert:
    alert = Alert.objects.select_related("person").filter(pk=min(alert_id, NUMBER_MAX)).first()
    if alert is None:
        raise NoSuchThing(NO_SUCH_ALERT)
    if not reaching.check(by, Permission.NOTIFICATION_SEND, alert, now=now):
        raise Refused("Named staff alone know whose alert this is; they tell the police.")
    return alert


def _check_may_be_told(alert: Alert) -> None:
    if alert.kind in NEVER or alert.person.protected:
        raise Refused("A call for help of a protected person is passed on by 999 and by named "
                      "staff, never as a breach.")  # fmt: skip
    if alert.status not in FROM_STATUSES:
        raise Refused("Take the alert in hand or uphold it first: the police act on what somebody "
                      "has looked at.")  # fmt: skip


def _seen(
    notification_id: int, by: Posted, now: datetime, expected_version: int | None = None
) -> Notification:
    """The record for reading before the transaction; `load` asks the same again inside it."""
    found = scope.find(notification_id)
    scope.check_side(found, Side.PROVIDER, by, now=now)
    if expected_version is not None and expected_version != found.version:
        raise Conflict(MOVED_FIRST)
    return found


def _check_draft(found: Notification) -> None:
    if found.status != Status.DRAFTED:
        raise Refused("It has been sent; what was said is put right by a correction.")


def _check_said(texts: Texts, checked: bool) -> None:
    """Refused unless everything was said that an officer must know to act."""
    asked: Mapping[str, str] = {
        "what happened": texts.what_happened,
        "how certain it is, and what shows it": texts.certainty,
        "what has been tried": texts.tried,
    }
    for what, text in asked.items():
        if len(given(text)) < ENOUGH:
            raise Refused(f"Say {what}: the force decides by it.")
    if not checked:
        raise Refused("Look at the fixes, then say that it is certain enough to act on.")


def _check_stands(facts: Facts) -> None:
    """Refused where something of it was taken back or is less sure than the draft says; that a
    violation goes on while it is written holds nobody up."""
    now_so = standing(list(facts.stands_as()))
    for one in facts.violations:
        stands = now_so.get(one.violation_id)
        fell = stands is None or stands.row.withdrawn
        if fell or _rank(stands.row.certainty) > _rank(Certainty(one.certainty)):  # type: ignore[union-attr]
            raise Refused("What it rests on has changed since the facts were taken: take them "
                          "anew, and check what you wrote.")  # fmt: skip


def _rank(certainty: Certainty) -> int:
    return SUREST_FIRST.index(certainty)


def _paper(
    found: Notification, texts: Texts, facts: Facts, runs: clocks.Clocks, by: Posted, now: datetime
) -> Prepared:
    zone = settings.WALL_ZONE
    sender = Sender(
        agency=organisation_of(by, but=POLICE_FORCE) or CENTRE, author=by.name,
        author_role=_role(by), force=found.force.name,
        reference=f"N-{found.pk}/{found.number + 1}",
    )  # fmt: skip
    answer_by = runs.answer_by or now + (runs.left or timedelta(0))
    words = wording.words_of(
        facts, texts, sender, zone=zone, now=now, receive_by=runs.receive_by or answer_by,
        answer_by=answer_by,
    )  # fmt: skip
    slots = wording.slots_of(facts, places_from_json(found.places), sender, zone=zone)
    return papers.prepare("breach_notification", words=words, slots=slots, now=now)


def _keep_paper(held: Notification, prepared: Prepared, by: Posted, now: datetime) -> None:
    about = f"notification:{held.pk}"
    drawn = papers.keep(prepared, about=about, person_id=held.person_id, by=by, now=now)
    held.number, held.pdf_id, held.docx_id = held.number + 1, drawn.pdf_id, drawn.docx_id
    held.save(update_fields=["number", "pdf_id", "docx_id"])


def _role(by: Posted) -> str:
    roles = sorted(by.roles & {Role.MONITORING_OFFICER, Role.PROBATION_PRACTITIONER})
    return roles[0].value.replace("_", " ") if roles else "Waypost"


def _set(held: Notification, texts: Texts) -> None:
    for name, text in _texts_of(texts).items():
        setattr(held, name, text)


def _texts_of(texts: Texts) -> dict[str, str]:
    return {
        "what_happened": given(texts.what_happened),
        "certainty": given(texts.certainty),
        "tried": given(texts.tried),
    }


def _recorded(held: Notification, kind: str, by: Posted, now: datetime) -> None:
    audit.record(kind, by=by, at=now, about=held.person_id, detail={"notification": held.pk})
