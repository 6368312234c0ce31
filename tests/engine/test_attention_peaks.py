"""Peaks of attention are few, apart, higher than their surroundings, and carry their moment."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.analysis import SpokenWord
from engine.features.table import INSTANTS, instants
from engine.systems.attention_peaks import APART, MOST_PEAKS, attention_peaks

TIMES = instants(10.0)
NO_PICTURES = (None,) * INSTANTS


def hills(*at: int) -> np.ndarray:
    attention = np.full(INSTANTS, 0.2)
    for height, place in enumerate(reversed(at)):
        attention += (3 + height) * np.exp(-((np.arange(INSTANTS) - place) ** 2) / 4)
    return attention / attention.sum()


def test_each_hill_is_found_the_highest_first() -> None:
    peaks = attention_peaks(hills(30, 8, 45), TIMES, words=(), pictures=NO_PICTURES)
    assert [peak.time_s for peak in peaks] == [TIMES[30], TIMES[8], TIMES[45]]


def test_even_attention_has_no_peak() -> None:
    even = np.full(INSTANTS, 1 / INSTANTS)
    assert attention_peaks(even, TIMES, words=(), pictures=NO_PICTURES) == ()


def test_the_slope_of_a_hill_is_no_second_peak() -> None:
    slope = np.linspace(0, 1, INSTANTS)
    assert len(attention_peaks(slope / slope.sum(), TIMES, words=(), pictures=NO_PICTURES)) == 1


def test_a_peak_carries_the_word_spoken_there_and_a_small_picture() -> None:
    words = (SpokenWord("get", 5.0, 5.9, 0.5), SpokenWord("out!", 5.9, 6.4, 0.5))
    picture = np.full((480, 640, 3), 120, np.uint8)
    peak = attention_peaks(hills(30), TIMES, words=words, pictures=(picture,) * INSTANTS)[0]
    assert peak.word == "out!"
    assert peak.picture_jpeg is not None
    shown = cv2.imdecode(np.frombuffer(peak.picture_jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert shown.shape == (240, 320, 3)


def test_a_word_far_from_the_peak_is_not_its_word() -> None:
    words = (SpokenWord("early", 0.0, 0.4, 1.0),)
    assert attention_peaks(hills(40), TIMES, words=words, pictures=NO_PICTURES)[0].word is None


@given(st.lists(st.floats(0, 1), min_size=INSTANTS, max_size=INSTANTS))
def test_peaks_are_few_apart_and_higher_than_even(weights: list[float]) -> None:
    attention = np.array(weights) + 1e-6
    attention /= attention.sum()
    peaks = attention_peaks(attention, TIMES, words=(), pictures=NO_PICTURES)
    assert len(peaks) <= MOST_PEAKS
    assert all(peak.weight > 1 / INSTANTS for peak in peaks)
    places = sorted(int(np.argmin(np.abs(TIMES - peak.time_s))) for peak in peaks)
    assert all(gap > APART for gap in np.diff(places))
    assert [peak.weight for peak in peaks] == sorted((peak.weight for peak in peaks), reverse=True)
    assert all(peak.picture_jpeg is None for peak in peaks)


def test_no_words_and_no_pictures_are_fine() -> None:
    peak = attention_peaks(hills(10), TIMES, words=(), pictures=NO_PICTURES)[0]
    assert (peak.word, peak.picture_jpeg) == (None, None)
    assert peak.weight == pytest.approx(float(hills(10).max()))
