"""Voices that sound alike are one person's, others another's, in the order in which they first speak."""

from __future__ import annotations

import numpy as np

from engine.features.activity import SAMPLE_RATE
from engine.scenes.speakers import VoicePrint, speakers_of, voice_print
from tests.engine.scenes.test_pauses import room, voice


def said(hertz: float, seed: int) -> VoicePrint:
    generator = np.random.default_rng(seed)
    sound = voice(1.2, hertz * float(generator.uniform(0.98, 1.02)))
    return voice_print(np.concatenate([room(0.2), sound, room(0.2)]))


def test_two_voices_are_told_apart_and_numbered_as_they_come() -> None:
    low, high = 105.0, 230.0
    turns = [high, low, high, low, low, high, high, low]
    found = speakers_of([said(hertz, seed) for seed, hertz in enumerate(turns)])
    assert found == tuple(1 if hertz == high else 2 for hertz in turns)


def test_one_voice_is_one_person() -> None:
    assert set(speakers_of([said(150.0, seed) for seed in range(6)])) == {1}


def test_silence_is_nobodys_and_hides_nobody() -> None:
    silent = voice_print(np.zeros(SAMPLE_RATE, np.float32))
    found = speakers_of([silent, *(said(hertz, 1) for hertz in (105.0, 230.0, 105.0, 230.0)), silent])
    assert found == (None, 1, 2, 1, 2, None)


def test_faces_that_sit_apart_part_voices_that_are_alike() -> None:
    prints = [
        VoicePrint(20.0 + 0.1 * number, (float(number % 3),) * 12, 0.2 if number % 2 else 0.8)
        for number in range(8)
    ]
    assert speakers_of(prints) == tuple(2 if number % 2 else 1 for number in range(8))


def test_too_few_lines_are_not_parted() -> None:
    assert speakers_of([said(105.0, 0), said(230.0, 1)]) == (1, 1)
    assert speakers_of([]) == ()
