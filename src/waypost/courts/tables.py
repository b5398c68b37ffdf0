"""What courts' words mean here: results by their short code, prompts by their label. Facts only.

Codes and labels are those of the common platform's results, as its messages carry them. A result or
a condition that is not in these tables is never guessed at: a person is asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from waypost.orders.values import OrderKind


@dataclass(frozen=True, slots=True)
class ResultKind:
    """What a result makes.

    until_hearing   it lasts until the next hearing; else it has an end, or a length, of its own
    in_custody      it begins when the person is released, whose day the message does not say
    age_min, age_max  of whom such an order is made; a message that says otherwise is asked about
    """

    kind: OrderKind
    varies: bool = False
    until_hearing: bool = False
    in_custody: bool = False
    intensive: bool = False
    scotland: bool = False
    age_min: int | None = None
    age_max: int | None = None


BAIL = ResultKind(OrderKind.COURT_BAIL, until_hearing=True)
TO_CARE = ResultKind(OrderKind.COURT_BAIL, until_hearing=True, age_max=17)
RESULTS: dict[str, ResultKind] = {
    "RC": BAIL,  # remanded on conditional bail
    "CCIB": BAIL,
    "CCIC": BAIL,  # sent to the Crown Court on conditional bail
    "CCSC": BAIL,
    "REMCB": BAIL,  # adult remittal for sentence on conditional bail
    "RIB": ResultKind(OrderKind.COURT_BAIL, until_hearing=True, in_custody=True),
    "CCSIB": ResultKind(OrderKind.COURT_BAIL, until_hearing=True, in_custody=True),
    "RCCLAB": ResultKind(OrderKind.COURT_BAIL, until_hearing=True, in_custody=True, age_max=17),
    "RILA": TO_CARE,  # remand in care of the local authority
    "CCSILA": TO_CARE,
    "CCIILA": TO_CARE,
    "RCBV": ResultKind(OrderKind.COURT_BAIL, varies=True, until_hearing=True),
    "BAILREVC": ResultKind(OrderKind.COURT_BAIL, varies=True, until_hearing=True),
    "COEW": ResultKind(OrderKind.COMMUNITY_ORDER, age_min=18),
    "COS": ResultKind(OrderKind.COMMUNITY_ORDER, scotland=True, age_min=16),
    "SUSPS": ResultKind(OrderKind.SUSPENDED_SENTENCE, age_min=18),
    # Sentencing Act 2020 s.277(1): detention in a young offender institution, aged 18 to 20.
    "SUSPSD": ResultKind(OrderKind.SUSPENDED_SENTENCE, age_min=18, age_max=20),
    "SUSPV": ResultKind(OrderKind.SUSPENDED_SENTENCE, varies=True, age_min=18),
    "SUSPVD": ResultKind(OrderKind.SUSPENDED_SENTENCE, varies=True, age_min=18),
    "YROEW": ResultKind(OrderKind.YOUTH, age_max=18),
    "YROISS": ResultKind(OrderKind.YOUTH, intensive=True, age_max=18),
    "DAPO": ResultKind(OrderKind.DAPO, age_min=18),
}


class Says(StrEnum):
    """What a prompt or a result of its own says of monitoring."""

    CURFEW = "curfew"
    CURFEW_MONITORED = "curfew_monitored"
    STAY_OUT = "stay_out"
    STAY_OUT_EXCEPT = "stay_out_except"
    RADIUS = "radius"
    RADIUS_UNLESS = "radius_unless"
    STAY_IN = "stay_in"
    GPS_TAG = "gps_tag"
    TRAIL = "trail"
    ALCOHOL = "alcohol"
    RESIDENCE = "residence"
    MUST = "must"
    NOTIFICATION = "notification"
    ENDS = "ends"  # monitoring that was ordered before ends
    OTHER = "other"  # of monitoring, and not known here


# By the beginning of the label, small letters, single spaces; the longest that fits counts.
LABELS: dict[str, Says] = {
    "curfew condition is to be electronically monitored": Says.CURFEW_MONITORED,
    "the curfew condition will be electronically monitored": Says.CURFEW_MONITORED,
    "curfew with electronic monitoring": Says.CURFEW,
    "must stay indoors at home address": Says.CURFEW,
    "exclusion - not to enter a place except": Says.STAY_OUT_EXCEPT,
    "must not enter the place or area specified other than": Says.STAY_OUT_EXCEPT,
    "exclusion - not to enter": Says.STAY_OUT,
    "exclusion not to enter": Says.STAY_OUT,
    "must not enter": Says.STAY_OUT,
    "exclusion - not go within a radius": Says.RADIUS,
    "exclusion - not go within a radius unless": Says.RADIUS_UNLESS,
    "must not go within": Says.RADIUS,
    "exclusion - not to leave": Says.STAY_IN,
    "exclusion not to leave": Says.STAY_IN,
    "exclusion - the exclusion condition to be electronically monitored": Says.GPS_TAG,
    "trail monitoring": Says.TRAIL,
    "location monitoring": Says.TRAIL,
    "alcohol abstinence and monitoring": Says.ALCOHOL,
    "residence": Says.RESIDENCE,
    "must live, and sleep each night": Says.RESIDENCE,
    "notification of electronic monitoring order": Says.NOTIFICATION,
    "electronic monitoring end": Says.ENDS,
}
WHOLE_LABELS: dict[str, Says] = {"curfew": Says.CURFEW, "must": Says.MUST}
FRONTS = ("prohibition: ", "requirement: ", "youth rehabilitation requirement: ",
          "additional requirement: ")  # fmt: skip
MONITORS = ("electronic monitor", "electronically monitor", "gps tag")
# In the contractor's list the zones to stay out of stand in this order.
RANKS: dict[Says, int] = {
    Says.STAY_OUT: 0, Says.STAY_OUT_EXCEPT: 1, Says.RADIUS: 2, Says.RADIUS_UNLESS: 3,
}  # fmt: skip

# Names of fields within a prompt's value. A line that begins otherwise continues the one before.
FIELD_KEYS = frozenset(
    {
        "between", "and", "frequency", "frequency of curfew", "alternative curfew address",
        "additional information", "place or area", "place / area", "within", "of", "a radius of",
        "in respect of this place", "address", "bass address", "details",
        "curfew and electronic monitoring period", "start date of tagging",
        "start time of tagging", "end date of tagging", "end time of tagging",
        "defendant to remain at", "details and timings",
        "exclusion and electronic monitoring period", "start date for tag", "start time for tag",
        "end date for tag", "end time for tag",
        "date of hearing", "fixed date", "week commencing", "date and time to be fixed",
        "time of hearing", "courthouse organisation name", "courthouse address line 1",
        "courthouse address line 2", "courthouse address line 3", "courthouse address line 4",
        "courthouse address line 5", "courthouse post code", "courtroom", "hearing type",
        "estimated duration", "booking reference", "special requirements",
        "electronic monitoring contractor organisation name",
        "electronic monitoring contractor email address 1",
        "electronic monitoring contractor email address 2",
        "first notification of electronic monitoring", "continuation of electronic monitoring",
        "variation of electronic monitoring. date and case reference of original order",
        "additional notification of electronic monitoring. date and case reference of original "
        "order",
        "are there any additional requirements as well?", "defendant's mobile number",
        "was an interpreter used?", "language", "does the offender have any special needs?",
        "special needs", "this curfew shall apply upon release from custody",
        "police station name", "item", "risk or vulnerability factors",
        "reasons for the conditions imposed on the defendant",
    }
)  # fmt: skip


def says_of(label: str) -> Says | None:
    """What a label speaks of; None when it is no matter of monitoring."""
    low = " ".join(label.casefold().replace("–", "-").split())
    for front in FRONTS:
        low = low.removeprefix(front)
    if low in WHOLE_LABELS:
        return WHOLE_LABELS[low]
    fitting = [start for start in LABELS if low.startswith(start)]
    if fitting:
        return LABELS[max(fitting, key=len)]
    return Says.OTHER if any(word in low for word in MONITORS) else None
