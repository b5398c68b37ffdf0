"""What went, as a chain of digests over the keys of rows: never their content.

    note(deletion, place, keys)   in the transaction that deletes them
    digest_of(deletion)           one digest over all places, in the audit line of the proof

`sha256(before + keys as JSON)`: whoever has the keys (a backup) can work it out again; whoever has
only the proof learns how many rows went from where, and nothing of what they said.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any, TypeAlias

from waypost.keeping.models import Deletion, DeletionPart

Keys: TypeAlias = Sequence[tuple[Any, ...]]


def chained(before: str, keys: Keys) -> str:
    """The digest after these keys have gone, too."""
    said = json.dumps([list(key) for key in keys], separators=(",", ":"), default=str)
    return hashlib.sha256(f"{before}{said}".encode()).hexdigest()


def note(deletion_id: int, place: str, keys: Keys) -> None:
    """Count the rows to what went from the place; nothing for none. Inside a transaction."""
    if not keys:
        return
    part, _ = DeletionPart.objects.get_or_create(deletion_id=deletion_id, place=place)
    part.count += len(keys)
    part.digest = chained(part.digest, keys)
    part.save(update_fields=["count", "digest"])


def digest_of(deletion: Deletion) -> str:
    """One digest over what went from every place, with what it was and by which schedule."""
    parts = DeletionPart.objects.filter(deletion=deletion).order_by("place")
    said = json.dumps(
        {
            "deletion": deletion.pk,
            "scope": deletion.scope,
            "schedule": deletion.schedule,
            "parts": [[one.place, one.count, one.digest] for one in parts],
        },
        sort_keys=True,
        separators=(",", ":"),
    )
    return hashlib.sha256(said.encode()).hexdigest()
