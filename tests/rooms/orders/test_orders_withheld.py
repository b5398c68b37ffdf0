"""A fixed zone must not give away an address that its wearer is kept from: read, lint, import."""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fitting_words import officer
from waypost.access.models import AuditLine
from waypost.access.values import MACHINE
from waypost.cli.orders_check import check
from waypost.errors import Conflict, NoSuchThing, Refused
from waypost.geo import plane_for
from waypost.orders.actions import import_orders
from waypost.orders.models import Caseload, Order, Person, RequirementVersion, WithheldAddress
from waypost.orders.queries import person_orders
from waypost.orders.read import read_orders
from waypost.orders.values import Zone
from waypost.orders.withheld import NEAR_M, NEAR_PART, centred_on_withheld
from waypost.orders.withholding import (
    addresses_of,
    end_withholding,
    withheld_from,
    withhold_address,
)

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
REFUGE = (51.5462, -0.0571)  # (lat, lon)


def at(east_m: float, north_m: float) -> list[float]:
    """[lon, lat] of a place so far from the refuge."""
    plane = plane_for(*REFUGE)
    (east,), (north,) = plane.project(*REFUGE)
    (lat,), (lon,) = plane.unproject(east + east_m, north + north_m)
    return [float(lon), float(lat)]


def circle(radius_m: float, east_m: float = 0, north_m: float = 0) -> dict:
    return {"type": "Point", "coordinates": at(east_m, north_m), "radius_m": radius_m}


def box(west_m: float, south_m: float, east_m: float, north_m: float) -> list[list[float]]:
    corners = [(west_m, south_m), (east_m, south_m), (east_m, north_m), (west_m, north_m)]
    return [at(*corner) for corner in [*corners, corners[0]]]


def polygon(*rings) -> dict:
    return {"type": "Polygon", "coordinates": list(rings)}


L_SHAPE = [at(*corner) for corner in
           [(0, 0), (900, 0), (900, 100), (100, 100), (100, 900), (0, 900), (0, 0)]]  # fmt: skip


@pytest.mark.parametrize(
    ("zone", "gives_away"),
    [
        (circle(500), True),
        (circle(500, 90), True),  # a fifth of the radius is at the middle
        (circle(500, 110), False),
        (circle(100, 45), True),  # a house with its garden is the address, however small the zone
        (circle(100, 55), False),
        (circle(5000, 3000), False),  # it holds the refuge and says no more than its outline
        (circle(5000, 20_000), False),
        (polygon(box(-400, -300, 400, 300)), True),
        (polygon(box(-100, -100, 900, 900)), False),
        (polygon(box(-400, -300, 400, 300), box(-50, -50, 50, 50)), True),  # a hole around it
        (
            {"type": "MultiPolygon", "coordinates": [
                [box(-200, -200, 200, 200)], [box(5000, 5000, 9000, 9000)]]},
            True,  # one of its parts
        ),
        ({"type": "LineString", "coordinates": [at(-400, 0), at(400, 0)], "width_m": 80}, True),
        ({"type": "LineString", "coordinates": [at(0, 0), at(900, 0)], "width_m": 80}, False),
        (circle(500, 2_000_000, 3_000_000), False),  # off the plane of the address
    ],
)  # fmt: skip
def test_a_zone_gives_an_address_away_when_a_middle_of_it_lies_there(zone, gives_away):
    geometry = {key: zone[key] for key in ("type", "coordinates")}
    asked = Zone(geometry, zone.get("radius_m"), zone.get("width_m"))
    assert centred_on_withheld([asked], [REFUGE]) is gives_away
    assert centred_on_withheld([asked], []) is False


def test_the_middle_of_the_smallest_circle_and_of_the_box_count_beside_the_centre_of_gravity():
    for middle in (at(450, 450), at(260, 260)):
        place = (middle[1], middle[0])
        assert centred_on_withheld([Zone({"type": "Polygon", "coordinates": [L_SHAPE]})], [place])
    corner = at(860, 60)
    zone = Zone({"type": "Polygon", "coordinates": [L_SHAPE]})
    assert not centred_on_withheld([zone], [(corner[1], corner[0])])


@given(st.floats(60, 5000), st.floats(0, 1), st.floats(0, 2 * math.pi))
def test_a_circle_is_refused_up_to_the_stated_distance_and_not_beyond(radius_m, part, bearing):
    """Margins for a circle drawn as a polygon, and for the plane."""
    away_m = part * radius_m
    near_m = max(NEAR_M, NEAR_PART * radius_m)
    zone = circle(radius_m, away_m * math.sin(bearing), away_m * math.cos(bearing))
    asked = Zone({key: zone[key] for key in ("type", "coordinates")}, radius_m)
    if abs(away_m - near_m) > 0.01 * near_m:
        assert centred_on_withheld([asked], [REFUGE]) is (away_m < near_m)


def file(zone, *, withheld=True, reference="R1") -> bytes:
    exclusion = {"requirement_id": reference, "kind": "exclusion", "zone": zone}
    order = {"order_id": "O1", "kind": "dapo", "from": "2026-03-01T00:00:00Z",
             "requirements": [exclusion]}  # fmt: skip
    person = {"person_id": "P1", "orders": [order]}
    if withheld:
        lat, lon = REFUGE
        person["withheld_addresses"] = [{"type": "Point", "coordinates": [lon, lat]}]
    return json.dumps({"persons": [person]}).encode()


def test_a_file_that_states_the_address_has_its_zone_refused_and_named_by_the_check():
    [finding] = [
        one for one in check(file(circle(500))) if one.kind != "order_without_requirements"
    ]
    assert (finding.person_id, finding.requirement_id) == ("P1", "R1")
    assert finding.kind == "zone_at_withheld_address"
    assert "51.5" not in finding.message  # the address itself is not said again
    assert not read_orders(file(circle(500))).rows[0].orders[0].requirements
    assert not read_orders(file(circle(500, 300))).problems


@pytest.mark.parametrize("address", [{"type": "Polygon", "coordinates": []}, 7, {"type": "Point"}])
def test_a_withheld_address_that_cannot_be_read_is_a_problem(address):
    data = json.loads(file(circle(500, 300)))
    data["persons"][0]["withheld_addresses"] = [address]
    [problem] = read_orders(json.dumps(data).encode()).problems
    assert problem.field.startswith("persons[0].withheld_addresses[0]")


@pytest.fixture
def town():
    """P1 must keep away from PR1, of whom ann is named staff and bob is not."""
    import_orders(read_orders(file(circle(500, 900), withheld=False)).rows, by=MACHINE, now=NOW)
    protected = Person.objects.create(reference="PR1", limited=True, protected=True, known_at=NOW)
    officers = {name: officer(name) for name in ("ann", "bob")}
    Caseload.objects.create(
        person=protected, officer_id=officers["ann"].officer_id, from_at=NOW, named=True
    )
    return officers | {"wearer": Person.objects.get(reference="P1").pk, "protected": protected.pk}


@pytest.mark.database
@pytest.mark.django_db
class TestKept:
    def test_an_import_refuses_a_zone_at_it_and_what_was_asked_before_stays(self, town):
        withhold_address(town["protected"], town["wearer"], REFUGE, by=MACHINE, now=NOW)
        rows = read_orders(file(circle(500), withheld=False)).rows
        outcome = import_orders(rows, by=MACHINE, now=NOW + timedelta(hours=1))
        [problem] = outcome.problems
        assert (problem.type, problem.value) == ("ZONE_AT_WITHHELD_ADDRESS", "R1")
        assert (outcome.requirement_versions, outcome.withdrawn) == (0, 0)
        [person] = person_orders([town["wearer"]])
        [kept] = person.orders[0].requirements
        assert kept.zones[0].geometry["coordinates"] == at(900, 0)
        other = read_orders(file(circle(500, 600), withheld=False)).rows
        assert not import_orders(other, by=MACHINE, now=NOW + timedelta(hours=2)).problems

    def test_another_wearers_zone_there_is_not_refused(self, town):
        """Their refusal would tell an officer of theirs that somebody hides there."""
        withhold_address(town["protected"], town["wearer"], REFUGE, by=MACHINE, now=NOW)
        data = json.loads(file(circle(500), withheld=False))
        data["persons"][0]["person_id"] = "P2"
        rows = read_orders(json.dumps(data).encode()).rows
        assert not import_orders(rows, by=MACHINE, now=NOW).problems

    def test_one_that_is_shown_already_is_said_at_once(self, town):
        near = (at(880, 10)[1], at(880, 10)[0])
        shown = withhold_address(town["protected"], town["wearer"], near, by=MACHINE, now=NOW)
        assert shown == ("R1",)
        line = AuditLine.objects.get(kind="address:withheld")
        assert b"51." not in bytes(line.body)

    def test_it_ends_and_a_zone_may_stand_there_again(self, town):
        withhold_address(town["protected"], town["wearer"], REFUGE, by=MACHINE, now=NOW)
        address = WithheldAddress.objects.get()
        assert withheld_from([town["wearer"]], now=NOW) == {town["wearer"]: [REFUGE]}
        end_withholding(address.pk, by=MACHINE, now=NOW + timedelta(days=1))
        assert withheld_from([town["wearer"]], now=NOW + timedelta(days=2)) == {}
        with pytest.raises(Conflict):
            end_withholding(address.pk, by=MACHINE, now=NOW + timedelta(days=2))
        rows = read_orders(file(circle(500), withheld=False)).rows
        assert not import_orders(rows, by=MACHINE, now=NOW + timedelta(days=2)).problems
        kinds = AuditLine.objects.filter(kind__startswith="address:").order_by("pk")
        assert [line.kind for line in kinds] == ["address:withheld", "address:released"]

    def test_only_a_protected_persons_address_and_by_their_named_staff_alone(self, town):
        with pytest.raises(Refused, match="protected person"):
            withhold_address(town["wearer"], town["wearer"], REFUGE, by=MACHINE, now=NOW)
        with pytest.raises(NoSuchThing):
            withhold_address(town["protected"], town["wearer"], REFUGE, by=town["bob"], now=NOW)
        withhold_address(town["protected"], town["wearer"], REFUGE, by=town["ann"], now=NOW)
        address = WithheldAddress.objects.get()
        with pytest.raises(NoSuchThing, match="no such address"):
            end_withholding(address.pk, by=town["bob"], now=NOW)

    def test_the_same_address_is_entered_once_and_after_its_end_again(self, town):
        withhold_address(town["protected"], town["wearer"], REFUGE, by=town["ann"], now=NOW)
        with pytest.raises(Refused, match="already"):
            withhold_address(town["protected"], town["wearer"], REFUGE, by=town["ann"], now=NOW)
        end_withholding(WithheldAddress.objects.get().pk, by=town["ann"], now=NOW)
        withhold_address(town["protected"], town["wearer"], REFUGE, by=town["ann"], now=NOW)
        assert WithheldAddress.objects.count() == 2

    def test_named_staff_read_from_whom_since_when_and_what_shows_it_and_no_nearer_than_1_km(
        self, town
    ):
        near = (at(880, 10)[1], at(880, 10)[0])
        withhold_address(town["protected"], town["wearer"], near, by=town["ann"], now=NOW)
        withhold_address(town["protected"], town["wearer"], REFUGE, by=town["ann"], now=NOW)
        later = NOW + timedelta(days=1)
        first, second = addresses_of(town["protected"], town["ann"], now=later)
        assert (first.number, first.wearer, first.from_at, first.to_at) == (1, "P1", NOW, None)
        assert (first.area, second.area) == ("TQ 35 84", "TQ 34 84")
        assert [(one.order_id, one.requirement_id) for one in first.shown_by] == [("O1", "R1")]
        assert second.shown_by == ()
        line = AuditLine.objects.latest("number")
        assert (line.kind, line.person_id) == ("address:viewed", town["protected"])
        end_withholding(first.address_id, by=town["ann"], now=later)
        _, ended = addresses_of(town["protected"], town["ann"], now=later)
        assert (ended.number, ended.to_at, ended.area, ended.shown_by) == (1, later, "", ())

    def test_the_list_is_for_named_staff_and_leaves_out_a_wearer_whom_they_may_not_know_of(
        self, town
    ):
        withhold_address(town["protected"], town["wearer"], REFUGE, by=town["ann"], now=NOW)
        with pytest.raises(NoSuchThing):
            addresses_of(town["protected"], town["bob"], now=NOW)
        with pytest.raises(Refused, match="protected person"):
            addresses_of(town["wearer"], town["ann"], now=NOW)
        Person.objects.filter(pk=town["wearer"]).update(limited=True)
        assert addresses_of(town["protected"], town["ann"], now=NOW) == ()

    def test_a_zone_varied_away_or_of_an_order_that_ended_shows_it_no_longer(self, town):
        near = (at(900, 0)[1], at(900, 0)[0])
        withhold_address(town["protected"], town["wearer"], near, by=town["ann"], now=NOW)

        def shown(days):
            now = NOW + timedelta(days=days)
            [one] = addresses_of(town["protected"], town["ann"], now=now)
            return [ref.requirement_id for ref in one.shown_by]

        assert shown(1) == ["R1"]
        varied = read_orders(file(circle(500, 1900), withheld=False)).rows
        import_orders(varied, by=MACHINE, now=NOW + timedelta(days=2))
        assert shown(3) == []
        WithheldAddress.objects.update(lat=at(1900, 0)[1], lon=at(1900, 0)[0])
        assert shown(3) == ["R1"]
        Order.objects.update(to_at=NOW + timedelta(days=4))
        assert (shown(3), shown(5)) == (["R1"], [])

    def test_a_moving_exclusion_around_a_wearer_is_refused_around_a_protected_person_kept(
        self, town
    ):
        data = json.loads(file(circle(500, 900), withheld=False))
        asked = data["persons"][0]["orders"][0]["requirements"]
        asked += [
            {"requirement_id": name, "kind": "exclusion", "around": around, "around_radius_m": 500}
            for name, around in [("R2", "P1"), ("R3", "PR1"), ("R4", "V9")]
        ]
        rows = read_orders(json.dumps(data).encode()).rows
        outcome = import_orders(rows, by=MACHINE, now=NOW)
        assert [(one.type, one.value) for one in outcome.problems] == [("AROUND_A_WEARER", "R2")]
        kept = RequirementVersion.objects.exclude(around="").order_by("reference")
        assert [row.around for row in kept] == ["PR1", "V9"]  # who is entered later moves it then


@pytest.mark.database
@pytest.mark.django_db
def test_a_requirement_that_a_file_spoils_is_not_withdrawn_by_it():
    """Before, a typing error in a zone took the requirement out of force."""
    whole = json.loads(file(circle(500), withheld=False))
    import_orders(read_orders(json.dumps(whole).encode()).rows, by=MACHINE, now=NOW)
    for spoilt in ({"kind": "exclusoin"}, {"zone": None}, {"requirement_id": ""}):
        data = json.loads(json.dumps(whole))
        data["persons"][0]["orders"][0]["requirements"][0] |= spoilt
        read = read_orders(json.dumps(data).encode())
        assert read.problems
        assert not read.rows[0].orders[0].whole
        assert import_orders(read.rows, by=MACHINE, now=NOW + timedelta(days=1)).withdrawn == 0
    whole["persons"][0]["orders"][0]["requirements"] = []
    rows = read_orders(json.dumps(whole).encode()).rows
    assert import_orders(rows, by=MACHINE, now=NOW + timedelta(days=2)).withdrawn == 1
