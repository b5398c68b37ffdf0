"""Whose decision a variation is, by what it changes and the law of the order's kind."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waypost.errors import Refused
from waypost.life import lifecycle
from waypost.life.programmes import outside
from waypost.life.values import NEXT, ONGOING, TARGET, Act, Facts, Programme, Stage
from waypost.life.varying import changes_of, decide_variation
from waypost.orders.law import Authority, Change
from waypost.orders.values import (
    Order,
    OrderKind,
    Requirement,
    RequirementKind,
    TimetableRow,
    Zone,
)

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
FROM = datetime(2026, 3, 2, 8, tzinfo=UTC)
NEW, OLD = date(2025, 5, 1), date(2022, 6, 27)


def at(lon: float) -> Zone:
    return Zone({"type": "Point", "coordinates": [lon, 51.55]}, 60.0)


def curfew(start="19:00", end="07:00", lon=-0.06, days=DAYS) -> Requirement:
    row = TimetableRow(days, start, end)
    return Requirement("R1", RequirementKind.CURFEW, (at(lon),), (row,))


def order(kind=OrderKind.COMMUNITY_ORDER, convicted=NEW) -> Order:
    return Order("O1", kind, FROM, None, (), True, convicted)


def decide(changes, authority, *, of=None, consent=True, reference="CC 12/26"):
    return decide_variation(of or order(), changes, authority, consent=consent, reference=reference)


def test_the_parts_of_a_change_are_told_apart():
    assert changes_of(curfew(), curfew("20:00", "08:00")) == {Change.START_TIMES}
    assert changes_of(curfew(), curfew("19:00", "08:00")) == {Change.HOURS}
    assert changes_of(curfew(), curfew(days=DAYS[:5])) == {Change.HOURS}
    assert changes_of(curfew(), curfew(lon=-0.03)) == {Change.ADDRESS}
    assert changes_of(curfew(), curfew("20:00", "08:00", lon=-0.03)) == {
        Change.START_TIMES, Change.ADDRESS,
    }  # fmt: skip
    assert changes_of(curfew(), curfew()) == frozenset()
    assert changes_of(None, curfew()) == {Change.ADDED}
    assert changes_of(curfew(), None) == {Change.REMOVED}
    later = replace(curfew(), to_at=FROM + timedelta(days=90))
    assert changes_of(curfew(), later) == {Change.DATES}
    out = Requirement("R2", RequirementKind.EXCLUSION, (at(-0.06),))
    assert changes_of(out, replace(out, zones=(at(-0.05),))) == {Change.ZONE}
    assert changes_of(out, replace(out, warning_m=100.0)) == {Change.OTHER}


def test_the_responsible_officer_moves_the_start_by_notice_with_consent():
    rule = decide({Change.START_TIMES}, Authority.RESPONSIBLE_OFFICER, reference="")
    assert "10A" in rule.source
    with pytest.raises(Refused, match="has to agree"):
        decide({Change.START_TIMES}, Authority.RESPONSIBLE_OFFICER, consent=False)


@pytest.mark.parametrize("change", [Change.HOURS, Change.ZONE, Change.ADDED, Change.REMOVED])
def test_the_responsible_officer_makes_no_curfew_longer_and_no_zone_other(change):
    with pytest.raises(Refused, match=r"may not change.*ask the court"):
        decide({change}, Authority.RESPONSIBLE_OFFICER)
    assert decide({change}, Authority.COURT).authority is Authority.COURT


def test_a_notice_is_for_convictions_since_the_act_and_the_day_must_be_known():
    with pytest.raises(Refused, match="27 June 2022"):
        decide({Change.ADDRESS}, Authority.RESPONSIBLE_OFFICER, of=order(convicted=OLD))
    with pytest.raises(Refused, match="not recorded"):
        decide({Change.ADDRESS}, Authority.RESPONSIBLE_OFFICER, of=order(convicted=None))


def test_a_licence_is_varied_by_its_issuer_and_not_by_a_court_or_an_officer():
    licence = order(OrderKind.LICENCE)
    assert decide({Change.HOURS}, Authority.LICENCE_ISSUER, of=licence)
    for authority in (Authority.COURT, Authority.RESPONSIBLE_OFFICER):
        with pytest.raises(Refused, match="licence’s issuer"):
            decide({Change.HOURS}, authority, of=licence)


def test_a_decision_of_a_court_is_named_by_its_reference():
    with pytest.raises(Refused, match="reference of the decision"):
        decide({Change.HOURS}, Authority.COURT, reference=" ")


def test_nothing_changed_is_no_variation():
    with pytest.raises(Refused, match="Nothing is changed"):
        decide(frozenset(), Authority.COURT)


@given(
    st.sets(st.sampled_from(list(Change)), min_size=1),
    st.sampled_from([kind for kind in OrderKind if kind is not OrderKind.PROTECTION]),
    st.sampled_from(list(Authority)),
    st.booleans(),
    st.sampled_from([None, OLD, NEW]),
)
def test_an_allowed_variation_names_a_law_that_covers_it_whole(
    changes, kind, authority, consent, convicted
):
    """Whatever is tried: it is refused, or a rule that holds every change of it lets it."""
    tried = order(kind, convicted)
    try:
        rule = decide(changes, authority, of=tried, consent=consent)
    except Refused:
        return
    assert changes <= rule.changes
    assert rule.authority is authority
    assert not rule.consent or consent
    assert rule.convicted_from is None or (convicted and convicted >= rule.convicted_from)


def facts(**more) -> Facts:
    return Facts(FROM, FROM + timedelta(days=100), **more)


def test_an_order_is_live_once_it_has_begun_and_a_tag_is_on():
    noon = FROM + timedelta(hours=4)
    assert lifecycle.stage_of(facts(), now=noon) is Stage.IMPOSED
    assert lifecycle.stage_of(facts(tag_from_at=FROM), now=noon) is Stage.LIVE
    assert lifecycle.stage_of(facts(tag_from_at=FROM), now=FROM - timedelta(days=1)) is (
        Stage.IMPOSED
    )


def test_a_suspension_holds_from_its_start_to_its_end_and_no_longer():
    start, until = FROM + timedelta(days=1), FROM + timedelta(days=3)
    put_off = facts(tag_from_at=FROM, suspended=((start, until),))
    moment = timedelta(microseconds=1)
    assert lifecycle.stage_of(put_off, now=start - moment) is Stage.LIVE
    assert lifecycle.stage_of(put_off, now=start) is Stage.SUSPENDED
    assert lifecycle.stage_of(put_off, now=until - moment) is Stage.SUSPENDED
    assert lifecycle.stage_of(put_off, now=until) is Stage.LIVE


def test_an_end_that_came_by_itself_is_told_apart_from_one_that_was_made():
    after = FROM + timedelta(days=100)
    assert lifecycle.stage_of(facts(), now=after) is Stage.COMPLETED
    assert lifecycle.stage_of(facts(ended=Act.REVOKE), now=after) is Stage.REVOKED
    assert lifecycle.stage_of(facts(ended=Act.REVOKE), now=FROM) is Stage.IMPOSED  # not yet
    withdrawn = facts(ended=Act.WITHDRAW_CONSENT)
    assert lifecycle.stage_of(withdrawn, now=after) is Stage.CONSENT_WITHDRAWN


def test_nothing_may_be_done_with_an_order_that_has_ended():
    for stage in Stage:
        acts = lifecycle.acts_at(stage, OrderKind.COMMUNITY_ORDER)
        assert bool(acts) is (stage in ONGOING), stage
    with pytest.raises(Refused, match=r"revoked and cannot be varied.*nothing more"):
        lifecycle.check_can(Act.VARY, Stage.REVOKED, OrderKind.COMMUNITY_ORDER)


def test_consent_ends_only_what_is_worn_by_consent():
    assert Act.WITHDRAW_CONSENT in lifecycle.acts_at(Stage.LIVE, OrderKind.VOLUNTARY)
    with pytest.raises(Refused, match="not the wearer’s to end"):
        lifecycle.check_can(Act.WITHDRAW_CONSENT, Stage.LIVE, OrderKind.HDC)


def test_every_stage_but_the_first_can_be_reached_and_every_move_has_words():
    reached = {after for targets in NEXT.values() for after in targets}
    assert reached == set(Stage) - {Stage.PROPOSED}
    said = {(one.before, one.after) for one in lifecycle.moves()}
    assert said == {(before, after) for before, targets in NEXT.items() for after in targets}
    assert {TARGET[act] for act in TARGET} <= set(Stage)


PILOT = Programme(
    "Pilot", "an instrument", date(2026, 1, 1), date(2026, 6, 30), date(2026, 12, 31), 75,
    ("Highbury Corner",), ("Hackney", "Camden"), frozenset({OrderKind.COMMUNITY_ORDER}),
)  # fmt: skip
FITS = Order(
    "O1", OrderKind.COMMUNITY_ORDER, FROM, datetime(2026, 9, 1, tzinfo=UTC), (), True, NEW,
    date(2026, 3, 1), "Highbury Corner", "Pilot",
)  # fmt: skip


def test_an_order_that_fits_its_programme_is_not_questioned():
    assert outside(PILOT, FITS, area="Hackney", place_taken=75) == []


@pytest.mark.parametrize(
    ("changed", "area", "taken", "said"),
    [
        ({"kind": OrderKind.HDC}, "Hackney", 1, "HDC is not of this programme"),
        ({"imposed_on": date(2025, 12, 31)}, "Hackney", 1, "before the programme’s first day"),
        ({"imposed_on": date(2026, 7, 1)}, "Hackney", 1, "after the programme’s last day"),
        ({"to_at": datetime(2027, 1, 1, 1, tzinfo=UTC)}, "Hackney", 1, "last day of monitoring"),
        ({"to_at": None}, "Hackney", 1, "without an end"),
        ({"court": "Bromley"}, "Hackney", 1, "made by Bromley"),
        ({"court": ""}, "Hackney", 1, "does not say by which court"),
        ({}, "Bromley", 1, "lives in Bromley"),
        ({}, "", 1, "no borough on record"),
        ({}, "Hackney", 76, "75 places are funded"),
    ],
)
def test_an_order_outside_its_programme_is_questioned_with_why(changed, area, taken, said):
    [why] = outside(PILOT, replace(FITS, **changed), area=area, place_taken=taken)
    assert said in why


def test_a_programme_without_a_record_is_a_question_of_its_own():
    assert outside(None, FITS, area="Hackney", place_taken=1) == [
        "There is no record of a programme called Pilot."
    ]
