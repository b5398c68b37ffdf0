"""The demo's plans: of the practitioner's people one with both plans, a review to come and a visit,
one whose plan does not say what the tag is for."""

from __future__ import annotations

from datetime import datetime, timedelta


def write_plans(now: datetime) -> None:
    """Once: a start that was cut short leaves what there is."""
    from waypost.access.queries import find_officer, posted
    from waypost.access.values import Permission
    from waypost.orders.models import Person
    from waypost.orders.queries import visible_person_ids
    from waypost.plans import actions, keeping_up
    from waypost.plans.models import Plan
    from waypost.plans.values import Owner, PlanKind, VisitWhere

    officer = find_officer("practitioner")
    if officer is None or Plan.objects.exists():
        return
    by = posted(officer, now=now)
    visible = visible_person_ids(by, Permission.PLAN_WRITE, now=now) or frozenset()
    people = Person.objects.filter(pk__in=list(visible), protected=False).order_by("reference")
    found = list(people.values_list("pk", flat=True)[:2])
    review = now + timedelta(days=5)
    for person_id, purposes in zip(
        found, (("keeps nights settled", "keeps away from the old address"), ("", "")), strict=False
    ):
        for kind, purpose in zip(PlanKind, purposes, strict=True):
            if kind is PlanKind.RISK and not purpose:
                continue
            written = actions.Written(
                purpose, "Settle at home, find work, keep appointments.", "", review
            )
            actions.write_plan(person_id, kind, written, expected_version=0, by=by, now=now)
    if found:
        plan = Plan.objects.get(person_id=found[0], kind=PlanKind.SENTENCE)
        objective = actions.add_objective(
            plan.pk, "In work or training by the summer", "Find a job or a course that you like.",
            by=by, now=now,
        )  # fmt: skip
        actions.add_action(
            objective, "Ring the college about the bricklaying course", Owner.PRACTITIONER,
            (now + timedelta(days=3)).date(), by=by, now=now,
        )  # fmt: skip
        keeping_up.plan_visit(
            found[0], now + timedelta(days=2), VisitWhere.OFFICE, "Weekly talk", by=by, now=now
        )
