"""The fusion part on made takes: every rule stands beside the branches, and the held fold teaches nothing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.errors import TableError
from engine.evaluation.parts import ravdess_fusion
from engine.evaluation.parts.nested import softmax
from engine.evaluation.parts.ravdess_fusion import FOLD_NAMES, ravdess_parts
from engine.evaluation.parts.ravdess_takes import Takes
from engine.evaluation.parts.shipped_voice import Heard
from engine.evaluation.predictions import Naming
from engine.training.ravdess_names import VOICE_EMOTIONS, ravdess_name

ACTORS = 10


def made_takes() -> tuple[Takes, Heard]:
    """Ten actors, two of them to a fold, who act each emotion four times."""
    rng = np.random.default_rng(0)
    emotion = np.tile(np.repeat(np.arange(8), 4), ACTORS)
    actor = np.repeat(np.arange(1, ACTORS + 1), 32)
    names = [f"03-01-{one + 1:02}-01-01-01-{who:02}" for one, who in zip(emotion, actor, strict=True)]
    codes = np.eye(8)[emotion]
    takes = Takes(
        names=tuple(ravdess_name(Path(f"{name}.flac")) for name in names),
        files=tuple(f"{name}.flac" for name in names),
        emotion=emotion,
        actor=actor,
        fold=(actor - 1) // 2,
        functionals=np.hstack([codes + rng.standard_normal(codes.shape) for _ in range(2)]),
        units=1.5 * codes + 0.5 * rng.standard_normal(codes.shape),
    )
    shares = softmax(1.5 * codes + rng.standard_normal(codes.shape))
    return takes, Heard(shares, np.zeros(emotion.size), takes.fold)


@pytest.fixture
def takes(monkeypatch: pytest.MonkeyPatch) -> Takes:
    made, answers = made_takes()
    monkeypatch.setattr(ravdess_fusion, "read_takes", lambda _: made)
    monkeypatch.setattr(ravdess_fusion, "heard", lambda *_, **__: answers)
    return made


def named(rows: object, title: str) -> Naming:
    assert isinstance(rows, dict)
    found = rows[title]
    assert isinstance(found, Naming)
    return found


def right(found: Naming) -> float:
    return float((found.named == found.truth).mean())


def test_branches_stand_alone_and_joined_they_do_better(takes: Takes, tmp_path: Path) -> None:
    rows = ravdess_parts(tmp_path)[0].run(FOLD_NAMES[1])
    for title in rows:
        found = named(rows, title)
        assert found.classes == tuple(VOICE_EMOTIONS)
        assert found.truth.size == (takes.fold == 1).sum()
    alone = [right(named(rows, title)) for title in ("voice alone: shipped branch", "face alone: both")]
    assert right(named(rows, "branch + face: product")) > max(alone)
    for rule in ("mean", "product", "fixed α", "α learned", "entropy-weighted", "trust learned", "combiner"):
        assert sum(rule in title for title in rows) >= 3, rule


def test_labels_of_the_held_fold_change_no_answer(
    takes: Takes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    part = ravdess_parts(tmp_path)[0]
    before = part.run(FOLD_NAMES[0])
    twisted = takes.emotion.copy()
    twisted[takes.fold == 0] = (twisted[takes.fold == 0] + 3) % 8
    monkeypatch.setattr(ravdess_fusion, "read_takes", lambda _: replace(takes, emotion=twisted))
    after = part.run(FOLD_NAMES[0])
    for title in before:
        assert np.array_equal(named(before, title).shares, named(after, title).shares), title


def test_weights_trained_in_other_folds_are_refused(
    takes: Takes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, answers = made_takes()
    other = replace(answers, fold=(takes.fold + 1) % 5)
    monkeypatch.setattr(ravdess_fusion, "heard", lambda *_, **__: other)
    with pytest.raises(TableError, match="other folds"):
        ravdess_parts(tmp_path)[0].run(FOLD_NAMES[0])
