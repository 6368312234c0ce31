"""The alignment system on real files: what is missing is masked and said, what is there is whole."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from threadpoolctl import threadpool_info, threadpool_limits

from engine import analyze
from engine.analysis import Analysis, SpokenWord
from engine.errors import MediaError, TableError, UnknownNameError
from engine.features.table import INSTANTS, SCHEMA_VERSION, WORD_WIDTH
from engine.features.voice import SUMMARY_NAMES
from engine.systems.alignment import AlignmentSystem
from engine.systems.performance import normal_score
from engine.systems.registry import naming_system
from engine.systems.threads import hold_threads
from engine.systems.tuned_head import TunedHead, TunedHeads
from engine.training.tuning import train
from engine.verdict.fixed import FIXED, FixedPolicy
from engine.vocabulary import LineSource, Modality, SystemName, Verdict
from tests.media_made import made_clip, silence, tone

ROOT = Path(__file__).resolve().parents[2]
TAKE = ROOT / "dashboard" / "demo" / "takes" / "leave_1.mp4"
LINE = "How dare you! Get out of my house and never come back!"
CLIPS = ROOT.parent / "shared" / "data" / "clips"


@pytest.fixture(scope="module")
def whole() -> Analysis:
    """A drawn face that speaks, with its line."""
    return analyze(TAKE, line=LINE)


def said(analysis: Analysis) -> str:
    return " ".join(analysis.warnings)


def is_whole(analysis: Analysis) -> bool:
    """Every number in its range, every length as promised, nothing NaN."""
    assert len(analysis.attention) == len(analysis.attention_times_s) == INSTANTS
    assert sum(analysis.attention) == pytest.approx(1.0)
    assert all(weight >= 0 for weight in analysis.attention)
    for curve in (analysis.curves.loudness_db, analysis.curves.pitch_hz, analysis.curves.face_movement):
        assert len(curve) == INSTANTS
        assert all(value is None or math.isfinite(value) for value in curve)
    for intensity in (analysis.expected_intensity, analysis.expressed_intensity):
        assert intensity is None or 0 <= intensity <= 1
    assert set(analysis.modalities) == set(Modality)
    for reading in analysis.modalities.values():
        assert 0 <= reading.trust <= 1
        assert 0 <= reading.confidence <= 1
        assert (reading.emotion is None) == (reading.intensity is None)
        if reading.emotion is not None:
            assert sum(reading.emotion.probabilities.values()) == pytest.approx(1.0)
    weights = sum(reading.weight for reading in analysis.modalities.values())
    assert weights == pytest.approx(1.0) or (weights == 0 and analysis.emotion is None)
    assert set(analysis.timings_s) == {"decode", "face", "voice", "text", "model", "total"}
    return True


def test_a_whole_clip_has_a_whole_answer(whole: Analysis) -> None:
    assert is_whole(whole)
    assert whole.clip == TAKE.name
    assert whole.system is SystemName.ALIGNMENT
    assert whole.feature_schema == SCHEMA_VERSION
    assert whole.line_source is LineSource.GIVEN
    assert whole.expected_intensity is not None
    assert whole.expressed_intensity is not None
    assert whole.alignment == pytest.approx((whole.expressed_intensity - whole.expected_intensity) / 0.2)
    assert whole.judgement == FIXED.judge(whole.alignment)
    assert all(reading.trust > 0.5 for reading in whole.modalities.values())
    assert not whole.warnings


def test_the_face_is_checked_for_the_cues_of_the_emotion_named(whole: Analysis) -> None:
    assert whole.ekman is not None
    assert whole.emotion is not None
    assert whole.ekman.emotion is whole.emotion.label


def test_the_words_lie_in_order_within_the_clip(whole: Analysis) -> None:
    assert " ".join(word.text for word in whole.words) == LINE
    times = [time for word in whole.words for time in (word.start_s, word.end_s)]
    assert times == sorted(times)
    assert times[0] >= 0
    assert times[-1] <= whole.duration_s
    assert sum(word.attention for word in whole.words) == pytest.approx(1.0, abs=1e-4)


def test_peaks_lie_on_the_attention_and_carry_pictures(whole: Analysis) -> None:
    assert len(whole.peaks) <= 3
    for peak in whole.peaks:
        at = whole.attention_times_s.index(peak.time_s)
        assert peak.weight == whole.attention[at]
        assert peak.picture_jpeg is not None


def test_the_same_clip_gives_the_same_answer(whole: Analysis) -> None:
    again = analyze(TAKE, line=LINE)
    assert again.expected_intensity == whole.expected_intensity
    assert again.expressed_intensity == pytest.approx(whole.expressed_intensity, abs=0.02)  # tracker's state


def test_no_library_below_takes_a_second_thread() -> None:
    threadpool_limits(limits=2)  # whatever the environment said
    torch.set_num_threads(2)
    assert 2 in {library["num_threads"] for library in threadpool_info()}
    hold_threads.cache_clear()
    naming_system(SystemName.MMMLA)
    held = {library["filepath"]: library["num_threads"] for library in threadpool_info()}
    assert set(held.values()) == {1}, held
    assert torch.get_num_threads() == 1


def test_a_policy_decides_the_verdict() -> None:
    lenient = analyze(TAKE, line=LINE, policy=FixedPolicy(lower=-50.0, upper=50.0))
    assert lenient.judgement.verdict is Verdict.CORRECT
    assert lenient.judgement.policy_version == "fixed-50"


def test_without_a_line_nothing_is_demanded() -> None:
    analysis = analyze(TAKE)
    assert is_whole(analysis)
    assert analysis.expected_intensity is None
    assert analysis.alignment is None
    assert analysis.judgement.verdict is None
    assert analysis.line_source is LineSource.NONE
    assert analysis.words == ()
    assert analysis.expressed_intensity is not None
    assert "No line was given" in said(analysis)


@pytest.mark.parametrize("line", ["   ", "…", "?!"])
def test_a_line_without_words_demands_nothing(line: str) -> None:
    analysis = analyze(TAKE, line=line)
    assert is_whole(analysis)
    assert analysis.expected_intensity is None
    assert analysis.modalities[Modality.TEXT].trust == 0


def test_a_line_in_an_unknown_script_is_trusted_less_and_said() -> None:
    analysis = analyze(TAKE, line="𓂀𓃠𓆣 𓇋𓏲 𓅓𓂧")
    assert is_whole(analysis)
    assert analysis.modalities[Modality.TEXT].trust < 0.5
    assert "known" in said(analysis)


def test_word_times_move_the_words_and_nothing_else(whole: Analysis) -> None:
    count = len(whole.words)
    edges = np.linspace(0.1, 0.9, count + 1)
    times = [
        SpokenWord(word.text, float(start), float(end), 0.0)
        for word, start, end in zip(whole.words, edges[:-1], edges[1:], strict=True)
    ]
    moved = analyze(TAKE, line=LINE, word_times=times)
    assert moved.words[-1].end_s == pytest.approx(0.9)
    assert moved.expected_intensity == whole.expected_intensity
    assert moved.modalities[Modality.TEXT].emotion == whole.modalities[Modality.TEXT].emotion


def test_word_times_that_do_not_fit_are_refused() -> None:
    with pytest.raises(TableError, match="the line has 12"):
        analyze(TAKE, line=LINE, word_times=[SpokenWord("How", 0.0, 0.2, 0.0)])


def test_a_system_that_is_not_there_is_refused() -> None:
    with pytest.raises(UnknownNameError, match="use alignment"):
        analyze(TAKE, system="opera")


def test_no_clip_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_text("no clip")
    with pytest.raises(MediaError, match=r"a\.mp4"):
        analyze(tmp_path / "a.mp4", line=LINE)


def test_neither_voice_nor_face_expresses_nothing(tmp_path: Path) -> None:
    analysis = analyze(made_clip(tmp_path / "bars.mp4", sound=silence(2.0)), line=LINE)
    assert is_whole(analysis)
    assert analysis.expressed_intensity is None
    assert analysis.judgement.verdict is None
    assert analysis.expected_intensity is not None
    assert analysis.peaks == ()
    assert "silent" in said(analysis)
    assert "No face" in said(analysis)
    assert "Neither voice nor face" in said(analysis)


@pytest.mark.parametrize("seconds", [0.5, 40.0])
def test_short_and_long_clips_are_answered(tmp_path: Path, seconds: float) -> None:
    path = made_clip(tmp_path / "a.mp4", seconds=seconds, size=(96, 64), rate=10, sound=tone(seconds))
    assert is_whole(analyze(path, line=LINE))


SHARED_WARNINGS = {
    "01-01-01-01-01-01-01.mp4": (),
    "audio_only.mov": ("no pictures",),
    "face_leaves_hevc.mov": ("out of the picture",),
    "frontal_speaker_1.mp4": (),
    "frontal_speaker_2.mp4": (),
    "frontal_speaker_3.mp4": (),
    "frontal_speaker_mpeg4_codec.mp4": (),
    "happy_face_no_audio_track.mp4": ("no sound track",),
    "no_face.mp4": ("No face",),
    "portrait_orientation_with_sound.mp4": (),
    "speech_only_jfk.flac": ("no pictures",),
    "strong_expression_with_sound.mp4": (),
    "surprised_face_silent_audio.mp4": ("silent",),
}


@pytest.mark.shared
@pytest.mark.skipif(not CLIPS.is_dir(), reason="the real clips are not beside the checkout")
@pytest.mark.parametrize("name", SHARED_WARNINGS)
def test_each_real_clip_has_exactly_the_warnings_it_deserves(name: str) -> None:
    analysis = analyze(CLIPS / name, line="Kids are talking by the door.")
    assert is_whole(analysis)
    assert analysis.expressed_intensity is not None
    expected = SHARED_WARNINGS[name]
    assert len(analysis.warnings) == len(expected), analysis.warnings
    for part in expected:
        assert part in said(analysis)


def test_tuned_heads_move_both_intensities_and_change_the_version(whole: Analysis) -> None:
    system = AlignmentSystem.load()

    def head(width: int, shift: float) -> TunedHead:
        nothing = np.zeros(width)
        return TunedHead(
            nothing, np.ones(width), nothing, gain=1.0, shift=shift, beside="", version="abcdef012"
        )

    tuned = replace(
        system, tuned=TunedHeads(text=head(WORD_WIDTH, -1.0), voice=head(len(SUMMARY_NAMES), 0.5))
    )
    moved = tuned.analyze(TAKE, line=LINE, amplify=False)
    plain, _ = system.performed(TAKE)
    assert whole.expected_intensity is not None
    assert plain.expressed is not None
    assert normal_score(moved.expected_intensity or 0) == pytest.approx(
        normal_score(whole.expected_intensity) - 1.0
    )
    assert normal_score(moved.expressed_intensity or 0) == pytest.approx(
        normal_score(plain.expressed) + 0.5, abs=0.1
    )
    assert moved.weights_version == f"{whole.weights_version}+abcdef+abcdef"


def test_performances_of_an_export_are_read_by_the_brain_they_tune(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "export"
    (folder / "clips").mkdir(parents=True)
    rows = []
    for number, take in enumerate((TAKE, TAKE.with_name("leave_2.mp4"))):
        (folder / "clips" / take.name).write_bytes(take.read_bytes())
        rows.append(
            {
                "file_name": take.name,
                "clip_id": take.stem,
                "line": LINE,
                "actor": f"actor-{number}",
                "language": "en",
                "channel": "full",
                "simulated": False,
                "purpose": "ordinary",
                "stands": True,
                "rated_expected_intensity": 0.7,
                "rated_expressed_intensity": 0.5,
            }
        )
    pd.DataFrame(rows).to_parquet(folder / "clips" / "ratings.parquet")
    seen = []
    done = train("performance", folder, tmp_path / "w", seed=0, progress=lambda at, of: seen.append((at, of)))
    assert seen == [(1, 2), (2, 2)]
    assert not done.is_in_force
    assert "2 rated examples in 2 groups" in capsys.readouterr().out
