"""The rules of practice for monitoring data, each with what keeps it and the test that shows it.

Sources: the domain's section 6 (lawful use), the regulator's findings of 2024 on a government
scheme, Data Protection Act 2018 Part 3. A test walks this table: each module and test must exist.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rule:
    """kept_by, shown_by   paths below src/waypost and the project"""

    says: str
    kept_by: str
    shown_by: str


RULES: tuple[Rule, ...] = (
    Rule("Every access has a named purpose with its legal gateway, and is logged",
         "access/purposes.py", "tests/rooms/access/test_access_may.py"),
    Rule("An access covers no more time than its purpose needs: 48 hours for the crime-mapping "
         "hub, 14 days for a practitioner, unless authorised",
         "orders/windows.py", "tests/rooms/oversight/test_leave.py"),
    Rule("Compliance monitoring is not whereabouts monitoring",
         "rules/bearing.py", "tests/spec/test_compliance_is_not_whereabouts.py"),
    Rule("Requests from outside are about the past and say why this data is needed and how it "
         "helps",
         "disclosure/checking.py", "tests/rooms/disclosure/test_requests.py"),
    Rule("Unclear, tenuous or too broad requests are refused, with what would be acceptable",
         "disclosure/vetting.py", "tests/rooms/disclosure/test_requests.py"),
    Rule("The requester is authenticated; a second officer of the right rank decides",
         "disclosure/ranks.py", "tests/properties/test_disclosure.py"),
    Rule("What is disclosed is the least that answers", "disclosure/minimum.py",
         "tests/rooms/disclosure/test_releases.py"),
    Rule("Requests are recorded and dip-tested", "disclosure/dip.py",
         "tests/properties/test_disclosure.py"),
    Rule("In an emergency the place is told after a call back, and every case is reviewed",
         "disclosure/urgent.py", "tests/rooms/disclosure/test_urgent.py"),
    Rule("Looking is watched: odd looks and a sample drawn by lot are reviewed by somebody else",
         "oversight/reviewing.py", "tests/rooms/oversight/test_reviewing.py"),
    Rule("The record of access cannot be altered unseen", "access/chain.py",
         "tests/rooms/access/test_access_tampering.py"),
    Rule("Data go when their period ends, with proof; what is held for a case survives",
         "keeping/forgetting.py", "tests/properties/test_keeping.py"),
    Rule("A person has their own data, who looked, when and why, within a month",
         "keeping/bundling.py", "tests/rooms/keeping/test_subject_access.py"),
    Rule("Crime mapping reads only wearers whose order allows it", "matching/scope.py",
         "tests/rooms/matching/test_matching_compatible.py"),
    Rule("No decision with legal effect is the machine's: it proposes, a person decides",
         "enforcement/opening.py", "tests/properties/test_enforcement.py"),
    Rule("What turns out wrong is corrected with everybody who has it", "corrections/actions.py",
         "tests/rooms/corrections"),
    Rule("Ranks of alerts take no protected characteristic and no area", "alerts/urgency.py",
         "tests/properties/test_alert_harm.py"),
    Rule("Uncertainty is shown: circles, gaps, chances, time that could not be monitored",
         "rules/evidence.py", "tests/rooms/rules/test_rules_evidence.py"),
)  # fmt: skip
