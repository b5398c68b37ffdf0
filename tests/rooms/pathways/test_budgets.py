"""Personalised budgets: whole pence, decided by somebody else, never below zero."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from iom_words import Unit
from oversight_words import NOW
from waypost.access.models import Officer
from waypost.access.values import Role
from waypost.errors import Conflict, NoSuchThing, Refused
from waypost.keeping.restricting import POLICY, Given
from waypost.pathways import budget_queries, budgets
from waypost.pathways.budgeting import (
    SPEND_NEXT,
    SPEND_TARGET,
    SPEND_WORDS,
    SpendAct,
    SpendStatus,
    decide_spend,
    pence_of,
    pounds,
    spend_acts_of,
)
from waypost.pathways.models import Budget, Spend

pytestmark = [pytest.mark.database, pytest.mark.django_db]
WORDS = "Said plainly, and in enough words."


@pytest.fixture
def unit() -> Unit:
    return Unit()


def budget(unit: Unit, pence: int = 100_00) -> int:
    budgets.allocate(unit.people["P1"], pence, WORDS, by=unit.ida, now=NOW)
    return unit.people["P1"]


def asked(unit: Unit, person: int, pence: int, *, by=None) -> int:
    return budgets.ask_spend(person, pence, WORDS, by=by or unit.pia, now=NOW)


def moved(number: int, act: SpendAct, *, by, version: int | None = None) -> None:
    at = version or Spend.objects.get(pk=number).version
    budgets.move_spend(number, act, WORDS, expected_version=at, by=by, now=NOW)


def left(unit: Unit) -> int:
    found = budget_queries.budget_of(unit.people["P1"], unit.pia, now=NOW).balance
    assert found is not None
    return found.left


@pytest.mark.parametrize("status", list(SpendStatus))
@pytest.mark.parametrize("act", list(SpendAct))
def test_a_spend_moves_as_its_table_says_and_never_without_words(status, act):
    if act not in spend_acts_of(status):
        with pytest.raises(Refused, match="cannot be"):
            decide_spend(status, act, WORDS)
        return
    assert decide_spend(status, act, WORDS)[0] is SPEND_TARGET[act]
    with pytest.raises(Refused):
        decide_spend(status, act, "no")


def test_every_state_of_a_spend_is_reached_and_named():
    reached = {SpendStatus.ASKED}.union(*SPEND_NEXT.values())
    assert set(SPEND_NEXT) == set(SPEND_WORDS) == reached


@pytest.mark.parametrize(
    ("text", "pence"),
    [("45", 4500), ("45.50", 4550), ("£1,250.00", 125000), (" 0.01 ", 1), ("10000", 1000000)],
)
def test_an_amount_is_read_in_whole_pence(text, pence):
    assert pence_of(text) == pence


@pytest.mark.parametrize(
    "text", ["", "0", "0.00", "-5", "4.5", "45.505", "1,2", "10000.01", "1e3", "fifty", "٤٥"]
)
def test_what_is_no_amount_is_asked_again(text):
    with pytest.raises(Refused, match="amount in pounds"):
        pence_of(text)


def test_pence_read_as_pounds():
    assert (pounds(5), pounds(125000)) == ("£0.05", "£1,250.00")


def test_a_spend_is_approved_by_somebody_else_and_paid_with_its_receipt(unit):
    person = budget(unit)
    number = asked(unit, person, 60_00)
    assert left(unit) == 100_00
    with pytest.raises(Refused):  # a practitioner does not decide
        moved(number, SpendAct.APPROVE, by=unit.pia)
    moved(number, SpendAct.APPROVE, by=unit.ida)
    assert left(unit) == 40_00
    budgets.move_spend(number, SpendAct.PAY, "R-1207", expected_version=2, by=unit.pia, now=NOW)
    row = Spend.objects.get()
    assert (row.status, row.receipt, left(unit)) == ("paid", "R-1207", 40_00)


def test_who_asked_does_not_decide_even_as_a_coordinator(unit):
    number = asked(unit, budget(unit), 10_00, by=unit.ida)
    for act in (SpendAct.APPROVE, SpendAct.REFUSE):
        with pytest.raises(Refused, match="somebody else"):
            moved(number, act, by=unit.ida)
    (row,) = budget_queries.to_approve(unit.ida, now=NOW)
    assert SpendAct.APPROVE not in row.acts
    second = unit.officer("ivy", Role.IOM_COORDINATOR, unit.teams["Hackney"])
    moved(number, SpendAct.APPROVE, by=second)
    assert budget_queries.to_approve(unit.ida, now=NOW) == ()


def test_the_second_of_two_approvals_that_together_are_too_much_changes_nothing(unit):
    person = budget(unit)
    first, second = asked(unit, person, 60_00), asked(unit, person, 60_00)
    moved(first, SpendAct.APPROVE, by=unit.ida)
    with pytest.raises(Refused, match=r"more than the £40.00 that is left"):
        moved(second, SpendAct.APPROVE, by=unit.ida)
    assert Spend.objects.get(pk=second).status == "asked"
    assert left(unit) == 40_00


def test_an_approval_that_read_the_budget_before_another_took_it_is_refused_by_the_update(
    unit, monkeypatch
):
    person = budget(unit)
    first, second = asked(unit, person, 60_00), asked(unit, person, 60_00)
    check = budgets.check_other
    done = []

    def meanwhile(*said):
        """The other approval lands after this one has read everything, before it writes."""
        check(*said)
        if not done:
            done.append(first)
            moved(first, SpendAct.APPROVE, by=unit.ida)

    monkeypatch.setattr(budgets, "check_other", meanwhile)
    with pytest.raises(Refused, match="left of their budget"):
        moved(second, SpendAct.APPROVE, by=unit.ida, version=1)


def test_the_same_spend_approved_twice_is_taken_once(unit):
    person = budget(unit)
    number = asked(unit, person, 30_00)
    moved(number, SpendAct.APPROVE, by=unit.ida)
    with pytest.raises(Refused, match="cannot be approved"):
        moved(number, SpendAct.APPROVE, by=unit.ida)
    again = asked(unit, person, 30_00)
    with pytest.raises(Conflict), transaction.atomic():
        moved(again, SpendAct.APPROVE, by=unit.ida, version=7)
    assert left(unit) == 70_00


def test_the_table_itself_holds_no_budget_below_zero(unit):
    budget(unit)
    with pytest.raises(IntegrityError), transaction.atomic():
        Budget.objects.update(committed_pence=100_01)


def test_what_was_approved_and_is_withdrawn_comes_back_to_the_balance(unit):
    person = budget(unit)
    number = asked(unit, person, 60_00)
    moved(number, SpendAct.APPROVE, by=unit.ida)
    moved(number, SpendAct.WITHDRAW, by=unit.pia)
    assert left(unit) == 100_00
    moved(asked(unit, person, 5_00), SpendAct.WITHDRAW, by=unit.pia)
    assert left(unit) == 100_00


def test_a_budget_is_changed_but_never_to_less_than_is_taken(unit):
    person = budget(unit)
    moved(asked(unit, person, 60_00), SpendAct.APPROVE, by=unit.ida)
    with pytest.raises(Refused, match="approved or paid already"):
        budgets.allocate(person, 59_99, WORDS, by=unit.ida, now=NOW)
    budgets.allocate(person, 60_00, WORDS, by=unit.ida, now=NOW)
    assert left(unit) == 0
    with pytest.raises(Refused, match="more than the £0"):
        asked(unit, person, 1)


def test_others_neither_see_nor_spend_what_is_not_theirs(unit):
    person = budget(unit)
    number = asked(unit, person, 10_00)
    assert budget_queries.to_approve(unit.una, now=NOW) == ()
    with pytest.raises(Refused):
        moved(number, SpendAct.APPROVE, by=unit.una)
    with pytest.raises(Refused):
        budgets.allocate(person, 10_00, WORDS, by=unit.pia, now=NOW)
    with pytest.raises(NoSuchThing):
        budgets.allocate(unit.people["P3"], 10_00, WORDS, by=unit.ida, now=NOW)
    for none in (unit.adam, unit.eva, unit.pia):
        with pytest.raises(Refused):
            budget_queries.to_approve(none, now=NOW)
    with pytest.raises(Refused, match="no budget yet"):
        asked(unit, unit.people["P2"], 1_00, by=unit.paul)


def test_the_person_who_asks_for_their_data_gets_all_of_it():
    for name in ("Budget", "Spend", "SpendMove"):
        assert isinstance(POLICY[f"pathways.{name}"], Given)


def test_a_spend_goes_from_the_persons_page_to_the_list_and_back(unit, monkeypatch):
    monkeypatch.setattr("waypost.web.pages.pathways.now", lambda: NOW)
    person = unit.people["P1"]

    def send(name: str, **form: str) -> str:
        found = Client()
        found.force_login(Officer.objects.get(username=name))
        address = reverse("person-pathways-move", args=[person])
        return found.post(address, form, follow=True).content.decode()

    assert "Say what the budget is for." in send("ida", act="allocate", amount="150", why="x")
    send("ida", act="allocate", amount="150", why=WORDS)
    refused = send("pia", act="ask_spend", amount="lots", what="A course in hairdressing.")
    assert "like 45 or 45.50" in refused
    assert "A course in hairdressing." in refused
    assert "somebody else decides" in send("pia", act="ask_spend", amount="99.50",
                                           what="A course in hairdressing.")  # fmt: skip
    ida = Client()
    ida.force_login(Officer.objects.get(username="ida"))
    assert "£99.50" in ida.get(reverse("budgets")).content.decode()
    about = str(Spend.objects.get().pk)
    send("ida", act="approve_spend", about=about, version="1", words=WORDS)
    page = send("pia", act="pay_spend", about=about, version="2", words="R-1207")
    assert "Receipt R-1207." in page
    assert "£50.50" in page
    assert "Nothing waits." in ida.get(reverse("budgets")).content.decode()
