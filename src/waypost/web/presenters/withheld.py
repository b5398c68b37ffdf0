"""The form by which an address is withheld from a wearer: read, and what is wrong with it said.

What was typed goes back into the page that answers, and nowhere else: into no message, no refusal,
no line of a log, since those are kept.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from waypost.orders.placing import Found, find_place

# A place left open by more than this is no address. A zone gives one away from 50 m on
# (orders/withheld.NEAR_M), a reference of six figures leaves 100 m open, three decimals 111 m.
OPEN_M_MAX = 112.0
TEXT_MAX = 80
HOW = "Enter a postcode, a National Grid reference, or latitude, longitude"


@dataclass(frozen=True, slots=True)
class WithheldForm:
    """What was sent, and what it means.

    wearer_id, place   None where they cannot be told
    trouble            id of the input -> what is wrong and what to do, in the order of the page
    """

    text: str = ""
    wearer_id: int | None = None
    place: Found | None = None
    trouble: dict[str, str] = field(default_factory=dict)


def read_withheld_form(sent: Mapping[str, str], wearers: Collection[int]) -> WithheldForm:
    """The form as sent. Only those wearers can be chosen from whom the person is protected."""
    chosen, text = sent.get("wearer", ""), sent.get("place", "").strip()[:TEXT_MAX]
    wearer_id = next((one for one in wearers if str(one) == chosen), None)
    place = find_place(text)
    trouble: dict[str, str] = {}
    if wearer_id is None:
        trouble["wearer"] = (
            "The wearer chosen is not one of these: choose from whom the address is kept."
            if chosen
            else "No wearer is chosen: choose from whom the address is kept."
        )
    if not text:
        trouble["place"] = f"The address is empty. {HOW}."
    elif place is None:
        trouble["place"] = f"“{text}” is no place that is known here. {HOW}."
    elif place.open_m > OPEN_M_MAX:
        trouble["place"] = (
            f"“{text}” leaves {_length(place.open_m)} open, which is no address. Give six figures "
            "or more of a grid reference, or degrees with four decimals."
        )
    return WithheldForm(text, wearer_id, place, trouble)


def _length(metres: float) -> str:
    return f"{metres / 1000:.0f} km" if metres >= 1000 else f"{metres:.0f} m"
