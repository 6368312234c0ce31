"""Training the performance brain on a small made data folder, from files to loaded weights."""

from __future__ import annotations

import csv
import shutil
import zipfile
from pathlib import Path

import cv2
import numpy as np
import pytest
import soundfile

from engine import weights
from engine.errors import TableError, WeightsError
from engine.features.activity import SAMPLE_RATE
from engine.features.geometry import POPULATION_FILE, NeutralPopulation
from engine.features.table import FACE_WIDTH, INSTANTS
from engine.systems.branch import MEMBERS, Branch
from engine.systems.performance import FACE_FILE, VOICE_FILE, PerformanceBrain
from engine.systems.voice_heads import HEADS_FILE, VoiceHeads
from engine.training import face_branch, performance, voice_branch, voice_ensemble, voice_set, voice_summaries
from engine.training.calibration import fitted_temperature, reference_weights
from engine.training.face_sequences import envelope, made_sequence, still_sequence
from engine.training.face_set import landmark_fingerprints
from engine.training.ravdess_names import ravdess_name
from engine.training.spoilt_sound import noisy, spoilt
from engine.verdict.scale import NEUTRAL_SHARE
from engine.vocabulary import BASIC_EMOTIONS, Emotion

ACTORS = 5
EMOTION_CODES = ("01", "03", "05")
SUBJECTS = 5


def made_voice(code: str, strength: str, actor: int, seed: int) -> np.ndarray:
    """Half a second of buzz, higher and brighter where the name says strong."""
    rng = np.random.default_rng(seed)
    time = np.arange(SAMPLE_RATE // 2) / SAMPLE_RATE
    hertz = 120 + 12 * actor + 40 * int(code == "05") + 60 * int(strength == "02")
    slope = 1.6 if strength == "01" else 0.8
    buzz = sum(np.sin(2 * np.pi * hertz * k * time + k) / k**slope for k in range(1, 20))
    return (0.05 * buzz + 1e-3 * rng.standard_normal(time.size)).astype(np.float32)


def write_voices(data: Path) -> None:
    audio, faces = data / "audio" / "ravdess", data / "faces"
    audio.mkdir(parents=True)
    faces.mkdir(exist_ok=True)
    rows = []
    for actor in range(1, ACTORS + 1):
        for code in EMOTION_CODES:
            for strength in ("01",) if code == "01" else ("01", "02"):
                for take in range(4):
                    name = f"03-01-{code}-{strength}-0{take % 2 + 1}-0{take}-{actor:02d}"
                    sound = made_voice(code, strength, actor, 100 * actor + take)
                    soundfile.write(audio / f"{name}.flac", sound, SAMPLE_RATE)
                    units = {"AU01_r": int(code == "05") + 0.1 * take, "AU12_r": int(strength == "02")}
                    rows.append({"clip": "01" + name[2:], "actor": actor, "fold": actor, **units})
    write_table(faces / "ravdess_openface_au_means.csv", rows)


def write_faces(data: Path) -> None:
    faces = data / "faces"
    rest = NeutralPopulation.load()
    rng = np.random.default_rng(0)
    landmarks, rows = [], []
    for subject in range(SUBJECTS):
        own = rest.shape + 0.01 * rng.standard_normal(rest.shape.shape)
        for kind, emotion in enumerate(BASIC_EMOTIONS):
            shown = own.copy()
            if emotion is not Emotion.NEUTRAL:
                shown[[14, 17, 152], 1] += 0.05 * (kind + 1)
            landmarks.append(shown * 90 + 250)
            rated = 0.6 if emotion is Emotion.JOY else ""
            rows.append(
                {
                    "row": len(rows),
                    "source": "made",
                    "subject": f"made_{subject}",
                    "emotion": emotion.value,
                    "rated_by_caucasian": rated,
                    "rated_by_taiwanese": rated,
                }
            )
    write_table(faces / "face_landmarks.csv", rows)
    np.savez(faces / "face_landmarks.npz", landmarks=np.array(landmarks, np.float32))


def write_pictures(data: Path) -> None:
    """Small grey pictures without a face: what a detector misses must not stop a training."""
    folder = data / "faces" / "ferplus"
    folder.mkdir(parents=True)
    votes = dict.fromkeys(
        ["neutral", "happiness", "surprise", "sadness", "anger", "disgust", "fear"], 1
    ) | dict.fromkeys(["contempt", "unknown", "NF"], 0)
    names = [f"made{index}.png" for index in range(3)]
    rows = [{"image": name, "split": "train", **votes, "majority": "neutral"} for name in names]
    write_table(folder / "labels.csv", rows)
    with zipfile.ZipFile(folder / "images.zip", "w") as archive:
        for name in names:
            archive.writestr(name, cv2.imencode(".png", np.full((48, 48), 128, np.uint8))[1].tobytes())


def write_table(path: Path, rows: list[dict[str, object]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as opened:
        writer = csv.DictWriter(opened, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    write_voices(folder)
    write_faces(folder)
    write_pictures(folder)
    return folder


@pytest.fixture(scope="module")
def trained(data: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    out = tmp_path_factory.mktemp("weights")
    said: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DAILIES_CACHE", str(tmp_path_factory.mktemp("cache")))
        patch.setattr(voice_set, "VARIANTS", 1)
        patch.setattr(voice_summaries, "CHANGES", {1: "spoilt"})
        patch.setattr(voice_branch, "EPOCHS", 2)
        patch.setattr(face_branch, "EPOCHS", 2)
        patch.setattr(performance, "POOLS", 1)
        performance.train(data, out, seed=7, say=said.append)
    return out, said


@pytest.mark.parametrize("name", [VOICE_FILE, HEADS_FILE, FACE_FILE, POPULATION_FILE])
def test_a_training_says_where_its_weights_come_from(trained: tuple[Path, list[str]], name: str) -> None:
    entry = weights.manifest(trained[0])["files"][name]
    assert entry["seed"] == 7
    assert entry["licence"]
    assert entry["data"]
    assert "train performance" in entry["command"]


def test_each_network_is_blind_to_a_fifth_of_the_actors(data: Path, trained: tuple[Path, list[str]]) -> None:
    branch = Branch.from_file(weights.load(VOICE_FILE, folder=trained[0]))
    assert len(branch.members) == MEMBERS
    paths = sorted((data / "audio" / "ravdess").glob("*.flac"))
    folds: dict[int, set[int]] = {}
    for path in paths:
        fold = branch.fold_of[weights.fingerprint(path.read_bytes())]
        folds.setdefault(ravdess_name(path).actor, set()).add(fold)
    assert [folds[actor] for actor in sorted(folds)] == [{0}, {1}, {2}, {3}, {4}]
    assert weights.count_seen(VOICE_FILE, [path.read_bytes() for path in paths], folder=trained[0]) == len(
        paths
    )


def test_each_network_is_blind_to_a_fifth_of_the_faces(data: Path, trained: tuple[Path, list[str]]) -> None:
    branch = Branch.from_file(weights.load(FACE_FILE, folder=trained[0]))
    landmarks = np.load(data / "faces" / "face_landmarks.npz")["landmarks"]
    folds = [branch.fold_of[one] for one in landmark_fingerprints(landmarks).tolist()]
    by_subject = np.array(folds).reshape(SUBJECTS, len(BASIC_EMOTIONS))
    assert (by_subject == by_subject[:, :1]).all()
    assert len(set(by_subject[:, 0])) == SUBJECTS


def test_stored_networks_answer_as_trained(trained: tuple[Path, list[str]]) -> None:
    branch = Branch.from_file(weights.load(FACE_FILE, folder=trained[0]))
    rng = np.random.default_rng(3)
    values = rng.standard_normal((2, INSTANTS, FACE_WIDTH)).astype(np.float32)
    mask = np.array([[True] * INSTANTS, [False] * INSTANTS])
    known, unknown = branch.read_many(values, mask)
    assert unknown is None
    assert known is not None
    assert sum(known.probabilities.values()) == pytest.approx(1)
    assert 0 < known.intensity < 1


def test_a_training_says_how_people_it_never_saw_were_read(trained: tuple[Path, list[str]]) -> None:
    said = "\n".join(trained[1])
    for part in ("out-of-fold accuracy", "voice: standings", "face: standings", "correlation"):
        assert part in said
    for who in ("stranger", "enrolled"):
        for part in ("out-of-fold accuracy", "AUC of strength", "standings", "calibration error"):
            assert f"voice heads, {who}: {part}" in said


def test_trained_heads_and_networks_go_together(
    trained: tuple[Path, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DAILIES_WEIGHTS", str(trained[0]))
    heads = VoiceHeads.from_file(weights.load(HEADS_FILE))
    assert heads.beside == weights.load(VOICE_FILE).version
    assert len(heads.stranger.heads) == len(heads.enrolled.heads) == MEMBERS
    assert -1 <= heads.correlation <= 1
    brain = PerformanceBrain.load.__wrapped__(PerformanceBrain)  # type: ignore[attr-defined]  # not the cached one
    assert brain.correlation == heads.correlation


def test_the_heads_alone_are_fitted_beside_the_networks_that_lie_there(
    data: Path, trained: tuple[Path, list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DAILIES_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(voice_summaries, "CHANGES", {})
    out = tmp_path / "weights"
    shutil.copytree(trained[0], out)
    before = {name: entry["sha256"] for name, entry in weights.manifest(out)["files"].items()}
    performance.train(data, out, seed=8, only="voice-heads", say=lambda _: None)
    after = weights.manifest(out)["files"]
    assert "--only voice-heads" in after[HEADS_FILE]["command"]
    assert after[HEADS_FILE]["seed"] == 8
    assert {name for name in before if after[name]["sha256"] != before[name]} == {HEADS_FILE}


def test_heads_without_networks_are_refused(data: Path, tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="restore"):
        voice_ensemble.train_voice_heads(data, tmp_path, seed=0, say=lambda _: None)


def test_neutral_material_holds_its_share_of_the_reference_set() -> None:
    rest = np.array([True] * 10 + [False] * 90)
    full = np.array([False] * 60 + [True] * 40)
    share = reference_weights(rest, full)
    assert share.sum() == pytest.approx(1)
    assert share[rest].sum() == pytest.approx(NEUTRAL_SHARE)
    assert share[full].sum() == pytest.approx(share[~rest & ~full].sum())


def test_a_temperature_undoes_overconfidence() -> None:
    rng = np.random.default_rng(4)
    logits = rng.normal(0, 1, (4000, 5))
    shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    drawn = np.array([rng.choice(5, p=share) for share in shares])
    assert fitted_temperature(3 * logits, np.eye(5)[drawn]) == pytest.approx(3, rel=0.15)


def test_an_envelope_reaches_its_peak_and_stays_in_range() -> None:
    for seed in range(40):
        risen = envelope(4.0, rng=np.random.default_rng(seed))
        assert risen.shape == (INSTANTS,)
        assert risen.min() >= 0
        assert 0.6 < risen.max() <= 1 + 1e-6


def test_made_clips_are_stronger_for_stronger_faces() -> None:
    rest = NeutralPopulation.load()
    apex = rest.mean + 6 * rest.spread
    weak = rest.mean + 1 * rest.spread

    def movement(face: np.ndarray) -> float:
        clips = [made_sequence(face, rest.mean, rest, rng=np.random.default_rng(seed)) for seed in range(20)]
        return float(np.mean([clip.values[clip.mask, -1].max() for clip in clips]))

    assert movement(apex) > movement(weak) + 1


def test_a_still_picture_does_not_move() -> None:
    rest = NeutralPopulation.load()
    clip = still_sequence(rest.mean + rest.spread, rest.mean, rest)
    assert clip.mask.all()
    assert np.ptp(clip.values, axis=0).max() == 0


def test_noise_is_added_at_the_ratio_that_was_asked_for() -> None:
    rng = np.random.default_rng(5)
    tone = np.sin(np.arange(SAMPLE_RATE) * 0.1).astype(np.float32)
    added = noisy(tone, snr_db=10, rng=rng) - tone
    loud = (tone[np.abs(tone) >= np.quantile(np.abs(tone), 0.5)] ** 2).mean()
    assert 10 * np.log10(loud / (added**2).mean()) == pytest.approx(10, abs=0.5)


def test_the_same_generator_spoils_alike() -> None:
    tone = np.sin(np.arange(SAMPLE_RATE) * 0.1).astype(np.float32)
    first, again = (spoilt(tone, rng=np.random.default_rng(6)) for _ in range(2))
    np.testing.assert_array_equal(first, again)


@pytest.mark.parametrize("name", ["take1.flac", "03-01-09-01-01-01-01.flac", "03-01-05-01-01-01.flac"])
def test_a_file_that_is_not_named_as_the_set_names_files_is_refused(name: str) -> None:
    with pytest.raises(TableError, match="RAVDESS"):
        ravdess_name(Path(name))


def test_a_folder_without_data_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    out = tmp_path / "weights"
    with pytest.raises(TableError, match="audio/ravdess"):
        performance.train(tmp_path, out, seed=0)
    assert not out.exists()


def test_faces_and_table_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    faces = tmp_path / "faces"
    faces.mkdir()
    write_table(faces / "face_landmarks.csv", [{"row": 5, "emotion": "joy", "subject": "a"}])
    np.savez(faces / "face_landmarks.npz", landmarks=np.zeros((2, 478, 3), np.float32))
    with pytest.raises(TableError, match=r"face_landmarks\.npz"):
        performance.save_population(tmp_path, tmp_path / "out", seed=0)
