"""What the text brain says of lines, with the weights that ship."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from sklearn.metrics import roc_auc_score

from engine import weights
from engine.errors import WeightsError
from engine.features.encoder import MAX_WORDS, STATE_WIDTH
from engine.features.table import WORD_WIDTH
from engine.systems.line_network import (
    CONTEXT_LINES,
    NETWORK_PREFIX,
    LineNetwork,
    network_arrays,
    network_of,
)
from engine.systems.text_brain import FILE, TextBrain
from engine.vocabulary import BASIC_EMOTIONS, Emotion

PLAIN_LINES = (
    "The train leaves at four.",
    "The meeting is on the second floor.",
    "I put the keys on the table.",
    "The shop opens at nine in the morning.",
    "It is about ten minutes from here.",
    "There are six chairs in the room.",
    "My office is next to the bank.",
    "The book is on the shelf.",
    "I usually take the bus to work.",
    "We have the same model in grey.",
    "The form has two pages.",
    "Please sign here and here.",
    "The kettle is in the kitchen.",
    "He works for an insurance company.",
    "The next bus comes in twenty minutes.",
    "Kids are talking by the door.",
    "Dogs are sitting by the door.",
    "The library closes at six.",
    "I bought some milk and bread.",
    "She parked the car across the street.",
    "The report is in the blue folder.",
    "It usually rains a little in April.",
    "You can leave your coat in the hall.",
    "The address is written on the envelope.",
    "They moved to this street last year.",
    "Turn left at the second light.",
    "The printer is out of paper.",
    "We will have the soup and a salad.",
    "My brother lives in Leeds.",
    "The lesson begins at a quarter past ten.",
    "I think it is Tuesday today.",
    "There is a chair by the window.",
    "The blue one costs a little more.",
    "He is on the other line.",
    "You need a ticket for the bus.",
    "The parcel came this morning.",
)
STRONG_LINES = (
    "How dare you! Get out of my house!",
    "He's dead. They're all dead.",
    "I hate you! I will never forgive you for this!",
    "Oh my God, there's a man with a gun!",
    "Please, please don't kill me!",
    "We won! We won! I can't believe it!",
    "You disgust me. You make me sick.",
    "My baby is gone. I have nothing left.",
    "Run! He's coming! He's going to kill us!",
    "I am so furious I could scream!",
    "This is the happiest day of my entire life!",
    "You lied to me! You betrayed all of us!",
    "I can't stop crying. I miss her so much.",
    "Help me! Somebody help me!",
    "I'm terrified. I can't breathe.",
    "Get your filthy hands off me!",
    "I love you! I love you more than anything in the world!",
    "You ruined my life, you monster!",
    "She died in my arms.",
    "What have you done? What have you done!",
    "I swear I will make you pay for this!",
    "No! No! Don't leave me!",
    "I'm so scared, I want to go home.",
    "It's hopeless. I just want to die.",
    "This is incredible! I'm so excited!",
    "Shut up! Shut up, you stupid idiot!",
    "They murdered my father.",
    "Oh wow, that is amazing! I'm so happy for you!",
    "There's blood everywhere!",
    "You broke my heart.",
)
"""Both lists were written for this test and are in no training set."""


@pytest.fixture(scope="module")
def brain() -> TextBrain:
    return TextBrain.load()


def expected(brain: TextBrain, lines: tuple[str, ...]) -> np.ndarray:
    demanded = np.array([reading.expected for reading in brain.read_many(lines)])
    print("expected intensity: 10, 50, 90 %", np.quantile(demanded, [0.1, 0.5, 0.9]).round(2), end=", ")
    print("mean", demanded.mean().round(3))  # the model card quotes these
    return demanded


def without_shouting(line: str) -> str:
    return line.replace("!", ".")


def test_no_line_of_this_test_is_in_the_training_sets() -> None:
    assert weights.count_seen(FILE, [line.encode() for line in PLAIN_LINES + STRONG_LINES]) == 0


def test_plain_lines_demand_little(brain: TextBrain) -> None:
    demanded = expected(brain, PLAIN_LINES)
    assert demanded.mean() < 0.25
    assert np.quantile(demanded, 0.9) < 0.5


def test_strong_lines_demand_much(brain: TextBrain) -> None:
    demanded = expected(brain, STRONG_LINES)
    assert demanded.mean() > 0.75
    assert np.quantile(demanded, 0.1) > 0.5


def test_strong_lines_demand_much_without_their_exclamation_marks(brain: TextBrain) -> None:
    quiet = expected(brain, tuple(without_shouting(line) for line in STRONG_LINES))
    plain = expected(brain, PLAIN_LINES)
    assert quiet.mean() > 0.7
    truth = [0] * plain.size + [1] * quiet.size
    auc = roc_auc_score(truth, np.concatenate([plain, quiet]))
    print("AUC of quiet strong lines against plain ones", round(auc, 4))
    assert auc > 0.95


@pytest.mark.parametrize(
    ("line", "emotion"),
    [
        ("How dare you! Get out of my house!", Emotion.ANGER),
        ("You disgust me. You make me sick.", Emotion.DISGUST),
        ("I'm terrified. I can't breathe.", Emotion.FEAR),
        ("This is the happiest day of my entire life!", Emotion.JOY),
        ("I can't stop crying. I miss her so much.", Emotion.SADNESS),
        ("The train leaves at four.", Emotion.NEUTRAL),
        ("What? Really? I had no idea!", Emotion.SURPRISE),
    ],
)
def test_the_emotion_of_an_unmistakable_line_is_named(brain: TextBrain, line: str, emotion: Emotion) -> None:
    read = brain.read(line).emotion
    assert read is not None
    assert read.label == emotion


def test_a_reading_is_complete_and_on_its_scales(brain: TextBrain) -> None:
    reading = brain.read("I don’t know — what have you done?")
    assert reading.words == ("I", "don’t", "know—", "what", "have", "you", "done?")
    assert reading.word_states.shape == (7, WORD_WIDTH)
    assert reading.word_attention.shape == (7,)
    assert reading.word_attention.sum() == pytest.approx(1.0, abs=1e-5)
    assert reading.expected is not None
    assert 0 < reading.expected < 1
    assert reading.emotion is not None
    assert tuple(reading.emotion.probabilities) == BASIC_EMOTIONS
    assert sum(reading.emotion.probabilities.values()) == pytest.approx(1.0)
    assert set(reading.intensity_by_emotion) == set(BASIC_EMOTIONS) - {Emotion.NEUTRAL}
    assert all(0 <= value <= 1 for value in reading.intensity_by_emotion.values())
    assert reading.known_share == 1.0
    assert reading.note is None


def test_a_line_is_read_alike_alone_and_among_others(brain: TextBrain) -> None:
    lines = ("Yes.", STRONG_LINES[0], "", "word " * 70, PLAIN_LINES[0])
    for line, among in zip(lines, brain.read_many(lines), strict=True):
        alone = brain.read(line)
        assert alone.words == among.words
        assert alone.raw == pytest.approx(among.raw, abs=1e-3) if alone.words else among.raw is None
        assert np.allclose(alone.word_attention, among.word_attention, atol=1e-4)


def test_the_order_of_the_words_matters(brain: TextBrain) -> None:
    line = "You will never hurt anyone, I love you"
    other = "I will never love anyone, you hurt you"
    assert abs(brain.read(line).raw - brain.read(other).raw) > 1e-3


def test_the_lines_before_help_to_name_the_emotion_and_change_nothing_in_what_is_demanded(
    brain: TextBrain,
) -> None:
    alone = brain.read("What?")
    after = brain.read("What?", before=["He hit me.", "He hit me and he laughed at me, I hate him!"])
    assert after.expected == alone.expected
    assert after.raw == alone.raw
    assert np.array_equal(after.word_attention, alone.word_attention)
    assert after.emotion != alone.emotion


def test_only_the_latest_lines_before_are_context(brain: TextBrain) -> None:
    latest = ["He hit me.", "I hate him!", "Why?", "He was drunk.", "Again?", "Yes."]
    assert len(latest) == CONTEXT_LINES
    known = brain.read("What?", before=latest)
    assert brain.read("What?", before=["We won the lottery!", *latest]).emotion == known.emotion
    assert brain.read("What?", before=latest[1:]).emotion != known.emotion


def test_context_that_does_not_fit_the_lines_is_refused(brain: TextBrain) -> None:
    with pytest.raises(ValueError, match="2 lines need as many contexts, not 1"):
        brain.read_many(["a", "b"], before=[[]])


@pytest.mark.parametrize("line", ["", "   ", "?!", "... — ...", "\n\t"])
def test_a_line_without_words_is_said_to_demand_nothing_known(brain: TextBrain, line: str) -> None:
    reading = brain.read(line)
    assert reading.expected is None
    assert reading.emotion is None
    assert reading.known_share == 0.0
    assert reading.word_states.shape == (0, WORD_WIDTH)
    assert reading.note is not None
    assert "no words" in reading.note


@pytest.mark.parametrize(
    "line", ["मुझे जाने दो अभी", "我不知道你在说什么", "Уходи отсюда немедленно", "xqzv blrgh pfk"]
)
def test_a_line_the_encoder_hardly_knows_is_answered_with_a_warning(brain: TextBrain, line: str) -> None:
    reading = brain.read(line)
    assert reading.expected is not None
    assert reading.known_share < 0.5
    assert reading.note is not None
    assert "hardly more than a guess" in reading.note


def test_an_emoji_line_is_read_by_what_the_emoji_show(brain: TextBrain) -> None:
    angry, joyful = brain.read("😡😡😡"), brain.read("😂 😂")
    assert angry.emotion is not None
    assert joyful.emotion is not None
    assert angry.emotion.probabilities[Emotion.ANGER] > joyful.emotion.probabilities[Emotion.ANGER]
    assert joyful.emotion.probabilities[Emotion.JOY] > angry.emotion.probabilities[Emotion.JOY]


def test_a_long_speech_is_read_to_its_end_and_an_endless_one_says_where_it_was_cut(brain: TextBrain) -> None:
    speech = brain.read("They told us to wait. " * 80)
    endless = brain.read("They told us to wait. " * 800)
    assert len(speech.words) == 400
    assert speech.note is None
    assert len(endless.words) == MAX_WORDS
    assert endless.note == f"Only the first {MAX_WORDS} words of the line were read."


def test_no_lines_have_no_readings(brain: TextBrain) -> None:
    assert brain.read_many([]) == []


def test_damaged_weights_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (FILE, weights.MANIFEST):
        shutil.copyfile(weights.weights_dir() / name, tmp_path / name)
    content = bytearray((tmp_path / FILE).read_bytes())
    content[-1] ^= 1
    (tmp_path / FILE).write_bytes(content)
    monkeypatch.setenv("DAILIES_WEIGHTS", str(tmp_path))
    with pytest.raises(WeightsError, match="not the one the manifest names"):
        TextBrain.load()


def test_weights_of_another_network_are_said_to_be_those_of_another_version() -> None:
    arrays = network_arrays(LineNetwork())
    arrays[f"{NETWORK_PREFIX}trunk.0.weight"] = np.zeros((192, 856), dtype=np.float16)
    with pytest.raises(WeightsError, match="another version"):
        network_of(arrays)


def test_a_network_survives_being_stored() -> None:
    network = network_of(network_arrays(LineNetwork(distilled=True)))
    again = network_of(network_arrays(network))
    steps, lengths = torch.ones(1, 2, STATE_WIDTH), torch.tensor([2])
    with torch.inference_mode():
        assert torch.equal(network(steps, lengths).distilled, again(steps, lengths).distilled)


def test_missing_weights_are_said_in_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAILIES_WEIGHTS", str(tmp_path))
    with pytest.raises(WeightsError, match="engine train"):
        TextBrain.load()
