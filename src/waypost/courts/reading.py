"""From a slice of a message to what it says: the one door of this room's reading. Pure.

hear(one)    the orders of one person, each with its conditions and its questions
"""

from __future__ import annotations

from waypost.courts.contractor_reading import hear_contractor
from waypost.courts.hearing import hear_hearing
from waypost.courts.payload import Slice, slice_document
from waypost.courts.values import Form, Heard


def hear(one: Slice) -> tuple[Heard, ...]:
    """The monitored orders of the slice; none where nothing in it is monitored."""
    document = slice_document(one)
    if one.form is Form.HEARING:
        return hear_hearing(document)
    if one.form is Form.CONTRACTOR:
        return hear_contractor(document)
    return ()
