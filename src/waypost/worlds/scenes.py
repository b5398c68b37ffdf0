"""Worlds to score evidence matching on: wearers with a true way, their fixes, offences, the truth.

    scenes(Kind.SCORE, USUAL, Size(), rng) -> Scenes      source_of(scenes) -> matching.scan.Source

One offence in a hundred was committed by a wearer; the others are where people are. Difficulty is
tuned (`scene_values`, `scene_crimes`): among the compatible rule's matches about 1 % are of who did
it. `waypost bench evidence` scores both methods on them.
"""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np

from waypost.matching.scan import Source
from waypost.worlds.scene_crimes import meant_scenes, nobodys, recorded
from waypost.worlds.scene_fixes import fixes_of
from waypost.worlds.scene_lives import lives
from waypost.worlds.scene_town import habits, scene_town
from waypost.worlds.scene_truth import truth_of
from waypost.worlds.scene_values import Kind, Noise, Scenes, Size, layout_for

MONDAY_S = datetime(2026, 2, 2, tzinfo=UTC).timestamp()  # in winter: UTC is the wall's time


def scenes(kind: Kind, noise: Noise, size: Size, rng: np.random.Generator) -> Scenes:
    """A world; the same for the same arguments and state of the generator."""
    layout = layout_for(kind, size.wearers)
    town = scene_town(layout, rng)
    people = habits(town, size.wearers, rng)
    meant = meant_scenes(layout, town, people, size.by_wearers, size.days, rng)
    paths, done = lives(layout, town, people, meant, MONDAY_S, size.days, rng)
    spots, instants, kinds = nobodys(
        town, people, size.offences - len(done), MONDAY_S, size.days, rng
    )
    spots = np.concatenate([np.array([each.meant.spot for each in done]).reshape(-1, 2), spots])
    instants = np.concatenate([np.array([each.instant_s for each in done]), instants])
    kinds = np.concatenate([np.array([each.meant.crime_type for each in done], kinds.dtype), kinds])
    culprits = np.full(len(kinds), -1, dtype=np.int64)
    culprits[: len(done)] = [each.meant.wearer for each in done]
    mixed = rng.permutation(len(kinds))  # so that no number says which were by wearers
    spots, instants, kinds, culprits = spots[mixed], instants[mixed], kinds[mixed], culprits[mixed]
    offences = recorded(layout, spots, instants, kinds, rng)
    fixes = fixes_of(paths, layout, noise, MONDAY_S, size.days, rng)
    truth = truth_of(offences, instants, culprits, paths, fixes)
    return Scenes(kind, noise, size, fixes, tuple(offences), truth, paths)


def source_of(made: Scenes) -> Source:
    """The world's fixes as matching reads them."""
    return Source("SELECT * FROM scene_fixes", {"scene_fixes": made.fixes})
