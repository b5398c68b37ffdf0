"""Risks to people of being monitored, for the impact assessment. Threats to the machine itself
stand in docs/threats.md with the module and test that answer each."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Risk:
    risk: str
    before: str  # likelihood and gravity, nothing done
    measure: str
    left: str


RISKS: tuple[Risk, ...] = (
    Risk("Somebody is arrested or recalled for what did not happen", "likely; a day in a cell",
         "Three answers, confirmation, chances shown; a person decides; late fixes withdraw and "
         "everybody told is corrected; what is contested is reviewed by another",
         "Tags that say two metres and are two hundred wrong"),
    Risk("Somebody is harmed because an alert came late or never", "possible; death",
         "Clocks that escalate, nothing uncleared leaves the list, silence of the whole noticed "
         "from outside", "A tag without power or signal"),
    Risk("An officer looks at a life out of curiosity", "likely; distress, danger",
         "Purpose, window, only what bears on the order, a line, odd looks and lots reviewed",
         "What was seen cannot be unseen"),
    Risk("The protected person is found through the wearer's own page, papers or refusals",
         "possible; death", "Secret grid, words without place, withheld addresses",
         "What was known before"),
    Risk("A match is read as guilt", "likely; wrong arrest",
         "Chance matches stated, coverage, *cannot have been there*; the paper says what it does "
         "not show", "Readers who stop at the first page"),
    Risk("More is kept, longer, than is needed", "likely; grows with every year",
         "Schedules as data, deletion with proof, backups that forget",
         "Periods are our assumptions until the agency sets them"),
    Risk("A wearer does not know what is collected, why, and what they may ask for",
         "likely: found by the regulator in 2024",
         "Plain notice with proof, own page, who looked, subject access",
         "Languages without a template"),
    Risk("The tag itself shames, hurts, or costs work", "likely; daily",
         "Clinical removal, agreed absence, requirements tried on the past before they are "
         "proposed", "Wearing it"),
)  # fmt: skip
