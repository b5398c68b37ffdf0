"""To whom anything of a person can go, by each way out of the house that the code has.

A way without words here is one that nobody has thought about: `ways` then fails.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from waypost.assessment.values import Recipient
from waypost.disclosure.values import Kind
from waypost.notices.values import CHANNELS, TEST

KNOWN: tuple[Recipient, ...] = (
    Recipient("request:police", "A police force, for an enquiry into a recorded offence",
              "A window of one person's track, or whether a tag was at a place",
              "Data Protection Act 2018 s.35, s.38 to 40; code of practice",
              "Checked, granted by a second officer by rank, least that answers, signed, expiring"),
    Recipient("request:court", "A court", "A window of one person's track",
              "Data Protection Act 2018 s.35, Sch. 8 para. 2", "As for the police"),
    Recipient("request:own", "The wearer", "Their own track", "Data Protection Act 2018 s.45",
              "Own account, or identity checked"),
    Recipient("request:solicitor", "A solicitor with the wearer's signed authority",
              "The wearer's track", "Data Protection Act 2018 s.45, on their behalf",
              "Authority on record, second officer, signed, expiring"),
    Recipient("request:threat_to_life", "A police force, by telephone", "One current place",
              "Data Protection Act 2018 s.35, Sch. 8 para. 3",
              "Call back to a known number, on-duty authoriser, reviewed every time"),
    Recipient("request:wanted_person", "A police force, by telephone", "One current place",
              "Data Protection Act 2018 s.35, s.38 to 40", "As for a threat to life"),
    Recipient("notification:force", "The police force of the place, told of a breach",
              "Person, order, what happened, fixes of the breach and half an hour around it",
              "The order's legislation; Data Protection Act 2018 s.35",
              "Drafted by the machine, checked and sent by a person, corrected by number"),
    Recipient("paper:court", "The court of a breach, and the body that decides a recall",
              "Breach report with exhibits, request for recall",
              "Sentencing Act 2020 Sch. 10 and 16; Criminal Justice Act 2003 s.254",
              "A person decides and signs; corrected by number"),
    Recipient("matches:force", "The police force that sent an offence file",
              "Who of the programme's wearers was near a recorded offence",
              "Data Protection Act 2018 s.35; code of practice",
              "Kinds of order that allow it alone; limited people left out; a person reviews"),
    Recipient("subject_access:person", "The person", "All that is held of them, who looked, why",
              "Data Protection Act 2018 s.45", "Identity checked; third parties redacted"),
    Recipient("near:protected", "A protected person who wished it",
              "That the wearer came too near, without place, time or name",
              "Data Protection Act 2018 Sch. 8 para. 4", "By consent that ends at once"),
    Recipient("channel:mail", "The agency's mail server, a carrier",
              "Ids and links; a wearer's reminder: a day and an hour",
              "A processor's contract (Data Protection Act 2018 s.59)", "No name and no place"),
    Recipient("channel:sms", "GOV.UK Notify, a carrier", "As by mail",
              "A processor's contract (Data Protection Act 2018 s.59)", "No name and no place"),
    Recipient("channel:webhook", "A system of the agency's own", "Ids and links, signed",
              "The agency's own processing", "No name and no place"),
    Recipient("anchor:audit", "Whoever keeps copies of the audit's seals", "Hashes and times",
              "Data Protection Act 2018 s.62", "Nothing of a person"),
    Recipient("stamp:audit", "A time authority (RFC 3161)", "The digest of a seal, once an hour",
              "Data Protection Act 2018 s.62", "Nothing of a person"),
)  # fmt: skip


def ways(settings: Mapping[str, str]) -> Iterator[Recipient]:
    """Every way out, and whether the configuration uses it. KeyError for one without words.

    settings   what is set, by way: "" is not in use; ways not in it always are
    """
    known = {one.way: one for one in KNOWN}
    found = [known.pop(f"request:{kind.value}") for kind in Kind]
    found += [known.pop(f"channel:{name}") for name in CHANNELS if name != TEST]
    yield from (replace(one, in_use=bool(settings.get(one.way, "yes"))) for one in found)
    for way, one in known.items():
        yield replace(one, in_use=bool(settings.get(way, "yes")))
