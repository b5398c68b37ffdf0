"""A court's message as sent, taken apart: one person at a time, each with their own slice of it.

    take_apart(data)   every person a message is about, as `Slice`s; or the message itself where it
                       cannot be read at all: nothing that was received is lost

A hearing often has several defendants. Each is kept apart with no word of the others, so that
nobody's record holds somebody else's. A slice is canonical JSON: the same delivery gives the same.
Pure; never raises.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from waypost.courts.tables import FIELD_KEYS
from waypost.courts.values import Form

PERSONS_MAX = 500  # of one message: no hearing has so many
DEPTH_MAX = 60
# What of a hearing and a defendant is nobody's business here: never read, so never kept.
LEFT_OUT = frozenset(
    {"ethnicity", "occupation", "occupationCode", "nationalityDescription", "nationalityId",
     "nationalityCode", "driverNumber", "driverLicenceCode", "cpsProsecutorIds", "usergroups",
     "courtClerk", "nationalInsuranceNumber", "religion"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Slice:
    """One person of a message. form None: it could not be read, and text is as it came.

    path   where the person stood in the message
    """

    form: Form | None
    text: str
    path: str = ""
    trouble: str = ""

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.text.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class Prompt:
    path: str
    label: str
    reference: str
    value: str

    @property
    def fields(self) -> dict[str, str]:
        return read_fields(self.value)


@dataclass(frozen=True, slots=True)
class Result:
    """One judicial result. code: what stands before the dash in its text, like RCBV."""

    path: str
    code: str
    label: str
    text: str
    ordered: str
    prompts: tuple[Prompt, ...]

    def value(self, *references: str) -> str:
        """What the first prompt of one of these references says; empty where none does."""
        for one in self.prompts:
            if one.reference in references and one.value.strip():
                return one.value.strip()
        return ""


def take_apart(data: bytes) -> list[Slice]:
    """The persons of a message; one unreadable slice when it is no message that is known here."""
    text = data.decode("utf-8-sig", "replace").replace("\x00", "\ufffd")
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return [Slice(None, text, "", "This is not JSON.")]
    if _depth(document) > DEPTH_MAX:
        return [Slice(None, text, "", "This is JSON of a kind that nobody writes.")]
    found = list(_slices(document, ""))
    if not found and isinstance(document, dict) and document.keys() & {"case_id", "first_name"}:
        return [Slice(None, text, "", "This is half of a contractor's pair: send the device wearer "
                      "and the monitoring order together.")]  # fmt: skip
    if not found:
        return [Slice(None, text, "", "Nobody is named in it: neither a hearing with defendants "
                      "nor a device wearer with a monitoring order.")]  # fmt: skip
    if len(found) > PERSONS_MAX:
        return [Slice(None, text, "", f"It is about more than {PERSONS_MAX} people.")]
    return found


def slice_document(one: Slice | str) -> dict[str, Any]:
    """A slice's JSON again; {} where it is none."""
    try:
        found = json.loads(one if isinstance(one, str) else one.text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def results_of(defendant: Mapping[str, Any], path: str) -> list[Result]:
    """The defendant's results with what the court was prompted for, in their order; those that were
    deleted are left out. The same result of two offences counts once."""
    found: list[Result] = []
    seen: set[str] = set()
    for where, data in _each_result(defendant, path):
        if data.get("isDeleted") is True:
            continue
        one = _result(where, data)
        key = json.dumps([one.code, one.label, [[p.label, p.value] for p in one.prompts]])
        if key not in seen:
            seen.add(key)
            found.append(one)
    return found


def read_fields(value: str) -> dict[str, str]:
    """A value like "Between:22:00\\nAnd:06:00" as its fields. A line that begins with no field that
    is known goes on with the one before: addresses run over several lines."""
    found: dict[str, str] = {}
    key = ""
    for line in re.split(r"\n|\\n", value):
        name, colon, rest = line.partition(":")
        known = colon and (" ".join(name.split()).casefold() in FIELD_KEYS)
        if known:
            key = " ".join(name.split()).casefold()
            found[key] = rest.strip()
        elif key:
            found[key] = f"{found[key]}\n{line}".strip()
    return found


def text_of(data: Any, *names: str) -> str:
    """The text at this way through objects; empty where there is none. Numbers are their digits."""
    here = data
    for name in names:
        here = here.get(name) if isinstance(here, Mapping) else None
    if isinstance(here, bool) or here is None:
        return ""
    return str(here).strip() if isinstance(here, str | int | float) else ""


def objects(data: Any, name: str) -> list[tuple[int, Mapping[str, Any]]]:
    """The objects of a list, each with its place in it."""
    rows = data.get(name) if isinstance(data, Mapping) else None
    if not isinstance(rows, Sequence) or isinstance(rows, str):
        return []
    return [(n, row) for n, row in enumerate(rows) if isinstance(row, Mapping)]


def _slices(document: Any, path: str) -> Iterator[Slice]:
    if isinstance(document, list):
        for n, one in enumerate(document):
            yield from _slices(one, f"{path}[{n}]")
        return
    if not isinstance(document, dict):
        return
    wearer, order = _pair(document)
    if wearer is not None and order is not None:
        yield Slice(Form.CONTRACTOR, _canonical(document), path or "$")
        return
    hearing = document.get("hearing", document)
    if not isinstance(hearing, dict):
        return
    at = f"{path}.hearing".lstrip(".") if "hearing" in document else path
    for c, case in objects(hearing, "prosecutionCases"):
        for d, defendant in objects(case, "defendants"):
            where = f"{at}.prosecutionCases[{c}].defendants[{d}]".lstrip(".")
            alone = _alone(document, hearing, case, defendant, where)
            yield Slice(Form.HEARING, _canonical(alone), where)


def _alone(
    document: Mapping[str, Any], hearing: Mapping[str, Any], case: Mapping[str, Any],
    defendant: Mapping[str, Any], where: str,
) -> dict[str, Any]:  # fmt: skip
    """The message with this defendant and nobody else."""
    whose = ("prosecutionCases", "defendantAttendance", "defendantJudicialResults")
    whom = text_of(defendant, "masterDefendantId")
    own = [row for _, row in objects(hearing, "defendantJudicialResults")
           if text_of(row, "masterDefendantId") == whom]  # fmt: skip
    kept = {name: value for name, value in hearing.items() if name not in whose}
    the_case = {name: value for name, value in case.items() if name != "defendants"}
    return {
        "at": where,
        "sharedTime": document.get("sharedTime"),
        "hearing": kept | {"defendantJudicialResults": own},
        "case": the_case,
        "defendant": dict(defendant),
    }


def _pair(document: Mapping[str, Any]) -> tuple[Any, Any]:
    wearer = document.get("device_wearer")
    order = document.get("monitoring_order", document.get("order"))
    if isinstance(wearer, Mapping) and isinstance(order, Mapping):
        return wearer, order
    return None, None


def _canonical(document: Any) -> str:
    return json.dumps(_kept(document), ensure_ascii=False, sort_keys=True)


def _kept(data: Any) -> Any:
    """Without what is not read here, and without halves of letters, which no table keeps."""
    if isinstance(data, Mapping):
        return {_sound(str(name)): _kept(one) for name, one in data.items() if name not in LEFT_OUT}
    if isinstance(data, list):
        return [_kept(one) for one in data]
    return _sound(data) if isinstance(data, str) else data


def _sound(text: str) -> str:
    return text.encode("utf-8", "replace").decode().replace("\x00", "\ufffd")


def _each_result(
    defendant: Mapping[str, Any], path: str
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for n, offence in objects(defendant, "offences"):
        for m, row in objects(offence, "judicialResults"):
            yield f"{path}.offences[{n}].judicialResults[{m}]", row
    for name in ("judicialResults", "defendantCaseJudicialResults"):
        for m, row in objects(defendant, name):
            yield f"{path}.{name}[{m}]", row


def _result(path: str, data: Mapping[str, Any]) -> Result:
    text = text_of(data, "resultText")
    code = re.match(r"([A-Z][A-Z0-9]{1,9}) - ", text)
    prompts = tuple(
        Prompt(
            f"{path}.judicialResultPrompts[{n}]",
            text_of(row, "label"),
            text_of(row, "promptReference"),
            _raw(row, "value"),
        )
        for n, row in objects(data, "judicialResultPrompts")
    )
    return Result(path, code[1] if code else "", text_of(data, "label"), _raw(data, "resultText"),
                  text_of(data, "orderedDate"), prompts)  # fmt: skip


def _raw(data: Mapping[str, Any], name: str) -> str:
    """The text with its blanks; a line's end that was written as two signs is one."""
    value = data.get(name)
    return value.replace("\\n", "\n") if isinstance(value, str) else text_of(data, name)


def _depth(document: Any) -> int:
    """How deep the document is, up to one more than is read."""
    level, here = 0, [document]
    while here and level <= DEPTH_MAX:
        level += 1
        here = [
            inner
            for one in here
            if isinstance(one, dict | list)
            for inner in (one.values() if isinstance(one, dict) else one)
        ]
    return level
