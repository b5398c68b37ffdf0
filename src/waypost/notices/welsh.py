"""What wearers and protected people are told, in Welsh: subject, text, text for telephones.

Notices to staff are in English. Words that differ by language (a day, how long a battery lasts) are
filled in by those who write the notice (telling/wording.py). An agency may write its own in place
of any of these.
"""

from __future__ import annotations

WELSH: dict[str, tuple[str, str, str]] = {
    "reminder_appointment": (
        "Nodyn i'ch atgoffa",
        "Mae gennych apwyntiad {at}. Byddwch yno o'r dechrau i'r diwedd.\n"
        "Os na allwch fynd, ffoniwch eich swyddog cyn hynny.\n",
        "Mae gennych apwyntiad {at}. Os na allwch fynd, ffoniwch eich swyddog.",
    ),
    "reminder_curfew": (
        "Nodyn i'ch atgoffa",
        "Mae eich cyrffyw yn dechrau {at}. Byddwch gartref erbyn hynny.\n"
        "Os oes rhywbeth yn eich rhwystro, ffoniwch eich swyddog nawr.\n",
        "Mae eich cyrffyw yn dechrau {at}. Byddwch gartref erbyn hynny.",
    ),
    "reminder_battery": (
        "Nodyn i'ch atgoffa",
        "Mae batri eich tag yn isel. {lasts} Gwefrwch ef nawr, nes ei fod yn dweud ei fod yn "
        "llawn.\n",
        "Mae batri eich tag yn isel. {lasts} Gwefrwch ef nawr nes ei fod yn llawn.",
    ),
    "praise": (
        "Da iawn chi",
        "Da iawn chi. Gwnaethoch bopeth y mae eich gorchymyn yn ei ofyn yn yr wythnos o {week}.\n"
        "Gwelodd eich swyddog hynny a gofynnodd i ni ddweud wrthych.\n",
        "Da iawn chi. Gwnaethoch bopeth y mae eich gorchymyn yn ei ofyn yn yr wythnos o {week}.",
    ),
    "absence_granted": (
        "Yr ateb yw: cewch",
        "Gofynnoch chi yn gyntaf, a'r ateb yw: cewch, o {from_words} tan {to_words}.\n"
        "Cadwch at bopeth arall y mae eich gorchymyn yn ei ddweud. Wedyn, mae popeth fel o'r "
        "blaen.\n",
        "Gofynnoch chi yn gyntaf. Yr ateb yw: cewch, o {from_words} tan {to_words}.",
    ),
    "absence_refused": (
        "Yr ateb yw: na chewch",
        "Gofynnoch am fod i ffwrdd o {from_words} tan {to_words}. Yr ateb yw: na chewch. Nid yw "
        "eich gorchymyn wedi newid.\nMewngofnodwch i ddarllen pam, neu ffoniwch eich swyddog.\n",
        "Gofynnoch am fod i ffwrdd o {from_words}. Yr ateb yw: na chewch. Nid yw eich gorchymyn "
        "wedi newid. Ffoniwch eich swyddog.",
    ),
    "absence_unanswered": (
        "Nid oes neb wedi eich ateb eto",
        "Gofynnoch am fod i ffwrdd o {from_words} tan {to_words}. Ni atebodd neb mewn pryd. Mae'n "
        "ddrwg gennym. Nid oes dim wedi newid: gwnewch yr hyn y mae eich gorchymyn yn ei ddweud, "
        "a ffoniwch eich swyddog.\n",
        "Ni atebodd neb mewn pryd. Mae'n ddrwg gennym. Nid oes dim wedi newid. Ffoniwch eich "
        "swyddog.",
    ),
    "complaint_answered": (
        "Rydym wedi ateb eich cwyn",
        "Rydym wedi ateb eich cwyn. Mewngofnodwch i'w ddarllen, neu gofynnwch amdano ar bapur.\n",
        "Rydym wedi ateb eich cwyn. Mewngofnodwch i'w ddarllen.",
    ),
    "near": (
        "Cymerwch ofal",
        "Efallai fod y person sy'n gorfod cadw draw oddi wrthych wedi dod yn nes nag y caniateir. "
        "Ni allwn ddweud ble.\n"
        "Cymerwch ofal nawr. Ewch i le diogel, neu arhoswch mewn un.\n"
        "Os ydych mewn perygl, ffoniwch 999. I siarad â ni, ffoniwch {ring}.\n",
        "Cymerwch ofal: efallai fod y person sy'n gorfod cadw draw oddi wrthych wedi dod yn rhy "
        "agos. Mewn perygl: 999. I siarad â ni: {ring}.",
    ),
    "near_over": (
        "Diweddariad",
        "Gofynnon ni i chi gymryd gofal. Hyd y gallwn ddweud, mae hynny ar ben.\n"
        "Os ydych yn poeni, ffoniwch {ring}. Os ydych mewn perygl, ffoniwch 999.\n",
        "Gofynnon ni i chi gymryd gofal. Hyd y gallwn ddweud, mae hynny ar ben. Poeni? {ring}",
    ),
    "near_corrected": (
        "Diweddariad",
        "Gofynnon ni i chi gymryd gofal. Gwyddom nawr mai camgymeriad oedd hynny. Mae'n ddrwg "
        "gennym.\nI siarad â ni, ffoniwch {ring}. Os ydych mewn perygl, ffoniwch 999.\n",
        "Gofynnon ni i chi gymryd gofal. Camgymeriad oedd hynny. Mae'n ddrwg gennym. {ring}",
    ),
    "near_quiet": (
        "{code}",
        "{code}. Gwnewch nawr yr hyn y cytunwyd arno. Ein rhif: {ring}.\n",
        "{code}. Gwnewch nawr yr hyn y cytunwyd arno. {ring}",
    ),
    "near_quiet_over": (
        "{code}",
        "{code}. Nid oes angen yr hyn y cytunwyd arno mwyach. {ring}\n",
        "{code}. Nid oes angen yr hyn y cytunwyd arno mwyach. {ring}",
    ),
    "near_quiet_corrected": (
        "{code}",
        "{code}. Nid oedd ei angen wedi'r cyfan. Mae'n ddrwg gennym. {ring}\n",
        "{code}. Nid oedd ei angen wedi'r cyfan. Mae'n ddrwg gennym. {ring}",
    ),
}
