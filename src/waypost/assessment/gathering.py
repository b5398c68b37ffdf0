"""What runs: tables, purposes, recipients, periods, numbers, from the code and the settings.

Nothing of anybody is read: an assessment is about the processing, not about those it is of.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from django.apps import apps
from django.conf import settings

from waypost.access.foreign_columns import FOREIGN
from waypost.access.purposes import GATEWAYS, window_words, windows
from waypost.assessment.recipients import ways
from waypost.assessment.values import Kept, PurposeRow, Running, Table
from waypost.columns import Columns, Retention
from waypost.keeping.queries import schedules
from waypost.keeping.schedules import SCHEDULES, Period
from waypost.monitoring.parameter_queries import timeline
from waypost.rules.parameter_form import shown
from waypost.rules.parameter_words import WORDS


def running(*, now: datetime, stored: bool = True) -> Running:
    """The configuration that runs now.

    stored   with what is set in the records (periods, numbers in force); without, the code's own
    """
    return Running(
        tables=tuple(_tables()),
        purposes=tuple(_purposes()),
        recipients=tuple(ways(_in_use())),
        kept=tuple(_kept(now, stored)),
        numbers=tuple(_numbers(now)) if stored else (),
        sealed_identity=settings.IDENTITY_KEY is not None,
        anchored_audit=bool(settings.AUDIT_ANCHOR),
        stamped_audit=bool(settings.AUDIT_TIME_AUTHORITY),
    )


def _tables() -> Iterator[Table]:
    for model in apps.get_models(include_auto_created=True):
        own = model.__dict__.get("declares")
        declared = own if isinstance(own, Columns) else FOREIGN.get(model._meta.label)
        if declared is not None:
            yield Table(
                model._meta.label, declared.retention.value, bool(declared.belongs),
                {name: label.value for name, label in declared.labels().items()},
            )  # fmt: skip


def _purposes() -> Iterator[PurposeRow]:
    for purpose, gateway in GATEWAYS.items():
        window = windows()[purpose]
        yield PurposeRow(
            purpose.value, gateway.words, gateway.law,
            tuple(sorted(role.value for role in gateway.roles)),
            window_words(window) if window > timedelta(0) else "", gateway.whole,
        )  # fmt: skip


def _in_use() -> dict[str, str]:
    mail = str(getattr(settings, "EMAIL_HOST", "")) if "smtp" in settings.EMAIL_BACKEND else ""
    return {
        "channel:mail": mail,
        "channel:sms": settings.NOTICES["sms_key"],
        "channel:webhook": settings.NOTICES["webhook"],
        "anchor:audit": settings.AUDIT_ANCHOR,
        "stamp:audit": settings.AUDIT_TIME_AUTHORITY,
    }


def _kept(now: datetime, stored: bool) -> Iterator[Kept]:
    if stored:
        for seen in schedules(now=now):
            yield _row(seen.retention, seen.period, seen.kinds)
        return
    for retention, one in SCHEDULES.items():
        yield _row(retention, one.period, [(str(kind), own) for kind, own in one.by_kind.items()])


def _row(
    retention: Retention, period: Period | None, by_kind: Iterable[tuple[str, Period]]
) -> Kept:
    one = SCHEDULES[retention]
    words = [period.words if period else "not deleted by a schedule"]
    words += [f"{kind.replace('_', ' ')}: {own.words}" for kind, own in by_kind]
    source = period.source if period else ""
    return Kept(retention.value, one.what, one.counted.value, "; ".join(words), source, one.purpose)


def _numbers(now: datetime) -> Iterator[tuple[str, str]]:
    numbers = timeline().at(now).parameters
    for name, words in WORDS.items():
        yield words.name, shown(name, numbers)
