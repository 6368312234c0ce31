"""A corpus is laid out as the folder that training reads, with its own people apart."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest
import soundfile

from engine.__main__ import main
from engine.errors import TableError
from engine.training.corpora.laying_out import lay_out
from engine.training.corpora.reading import open_corpus
from engine.training.sound_set import read_sound_set
from engine.training.text_sets import shares
from engine.training.voice_set import AUDIO_FOLDER, read_recordings, read_sound
from engine.vocabulary import Emotion
from tests.engine.corpora import made_trees

OTHER_RATE_HZ = 44_100


def sounding(root: Path) -> Path:
    """Give every empty sound of a made tree a second of stereo noise."""
    noise = 0.1 * np.random.default_rng(0).standard_normal((OTHER_RATE_HZ, 2))
    for path in root.rglob("*.wav"):
        soundfile.write(path, noise, OTHER_RATE_HZ)
    return root


def test_recordings_keep_their_names_and_the_published_folds(tmp_path: Path) -> None:
    tree = sounding(made_trees.ravdess(tmp_path / "tree"))
    for film in tree.rglob("*.mp4"):
        film.unlink()
    laid = lay_out(open_corpus(tree), tmp_path / "data")
    assert (laid.sounds, laid.lines, laid.unreadable) == (2, {}, ())
    found = read_recordings(tmp_path / "data")
    assert [path.stem for path in found.paths] == ["03-01-02-01-02-01-14", "03-01-05-02-01-01-01"]
    assert found.fold.tolist() == [0, 4]
    assert len(read_sound(found.paths[0])) == pytest.approx(16_000, abs=100)


def test_a_film_that_cannot_be_heard_is_counted_and_left_out(tmp_path: Path) -> None:
    laid = lay_out(open_corpus(sounding(made_trees.ravdess(tmp_path / "tree"))), tmp_path / "data")
    assert laid.unreadable == ("01-01-05-02-01-01-01.mp4",)
    assert laid.sounds == 1


def test_another_corpus_gets_names_that_training_understands(tmp_path: Path) -> None:
    corpus = open_corpus(sounding(made_trees.cremad(tmp_path / "tree")))
    sounds_alone = {one.utterance: one for one in corpus.utterances if one.clip and one.clip.suffix == ".wav"}
    lay_out(corpus, tmp_path / "data")
    names = read_sound_set(tmp_path / "data").names
    assert len(names) == len(sounds_alone)
    assert {(name.emotion, name.strong) for name in names} == {
        (one.emotion, one.level == "HI") for one in sounds_alone.values()
    }


def test_sessions_stay_apart_and_turns_become_lines_of_their_dialogue(tmp_path: Path) -> None:
    laid = lay_out(open_corpus(sounding(made_trees.iemocap(tmp_path / "tree"))), tmp_path / "data")
    sounds = read_sound_set(tmp_path / "data")
    assert laid.sounds == sounds.fold.size > 0
    of_actor = {name.actor: int(fold) for name, fold in zip(sounds.names, sounds.fold, strict=True)}
    assert len(set(of_actor.values())) == len(of_actor)
    with (tmp_path / "data" / "text" / "meld_train.csv").open(newline="", encoding="utf-8") as opened:
        rows = list(csv.DictReader(opened))
    assert len(rows) == sum(laid.lines.values())
    assert {row["dialogue_id"] for row in rows} == {"0", "1"}
    assert all(shares(row["emotion"]).sum() == 1 for row in rows)


def test_owners_parts_stay_parts_and_nothing_is_written_over(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tree, data = made_trees.meld(tmp_path / "tree"), tmp_path / "data"
    assert main(["corpora", str(tree), "--data", str(data), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["written"]["lines"] == {"train": 2, "dev": 1}
    assert told["written"]["unreadable"] == 2
    with (data / "text" / "meld_dev.csv").open(newline="", encoding="utf-8") as opened:
        assert [row["emotion"] for row in csv.DictReader(opened)] == [Emotion.ANGER.value]
    with pytest.raises(TableError, match=r"holds text/meld_train\.csv already"):
        lay_out(open_corpus(tree), data)
    assert main(["corpora", str(tree), "--data", str(data)]) == 2


def test_sounds_that_lie_there_are_not_mixed_with_others(tmp_path: Path) -> None:
    tree, data = sounding(made_trees.ravdess(tmp_path / "tree")), tmp_path / "data"
    (data / AUDIO_FOLDER).mkdir(parents=True)
    (data / AUDIO_FOLDER / "mine.flac").write_bytes(b"")
    with pytest.raises(TableError, match="holds audio/ravdess already"):
        lay_out(open_corpus(tree), data)
