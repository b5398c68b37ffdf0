"""Every route names its permission, and the guard before it says what `may` says."""

from __future__ import annotations

from datetime import timedelta

import pytest
from asgiref.sync import async_to_sync
from django.test import AsyncClient, Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from ninja.operation import PathView

from waypost import clock
from waypost.access import may
from waypost.access.actions import make_officer
from waypost.access.models import AuditLine
from waypost.access.values import MACHINE, Permission, Role
from waypost.orders.actions import import_orders
from waypost.orders.models import Person
from waypost.orders.values import PersonOrders
from waypost.units import PersonRef
from waypost.web.api import Bearer, api
from waypost.web.routes import ROUTES

PUBLIC = {
    "sign-in",
    "sign-in-code",
    "agency-go",
    "agency-back",
    "sign-in-passkey",
    "sign-in-letter",
    "sign-out",
    "attributions",
    "healthz",
    "readyz",
    "metrics",
}
ARGUMENTS = {"alert_id": 1, "person_id": 1, "batch_id": 1, "run_id": 1, "match_id": 1,
             "activation_id": 1, "correction_id": 1, "device_id": 1, "revision_id": 1,
             "violation_id": 1, "whatif_id": 1, "week_id": 1, "document_id": 1,
             "offence_id": 1, "case_id": 1, "request_id": 1, "subject_request_id": 1,
             "review_id": 1, "order_id": 1, "contract_id": 1, "name": "alert_raised",
             "other_id": 1, "merge_id": 1, "notification_id": 1, "message_id": 1,
             "question_id": 1, "table": "orders", "assessment_id": 1, "plan_id": 1,
             "visit_id": 1, "exercise": "tenuous-request", "absence_id": 1,
             "complaint_id": 1, "conference_id": 1, "task_id": 1, "service_id": 1}  # fmt: skip
# A page that exists for the permission and finds no such record, or refuses a bad form, let us in.
LET_IN = {200, 302, 400, 404, 405}


def patterns(resolver=None):
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            yield from patterns(entry)
        elif isinstance(entry, URLPattern):
            yield entry


def test_every_address_stands_behind_a_permission():
    for pattern in patterns():
        view = pattern.callback
        if pattern.name == "api-root":  # ninja's name for /api/: answers nothing without a route
            continue
        if hasattr(view, "permission"):
            assert isinstance(view.permission, Permission), pattern
        else:
            assert "ninja" in view.__module__, f"{pattern} was not built from routes.ROUTES"


def test_every_api_operation_asks_for_a_bearer_of_a_permission():
    operations = [
        operation
        for router in (api.default_router, *(router for _, router in api._routers))
        for view in router.path_operations.values()
        if isinstance(view, PathView)
        for operation in view.operations
    ]
    assert operations
    for operation in operations:
        assert [type(one) for one in operation.auth_callbacks] == [Bearer], operation.path


def test_only_these_pages_are_open_to_anybody():
    assert {one.name for one in ROUTES if one.permission is Permission.ANYBODY} == PUBLIC


def test_names_and_paths_are_given_once():
    for field in ("name", "path"):
        values = [getattr(one, field) for one in ROUTES]
        assert len(values) == len(set(values)), field


def address(route) -> str:
    return reverse(
        route.name, kwargs={k: v for k, v in ARGUMENTS.items() if f":{k}>" in route.path}
    )


@pytest.fixture
def officers(db):
    """One officer a role; the wearer is a person."""
    now = clock.now()
    import_orders([PersonOrders(PersonRef("P1"))], by=MACHINE, now=now - timedelta(days=1))
    person = Person.objects.get(reference="P1")
    return {
        role: make_officer(
            role.value,
            role.value,
            None,
            role,
            person_id=person.pk if role is Role.WEARER else None,
            now=now - timedelta(hours=1),
        )
        for role in Role
    }


@pytest.mark.database
@pytest.mark.parametrize("role", list(Role))
@pytest.mark.django_db
def test_each_role_opens_the_pages_that_may_says(role, officers):
    client = Client()
    client.force_login(officers[role])
    for route in ROUTES:
        if route.name in {"inbox-events", "sign-out"}:
            continue  # an endless stream, and the end of the session
        status = client.get(address(route)).status_code
        allowed = (
            route.permission in {Permission.ANYBODY, Permission.SIGNED_IN}
            or route.permission in may.RULES[role]
        )
        if allowed:
            # A case out of reach is refused by its query, which is not the guard's business.
            scoped = "<int:" in route.path and status == 403
            assert status in LET_IN or scoped, (route.name, status)
        else:
            assert status == 403, (route.name, status)


@pytest.mark.database
@pytest.mark.django_db
def test_without_signing_in_every_page_leads_to_the_form():
    client = Client()
    for route in ROUTES:
        if route.permission is Permission.ANYBODY or route.name == "inbox-events":
            continue
        answer = client.get(address(route))
        assert answer.status_code == 302, route.name
        assert answer["Location"].startswith(reverse("sign-in")), route.name


@pytest.mark.database
@pytest.mark.django_db
def test_a_part_asked_for_without_signing_in_moves_the_whole_page_to_the_form():
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/inbox"}
    answer = Client(headers=headers).get(reverse("inbox-rows"))
    assert answer.status_code == 401
    assert answer["HX-Redirect"] == f"{reverse('sign-in')}?next=%2Finbox"


async def stream_status(user) -> int:
    client = AsyncClient()
    if user is not None:
        await client.aforce_login(user)
    return (await client.get(reverse("inbox-events"))).status_code


@pytest.mark.database
@pytest.mark.django_db(transaction=True)
def test_the_stream_is_guarded_like_a_page():
    now = clock.now()
    administrator = make_officer("ann", "Ann", None, Role.ADMINISTRATOR, now=now)
    assert async_to_sync(stream_status)(None) == 302
    assert async_to_sync(stream_status)(administrator) == 403


@pytest.mark.database
@pytest.mark.django_db
def test_a_refusal_leaves_its_audit_line(officers):
    client = Client()
    client.force_login(officers[Role.ADMINISTRATOR])
    answer = client.get(reverse("inbox"))
    assert answer.status_code == 403
    line = AuditLine.objects.order_by("-number").first()
    assert (line.kind, line.outcome) == ("inbox:refused", "refused")
    assert line.officer_id == officers[Role.ADMINISTRATOR].pk
