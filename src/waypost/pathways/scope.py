"""The records that acts and queries begin with: a service of the catalogue, a referral of a person
of the officer's; any other is as if there were none."""

from __future__ import annotations

from datetime import datetime

from waypost.access import may
from waypost.access.values import Permission, Posted
from waypost.errors import NoSuchThing
from waypost.orders.queries import NUMBER_MAX, case_of
from waypost.pathways.models import Referral, Service
from waypost.pathways.values import NO_SUCH_REFERRAL, NO_SUCH_SERVICE


def find_service(service_id: int) -> Service:
    found = Service.objects.filter(pk=min(service_id, NUMBER_MAX)).first()
    if found is None:
        raise NoSuchThing(NO_SUCH_SERVICE)
    return found


def find_referral(referral_id: int, permission: Permission, by: Posted, now: datetime) -> Referral:
    rows = Referral.objects.select_related("service", "person")
    found = rows.filter(pk=min(referral_id, NUMBER_MAX)).first()
    if found is None:
        raise NoSuchThing(NO_SUCH_REFERRAL)
    may.check(by, permission, case_of(found.person_id, now=now), absent=NO_SUCH_REFERRAL)
    return found
