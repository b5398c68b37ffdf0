"""Rows written without objects are those that a model would have written."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction

from devices_words import NOW, import_orders, orders_file
from waypost.devices.models import Device, TagSigns
from waypost.orders.models import Activation
from waypost.upsert import Upsert

pytestmark = [pytest.mark.database, pytest.mark.django_db]


def signs(rows):
    names = ["activation_id", "contact_at", "battery_percent"]
    return Upsert(TagSigns, unique=["activation_id"], names=names, rows=rows)


def test_rows_are_inserted_and_those_known_are_changed():
    import_orders(orders_file(("D1", "D2")))
    one, two = Activation.objects.order_by("pk").values_list("pk", flat=True)
    TagSigns.objects.create(activation_id=one, contact_at=NOW, battery_percent=5.0, fix_at=NOW)
    later = NOW + timedelta(microseconds=1500)
    with transaction.atomic():
        signs([(one, later, 7.5), (two, None, None)]).save()
    rows = TagSigns.objects.order_by("pk").values_list(
        "activation_id", "contact_at", "battery_percent", "fix_at"
    )
    assert list(rows) == [(one, later, 7.5, NOW), (two, None, None, None)]


def test_nothing_is_written_before_save_nor_for_no_rows():
    signs([]).save()
    names = ["reference", "known_at", "kind", "model", "firmware", "sim", "status", "protocol"]
    rows = [["D9", NOW, "", "", "", "", "fitted", "osmand"]]
    waiting = Upsert(Device, unique=["reference"], names=names, rows=rows)
    assert Device.objects.count() == 0
    waiting.save()
    waiting.save()
    device = Device.objects.get()
    assert (device.reference, device.known_at, device.status) == ("D9", NOW, "fitted")
