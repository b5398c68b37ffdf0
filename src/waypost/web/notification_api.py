"""The API of breach notifications, for a force's own system: bearer tokens of its officers.

    GET  /api/notifications                    which there are, how they stand; of nobody by name
    GET  /api/notifications/N                  one in full, with its numbered corrections
    GET  /api/notifications/N/paper.pdf        the paper that holds now
    POST /api/notifications/N/receive          {"version"}
    POST /api/notifications/N/assess           {"version"}
    POST /api/notifications/N/answer           {"version", "answer", "reason"}
    POST /api/notifications/N/result           {"version", "result", "words"}
    POST /api/notifications/N/withdrawal       {"version", "words"}: that it is known
    POST /api/notifications/N/corrections/C    that the correction is known

`version` is that of the notification as it was read: whoever was first is told to the other (409).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Path, Router, Schema
from pydantic import ConfigDict, Field

from waypost.access.values import Permission, Posted
from waypost.clock import now
from waypost.corrections.actions import acknowledge
from waypost.documents.queries import document
from waypost.documents.values import PDF
from waypost.errors import NoSuchThing
from waypost.policing import actions, queries
from waypost.policing.values import NO_SUCH_NOTIFICATION, Answer, Result, Status
from waypost.web.pages.papers import file_answer

P = Permission
NUMBER = Field(ge=0, le=2**63 - 1)
Number = Annotated[int, Path(ge=0, le=2**63 - 1)]  # in an address


class Strict(Schema):
    model_config = ConfigDict(extra="forbid")


class Version(Strict):
    version: int = NUMBER


class Answered(Strict):
    version: int = NUMBER
    answer: Answer
    reason: str = Field(default="", max_length=8000)


class Resulted(Strict):
    version: int = NUMBER
    result: Result
    words: str = Field(default="", max_length=8000)


class Known(Strict):
    version: int = NUMBER
    words: str = Field(default="", max_length=8000)


class Row(Strict):
    notification_id: int
    number: int
    version: int
    status: Status
    grave: bool
    kind: str
    sent_at: datetime | None
    waits_for: str | None
    waits_until: datetime | None
    answer: Answer | None
    result: Result | None


class Rows(Strict):
    items: list[Row]


class Person(Strict):
    reference: str
    name: str
    born_on: date | None


class Order(Strict):
    reference: str
    kind: str
    from_: datetime = Field(alias="from")
    until: datetime | None
    condition: str


class Violation(Strict):
    from_: datetime = Field(alias="from")
    to: datetime | None
    certainty: str
    sentences: list[str]


class Contact(Strict):
    at: datetime
    what: str
    result: str


class Account(Strict):
    at: datetime
    given_by: str
    words: str
    reasonable: bool | None
    why: str


class Risk(Strict):
    what: str
    since: date


class Fix(Strict):
    time: datetime
    lat: float
    lon: float
    accuracy_m: float
    mechanism: str
    used: bool


class Correction(Strict):
    correction_id: int
    number: int
    at: datetime
    words: list[str]
    acknowledged: bool


class Item(Strict):
    """Everything the notification says. Times are ISO 8601 UTC."""

    notification_id: int
    reference: str
    number: int
    version: int
    status: Status
    grave: bool
    kind: str
    force: str
    person: Person
    order: Order
    what_happened: str
    certainty: str
    tried: str
    violations: list[Violation]
    reports: list[str]
    contacts: list[Contact]
    accounts: list[Account]
    risks: list[Risk]
    facts_at: datetime
    fixes: list[Fix]
    places_withheld: str
    sent_at: datetime | None
    receive_by: datetime | None
    answer_by: datetime | None
    supply_by: datetime | None
    result_by: datetime | None
    answer: Answer | None
    answer_reason: str
    result: Result | None
    result_words: str
    closed_at: datetime | None
    pdf_id: int | None
    docx_id: int | None
    corrections: list[Correction]


def notification_router(bearer: Callable[[Permission], Any]) -> Router:
    """The operations, each behind the bearer of its permission."""
    router = Router()

    @router.get("notifications", auth=bearer(P.NOTIFICATION_READ), response=Rows)
    def listed(request: HttpRequest) -> dict[str, Any]:
        return {"items": queries.api_list(_by(request), now=now())}

    @router.get(
        "notifications/{int:number}", auth=bearer(P.NOTIFICATION_READ), response=Item, by_alias=True
    )
    def one(request: HttpRequest, number: Number) -> dict[str, Any]:
        return queries.api_item(number, _by(request), now=now())

    @router.get("notifications/{int:number}/paper.pdf", auth=bearer(P.NOTIFICATION_READ))
    def paper(request: HttpRequest, number: Number) -> HttpResponse:
        item = queries.api_item(number, _by(request), now=now())
        if item["pdf_id"] is None:
            raise NoSuchThing(NO_SUCH_NOTIFICATION)
        opened = document(item["pdf_id"], by=_by(request), now=now())
        return file_answer(opened.file_name, PDF, opened.content)

    def answered(request: HttpRequest, number: int) -> dict[str, Any]:
        return queries.api_item(number, _by(request), now=now())

    may_answer = {
        "auth": bearer(P.NOTIFICATION_ANSWER),
        "response": Item,
        "by_alias": True,
    }

    @router.post("notifications/{int:number}/receive", **may_answer)
    def receive(request: HttpRequest, number: Number, said: Version) -> dict[str, Any]:
        actions.receive(number, by=_by(request), now=now(), expected_version=said.version)
        return answered(request, number)

    @router.post("notifications/{int:number}/assess", **may_answer)
    def assess(request: HttpRequest, number: Number, said: Version) -> dict[str, Any]:
        actions.assess(number, by=_by(request), now=now(), expected_version=said.version)
        return answered(request, number)

    @router.post("notifications/{int:number}/answer", **may_answer)
    def answer(request: HttpRequest, number: Number, said: Answered) -> dict[str, Any]:
        actions.answer(
            number, said.answer, said.reason, by=_by(request), now=now(),
            expected_version=said.version,
        )  # fmt: skip
        return answered(request, number)

    @router.post("notifications/{int:number}/result", **may_answer)
    def result(request: HttpRequest, number: Number, said: Resulted) -> dict[str, Any]:
        actions.record_result(
            number, said.result, said.words, by=_by(request), now=now(),
            expected_version=said.version,
        )  # fmt: skip
        return answered(request, number)

    @router.post("notifications/{int:number}/withdrawal", **may_answer)
    def withdrawal(request: HttpRequest, number: Number, said: Known) -> dict[str, Any]:
        actions.note_withdrawal(
            number, said.words, by=_by(request), now=now(), expected_version=said.version
        )
        return answered(request, number)

    @router.post("notifications/{int:number}/corrections/{int:correction}", **may_answer)
    def correction(request: HttpRequest, number: Number, correction: Number) -> dict[str, Any]:
        by = _by(request)
        item = queries.api_item(number, by, now=now())
        if correction not in {one["correction_id"] for one in item["corrections"]}:
            raise NoSuchThing("There is no such correction.")
        acknowledge(correction, by=by, now=now())
        return answered(request, number)

    return router


def _by(request: HttpRequest) -> Posted:
    by: Posted = request.auth  # type: ignore[attr-defined]
    return by
