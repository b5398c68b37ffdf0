"""Flags raised as messages are taken in: one a device and kind, growing, for devices of ours."""

from __future__ import annotations

from datetime import timedelta

import pytest

from devices_words import NOW
from waypost.devices.flagging import raise_flags
from waypost.devices.models import Device, DeviceFlag, QuarantinedMessage
from waypost.devices.values import FlagKind
from waypost.gateway.intake import Intake
from waypost.gateway.values import UnreadableMessage

KIND = FlagKind.OTHER_CERTIFICATE
pytestmark = [pytest.mark.database, pytest.mark.django_db]


def nobody(device):
    return False


def test_an_open_flag_grows_and_a_settled_one_is_left_alone():
    raise_flags([("D1", KIND), ("D1", KIND)], lambda device: True, now=NOW)
    DeviceFlag.objects.update(settled_at=NOW)
    later = NOW + timedelta(hours=1)
    raise_flags([("D1", KIND)], lambda device: True, now=later)
    raise_flags([("D1", KIND)], lambda device: True, now=later + timedelta(hours=1))
    flags = DeviceFlag.objects.order_by("id").values_list("count", "first_at", "last_at")
    assert list(flags) == [(2, NOW, NOW), (2, later, later + timedelta(hours=1))]


def test_a_name_that_anybody_may_have_invented_gets_none():
    Device.objects.create(reference="STOCK", known_at=NOW, status="stock")
    raise_flags([("STOCK", KIND), ("INVENTED", KIND)], nobody, now=NOW)
    assert [flag.device_reference for flag in DeviceFlag.objects.all()] == ["STOCK"]


def test_a_claim_under_anothers_certificate_is_kept_and_flagged_in_one_commit():
    Device.objects.create(reference="D1", known_at=NOW, status="stock")
    claim = UnreadableMessage("queclink", b"claim", "of another", NOW, "D1", status=403, flag=KIND)
    (reply,) = Intake().write([claim])
    assert (reply.status, reply.body) == (403, "of another")
    assert QuarantinedMessage.objects.get().device_reference == "D1"
    assert DeviceFlag.objects.get().kind == KIND
