"""Training the emotion-naming systems on small made folders, from files to loaded weights."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

from engine import weights
from engine.errors import TableError, WeightsError
from engine.features import compare_lld
from engine.features.activity import SAMPLE_RATE
from engine.features.geometry import NeutralPopulation
from engine.systems import meld, meld_networks, mmmla, ravdess
from engine.systems.branch import MEMBERS
from engine.training import meld as meld_training
from engine.training import meld_branches, mmmla_streams, ravdess_branches
from engine.training import mmmla as mmmla_training
from engine.training import ravdess as ravdess_training
from engine.training.classifier_loop import Recipe
from engine.training.kept_folds import kept_network
from engine.training.meld_lines import read_meld_lines, shared_out
from engine.training.ravdess_names import EMOTION_CODES
from engine.vocabulary import BASIC_EMOTIONS, Emotion
from tests.engine.systems_made import forget
from tests.thoroughness import thorough

SHORT = Recipe(epochs=1, batch=32)
FEELING = {"anger": "I hate this", "joy": "I love this", "neutral": "It is a", "sadness": "I miss my"}
THINGS = ("door", "table", "road", "hat", "garden", "letter", "window")


def write_voices(data: Path) -> None:
    """Five actors, three takes of everything: a buzz whose pitch tells the emotion."""
    audio, faces = data / "audio" / "ravdess", data / "faces"
    audio.mkdir(parents=True)
    faces.mkdir(parents=True, exist_ok=True)
    rows = ["clip,actor,fold,AU01_r,AU12_r"]
    for actor in range(1, 6):
        for number, code in enumerate(EMOTION_CODES):
            for strength in ("01",) if code == "01" else ("01", "02"):
                for take in ("01", "02", "03"):
                    name = f"03-01-{code}-{strength}-01-{take}-{actor:02d}"
                    time = np.arange(SAMPLE_RATE // 5) / SAMPLE_RATE
                    hertz = 100 + 25 * number + 3 * actor + 10 * int(strength)
                    sound = sum(np.sin(2 * np.pi * hertz * k * time) / k for k in range(1, 10))
                    hiss = np.random.default_rng(actor).standard_normal(time.size)
                    soundfile.write(audio / f"{name}.flac", 0.1 * sound + 1e-3 * hiss, SAMPLE_RATE)
                    rows.append(f"01{name[2:]},{actor},{actor},{number},{int(strength)}")
    (faces / "ravdess_openface_au_means.csv").write_text("\n".join(rows) + "\n")


def write_lines(data: Path, *, dialogues: int = 360) -> None:
    """Dialogues of four lines whose first words tell the emotion."""
    (data / "text").mkdir(parents=True)
    rng = np.random.default_rng(0)
    rows = ["dialogue_id,utterance_id,text,emotion"]
    for dialogue in range(dialogues):
        for utterance in range(4):
            emotion = str(rng.choice([*FEELING, "neutral", "surprise"]))
            said = FEELING.get(emotion, "Oh, really a")
            rows.append(f'{dialogue},{utterance},"{said} {rng.choice(THINGS)}.",{emotion}')
    (data / "text" / "meld_train.csv").write_text("\n".join(rows) + "\n")


def write_faces(data: Path) -> None:
    """Five subjects with each expression, the mouth and chin moved a little further for each."""
    rest = NeutralPopulation.load()
    rng = np.random.default_rng(0)
    landmarks, rows = [], ["row,source,subject,emotion,rated_by_caucasian,rated_by_taiwanese"]
    for subject in range(5):
        own = rest.shape + 0.01 * rng.standard_normal(rest.shape.shape)
        for kind, emotion in enumerate(BASIC_EMOTIONS):
            shown = own.copy()
            if emotion is not Emotion.NEUTRAL:
                shown[[14, 17, 152], 1] += 0.05 * (kind + 1)
            rows.append(f"{len(landmarks)},made,made_{subject},{emotion},,")
            landmarks.append(shown * 90 + 250)
    (data / "faces").mkdir(parents=True, exist_ok=True)
    (data / "faces" / "face_landmarks.csv").write_text("\n".join(rows) + "\n")
    np.savez(data / "faces" / "face_landmarks.npz", landmarks=np.array(landmarks, np.float32))


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    write_voices(folder)
    write_lines(folder)
    write_faces(folder)
    return folder


@pytest.fixture(scope="module", autouse=True)
def _apart(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Caches of their own, few epochs, and systems that are loaded anew."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DAILIES_CACHE", str(tmp_path_factory.mktemp("cache")))
        patch.setattr(mmmla_streams, "ACOUSTIC", SHORT)
        patch.setattr(mmmla_streams, "LEXICAL", Recipe(epochs=4, rate=5e-3))
        patch.setattr(mmmla_streams, "JOIN", SHORT)
        patch.setattr(meld_branches, "TEXT", Recipe(epochs=4, rate=3e-3))
        patch.setattr(meld_branches, "AUDIO", SHORT)
        patch.setattr(meld_branches, "MADE_FACES", SHORT)
        patch.setattr(ravdess_branches, "VOICE", SHORT)
        patch.setattr(ravdess_branches, "PICTURES", SHORT)
        yield
    forget()


def loaded(kind: type, out: Path) -> object:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DAILIES_WEIGHTS", str(out))
        forget()
        return kind.load()


@pytest.mark.skipif(not compare_lld.installed(), reason="the extra opensmile is not installed")
@thorough
def test_mmmla_learns_its_words_and_keeps_who_it_never_saw(data: Path, tmp_path: Path) -> None:
    told: list[str] = []
    mmmla_training.train(data, tmp_path, seed=3, say=told.append)
    system = loaded(mmmla.MmmlaSystem, tmp_path)
    assert isinstance(system, mmmla.MmmlaSystem)
    assert len(system.members) == MEMBERS
    words = next(line for line in told if "words on held-out lines" in line)
    assert float(words.split("accuracy ")[1].split(",")[0]) > 0.9
    file = weights.load(mmmla.FILE, folder=tmp_path)
    entry = weights.manifest(tmp_path)["files"][mmmla.FILE]
    assert entry["seed"] == 3
    assert "non-commercial" in entry["licence"]
    recordings = [
        path.read_bytes()
        for path in (data / "audio" / "ravdess").glob("*.flac")
        if path.name[6:8] in ("01", "02", "03", "04", "05")
    ]
    assert weights.count_seen(mmmla.FILE, recordings, folder=tmp_path) == len(recordings)
    assert set(file.arrays["seen.fold"].tolist()) == set(range(5))
    assert all(array.dtype == np.float16 for name, array in file.arrays.items() if "acoustic" in name)


def test_meld_and_ravdess_are_trained_and_loaded(data: Path, tmp_path: Path) -> None:
    told: list[str] = []
    meld_training.train(data, tmp_path, seed=0, say=told.append)
    system = loaded(meld.MeldSystem, tmp_path)
    assert isinstance(system, meld.MeldSystem)
    assert system.alpha == meld.ALPHA
    words = next(line for line in told if "words on held-out dialogues" in line)
    assert float(words.split("accuracy ")[1].split(",")[0]) > 0.9
    assert 0 <= float(weights.load(meld.FILE, folder=tmp_path).metadata["alpha_learned"]) <= 1
    ravdess_training.train(data, tmp_path, seed=0, say=told.append)
    heard = loaded(ravdess.RavdessSystem, tmp_path)
    assert isinstance(heard, ravdess.RavdessSystem)
    assert max(heard.trust.values()) == 1
    assert heard.face is None  # its weights do not lie in this folder
    assert any("learned combiner" in line for line in told)


def test_openness_about_what_is_missing(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(TableError, match="meld_train"):
        meld_training.train(tmp_path / "gone", tmp_path / "out", seed=0)
    with pytest.raises(TableError, match="No recordings"):
        ravdess_training.train(tmp_path / "gone", tmp_path / "out", seed=0)
    monkeypatch.setattr(compare_lld, "PACKAGE", "a_package_that_is_not_there")
    with pytest.raises(WeightsError, match="requirements-opensmile"):
        mmmla_training.train(data, tmp_path / "out", seed=0)
    assert not (tmp_path / "out").exists()


def test_a_dialogue_is_never_in_two_parts(data: Path) -> None:
    lines = read_meld_lines(data)
    parts = shared_out(lines.dialogue, np.random.default_rng(0))
    dialogues = [set(lines.dialogue[part].tolist()) for part in parts]
    assert not dialogues[0] & dialogues[1]
    assert not (dialogues[0] | dialogues[1]) & dialogues[2]
    assert sum(part.size for part in parts) == len(lines.text)


def test_context_never_crosses_into_another_dialogue(data: Path) -> None:
    lines = read_meld_lines(data)
    means = lines.means()
    first = np.flatnonzero(np.diff(lines.dialogue, prepend=-1))
    assert not means[first, 1:].any()
    assert (means[first + 1, 1] == means[first, 0]).all()
    assert not means[first + 1, 2].any()


def test_a_fold_that_was_trained_is_not_trained_again() -> None:
    made = []

    def once() -> meld_networks.AudioNetwork:
        return kept_network(
            "a-fold",
            meld_networks.AudioNetwork,
            lambda network: made.append(1) or network,
            modules=(meld_networks,),
            data=(np.arange(3),),
            settings=(0,),
        )

    first, second = once(), once()
    assert made == [1]
    for name, value in first.state_dict().items():
        assert (second.state_dict()[name] == value).all()


def test_what_was_seen_is_not_claimed_to_be_nothing_where_its_file_is_gone(tmp_path: Path) -> None:
    entry = {"data": "made", "licence": "none", "seed": 0, "command": "pytest"}
    arrays = {"one": np.ones(3, np.float32)}
    weights.save("made.safetensors", arrays, folder=tmp_path, metadata={}, entry=entry, seen=[b"a line"])
    assert weights.count_seen("made.safetensors", [b"a line", b"another"], folder=tmp_path) == 1
    (tmp_path / "made.seen.safetensors").unlink()
    with pytest.raises(WeightsError, match=r"made\.seen\.safetensors is missing"):
        weights.count_seen("made.safetensors", [b"a line"], folder=tmp_path)
    weights.save("unseen.safetensors", arrays, folder=tmp_path, metadata={}, entry=entry)
    assert weights.count_seen("unseen.safetensors", [b"a line"], folder=tmp_path) == 0
