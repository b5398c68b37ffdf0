"""A unit for tests of IOM: Ida co-ordinates it in Hackney (P1), Una another; Sam is of police."""

from __future__ import annotations

from datetime import timedelta

from oversight_words import NOW, Estate
from waypost.access.actions import make_officer, make_team
from waypost.access.models import Organisation, Team
from waypost.access.queries import posted
from waypost.access.values import Posted, Role

DAY = timedelta(days=1)
REASONS = "Four burglaries in two months, and out at night since."


class Unit(Estate):
    """P1 is in Ida's reach, P2 in Una's; P3 is limited, and nobody's of either."""

    def __init__(self) -> None:
        super().__init__()
        before = NOW - 60 * DAY
        self.desk = make_team("Hackney IOM", "iom_unit", "Desk", now=before)
        self.other_desk = make_team("Camden IOM", "iom_unit", "Desk", now=before)
        self.police = make_team("Metropolitan", "police_force", "Hackney team 1", now=before)
        self.other_police = make_team("Metropolitan", "police_force", "Camden team 1", now=before)
        self.ida = self.in_both("ida", self.teams["Hackney"], self.desk)
        self.una = self.in_both("una", self.teams["Camden"], self.other_desk)
        self.sam = self.officer("sam", Role.POLICE_REQUESTER, self.police)
        self.sid = self.officer("sid", Role.POLICE_REQUESTER, self.other_police)
        self.eva = self.officer("eva", Role.PROGRAMME_EVALUATOR)

    def in_both(self, name: str, team: Team, desk: Team) -> Posted:
        self.officer(name, Role.IOM_COORDINATOR, team)
        made = make_officer(name, name.title(), None, Role.IOM_COORDINATOR, team=desk,
                            now=NOW - 60 * DAY)  # fmt: skip
        return posted(made, now=NOW)

    @property
    def unit(self) -> Organisation:
        return self.desk.organisation

    def select(
        self, reference: str = "P1", *, by: Posted | None = None, at=NOW, now=None, version=0
    ) -> int:
        """Into the fixed cohort, by Ida."""
        from waypost.iom.actions import decide_cohort
        from waypost.iom.cohorts import Decided
        from waypost.iom.values import Criterion, DecidedBy, Standing

        decided = Decided(
            Standing.FIXED, [Criterion.NEIGHBOURHOOD_CRIME, Criterion.HIGH_RISK], REASONS,
            DecidedBy.PERSON, "Sergeant Quill", at,
        )  # fmt: skip
        return decide_cohort(
            self.people[reference],
            decided,
            expected_version=version,
            by=by or self.ida,
            now=now or at,
        )

    def conference(self, *, at=NOW, people=("P1",), now=NOW) -> int:
        from waypost.iom.actions import plan
        from waypost.iom.conferring import Planned

        planned = Planned("March conference", at, "Room 4", "Ida Brook")
        return plan(planned, [self.people[one] for one in people], by=self.ida, now=now)
