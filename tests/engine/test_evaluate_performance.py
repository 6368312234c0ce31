"""Measuring the voice and the face branch: figures, provenance, and files that cannot be measured."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import soundfile

from engine.errors import DailiesError, MediaError, TableError
from engine.features.activity import SAMPLE_RATE
from engine.features.geometry import NeutralPopulation
from engine.training.evaluate_faces import face_emotion, face_intensity
from engine.training.evaluate_performance import voice_emotion, voice_intensity
from tests.face_made import drawn_face

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
ONE_FOLD_OF_ACTORS = ("02", "14", "15", "16")


def write_voice(folder: Path, name: str, *, hertz: float = 150, rate: int = SAMPLE_RATE) -> Path:
    time = np.arange(rate) / rate
    buzz = sum(np.sin(2 * np.pi * hertz * k * time) / k for k in range(1, 15))
    sound = np.r_[np.zeros(rate // 4), 0.05 * buzz, np.zeros(rate // 4)].astype(np.float32)
    folder.mkdir(parents=True, exist_ok=True)
    soundfile.write(folder / name, sound, rate)
    return folder / name


def write_table(path: Path, rows: list[dict[str, object]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as opened:
        writer = csv.DictWriter(opened, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def write_landmarks(folder: Path, *, people: int = 4) -> Path:
    """Each person at rest and with three expressions, the last row without a face."""
    shape = NeutralPopulation.load().shape
    rng = np.random.default_rng(0)
    landmarks, rows = [], []
    for person in range(people):
        own = shape + 0.01 * rng.standard_normal(shape.shape)
        for step, emotion in enumerate(("neutral", "happy", "surprised", "contempt")):
            shown = own.copy()
            shown[[14, 17, 152, 84, 314], 1] += 0.12 * step
            landmarks.append(shown * 100 + 300)
            rows.append(
                {"row": len(rows), "emotion": emotion, "subject": f"p{person}", "rated_by_us": step / 3}
            )
    landmarks.append(np.full_like(shape, np.nan))
    rows.append({"row": len(rows), "emotion": "fear", "subject": "p0", "rated_by_us": 0.5})
    write_table(folder / "faces.csv", rows)
    np.savez(folder / "faces.npz", landmarks=np.array(landmarks, np.float32))
    return folder / "faces.csv"


def test_voices_in_folders_of_actors_are_measured(tmp_path: Path) -> None:
    for actor in ("21", "22"):
        for code in ("01", "05"):
            write_voice(tmp_path / f"Actor_{actor}", f"03-01-{code}-01-01-01-{actor}.wav", rate=48_000)
    answer = voice_emotion(tmp_path)
    assert answer["n"] == 4
    assert answer["seen_in_training"] == 0
    assert answer["per_fold"] == []
    assert 0 <= answer["accuracy"] <= 1
    assert 0 <= answer["uar"] <= 1


def test_a_silent_recording_is_counted_and_not_guessed(tmp_path: Path) -> None:
    write_voice(tmp_path, "03-01-05-01-01-01-21.flac")
    soundfile.write(tmp_path / "03-01-04-01-01-01-21.flac", np.zeros(SAMPLE_RATE), SAMPLE_RATE)
    answer = voice_emotion(tmp_path)
    assert (answer["n"], answer["no_voice"]) == (1, 1)


def test_files_with_other_names_are_counted_as_skipped(tmp_path: Path) -> None:
    write_voice(tmp_path, "03-01-05-01-01-01-21.flac")
    write_voice(tmp_path, "take one.wav")
    (tmp_path / "notes.txt").write_text("not a sound")
    answer = voice_emotion(tmp_path)
    assert answer["n"] == 1
    assert sum(answer["skipped"].values()) == 1


def test_strength_is_measured_without_the_neutral_files(tmp_path: Path) -> None:
    write_voice(tmp_path, "03-01-01-01-01-01-21.flac")
    for strength, hertz in (("01", 120), ("02", 320)):
        write_voice(tmp_path, f"03-01-05-{strength}-01-01-21.flac", hertz=hertz)
    answer = voice_intensity(tmp_path)
    assert answer["n"] == 2
    assert answer["auc"] in (0.0, 0.5, 1.0)
    assert answer["pairs_ordered"] in (0.0, 1.0)


@pytest.mark.parametrize("task", [voice_emotion, voice_intensity])
def test_an_enrolled_speaker_has_figures_apart(tmp_path: Path, task: Callable[..., dict[str, Any]]) -> None:
    for strength, hertz in (("01", 120), ("02", 320)):
        for repetition in ("01", "02"):
            write_voice(tmp_path, f"03-01-05-{strength}-01-{repetition}-21.flac", hertz=hertz)
    plain, answer = task(tmp_path), task(tmp_path, enrolled=True)
    assert "enrolled" not in plain
    assert {**answer, "enrolled": None} == {**plain, "enrolled": None}
    assert answer["enrolled"]["n"] == 4
    assert "without labels" in answer["enrolled"]["protocol"]


def test_too_few_recordings_enrol_nobody(tmp_path: Path) -> None:
    write_voice(tmp_path, "03-01-05-01-01-01-21.flac")
    with pytest.raises(TableError, match="Actor 21"):
        voice_emotion(tmp_path, enrolled=True)


def test_how_sure_the_names_are_is_measured(tmp_path: Path) -> None:
    for code in ("01", "05"):
        write_voice(tmp_path, f"03-01-{code}-01-01-01-21.flac")
    answer = voice_emotion(tmp_path)
    assert 0 <= answer["calibration_error"] <= 1
    assert 0 < answer["calibration_error_by_chance"] <= 1


def test_one_strength_alone_has_no_figure(tmp_path: Path) -> None:
    write_voice(tmp_path, "03-01-05-01-01-01-21.flac")
    with pytest.raises(TableError, match="one strength"):
        voice_intensity(tmp_path)


def test_faces_of_landmarks_are_measured_with_and_without_their_own_neutral(tmp_path: Path) -> None:
    answer = face_emotion(write_landmarks(tmp_path))
    assert answer["n"] == 12
    assert answer["no_face"] == 1
    assert answer["skipped"] == {"contempt": 4}
    assert answer["own_neutral"]["n"] == answer["own_neutral"]["without_it"]["n"] == 8
    assert answer["seen_in_training"] == 0
    assert "protocol" in answer


def test_rated_faces_are_compared_with_their_ratings(tmp_path: Path) -> None:
    path = write_landmarks(tmp_path)
    with path.open("a", encoding="utf-8") as opened:
        opened.write("0,joy,p9,\n")
    answer = face_intensity(path)
    assert answer["skipped"] == {"contempt": 4, "not rated": 1}
    assert json.loads(json.dumps(answer)) == answer
    assert answer["n"] == 12
    assert answer["no_face"] == 1
    assert answer["pearson"] > 0.5
    assert answer["spearman"] > 0.5


def test_pictures_in_a_folder_are_measured(tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    rows = []
    for index, (label, jaw) in enumerate((("neutral", 0.0), ("surprise", 1.0), ("NF", 0.0))):
        name = f"face{index}.png"
        cv2.imwrite(str(tmp_path / "images" / name), drawn_face(jaw=jaw)[:, :, ::-1])
        rows.append({"image": name, "majority": label, "split": "dev"})
    write_table(tmp_path / "labels.csv", rows)
    answer = face_emotion(tmp_path)
    assert answer["n"] == 2
    assert answer["no_face"] == 0
    assert answer["skipped"] == {"NF": 1}
    assert answer["by_group"]["dev"]["n"] == 2
    assert "own_neutral" not in answer


def spoilt_inputs(tmp_path: Path, kind: str) -> Path:
    if kind == "empty folder of pictures":
        tmp_path.mkdir(exist_ok=True)
    elif kind == "no label column":
        write_table(tmp_path / "labels.csv", [{"image": "a.png", "mood": "joy"}])
    elif kind == "picture missing":
        write_table(tmp_path / "labels.csv", [{"image": "a.png", "majority": "joy"}])
    elif kind == "picture outside the folder":
        (tmp_path / "inside").mkdir()
        cv2.imwrite(str(tmp_path / "out.png"), np.zeros((48, 48), np.uint8))
        write_table(tmp_path / "inside" / "labels.csv", [{"image": "../out.png", "majority": "joy"}])
        return tmp_path / "inside"
    elif kind == "picture is no image":
        (tmp_path / "a.png").write_bytes(b"not an image")
        write_table(tmp_path / "labels.csv", [{"image": "a.png", "majority": "joy"}])
    elif kind == "only unknown labels":
        write_table(tmp_path / "labels.csv", [{"image": "a.png", "majority": "boredom"}])
    elif kind == "no landmarks beside the table":
        write_table(tmp_path / "faces.csv", [{"row": 0, "emotion": "joy"}])
        return tmp_path / "faces.csv"
    elif kind == "landmarks of another shape":
        write_table(tmp_path / "faces.csv", [{"row": 0, "emotion": "joy"}])
        np.savez(tmp_path / "faces.npz", landmarks=np.zeros((1, 68, 2)))
        return tmp_path / "faces.csv"
    elif kind == "table of bytes":
        (tmp_path / "faces.csv").write_bytes(b"\x00\xff\xfe\x81")
        return tmp_path / "faces.csv"
    return tmp_path


@pytest.mark.parametrize(
    "kind",
    [
        "empty folder of pictures",
        "no label column",
        "picture missing",
        "picture outside the folder",
        "picture is no image",
        "only unknown labels",
        "no landmarks beside the table",
        "landmarks of another shape",
        "table of bytes",
    ],
)
def test_faces_that_cannot_be_measured_are_refused_in_one_sentence(tmp_path: Path, kind: str) -> None:
    with pytest.raises(DailiesError) as refused:
        face_emotion(spoilt_inputs(tmp_path, kind))
    assert "\n" not in str(refused.value)


def test_ratings_that_are_no_numbers_are_refused(tmp_path: Path) -> None:
    path = write_landmarks(tmp_path)
    path.write_text(path.read_text(encoding="utf-8").replace("0.5", "very"), encoding="utf-8")
    with pytest.raises(TableError, match="no number"):
        face_intensity(path)


def test_too_few_rated_faces_have_no_correlation(tmp_path: Path) -> None:
    path = write_landmarks(tmp_path, people=1)
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join(lines[:3]) + "\n", encoding="utf-8")
    with pytest.raises(TableError, match="three"):
        face_intensity(path)


@pytest.mark.parametrize("task", [voice_emotion, voice_intensity])
def test_folders_without_recordings_are_refused(tmp_path: Path, task: type) -> None:
    with pytest.raises(TableError, match="RAVDESS"):
        task(tmp_path)
    with pytest.raises(TableError, match="folder"):
        task(tmp_path / "missing")


def test_a_file_that_only_claims_to_be_sound_is_refused(tmp_path: Path) -> None:
    (tmp_path / "03-01-05-01-01-01-21.flac").write_bytes(b"no sound at all")
    with pytest.raises(MediaError, match="cannot be read"):
        voice_emotion(tmp_path)


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.is_dir(), reason="the real recordings are not beside the checkout")
def test_actors_a_network_never_heard_are_stronger_where_they_acted_strongly(tmp_path: Path) -> None:
    folder = SHARED / "audio" / "ravdess"
    for path in folder.glob("*.flac"):
        if path.stem[-2:] in ONE_FOLD_OF_ACTORS and path.stem[6:8] in ("03", "05", "06"):
            (tmp_path / path.name).symlink_to(path)
    answer = voice_intensity(tmp_path)
    assert answer["seen_in_training"] == answer["n"] > 90
    assert answer["pairs_ordered"] >= 0.75
    assert answer["auc"] > 0.7


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.is_dir(), reason="the real landmarks are not beside the checkout")
def test_morphs_of_people_a_network_never_saw_are_ordered_as_people_rate_them() -> None:
    answer = face_intensity(SHARED / "faces" / "face_landmarks.csv")
    assert answer["n"] == answer["seen_in_training"]
    assert answer["pearson"] >= 0.6
