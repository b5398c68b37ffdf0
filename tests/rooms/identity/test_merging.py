"""Two records found to be one person: by two officers, reversible, with nothing moved and nobody's
reach widened."""

from __future__ import annotations

from datetime import timedelta

import pytest

from identity_words import CHECKED, PNC, SAID, Doubles
from oversight_words import NOW
from waypost.access import may
from waypost.access.models import AuditLine
from waypost.access.values import MACHINE, Permission
from waypost.errors import Conflict, NoSuchThing, Refused
from waypost.identity import actions, merging, queries
from waypost.identity.joining import joined_to, merge_page
from waypost.identity.lifecycle import moves
from waypost.identity.models import Merge, MergeMove, PersonIdentifier
from waypost.identity.values import NEXT, IdKind, MergeAct, MergeStatus
from waypost.orders.interests import declare_interest, end_interest
from waypost.orders.models import Activation, Order, Person
from waypost.orders.queries import case_of, hidden_person_ids, person_orders

pytestmark = [pytest.mark.database, pytest.mark.django_db]
A = MergeAct


@pytest.fixture
def town() -> Doubles:
    return Doubles()


def proposed(town: Doubles, by=None) -> int:
    return merging.propose(town.p1, town.p9, SAID, by=by or town.pia, now=NOW)


def moved(merge: int, act: MergeAct, by, words: str = CHECKED, now=NOW) -> MergeStatus:
    version = Merge.objects.get(pk=merge).version
    return merging.move(merge, act, words, version=version, by=by, now=now)


def everything(town: Doubles) -> list:
    """Whatever monitoring judges by, of both."""
    found = person_orders([town.p1, town.p9])
    rows = [list(model.objects.order_by("pk").values()) for model in (Order, Activation, Person)]
    return [found, rows, list(PersonIdentifier.objects.order_by("pk").values())]


def test_one_proposes_another_confirms_and_nothing_of_either_is_moved(town):
    before = everything(town)
    merge = proposed(town)
    with pytest.raises(Refused, match="Somebody else"):
        moved(merge, A.CONFIRM, town.pia)
    assert moved(merge, A.CONFIRM, town.polly) is MergeStatus.IN_FORCE
    assert everything(town) == before
    [seen] = joined_to(town.p1, town.polly, now=NOW)
    assert (seen.reference, seen.is_kept, seen.in_doubt) == ("P9", False, False)
    [seen] = joined_to(town.p9, town.polly, now=NOW)
    assert (seen.reference, seen.is_kept) == ("P1", True)
    assert [one.order_id for one in seen.orders.orders] == ["O-P1"]


def test_a_reversal_takes_two_people_and_leaves_everything_as_before(town):
    before = everything(town)
    merge = proposed(town)
    moved(merge, A.CONFIRM, town.polly)
    assert moved(merge, A.DOUBT, town.polly) is MergeStatus.DOUBTED
    assert joined_to(town.p1, town.pia, now=NOW)[0].in_doubt
    with pytest.raises(Refused, match="Somebody else"):
        moved(merge, A.CONFIRM_REVERSAL, town.polly)
    assert moved(merge, A.CONFIRM_REVERSAL, town.pia) is MergeStatus.REVERSED
    assert everything(town) == before
    assert joined_to(town.p1, town.pia, now=NOW) == []
    assert [one.act for one in queries.moves_of(merge)] == [
        "propose", "confirm", "doubt", "confirm_reversal"
    ]  # fmt: skip
    lines = AuditLine.objects.filter(kind__startswith="merge:").order_by("number")
    assert [one.kind for one in lines] == ["merge:proposed", *["merge:moved"] * 3]


def test_a_doubt_may_be_kept_down_and_a_proposal_taken_back_by_its_own_proposer_alone(town):
    merge = proposed(town)
    with pytest.raises(Refused, match="Only who proposed"):
        moved(merge, A.TAKE_BACK, town.polly)
    assert moved(merge, A.TAKE_BACK, town.pia) is MergeStatus.TAKEN_BACK
    merge = proposed(town, town.polly)  # it may be proposed again
    moved(merge, A.CONFIRM, town.pia)
    moved(merge, A.DOUBT, town.pia)
    assert moved(merge, A.KEEP, town.pia) is MergeStatus.IN_FORCE


def test_every_move_of_the_table_can_be_made_and_no_other(town):
    made = {(one.before, one.act) for one in moves()}
    for status in MergeStatus:
        for act in MergeAct:
            row = Merge.objects.create(
                kept_id=town.p1,
                other_id=town.p9,
                status=status,
                score=0,
                proposed_at=NOW,
                proposed_by_id=town.pia.officer_id,
            )
            by = town.pia if act is A.TAKE_BACK else town.polly
            if (status, act) in made:
                assert moved(row.pk, act, by) in NEXT[status]
            else:
                with pytest.raises(Refused):
                    moved(row.pk, act, by)
            row.delete()


@pytest.mark.parametrize("words", ["", "same", " same  one"])
def test_every_step_asks_for_a_sentence(town, words):
    with pytest.raises(Refused, match="a sentence"):
        merging.propose(town.p1, town.p9, words, by=town.pia, now=NOW)
    merge = proposed(town)
    with pytest.raises(Refused, match="a sentence"):
        moved(merge, A.CONFIRM, town.polly, words)
    assert MergeMove.objects.count() == 1


def test_who_looked_at_it_before_somebody_decided_decides_nothing(town):
    merge = proposed(town)
    moved(merge, A.CONFIRM, town.polly)
    with pytest.raises(Refused):
        merging.move(merge, A.REFUSE, CHECKED, version=1, by=town.mona, now=NOW)
    with pytest.raises(Conflict, match="meanwhile"):
        merging.move(merge, A.DOUBT, CHECKED, version=1, by=town.mona, now=NOW)


def test_nobody_of_only_one_of_the_two_proposes_decides_or_sees_it(town):
    merge = proposed(town)
    for act in (lambda: merging.propose(town.p1, town.people["P2"], SAID, by=town.pia, now=NOW),
                lambda: moved(merge, A.CONFIRM, town.paul),
                lambda: merge_page(merge, town.paul, now=NOW)):  # fmt: skip
        with pytest.raises(Refused):
            act()
    assert queries.duplicates(town.paul, now=NOW).waiting == ()
    moved(merge, A.CONFIRM, town.polly)
    town.file("P9", now=NOW, officers=["pia"])  # polly has P1 alone now
    assert joined_to(town.p1, town.polly, now=NOW) == []
    with pytest.raises(Refused):
        merge_page(merge, town.polly, now=NOW)


def test_a_limited_record_and_an_open_one_are_never_one_and_nobody_learns_of_it(town):
    for by in (town.pia, town.mona):
        with pytest.raises(NoSuchThing):
            merging.propose(town.p1, town.people["P3"], SAID, by=by, now=NOW)
    town.file("P1", now=NOW, officers=["nia"])
    with pytest.raises(Refused, match="limited access"):
        merging.propose(town.p1, town.people["P3"], SAID, by=town.nia, now=NOW)
    merge = proposed(town, town.mona)
    town.file("P9", now=NOW, limited=True, officers=["nia"])
    for by in (town.mona, town.max):
        with pytest.raises(NoSuchThing, match="no such merge"):
            merge_page(merge, by, now=NOW)
        assert queries.duplicates(by, now=NOW) == queries.Duplicates((), (), (), 0)
        assert not queries.people_with_id(PNC, by, now=NOW) - {town.p1}
    with pytest.raises(Refused, match="limited access"):
        moved(merge, A.CONFIRM, town.nia)


def test_a_protected_person_is_never_merged_with_a_wearer(town):
    Person.objects.filter(pk=town.p9).update(protected=True)
    with pytest.raises(Refused, match="protected"):
        proposed(town, town.mona)
    assert not queries.duplicates(town.mona, now=NOW).pairs


def test_a_conflict_of_interest_stands_for_every_record_of_the_person(town):
    declared = declare_interest(town.p1, "We were neighbours.", by=town.mona, now=NOW)
    may.check(town.mona, Permission.PERSON_READ, case_of(town.p9, now=NOW))
    merge = proposed(town)
    moved(merge, A.CONFIRM, town.polly)
    for person in (town.p1, town.p9):
        with pytest.raises(Refused, match="conflict of interest"):
            may.check(town.mona, Permission.PERSON_READ, case_of(person, now=NOW))
    assert hidden_person_ids(town.mona, Permission.PERSON_READ, now=NOW) >= {town.p1, town.p9}
    end_interest(declared, by=town.dora, now=NOW)
    may.check(town.mona, Permission.PERSON_READ, case_of(town.p9, now=NOW))


def test_one_record_stands_in_one_merge_and_chains_are_refused(town):
    proposed(town)
    town.file("P8", now=NOW, name="Alex Okafor", officers=["pia", "polly"])
    p8 = Person.objects.get(reference="P8").pk
    for kept, other in ((town.p9, p8), (p8, town.p9), (p8, town.p1)):
        with pytest.raises(Conflict):
            merging.propose(kept, other, SAID, by=town.pia, now=NOW)
    assert merging.propose(town.p1, p8, SAID, by=town.pia, now=NOW)  # a third record of P1


def test_an_order_that_no_tag_of_its_record_answers_is_said_aloud(town):
    merge = proposed(town)
    moved(merge, A.CONFIRM, town.polly)
    assert joined_to(town.p1, town.pia, now=NOW)[0].gaps == ()
    since = (NOW - timedelta(days=1)).isoformat()
    town.file("P9", now=NOW, orders=[{"order_id": "O-NEW", "kind": "licence", "from": since}])
    [gap] = joined_to(town.p1, town.pia, now=NOW)[0].gaps
    assert (gap.order_id, gap.of, gap.worn_by) == ("O-NEW", "P9", "P1")
    assert merge_page(merge, town.pia, now=NOW).gaps == (gap,)


def test_likely_pairs_are_those_of_whom_one_may_read_both_and_settled_ones_go(town):
    [pair] = queries.duplicates(town.pia, now=NOW).pairs
    assert {pair.one.reference, pair.other.reference} == {"P1", "P9"}
    assert pair.alike.reasons[:2] == ("the same PNC (police)", "the same name")
    assert queries.duplicates(town.paul, now=NOW).pairs == ()
    merge = proposed(town)
    assert queries.duplicates(town.pia, now=NOW).pairs == ()
    assert queries.duplicates(town.pia, now=NOW).waiting[0].mine
    moved(merge, A.REFUSE, town.polly)
    assert queries.duplicates(town.pia, now=NOW) == queries.Duplicates((), (), (), 0)


def test_an_id_is_entered_once_found_by_it_whole_and_ended_with_why(town):
    made = actions.enter_id(town.p1, IdKind.NOMIS, "a1234bc", "prison", by=town.pia, now=NOW)
    assert made == actions.enter_id(
        town.p1, IdKind.NOMIS, "A1234BC", "prison", by=town.pia, now=NOW
    )
    assert queries.people_with_id("A1234bc ", town.pia, now=NOW) == {town.p1}
    assert queries.people_with_id("03/62845E", town.mona, now=NOW) == {town.p1, town.p9}
    assert queries.people_with_id("A1234", town.pia, now=NOW) == frozenset()
    assert queries.people_with_id("A1234BC", town.paul, now=NOW) == frozenset()
    actions.end_id(made, town.p1, "It is his brother's.", by=town.polly, now=NOW)
    assert queries.people_with_id("A1234BC", town.pia, now=NOW) == frozenset()
    with pytest.raises(Conflict):
        actions.end_id(made, town.p1, "It is his brother's.", by=town.polly, now=NOW)
    shown = queries.ids_of_person(town.p1, town.pia, now=NOW, ended_too=True)
    assert [(one.value, bool(one.ended_at)) for one in shown] == [(PNC, False), ("A1234BC", True)]
    assert actions.enter_id(town.p1, IdKind.NOMIS, "A1234BC", "court", by=town.pia, now=NOW) != made


@pytest.mark.parametrize("who", ["paul", "dora", "adam", "otto"])
def test_ids_are_entered_by_who_works_with_the_person(town, who):
    with pytest.raises(Refused):
        actions.enter_id(town.p1, IdKind.EM, "7", "x", by=getattr(town, who), now=NOW)


def test_a_wrong_id_is_refused_in_words_and_no_id_stands_open_in_the_database(town, settings):
    with pytest.raises(Refused, match=r"“2003/0062845F”.*last letter.*digit by digit"):
        actions.enter_id(town.p1, IdKind.PNC, "2003/0062845F", "x", by=town.pia, now=NOW)
    with pytest.raises(Refused, match="which document"):
        actions.enter_id(town.p1, IdKind.EM, "EM-77", " ", by=town.pia, now=NOW)
    settings.IDENTITY_KEY = bytes(range(32))
    made = actions.enter_id(town.p1, IdKind.EM, "EM-77", "provider", by=MACHINE, now=NOW)
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT value, digest FROM identity_personidentifier WHERE id = %s", [made])
        assert not any("77" in str(one)[:12] for one in cursor.fetchone())
    assert queries.people_with_id("em-77", town.pia, now=NOW) == {town.p1}
