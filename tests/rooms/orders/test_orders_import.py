"""Orders brought into the store: versions, idempotence, scope, what was known when."""

from __future__ import annotations

import copy
import json
from datetime import UTC, datetime, timedelta

import pytest

from waypost.access import may
from waypost.access.models import AuditLine, Officer, Organisation, Posting, Team
from waypost.access.queries import posted
from waypost.access.values import MACHINE, Permission, Role
from waypost.orders import actions, queries
from waypost.orders.models import Activation, Caseload, Person, RequirementVersion
from waypost.orders.read import read_orders

pytestmark = [pytest.mark.database, pytest.mark.django_db]

NOW = datetime(2026, 4, 1, 12, tzinfo=UTC)
POINT = {"type": "Point", "coordinates": [-0.06, 51.55], "radius_m": 60}
DAILY = [{"days": ["MO", "TU", "WE", "TH", "FR", "SA", "SU"], "start": "19:00", "end": "07:00"}]
FILE = {
    "persons": [
        {
            "person_id": "P1",
            "name": "Wearer One",
            "area": "Hackney",
            "activations": [
                {
                    "activation_id": "A1",
                    "device_id": "D1",
                    "from": "2026-03-01T00:00:00Z",
                    "to": None,
                }
            ],
            "orders": [
                {
                    "order_id": "O1",
                    "kind": "community_order",
                    "from": "2026-03-01T00:00:00Z",
                    "to": "2026-09-01T00:00:00Z",
                    "requirements": [
                        {
                            "requirement_id": "R1",
                            "kind": "curfew",
                            "zone": POINT,
                            "timetable": DAILY,
                            "exceptions": [
                                {
                                    "from": "2026-03-10T18:00:00Z",
                                    "to": "2026-03-11T09:00:00Z",
                                    "reason": "hospital",
                                }
                            ],
                        },
                        {
                            "requirement_id": "R2",
                            "kind": "attendance",
                            "zone": {**POINT, "radius_m": 80},
                            "appointments": [
                                {
                                    "rrule": "DTSTART;TZID=Europe/London:20260302T100000\n"
                                    "RRULE:FREQ=WEEKLY;BYDAY=MO",
                                    "duration": "PT1H",
                                    "grace": "PT10M",
                                }
                            ],
                        },
                    ],
                }
            ],
        }
    ]
}


def bring(document, now=NOW):
    read = read_orders(json.dumps(document).encode())
    assert not read.problems
    return actions.import_orders(read.rows, by=MACHINE, now=now)


def changed(document, edit):
    document = copy.deepcopy(document)
    edit(document["persons"][0])
    return document


def test_what_goes_in_comes_out_with_its_numbers():
    bring(FILE)
    read = read_orders(json.dumps(FILE).encode()).rows[0]
    [person] = queries.person_orders()
    assert (person.person_id, person.details["name"]) == ("P1", "Wearer One")
    [order], [span] = person.orders, person.activations
    assert span.number == Activation.objects.get().pk
    assert (span.activation_id, span.device_id, span.from_at) == (
        "A1", "D1", datetime(2026, 3, 1, tzinfo=UTC),
    )  # fmt: skip
    for stored, sent in zip(order.requirements, read.orders[0].requirements, strict=True):
        assert stored.version_id is not None
        assert stored.zones[0].zone_id is not None
        assert stored.zones[0].geometry == sent.zones[0].geometry
        assert (stored.timetable, stored.exceptions, stored.appointments) == (
            sent.timetable, sent.exceptions, sent.appointments,
        )  # fmt: skip


def test_a_second_import_of_the_same_file_changes_nothing():
    first = bring(FILE)
    version = queries.orders_version()
    second = bring(FILE, NOW + timedelta(days=1))
    assert (first.made, first.requirement_versions, first.activations) == (1, 2, 1)
    assert (second.made, second.changed, second.unchanged) == (0, 0, 1)
    assert (second.requirement_versions, second.withdrawn, second.activations) == (0, 0, 0)
    assert queries.orders_version() == version > 0
    assert AuditLine.objects.filter(kind="orders:imported").count() == 2


def test_a_varied_zone_binds_from_now_and_the_old_one_until_then():
    bring(FILE)
    moved = changed(
        FILE,
        lambda p: p["orders"][0]["requirements"][0].update(zone={**POINT, "radius_m": 200}),
    )
    before = queries.orders_version()
    outcome = bring(moved, NOW + timedelta(days=5))
    assert (outcome.changed, outcome.requirement_versions) == (1, 1)
    assert queries.orders_version() == before + 1
    pieces = [
        (one.zones[0].radius_m, one.from_at, one.to_at)
        for one in queries.person_orders()[0].orders[0].requirements
        if one.requirement_id == "R1"
    ]
    edge = NOW + timedelta(days=5)
    assert pieces == [(60, None, edge), (200, edge, None)]
    as_known = queries.person_orders(known_at=NOW + timedelta(days=1))[0]
    assert [one.zones[0].radius_m for one in as_known.orders[0].requirements] == [60, 80]


@pytest.mark.parametrize(
    ("said", "binds_from"),
    [({}, NOW + timedelta(days=5)), ({"from": "2026-03-20T00:00:00Z"}, None)],
    ids=["from when it was added", "from when it says"],
)
def test_a_requirement_added_to_a_known_order_judges_no_past_unless_it_says_so(said, binds_from):
    bring(FILE)
    zone = {"requirement_id": "R9", "kind": "exclusion", "zone": POINT, **said}
    bring(
        changed(FILE, lambda p: p["orders"][0]["requirements"].append(zone)),
        NOW + timedelta(days=5),
    )
    added = [
        one
        for one in queries.person_orders()[0].orders[0].requirements
        if one.requirement_id == "R9"
    ]
    assert [one.from_at for one in added] == [binds_from or datetime(2026, 3, 20, tzinfo=UTC)]


def test_an_exception_entered_later_corrects_the_past():
    """Absences are often authorised after the event; they say themselves when they bind."""
    bring(FILE)
    absence = {"from": "2026-03-20T18:00:00Z", "to": "2026-03-20T22:00:00Z", "reason": "work"}
    excused = changed(
        FILE, lambda p: p["orders"][0]["requirements"][0]["exceptions"].append(absence)
    )
    bring(excused, NOW + timedelta(days=5))
    curfews = [
        one
        for one in queries.person_orders()[0].orders[0].requirements
        if one.requirement_id == "R1"
    ]
    assert [(one.from_at, one.to_at, len(one.exceptions)) for one in curfews] == [(None, None, 2)]
    assert RequirementVersion.objects.filter(reference="R1").count() == 2


def test_a_requirement_left_out_is_withdrawn_and_can_come_back():
    bring(FILE)
    without = changed(FILE, lambda p: p["orders"][0]["requirements"].pop(0))
    assert bring(without, NOW + timedelta(days=1)).withdrawn == 1
    assert bring(without, NOW + timedelta(days=2)).changed == 0
    [curfew] = [r for r in queries.person_orders()[0].orders[0].requirements if r.kind == "curfew"]
    assert curfew.to_at == NOW + timedelta(days=1)
    assert bring(FILE, NOW + timedelta(days=3)).requirement_versions == 1
    pieces = [r for r in queries.person_orders()[0].orders[0].requirements if r.kind == "curfew"]
    assert [(one.from_at, one.to_at) for one in pieces] == [
        (None, NOW + timedelta(days=1)),
        (NOW + timedelta(days=3), None),
    ]


def test_an_activation_that_ends_keeps_what_it_said_before():
    bring(FILE)
    ended = changed(FILE, lambda p: p["activations"][0].update(to="2026-04-02T00:00:00Z"))
    bring(ended, NOW + timedelta(days=2))
    [span] = queries.person_orders()[0].activations
    assert span.to_at == datetime(2026, 4, 2, tzinfo=UTC)
    [then] = queries.person_orders(known_at=NOW)[0].activations
    assert then.to_at is None
    assert then.number == span.number


def test_an_activation_of_somebody_else_is_a_problem_and_the_rest_goes_in():
    bring(FILE)
    other = changed(FILE, lambda p: p.update(person_id="P2"))
    outcome = bring(other)
    assert [problem.type for problem in outcome.problems] == ["ACTIVATION_OF_ANOTHER"]
    assert outcome.made == 1
    assert [len(person.activations) for person in queries.person_orders()] == [1, 0]


def test_the_directory_never_lets_a_reused_tag_inherit():
    again = {"activation_id": "A2", "device_id": "D1", "from": "2026-05-01T00:00:00Z", "to": None}
    first = changed(FILE, lambda p: p["activations"][0].update(to="2026-04-20T00:00:00Z"))
    second = changed(
        FILE, lambda p: (p.update(person_id="P2"), p["activations"].__setitem__(0, again))
    )
    bring(first)
    bring(second)
    directory = queries.activation_directory()
    assert directory.live_at("D1", datetime(2026, 4, 1, tzinfo=UTC)).activation_id == "A1"
    assert directory.live_at("D1", datetime(2026, 4, 20, tzinfo=UTC)) is None
    assert directory.live_at("D1", datetime(2026, 5, 1, tzinfo=UTC)).activation_id == "A2"
    assert len(directory.any_of("D1")) == 2
    assert directory.any_of("D9") == ()
    number = directory.by_reference("A2").span.number
    assert directory.order_live(number, datetime(2026, 8, 31, tzinfo=UTC))
    assert not directory.order_live(number, datetime(2026, 9, 1, tzinfo=UTC))
    assert directory.spans(number) == (
        (datetime(2026, 5, 1, tzinfo=UTC), datetime(2026, 9, 1, tzinfo=UTC)),
    )


def officer(name, role, team=None):
    one = Officer.objects.create(username=name, display_name=name.title())
    Posting.objects.create(officer=one, role=role, team=team, from_at=NOW - timedelta(days=9))
    return one


def test_who_is_visible_says_the_same_as_may_for_each_person():
    team = Team.objects.create(
        organisation=Organisation.objects.create(name="London", kind="probation_region"),
        name="Hackney IOM",
    )
    staff = [
        officer("ann", Role.PROBATION_PRACTITIONER),
        officer("bob", Role.PROBATION_PRACTITIONER, team),
        officer("cat", Role.MONITORING_OFFICER),
        officer("dan", Role.IOM_COORDINATOR, team),
        officer("eve", Role.ADMINISTRATOR),
    ]
    for n, details in enumerate(
        [{"officers": ["ann"]}, {"team": "Hackney IOM"}, {"limited": True, "officers": ["cat"]}, {}]
    ):
        one = changed(
            FILE, lambda p, n=n, d=details: p.update(person_id=f"P{n}", activations=[], **d)
        )
        assert not bring(one, NOW - timedelta(hours=1)).problems
    ids = set(Person.objects.values_list("id", flat=True))
    cases = queries.cases_of(ids, now=NOW)
    seen = {}
    for one in staff:
        by = posted(one, now=NOW)
        for permission in (Permission.PERSON_READ, Permission.ALERT_HANDLE):
            visible = queries.visible_person_ids(by, permission, now=NOW)
            decided = {n for n in ids if may.decide(by, permission, cases[n]).allowed}
            assert (ids if visible is None else visible) == decided
            seen[one.username, permission] = len(decided)
    assert seen["ann", Permission.PERSON_READ] == 1
    assert seen["bob", Permission.PERSON_READ] == 1
    assert seen["cat", Permission.PERSON_READ] == 4  # named for the limited one
    assert seen["eve", Permission.PERSON_READ] == 0


def test_an_unknown_officer_is_a_problem_and_the_caseload_can_change_hands():
    officer("ann", Role.PROBATION_PRACTITIONER)
    officer("bob", Role.PROBATION_PRACTITIONER)
    outcome = bring(changed(FILE, lambda p: p.update(officers=["ann", "nobody"])))
    assert [problem.type for problem in outcome.problems] == ["UNKNOWN_OFFICER"]
    bring(changed(FILE, lambda p: p.update(officers=["bob"])), NOW + timedelta(days=1))
    case = queries.case_of(Person.objects.get().pk, now=NOW + timedelta(days=2))
    assert case.officer_ids == {Officer.objects.get(username="bob").pk}
    assert Caseload.objects.count() == 2
    bring(FILE, NOW + timedelta(days=3))  # silent about officers: nothing ends
    limited = changed(FILE, lambda p: p.update(officers=["bob"], limited=True))
    bring(limited, NOW + timedelta(days=4))
    case = queries.case_of(Person.objects.get().pk, now=NOW + timedelta(days=5))
    assert case.limited
    assert case.named_officer_ids == case.officer_ids == {Officer.objects.get(username="bob").pk}


def test_thousands_of_persons_take_a_handful_of_statements(django_assert_max_num_queries):
    persons = [
        changed(FILE, lambda p, n=n: p.update(person_id=f"Q{n}", activations=[]))["persons"][0]
        for n in range(300)
    ]
    bring({"persons": persons})
    with django_assert_max_num_queries(12):
        assert len(queries.person_orders()) == 300
