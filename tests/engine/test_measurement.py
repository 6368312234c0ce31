"""The measurement itself: what moves the two intensities, what does not, and in which order they come.

On real files where the data lies beside the checkout, on made clips otherwise.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest

from dashboard.services import demo_takes
from dashboard.services.demo_takes import Step
from engine import analyze, weights
from engine.analysis import Analysis
from engine.features.table import INSTANTS
from engine.training.evaluate import evaluate
from engine.vocabulary import Modality
from tests.media_made import SOUND_RATE_HZ, Picture, Wave, made_clip, silence

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared" / "data"
RAVDESS = SHARED / "audio" / "ravdess"
REAL_CLIP = SHARED / "clips" / "frontal_speaker_1.mp4"

SCENES = ("joy", "anger", "fear")
STEPS = (demo_takes.TOO_LITTLE, demo_takes.RIGHT, demo_takes.TOO_MUCH)
STRONG_LINE = "How dare you! Get out of my house and never come back!"
PLAIN_LINE = "The train leaves at four."

ACTORS = (1, 2, 3, 4, 5)
"""One or more of each training fold: each is judged by the network that never heard that actor."""
LEAST_ORDERED = 0.75
MOST_MOVED = 0.1

real_ravdess = pytest.mark.skipif(not RAVDESS.is_dir(), reason="RAVDESS is not beside the checkout")


def expressed(analysis: Analysis) -> float:
    assert analysis.expressed_intensity is not None
    return analysis.expressed_intensity


@pytest.mark.shared
@real_ravdess
def test_the_strong_one_of_a_pair_by_an_unseen_actor_is_expressed_higher(tmp_path: Path) -> None:
    for actor in ACTORS:
        for recording in RAVDESS.glob(f"03-01-*-01-{actor:02d}.flac"):
            (tmp_path / recording.name).symlink_to(recording)
    figures = evaluate("voice-intensity", tmp_path)
    assert figures["n"] > 100
    assert figures["pairs_ordered"] >= LEAST_ORDERED


@pytest.fixture(scope="module")
def takes() -> dict[tuple[str, Step], Analysis]:
    """The demo's nine takes, each with its scene's line."""
    with (demo_takes.FOLDER / demo_takes.LINES).open(newline="", encoding="utf-8") as opened:
        lines = {row["clip"]: row["line"] for row in csv.DictReader(opened)}
    return {
        (take.emotion, take.step): analyze(demo_takes.FOLDER / take.name, line=lines[take.name])
        for take in demo_takes.TAKES
    }


@pytest.mark.parametrize("scene", SCENES)
def test_the_demo_takes_come_out_in_their_order(takes: dict[tuple[str, Step], Analysis], scene: str) -> None:
    little, right, much = (expressed(takes[scene, step]) for step in STEPS)
    assert little < right < much


def test_the_demo_takes_are_in_no_training_set() -> None:
    contents = [path.read_bytes() for path in sorted(demo_takes.FOLDER.glob("*.mp4"))]
    assert len(contents) == len(SCENES) * len(STEPS)
    for name in weights.manifest()["files"]:
        assert weights.count_seen(name, contents) == 0


def test_another_line_changes_what_is_expected_and_nothing_that_is_expressed() -> None:
    clip = demo_takes.path_of("anger", demo_takes.RIGHT)
    strong, plain = analyze(clip, line=STRONG_LINE), analyze(clip, line=PLAIN_LINE)
    assert strong.expected_intensity is not None
    assert plain.expected_intensity is not None
    assert strong.expected_intensity > plain.expected_intensity + 0.2
    assert expressed(strong) == pytest.approx(expressed(plain), abs=0.02)  # the tracker's own jitter
    for modality in (Modality.VOICE, Modality.FACE):
        assert strong.modalities[modality].trust == pytest.approx(plain.modalities[modality].trust, abs=0.02)
    assert np.abs(np.subtract(strong.attention, plain.attention)).max() < 0.01


def test_another_performance_changes_what_is_expressed_and_nothing_that_is_expected(
    takes: dict[tuple[str, Step], Analysis],
) -> None:
    for scene in SCENES:
        little, much = takes[scene, demo_takes.TOO_LITTLE], takes[scene, demo_takes.TOO_MUCH]
        assert little.expected_intensity == much.expected_intensity
        assert [word.attention for word in little.words] == [word.attention for word in much.words]
        assert little.expressed_intensity != much.expressed_intensity


def spoilt(
    source: Path,
    out: Path,
    *,
    look: Callable[[Picture], Picture] = lambda picture: picture,
    hear: Callable[[Wave], Wave] = lambda sound: sound,
) -> Path:
    """``source`` encoded again, nearly without loss, with its pictures and its sound changed."""
    with av.open(str(source)) as opened:
        shown = [(frame.time, frame.to_ndarray(format="rgb24")) for frame in opened.decode(video=0)]
    resampler = av.AudioResampler(format="fltp", layout="mono", rate=SOUND_RATE_HZ)
    with av.open(str(source)) as opened:
        pieces = [
            piece.to_ndarray()[0] for frame in opened.decode(audio=0) for piece in resampler.resample(frame)
        ]
    height, width = shown[0][1].shape[:2]
    return made_clip(
        out,
        size=(width, height),
        times_s=[time for time, _ in shown],
        draw=lambda number, _size: look(shown[number][1]),
        options={"crf": "12", "preset": "veryfast"},
        sound=np.clip(hear(np.concatenate(pieces)), -1, 1).astype(np.float32),
    )


def louder(decibels: float) -> Callable[[Wave], Wave]:
    return lambda sound: sound * np.float32(10 ** (decibels / 20))


def with_noise(ratio_db: float) -> Callable[[Wave], Wave]:
    def mixed(sound: Wave) -> Wave:
        spoken = sound[np.abs(sound) > 0.05 * np.abs(sound).max()]
        level = np.sqrt(np.mean(spoken**2) / 10 ** (ratio_db / 10))
        return sound + np.random.default_rng(11).normal(0, level, sound.size).astype(np.float32)

    return mixed


def darker(stops: float) -> Callable[[Picture], Picture]:
    """Less light by so many stops; a pixel is the 2.2th root of light."""
    factor = 2 ** (-stops / 2.2)
    return lambda picture: np.round(picture * factor).astype(np.uint8)


SPOILINGS: dict[str, tuple[Modality, dict[str, Callable[..., np.ndarray]]]] = {
    "12 dB louder, clipping": (Modality.VOICE, {"hear": louder(12)}),
    "12 dB softer": (Modality.VOICE, {"hear": louder(-12)}),
    "noise at 10 dB": (Modality.VOICE, {"hear": with_noise(10)}),
    "two stops less light": (Modality.FACE, {"look": darker(2)}),
}


@pytest.fixture(
    scope="module",
    params=[
        "made",
        pytest.param(
            "real",
            marks=[
                pytest.mark.shared,
                pytest.mark.skipif(not REAL_CLIP.is_file(), reason="no real clip is beside the checkout"),
            ],
        ),
    ],
)
def unspoilt(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Analysis]:
    """A clip, and what is said of it after encoding it again without a change."""
    source = REAL_CLIP if request.param == "real" else demo_takes.path_of("fear", demo_takes.RIGHT)
    same = spoilt(source, tmp_path_factory.mktemp("same") / "same.mp4")
    return source, analyze(same, line=STRONG_LINE)


@pytest.mark.parametrize("spoiling", SPOILINGS)
def test_spoiling_the_input_moves_expressed_little_or_lowers_the_trust(
    unspoilt: tuple[Path, Analysis], tmp_path: Path, spoiling: str
) -> None:
    source, before = unspoilt
    modality, changes = SPOILINGS[spoiling]
    after = analyze(spoilt(source, tmp_path / "spoilt.mp4", **changes), line=STRONG_LINE)
    assert after.expected_intensity == before.expected_intensity
    moved = abs(expressed(after) - expressed(before))
    fallen = before.modalities[modality].trust - after.modalities[modality].trust
    assert moved < MOST_MOVED or fallen > 0.01, (moved, fallen)


def test_noise_clipping_and_darkness_lower_the_trust(unspoilt: tuple[Path, Analysis], tmp_path: Path) -> None:
    source, before = unspoilt
    changes = {"look": darker(2), "hear": lambda sound: with_noise(10)(louder(12)(sound).clip(-1, 1))}
    after = analyze(spoilt(source, tmp_path / "spoilt.mp4", **changes), line=STRONG_LINE)
    for modality in (Modality.VOICE, Modality.FACE):
        assert after.modalities[modality].trust < before.modalities[modality].trust - 0.01


def burst(kind: str) -> Wave:
    """Two seconds of silence, one of sound, two of silence."""
    rng = np.random.default_rng(4)
    times = np.arange(SOUND_RATE_HZ) / SOUND_RATE_HZ
    swell = np.sin(np.pi * times) ** 0.5
    if kind == "noise":
        middle = rng.normal(0, 0.1, times.size) * swell
    else:
        pitch = 220 * (1 + 0.3 * np.sin(2 * np.pi * 0.8 * times))
        phase = 2 * np.pi * np.cumsum(pitch) / SOUND_RATE_HZ
        middle = sum(np.sin(harmonic * phase) / harmonic for harmonic in range(1, 16)) * swell * 0.2
    return np.concatenate([silence(2), middle.astype(np.float32), silence(2)])


@pytest.mark.parametrize("room", [0.0, 3e-4], ids=["digital silence", "room noise"])
@pytest.mark.parametrize("kind", ["noise", "shout"])
def test_silence_around_a_burst_puts_the_peak_of_attention_on_the_burst(
    tmp_path: Path, kind: str, room: float
) -> None:
    sound = burst(kind) + np.random.default_rng(6).normal(0, room, 5 * SOUND_RATE_HZ).astype(np.float32)
    path = made_clip(tmp_path / "burst.wav", size=None, sound=sound, sound_codec="pcm_s16le")
    analysis = analyze(path)
    attention = np.array(analysis.attention)
    times = np.array(analysis.attention_times_s)
    assert 2.0 <= times[attention.argmax()] <= 3.0
    assert attention[(times > 1.9) & (times < 3.1)].sum() > 0.9
    assert analysis.peaks
    assert all(1.9 < peak.time_s < 3.1 for peak in analysis.peaks)
    assert attention.size == INSTANTS
