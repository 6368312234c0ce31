"""What a rater says of the facial cues is stored, shown again, exported; only where the machine is shown."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from dashboard.cue_routes import ROUTES
from dashboard.services import cue_check, projects, task_pass
from dashboard.services.export import export
from dashboard.services.machine_sight import NotShownError
from dashboard.services.permissions import NotAllowedError
from dashboard.services.predictions import StoredPrediction, draft_of, stored
from db import predictions, session
from db.errors import RefusedValueError
from db.records import ClipRecord, ProjectRecord, TaskKey
from engine.analysis import EkmanCheck, FacialCue
from engine.vocabulary import Channel, Emotion, Protocol
from tests.dashboard.analysis_made import made_analysis
from tests.dashboard.desk_made import answer, made_desk, rater, shown_to
from tests.dashboard.project_made import press

CHECK = EkmanCheck(
    Emotion.ANGER,
    (
        FacialCue(4, "brows lowered", expected=True, shown=True, start_s=0.5, peak_s=1.0, end_s=1.5),
        FacialCue(24, "lips pressed", expected=True, shown=False),
        FacialCue(26, "jaw dropped", expected=False, shown=True, start_s=2.0, peak_s=2.1, end_s=2.2),
    ),
    "For anger: brows lowered yes (1.0 s), lips pressed no.",
)


def desk(protocol: Protocol = Protocol.ASSISTED) -> tuple[ProjectRecord, ClipRecord, StoredPrediction]:
    project, (clip,) = made_desk(clips=1, protocol=protocol)
    with session.writing() as s:
        record = predictions.add(s, draft_of(made_analysis(ekman=CHECK), clip_id=clip.id))
    return project, clip, stored(record)


def test_what_a_person_sees_is_stored_and_shown_to_them_again() -> None:
    project, clip, said = desk()
    task = TaskKey(clip.id, rater(project).id)
    cue_check.store(task, said.id, {4: True, 24: False}, remark=" brows only at the end ", key=press())
    cue_check.store(task, said.id, {4: False, 24: False}, remark="looked again", key=press())
    found = cue_check.view(said, task.person_id)
    assert found is not None
    assert found.mine is not None
    assert dict(found.mine.answers) == {"4": False, "24": False}
    assert found.mine.remark == "looked again"


def test_others_are_counted_only_for_who_has_said_something() -> None:
    project, clip, said = desk()
    for name, sees in (("Asha", True), ("Ben", False)):
        cue_check.store(TaskKey(clip.id, rater(project, name).id), said.id, {4: sees}, remark="", key=press())
    fresh = cue_check.view(said, rater(project, "Chitra").id)
    known = cue_check.view(said, rater(project, "Ben").id)
    assert fresh is not None
    assert fresh.seen_by[4] == (0, 0)
    assert known is not None
    assert known.seen_by[4] == (1, 2)
    assert known.seen_by[24] == (0, 0)


def test_one_press_sent_twice_is_stored_once() -> None:
    project, clip, said = desk()
    task = TaskKey(clip.id, rater(project).id)
    first, second = (cue_check.store(task, said.id, {4: True}, remark="", key="one press") for _ in range(2))
    assert first.id == second.id


def test_before_the_blind_answer_is_locked_nothing_can_be_said_of_the_cues() -> None:
    project, clip, said = desk(Protocol.BLIND_FIRST)
    task = TaskKey(clip.id, rater(project).id)
    with pytest.raises(NotShownError, match="answer the clip first"):
        cue_check.store(task, said.id, {4: True}, remark="", key=press())
    answer(task)
    assert cue_check.store(task, said.id, {4: True}, remark="", key=press()).answers == {"4": True}


def test_where_the_machine_is_never_shown_and_for_a_stranger_it_is_refused() -> None:
    project, clip, said = desk(Protocol.BLIND_ONLY)
    task = TaskKey(clip.id, rater(project).id)
    answer(task)
    with pytest.raises(NotShownError):
        cue_check.store(task, said.id, {4: True}, remark="", key=press())
    stranger = TaskKey(clip.id, projects.person("Stranger").id)
    with pytest.raises(NotAllowedError):
        cue_check.store(stranger, said.id, {4: True}, remark="", key=press())


@pytest.mark.parametrize(
    ("answers", "remark", "sentence"),
    [
        ({}, "  ", "at least one cue"),
        ({5: True}, "", "does not belong"),
        ({4: True}, "x" * (cue_check.REMARK_LENGTH + 1), "at most"),
    ],
)
def test_what_cannot_be_meant_is_refused(answers: dict[int, bool], remark: str, sentence: str) -> None:
    project, clip, said = desk()
    with pytest.raises(RefusedValueError, match=sentence):
        cue_check.store(TaskKey(clip.id, rater(project).id), said.id, answers, remark=remark, key=press())


def test_a_prediction_of_another_clip_is_refused() -> None:
    project, clip, _ = desk()
    _, _, other = desk_of("Lear")
    with pytest.raises(RefusedValueError, match="another clip"):
        cue_check.store(TaskKey(clip.id, rater(project).id), other.id, {4: True}, remark="", key=press())


def desk_of(name: str) -> tuple[ProjectRecord, ClipRecord, StoredPrediction]:
    from tests.dashboard.project_made import made_clip

    project = projects.create(name)
    clip = made_clip(project, analysed=False)
    with session.writing() as s:
        record = predictions.add(s, draft_of(made_analysis(ekman=CHECK), clip_id=clip.id))
    return project, clip, stored(record)


def test_the_export_has_it_beside_the_rating_given_with_the_same_prediction(tmp_path: Path) -> None:
    project, clip, said = desk()
    seeing, silent = (TaskKey(clip.id, rater(project, name).id) for name in ("Asha", "Ben"))
    cue_check.store(seeing, said.id, {4: True, 24: False}, remark="clear", key=press())
    for task in (seeing, silent):
        answer(task, shown=shown_to(task))
    done = export(project.id, format_name="csv", out=tmp_path, names=True)
    table = pd.read_csv(done.ratings_file).set_index("rater")
    row = table.loc["Asha"]
    assert row["cue_emotion"] == "anger"
    assert row["cues_measured"] == "brows lowered yes, lips pressed no, jaw dropped yes"
    assert row["cues_seen"] == "brows lowered yes, lips pressed no"
    assert row["cue_remark"] == "clear"
    assert table.loc["Ben", ["cue_emotion", "cues_seen", "cue_remark"]].isna().all()


def sent(task: TaskKey, prediction: int) -> dict[str, Any]:
    return {
        "pass": task_pass.issue(task),
        "key": press(),
        "prediction": prediction,
        "answers": {"4": True},
        "remark": "",
    }


def test_a_page_hands_it_in_under_its_pass_and_anything_else_is_refused_in_a_sentence() -> None:
    project, clip, said = desk()
    task = TaskKey(clip.id, rater(project).id, Channel.FULL)
    with TestClient(Starlette(routes=list(ROUTES)), headers={"sec-fetch-site": "same-origin"}) as client:
        stored_answer = client.post("/cues", json=sent(task, said.id))
        assert stored_answer.status_code == 200
        assert stored_answer.json()["answers"] == {"4": True}
        for wrong in (
            {"pass": "forged"},
            {"answers": {"4": "yes"}},
            {"answers": {"²": True}},
            {"answers": ["4"]},
            {"prediction": True},
            {"remark": None},
        ):
            refused = client.post("/cues", json={**sent(task, said.id), **wrong})
            assert refused.status_code in (403, 422), wrong
            assert refused.json()["error"].endswith("."), wrong
