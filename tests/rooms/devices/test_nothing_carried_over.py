"""A device moved to another person carries nothing over: over real acts, real intake, real pages.

The first wearer's tag said all it can: places, battery, charging, jamming, a wrong clock that an
officer mended for good; it was flagged and asked for something. Then the second wears it.
"""

from __future__ import annotations

from datetime import timedelta

import pytest

from fitting_words import EVENING, START, bring, number, officer, person
from waypost.access.values import MACHINE, Purpose
from waypost.devices import actions
from waypost.devices.estate_watch import judge_estate, one_round
from waypost.devices.health import FindingKind
from waypost.devices.models import (
    ClockCorrection,
    ClockDoubt,
    Device,
    DeviceCommand,
    DeviceFlag,
    TagFinding,
    TagSigns,
)
from waypost.devices.stock_file import StockRow
from waypost.devices.tag_queries import persons_tag
from waypost.devices.values import FlagKind
from waypost.fitting import actions as fitting_actions
from waypost.fitting.fitter import FittingSaid, RemovalSaid
from waypost.gateway import clock_watch, command_watch
from waypost.gateway.intake import Intake
from waypost.gateway.values import TagMessage
from waypost.orders.models import Activation
from waypost.positions import raw
from waypost.positions.models import RawMessage
from waypost.positions.queries import events_between, fixes_between, whereabouts
from waypost.positions.schema import SetAside
from waypost.positions.values import Decoded, DecodedEvent, DecodedFix, EventKind
from waypost.protocols.values import CommandKind
from waypost.units import Mechanism

pytestmark = [pytest.mark.database, pytest.mark.django_db(transaction=True)]

IMEI = "350000000000017"
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
HANDED_ON = EVENING + 4 * HOUR
LATER = HANDED_ON + 2 * HOUR
FIRST_HOME, SECOND_HOME = (51.5470, -0.0560), (51.5600, -0.0700)


def fix(at, place) -> DecodedFix:
    return DecodedFix(at, *place, accuracy_m=5.0, mechanism=Mechanism.GNSS)


def event(at, kind, **attributes) -> DecodedEvent:
    return DecodedEvent(at, kind, attributes)


def say(received_at, *seen, payload=b"+RESP:GTFRI,...$"):
    """One message of the tag through a gateway that has just looked around; what it is answered."""
    fixes = tuple(one for one in seen if isinstance(one, DecodedFix))
    events = tuple(one for one in seen if isinstance(one, DecodedEvent))
    decoded = Decoded(IMEI, fixes, events)
    message = TagMessage("queclink", payload, decoded, received_at, reachable=True)
    [taken] = Intake().write([message])
    return taken


class Story:
    """P1 wore the tag from EVENING to HANDED_ON, P2 wears it since."""

    def __init__(self, monkeypatch) -> None:
        for module in (clock_watch, command_watch):
            monkeypatch.setattr(module, "LOOKED_EVERY_S", 0.0)
        monkeypatch.setattr(clock_watch, "SAID_EVERY_S", 0.0)
        monkeypatch.setattr("waypost.clock.now", lambda: self.now)
        self.now = START
        self.by = officer()
        bring(person("P1"), person("P2"))
        actions.add_device(StockRow(0, IMEI, model="GL300W"), by=MACHINE, now=START)
        self.first = self.fit("P1", EVENING)
        self.speak_of_everything()
        self.now = HANDED_ON
        fitting_actions.remove(self.first, RemovalSaid(HANDED_ON, "Changed for another tag"),
                       by=self.by, now=HANDED_ON)  # fmt: skip
        self.second = self.fit("P2", HANDED_ON)

    def fit(self, name: str, at) -> int:
        self.now = at
        said = FittingSaid(at, where="At home", officer_name="Robin Fitter")
        return fitting_actions.fit(number(name), IMEI, said, by=self.by, now=at).activation_id

    def speak_of_everything(self) -> None:
        at = self.now = EVENING + HOUR
        say(at, fix(at - MINUTE, FIRST_HOME), event(at, EventKind.BATTERY_LEVEL, percent=9),
            event(at, EventKind.CHARGING_STARTED))  # fmt: skip
        for minute in range(3):  # an hour ahead from now on
            self.now = at + (10 + minute) * MINUTE
            ahead = self.now + HOUR
            say(self.now, fix(ahead, FIRST_HOME), event(ahead, EventKind.JAMMING))
        actions.accept_clock_doubt(ClockDoubt.objects.get().pk, "it shows 20:00", ongoing=True,
                                   by=self.by, now=self.now)  # fmt: skip
        DeviceFlag.objects.create(device_reference=IMEI, kind=FlagKind.NEW_PLACE,
                                  first_at=self.now, last_at=self.now)  # fmt: skip
        self.queued = self.now + MINUTE
        actions.queue_command(IMEI, CommandKind.REPORT_NOW, reason="P1 does not answer the phone",
                              by=self.by, now=self.queued)  # fmt: skip
        while one_round(self.now):
            pass

    def tag(self, name: str, now=None):
        return persons_tag(number(name), self.by, now=now or self.now)

    def rows(self, activation: int, read=fixes_between):
        return read([activation], START - 30 * timedelta(days=365), LATER + 365 * HOUR).to_pylist()


@pytest.fixture
def story(monkeypatch) -> Story:
    return Story(monkeypatch)


def test_the_second_wearers_page_begins_with_nothing(story):
    tag = story.tag("P2").tag
    assert tag is not None
    assert tag.activation.activation_id == story.second
    signs = tag.signs
    assert (signs.contact_at, signs.fix_at, signs.battery_percent) == (None, None, None)
    assert (signs.charging_since, signs.jammed_since, signs.clock_wrong_since) == (None,) * 3
    assert signs.flagged_since is None
    assert tag.findings == ()
    assert tag.charging.sessions == ()
    assert (tag.flags, tag.commands) == ((), ())
    assert (tag.clocks_doubted, tag.clocks_mended) == (0, 0)
    assert [one.activation_id for one in story.tag("P2").history] == [story.second]


def test_the_first_wearers_page_keeps_what_was_theirs(story):
    """While worn: everything is there, so that the test above compares with something."""
    at = HANDED_ON - MINUTE
    Activation.objects.filter(pk=story.second).delete()
    Activation.objects.filter(pk=story.first).update(to_at=None)
    tag = story.tag("P1", at).tag
    assert tag is not None
    assert tag.signs.battery_percent == 9
    assert tag.signs.charging_since is not None
    kinds = {finding.kind for finding in tag.findings}
    assert kinds >= {FindingKind.SILENT, FindingKind.JAMMED, FindingKind.FLAGGED}
    assert len(tag.charging.sessions) == 1
    assert (len(tag.flags), len(tag.commands), tag.clocks_mended) == (1, 1, 1)


def test_findings_of_the_first_wearer_end_with_the_removal(story):
    judge_estate(now=HANDED_ON)
    assert not TagFinding.objects.exists()


def test_places_and_events_go_to_whoever_wore_it_then(story):
    story.now = LATER
    say(LATER,
        fix(HANDED_ON - HOUR, FIRST_HOME), event(HANDED_ON - HOUR, EventKind.STRAP_TAMPER),
        fix(LATER - MINUTE, SECOND_HOME),
        event(LATER - MINUTE, EventKind.BATTERY_LEVEL, percent=70),
        payload=b"both of them in one frame")  # fmt: skip
    first, second = story.rows(story.first), story.rows(story.second)
    assert [row["measured_at"] for row in second] == [LATER - MINUTE]
    assert (HANDED_ON - HOUR) in [row["measured_at"] for row in first]
    assert {row["lat"] for row in first} == {FIRST_HOME[0]}
    kinds = [row["kind"] for row in story.rows(story.second, events_between)]
    assert kinds == ["battery_level"]
    assert "strap_tamper" in [row["kind"] for row in story.rows(story.first, events_between)]


def test_a_message_of_both_is_kept_raw_with_neither_and_no_key_opens_anothers(story):
    story.now = LATER
    before = RawMessage.objects.count()
    say(LATER, fix(HANDED_ON - HOUR, FIRST_HOME), fix(LATER - MINUTE, SECOND_HOME))
    assert RawMessage.objects.count() == before
    say(LATER, fix(LATER, SECOND_HOME), payload=b"the second's own")
    of_first = RawMessage.objects.filter(activation_id=story.first)
    own = RawMessage.objects.get(activation_id=story.second)
    assert of_first.exists()
    assert raw.opened(own) == b"the second's own"
    assert raw.stored_key(story.first) != raw.stored_key(story.second)


def test_backlog_of_the_first_is_never_the_seconds_whereabouts(story):
    story.now = LATER
    say(LATER, *(fix(EVENING + n * MINUTE, FIRST_HOME) for n in range(2, 9)))
    say(LATER, fix(LATER - MINUTE, SECOND_HOME))
    track = whereabouts(number("P2"), START, LATER, by=story.by, purpose=Purpose.ALERT_RESPONSE,
                        now=LATER)  # fmt: skip
    assert len(track.rows) == 1
    while one_round(LATER):
        pass
    says = TagSigns.objects.get(activation_id=story.second)
    assert (says.contact_at, says.fix_at) == (LATER, LATER - MINUTE)
    assert (says.battery_percent, says.jammed_since, says.charging_since) == (None, None, None)


def test_the_offset_accepted_for_the_first_mends_nothing_of_the_second(story):
    """The clock is still an hour ahead: under the second wearer that is a new doubt."""
    story.now = LATER
    say(LATER, fix(LATER + HOUR, SECOND_HOME))
    rows = story.rows(story.second)
    assert [row["set_aside"] for row in rows] == [SetAside.WRONG_HOUR]
    assert [row["measured_at"] for row in rows] == [LATER + HOUR]
    assert ClockDoubt.objects.get(settled_at=None).activation_id == story.second
    assert ClockCorrection.objects.get().activation_id == story.first


def test_what_the_first_was_asked_is_never_sent_to_the_second(story):
    story.now = LATER
    taken = say(LATER, fix(LATER, SECOND_HOME))
    assert taken.commands == ()
    assert DeviceCommand.objects.get().status not in {"queued", "sent"}
    assert story.tag("P2").tag.commands == ()


def test_a_flag_that_grows_dates_from_the_second_wearer_on_their_page(story):
    story.now = LATER
    DeviceFlag.objects.update(last_at=LATER, count=2)
    [flag] = story.tag("P2").tag.flags
    assert (flag.since_at, flag.last_at) == (HANDED_ON, LATER)
    judge_estate(now=LATER)
    finding = TagFinding.objects.get(kind=FindingKind.FLAGGED)
    assert (finding.activation_id, finding.since_at) == (story.second, HANDED_ON)


def test_the_inventory_tells_both_wearers_apart(story):
    device = Device.objects.get()
    assert device.status == "fitted"
    moves = list(device.moves.order_by("pk").values_list("to_status", "activation_id"))
    assert moves == [
        ("stock", None), ("fitted", story.first), ("stock", story.first),
        ("fitted", story.second),
    ]  # fmt: skip
