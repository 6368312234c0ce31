"""The voice heads: what they add to the networks, whom they never met, what enrolling a speaker changes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine import weights
from engine.errors import MediaError, WeightsError
from engine.features.activity import SAMPLE_RATE
from engine.features.table import INSTANTS, VOICE_WIDTH, instants
from engine.features.voice import SUMMARY_NAMES, VoiceFeatures, voice_features
from engine.systems.branch import MEMBERS, BranchOpinion
from engine.systems.performance import VOICE_FILE, PerformanceBrain
from engine.systems.voice_enrolment import FEWEST_CLIPS, VoiceEnrolment, enrolled_voice
from engine.systems.voice_heads import (
    HEADS_FILE,
    Blend,
    Head,
    HeadSet,
    VoiceHeads,
    head_arrays,
    joint_shares,
    second_opinions,
)
from engine.training.ravdess_names import VOICE_EMOTIONS, RavdessName
from engine.training.voice_heads import train_heads
from engine.training.voice_set import Recordings
from engine.training.voice_summaries import VoiceSummaries
from engine.verdict.scale import ReferenceScale
from engine.vocabulary import Emotion, Modality
from tests.media_made import made_clip, silence, tone

WIDTH = 30
"""Of made summaries; the heads do not count the numbers they read."""
ACTORS = 10
"""Two in each fold."""


def made_voices(*, offsets: bool = False) -> VoiceSummaries:
    """Summaries in which number k tells emotion k and number 20 strength; actors may differ all over."""
    rng = np.random.default_rng(0)
    names, summaries = [], []
    for actor in range(1, ACTORS + 1):
        own = rng.normal(0, 6, WIDTH) if offsets else np.zeros(WIDTH)
        for kind, emotion in enumerate(VOICE_EMOTIONS):
            for strong in (False,) if emotion is Emotion.NEUTRAL else (False, True):
                for repetition in ("01", "02"):
                    names.append(RavdessName(emotion, strong, "01", repetition, actor))
                    found = rng.standard_normal((2, WIDTH)) * 0.5 + own
                    found[:, kind] += 4
                    found[:, 20] += 2 * strong + (emotion is Emotion.ANGER)
                    summaries.append(found)
    count = len(names)
    return VoiceSummaries(
        found=Recordings(
            paths=tuple(Path(f"{index}.flac") for index in range(count)),
            names=tuple(names),
            emotion=np.array([VOICE_EMOTIONS.index(name.emotion) for name in names]),
            fold=np.array([(name.actor - 1) % MEMBERS for name in names]),
            fingerprint=np.arange(count, dtype=np.uint64),
        ),
        summary=np.array(summaries, np.float32),
        values=np.zeros((count, INSTANTS, VOICE_WIDTH), np.float16),
        mask=np.ones((count, INSTANTS), np.bool_),
    )


def opinion() -> BranchOpinion:
    even = dict.fromkeys(VOICE_EMOTIONS, 1 / len(VOICE_EMOTIONS))
    return BranchOpinion(0.0, 0.0, 0.5, even, np.full(INSTANTS, 1 / INSTANTS))


def blend() -> Blend:
    return Blend(1.0, 1.0, 0.5, 0.5, 1.0, 0.0, ReferenceScale(np.linspace(-3, 3, 99)))


@pytest.fixture(scope="module")
def voices() -> VoiceSummaries:
    return made_voices()


@pytest.fixture(scope="module")
def heads(voices: VoiceSummaries) -> list[Head]:
    return train_heads(voices, enrolled=False)[0]


def test_a_head_never_hears_the_actors_of_its_fold(voices: VoiceSummaries, heads: list[Head]) -> None:
    summary = voices.summary.copy()
    summary[voices.found.fold == 0] = 100.0
    others, _ = train_heads(replace(voices, summary=summary), enrolled=False)
    for name in ("mean", "spread", "emotion", "emotion_bias", "strength", "midpoint", "level"):
        np.testing.assert_array_equal(getattr(heads[0], name), getattr(others[0], name))
    assert np.abs(heads[1].mean - others[1].mean).max() > 1


def test_actors_a_head_never_heard_are_named_and_told_strong_from_normal(
    voices: VoiceSummaries, heads: list[Head]
) -> None:
    rows = np.flatnonzero(voices.found.fold == 2)
    heard = [
        second_opinions(
            HeadSet((heads[2],) * MEMBERS, blend(), None), opinion(), voices.summary[row, 0], member=2
        )
        for row in rows
    ]
    named = [max(one.probabilities, key=lambda label: one.probabilities[label]) for one in heard]
    right = [name is voices.found.names[row].emotion for name, row in zip(named, rows, strict=True)]
    assert np.mean(right) > 0.9
    acted = np.array([voices.found.names[row].strong for row in rows])
    strength = np.array([one.strength for one in heard])
    assert strength[acted].min() > strength[~acted].mean()


def test_a_speaker_who_differs_all_over_is_read_once_enrolled() -> None:
    voices = made_voices(offsets=True)
    actors = np.array([name.actor for name in voices.found.names])

    def accuracy(*, enrolled: bool) -> float:
        heads, usual = train_heads(voices, enrolled=enrolled)
        right = []
        for row in np.flatnonzero(voices.found.fold == 1):
            summary = voices.summary[row, 0].astype(np.float64)
            if usual is not None:
                own = VoiceEnrolment.fit(voices.summary[actors == actors[row], 0])
                summary = own.relative(summary, usual)
            right.append(heads[1].answers(summary[None])[0].argmax() == voices.found.emotion[row])
        return float(np.mean(right))

    assert accuracy(enrolled=True) > max(0.9, accuracy(enrolled=False))


def test_being_enrolled_takes_away_what_the_speaker_always_does() -> None:
    rng = np.random.default_rng(2)
    clips, usual = rng.standard_normal((12, WIDTH)), np.ones(WIDTH)
    moved = clips + rng.normal(0, 10, WIDTH)
    first, second = VoiceEnrolment.fit(clips), VoiceEnrolment.fit(moved)
    np.testing.assert_allclose(first.relative(clips, usual), second.relative(moved, usual), atol=1e-4)


def test_few_clips_borrow_the_spread_of_other_speakers() -> None:
    same = np.zeros((FEWEST_CLIPS, WIDTH))
    relative = VoiceEnrolment.fit(same).relative(np.ones(WIDTH), np.ones(WIDTH))
    assert np.isfinite(relative).all()
    assert 1 < relative[0] < 2


@pytest.mark.parametrize(
    "summaries",
    [np.zeros((FEWEST_CLIPS - 1, WIDTH)), np.full((9, WIDTH), np.nan), np.zeros(WIDTH)],
    ids=["too few", "not a number", "one row"],
)
def test_what_cannot_enrol_a_speaker_is_refused(summaries: np.ndarray) -> None:
    with pytest.raises(ValueError, match=r"clips|summaries"):
        VoiceEnrolment.fit(summaries)


def test_two_views_that_agree_are_surer_than_one() -> None:
    shares, logits = np.array([[0.6, 0.3, 0.1]]), np.log(np.array([[0.6, 0.3, 0.1]]))
    joint = joint_shares(shares, logits, blend())
    assert joint.sum() == pytest.approx(1)
    assert joint[0, 0] > 0.6
    np.testing.assert_allclose(joint_shares(shares, np.zeros((1, 3)), blend()), shares, atol=1e-9)


def test_stored_heads_answer_as_fitted(heads: list[Head], voices: VoiceSummaries, tmp_path: Path) -> None:
    own, usual = train_heads(voices, enrolled=True)
    stranger, enrolled = HeadSet(tuple(heads), blend(), None), HeadSet(tuple(own), blend(), usual)
    arrays, numbers = head_arrays(stranger, enrolled)
    metadata = numbers | {
        "summary_width": str(len(SUMMARY_NAMES)),
        "correlation_with_face": "0.5",
        "beside": "abc",
    }
    weights.save(HEADS_FILE, arrays, folder=tmp_path, metadata=metadata, entry={})
    stored = VoiceHeads.from_file(weights.load(HEADS_FILE, folder=tmp_path))
    summary = voices.summary[5, 0]
    before, after = (
        one.seconded(opinion(), summary) for one in (VoiceHeads(stranger, enrolled, 0.5, "abc", "v"), stored)
    )
    assert after.strength == pytest.approx(before.strength, abs=0.05)
    assert after.raw == pytest.approx(before.raw, abs=0.05)
    enrolment = VoiceEnrolment.fit(voices.summary[:20, 0])
    assert stored.seconded(opinion(), summary, enrolment=enrolment).raw != after.raw
    other = metadata | {"summary_width": "3"}
    weights.save(HEADS_FILE, arrays, folder=tmp_path, metadata=other, entry={})
    with pytest.raises(WeightsError, match="only voice-heads"):
        VoiceHeads.from_file(weights.load(HEADS_FILE, folder=tmp_path))


def sounding(*, decibels: float = 0.0) -> VoiceFeatures:
    time = np.arange(SAMPLE_RATE) / SAMPLE_RATE
    buzz = sum(np.sin(2 * np.pi * 190 * k * time) / k for k in range(1, 15))
    burst = 0.1 * buzz * (0.6 + 0.4 * np.sin(2 * np.pi * 3 * time))
    sound = np.concatenate([np.zeros(SAMPLE_RATE // 2), burst, np.zeros(SAMPLE_RATE // 2)])
    return voice_features(
        (sound * 10 ** (decibels / 20)).astype(np.float32), instants(sound.size / SAMPLE_RATE)
    )


def made_heads(*, beside: str) -> VoiceHeads:
    """Heads that read every number of a summary."""
    rng = np.random.default_rng(3)
    width, emotions = len(SUMMARY_NAMES), len(VOICE_EMOTIONS)
    head = Head(
        mean=np.zeros(width, np.float32),
        spread=np.full(width, 10, np.float32),
        emotion=rng.normal(0, 0.1, (width, emotions)).astype(np.float32),
        emotion_bias=np.zeros(emotions, np.float32),
        strength=rng.normal(0, 0.1, (width, emotions)).astype(np.float32),
        midpoint=rng.normal(0, 1, emotions).astype(np.float32),
        level=rng.normal(0, 0.1, width).astype(np.float32),
        level_bias=0.0,
    )
    stranger = HeadSet((head,) * MEMBERS, blend(), None)
    return VoiceHeads(stranger, replace(stranger, usual=np.ones(width, np.float32)), 0.5, beside, "made")


@pytest.fixture(scope="module")
def brain() -> PerformanceBrain:
    """The shipped networks with made heads, so that this holds whichever heads are shipped."""
    shipped = PerformanceBrain.load()
    return replace(shipped, heads=made_heads(beside=shipped.branches[Modality.VOICE].version))


def alone(brain: PerformanceBrain, voice: VoiceFeatures) -> BranchOpinion:
    found = brain.branches[Modality.VOICE].read(voice.values, voice.mask)
    assert found is not None
    return found


@pytest.mark.parametrize("decibels", [-12, 12])
def test_a_turned_gain_knob_moves_no_opinion(brain: PerformanceBrain, decibels: float) -> None:
    plain, turned = (
        brain.seconded(alone(brain, voice), voice.summary)
        for voice in (sounding(), sounding(decibels=decibels))
    )
    assert turned.intensity == pytest.approx(plain.intensity, abs=0.01)
    assert turned.strength == pytest.approx(plain.strength, abs=0.05)
    for emotion, share in plain.probabilities.items():
        assert turned.probabilities[emotion] == pytest.approx(share, abs=0.01)


def test_the_heads_move_the_opinion_and_leave_the_attention(brain: PerformanceBrain) -> None:
    voice = sounding()
    networks = alone(brain, voice)
    joint = brain.seconded(networks, voice.summary)
    assert joint.probabilities != networks.probabilities
    assert joint.raw != networks.raw
    np.testing.assert_array_equal(joint.attention, networks.attention)
    assert brain.seconded(networks, None) is networks
    assert replace(brain, heads=None).seconded(networks, voice.summary) is networks


def weights_folder(folder: Path, monkeypatch: pytest.MonkeyPatch, *, beside: str | None) -> None:
    """The shipped networks, and made heads fitted ``beside`` others or none at all."""
    folder.mkdir()
    for path in weights.weights_dir().iterdir():
        if path.name not in (HEADS_FILE, weights.MANIFEST):
            (folder / path.name).symlink_to(path)
    (folder / weights.MANIFEST).write_bytes((weights.weights_dir() / weights.MANIFEST).read_bytes())
    if beside is not None:
        made = made_heads(beside=beside)
        arrays, numbers = head_arrays(made.stranger, made.enrolled)
        metadata = {
            "summary_width": str(len(SUMMARY_NAMES)),
            "correlation_with_face": "0.5",
            "beside": beside,
        }
        weights.save(HEADS_FILE, arrays, folder=folder, metadata=numbers | metadata, entry={})
    monkeypatch.setenv("DAILIES_WEIGHTS", str(folder))


def loaded() -> PerformanceBrain:
    """The brain from the weights folder in force, not the one that the process keeps."""
    return PerformanceBrain.load.__wrapped__(PerformanceBrain)  # type: ignore[attr-defined, no-any-return]


def test_without_their_file_the_networks_answer_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    weights_folder(tmp_path / "weights", monkeypatch, beside=None)
    found = loaded()
    assert found.heads is None
    assert found.version.startswith(found.branches[Modality.VOICE].version[:6])


def test_heads_are_read_beside_their_own_networks_and_no_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = weights.load(VOICE_FILE).version
    weights_folder(tmp_path / "own", monkeypatch, beside=own)
    found = loaded()
    assert found.heads is not None
    assert found.correlation == 0.5
    monkeypatch.delenv("DAILIES_WEIGHTS")
    weights_folder(tmp_path / "other", monkeypatch, beside="another")
    with pytest.raises(WeightsError, match="only voice-heads"):
        loaded()


def test_a_speaker_is_enrolled_from_clips(tmp_path: Path) -> None:
    clips = []
    for index in range(FEWEST_CLIPS):
        voiced = tone(0.5, hertz=150 + 20 * index) + tone(0.5, hertz=300 + 40 * index, level=0.1)
        sound = np.concatenate([silence(0.25), voiced, silence(0.25)])
        clips.append(made_clip(tmp_path / f"{index}.mp4", seconds=1.0, sound=sound))
    mute = made_clip(tmp_path / "mute.mp4", seconds=1.0)
    own = enrolled_voice([*clips, mute])
    assert own.clips == FEWEST_CLIPS
    assert np.isfinite(own.mean).all()
    with pytest.raises(MediaError, match="at least"):
        enrolled_voice([clips[0], mute])
