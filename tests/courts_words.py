"""Messages of an invented court, for tests of what courts send. Nobody in them exists."""

from __future__ import annotations

import json
from typing import Any

COURT = "Marshwick Magistrates' Court"
NOTICE = (
    "Notification of electronic monitoring order (bail)",
    "First notification of electronic monitoring:Yes\nWas an interpreter used?:No",
)
HEARING_ON = ("Next hearing in magistrates' court",
              "Date of hearing:20/04/2026\nTime of hearing:10:00")  # fmt: skip
CURFEW = ("Curfew", "Between:21:00\nAnd:06:00\nFrequency:Every day")
NOT_NEAR = ("Exclusion - not go within a radius",
            "Within:2 miles radius of\nOf:Fir Street, London E8 3QW")  # fmt: skip
NOT_ENTER = ("Exclusion - not to enter a place", "Place or area:The old mill")


def prompt(label: str, value: str, reference: str = "") -> dict[str, Any]:
    return {"label": label, "value": value, "promptReference": reference}


def result(code: str, label: str, *prompts: Any, ordered: str = "2026-04-01") -> dict[str, Any]:
    """A judicial result; a prompt is (label, value) or (label, value, reference)."""
    return {
        "resultText": f"{code} - {label}\nWords of the result.",
        "label": label,
        "orderedDate": ordered,
        "judicialResultPrompts": [prompt(*one) for one in prompts],
    }


def defendant(*results: dict[str, Any], number: int = 1, **more: Any) -> dict[str, Any]:
    details = {
        "firstName": "Robin", "lastName": f"Fielder{number}", "dateOfBirth": "1990-05-17",
        "gender": "MALE", "contact": {"mobile": "07700900123"},
        "address": {"address1": "4 Fir Street", "address2": "London", "postcode": "E8 3QW"},
    } | more.pop("details", {})  # fmt: skip
    return {
        "id": f"{number:08d}-aaaa-4bbb-8ccc-000000000000",
        "masterDefendantId": f"{number:08d}-dddd-4eee-8fff-000000000000",
        "isYouth": False,
        "personDefendant": {"personDetails": details},
        "offences": [{"offenceTitle": "Theft", "judicialResults": list(results)}],
    } | more


def hearing(*defendants: dict[str, Any], urn: str = "MW100", **more: Any) -> dict[str, Any]:
    return {
        "hearing": {
            "jurisdictionType": "MAGISTRATES",
            "courtCentre": {"name": COURT},
            "hearingDays": [{"sittingDay": "2026-04-01T09:30:00.000Z"}],
            "prosecutionCases": [
                {"prosecutionCaseIdentifier": {"caseURN": urn}, "defendants": list(defendants)}
            ],
        }
        | more.pop("hearing", {}),
        "sharedTime": "2026-04-01T11:00:00.000Z",
    } | more


def bail(*prompts: Any, code: str = "RC", **more: Any) -> dict[str, Any]:
    """One defendant on bail until the next hearing, with these conditions."""
    made = result(code, "Remanded on conditional bail", HEARING_ON, NOTICE, *prompts)
    return hearing(defendant(made), **more)


def sent(document: Any) -> bytes:
    return json.dumps(document).encode()
