"""The demo shows a likely pair with its reasons, ids, and answers; done again it adds nothing."""

from __future__ import annotations

import pytest

from oversight_words import NOW, Estate
from waypost.cli.demo_identity import AGAIN, know_everybody
from waypost.equality.models import SelfDescription
from waypost.identity import queries
from waypost.identity.models import PersonIdentifier
from waypost.orders.models import Person

pytestmark = [pytest.mark.database, pytest.mark.django_db]


def test_it_has_a_pair_to_look_at_and_is_the_same_the_second_time():
    estate = Estate()
    Person.objects.update(limited=False)
    assert know_everybody(NOW) == 3
    [pair] = queries.duplicates(estate.mona, now=NOW).pairs
    assert AGAIN in {pair.one.reference, pair.other.reference}
    assert "the same name" in pair.alike.reasons
    counts = [one.objects.count() for one in (Person, PersonIdentifier, SelfDescription)]
    assert know_everybody(NOW) == 3
    assert [one.objects.count() for one in (Person, PersonIdentifier, SelfDescription)] == counts
