"""The privacy labels of columns are obeyed by what leaves: logs, notices, one's own data."""

from __future__ import annotations

import ast
from pathlib import Path

from django.apps import apps

from waypost.columns import Privacy
from waypost.keeping.belonging import declared
from waypost.keeping.restricting import POLICY, Given

SOURCE = Path(__file__).parents[2] / "src" / "waypost"
LEVELS = {"debug", "info", "warning", "error", "critical", "exception"}
# Sensitive columns that the machine writes, or that the person wrote of themself: they go out to
# that person unread. Every other one waits for an officer (restricting.Given.texts).
UNREAD_BY_OFFICERS = {
    "monitoring.Violation.reasons", "monitoring.ViolationVersion.reasons",
    "alerts.Alert.headline", "alerts.Alert.because", "alerts.RiskMarker.kind",
    "corrections.Correction.words", "devices.Fitting.body_site", "telling.Reminder.fate",
    "necessity.PlainNotice.sections", "equality.SelfDescription.answers",
    "telling.NearWish.code", "keeping.SubjectRequest.extended_why",
    "keeping.SubjectRequest.refused_why",
    "orders.RequirementVersion.excepted",  # of their own order, as the court wrote it
    # What the wearer wrote themself.
    "asking.AbsenceRequest.words", "asking.AbsenceRequest.evidence", "voice.Goal.words",
    "voice.Complaint.words", "voice.Complaint.again_words",
}  # fmt: skip


# Tables whose personal columns say who the person themself is.
OF_THEMSELF = {"orders.Person", "access.Officer", "identity.PersonIdentifier"}
COUNTS = {"fixes", "events"}  # in a log, how many: positions.archive.Archived


def labelled(*wanted: Privacy) -> dict[str, set[str]]:
    """Column name to the tables in which it has one of these labels."""
    found: dict[str, set[str]] = {}
    for model in apps.get_models():
        for name, label in declared(model).labels().items():
            if label in wanted:
                found.setdefault(name, set()).add(model._meta.label)
    return found


def test_no_log_call_names_a_column_that_is_never_plain():
    telling = set(labelled(Privacy.PERSONAL, Privacy.LOCATION, Privacy.SENSITIVE))
    telling -= set(labelled(Privacy.PLAIN))
    found = []
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                continue
            if node.func.attr not in LEVELS or getattr(node.func.value, "id", "") not in {
                "log", "logger",
            }:  # fmt: skip
                continue
            for part in (inner for one in node.args[1:] for inner in ast.walk(one)):
                named = isinstance(part, ast.Attribute) and part.attr in telling - COUNTS
                if named:
                    found.append(f"{path.name}:{node.lineno} {part.attr}")
    assert found == []


def test_what_is_sensitive_goes_out_to_the_person_once_an_officer_has_read_it():
    found = set()
    for label, policy in POLICY.items():
        if isinstance(policy, Given):
            labels = declared(apps.get_model(label)).labels()
            sensitive = {name for name, one in labels.items() if one is Privacy.SENSITIVE}
            found |= {f"{label}.{name}" for name in sensitive & set(policy.columns.split())}
    assert found == UNREAD_BY_OFFICERS


def test_no_officers_name_goes_out_as_a_column():
    personal = labelled(Privacy.PERSONAL)
    for label, policy in POLICY.items():
        if isinstance(policy, Given) and label not in OF_THEMSELF:
            given = set(policy.columns.split()) & {
                name for name, tables in personal.items() if label in tables
            }
            assert given <= {"address", "ring"}, label
