"""Not yet notified: marked wherever it shows, counting towards nothing unless somebody decides."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from enforcement_words import Enforced, open_case
from necessity_words import keep_from, told
from waypost.access.models import AuditLine, Officer
from waypost.alerts.letting_count import decide_counts, end_counts
from waypost.alerts.notified import notified_of, unnotified_alerts
from waypost.enforcement.models import BreachCase
from waypost.enforcement.values import Weighs
from waypost.enforcement.weighing import grounds_of, proposal_of
from waypost.errors import Conflict, NoSuchThing, Refused
from waypost.necessity import giving
from waypost.necessity.models import NoticeProof
from worked_town import at

pytestmark = [pytest.mark.database, pytest.mark.django_db]
WHY = "He had been told by the court itself, and said so."


@pytest.fixture
def town(tmp_path, settings) -> Enforced:
    settings.LAKE_URI = str(tmp_path / "lake")
    town = Enforced()
    keep_from(at("07:00"))  # the orders begin at 08:00
    town.run()
    return town


def upheld(town: Enforced, when: str = "12:00") -> int:
    alert_id = town.in_the_park(when)
    town.uphold(alert_id)
    return alert_id


def person_of(alert_id: int) -> int:
    from waypost.alerts.models import Alert

    return Alert.objects.get(pk=alert_id).person_id


def weighs(town: Enforced, case: BreachCase) -> list[Weighs]:
    return [one.weighs for one in grounds_of(list(case.grounds.all()), now=town.now)]


def test_what_began_before_the_person_was_told_is_marked_alerted_and_begins_no_case(town):
    alert_id = upheld(town)  # it is judged and alerted from the order's start, whatever is missing
    assert unnotified_alerts([alert_id]) == {alert_id}
    assert not BreachCase.objects.exists()
    seen = notified_of(alert_id, town.responsible, now=town.now)
    assert (seen.all_early, seen.decided_at, seen.may_decide) == (True, None, True)


def test_what_began_after_notice_and_induction_counts(town):
    told("P1", at=at("11:00"), now=town.now + timedelta(hours=3))
    alert_id = upheld(town)
    assert unnotified_alerts([alert_id]) == frozenset()
    assert notified_of(alert_id, town.responsible, now=town.now) is None
    assert BreachCase.objects.count() == 1


@pytest.mark.parametrize("missing", ["notice", "induction"])
def test_one_of_the_two_is_not_enough(town, missing):
    told("P1", at=at("08:00"), now=at("08:05"), **{missing: False})
    assert unnotified_alerts([alert_id := upheld(town)]) == {alert_id}


def test_a_proof_of_an_earlier_date_that_is_written_down_later_makes_it_count(town):
    alert_id = upheld(town)
    town.now = at("+1 09:00")
    told("P1", at=at("11:00"), now=town.now)
    town.run()
    assert unnotified_alerts([alert_id]) == frozenset()
    assert [one.step for one in BreachCase.objects.all()] == ["proposed"]


def test_a_proof_of_a_later_date_leaves_it_as_it_is(town):
    alert_id = upheld(town)
    told("P1", at=town.now, now=town.now)
    town.run()
    assert unnotified_alerts([alert_id]) == {alert_id}
    assert not BreachCase.objects.exists()


def test_a_proof_taken_back_takes_the_weight_of_what_it_carried_and_the_case_stays(town):
    told("P1", at=at("11:00"), now=at("11:30"))
    upheld(town)
    case = open_case()
    assert weighs(town, case) == [Weighs.COUNTS]
    proof = NoticeProof.objects.get()
    giving.take_back(
        "notice", proof.pk, proof.notice.person_id, "It was another person.", by=town.responsible,
        now=town.now,
    )  # fmt: skip
    town.run()
    case.refresh_from_db()
    assert weighs(town, case) == [Weighs.UNTOLD]
    assert case.step == "proposed"  # it has not fallen: a proof or a decision may come
    proposal = proposal_of(case, now=town.now)
    assert proposal.step is None
    assert "before notice and induction were proved" in proposal.reasons[1]
    with pytest.raises(Refused, match="Nothing counts"):
        town.take("warning_given", case=case)


def test_the_responsible_officer_lets_it_count_with_a_reason_and_takes_that_back(town):
    alert_id = upheld(town)
    with pytest.raises(Refused):
        decide_counts(alert_id, WHY, by=town.centre, now=town.now)  # not the centre's to decide
    with pytest.raises(Refused, match="Say why"):
        decide_counts(alert_id, " ", by=town.responsible, now=town.now)
    decide_counts(alert_id, WHY, by=town.responsible, now=town.now)
    with pytest.raises(Conflict):
        decide_counts(alert_id, WHY, by=town.responsible, now=town.now)
    line = AuditLine.objects.filter(kind="unnotified:counted").get()
    assert (line.purpose, line.person_id) == ("enforcement", person_of(alert_id))
    town.run()
    case = open_case()
    assert weighs(town, case) == [Weighs.COUNTS]
    assert notified_of(alert_id, town.responsible, now=town.now).words == WHY  # still marked
    end_counts(alert_id, "It was not so after all.", by=town.responsible, now=town.now)
    assert weighs(town, case) == [Weighs.UNTOLD]
    with pytest.raises(Conflict):
        end_counts(alert_id, "It was not so after all.", by=town.responsible, now=town.now)


def test_what_counts_already_is_not_decided_and_a_strange_number_is_no_alert(town):
    told("P1", at=at("11:00"), now=at("11:30"))
    alert_id = upheld(town)
    with pytest.raises(Refused, match="counts already"):
        decide_counts(alert_id, WHY, by=town.responsible, now=town.now)
    with pytest.raises(NoSuchThing):
        decide_counts(10**30, WHY, by=town.responsible, now=town.now)


def test_a_warning_given_for_what_no_longer_counts_forces_no_referral(town):
    told("P1", at=at("11:00"), now=at("11:30"))
    upheld(town)
    town.take("warning_given")
    upheld(town, "16:00")
    assert proposal_of(open_case(), now=town.now).must
    proof = NoticeProof.objects.get()
    giving.take_back(
        "notice", proof.pk, proof.notice.person_id, "It was another person.", by=town.responsible,
        now=town.now,
    )  # fmt: skip
    told("P1", at=at("14:00"), now=town.now, induction=False)
    found = proposal_of(open_case(), now=town.now)
    assert not found.must  # the first was before 14:00; the second came after
    assert found.step.value == "warning_given"


def test_orders_from_before_such_proof_was_kept_count_as_they_always_did(town):
    keep_from(at("10:00"))  # an older store, upgraded at 10:00; the orders began at 08:00
    assert unnotified_alerts([upheld(town)]) == frozenset()
    assert BreachCase.objects.count() == 1


def test_the_pages_say_so_and_let_the_officer_decide(town, monkeypatch):
    for module in ("enforcement", "persons", "alerts", "necessity", "violations", "policing"):
        monkeypatch.setattr(f"waypost.web.pages.{module}.now", lambda: town.now)
    alert_id = upheld(town)
    who = Client()
    who.force_login(Officer.objects.get(pk=town.responsible.officer_id))
    address = reverse("alert", args=[alert_id])
    shown = who.get(address).content.decode()
    assert shown.count("Not yet notified") >= 3  # heading, tag, the violation itself
    from waypost.alerts.models import AlertViolation

    violation = AlertViolation.objects.get(alert_id=alert_id).violation_id
    for page in (reverse("violation", args=[violation]),
                 reverse("person", args=[person_of(alert_id)])):  # fmt: skip
        assert "Not yet notified" in who.get(page).content.decode()
    watch = Client()
    watch.force_login(Officer.objects.get(pk=town.centre.officer_id))
    drafted = watch.get(reverse("notification-draft", args=[alert_id])).content.decode()
    assert "say so in the notification" in drafted
    counts = reverse("alert-counts", args=[alert_id])
    assert "Say why" in who.post(counts, {"act": "count"}, follow=True).content.decode()
    done = who.post(counts, {"act": "count", "words": WHY}, follow=True).content.decode()
    assert "It counts from now on." in done
    assert WHY in done


def test_the_inbox_and_the_wearer_s_own_page_say_so_until_it_counts(town):
    from waypost.alerts.dealing import own_decisions
    from waypost.alerts.queries import inbox

    alert_id = town.in_the_park("12:00")
    wearer = wearer_of(alert_id)

    def marked() -> bool:
        [row] = [one for one in inbox(town.centre, now=town.now).rows if one.alert_id == alert_id]
        return row.untold

    assert marked()
    town.uphold(alert_id)
    assert marked()
    assert [one.untold for one in own_decisions(wearer, now=town.now)] == [True]
    decide_counts(alert_id, WHY, by=town.responsible, now=town.now)
    assert not marked()
    assert [one.untold for one in own_decisions(wearer, now=town.now)] == [False]


def wearer_of(alert_id: int):
    from waypost.access.actions import make_officer
    from waypost.access.queries import posted
    from waypost.access.values import Role

    made = make_officer("wearer-1", "W", None, Role.WEARER, person_id=person_of(alert_id),
                        now=at("07:00"))  # fmt: skip
    return posted(made, now=at("12:00"))
