"""A world as a folder of files, in the formats that the commands read.

orders.json     waypost import orders      fixes.parquet   waypost import fixes
offences.csv    waypost import offences    events.ndjson   rows of the gateway's JSON batch
truth.json      what truly happened        world.json      the arguments that made it
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from waypost.clock import write_instant
from waypost.worlds.world import World

ROW_GROUP = 128_000


def write_world(world: World, folder: Path, *, made_with: dict[str, Any]) -> list[Path]:
    """Write all files; returns them. What stands there under these names is replaced."""
    folder.mkdir(parents=True, exist_ok=True)
    about = {
        "name": world.name,
        "from": write_instant(world.from_at),
        "until": write_instant(world.until),
        **made_with,
    }
    texts = {
        "orders.json": json.dumps(world.orders, indent=1),
        "events.ndjson": "".join(json.dumps(row) + "\n" for row in world.events),
        "truth.json": json.dumps(world.truth, indent=1),
        "world.json": json.dumps(about, indent=1),
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "offences.csv").write_bytes(world.offences_csv)
    pq.write_table(
        world.fixes, folder / "fixes.parquet", compression="zstd", row_group_size=ROW_GROUP
    )
    return [folder / name for name in (*texts, "offences.csv", "fixes.parquet")]
