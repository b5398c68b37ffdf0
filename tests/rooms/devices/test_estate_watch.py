"""The worker's watch over the estate: signs from the log, findings, cadence; each once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from devices_words import NOW, START, import_orders, orders_file, phone
from waypost.access.actions import make_officer
from waypost.access.queries import posted
from waypost.access.values import MACHINE, Permission, Role
from waypost.clock import to_us
from waypost.devices import cadence, signs
from waypost.devices.estate_queries import Sought, estate, known_activations
from waypost.devices.estate_watch import judge_estate, learn_cadence, one_round
from waypost.devices.health import FindingKind
from waypost.devices.models import Cadence, Device, SignsCursor, TagFinding, TagSigns
from waypost.devices.signs import News, TagSays
from waypost.devices.tag_queries import persons_tag
from waypost.gateway.intake import Intake
from waypost.gateway.values import TagMessage
from waypost.orders.models import Activation, Person
from waypost.orders.queries import visible_person_ids
from waypost.positions.actions import import_fixes
from waypost.positions.models import LakeImport
from waypost.positions.values import Decoded, DecodedEvent, DecodedFix, EventKind
from waypost.units import Mechanism

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
BATTERY, JAMMING = EventKind.BATTERY_LEVEL, EventKind.JAMMING


def told(*words) -> News:
    return News(told=list(words))


def test_late_backlog_never_makes_the_signs_older():
    now = TagSays(contact_at=NOW, fix_at=NOW, battery_percent=80, battery_at=NOW)
    late = News(NOW - MINUTE, NOW - MINUTE, told=[(NOW - MINUTE, BATTERY, 12.0)])
    assert signs.after(now, late) == now


def test_the_order_in_which_words_arrive_changes_nothing():
    words = [
        (NOW, EventKind.CHARGING_STARTED, None),
        (NOW + MINUTE, BATTERY, 31.0),
        (NOW + 2 * MINUTE, EventKind.CHARGING_ENDED, None),
    ]
    forward = backward = TagSays()
    for word in words:
        forward = signs.after(forward, told(word))
    for word in reversed(words):
        backward = signs.after(backward, told(word))
    assert forward == backward
    assert forward.charging_since is None


def test_a_jamming_lasts_until_it_ends_or_satellites_are_heard_again():
    jammed = signs.after(TagSays(), told((NOW, JAMMING, None), (NOW + MINUTE, JAMMING, None)))
    assert jammed.jammed_since == NOW
    ended = signs.after(jammed, told((NOW + 2 * MINUTE, EventKind.JAMMING_ENDED, None)))
    assert ended.jammed_since is None
    soon = signs.after(jammed, News(gnss_at=NOW + 2 * MINUTE))
    assert soon.jammed_since == NOW  # a stored fix of the same minutes proves nothing
    later = signs.after(jammed, News(gnss_at=NOW + 12 * MINUTE))
    assert later.jammed_since is None


@pytest.mark.parametrize(
    ("kind", "attributes", "percent"),
    [
        (BATTERY, '{"percent":55}', 55.0),
        (EventKind.BATTERY_LOW, "{}", 20.0),
        (EventKind.BATTERY_LOW, '{"percent":14}', 14.0),
        (EventKind.BATTERY_DEAD, "{}", 0.0),
        (BATTERY, '{"percent":true}', None),
        (BATTERY, '{"percent":700}', None),
        (BATTERY, "[]", None),
        (EventKind.CHARGING_STARTED, "{}", None),
    ],
)
def test_a_level_is_what_is_stated_or_what_the_warning_stands_for(kind, attributes, percent):
    assert signs.percent_of(kind, attributes) == percent


@pytest.mark.database
@pytest.mark.django_db(transaction=True)
class TestStore:
    @pytest.fixture(autouse=True)
    def town(self):
        import_orders(orders_file(("D1", "D2")))

    def signs_of(self, device: str) -> TagSigns:
        return TagSigns.objects.get(activation__device_reference=device)

    def findings(self, device: str) -> set[str]:
        rows = TagFinding.objects.filter(activation__device_reference=device)
        return set(rows.values_list("kind", flat=True))

    def test_what_tags_send_becomes_their_signs(self):
        Intake().write([phone("D1", NOW - MINUTE, more="&batt=15"), phone("D2", NOW, lat=None)])
        while one_round(NOW):
            pass
        one, two = self.signs_of("D1"), self.signs_of("D2")
        assert (one.contact_at, one.fix_at) == (NOW, NOW - MINUTE)
        assert (one.battery_percent, one.battery_at) == (15.0, NOW - MINUTE)
        assert (two.contact_at, two.fix_at, two.battery_percent) == (NOW, None, None)
        assert self.findings("D1") == {"battery_low"}
        assert self.findings("D2") == {"stale"}  # worn for forty days without a place

    def test_a_file_of_fixes_tells_of_live_tags_what_the_log_would_have(self, tmp_path):
        path = tmp_path / "fixes.csv"
        rows = [("P-D1", NOW - 5 * MINUTE), ("P-D1", NOW - MINUTE), ("P-D2", NOW - 9 * HOUR)]
        text = [f"{who},{at.isoformat()},51.53,-0.06\n" for who, at in rows]
        path.write_text("person_id,time,lat,lon\n" + "".join(text))
        import_fixes(str(path), renames={}, by=MACHINE, now=NOW, mark=lambda _: None)
        while one_round(NOW):
            pass
        assert (self.signs_of("D1").fix_at, self.signs_of("D2").fix_at) == (
            NOW - MINUTE,
            NOW - 9 * HOUR,
        )
        assert self.findings("D1") == set()
        assert self.findings("D2") == {"silent"}  # which no place says more about

    def test_an_import_that_has_not_ended_is_waited_for(self):
        worn = Activation.objects.get(device_reference="D1").pk
        newest = {str(worn): [to_us(NOW), to_us(NOW)]}
        waiting = LakeImport.objects.create(started_at=NOW, digest="a", newest=newest)
        later = {str(worn): [to_us(NOW - MINUTE), to_us(NOW - MINUTE)]}
        LakeImport.objects.create(started_at=NOW, ended_at=NOW, digest="b", newest=later)
        one_round(NOW)
        assert not TagSigns.objects.filter(activation=worn).exists()
        LakeImport.objects.filter(pk=waiting.pk).update(ended_at=NOW)
        one_round(NOW)
        assert self.signs_of("D1").fix_at == NOW

    def test_findings_end_when_the_tag_is_well_again(self):
        Intake().write([phone("D1", NOW, more="&batt=15")])
        one_round(NOW)
        one_round(NOW)
        assert self.findings("D1") == {"battery_low"}
        Intake().write([phone("D1", NOW + MINUTE, more="&batt=90", received_at=NOW + MINUTE)])
        one_round(NOW + MINUTE)
        judge_estate(now=NOW + MINUTE)
        assert self.findings("D1") == set()

    def test_an_ended_activation_keeps_no_finding(self):
        judge_estate(now=NOW)
        assert self.findings("D1") == {"never_heard"}
        Activation.objects.filter(device_reference="D1").update(to_at=NOW)
        judge_estate(now=NOW)
        assert self.findings("D1") == set()

    def test_a_wrong_time_moves_no_sign_into_the_future(self):
        Intake().write([phone("D1", NOW + timedelta(days=365), more="&batt=15")])
        one_round(NOW)
        says = self.signs_of("D1")
        assert (says.contact_at, says.fix_at) == (NOW, None)
        assert says.battery_at == NOW  # said about when we received it

    def test_a_second_worker_takes_nothing_in_twice(self):
        from waypost.devices.estate_watch import follow_log

        Intake().write([phone("D1", NOW)])
        stale, _ = SignsCursor.objects.get_or_create(pk=1)
        one_round(NOW)
        TagSigns.objects.all().delete()
        follow_log(stale, now=NOW)  # reads, and finds that somebody was quicker
        assert not TagSigns.objects.exists()

    def test_a_busy_gateway_does_not_keep_the_estate_from_being_judged(self):
        """There is always a new entry; judging must not wait for a log that stands still."""
        Intake().write([phone("D1", NOW)])
        assert not one_round(NOW)
        assert SignsCursor.objects.get().judged_at == NOW

    def test_a_tag_says_what_it_is_and_an_officers_word_on_the_model_stands(self):
        said = DecodedEvent(NOW, EventKind.CONTACT, {"device_type": "GL300W", "firmware": "A1B2"})
        sim = DecodedEvent(NOW, EventKind.CONTACT, {"iccid": "8944000000000000001"})
        Device.objects.create(reference="D2", known_at=NOW, status="fitted", model="GL50")
        Intake().write(
            [TagMessage("queclink", b"x", Decoded(device, events=(said, sim)), NOW)
             for device in ("D1", "D2")]
        )  # fmt: skip
        one_round(NOW)
        rows = Device.objects.order_by("reference").values_list("model", "firmware", "sim")
        assert list(rows) == [
            ("GL300W", "A1B2", "8944000000000000001"), ("GL50", "A1B2", "8944000000000000001"),
        ]  # fmt: skip

    def test_cadence_is_learnt_from_log_and_lake_by_model(self):
        Device.objects.create(reference="D1", known_at=NOW, status="fitted", model="GL300W")
        Intake().write(
            [phone("D1", NOW - n * MINUTE, received_at=NOW - n * MINUTE) for n in range(30)]
        )
        assert learn_cadence(now=NOW) == 1
        learnt = Cadence.objects.get()
        assert (learnt.model, learnt.fix_s, learnt.contact_s) == ("GL300W", 60.0, 60.0)
        assert (learnt.tags, learnt.gaps) == (1, 28)
        assert learnt.tags < cadence.TAGS_MIN  # not enough: the house's numbers still count

    def test_the_estate_is_judged_and_listed_in_few_statements(self):
        with CaptureQueriesContext(
            connection,
        ) as judged:
            judge_estate(now=NOW)
        import_orders(orders_file(tuple(f"E{n}" for n in range(60))))
        judge_estate(now=NOW)
        with CaptureQueriesContext(connection) as more:
            judge_estate(now=NOW)
        assert len(more) <= len(judged) + 2
        with CaptureQueriesContext(connection) as listed:
            found = estate(MACHINE, Sought(), now=NOW)
        assert (found.found, found.pages, len(found.lines)) == (62, 2, 50)
        assert dict(found.by_finding)[FindingKind.NEVER_HEARD] == 62
        assert len(listed) < 25

    @pytest.mark.parametrize("role", [Role.MONITORING_OFFICER, Role.PROBATION_PRACTITIONER])
    def test_who_may_know_of_a_tag_is_as_access_says(self, role):
        """The estate asks in SQL what `visible_person_ids` answers one by one."""
        Person.objects.filter(reference="P-D1").update(limited=True)
        officer = make_officer("officer", "Officer", None, role, now=START)
        by = posted(officer, now=NOW)
        ids = visible_person_ids(by, Permission.DEVICE_READ, now=NOW)
        known = set(known_activations(by, now=NOW).values_list("person_id", flat=True))
        assert ids is not None
        assert known == set(ids)
        Person.objects.get(reference="P-D1").caseloads.create(
            officer=officer, from_at=START, named=True
        )
        ids = visible_person_ids(by, Permission.DEVICE_READ, now=NOW)
        known = set(known_activations(by, now=NOW).values_list("person_id", flat=True))
        assert known == set(ids)
        assert known


def test_a_fix_by_satellite_is_told_from_one_by_cell():
    from waypost.positions.batch import IntakeRow, build

    fixes = [
        DecodedFix(NOW, 51.5, 0.0, mechanism=Mechanism.CELL),
        DecodedFix(NOW - MINUTE, 51.5, 0.0, mechanism=Mechanism.GNSS),
    ]
    [news] = signs.news_of(*build([IntakeRow(1, START, None, NOW, fixes)])).values()
    assert (news.fix_at, news.gnss_at) == (NOW, NOW - MINUTE)


def test_what_a_home_unit_says_is_no_contact_with_the_tag():
    from waypost.positions.batch import IntakeRow, build

    event = DecodedEvent(NOW, EventKind.HOME_UNIT_POWER_LOST, {"home_unit": "HU1"})
    assert signs.news_of(*build([IntakeRow(1, START, None, NOW, (), [event])])) == {}


@pytest.mark.database
@pytest.mark.django_db(transaction=True)
def test_a_worker_that_is_behind_makes_no_tag_silent_and_says_that_it_is():
    """The gateway took the tag's message; nobody has read the log since."""
    import_orders(orders_file(("D1",)))
    one_round(NOW)
    later = NOW + timedelta(hours=3)
    Intake().write([phone("D1", later, received_at=later)])
    person_id = Person.objects.get(reference="P-D1").pk
    seen = persons_tag(person_id, MACHINE, now=later + MINUTE)
    assert seen.behind_since == NOW
    assert seen.tag is not None
    assert seen.tag.signs.contact_at == later
    kinds = {finding.kind for finding in seen.tag.findings}
    assert FindingKind.SILENT not in kinds
    while one_round(later + MINUTE):
        pass
    seen = persons_tag(person_id, MACHINE, now=later + MINUTE)
    assert (seen.behind_since, seen.tag.findings) == (None, ())
