"""What the engine said comes back from the database as it was."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dashboard.services import projects
from dashboard.services.predictions import draft_of, stored
from db import predictions, session
from db.errors import StorageError
from engine.analysis import (
    AttentionPeak,
    EkmanCheck,
    EmotionEstimate,
    FaceReason,
    FacesSeen,
    FacialCue,
    ModalityReading,
)
from engine.vocabulary import BASIC_EMOTIONS, Emotion, Modality, Verdict
from tests.dashboard.analysis_made import made_analysis
from tests.dashboard.project_made import made_clip


def test_an_analysis_is_read_back_exactly_but_for_its_pictures() -> None:
    clip = made_clip(projects.create("Hamlet"), analysed=False)
    third = {Verdict.UNDER: 0.5, Verdict.CORRECT: 0.3, Verdict.OVER: 0.2}
    analysis = made_analysis(faces=FacesSeen(2, 1, FaceReason.SPEAKS), trimodal=third)
    with session.writing() as s:
        record = predictions.add(s, draft_of(analysis, clip_id=clip.id, thumbnail_keys=("a.jpg", None)))
    with session.reading() as s:
        found = stored(predictions.by_id(s, record.id))
    without = tuple(replace(peak, picture_jpeg=None) for peak in analysis.peaks)
    assert found.analysis == replace(analysis, peaks=without)
    assert found.thumbnail_keys == ("a.jpg", None)


def test_an_analysis_of_which_nothing_is_known_is_read_back_too() -> None:
    clip = made_clip(projects.create("Hamlet"), analysed=False)
    analysis = made_analysis(
        expected=None, expressed=None, emotion=None, words=(), peaks=(), modalities={}, amplification=None
    )
    with session.writing() as s:
        record = predictions.add(s, draft_of(analysis, clip_id=clip.id))
    with session.reading() as s:
        assert stored(predictions.by_id(s, record.id)).analysis == analysis


def test_learned_verdicts_keep_their_probabilities() -> None:
    clip = made_clip(projects.create("Hamlet"), analysed=False)
    shares = {"under": 0.7, "correct": 0.2, "over": 0.1}
    judgement = replace(made_analysis().judgement, probabilities=shares)
    with session.writing() as s:
        record = predictions.add(s, draft_of(made_analysis(judgement=judgement), clip_id=clip.id))
    with session.reading() as s:
        assert stored(predictions.by_id(s, record.id)).analysis.judgement.probabilities == shares


def test_the_newest_analysis_of_a_clip_counts_and_the_older_one_stays() -> None:
    clip = made_clip(projects.create("Hamlet"), expressed=0.2)
    with session.writing() as s:
        newer = predictions.add(s, draft_of(made_analysis(expressed=0.9), clip_id=clip.id))
    with session.reading() as s:
        assert predictions.latest_for(s, clip.id) == newer
        assert predictions.latest_of_clips(s, [clip.id])[clip.id].expressed_intensity == 0.9
        assert [record.id for _, record in predictions.newest_of_project(s, clip.project_id)] == [newer.id]
        assert predictions.by_id(s, newer.id - 1).expressed_intensity == 0.2


def test_thumbnail_keys_must_match_the_peaks() -> None:
    with pytest.raises(ValueError, match="3 thumbnail keys for 2 peaks"):
        draft_of(made_analysis(), clip_id="x", thumbnail_keys=("a", "b", "c"))


def test_a_document_of_another_version_asks_for_a_new_analysis() -> None:
    clip = made_clip(projects.create("Hamlet"), analysed=False)
    draft = replace(draft_of(made_analysis(), clip_id=clip.id), document={"format": "prediction-99"})
    with session.writing() as s:
        record = predictions.add(s, draft)
    with pytest.raises(StorageError, match=r"prediction-99.*analyse the clip again"):
        stored(record)


def test_not_a_number_never_reaches_the_database() -> None:
    clip = made_clip(projects.create("Hamlet"), analysed=False)
    draft = draft_of(made_analysis(attention=(float("nan"),) * 50), clip_id=clip.id)
    with pytest.raises(StorageError, match="number is expected"), session.writing() as s:
        predictions.add(s, draft)
    with session.reading() as s:
        assert predictions.latest_for(s, clip.id) is None


def test_the_made_analysis_uses_the_engines_own_words() -> None:
    analysis = made_analysis()
    assert analysis.emotion is not None
    assert set(analysis.emotion.probabilities) <= set(BASIC_EMOTIONS)
    assert set(analysis.modalities) == set(Modality)
    assert isinstance(analysis.peaks[0], AttentionPeak)


def test_branches_and_the_facial_check_are_read_back_too() -> None:
    clip = made_clip(projects.create("Hamlet"), analysed=False)
    shares = EmotionEstimate({Emotion.ANGER: 0.6, Emotion.NEUTRAL: 0.4})
    cues = (
        FacialCue(4, "brows lowered", expected=True, shown=True, start_s=0.5, peak_s=1.0, end_s=1.5),
        FacialCue(24, "lips pressed", expected=True, shown=False),
    )
    analysis = made_analysis(
        branches={"mel_picture": ModalityReading(0.8, 0.3, shares, 0.5, 0.7, {"speech_s": 1.5})},
        ekman=EkmanCheck(Emotion.ANGER, cues, "For anger: brows lowered yes (1.0 s), lips pressed no."),
        peaks=(),
    )
    with session.writing() as s:
        record = predictions.add(s, draft_of(analysis, clip_id=clip.id))
    with session.reading() as s:
        assert stored(predictions.by_id(s, record.id)).analysis == analysis


def test_a_document_from_before_there_were_branches_is_still_read() -> None:
    clip = made_clip(projects.create("Hamlet"), analysed=False)
    draft = draft_of(made_analysis(peaks=()), clip_id=clip.id)
    older = {name: part for name, part in draft.document.items() if name not in ("branches", "ekman")}
    with session.writing() as s:
        record = predictions.add(s, replace(draft, document=older))
    with session.reading() as s:
        found = stored(predictions.by_id(s, record.id)).analysis
    assert found.branches == {}
    assert found.ekman is None
