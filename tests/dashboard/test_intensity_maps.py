"""Stored answers become intensity maps: gated, versioned, reversible, never touching gap or verdict."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from dashboard.__main__ import main
from dashboard.services import analyze_json, judging, projects, visitors
from dashboard.services.intensity_judging import RatersIntensity, map_in_force, raters_intensity, read_map
from dashboard.services.intensity_maps import go_back, learn, put_in_force
from dashboard.services.predictions import draft_of
from dashboard.services.recalibrate import recalibrate
from dashboard.services.training_intensities import collect
from db import audit, intensity_maps, predictions, session
from db.errors import StorageError, UnknownRowError
from db.records import ClipRecord, IntensitySide, ProjectRecord
from engine.analysis import Judgement
from engine.vocabulary import Emotion, Phase, Protocol
from tests.dashboard.analysis_made import WEIGHTS, made_analysis
from tests.dashboard.intensities_made import made_intensities
from tests.dashboard.project_made import made_clip

EXPECTED, EXPRESSED = IntensitySide.EXPECTED, IntensitySide.EXPRESSED
SHIFT = -0.15


@pytest.fixture
def project() -> ProjectRecord:
    return projects.create("Hamlet")


@pytest.fixture
def taught(project: ProjectRecord) -> ProjectRecord:
    made_intensities(project, expressed_shift=SHIFT)
    return project


def in_force(project: ProjectRecord, side: IntensitySide = EXPRESSED) -> str | None:
    with session.reading() as s:
        record = intensity_maps.in_force(s, project.id, side)
    return None if record is None else record.version


def shown(project: ProjectRecord, clip: ClipRecord) -> tuple[RatersIntensity, Judgement]:
    """What is shown of a clip: what raters would say, and the verdict."""
    with session.reading() as s:
        prediction = predictions.latest_for(s, clip.id)
        assert prediction is not None
        policy = judging.in_force(s, project.id, prediction).policy
        return raters_intensity(s, project.id, clip, prediction), judging.judge(policy, clip, prediction)


def test_a_shift_that_people_agree_on_is_learned_and_the_other_intensity_is_left_alone(
    taught: ProjectRecord,
) -> None:
    expected, expressed = learn(taught.id)
    assert expressed.promoted, expressed.reason
    assert expressed.map.say(0.5) == pytest.approx(0.5 + SHIFT, abs=0.03)
    assert expressed.map.context_columns == ()
    assert not expected.promoted
    assert "the model's own intensity stays in force" in expected.reason
    assert (in_force(taught, EXPRESSED), in_force(taught, EXPECTED)) == (expressed.map.version, None)


def test_the_map_shows_beside_the_models_figure_and_changes_neither_gap_nor_verdict(
    taught: ProjectRecord,
) -> None:
    clip = made_clip(taught, expected=0.5, expressed=0.6)
    before, verdict_before = shown(taught, clip)
    learn(taught.id)
    after, verdict_after = shown(taught, clip)
    assert before.values == {}
    assert after.values == {EXPRESSED: pytest.approx(0.6 + SHIFT, abs=0.05)}
    assert verdict_after == verdict_before


def test_a_version_keeps_what_it_was_learned_from_and_says_the_same_after_storage(
    taught: ProjectRecord,
) -> None:
    person = visitors.welcome("Asha", taught)
    *_, found = learn(taught.id, person_id=person.id, seed=7)
    record = found.record
    assert record is not None
    assert (record.training_count, record.created_by, record.parent_id) == (120, person.id, None)
    assert (record.system, record.weights_version) == ("alignment", WEIGHTS)
    assert record.metrics["seed"] == 7
    assert record.metrics["raters"] == 4
    with session.reading() as s:
        again = read_map(intensity_maps.by_id(s, record.id))
        lines = audit.list_page(s, limit=3).items
    assert again == found.map
    assert [line.action for line in lines if line.subject == f"intensity_map:{record.id}"] == [
        "intensity_map.promote",
        "intensity_map.train",
    ]


def test_people_who_differ_by_emotion_get_a_map_by_emotion(project: ProjectRecord) -> None:
    made_intensities(
        project, clips_count=60, expressed_shift=0.0, by_emotion={Emotion.ANGER: -0.2, Emotion.JOY: 0.1}
    )
    *_, found = learn(project.id)
    assert found.promoted, found.reason
    assert found.map.context_columns == ("emotion",)
    anger, joy = (found.map.say(0.6, {"emotion": name}) for name in ("anger", "joy"))
    assert anger == pytest.approx(0.4, abs=0.04)
    assert joy == pytest.approx(0.7, abs=0.04)


def test_without_promote_a_map_stays_a_candidate_and_can_be_put_in_force_later(
    taught: ProjectRecord,
) -> None:
    *_, found = learn(taught.id, promote=False)
    assert found.record is not None
    assert in_force(taught) is None
    put_in_force(taught.id, found.record.id, person_id=None)
    assert in_force(taught) == found.map.version


def test_the_same_answers_give_the_same_version_once(taught: ProjectRecord) -> None:
    (*_, first), (*_, second) = learn(taught.id, promote=False), learn(taught.id, promote=False)
    assert first.record == second.record
    assert first.promoted == second.promoted
    with session.reading() as s:
        assert len(intensity_maps.history(s, taught.id, EXPRESSED)) == 1


def test_a_map_is_not_promoted_again_over_itself(taught: ProjectRecord) -> None:
    learn(taught.id)
    *_, again = learn(taught.id)
    assert not again.promoted
    assert "not shown better" in again.reason


def test_going_back_ends_with_no_map_and_is_in_the_log(taught: ProjectRecord) -> None:
    *_, first = learn(taught.id)
    made_intensities(taught, clips_count=60, expressed_shift=0.2, seed=1)
    *_, second = learn(taught.id, promote=False)
    assert second.record is not None
    with session.writing() as s:  # what the gate would have to allow
        intensity_maps.put_in_force(s, taught.id, EXPRESSED, second.record.id, person_id=None)
    person = visitors.welcome("Asha", taught)
    back = go_back(taught.id, EXPRESSED, person_id=person.id)
    assert back is not None
    assert back.version == first.map.version == in_force(taught)
    assert go_back(taught.id, EXPRESSED, person_id=person.id) is None
    assert in_force(taught) is None
    with session.reading() as s:
        line = audit.list_page(s, limit=1).items[0]
        assert audit.first_broken(s) is None
    assert (line.action, line.person_id, line.details["version"]) == (
        "intensity_map.promote",
        person.id,
        None,
    )
    with pytest.raises(StorageError, match="nothing to go back from"):
        go_back(taught.id, EXPRESSED, person_id=None)


def test_a_map_that_was_not_shown_better_is_not_put_in_force(taught: ProjectRecord) -> None:
    expected, _ = learn(taught.id)
    assert expected.record is not None
    with pytest.raises(StorageError, match="stays a candidate"):
        put_in_force(taught.id, expected.record.id, person_id=None)


def test_a_map_of_another_project_is_refused(taught: ProjectRecord) -> None:
    *_, found = learn(taught.id, promote=False)
    assert found.record is not None
    with pytest.raises(UnknownRowError, match="another project"):
        put_in_force(projects.create("Macbeth").id, found.record.id, person_id=None)


def test_other_weights_suspend_a_map_in_a_sentence(taught: ProjectRecord) -> None:
    learn(taught.id)
    clip = made_clip(taught, expected=0.5, expressed=0.6, analysis={"weights_version": "weights-b"})
    raters, _ = shown(taught, clip)
    assert raters.values == {}
    assert "learned for other model weights and rests" in " ".join(raters.suspended)
    with session.reading() as s:
        newest = predictions.newest(s, taught.id)
        assert map_in_force(s, taught.id, EXPRESSED, newest).record is None


def test_answers_about_other_weights_teach_nothing_until_the_clips_are_analysed_again(
    taught: ProjectRecord,
) -> None:
    made_clip(taught, analysis={"weights_version": "weights-b"})
    with session.reading() as s:
        found = collect(s, taught)[EXPRESSED]
    assert found.answers == ()
    assert "120 answers speak about predictions of other model weights" in " ".join(found.notes)
    *_, outcome = learn(taught.id)
    assert outcome.record is None


@pytest.mark.parametrize("protocol", [Protocol.BLIND_FIRST, Protocol.BLIND_ONLY])
def test_blind_projects_teach_by_blind_answers_only(protocol: Protocol) -> None:
    project = projects.create("Blind", protocol=protocol)
    made_intensities(project, clips_count=6, phase=Phase.BLIND)
    made_intensities(project, clips_count=9, phase=Phase.REVISED)
    with session.reading() as s:
        found = collect(s, project)
    assert [len(found[side].answers) for side in IntensitySide] == [24, 24]


def test_simulated_answers_teach_only_in_the_demo() -> None:
    for name, demo, count in (("Real", False, 0), ("Demo", True, 24)):
        project = projects.create(name, demo=demo)
        made_intensities(project, clips_count=6, simulated=True)
        with session.reading() as s:
            assert len(collect(s, project)[EXPRESSED].answers) == count


def test_answers_left_as_proposed_hold_the_map_back_and_are_counted(project: ProjectRecord) -> None:
    made_intensities(project, lets_stand=True)
    with session.reading() as s:
        found = collect(s, project)
    assert "120 of 120 answers left this intensity as the model had proposed" in found[EXPECTED].notes[-1]
    assert found[EXPRESSED].notes == ()
    expected, _ = learn(project.id)
    assert not expected.promoted


@pytest.mark.sqlite
def test_learning_holds_no_write_while_it_fits(taught: ProjectRecord, home: Path) -> None:
    """Someone else may write at any moment before the result is stored: fitted first, then stored."""
    seen: list[str] = []
    import dashboard.services.intensity_maps as module

    real = module.recalibrate_intensity

    def fitting(*given: object, **options: object) -> object:
        connection = sqlite3.connect(home / "dailies.db", timeout=0, isolation_level=None)
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("ROLLBACK")
        connection.close()
        seen.append("wrote")
        return real(*given, **options)  # type: ignore[arg-type]  # handed on as they came

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(module, "recalibrate_intensity", fitting)
        learn(taught.id)
    assert seen == ["wrote", "wrote"]


def test_thresholds_do_not_see_the_map(taught: ProjectRecord) -> None:
    before = recalibrate(taught.id, promote=False)
    learn(taught.id)
    after = recalibrate(taught.id, promote=False)
    assert before.policy == after.policy


def test_recalibrate_prints_a_line_for_each_of_the_three(
    taught: ProjectRecord, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert main(["recalibrate", "--project", "Hamlet"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 3
    assert lines[0].startswith("Hamlet: thresholds ")
    assert lines[1].startswith("Hamlet: expected intensity map intensity-")
    assert lines[2].startswith("Hamlet: expressed intensity map intensity-")
    assert "0.8 to 0.6" in lines[2]
    assert "is a candidate" in lines[2]
    assert in_force(taught) is None
    assert main(["recalibrate", "--project", "Hamlet", "--promote"]) == 0
    assert "is in force. On held-out groups one map for all saves" in capsys.readouterr().out
    assert in_force(taught) is not None


def test_the_object_names_what_raters_would_say_or_why_that_is_not_known(taught: ProjectRecord) -> None:
    learn(taught.id)
    analysis = made_analysis(expected=0.5, expressed=0.6)
    clip = made_clip(taught)
    with session.reading() as s:
        raters = raters_intensity(s, taught.id, clip, draft_of(analysis, clip_id=clip.id))
        unknown = raters_intensity(
            s, taught.id, clip, draft_of(made_analysis(expressed=None), clip_id=clip.id)
        )
    told = analyze_json.as_object(analysis, raters=raters)
    assert json.loads(json.dumps(told, allow_nan=False)) == told
    assert told["raters_expressed_intensity"] == pytest.approx(0.6 + SHIFT, abs=0.05)
    assert told["raters_expected_intensity"] is None
    assert "No map of what the line asks for is in force here" in told["warnings"][-1]
    assert told["expressed_intensity"] == 0.6
    assert EXPRESSED not in unknown.values
    assert any("states no intensity for the performance" in sentence for sentence in unknown.absent)
    assert "raters_expected_intensity" not in analyze_json.as_object(analysis)
