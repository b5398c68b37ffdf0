"""The bench of evidence says which targets are met, and its exit code says the same."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from waypost.cli.bench_evidence import bench_evidence, size_of, targets_missed
from waypost.worlds.scene_scoring import About, Ranking
from waypost.worlds.scene_trial import Trial, compatible_weigh
from waypost.worlds.scene_values import QUIET, Kind
from waypost.worlds.scoring import Share


def _ranking(hits, rows, of, *, first=True):
    true = np.arange(rows) < hits
    score = np.linspace(1, 0, rows)
    return Ranking(score if first else score[::-1], true, of)


def _trial(ours, excluded=0):
    compatible = _ranking(50, 5_000, 60, first=False)
    return Trial(
        fixes=1,
        offences=1,
        rankings=dict.fromkeys((About.DID_IT, About.WAS_THERE), (compatible, ours)),
        usable={About.DID_IT: 55, About.WAS_THERE: 55},
        excluded={about: Share(excluded, 100) for about in About},
        classes={},
        made_s=0,
        compatible_s=0,
        weighed_s=0,
    )


@pytest.mark.parametrize(
    ("ours", "excluded", "words"),
    [
        (_ranking(50, 200, 60), 0, []),
        (_ranking(50, 5_000, 60, first=False), 0, ["average precision"]),
        (_ranking(40, 200, 60), 0, ["who did it are listed"]),
        (_ranking(50, 200, 60), 3, ["3 present pairs called excluded"]),
    ],
)
def test_each_target_is_missed_for_its_own_reason(ours, excluded, words):
    missed = targets_missed(_trial(ours, excluded))
    assert len(missed) == len(words)
    for sentence, word in zip(missed, words, strict=True):
        assert word in sentence


def test_the_compatible_rule_misses_the_target_that_it_is_measured_by(capsys):
    code = bench_evidence(
        compatible_weigh, kinds=[Kind.SCORE], noises=[QUIET], size=size_of(40, 3), worlds=2, seed=1
    )
    shown = capsys.readouterr()
    assert code == 1
    assert "average precision" in shown.err
    assert "1,600 offences" in shown.out
    assert "0 of" in shown.out.splitlines()[-1]


def test_a_method_that_knows_the_truth_meets_every_target_and_files_are_written(
    capsys, tmp_path, monkeypatch
):
    made = {}
    from waypost.cli import bench_evidence as house

    def remembered(*args):
        made["world"] = house_scenes(*args)
        return made["world"]

    house_scenes = house.scenes
    monkeypatch.setattr(house, "scenes", remembered)

    def knows(offences, source, *, everybody=False):
        truth = made["world"].truth
        did = truth.filter(truth["did_it"])
        count = did.num_rows
        return pa.table(
            {
                "offence": did["offence"],
                "person": did["person"],
                "score": np.full(count, 0.99),
                "class": pa.array(["observed"] * count),
            }
        )

    code = bench_evidence(
        knows,
        kinds=[Kind.TUNE],
        noises=[QUIET],
        size=size_of(40, 3),
        worlds=1,
        seed=2,
        write=tmp_path,
    )
    assert code == 0
    assert "targets met" in capsys.readouterr().out
    assert sorted(path.name for path in tmp_path.rglob("*") if path.is_file()) == [
        "fixes.parquet",
        "offences.csv",
        "truth.csv",
    ]
