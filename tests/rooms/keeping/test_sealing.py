"""Who somebody is, and where they live, is sealed in the database where a key is given."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.exceptions import FieldError
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from keeping_words import NAME, REFERENCE, SAFE_AT, Archive, bytes_of_store
from waypost.access.identity_key import read_key
from waypost.access.models import AuditLine
from waypost.access.sealing import MARK, opened, sealed
from waypost.access.values import MACHINE
from waypost.errors import Refused, Unavailable
from waypost.keeping.sealing_over import seal_over, sealed_columns
from waypost.notices.actions import add_contact
from waypost.notices.models import ContactPreference
from waypost.notices.values import TEST, Contact
from waypost.orders.models import Person, WithheldAddress
from waypost.orders.withholding import withheld_from
from worked_town import at

pytestmark = [pytest.mark.database, pytest.mark.django_db(transaction=True)]
KEY = bytes(range(32))


def column(table: str, name: str) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {name} FROM {table} WHERE {name} IS NOT NULL AND {name} <> ''")
        return {str(row[0]) for row in cursor.fetchall()}


@pytest.fixture
def town() -> Archive:
    made = Archive()
    made.kept_safe()
    add_contact(Contact(TEST, "zeb@example.test"), by=MACHINE, now=at("08:30"), person_id=made.z)
    return made


def test_without_a_key_all_is_as_it_was(town):
    assert NAME in column("orders_person", "full_name")
    assert Person.objects.get(reference=REFERENCE).born_on == date(1990, 6, 14)


def test_the_command_s_part_seals_what_stands_and_what_comes_and_all_reads_the_same(
    town, settings, own_lake
):
    settings.IDENTITY_KEY = KEY
    counts = seal_over(opening=False, by=MACHINE, now=at("09:00"))
    assert set(counts) == {"orders.Person", "orders.WithheldAddress", "notices.ContactPreference",
                           "access.SecondFactor", "identity.PersonIdentifier",
                           "equality.SelfDescription", "courts.CourtMessage",
                           "courts.CourtQuestion", "plans.Around", "suitability.Home",
                           "suitability.Householder"}  # fmt: skip
    for table, names in (("orders_person", ("full_name", "born_on")),
                         ("orders_withheldaddress", ("lat", "lon")),
                         ("notices_contactpreference", ("address",))):  # fmt: skip
        for name in names:
            kept = column(table, name)
            assert kept
            assert all(one.startswith(MARK) for one in kept), (table, name)
    person = Person.objects.get(reference=REFERENCE)
    assert (person.full_name, person.born_on) == (NAME, date(1990, 6, 14))
    assert (WithheldAddress.objects.get().lat, WithheldAddress.objects.get().lon) == SAFE_AT
    assert withheld_from([town.z], now=at("09:00")) == {town.z: [SAFE_AT]}
    assert ContactPreference.objects.get(person_id=town.z).address == "zeb@example.test"
    late = Person.objects.create(reference="LATE", full_name="Late Comer", known_at=at("09:00"))
    assert Person.objects.values_list("full_name", flat=True).get(pk=late.pk) == "Late Comer"
    assert "Late Comer" not in column("orders_person", "full_name")
    town.give_orders(b'{"persons": []}')
    if connection.vendor == "sqlite":
        files = bytes_of_store(own_lake)
        assert not any(NAME.encode() in content for content in files.values())
    seal_over(opening=True, by=MACHINE, now=at("10:00"))
    settings.IDENTITY_KEY = None
    assert NAME in column("orders_person", "full_name")
    assert Person.objects.get(reference=REFERENCE).born_on == date(1990, 6, 14)
    kinds = AuditLine.objects.filter(kind__startswith="identity:").order_by("number")
    assert list(kinds.values_list("kind", flat=True)) == ["identity:sealed", "identity:opened"]


def test_the_same_address_is_withheld_once_whether_it_is_sealed_or_not(town, settings):
    from waypost.access.values import Role
    from waypost.orders.models import Caseload
    from waypost.orders.withholding import withhold_address

    settings.IDENTITY_KEY = KEY
    seal_over(opening=False, by=MACHINE, now=at("09:00"))
    safe = Person.objects.get(protected=True)
    nora = town.officer("nora", Role.MONITORING_OFFICER)
    Caseload.objects.create(person=safe, officer_id=nora.officer_id, named=True,
                            from_at=at("06:00"))  # fmt: skip
    with pytest.raises(Refused, match="already"):
        withhold_address(safe.pk, town.z, SAFE_AT, by=nora, now=at("10:00"))


def test_another_key_or_none_opens_nothing_and_says_so(town, settings):
    settings.IDENTITY_KEY = KEY
    seal_over(opening=False, by=MACHINE, now=at("09:00"))
    for key, said in ((None, "give its WAYPOST_IDENTITY_KEY"), (bytes(32), "another store's")):
        settings.IDENTITY_KEY = key
        with pytest.raises(Unavailable, match=said):
            Person.objects.get(reference=REFERENCE)


def test_a_sealed_value_opens_in_its_own_column_alone(settings):
    settings.IDENTITY_KEY = KEY
    kept = sealed("Zebedee", "orders_person.full_name")
    assert opened(kept, "orders_person.full_name") == "Zebedee"
    with pytest.raises(Unavailable):
        opened(kept, "notices_contactpreference.address")
    settings.IDENTITY_KEY = None
    assert not sealed(f"{MARK}x", "a.b").startswith(MARK)


def test_a_sealed_column_is_looked_for_in_memory_alone():
    for model, names in sealed_columns().items():
        for name in names:
            with pytest.raises(FieldError, match="in memory"):
                model._base_manager.filter(**{name: "x"}).count()
            model._base_manager.filter(**{f"{name}__isnull": True}).count()


@given(st.text(), st.floats(allow_nan=False, allow_infinity=False))
def test_what_is_sealed_reads_as_it_was(text, number):
    from django.conf import settings

    before, settings.IDENTITY_KEY = settings.IDENTITY_KEY, KEY
    try:
        said = text.encode("utf-8", "ignore").decode()
        assert opened(sealed(said, "a.b"), "a.b") == said
        assert float(opened(sealed(repr(number), "a.b"), "a.b")) == number
    finally:
        settings.IDENTITY_KEY = before


def test_the_setting_takes_digits_or_a_file(tmp_path):
    file = tmp_path / "key"
    file.write_text(KEY.hex() + "\n")
    assert read_key(KEY.hex()) == read_key(str(file)) == KEY
    assert read_key("") is None
    file.write_text("too short")
    for said in ("abc", str(file), str(tmp_path / "absent")):
        with pytest.raises(ValueError, match="64 hexadecimal"):
            read_key(said)
