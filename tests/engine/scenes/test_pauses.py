"""A voice is cut where it pauses, and only there."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.features.activity import SAMPLE_RATE
from engine.scenes.pauses import LONGEST_S, PAUSE_S, utterances_between_pauses


def voice(seconds: float, hertz: float = 140.0) -> NDArray[np.float32]:
    times = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    wave = sum(np.sin(2 * np.pi * hertz * harmonic * times) / harmonic for harmonic in range(1, 8))
    return (0.2 * wave * (0.6 + 0.4 * np.sin(2 * np.pi * 4 * times))).astype(np.float32)


def room(seconds: float) -> NDArray[np.float32]:
    return np.random.default_rng(3).normal(0, 3e-4, round(seconds * SAMPLE_RATE)).astype(np.float32)


def scene(*parts: NDArray[np.float32]) -> NDArray[np.float32]:
    whole = np.concatenate(parts)
    return whole + room(whole.size / SAMPLE_RATE)[: whole.size]


def test_lines_with_pauses_between_are_told_apart_at_their_times() -> None:
    found = utterances_between_pauses(
        scene(room(0.5), voice(1.5), room(1.2), voice(2.0), room(1.0), voice(1.0), room(0.5))
    )
    assert [start for start, _ in found] == pytest.approx([0.5, 3.2, 6.2], abs=0.25)
    assert [end for _, end in found] == pytest.approx([2.0, 5.2, 7.2], abs=0.25)


def test_a_short_breath_does_not_cut() -> None:
    assert len(utterances_between_pauses(scene(voice(1.5), room(PAUSE_S / 2), voice(1.5)))) == 1


def test_a_long_run_is_cut_at_its_quietest_place() -> None:
    quiet = 0.05 * voice(0.4)
    found = utterances_between_pauses(scene(voice(14.0), quiet, voice(10.0)))
    assert len(found) == 2
    assert found[0][1] == pytest.approx(14.2, abs=0.5)
    assert all(end - start <= LONGEST_S + 1 for start, end in found)


def test_stretches_never_overlap() -> None:
    found = utterances_between_pauses(scene(voice(1.0), room(0.75), voice(1.0), room(0.75), voice(1.0)))
    assert len(found) == 3
    assert all(before[1] <= after[0] for before, after in pairwise(found))


@pytest.mark.parametrize("sound", [np.zeros(0, np.float32), np.zeros(SAMPLE_RATE, np.float32), room(3.0)])
def test_where_nobody_speaks_there_is_no_line(sound: NDArray[np.float32]) -> None:
    assert utterances_between_pauses(sound) == ()
