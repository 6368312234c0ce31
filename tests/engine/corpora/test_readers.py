"""Each corpus is read from the tree its owners ship, into the same records."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from engine.__main__ import main
from engine.training.corpora.reading import contents, open_corpus
from engine.training.corpora.utterance import Corpus, Utterance
from engine.training.evaluate_text import text_emotion
from engine.vocabulary import Emotion
from tests.engine.corpora import made_trees

TREES: dict[str, Callable[[Path], Path]] = {
    "IEMOCAP": made_trees.iemocap,
    "CMU-MOSEI": made_trees.mosei,
    "CREMA-D": made_trees.cremad,
    "MELD": made_trees.meld,
    "RAVDESS": made_trees.ravdess,
}


def by_name(corpus: Corpus) -> dict[str, Utterance]:
    return {one.utterance: one for one in corpus.utterances}


@pytest.mark.parametrize("name", TREES)
def test_a_tree_is_known_for_what_it_is_and_its_utterances_have_names_of_their_own(
    name: str, tmp_path: Path
) -> None:
    corpus = open_corpus(TREES[name](tmp_path))
    assert corpus.name == name
    assert len(by_name(corpus)) == len(corpus.utterances)
    assert all(one.clip is None or one.clip.is_file() for one in corpus.utterances)


@pytest.mark.parametrize("name", TREES)
def test_no_speaker_or_dialogue_is_in_two_folds(name: str, tmp_path: Path) -> None:
    folds: dict[str, set[int]] = {}
    for one in open_corpus(TREES[name](tmp_path)).utterances:
        folds.setdefault(one.dialogue, set()).add(one.fold)
        if name != "MELD":  # its few speakers meet in every dialogue; the owners split by dialogue
            folds.setdefault(f"speaker {one.speaker}", set()).add(one.fold)
    assert all(len(found) == 1 for found in folds.values())


@pytest.mark.parametrize("name", TREES)
def test_the_same_tree_gives_the_same_records(name: str, tmp_path: Path) -> None:
    tree = TREES[name](tmp_path)
    assert open_corpus(tree) == open_corpus(tree)


def test_iemocap_turns_have_words_sound_activation_and_their_session_as_fold(tmp_path: Path) -> None:
    corpus = open_corpus(made_trees.iemocap(tmp_path))
    turns = by_name(corpus)
    first = turns["Ses01F_impro01_F000"]
    assert first.text == "Excuse me, 0."
    assert first.emotion is Emotion.NEUTRAL
    assert first.intensity == pytest.approx((2.5 - 1) / 4)
    assert first.fold == 0
    assert [one.emotion for one in corpus.utterances][2] is Emotion.JOY
    assert corpus.skipped == {"fru": 1, "xxx": 1}
    assert corpus.without_media == 1
    assert {one.speaker for one in corpus.utterances} == {"Ses01F", "Ses01M", "Ses02F", "Ses02M"}


def test_mosei_takes_the_strongest_mean_and_skips_ties(tmp_path: Path) -> None:
    corpus = open_corpus(made_trees.mosei(tmp_path))
    clips = by_name(corpus)
    joy = clips["-3g5yACwYnA_2"]
    assert joy.emotion is Emotion.JOY
    assert joy.intensity == pytest.approx(2.5 / 3)
    assert joy.text == "It was ___ a great film."
    assert joy.clip is not None
    assert clips["-3g5yACwYnA_3"].emotion is Emotion.NEUTRAL
    assert clips["-3g5yACwYnA_3"].intensity == 0
    assert clips["0K7dCp80n9c_0"].emotion is None
    assert sum(corpus.skipped.values()) == 1
    assert clips["100178_1"].intensity == pytest.approx(0.5)


def test_cremad_clips_have_sentence_level_and_what_the_crowd_saw(tmp_path: Path) -> None:
    corpus = open_corpus(made_trees.cremad(tmp_path))
    clips = by_name(corpus)
    angry = clips["1001_DFA_ANG_XX"]
    assert angry.text == "Don't forget a jacket."
    assert angry.emotion is Emotion.ANGER
    assert angry.level is None
    assert angry.intensity == pytest.approx(0.625)
    assert angry.clip is not None
    assert angry.clip.suffix == ".flv"
    assert clips["1001_IEO_HAP_HI"].level == "HI"
    assert clips["1001_IEO_HAP_HI"].intensity == pytest.approx(0.81)
    assert clips["1002_IEO_HAP_LO"].clip is not None
    assert clips["1002_IEO_HAP_LO"].clip.suffix == ".wav"
    assert clips["1002_IEO_HAP_LO"].intensity is None
    assert clips["1002_WSI_NEU_XX"].clip is None


def test_meld_lines_are_mended_and_keep_the_owners_split(tmp_path: Path) -> None:
    corpus = open_corpus(made_trees.meld(tmp_path))
    lines = by_name(corpus)
    assert lines["train dia0_utt0"].text == "You’re kidding… right?"
    assert lines["train dia0_utt0"].clip is not None
    assert lines["train dia0_utt1"].clip is None
    assert lines["dev dia0_utt0"].split == "dev"
    assert lines["dev dia0_utt0"].dialogue != lines["train dia0_utt0"].dialogue
    assert corpus.skipped == {"bewilderment": 1}


def test_ravdess_prefers_the_film_and_leaves_song_and_muted_film_out(tmp_path: Path) -> None:
    corpus = open_corpus(made_trees.ravdess(tmp_path))
    takes = by_name(corpus)
    assert len(takes) == 2
    film = takes["05-02-01-01-01"]
    assert film.clip is not None
    assert film.clip.name == "01-01-05-02-01-01-01.mp4"
    assert (film.emotion, film.level, film.fold) == (Emotion.ANGER, "strong", 4)
    calm = takes["02-01-02-01-14"]
    assert (calm.emotion, calm.level, calm.fold) == (Emotion.CALM, "normal", 0)
    assert calm.text == "Dogs are sitting by the door."


@pytest.mark.parametrize("name", TREES)
def test_the_command_says_which_corpus_it_is_and_what_it_holds(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tree = TREES[name](tmp_path)
    assert main(["corpora", str(tree), "--json"]) == 0
    held = json.loads(capsys.readouterr().out)
    assert held["corpus"] == name
    assert held == json.loads(json.dumps(contents(open_corpus(tree))))
    assert held["utterances"] == sum(held["emotions"].values()) + sum(held["skipped"].values())
    assert main(["corpora", str(tree)]) == 0
    assert name in capsys.readouterr().out


def test_the_table_a_corpus_is_written_to_is_read_by_evaluate(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tree, out = made_trees.meld(tmp_path / "MELD.Raw"), tmp_path / "meld.csv"
    assert main(["corpora", str(tree), "--table", str(out)]) == 0
    capsys.readouterr()
    table = pd.read_csv(out, keep_default_na=False)
    assert table["emotion"].tolist() == ["surprise", "neutral", "anger"]
    assert table["clip"].tolist() == [
        "train/train_splits/dia0_utt0.mp4",
        "",
        "dev/dev_splits_complete/dia0_utt0.mp4",
    ]
    measured = text_emotion(out)
    assert measured["n"] == 3
    assert measured["with_context"] == 1
