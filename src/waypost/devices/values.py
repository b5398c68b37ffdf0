"""The closed sets of the inventory: kinds of devices, flags, visits. Pure values."""

from __future__ import annotations

from enum import StrEnum


class DeviceKind(StrEnum):
    """What a device is for."""

    TAG = "tag"  # worn; GNSS
    ALCOHOL_TAG = "alcohol_tag"
    HOME_UNIT = "home_unit"  # mains-powered, hears the tag by radio
    BEACON = "beacon"  # small radio transmitter that the tag hears
    PHONE = "phone"  # an app in place of a tag
    PROTECTED = "protected"  # carried by a protected person


class FlagKind(StrEnum):
    """What an officer should look at."""

    NEW_PLACE = "new_place"  # claims this identity from a network never seen, beside the known one
    TWO_AT_ONCE = "two_at_once"  # two live connections from different networks
    OTHER_PROTOCOL = "other_protocol"  # speaks otherwise than it did
    OTHER_CERTIFICATE = "other_certificate"  # claimed under a certificate of another device


class VisitPurpose(StrEnum):
    FIT = "fit"
    REMOVE = "remove"
    REPAIR = "repair"


class VisitOutcome(StrEnum):
    DONE = "done"
    NO_ACCESS = "no_access"
    REFUSED = "refused"
    POSTPONED = "postponed"
    WRONG_ADDRESS = "wrong_address"
