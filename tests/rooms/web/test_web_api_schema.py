"""Whatever the API's own schema allows to be sent, with and without credentials: an answer in plain
words, never a fault of ours, and without a token nothing at all."""

from __future__ import annotations

import json
from collections import Counter
from datetime import timedelta
from itertools import product

import pytest
import schemathesis
from django.test import Client
from hypothesis import HealthCheck, given, settings
from schemathesis.core import NotSet
from test_web_policing import town

import waypost.web.urls  # noqa: F401  # routers are mounted
from waypost import clock
from waypost.access.actions import make_token
from waypost.access.models import Officer
from waypost.access.values import MACHINE, Role
from waypost.web.api import api

__all__ = ["town"]  # a fixture
pytestmark = [pytest.mark.database, pytest.mark.django_db]
SCHEMA = schemathesis.openapi.from_dict(json.loads(json.dumps(api.get_openapi_schema())))
OPERATIONS = {
    f"{one.method.upper()} {one.path}": one
    for one in (found.ok() for found in SCHEMA.get_all_operations())
}
EXAMPLES = 12
OPEN = {  # what is answered without knowing more than the schema says
    "GET /api/alerts", "GET /api/notifications", "GET /api/notifications/{number}",
    "GET /api/notifications/{number}/paper.pdf",
}  # fmt: skip


def credentials() -> dict[str, str]:
    """Who asks -> the header's value."""
    earlier = clock.now() - timedelta(minutes=1)
    monitoring = make_token(Role.MONITORING_OFFICER, by=MACHINE, now=earlier)
    force = make_token(
        Role.POLICE_REQUESTER, by=MACHINE, officer=Officer.objects.get(username="reed"), now=earlier
    )
    narrow = make_token(Role.MONITORING_OFFICER, by=MACHINE, now=earlier, scopes={"intake:post"})
    return {
        "nobody": "",
        "somebody else": "Bearer not-one-of-ours",
        "monitoring": f"Bearer {monitoring}",
        "a force": f"Bearer {force}",
        "a token for another thing": f"Bearer {narrow}",
    }


def send(case, header: str, number: int | None):
    """The case as a request, with this header in place of the one that the schema invented, and
    about this notification, if one is given, in place of any."""
    client = Client(raise_request_exception=False, headers={"Authorization": header})
    address, query = case.formatted_path, dict(case.query or {})
    if number is not None:
        address = case.path.replace("{number}", str(number)).replace("{correction}", "1")
    if case.method.upper() == "GET":
        return client.get(address, query)
    body = b"" if isinstance(case.body, NotSet) else json.dumps(case.body).encode()
    return client.generic("POST", address, body, content_type="application/json",
                          query_params=query)  # fmt: skip


def test_the_schema_has_every_route_of_the_api():
    assert len(OPERATIONS) >= 11
    assert "GET /api/fixes" in OPERATIONS


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_whatever_is_sent_is_answered_in_words_and_nobody_gets_in_without_a_token(name, town):
    number, doors, seen = town.sent(), credentials(), Counter()

    @settings(
        max_examples=EXAMPLES, deadline=None, database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    )  # fmt: skip
    @given(OPERATIONS[name].as_strategy())
    def try_it(case) -> None:
        for (who, header), about in product(doors.items(), (None, number)):
            answer = send(case, header, about)
            seen[who, answer.status_code] += 1
            assert answer.status_code < 500, f"{who}: {answer.status_code} {answer.content[:300]}"
            if who in {"nobody", "somebody else"}:
                assert answer.status_code == 401, f"{who}: {answer.status_code}"
            if who == "a token for another thing":
                assert answer.status_code in {401, 403}, f"{who}: {answer.status_code}"
            if answer.status_code >= 400:
                said = answer.json()["error"]
                assert said.strip(), "an answer without a word"
                assert "Traceback" not in said
                assert "waypost." not in said, "a module's name is no help to anybody"

    try_it()
    if name in OPEN:
        assert any(seen[who, 200] for who in ("monitoring", "a force")), seen
