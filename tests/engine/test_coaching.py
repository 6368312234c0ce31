"""What is found behind a gap rests on the curves: change the curve and the finding changes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.analysis import Analysis, AttentionPeak, Curves, EmotionEstimate, ModalityReading, SpokenWord
from engine.coaching import Finding, findings
from engine.features.table import INSTANTS
from engine.vocabulary import Emotion, Modality, Verdict
from tests.dashboard.analysis_made import made_analysis

SECONDS = 4.0
STEP = SECONDS / INSTANTS
REST = 0.5  # a face at rest, in standard deviations of faces at rest
MOVING = 2.0


def reading(
    intensity: float | None, *, trust: float = 0.9, emotion: Emotion = Emotion.ANGER
) -> ModalityReading:
    named = EmotionEstimate({emotion: 0.9, Emotion.NEUTRAL: 0.1})
    return ModalityReading(trust, 0.8, named, intensity, 0.5)


def take(
    *,
    voice: float = 0.7,
    face: float = 0.7,
    movement: list[float] | None = None,
    loudness: list[float] | None = None,
    pitch: list[float] | None = None,
    voice_trust: float = 0.9,
    face_trust: float = 0.9,
    shown: Emotion = Emotion.ANGER,
    **options: object,
) -> Analysis:
    """A take of a line that asks for 0.7; whatever is not given is as it should be."""
    rising = [120.0 + 2.0 * index for index in range(INSTANTS)]
    analysis = made_analysis(
        expected=0.7,
        curves=Curves(
            loudness_db=tuple(loudness or [-3.0] * INSTANTS),
            pitch_hz=tuple(pitch or rising),
            face_movement=tuple(movement or [MOVING] * INSTANTS),
        ),
        modalities={
            Modality.TEXT: reading(0.7),
            Modality.VOICE: reading(voice, trust=voice_trust, emotion=shown),
            Modality.FACE: reading(face, trust=face_trust, emotion=shown),
        },
        words=(),
        peaks=(),
    )
    return replace(analysis, **options)  # type: ignore[arg-type]  # fields of an Analysis


def found(analysis: Analysis, verdict: Verdict) -> list[Finding]:
    return [each.finding for each in findings(analysis, verdict)]


def still_after(seconds: float) -> list[float]:
    return [MOVING if index * STEP < seconds else REST for index in range(INSTANTS)]


@pytest.mark.parametrize("seconds", [0.8, 1.8, 2.2])
def test_a_voice_that_carries_and_a_face_that_stops_are_told_with_the_time_it_stops(seconds: float) -> None:
    (first, *_) = findings(take(face=0.2, movement=still_after(seconds)), Verdict.UNDER)
    assert first.finding is Finding.VOICE_CARRIES_FACE_STILL_AFTER
    assert first.time_s == pytest.approx(seconds, abs=2.5 * STEP)


def test_a_face_that_moves_to_the_end_is_not_called_still() -> None:
    assert found(take(face=0.2), Verdict.UNDER) == [Finding.VOICE_CARRIES]


def test_a_blink_does_not_make_a_face_move() -> None:
    movement = [REST] * INSTANTS
    movement[20] = movement[21] = 2.2
    assert found(take(face=0.2, movement=movement), Verdict.UNDER)[0] is Finding.VOICE_CARRIES_FACE_STILL


def test_silence_after_the_line_is_no_still_face() -> None:
    quiet = [-3.0 if index < 30 else -45.0 for index in range(INSTANTS)]
    analysis = take(face=0.2, movement=still_after(30 * STEP), loudness=quiet)
    assert found(analysis, Verdict.UNDER)[0] is Finding.VOICE_CARRIES


def test_a_face_that_carries_and_both_that_fall_short_are_told_apart() -> None:
    assert found(take(voice=0.2), Verdict.UNDER) == [Finding.FACE_CARRIES]
    assert found(take(voice=0.2, face=0.2), Verdict.UNDER) == [Finding.BOTH_SHORT]


def test_a_flat_melody_is_found_and_a_moving_one_is_not() -> None:
    flat = findings(take(voice=0.2, pitch=[150.0, 155.0] * 25), Verdict.UNDER)
    assert flat[1].finding is Finding.VOICE_FLAT
    assert flat[1].value == pytest.approx(0.57, abs=0.1)
    assert Finding.VOICE_FLAT not in found(take(voice=0.2), Verdict.UNDER)


def test_a_voice_that_falls_off_is_found_from_where_it_does() -> None:
    fading = [-2.0] * 33 + [-12.0] * 17
    told = [each for each in findings(take(face=0.2, loudness=fading), Verdict.UNDER) if each.value]
    assert told[0].finding is Finding.VOICE_FADES
    assert told[0].value == pytest.approx(10, abs=1.0)
    assert told[0].time_s == pytest.approx(34 * STEP, abs=2 * STEP)


def test_what_goes_beyond_is_named_and_where() -> None:
    jump = [-14.0] * 25 + [0.0] * 25
    assert found(take(voice=0.95, loudness=jump), Verdict.OVER) == [Finding.VOICE_BEYOND, Finding.VOICE_JUMPS]
    (_, jumped) = findings(take(voice=0.95, loudness=jump), Verdict.OVER)
    assert jumped.time_s == pytest.approx(25.5 * STEP, abs=2 * STEP)
    most = [MOVING] * 10 + [4.5] * 5 + [MOVING] * 35
    (beyond, furthest) = findings(take(face=0.95, movement=most), Verdict.OVER)
    assert (beyond.finding, furthest.finding) == (Finding.FACE_BEYOND, Finding.FACE_MOST)
    assert furthest.time_s == pytest.approx(12 * STEP, abs=3 * STEP)
    assert found(take(voice=0.95, face=0.95), Verdict.OVER)[0] is Finding.BOTH_BEYOND


def test_a_peak_away_from_the_word_the_line_rests_on_is_told() -> None:
    words = tuple(
        SpokenWord(word, 0.5 * index, 0.5 * index + 0.4, share)
        for index, (word, share) in enumerate((("How", 0.1), ("dare", 0.6), ("you", 0.2), ("go", 0.1)))
    )
    late = take(words=words, peaks=(AttentionPeak(3.1, 0.2, None),))
    told = findings(late, Verdict.CORRECT)[-1]
    assert (told.finding, told.word, told.time_s) == (Finding.ELSEWHERE, "dare", 3.1)
    near = take(words=words, peaks=(AttentionPeak(0.8, 0.2, "dare"),))
    assert found(near, Verdict.CORRECT) == [Finding.HITS]


def test_another_emotion_is_told_only_where_voice_and_face_agree_on_it() -> None:
    assert found(take(shown=Emotion.JOY), Verdict.CORRECT) == [Finding.OTHER_EMOTION]
    assert found(take(), Verdict.CORRECT) == []


def test_of_what_can_hardly_be_read_nothing_else_is_said() -> None:
    analysis = take(face=0.1, face_trust=0.2, movement=[REST] * INSTANTS)
    assert found(analysis, Verdict.UNDER) == [Finding.FACE_UNREAD]
    assert found(take(voice_trust=0.1), Verdict.OVER)[-1] is Finding.VOICE_UNREAD


def test_without_a_verdict_nothing_is_advised() -> None:
    assert found(take(face=0.1), Verdict.CORRECT) == []
    assert findings(take(face=0.1), None) == ()
