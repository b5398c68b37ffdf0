"""A Queclink tag (GL300 layout) as it speaks @Track text, over TCP or in datagrams.

    +RESP:GTFRI,1A0401,IMEI,,0,0,1,HDOP,km/h,course,altitude,lon,lat,time,cell...,count$
    +BUFF: the same, kept while out of reach        +SACK:count$ what it waits for

Each frame carries a count of four hex digits, which the server's acknowledgement repeats. Facts
from the public @Track interface documents.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime

from waypost.positions.values import EventKind
from waypost.units import MPS_PER_KMH
from waypost.worlds.report import Report
from waypost.worlds.tongues import Heard

VERSION = "1A0401"
CELL = "0234,0015,6093,0F83"  # mobile country, network, area and cell: any will do
COUNTS = 0x10000
ANSWER_LENGTH_MAX = 500
BATTERY_PERCENT = 80
REPORT_NOW = "GTRTO"
_COMMAND = re.compile(rb"AT\+(GT[A-Z]{3})=.*,([0-9A-F]{4})\$\Z", re.DOTALL)
_WORDS: dict[EventKind, str] = {EventKind.SOS: "GTSOS", EventKind.JAMMING: "GTJDR",
                                EventKind.BATTERY_LOW: "GTBPL"}  # fmt: skip


class QueclinkTongue:
    """One tag; counts are its reports' numbers, so that a resent report keeps its count."""

    parcel_max = 20

    def __init__(self, imei: str) -> None:
        self.imei = imei
        self._awaited: dict[str, int] = {}
        self._last: Report | None = None
        self._now_us = 0  # when it last spoke: its clock for answers
        self._held = b""

    def greeting(self) -> bytes:
        return b""

    def say(self, reports: Sequence[Report], *, now_us: int, stored: bool) -> list[bytes]:
        self._awaited |= {_count(report.number): report.number for report in reports}
        self._last, self._now_us = max(reports, key=lambda one: one.at_us), now_us
        return [self._frame(report, now_us, "BUFF" if stored else "RESP") for report in reports]

    def beat(self, *, now_us: int) -> bytes:
        return f"+ACK:GTHBD,{VERSION},{self.imei},,{_time(now_us)},FFFF$".encode()

    def hear(self, data: bytes) -> Heard:
        heard = Heard()
        self._held += data
        while b"$" in self._held:
            answer, _, self._held = self._held.partition(b"$")
            self._one(answer + b"$", heard)
        self._held = self._held[-ANSWER_LENGTH_MAX:]
        return heard

    def _one(self, answer: bytes, heard: Heard) -> None:
        word, _, rest = answer[:-1].decode("ascii", "replace").partition(":")
        command = _COMMAND.search(answer)
        if command is not None:
            heard.answer += self._answered(command[1].decode(), command[2].decode(), self._now_us)
        elif word.endswith("+SACK") and rest in self._awaited:
            heard.acknowledged.append(self._awaited.pop(rest))

    def _answered(self, word: str, serial: str, now_us: int) -> bytes:
        """A command was done; one to report now gets the place known last, with its own time."""
        head = f"{VERSION},{self.imei},"
        done = f"+ACK:{word},{head},{serial},{_time(now_us)},FFFE$"
        if word == REPORT_NOW and self._last is not None:
            place = _place(self._last)
            done += f"+RESP:GTRTL,{head},0,0,1,{place},,{BATTERY_PERCENT},{_time(now_us)},FFFD$"
        return done.encode()

    def _frame(self, report: Report, now_us: int, head: str) -> bytes:
        word = "GTFRI" if report.event is None else _WORDS[report.event]
        place = _place(report)
        middle = {"GTFRI": f"0,0,1,{place},,{BATTERY_PERCENT}", "GTSOS": f"0,0,1,{place},",
                  "GTBPL": f"3.40,{place},", "GTJDR": f"{place},"}[word]  # fmt: skip
        fields = (f"+{head}:{word}", VERSION, self.imei, "", middle, _time(now_us))
        return f"{','.join(fields)},{_count(report.number)}$".encode()


def _place(report: Report) -> str:
    """Dilution of precision, speed, course, height, longitude, latitude, time, cell."""
    if report.lat is None or report.lon is None:
        raise ValueError(f"report {report.number} has no place, and this protocol needs one")
    speed_kmh = (report.speed_mps or 0.0) / MPS_PER_KMH
    course = round(report.course_deg or 0) % 360
    return (f"1,{speed_kmh:.1f},{course},30.0,{report.lon:.6f},{report.lat:.6f},"
            f"{_time(report.at_us)},{CELL}")  # fmt: skip


def _count(number: int) -> str:
    return f"{number % COUNTS:04X}"


def _time(at_us: int) -> str:
    return f"{datetime.fromtimestamp(at_us // 1_000_000, UTC):%Y%m%d%H%M%S}"
