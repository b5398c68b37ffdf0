"""What followed, in the demo's month, from what was upheld: cases of which most are decided.

The newest proposal of the demo's own practitioner is left to be decided, so that *Breaches* opens
on something to do.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from waypost.access.values import Posted, Role

if TYPE_CHECKING:
    from waypost.enforcement.models import BreachCase

NAMES = ("Robin Ashby", "Sam Okoro", "Jo Penrose", "Alix Dunn", "Kit Marsh", "Nico Vale")
WARNED = "You were where your order forbids you to be, and gave no reasonable excuse."
REFERRED = "Again where the order forbids them to be, after a warning, without reasonable excuse."
RECALL = "Away from the place of the curfew without reasonable excuse; the risk is assessed anew."
TOLD = "Told by telephone and in writing."
COURT = "Highbury Corner Magistrates’ Court"


def make_practitioners(now: datetime) -> None:
    """One in each borough's team, who cannot sign in."""
    from waypost.access.actions import make_officer
    from waypost.access.models import Team

    for n, team in enumerate(Team.objects.filter(organisation__kind="probation_region")):
        name = f"{NAMES[n % len(NAMES)]}, {team.area}"
        make_officer(
            f"practitioner-{team.area.lower().replace(' ', '-')}", name, None,
            Role.PROBATION_PRACTITIONER, team=team, now=now,
        )  # fmt: skip


def follow_up(now: datetime) -> int:
    """Open cases for what was upheld and decide all but the newest of the practitioner's; how many
    were decided. Done again it decides what is left."""
    from waypost.enforcement.models import BreachCase
    from waypost.enforcement.opening import open_cases

    while open_cases(now):
        pass
    proposed = list(BreachCase.objects.filter(step="proposed").order_by("pk"))
    own = _officer("practitioner", now)
    left = next((one for one in reversed(proposed) if _may_decide(one, own, now)), None)
    decided = 0
    for case in proposed:
        by = _whose(case, now)
        if case != left and by is not None:
            _decide(case, by, now)
            decided += 1
    return decided


def _decide(case: BreachCase, by: Posted, now: datetime) -> None:
    from waypost.enforcement.actions import take_step
    from waypost.enforcement.values import Asked, Step
    from waypost.enforcement.weighing import proposal_of

    step = proposal_of(case, now=now).step
    words = {Step.WARNING_GIVEN: WARNED, Step.REFERRED: REFERRED, Step.RECALL_REQUESTED: RECALL}
    if step is None:
        return
    tell = (COURT,) if step is Step.REFERRED else ()
    asked = Asked(step, now - timedelta(minutes=1), words.get(step, TOLD), tell=tell)
    if step is Step.DECIDED:
        asked = Asked(step, asked.at, TOLD, decided_by="The person whom the order names",
                      reference="by letter")  # fmt: skip
    take_step(case.pk, asked, by=by, now=now, expected_version=case.version)


def _whose(case: BreachCase, now: datetime) -> Posted | None:
    """Some practitioner whose case it is."""
    from waypost.access.models import Posting

    held = Posting.objects.filter(role=Role.PROBATION_PRACTITIONER).order_by("pk")
    for username in held.values_list("officer__username", flat=True):
        found = _officer(username, now)
        if _may_decide(case, found, now):
            return found
    return None


def _may_decide(case: BreachCase, by: Posted, now: datetime) -> bool:
    from waypost.access import may
    from waypost.access.values import Permission
    from waypost.orders.queries import case_of

    return may.decide(by, Permission.BREACH_DECIDE, case_of(case.person_id, now=now)).allowed


def _officer(username: str, now: datetime) -> Posted:
    from waypost.access.queries import find_officer, posted

    found = find_officer(username)
    assert found is not None, f"the demo has no officer {username}"
    return posted(found, now=now)
