"""Tuning from the page: in a process of its own, in force only when it is better and asked for, and back."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from dashboard.services import background, own_weights, projects, tuning
from dashboard.services.permissions import NotAllowedError
from dashboard.services.tuning import TuningResult
from db import clips, people, ratings, session
from db.errors import RefusedValueError
from db.records import ClipStatus, ProjectRecord, RatingDraft
from engine import weights
from engine.vocabulary import Delivery, Modality, Phase, Role
from tests.dashboard.project_made import made_clip, press
from tests.engine.test_tuning import MILD, SEA, SUBJECTS
from tests.thoroughness import thorough

PATIENCE_S = 180


@pytest.fixture(autouse=True)
def no_weights_named(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.delenv(weights.FOLDER_VARIABLE, raising=False)
    yield
    for modality in own_weights.MODALITIES:
        background.forget(f"tune:{modality.value}")


@pytest.fixture
def school() -> ProjectRecord:
    """A school that hears a strong demand in everything about the sea."""
    project = projects.create("School")
    generator = np.random.default_rng(0)
    rater = projects.person("Asha")
    for level, forms in ((0.3, MILD), (0.8, SEA)):
        for form in forms:
            for subject in SUBJECTS:
                clip = made_clip(project, line=form.format(subject).capitalize(), analysed=False)
                with session.writing() as s:
                    ratings.add(
                        s,
                        RatingDraft(
                            clip_id=clip.id,
                            person_id=rater.id,
                            idempotency_key=press(),
                            phase=Phase.BLIND,
                            delivery=Delivery.RIGHT,
                            expected_intensity=float(np.clip(level + generator.normal(0, 0.05), 0, 1)),
                        ),
                    )
    return project


def result_of(modality: Modality) -> TuningResult:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        work = tuning.look(modality)
        assert work is not None
        if work.is_done:
            assert work.error is None, work.error
            found: TuningResult = work.answer
            return found
        time.sleep(0.2)
    raise AssertionError("Tuning did not end.")


def test_a_better_head_answers_once_somebody_says_so_and_goes_with_one_press(school: ProjectRecord) -> None:
    tuning.begin(school.id, Modality.TEXT, person_id=None)
    result = result_of(Modality.TEXT)
    assert (result.name, result.is_better) == ("tuned_text_1.safetensors", True)
    assert not any(head.is_in_force for head in tuning.heads())  # kept, not used
    before = own_weights.mark()
    queued = tuning.use(school.id, Modality.TEXT, result.name, person_id=None)
    with session.reading() as s:
        assert clips.counts(s, school.id)[ClipStatus.QUEUED] == queued > 0
    assert os.environ[weights.FOLDER_VARIABLE] == str(own_weights.folder())
    assert own_weights.mark() != before  # the analysis takes a fresh process
    assert [head.is_in_force for head in tuning.heads()] == [True]
    tuning.use(school.id, Modality.TEXT, None, person_id=None)
    assert weights.FOLDER_VARIABLE not in os.environ
    assert own_weights.mark() == before


@thorough
def test_too_few_answers_are_told_and_leave_no_head() -> None:
    tuning.begin(projects.create("Empty").id, Modality.TEXT, person_id=None)
    deadline = time.monotonic() + PATIENCE_S
    while (work := tuning.look(Modality.TEXT)) is not None and not work.is_done:
        assert time.monotonic() < deadline
        time.sleep(0.2)
    assert work is not None
    assert "no answer about what a line demands" in str(work.error)
    assert tuning.heads() == ()


def test_raters_do_not_tune(school: ProjectRecord) -> None:
    rater = projects.person("Ben")
    with session.writing() as s:
        people.join(s, school.id, rater.id, Role.RATER)
    with pytest.raises(NotAllowedError):
        tuning.begin(school.id, Modality.TEXT, person_id=rater.id)


@pytest.fixture
def kept() -> Path:
    """A folder with a head that was not shown better, as the engine leaves it."""
    folder = own_weights.folder()
    folder.mkdir(parents=True)
    content = weights.manifest(weights.shipped_dir())
    content["files"]["tuned_text_1.safetensors"] = {
        "sha256": "0" * 64,
        "gate_open": False,
        "reason": "",
        "figures": {"rows": 50},
    }
    (folder / weights.MANIFEST).write_text(json.dumps(content), encoding="utf-8")
    return folder


@pytest.mark.usefixtures("kept")
def test_a_head_that_was_not_shown_better_is_not_put_in_force() -> None:
    with pytest.raises(RefusedValueError, match="not shown better"):
        tuning.use(projects.create("School").id, Modality.TEXT, "tuned_text_1.safetensors", person_id=None)
    assert weights.FOLDER_VARIABLE not in os.environ


def test_heads_beside_older_weights_are_set_aside_and_never_used(kept: Path) -> None:
    content = json.loads((kept / weights.MANIFEST).read_text(encoding="utf-8"))
    content["files"]["text_brain.safetensors"]["sha256"] = "1" * 64
    content["in_force"] = {"text": "tuned_text_1.safetensors"}
    (kept / weights.MANIFEST).write_text(json.dumps(content), encoding="utf-8")
    own_weights.use()
    assert weights.FOLDER_VARIABLE not in os.environ
    assert tuning.heads() == ()
    own_weights.set_stale_aside()
    assert not kept.exists()
    assert (kept.parent / "weights-before-1" / weights.MANIFEST).is_file()


@pytest.mark.usefixtures("kept")
def test_a_folder_named_in_the_environment_goes_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(weights.FOLDER_VARIABLE, "/elsewhere")
    own_weights.use()
    assert os.environ[weights.FOLDER_VARIABLE] == "/elsewhere"
    assert own_weights.is_elsewhere()
