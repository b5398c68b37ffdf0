"""The wearer's account of an alert: taken, found reasonable or not, and an absence made from it.

    take_account   what they say, given by whom, what was shown
    decide         reasonable explains the alert, not reasonable upholds it (actions.py decides
                   whether the alert may move so): one transaction
    make_absence   the time authorised, through orders/absences.py, with its own permission

An account is decided once; who thinks otherwise takes another, or a contest is raised.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from waypost.access import audit
from waypost.access.values import Posted
from waypost.alerts import actions
from waypost.alerts.models import Account, Alert
from waypost.alerts.noting import alert_to_handle, tell
from waypost.errors import NoSuchThing, Refused
from waypost.monitoring.models import Violation
from waypost.orders.absences import authorise_absence
from waypost.orders.models import RequirementVersion
from waypost.orders.queries import NUMBER_MAX

NO_SUCH_ACCOUNT = "There is no such account."


@transaction.atomic
def take_account(
    alert_id: int, *, given_by: str, words: str, evidence: str = "", by: Posted, now: datetime
) -> Account:
    """Write down what the wearer, or somebody for them, says of it.

    given_by   the wearer, their solicitor; evidence: what was shown, and where it lies
    """
    alert = alert_to_handle(alert_id, by, now=now)
    if not given_by.strip():
        raise Refused("Say who gave the account.")
    if not words.strip():
        raise Refused("Write down what they say, in their words.")
    account = Account.objects.create(
        alert=alert,
        at=now,
        taken_by_id=by.officer_id,
        given_by=given_by.strip(),
        words=words.strip(),
        evidence=evidence.strip(),
    )
    tell(alert, "account_taken", by=by, now=now)
    _record("account:taken", account, by, now)
    return account


@transaction.atomic
def decide(
    account_id: int,
    *,
    reasonable: bool,
    why: str,
    by: Posted,
    now: datetime,
    expected_version: int | None = None,
) -> Account:
    """Find the account reasonable or not; the alert is explained or upheld with the same words.

    raises   Refused without why, when it was decided, or where the alert cannot move so now
    """
    account = _to_decide(account_id, by, now)
    if account.reasonable is not None:
        raise Refused("This account was decided already; take another if more was said.")
    if not why.strip():
        raise Refused("Say why the account is found reasonable or not.")
    lead = actions.explain if reasonable else actions.uphold
    lead(account.alert_id, by=by, now=now, note=why.strip(), expected_version=expected_version)
    account.reasonable, account.why = reasonable, why.strip()
    account.decided_at, account.decided_by_id = now, by.officer_id
    account.save(update_fields=["reasonable", "why", "decided_at", "decided_by_id"])
    _record("account:decided", account, by, now, reasonable=reasonable)
    return account


@transaction.atomic
def make_absence(
    account_id: int, from_at: datetime, to_at: datetime, *, by: Posted, now: datetime
) -> int:
    """Authorise an absence from a reasonable account, for the time of the violation or one to come;
    the number of the absence. Judging follows by itself.

    raises   Refused when the account is not found reasonable, made one already, or its alert is of
             no requirement
    """
    account = _to_decide(account_id, by, now)
    if account.reasonable is not True:
        raise Refused("An absence is made from an account that was found reasonable.")
    if account.absence_id is not None:
        raise Refused("An absence was made from this account already.")
    alert = account.alert
    if not alert.requirement_reference:
        raise Refused("This alert is about no requirement, so there is nothing to be absent from.")
    absence = authorise_absence(
        alert.person_id,
        alert.requirement_reference,
        from_at,
        to_at,
        reason=account.why,
        order=_order_of(alert),
        by=by,
        now=now,
    )
    account.absence_id = absence
    account.save(update_fields=["absence_id"])
    tell(alert, "absence_authorised", by=by, now=now)
    _record("account:absence_made", account, by, now, absence=absence)
    return absence


def _to_decide(account_id: int, by: Posted, now: datetime) -> Account:
    found = Account.objects.select_for_update().filter(pk=min(account_id, NUMBER_MAX)).first()
    if found is None:
        raise NoSuchThing(NO_SUCH_ACCOUNT)
    found.alert = alert_to_handle(found.alert_id, by, now=now)
    return found


def _order_of(alert: Alert) -> str | None:
    """The order whose requirement was judged; None where the violation does not say."""
    rows = Violation.objects.filter(pk=alert.violation_id or 0)
    version = rows.values_list("requirement_version_id", flat=True).first()
    known = RequirementVersion.objects.filter(pk=version or 0)
    return known.values_list("order_reference", flat=True).first()


def _record(kind: str, account: Account, by: Posted, now: datetime, **more: int) -> None:
    detail = {"alert": account.alert_id, "account": account.pk, **more}
    audit.record(kind, by=by, at=now, about=account.alert.person_id, detail=detail)
