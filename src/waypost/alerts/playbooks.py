"""What to do about an alert of each kind: the steps in their order, as data.

    PLAYBOOKS   kind -> steps, first things first
    STEPS       step -> its words, when it applies, what may come of it, where to do it
    plan(kind, facts, done)   what is done, what is next, what does not apply here and why

The order is from what helps soonest to who must be told of it. A step may be done again; ticking
one closes nothing, and an alert may be decided with steps left: the page says which. The page
docs/manual/playbooks.md is printed from these tables.

source   domain page, section 3 (strap tampers that "cleared", breaches told late and thinly);
         the order is this project's own and is for an agency to change
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from waypost.alerts.values import AlertKind
from waypost.errors import Refused


class Step(StrEnum):
    RING_NAMED_STAFF = "ring_named_staff"
    LAST_PLACES = "last_places"
    CALL_EMERGENCY = "call_emergency"
    CALL_WEARER = "call_wearer"
    VIBRATE = "vibrate"
    CHECK_HOME_UNIT = "check_home_unit"
    CHECK_TAG = "check_tag"
    CHECK_REMOVAL = "check_removal"
    LOOK_AT_TRACK = "look_at_track"
    ASK_HOST = "ask_host"
    ASK_MAKER = "ask_maker"
    SEND_VISIT = "send_visit"
    TELL_VICTIM_LIAISON = "tell_victim_liaison"
    TELL_POLICE = "tell_police"
    TELL_RESPONSIBLE_OFFICER = "tell_responsible_officer"


class Needs(StrEnum):
    """What a step cannot be done without."""

    VIBRATES = "vibrates"
    HOME_UNIT = "home_unit"
    KNOWN_PERSON = "known_person"  # the officer may know whose alert it is


class Link(StrEnum):
    """Where a step is done; pages turn it into an address."""

    PERSON = "person"
    VIBRATE = "vibrate"  # does it at once
    HOMES = "homes"
    TAG = "tag"
    TRACK = "track"  # behind its purpose
    LAST_PLACES = "last_places"  # behind its purpose
    VISIT = "visit"
    POLICE = "police"  # a breach notification is drafted


@dataclass(frozen=True, slots=True)
class StepWords:
    """words: what to do and to ask. results: word -> how it is said; the first is the best."""

    name: str
    words: str
    results: dict[str, str]
    needs: Needs | None = None
    link: Link | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """What decides which steps apply to one alert."""

    vibrates: bool = False  # the tag worn now can be asked to
    home_unit: bool = False  # one is put up for the person
    known_person: bool = True


@dataclass(frozen=True, slots=True)
class Plan:
    """steps: those that apply, in order. next: the first of them that nobody has done. left_out:
    those that do not apply here, with why."""

    steps: tuple[Step, ...]
    next: Step | None
    left_out: tuple[tuple[Step, str], ...]


_TALKED = {
    "answered": "Answered",
    "no_answer": "No answer",
    "not_theirs": "Somebody else answered",
    "wrong_number": "Wrong or no number",
}
_TOLD = {"told": "Told", "message_left": "Message left", "not_reached": "Not reached",
         "not_needed": "Not needed"}  # fmt: skip
_LOOKED = {"fits": "It fits the alert", "against": "It speaks against the alert",
           "open": "It does not settle it"}  # fmt: skip

STEPS: dict[Step, StepWords] = {
    Step.RING_NAMED_STAFF: StepWords(
        "Ring the named staff",
        "They alone know who calls and where from. Ring one after the other until one answers.",
        _TALKED,
    ),
    Step.LAST_PLACES: StepWords(
        "See the last places",
        "Where the caller's device was last, and, for named staff, where the other's was.",
        {"near": "They are near each other", "apart": "They are apart",
         "unknown": "A place is old or missing"},
        Needs.KNOWN_PERSON, Link.LAST_PLACES,
    ),
    Step.CALL_EMERGENCY: StepWords(
        "Ring 999",
        "Say that a monitored device called for help, the last place and how old it is.",
        {"on_the_way": "Help is on the way", "not_sent": "Nobody is sent",
         "not_needed": "Not needed: spoken to, and safe"},
    ),
    Step.CALL_WEARER: StepWords(
        "Call the wearer",
        "Ask where they are, what happened, and whether they are safe. Write down what they say.",
        _TALKED, Needs.KNOWN_PERSON, Link.PERSON,
    ),
    Step.VIBRATE: StepWords(
        "Vibrate the tag",
        "It asks the wearer to ring. The tag hears it at its next contact.",
        {"asked": "The tag was asked", "rang_back": "The wearer rang back",
         "nothing": "Nothing came of it"},
        Needs.VIBRATES, Link.VIBRATE,
    ),
    Step.CHECK_HOME_UNIT: StepWords(
        "Check the home unit",
        "Does it have power, has it been moved, does it hear the tag?",
        {"hears": "It hears the tag", "deaf": "It does not hear the tag",
         "no_power": "It has no power", "moved": "It was moved"},
        Needs.HOME_UNIT, Link.HOMES,
    ),
    Step.CHECK_TAG: StepWords(
        "Look at the tag's health",
        "Battery, charging, last contact, strap and faults flagged before.",
        {"sound": "The tag is sound", "faulty": "The tag seems faulty",
         "flat": "The battery is flat"},
        Needs.KNOWN_PERSON, Link.TAG,
    ),
    Step.CHECK_REMOVAL: StepWords(
        "Check the agreed removal",
        "Who agreed it, until when, and who puts the tag back on.",
        {"in_time": "All as agreed", "longer": "It takes longer, for a reason",
         "nobody_knows": "Nobody knows of it"},
        Needs.KNOWN_PERSON, Link.TAG,
    ),
    Step.LOOK_AT_TRACK: StepWords(
        "Look at the track",
        "An hour before to an hour after, with the accuracy of each fix.",
        _LOOKED, Needs.KNOWN_PERSON, Link.TRACK,
    ),
    Step.ASK_HOST: StepWords(
        "Ask whoever held the appointment",
        "Did the person come, when, and how long did they stay?",
        {"came": "They came", "did_not_come": "They did not come", "not_reached": "Not reached"},
    ),
    Step.ASK_MAKER: StepWords(
        "Ask for the maker's review",
        "Only the maker's reading of the curve says that it was a drink.",
        {"asked": "Asked", "confirmed": "Confirmed", "not_confirmed": "Not confirmed"},
    ),
    Step.SEND_VISIT: StepWords(
        "Send somebody to look at the tag",
        "A strap or case that says it was opened is looked at by a person, even if it later says "
        "otherwise.",
        {"sent": "Sent", "found_sound": "Strap and case are sound", "found_opened": "It was opened",
         "nobody_there": "Nobody was there"},
        Needs.KNOWN_PERSON, Link.VISIT,
    ),
    Step.TELL_VICTIM_LIAISON: StepWords(
        "Tell the victim liaison officer",
        "They decide what the protected person is told. Say what is known, and how surely.",
        _TOLD,
    ),
    Step.TELL_POLICE: StepWords(
        "Tell the police",
        "The order, the condition, what happened, how sure it is, the risk, who was rung so far.",
        _TOLD, link=Link.POLICE,
    ),
    Step.TELL_RESPONSIBLE_OFFICER: StepWords(
        "Tell the responsible officer",
        "What happened, what was done, what is open.",
        _TOLD,
    ),
}  # fmt: skip

_HOME = (Step.CHECK_HOME_UNIT, Step.LOOK_AT_TRACK, Step.CALL_WEARER, Step.VIBRATE,
         Step.TELL_RESPONSIBLE_OFFICER)  # fmt: skip
_CAME_OFF = (Step.LOOK_AT_TRACK, Step.CALL_WEARER, Step.VIBRATE, Step.CHECK_HOME_UNIT,
             Step.SEND_VISIT, Step.TELL_VICTIM_LIAISON, Step.TELL_POLICE,
             Step.TELL_RESPONSIBLE_OFFICER)  # fmt: skip
_TOO_NEAR = (Step.LOOK_AT_TRACK, Step.CALL_WEARER, Step.VIBRATE, Step.TELL_VICTIM_LIAISON,
             Step.TELL_POLICE, Step.TELL_RESPONSIBLE_OFFICER)  # fmt: skip
_DARK = (Step.CHECK_TAG, Step.CALL_WEARER, Step.VIBRATE, Step.CHECK_HOME_UNIT, Step.LOOK_AT_TRACK,
         Step.SEND_VISIT, Step.TELL_RESPONSIBLE_OFFICER)  # fmt: skip
_BATTERY = (Step.VIBRATE, Step.CALL_WEARER, Step.CHECK_TAG, Step.TELL_RESPONSIBLE_OFFICER)
_DRINK = (Step.ASK_MAKER, Step.CALL_WEARER, Step.TELL_RESPONSIBLE_OFFICER)
_MISSED = (Step.ASK_HOST, Step.LOOK_AT_TRACK, Step.CALL_WEARER, Step.TELL_RESPONSIBLE_OFFICER)
_ADDED_UP = (Step.CALL_WEARER, Step.TELL_RESPONSIBLE_OFFICER)

PLAYBOOKS: dict[AlertKind, tuple[Step, ...]] = {
    AlertKind.SOS: (
        Step.LAST_PLACES, Step.CALL_WEARER, Step.CALL_EMERGENCY, Step.TELL_VICTIM_LIAISON,
        Step.TELL_RESPONSIBLE_OFFICER,
    ),
    AlertKind.SOS_PROTECTED: (
        Step.RING_NAMED_STAFF, Step.LAST_PLACES, Step.CALL_EMERGENCY, Step.TELL_VICTIM_LIAISON,
    ),
    AlertKind.STRAP_TAMPER: _CAME_OFF,
    AlertKind.CASE_TAMPER: _CAME_OFF,
    AlertKind.CLINICAL_REMOVAL: (Step.CHECK_REMOVAL, Step.TELL_RESPONSIBLE_OFFICER),
    AlertKind.CLINICAL_OVERDUE: (
        Step.CHECK_REMOVAL, Step.CALL_WEARER, Step.SEND_VISIT, Step.TELL_RESPONSIBLE_OFFICER,
    ),
    AlertKind.EXCLUSION: _TOO_NEAR,
    AlertKind.MOVING_EXCLUSION: _TOO_NEAR,
    AlertKind.EXCLUSION_WARNING: (Step.CALL_WEARER, Step.VIBRATE, Step.LOOK_AT_TRACK),
    AlertKind.CURFEW: _HOME,
    AlertKind.INCLUSION: _HOME,
    AlertKind.RESTRICTION: (
        Step.LOOK_AT_TRACK, Step.CALL_WEARER, Step.VIBRATE, Step.TELL_RESPONSIBLE_OFFICER,
    ),
    AlertKind.ATTENDANCE: _MISSED,
    AlertKind.APPOINTMENT_UNMONITORED: (Step.ASK_HOST, Step.CHECK_TAG),
    AlertKind.ATV_NEAR: _ADDED_UP,
    AlertKind.ATV_REACHED: _ADDED_UP,
    AlertKind.ALCOHOL: _DRINK,
    AlertKind.ALCOHOL_SUSPECTED: _DRINK,
    AlertKind.ALCOHOL_TAMPER: (
        Step.CALL_WEARER, Step.ASK_MAKER, Step.SEND_VISIT, Step.TELL_RESPONSIBLE_OFFICER,
    ),
    AlertKind.JAMMING: _DARK,
    AlertKind.BATTERY_LOW: _BATTERY,
    AlertKind.BATTERY_CRITICAL: _BATTERY,
    AlertKind.BATTERY_DEAD: (
        Step.CALL_WEARER, Step.CHECK_TAG, Step.CHECK_HOME_UNIT, Step.TELL_RESPONSIBLE_OFFICER,
    ),
    AlertKind.NO_CONTACT: _DARK,
    AlertKind.NO_LOCATION: _DARK,
    AlertKind.NOT_CHARGED: _BATTERY,
    AlertKind.STATIONARY: (
        Step.VIBRATE, Step.CALL_WEARER, Step.LOOK_AT_TRACK, Step.SEND_VISIT,
        Step.TELL_RESPONSIBLE_OFFICER,
    ),
    AlertKind.CLOCK_WRONG: (Step.CHECK_TAG,),
    AlertKind.HOME_UNIT_MOVED: (
        Step.CHECK_HOME_UNIT, Step.CALL_WEARER, Step.SEND_VISIT, Step.TELL_RESPONSIBLE_OFFICER,
    ),
    AlertKind.HOME_UNIT_POWER_LOST: (Step.CHECK_HOME_UNIT, Step.CALL_WEARER, Step.SEND_VISIT),
    AlertKind.UNMONITORED: _DARK,
}  # fmt: skip

_WHY_NOT: dict[Needs, str] = {
    Needs.VIBRATES: "the tag worn now cannot be asked to",
    Needs.HOME_UNIT: "no home unit is put up",
    Needs.KNOWN_PERSON: "named staff alone know whose alert it is",
}
NEEDS_WORDS: dict[Needs, str] = {
    Needs.VIBRATES: "the tag worn now can be asked to",
    Needs.HOME_UNIT: "a home unit is put up for the person",
    Needs.KNOWN_PERSON: "the officer may know whose alert it is",
}


def plan(kind: AlertKind, facts: Facts, done: Collection[str]) -> Plan:
    """The playbook of one alert as it stands.

    done   steps that somebody has ticked, however often
    """
    has = {
        Needs.VIBRATES: facts.vibrates,
        Needs.HOME_UNIT: facts.home_unit,
        Needs.KNOWN_PERSON: facts.known_person,
    }
    steps: list[Step] = []
    left_out: list[tuple[Step, str]] = []
    for step in PLAYBOOKS[kind]:
        needs = STEPS[step].needs
        # What was done stays in sight although the tag was changed for another meanwhile.
        if needs is None or has[needs] or step in done:
            steps.append(step)
        else:
            left_out.append((step, _WHY_NOT[needs]))
    following = next((step for step in steps if step not in done), None)
    return Plan(tuple(steps), following, tuple(left_out))


def check_can_tick(kind: AlertKind, step: str, result: str) -> Step:
    """The step. Refused when the kind's playbook has none such, or it cannot have that result."""
    if step not in set(PLAYBOOKS[kind]):
        raise Refused("That is no step of this alert's playbook; choose one of those listed.")
    found = Step(step)
    if result not in STEPS[found].results:
        raise Refused(f"Say what came of it: {', '.join(STEPS[found].results.values()).lower()}.")
    return found


def result_words(step: str, result: str) -> str:
    """How the result is said, also of a step that no playbook has any more."""
    known = STEPS[Step(step)].results if step in set(Step) else {}
    return known.get(result, result.replace("_", " "))


def step_name(step: str) -> str:
    return STEPS[Step(step)].name if step in set(Step) else step.replace("_", " ")
