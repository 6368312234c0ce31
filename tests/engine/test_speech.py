"""Words with their times, by a tiny Whisper of the published class."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from engine import hub_models, speech
from engine.analysis import SpokenWord
from engine.errors import WeightsError
from engine.features.words import split_words
from engine.media.sound import SOUND_RATE_HZ
from engine.speech import SUGGESTED, Speech, Transcript
from engine.systems.heard_line import HeardLine
from engine.vocabulary import LineSource
from tests.media_made import made_clip, silence, tone
from tests.whisper_made import SAID, save_tiny_whisper

SPOKEN = " ".join(SAID)


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("models")
    save_tiny_whisper(root / SUGGESTED)
    return root


@pytest.fixture
def here(models: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(hub_models.MODELS_VARIABLE, str(models))
    return models


@pytest.fixture
def nothing_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(hub_models.MODELS_VARIABLE, str(tmp_path / "empty"))


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made_clip(tmp_path_factory.mktemp("clip") / "take.mp4", seconds=3.0, sound=tone(3.0))


def noise(seconds: float) -> np.ndarray:
    made = np.random.default_rng(0).normal(0, 0.1, round(seconds * SOUND_RATE_HZ))
    return made.astype(np.float32)


@pytest.mark.usefixtures("here")
def test_each_word_is_heard_with_a_time_inside_the_sound() -> None:
    heard = Speech.load().recognise(noise(3.0))
    assert heard.line == SPOKEN
    assert tuple(word.text for word in heard.words) == SAID
    times = [time for word in heard.words for time in (word.start_s, word.end_s)]
    assert times == sorted(times)
    assert times[0] >= 0
    assert times[-1] <= 3.0
    assert times[-1] > times[0]


def test_a_model_for_english_alone_is_told_no_language(tmp_path: Path) -> None:
    english = Speech.from_folder(save_tiny_whisper(tmp_path / "whisper-tiny.en", is_english_only=True))
    assert english.recognise(noise(2.0), language="hi").line == SPOKEN


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("language", ["en", None])
def test_a_language_may_be_told(language: str | None) -> None:
    assert Speech.load().recognise(noise(1.0), language=language).line == SPOKEN


@pytest.mark.usefixtures("here")
def test_a_sound_longer_than_a_window_is_heard_window_by_window() -> None:
    heard = Speech.load().recognise(noise(40.0))
    assert heard.line == f"{SPOKEN} {SPOKEN}"
    starts = np.array([word.start_s for word in heard.words])
    assert (np.diff(starts) >= 0).all()
    assert starts[: len(SAID)].max() < 30.0 <= starts[len(SAID) :].min()
    assert heard.words[-1].end_s <= 40.0


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("sound", [np.zeros(0, np.float32), np.zeros(48_000, np.float32), noise(0.05)])
def test_in_silence_no_word_is_heard(sound: np.ndarray) -> None:
    assert Speech.load().recognise(sound) == Transcript("", ())


def test_pieces_of_a_word_are_put_together_and_open_times_closed() -> None:
    pieces = [
        {"text": " well", "timestamp": (0.0, 0.4)},
        {"text": "-known", "timestamp": (0.4, None)},
        {"text": " —", "timestamp": (0.9, 1.0)},
        {"text": " is", "timestamp": (None, 1.2)},
        {"text": " he?", "timestamp": (1.1, 9.0)},
    ]
    assert speech._placed(pieces, 2.0) == (
        SpokenWord("well-known", 0.0, 0.9, 0.0),
        SpokenWord("is", 0.9, 1.2, 0.0),
        SpokenWord("he?", 1.1, 2.0, 0.0),
    )


@pytest.mark.usefixtures("nothing_here")
def test_without_a_model_it_says_how_to_get_one_and_opens_no_connection(
    monkeypatch: pytest.MonkeyPatch, clip: Path
) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    with pytest.raises(WeightsError, match="models fetch openai/whisper-base"):
        Speech.load()
    assert speech.at_hand() is None
    unknown = HeardLine.of(clip, line=None)
    assert (unknown.line, unknown.source) == (None, LineSource.NONE)
    assert unknown.warning is not None
    assert "give the line" in unknown.warning
    assert HeardLine.of(clip, line="Hello.") == HeardLine("Hello.", LineSource.GIVEN)


@pytest.mark.usefixtures("nothing_here")
def test_a_hub_that_nobody_answers_for_is_given_up_with_a_sentence() -> None:
    with pytest.raises(WeightsError, match="could not be fetched"):
        Speech.load(fetch=SUGGESTED, hub="http://127.0.0.1:9")


@pytest.mark.parametrize("missing", ["config.json", "model.safetensors", "preprocessor_config.json"])
def test_half_a_model_folder_is_refused_in_a_sentence(models: Path, tmp_path: Path, missing: str) -> None:
    folder = tmp_path / "half"
    folder.mkdir()
    for file in (models / SUGGESTED).iterdir():
        if file.name != missing:
            (folder / file.name).symlink_to(file)
    with pytest.raises(WeightsError, match="cannot be loaded"):
        Speech.from_folder(folder)


def test_weights_that_are_not_all_there_are_refused_in_a_sentence(models: Path, tmp_path: Path) -> None:
    folder = tmp_path / "holes"
    folder.mkdir()
    for file in (models / SUGGESTED).iterdir():
        (folder / file.name).symlink_to(file)
    arrays = load_file(folder / "model.safetensors")
    del arrays["model.decoder.layer_norm.weight"]
    (folder / "model.safetensors").unlink()
    save_file(arrays, folder / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(WeightsError, match="weights are missing"):
        Speech.from_folder(folder)


def test_a_whisper_that_cannot_time_words_is_refused_in_a_sentence(models: Path, tmp_path: Path) -> None:
    folder = tmp_path / "untimed"
    folder.mkdir()
    for file in (models / SUGGESTED).iterdir():
        (folder / file.name).symlink_to(file)
    config = json.loads((folder / "generation_config.json").read_text())
    del config["alignment_heads"]
    (folder / "generation_config.json").unlink()
    (folder / "generation_config.json").write_text(json.dumps(config))
    with pytest.raises(WeightsError, match="alignment heads"):
        Speech.from_folder(folder)


@pytest.mark.usefixtures("here")
def test_a_line_that_nobody_gave_is_recognised_with_the_times_of_its_words(clip: Path) -> None:
    heard = HeardLine.of(clip, line=None)
    assert (heard.line, heard.source) == (SPOKEN, LineSource.RECOGNISED)
    assert heard.word_times is not None
    assert len(heard.word_times) == len(split_words(SPOKEN))
    assert heard.script is None


@pytest.mark.usefixtures("here")
def test_a_given_line_stays_and_is_compared_with_what_was_said(clip: Path) -> None:
    heard = HeardLine.of(clip, line="How dare you leave me here!")
    assert (heard.line, heard.source) == ("How dare you leave me here!", LineSource.GIVEN)
    assert heard.script is not None
    assert heard.script.missed == ("here!",)
    assert heard.script.wer == pytest.approx(1 / 6)
    assert heard.word_times is not None
    own = (SpokenWord("How", 0.0, 1.0, 0.0),)
    assert HeardLine.of(clip, line="How", word_times=own).word_times == own


@pytest.mark.usefixtures("here")
def test_a_silent_clip_has_no_line_and_says_so(tmp_path: Path) -> None:
    for name, sound in (("quiet.mp4", silence(1.0)), ("mute.mp4", None)):
        heard = HeardLine.of(made_clip(tmp_path / name, seconds=1.0, sound=sound), line=None)
        assert (heard.line, heard.source) == (None, LineSource.NONE)
        assert heard.warning is not None
        assert "No words were recognised" in heard.warning
