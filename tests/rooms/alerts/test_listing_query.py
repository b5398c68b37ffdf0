"""The list as the store orders and counts it, held against the plain twin; filters hide no call."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest

from waypost import clock
from waypost.access.actions import make_officer
from waypost.access.models import Officer, Organisation, Team
from waypost.access.queries import posted
from waypost.access.values import Role
from waypost.alerts import queries
from waypost.alerts.filters import Facts, Filters, Whose, read_filters, without
from waypost.alerts.incident_view import filter_choices
from waypost.alerts.listing import Line, Listing, listing
from waypost.alerts.listing_query import listed
from waypost.alerts.models import Alert, Incident
from waypost.alerts.values import OPEN, AlertKind
from waypost.orders.models import Caseload, Person

pytestmark = [pytest.mark.database, pytest.mark.django_db]
AREAS = ("Camden", "Hackney", "")
KINDS = (AlertKind.SOS, AlertKind.SOS_PROTECTED, AlertKind.EXCLUSION, AlertKind.JAMMING)
OWNERS = (None, 5, 7)
ME = 5


@pytest.fixture
def now():
    return clock.now()


def estate(chance: random.Random, now) -> dict[int, Facts]:
    """Some alerts of four persons, with every kind of age, owner and story; what filters see."""
    organisation, _ = Organisation.objects.get_or_create(name="North", kind="probation_region")
    teams = [Team.objects.get_or_create(organisation=organisation, name=f"T{n}")[0] for n in (1, 2)]
    seen = {}
    for n in range(4):
        area = AREAS[n % 3]
        person, _ = Person.objects.get_or_create(
            reference=f"P{n}", defaults={"area": area, "known_at": now}
        )
        mine = frozenset(team.pk for team in teams if chance.random() < 0.5)
        Caseload.objects.filter(person=person).delete()
        for team_id in mine:
            Caseload.objects.create(person=person, team_id=team_id, from_at=now - timedelta(days=1))
        story = Incident.objects.create(person=person, opened_at=now, touched_at=now)
        for m in range(chance.randrange(7)):
            age = timedelta(seconds=chance.choice([1, 300, 301, 899, 900, 20_000, 90_000]))
            kind = chance.choice(KINDS)
            owner = chance.choice(OWNERS)
            made = Alert.objects.create(
                person=person, subject=f"{n}:{m}", open_subject=f"{n}:{m}", kind=kind,
                status=chance.choice(sorted(OPEN)), certainty="certain",
                urgency=chance.choice([100, 85, 80, 79, 30]), headline="x", from_at=now - age,
                raised_at=now - age, touched_at=now, owner_id=owner,
                incident=story if chance.random() < 0.4 else None,
                attend_by=chance.choice([None, now - timedelta(minutes=1), now + timedelta(1)]),
            )  # fmt: skip
            seen[made.pk] = Facts(kind, area, mine, owner)
    return seen


def some_filters(chance: random.Random) -> Filters:
    teams = list(Team.objects.values_list("pk", flat=True))
    return Filters(
        areas=frozenset(chance.sample(AREAS[:2], chance.randrange(3))),
        team_ids=frozenset(chance.sample(teams, chance.randrange(3))),
        kinds=frozenset(chance.sample(KINDS, chance.randrange(3))),
        whose=chance.choice(list(Whose)),
    )


@pytest.mark.parametrize("seed", range(12))
def test_the_stores_list_is_the_plain_one_whatever_is_asked(now, seed):
    chance = random.Random(seed)
    facts = estate(chance, now)
    for filters in (Filters(), *(some_filters(chance) for _ in range(6))):
        lines = [
            Line(one.pk, one.incident_id, one.urgency, one.status, one.raised_at, one.attend_by,
                 filters.asks(facts[one.pk], ME))
            for one in Alert.objects.all()
        ]  # fmt: skip
        for page, size in ((1, 3), (2, 3), (1, 200), (99, 2)):
            ours = listed(Alert.objects.all(), filters, page, officer_id=ME, now=now, size=size)
            plain: Listing = listing(lines, page, now=now, size=size)
            assert ours == plain


@pytest.mark.parametrize("seed", range(4))
def test_filters_leave_out_nothing_unsaid_and_never_a_call(now, seed):
    chance = random.Random(100 + seed)
    facts = estate(chance, now)
    everything = listed(Alert.objects.all(), Filters(), 1, officer_id=ME, now=now)
    for _ in range(8):
        found = listed(Alert.objects.all(), some_filters(chance), 1, officer_id=ME, now=now)
        shown = {one for story in found.stories for one in story}
        assert len(shown) + found.left_out == everything.total == found.total
        calls = {one for one, fact in facts.items() if fact.kind in KINDS[:2]}
        assert calls <= shown
        assert found.untouched == everything.untouched
        assert found.oldest_untouched == everything.oldest_untouched
        assert found.bands == everything.bands


def test_what_there_is_to_filter_by_has_the_counts_of_what_it_would_show(now):
    facts = estate(random.Random(7), now)
    make_officer("mona", "Mona", None, Role.MONITORING_OFFICER, now=now - timedelta(days=1))
    by = posted(Officer.objects.get(username="mona"), now=now)
    found = filter_choices(by, now=now)
    held = list(facts.values())
    assert dict(found.areas) == {
        area: sum(one.area == area for one in held)
        for area in AREAS[:2]
        if any(one.area == area for one in held)
    }
    assert {team: n for team, _, n in found.teams} == {
        team: sum(team in one.team_ids for one in held)
        for team in {team for one in held for team in one.team_ids}
    }
    assert dict(found.kinds) == {
        kind: sum(one.kind is kind for one in held) for kind in {one.kind for one in held}
    }


def test_what_an_address_says_is_read_back_and_nonsense_asks_for_nothing():
    filters = Filters(frozenset({"Camden", "Tower Hamlets"}), frozenset({3}),
                      frozenset({AlertKind.EXCLUSION}), Whose.MINE)  # fmt: skip
    from django.http import QueryDict

    assert read_filters(dict(QueryDict(filters.address()).lists())) == filters
    assert (
        read_filters({"team": ["x", "9" * 40], "kind": ["?"], "whose": ["all"], "area": [" "]})
        == Filters()
    )
    fewer = without(without(filters, "areas", "Camden"), "whose", Whose.MINE)
    assert (fewer.areas, fewer.whose) == (frozenset({"Tower Hamlets"}), Whose.ANYBODY)


def test_nobody_hidden_adds_an_area_a_team_or_a_place_in_the_list(now):
    """Probing the areas of a call, or of what limited access hides, must tell nothing."""
    hidden = Person.objects.create(reference="PX", area="Barnet", limited=True, known_at=now)
    for n, kind in enumerate((AlertKind.SOS_PROTECTED, AlertKind.EXCLUSION)):
        Alert.objects.create(
            person=hidden, subject=f"h{n}", open_subject=f"h{n}", kind=kind, status="raised",
            certainty="certain", urgency=90, headline="x", from_at=now, raised_at=now,
            touched_at=now,
        )  # fmt: skip
    make_officer("mona", "Mona", None, Role.MONITORING_OFFICER, now=now - timedelta(days=1))
    by = posted(Officer.objects.get(username="mona"), now=now)
    assert filter_choices(by, now=now).areas == ()
    answers = [
        [one.alert_id for one in queries.inbox(by, now=now, filters=filters).rows]
        for filters in (
            Filters(), Filters(areas=frozenset({"Barnet"})), Filters(areas=frozenset({"Camden"}))
        )
    ]  # fmt: skip
    assert answers[0] == answers[1] == answers[2]
    assert len(answers[0]) == 1
