"""Trees that are not as their owners ship them are refused in one sentence."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from engine.__main__ import main
from engine.errors import TableError
from engine.training.corpora.reading import open_corpus
from tests.engine.corpora import made_trees


def refused(folder: Path) -> str:
    with pytest.raises(TableError) as caught:
        open_corpus(folder)
    said = str(caught.value)
    assert "\n" not in said
    assert said.endswith(".")
    return said


def test_no_folder_and_a_folder_of_something_else(tmp_path: Path) -> None:
    assert "no folder" in refused(tmp_path / "gone")
    made_trees.put(tmp_path / "notes.txt", "nothing of the kind")
    assert "IEMOCAP" in refused(tmp_path)


def test_iemocap_without_turns_and_with_a_rating_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "a" / "Session1" / "dialog" / "EmoEvaluation").mkdir(parents=True)
    assert "No labelled turn" in refused(tmp_path / "a")
    tree = made_trees.iemocap(tmp_path / "b")
    file = tree / "Session1" / "dialog" / "EmoEvaluation" / "Ses01F_impro01.txt"
    file.write_text(file.read_text().replace("[2.5, 2.5, 2.5]", "[2.5, high, 2.5]"))
    assert "three numbers" in refused(tree)


def test_mosei_without_answers_and_with_an_answer_out_of_range(tmp_path: Path) -> None:
    tree = made_trees.mosei(tmp_path / "a")
    (tree / "Raw" / "Labels" / "5000_batch_raw.csv").unlink()
    assert "Answer.anger" in refused(tree)
    tree = made_trees.mosei(tmp_path / "b")
    made_trees.put_table(
        tree / "Raw" / "Labels" / "5000_batch_raw.csv",
        made_trees.MOSEI_COLUMNS,
        [["a", "v", 0, 7, 0, 0, 0, 0, 0, 0]],
    )
    assert "0 to 3" in refused(tree)


def test_cremad_without_clips_with_a_strange_name_and_with_an_unknown_actor(tmp_path: Path) -> None:
    tree = made_trees.cremad(tmp_path / "a")
    (tree / "SentenceFilenames.csv").unlink()
    shutil.rmtree(tree / "AudioWAV")
    shutil.rmtree(tree / "VideoFlash")
    (tree / "AudioWAV").mkdir()
    assert "git lfs pull" in refused(tree)
    tree = made_trees.cremad(tmp_path / "b")
    made_trees.put_table(tree / "SentenceFilenames.csv", ["Filename"], [["take one"]])
    assert "1001_DFA_ANG_XX" in refused(tree)
    tree = made_trees.cremad(tmp_path / "c")
    made_trees.put_table(tree / "VideoDemographics.csv", ["ActorID"], [["1002"]])
    assert "actor 1001" in refused(tree)


def test_meld_without_a_column_and_with_a_number_that_is_none(tmp_path: Path) -> None:
    tree = made_trees.meld(tmp_path / "a")
    made_trees.put_table(tree / "dev_sent_emo.csv", ["Utterance", "Speaker"], [["Hi.", "Joey"]])
    assert "lacks the column Emotion" in refused(tree)
    tree = made_trees.meld(tmp_path / "b")
    table = tree / "dev_sent_emo.csv"
    table.write_text(table.read_text().replace("negative,0,0", "negative,first,0"))
    assert "whole number" in refused(tree)


def test_a_table_of_nothing_and_one_that_is_no_text(tmp_path: Path) -> None:
    tree = made_trees.meld(tmp_path / "a")
    (tree / "dev_sent_emo.csv").write_text(
        "Utterance,Speaker,Emotion,Dialogue_ID,Utterance_ID\n", encoding="utf-8"
    )
    assert "no rows" in refused(tree)
    (tree / "dev_sent_emo.csv").write_bytes(bytes(range(256)))
    assert "no text" in refused(tree)


def test_ravdess_without_speech_with_a_strange_name_and_with_actor_25(tmp_path: Path) -> None:
    (tmp_path / "a" / "Actor_01").mkdir(parents=True)
    assert "No speech" in refused(tmp_path / "a")
    made_trees.put(tmp_path / "a" / "Actor_01" / "take1.wav")
    assert "not named as RAVDESS" in refused(tmp_path / "a")
    made_trees.put(tmp_path / "b" / "Actor_25" / "03-01-05-02-01-01-25.wav")
    assert "actor 25" in refused(tmp_path / "b")


def test_the_command_refuses_in_one_line_and_writes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["corpora", str(tmp_path / "gone"), "--table", str(tmp_path / "out.csv")]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert not (tmp_path / "out.csv").exists()
    tree = made_trees.meld(tmp_path / "tree")
    assert main(["corpora", str(tree), "--table", str(tmp_path / "no" / "out.csv")]) == 2
    assert "cannot be written" in capsys.readouterr().err
