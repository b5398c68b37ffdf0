"""Declarations of tables that are not ours: Django's sessions, content types, groups, join tables.

Keyed by Django's label of the model; a test walks all models and fails where neither the model nor
this table declares a column.
"""

from __future__ import annotations

from waypost.columns import Columns, Retention

FOREIGN: dict[str, Columns] = {
    "auth.Permission": Columns(Retention.REFERENCE, plain="id name content_type codename"),
    "auth.Group": Columns(Retention.REFERENCE, plain="id name"),
    "auth.Group_permissions": Columns(Retention.REFERENCE, plain="id group permission"),
    "contenttypes.ContentType": Columns(Retention.REFERENCE, plain="id app_label model"),
    # Who is signed in, as opaque text; gone when the session ends.
    "sessions.Session": Columns(
        Retention.OPERATIONS, plain="expire_date", personal="session_key session_data"
    ),
    "access.Officer_groups": Columns(Retention.REFERENCE, plain="id officer group"),
    "access.Officer_user_permissions": Columns(Retention.REFERENCE, plain="id officer permission"),
}
