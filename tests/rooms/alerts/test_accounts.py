"""The wearer's account, the absence made from it, and the review of what they dispute."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from test_accumulated_time import Curfew, alert_kinds, out, total

from waypost.access.values import Role
from waypost.alerts.values import Status
from waypost.errors import Conflict, NoSuchThing, Refused
from worked_town import Town, at, orders_file, standing

pytestmark = [pytest.mark.database, pytest.mark.django_db]


@pytest.fixture
def town(tmp_path, settings) -> Curfew:
    """P1, on home detention curfew, was out from 20:00 to 21:50."""
    settings.LAKE_URI = str(tmp_path / "lake")
    town = Curfew()
    town.run()
    out(town, "20:00", 110)
    return town


def officer(name: str = "centre", role: Role = Role.MONITORING_OFFICER, person=None):
    from waypost.access.actions import make_officer
    from waypost.access.queries import posted

    made = make_officer(name, name.title(), None, role, person_id=person, now=at("07:00"))
    return posted(made, now=at("12:00"))


def curfew():
    from waypost.alerts.models import Alert

    return Alert.objects.get(kind="curfew", person__reference="P1")


def lines(*kinds: str) -> list[str]:
    from waypost.access.models import AuditLine

    rows = AuditLine.objects.filter(kind__in=kinds).order_by("number")
    return list(rows.values_list("kind", flat=True))


def taken(town, by):
    from waypost.alerts import accounts

    return accounts.take_account(
        curfew().pk, given_by="the wearer", words="I was in hospital.", evidence="letter, drawer 4",
        by=by, now=town.now,
    )  # fmt: skip


def decide(town, account, by, *, reasonable: bool, **more):
    from waypost.alerts import accounts

    return accounts.decide(
        account.pk, reasonable=reasonable, why="The ward confirms it.", by=by, now=town.now, **more
    )


def acknowledge(town, by) -> None:
    from waypost.alerts import actions

    actions.acknowledge(curfew().pk, by=by, now=town.now)


def upheld(town, by) -> int:
    from waypost.alerts import actions

    acknowledge(town, by)
    return actions.uphold(curfew().pk, by=by, now=town.now, note="No reason was given.").pk


def contest(town, by, **more):
    from waypost.alerts import contesting

    words = {"raised_by": "Ames, solicitor", "words": "The tag was on charge."} | more
    return contesting.contest(curfew().pk, by=by, now=town.now, **words)


def review(town, row, by, *, stands: bool, **more):
    from waypost.alerts import contesting

    return contesting.review(
        row.pk, stands=stands, why="The fixes show it.", by=by, now=town.now, **more
    )


def test_a_reasonable_account_explains_the_alert_and_takes_its_minutes_out(town):
    by = officer()
    assert total(town) == pytest.approx(110, abs=0.5)
    account = taken(town, by)
    acknowledge(town, by)
    decide(town, account, by, reasonable=True)
    account.refresh_from_db()
    assert (account.reasonable, account.decided_by_id) == (True, by.officer_id)
    assert curfew().status == Status.EXPLAINED
    assert total(town) == 0
    assert lines("account:taken", "alert:explained", "account:decided") == [
        "account:taken", "alert:explained", "account:decided",
    ]  # fmt: skip


def test_an_account_found_not_reasonable_upholds_it_and_is_decided_once(town):
    by = officer()
    account = taken(town, by)
    acknowledge(town, by)
    decide(town, account, by, reasonable=False)
    assert curfew().status == Status.UPHELD
    assert total(town) == pytest.approx(110, abs=0.5)
    with pytest.raises(Refused, match="decided already"):
        decide(town, account, by, reasonable=True)


def test_an_alert_that_cannot_move_leaves_the_account_undecided(town):
    """Nobody has acknowledged it: the table of moves decides, and nothing of the act is kept."""
    by = officer()
    account = taken(town, by)
    with pytest.raises(Refused, match="cannot be explained now"):
        decide(town, account, by, reasonable=True)
    account.refresh_from_db()
    assert account.reasonable is None
    acknowledge(town, by)
    with pytest.raises(Conflict):
        decide(town, account, by, reasonable=True, expected_version=0)
    account.refresh_from_db()
    assert account.reasonable is None
    assert lines("account:decided") == []


def test_an_account_of_somebody_elses_case_is_none(town):
    with pytest.raises(Refused):
        taken(town, officer("petra", Role.PROBATION_PRACTITIONER))


def absent(town, account, start: str, end: str, by):
    from waypost.alerts import accounts

    return accounts.make_absence(account.pk, at(start), at(end), by=by, now=town.now)


def reasonable_account(town, by):
    account = taken(town, by)
    acknowledge(town, by)
    return decide(town, account, by, reasonable=True)


def test_an_absence_over_the_whole_violation_takes_it_back_by_judging_again(town):
    from waypost.alerts.models import Account
    from waypost.orders.models import RequirementVersion

    by = officer()
    versions = list(RequirementVersion.objects.values("pk", "version", "digest"))
    number = absent(town, reasonable_account(town, by), "19:55", "22:00", by)
    town.now += timedelta(minutes=1)
    town.run()
    assert [row for row in standing() if row.startswith("P1 R2 20")] == []
    assert any(row.startswith("P1 R2 20:00") for row in standing(withdrawn=True))
    assert curfew().status == Status.WITHDRAWN
    assert Account.objects.get().absence_id == number
    assert list(RequirementVersion.objects.values("pk", "version", "digest")) == versions
    assert lines("absence:authorised", "account:absence_made") == [
        "absence:authorised", "account:absence_made",
    ]  # fmt: skip


def test_an_absence_over_part_of_it_makes_it_shorter(town):
    by = officer()
    absent(town, reasonable_account(town, by), "19:55", "21:00", by)
    town.now += timedelta(minutes=1)
    town.run()
    [left] = [row for row in standing() if "R2 2" in row and row.startswith("P1") and "cert" in row]
    assert left.startswith("P1 R2 21:00")


def test_an_absence_to_come_is_no_violation_when_it_comes(town):
    by = officer()
    absent(town, reasonable_account(town, by), "+1 19:30", "+1 23:00", by)
    out(town, "+1 20:00", 60)
    assert alert_kinds() == ["curfew", "atv_near"]  # those of the first evening
    out(town, "+2 20:00", 60)
    assert total(town) == pytest.approx(60, abs=0.5)


def test_the_same_file_again_and_a_variation_of_the_hours_keep_the_absence(town):
    from waypost.orders.models import Person
    from waypost.orders.queries import person_orders

    by = officer()
    absent(town, reasonable_account(town, by), "+5 19:00", "+5 23:00", by)
    person_id = Person.objects.get(reference="P1").pk

    def granted() -> list[int]:
        pieces = [
            one for order in person_orders([person_id])[0].orders for one in order.requirements
        ]
        return [len(one.exceptions) for one in pieces]

    assert granted() == [1]
    town.give_orders(b"")
    assert granted() == [1]
    data = json.loads(orders_file(curfew=True))
    for person in data["persons"]:  # home detention still, out of the park too, home from 18:00
        person["orders"][0]["kind"] = "hdc"
    nights = data["persons"][0]["orders"][0]["requirements"][1]
    nights["timetable"][0]["start"] = "18:00"
    Town.give_orders(town, json.dumps(data).encode())
    assert all(number == 1 for number in granted()[:2])


def test_the_order_as_known_before_the_grant_has_no_absence(town):
    from waypost.orders.models import Person
    from waypost.orders.queries import person_orders

    by = officer()
    before = town.now
    account = reasonable_account(town, by)
    town.now += timedelta(minutes=5)
    absent(town, account, "19:55", "22:00", by)
    ids = [Person.objects.get(reference="P1").pk]
    [then] = person_orders(ids, known_at=before)
    [since] = person_orders(ids, known_at=town.now)
    assert then.orders[0].requirements[0].exceptions == ()
    assert len(since.orders[0].requirements[0].exceptions) == 1


def test_absences_are_refused_in_words(town):
    from waypost.alerts import accounts
    from waypost.orders.absences import authorise_absence

    by = officer()
    account = taken(town, by)
    with pytest.raises(Refused, match="found reasonable"):
        absent(town, account, "19:55", "22:00", by)
    acknowledge(town, by)
    decide(town, account, by, reasonable=True)
    with pytest.raises(Refused, match="later end"):
        absent(town, account, "22:00", "19:55", by)
    with pytest.raises(Refused, match="variation of the order"):
        absent(town, account, "19:55", "+29 19:55", by)
    absent(town, account, "19:55", "22:00", by)
    with pytest.raises(Refused, match="already"):
        absent(town, account, "19:55", "22:00", by)
    with pytest.raises(NoSuchThing):
        accounts.make_absence(10**6, at("19:55"), at("22:00"), by=by, now=town.now)
    iona = officer("iona", Role.IOM_COORDINATOR)
    with pytest.raises(Refused, match="absence:authorise"):
        authorise_absence(curfew().person_id, "R2", at("19:55"), at("22:00"), reason="leave",
                          by=iona, now=town.now)  # fmt: skip


def test_who_upheld_it_cannot_review_it_and_somebody_else_can(town):
    mona, nora = officer("mona"), officer("nora")
    upheld(town, mona)
    row = contest(town, mona)
    with pytest.raises(Refused, match="somebody else reviews it"):
        review(town, row, mona, stands=True)
    row.refresh_from_db()
    assert row.decided_at is None
    review(town, row, nora, stands=True)
    row.refresh_from_db()
    assert (row.stands, row.decided_by_id) == (True, nora.officer_id)
    assert curfew().status == Status.UPHELD


def test_who_found_the_account_unreasonable_cannot_review_it_either(town):
    """Nor can whoever closed it as a breach."""
    from waypost.alerts import actions

    mona, nora, otto = officer("mona"), officer("nora"), officer("otto")
    account = taken(town, mona)
    acknowledge(town, mona)
    decide(town, account, mona, reasonable=False)
    actions.close(curfew().pk, by=nora, now=town.now, outcome="breach")
    row = contest(town, otto)
    for one in (mona, nora):
        with pytest.raises(Refused, match="somebody else"):
            review(town, row, one, stands=True)
    review(town, row, otto, stands=True)


def counting(town) -> bool | None:
    from waypost.alerts.dealing import dealing_with

    by = officer(f"reader-{town.now:%H%M%S}-{len(lines('officer:made'))}")
    return dealing_with(curfew().pk, by, now=town.now).counts


def test_it_counts_not_while_contested_unless_a_risk_is_recorded_and_again_once_it_stands(town):
    from waypost.alerts import contesting

    mona, nora = officer("mona"), officer("nora")
    assert counting(town) is None
    upheld(town, mona)
    assert counting(town) is True
    row = contest(town, mona)
    assert counting(town) is False
    contesting.record_risk(row.pk, why="He was seen near her school.", by=mona, now=town.now)
    assert counting(town) is True
    review(town, row, nora, stands=True)
    assert counting(town) is True
    with pytest.raises(Refused, match="court"):
        contest(town, mona)


def test_what_does_not_stand_is_explained_and_its_minutes_are_taken_out(town):
    mona, nora = officer("mona"), officer("nora")
    upheld(town, mona)
    assert total(town) == pytest.approx(110, abs=0.5)
    row = contest(town, mona)
    review(town, row, nora, stands=False)
    assert curfew().status == Status.EXPLAINED
    assert counting(town) is None
    assert total(town) == 0
    assert "contest:decided" in lines("contest:decided")


def test_a_closed_breach_that_does_not_stand_is_reopened_and_explained(town):
    from waypost.alerts import actions

    mona, nora = officer("mona"), officer("nora")
    upheld(town, mona)
    actions.close(curfew().pk, by=mona, now=town.now, outcome="breach")
    row = contest(town, nora)
    review(town, row, nora, stands=False)
    assert curfew().status == Status.EXPLAINED
    assert total(town) == 0


def test_a_closed_breach_falls_also_while_another_alert_is_open_on_the_same_matter(town):
    from waypost.alerts import actions
    from waypost.alerts.models import Alert

    mona, nora = officer("mona"), officer("nora")
    first = upheld(town, mona)
    actions.close(first, by=mona, now=town.now, outcome="breach")
    out(town, "+1 20:00", 30)
    old = Alert.objects.get(pk=first)
    assert Alert.objects.filter(kind="curfew", person=old.person).count() == 2
    from waypost.alerts import contesting

    row = contesting.contest(first, raised_by="x", words="No.", by=nora, now=town.now)
    review(town, row, nora, stands=False)
    old.refresh_from_db()
    assert old.status == Status.CLOSED
    assert total(town) == pytest.approx(30, abs=0.5)


def test_a_review_of_an_alert_that_moved_meanwhile_is_a_conflict_and_keeps_nothing(town):
    mona, nora = officer("mona"), officer("nora")
    upheld(town, mona)
    row = contest(town, mona)
    with pytest.raises(Conflict):
        review(town, row, nora, stands=False, expected_version=0)
    row.refresh_from_db()
    assert row.stands is None


def test_only_an_upheld_alert_is_contested_and_once_at_a_time(town):
    mona = officer("mona")
    with pytest.raises(Refused, match="upheld"):
        contest(town, mona)
    upheld(town, mona)
    contest(town, mona)
    with pytest.raises(Refused, match="already"):
        contest(town, mona)


def test_the_wearer_contests_their_own_and_nobody_elses(town):
    from waypost.alerts import contesting
    from waypost.alerts.dealing import own_decisions
    from waypost.orders.models import Person

    mona = officer("mona")
    number = upheld(town, mona)
    wearer = officer("alex", Role.WEARER, Person.objects.get(reference="P1").pk)
    other = officer("bryn", Role.WEARER, Person.objects.get(reference="P2").pk)
    with pytest.raises(NoSuchThing):
        contesting.contest_own(number, words="No.", by=other, now=town.now)
    assert own_decisions(other, now=town.now) == ()
    [mine] = own_decisions(wearer, now=town.now)
    assert mine.may_contest
    row = contesting.contest_own(number, words="I was at home.", by=wearer, now=town.now)
    assert row.raised_by == "the wearer"
    [mine] = own_decisions(wearer, now=town.now)
    assert (mine.may_contest, mine.review_by) == (False, row.review_by)
    assert lines("alert:contested") == ["alert:contested"]


def test_reviews_due_are_listed_soonest_first_and_overdue_ones_say_so(town):
    from waypost.alerts.dealing import reviews_due

    mona, nora = officer("mona"), officer("nora")
    upheld(town, mona)
    row = contest(town, mona)
    [due] = reviews_due(nora, now=town.now)
    assert (due.alert_id, due.overdue) == (curfew().pk, False)
    [due] = reviews_due(nora, now=row.review_by + timedelta(seconds=1))
    assert due.overdue
    review(town, row, nora, stands=True)
    assert reviews_due(nora, now=town.now) == ()
