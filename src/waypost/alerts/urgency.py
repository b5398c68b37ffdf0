"""How urgent an alert is, how long a violation must last to make one, and what its line says.

Urgency is 0-100, higher first. The numbers rank harm: a call for help, then a tag coming off, then
the places a victim is protected in; required time that nobody could see comes last. Domain page,
section 3: people died of strap tampers that cleared themselves, so what a tag reports has no hold.
What is told from a tag's silence has one: most silences are a basement, a train, a late upload.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from waypost.alerts.values import AlertKind
from waypost.positions.values import EventKind
from waypost.rules.values import EVENT_KINDS, Certainty, How, RowKind

TAG = "tag:"  # begins the requirement of a row that judges the tag's own state, and its subject

URGENCY: dict[AlertKind, int] = {
    AlertKind.SOS: 100,
    AlertKind.SOS_PROTECTED: 100,
    AlertKind.STRAP_TAMPER: 90,
    AlertKind.MOVING_EXCLUSION: 86,  # near the person, wherever they are
    AlertKind.EXCLUSION: 85,
    AlertKind.CASE_TAMPER: 70,
    AlertKind.CLINICAL_OVERDUE: 65,
    AlertKind.JAMMING: 60,
    AlertKind.ALCOHOL: 58,
    AlertKind.EXCLUSION_WARNING: 56,  # no violation: an early word, while a call still helps
    AlertKind.RESTRICTION: 55,
    AlertKind.ATV_REACHED: 52,  # above the single absence that brought it there
    AlertKind.CURFEW: 50,
    AlertKind.ALCOHOL_TAMPER: 48,
    AlertKind.STATIONARY: 46,  # with what is taken off for "possible", below a tag that is dead
    AlertKind.INCLUSION: 45,
    AlertKind.ATTENDANCE: 43,  # nobody is in danger: it is for the day's work
    AlertKind.ALCOHOL_SUSPECTED: 42,
    AlertKind.ATV_NEAR: 41,  # a word with the person may still help
    AlertKind.BATTERY_DEAD: 40,
    AlertKind.HOME_UNIT_MOVED: 38,
    AlertKind.NO_CONTACT: 35,
    AlertKind.BATTERY_CRITICAL: 30,
    AlertKind.NO_LOCATION: 28,
    AlertKind.CLOCK_WRONG: 26,
    AlertKind.HOME_UNIT_POWER_LOST: 25,
    AlertKind.APPOINTMENT_UNMONITORED: 22,  # somebody at the office knows who came
    AlertKind.UNMONITORED: 20,
    AlertKind.NOT_CHARGED: 18,
    AlertKind.BATTERY_LOW: 15,
    AlertKind.CLINICAL_REMOVAL: 10,  # agreed: to be known, not acted on
}
LESS_WHEN: dict[str, int] = {
    Certainty.CERTAIN: 0,
    Certainty.PROBABLE: 5,
    Certainty.POSSIBLE: 10,
    Certainty.CANNOT_TELL: 0,  # its kind, unmonitored, already says so
}

# How long a violation must have lasted before anybody is called. Missing: at once, since judging
# has already asked for a deep or a second fix.
HOLD: dict[AlertKind, timedelta] = {
    AlertKind.UNMONITORED: timedelta(minutes=60),
    # From the last contact. Tags upload 5-15 min late; a flight or a shift below ground ends within
    # hours; where required time goes unseen, that has its own alert by then.
    AlertKind.NO_CONTACT: timedelta(hours=4),
    AlertKind.NO_LOCATION: timedelta(hours=8),  # a night in a basement that hears a mast, no place
    AlertKind.NOT_CHARGED: timedelta(
        hours=6
    ),  # after the day and margin of rules.values.Parameters
    AlertKind.CLOCK_WRONG: timedelta(hours=1),  # the list of clocks shows it at once
    AlertKind.BATTERY_LOW: timedelta(hours=1),  # told from its level alone; time to plug it in
    # A spray near the tag is over within the hour; what lasts longer, or is probable, calls.
    AlertKind.ALCOHOL_SUSPECTED: timedelta(hours=2),
    AlertKind.ALCOHOL_TAMPER: timedelta(hours=1),  # a trouser leg, a boot, a cold night
}

# How long after its end it still calls somebody. Missing: however late it was found. Last month's
# silence (an order recorded late, history brought in) is on the person's page, not in the inbox.
CALLS_UNTIL: dict[AlertKind, timedelta] = {
    AlertKind.UNMONITORED: timedelta(hours=24),
    AlertKind.APPOINTMENT_UNMONITORED: timedelta(hours=24),
    AlertKind.EXCLUSION_WARNING: timedelta(hours=24),
    # What is told from a silence calls while it lasts; once over it is on the person's page.
    **dict.fromkeys(
        (
            AlertKind.NO_CONTACT, AlertKind.NO_LOCATION, AlertKind.NOT_CHARGED,
            AlertKind.CLOCK_WRONG, AlertKind.BATTERY_LOW,
        ),
        timedelta(0),
    ),
    **dict.fromkeys(
        (
            AlertKind.STATIONARY, AlertKind.JAMMING, AlertKind.HOME_UNIT_MOVED,
            AlertKind.HOME_UNIT_POWER_LOST,
        ),
        timedelta(hours=24),
    ),
    # Alcohol tags upload once a day from a base station: found late is the rule. A week covers a
    # tag that was out of reach; a history brought in is older.
    **dict.fromkeys(
        (AlertKind.ALCOHOL, AlertKind.ALCOHOL_SUSPECTED, AlertKind.ALCOHOL_TAMPER),
        timedelta(days=7),
    ),
}  # fmt: skip

# Reports of these are told of for a day: that a battery was empty last month moves nobody. A cut
# strap, an opened case, a call for help are told of however late they come.
REPORTED_UNTIL: dict[EventKind, timedelta] = dict.fromkeys(
    (
        EventKind.JAMMING, EventKind.BATTERY_LOW, EventKind.BATTERY_CRITICAL,
        EventKind.BATTERY_DEAD, EventKind.HOME_UNIT_MOVED, EventKind.HOME_UNIT_POWER_LOST,
    ),
    timedelta(hours=24),
)  # fmt: skip

TAG_STATES: dict[EventKind, AlertKind] = {
    EventKind.SOS: AlertKind.SOS,
    EventKind.STRAP_TAMPER: AlertKind.STRAP_TAMPER,
    EventKind.CASE_TAMPER: AlertKind.CASE_TAMPER,
    EventKind.CLINICAL_REMOVAL: AlertKind.CLINICAL_REMOVAL,
    EventKind.JAMMING: AlertKind.JAMMING,
    EventKind.BATTERY_LOW: AlertKind.BATTERY_LOW,
    EventKind.BATTERY_CRITICAL: AlertKind.BATTERY_CRITICAL,
    EventKind.BATTERY_DEAD: AlertKind.BATTERY_DEAD,
    EventKind.HOME_UNIT_MOVED: AlertKind.HOME_UNIT_MOVED,
    EventKind.HOME_UNIT_POWER_LOST: AlertKind.HOME_UNIT_POWER_LOST,
}
# Rows of judging whose alert's word depends on how far it has come; a report of the tag may have
# raised the alert already.
ROW_ALERTS: dict[tuple[RowKind, How], AlertKind] = {
    (RowKind.BATTERY, How.LOW): AlertKind.BATTERY_LOW,
    (RowKind.BATTERY, How.CRITICAL): AlertKind.BATTERY_CRITICAL,
    (RowKind.BATTERY, How.DEAD): AlertKind.BATTERY_DEAD,
    (RowKind.HOME_UNIT, How.MOVED): AlertKind.HOME_UNIT_MOVED,
    (RowKind.HOME_UNIT, How.NO_POWER): AlertKind.HOME_UNIT_POWER_LOST,
}
# Alerts that are one matter, however they came about: subject of the alert on it.
SUBJECTS: dict[AlertKind, str] = {
    AlertKind.SOS_PROTECTED: "sos",
    AlertKind.CLINICAL_OVERDUE: "clinical_removal",
    AlertKind.BATTERY_LOW: "battery",
    AlertKind.BATTERY_CRITICAL: "battery",
    AlertKind.BATTERY_DEAD: "battery",
    AlertKind.HOME_UNIT_MOVED: "home_unit",
    AlertKind.HOME_UNIT_POWER_LOST: "home_unit",
}

HEADLINES: dict[AlertKind, str] = {
    AlertKind.SOS: "SOS pressed on the tag",
    AlertKind.SOS_PROTECTED: "SOS from a protected person's device",
    AlertKind.STRAP_TAMPER: "Strap of the tag tampered with",
    AlertKind.CASE_TAMPER: "Case of the tag tampered with",
    AlertKind.MOVING_EXCLUSION: "Near a protected person",
    AlertKind.EXCLUSION: "In an exclusion zone",
    AlertKind.CURFEW: "Away during curfew",
    AlertKind.INCLUSION: "Not in the inclusion zone",
    AlertKind.RESTRICTION: "Outside the permitted area",
    AlertKind.CLINICAL_REMOVAL: "Tag off for a clinical reason, as agreed",
    AlertKind.CLINICAL_OVERDUE: "Clinical removal is over its time: the tag is not back on",
    AlertKind.ALCOHOL: "Alcohol event",
    AlertKind.ALCOHOL_SUSPECTED: "Alcohol near the tag",
    AlertKind.ALCOHOL_TAMPER: "Alcohol tag covered or off the skin",
    AlertKind.EXCLUSION_WARNING: "Close to an exclusion zone",
    AlertKind.ATTENDANCE: "Appointment not kept",
    AlertKind.APPOINTMENT_UNMONITORED: "Appointment that could not be monitored",
    AlertKind.ATV_NEAR: "20 minutes or less of absence left before a breach",
    AlertKind.ATV_REACHED: "Absences without good reason have reached the limit",
    AlertKind.JAMMING: "Signal of the tag jammed",
    AlertKind.BATTERY_LOW: "Battery of the tag low",
    AlertKind.BATTERY_CRITICAL: "Battery of the tag nearly empty",
    AlertKind.BATTERY_DEAD: "Battery of the tag empty",
    AlertKind.NO_CONTACT: "No contact with the tag",
    AlertKind.NO_LOCATION: "The tag is in contact and gives no place",
    AlertKind.NOT_CHARGED: "The tag has not been charged",
    AlertKind.STATIONARY: "The tag lies still: it may be off or left behind",
    AlertKind.CLOCK_WRONG: "Clock of the tag seems wrong",
    AlertKind.HOME_UNIT_MOVED: "Home unit moved",
    AlertKind.HOME_UNIT_POWER_LOST: "Home unit without power",
    AlertKind.UNMONITORED: "Required time that could not be monitored",
}


# What the line says where the violation has a shape within its required time.
BY_SHAPE: dict[tuple[AlertKind, How], str] = {
    (AlertKind.CURFEW, How.LATE): "Late home for curfew",
    (AlertKind.CURFEW, How.LEFT_EARLY): "Left home before the curfew ended",
    (AlertKind.CURFEW, How.OUT_ALL): "Away for the whole curfew",
    (AlertKind.INCLUSION, How.LATE): "Late at the inclusion zone",
    (AlertKind.INCLUSION, How.LEFT_EARLY): "Left the inclusion zone early",
    (AlertKind.INCLUSION, How.OUT_ALL): "Never in the inclusion zone",
    (AlertKind.ATTENDANCE, How.LATE): "Late for an appointment",
    (AlertKind.ATTENDANCE, How.LEFT_EARLY): "Left an appointment early",
    (AlertKind.ATTENDANCE, How.OUT_DURING): "Away during an appointment",
    (AlertKind.ATTENDANCE, How.MISSED): "Missed an appointment",
}


def alert_kind(kind: RowKind, certainty: str, how: How = How.NONE) -> AlertKind:
    """The kind of alert a violation makes. ValueError for kinds that make none."""
    if how is How.NOT_MONITORED:
        return AlertKind.APPOINTMENT_UNMONITORED
    if certainty == Certainty.CANNOT_TELL:
        return AlertKind.UNMONITORED
    if kind is RowKind.ALCOHOL and certainty == Certainty.POSSIBLE:
        return AlertKind.ALCOHOL_SUSPECTED
    return ROW_ALERTS.get((kind, how)) or AlertKind(kind.value)


def subject_of(kind: AlertKind, requirement: str) -> str:
    """What the alert is about: one is open per person and subject.

    Being near a zone is another matter than being in it: an alert on the one must not swallow the
    other's notice.

    requirement   as the row of judging names it: an order's, or "tag:no_contact"
    """
    if kind is AlertKind.EXCLUSION_WARNING:
        return f"warning:{requirement}"
    if kind in {AlertKind.ATV_NEAR, AlertKind.ATV_REACHED}:
        return f"{kind.value}:{requirement}"
    if requirement and not requirement.startswith(TAG):
        return f"requirement:{requirement}"
    return f"{TAG}{SUBJECTS.get(kind, kind.value)}"


def is_worth_a_call(kind: RowKind, certainty: str) -> bool:
    """Whether such a violation may call anybody. What fixes only allow is on the person's page and
    the day's strip; a state of the tag that is only possible has its own kinds and holds."""
    return certainty != Certainty.POSSIBLE or kind in EVENT_KINDS


def urgency(kind: AlertKind, certainty: str) -> int:
    return URGENCY[kind] - LESS_WHEN.get(certainty, 0)


def held_until(kind: AlertKind, from_at: datetime) -> datetime:
    """When a violation that began at `from_at` has lasted long enough to call somebody."""
    return from_at + HOLD.get(kind, timedelta(0))


def calls(kind: AlertKind, from_at: datetime, to_at: datetime | None, now: datetime) -> bool:
    """Whether it makes an alert: not one that ended before its hold, nor one that is long past."""
    if (to_at or now) < held_until(kind, from_at):
        return False
    return to_at is None or kind not in CALLS_UNTIL or now - to_at <= CALLS_UNTIL[kind]


def is_old_news(kind: EventKind, at: datetime, now: datetime) -> bool:
    """Whether a report of the tag comes too late for anybody to act on."""
    return kind in REPORTED_UNTIL and now - at > REPORTED_UNTIL[kind]


def headline(kind: AlertKind, certainty: str, how: How = How.NONE) -> str:
    """One line without name or place: what seems to have happened, and how sure we are."""
    words = BY_SHAPE.get((kind, how), HEADLINES[kind])
    if certainty in {Certainty.PROBABLE, Certainty.POSSIBLE}:
        return f"{words} ({Certainty(certainty).value})"
    return words
