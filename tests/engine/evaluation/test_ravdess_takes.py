"""What classical models read of a take."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
import soundfile

from engine.errors import MediaError, TableError
from engine.evaluation.parts.ravdess_takes import functionals_of, of_own_clips, read_takes
from engine.features.activity import SAMPLE_RATE
from engine.features.table import INSTANTS, VOICE_WIDTH
from engine.training.voice_set import AUDIO_FOLDER, FOLDS_FILE


def made_takes(data: Path) -> list[str]:
    """Two actors with two takes each, and a table that names their folds and action units."""
    time = np.arange(SAMPLE_RATE) / SAMPLE_RATE
    names = []
    for actor, hertz in (("01", 120), ("02", 210)):
        for emotion in ("04", "05"):
            names.append(f"03-01-{emotion}-01-01-01-{actor}")
            sound = sum(np.sin(2 * np.pi * hertz * k * time) / k for k in range(1, 12))
            (data / AUDIO_FOLDER).mkdir(parents=True, exist_ok=True)
            soundfile.write(data / AUDIO_FOLDER / f"{names[-1]}.flac", 0.05 * sound, SAMPLE_RATE)
    (data / FOLDS_FILE).parent.mkdir(parents=True)
    with (data / FOLDS_FILE).open("w", newline="", encoding="utf-8") as opened:
        writer = csv.writer(opened)
        writer.writerow(["clip", "actor", "emotion", "fold", "AU01_r", "AU04_c"])
        for at, name in enumerate(names):
            writer.writerow([f"01-01-{name[6:]}", int(name[-2:]), "sad", 1 + at // 2, 4.0 * at, 0.25])
    return names


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DAILIES_CACHE", str(tmp_path / "cache"))
    return tmp_path


def test_a_take_is_joined_with_its_action_units_by_the_last_five_numbers(data: Path) -> None:
    names = made_takes(data)
    takes = read_takes(data)
    assert takes.files == tuple(f"{name}.flac" for name in sorted(names))
    order = [names.index(file.removesuffix(".flac")) for file in takes.files]
    assert takes.units[:, 0] == pytest.approx(np.sqrt(4.0 * np.array(order)))
    assert takes.units[:, 1] == pytest.approx(np.sqrt(0.25))
    assert takes.fold.tolist() == [order_at // 2 for order_at in order]
    again = read_takes(data)
    assert np.array_equal(again.functionals, takes.functionals)


def test_functionals_read_only_instants_that_are_known() -> None:
    rng = np.random.default_rng(0)
    values = rng.standard_normal((INSTANTS, VOICE_WIDTH)).astype(np.float32)
    mask = np.zeros(INSTANTS, dtype=bool)
    mask[10:30] = True
    other = values.copy()
    other[~mask] = 1e6
    found = functionals_of(values, mask)
    assert np.array_equal(found, functionals_of(other, mask))
    assert found[:VOICE_WIDTH] == pytest.approx(values[mask].mean(axis=0), abs=1e-5)
    assert found[-1] == pytest.approx(0.4)
    assert np.isfinite(functionals_of(values, np.zeros(INSTANTS, dtype=bool))).all()


def test_an_enrolled_actor_is_measured_against_their_own_clips_alone() -> None:
    rng = np.random.default_rng(1)
    actor = np.repeat([1, 2], 30)
    columns = rng.standard_normal((60, 3)) * np.where(actor == 1, 1, 9)[:, None] + 5.0 * actor[:, None]
    found = of_own_clips(columns, actor)
    for one in (1, 2):
        assert found[actor == one].mean(axis=0) == pytest.approx(np.zeros(3), abs=1e-9)
        assert found[actor == one].std(axis=0) == pytest.approx(np.ones(3))
    moved = columns.copy()
    moved[actor == 2] *= 100
    assert np.allclose(of_own_clips(moved, actor)[actor == 1], found[actor == 1])
    flat = of_own_clips(np.ones((4, 2)), np.zeros(4, dtype=np.int64))
    assert np.array_equal(flat, np.zeros((4, 2)))


def test_takes_that_cannot_be_read_are_refused(data: Path) -> None:
    with pytest.raises(TableError, match="No recordings"):
        read_takes(data)
    names = made_takes(data)
    (data / AUDIO_FOLDER / f"{names[0]}.flac").write_bytes(b"no sound")
    with pytest.raises(MediaError, match="cannot be read as sound"):
        read_takes(data)
    (data / AUDIO_FOLDER / f"{names[0]}.flac").unlink()
    soundfile.write(data / AUDIO_FOLDER / "03-01-08-01-01-01-02.flac", np.zeros(1600), SAMPLE_RATE)
    with pytest.raises(TableError, match="lacks 03-01-08"):
        read_takes(data)
