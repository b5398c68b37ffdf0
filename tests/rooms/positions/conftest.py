"""Two persons with tags and orders, and a lake of its own for each test."""

from __future__ import annotations

import sys
from datetime import timedelta
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # the words of `positions_words.py`

from positions_words import START


@pytest.fixture(autouse=True)
def own_lake(tmp_path, settings):
    """A lake in the test's own folder; keys of rolled back activations are not remembered."""
    from waypost.positions import raw

    settings.LAKE_URI = str(tmp_path / "lake")
    raw.forget_known_keys()
    yield settings.LAKE_URI
    raw.forget_known_keys()


@pytest.fixture
def worn(request):
    """Activations A1 (person P1) and A2 (P2), from START; orders with a trail to 8 March."""
    from waypost.orders.models import Activation, Order, Person, RequirementVersion

    numbers = []
    for n in (1, 2):
        person = Person.objects.create(reference=f"P{n}", known_at=START)
        Order.objects.create(
            reference=f"O{n}", person=person, kind="community_order", known_at=START,
            from_at=START, to_at=START + timedelta(days=7),
        )  # fmt: skip
        RequirementVersion.objects.create(
            person=person, order_reference=f"O{n}", reference="R1", kind="trail",
            valid_from=START, known_at=START, digest=f"{n:064x}",
        )  # fmt: skip
        activation = Activation.objects.create(
            reference=f"A{n}", person=person, device_reference=f"D{n}", known_at=START,
            from_at=START,
        )  # fmt: skip
        numbers.append(activation.pk)
    return numbers
