"""The override lifts cautious scores only, never lowers one, and says what it did."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.analysis import Amplification
from engine.features.table import INSTANTS, instants
from engine.systems.amplifier import CAUTIOUS_BELOW, JAW, LIFTED_TO, LOUDNESS, amplified

TIMES = instants(5.0)
SPOKEN = np.ones(INSTANTS, dtype=bool)
UNKNOWN = np.full(INSTANTS, np.nan)


def lifted(
    expressed: float | None, *, jaw: float | None = None, spike_db: float | None = None
) -> Amplification | None:
    jaw_open, loudness = UNKNOWN.copy(), UNKNOWN.copy()
    if jaw is not None:
        jaw_open = np.full(INSTANTS, 0.1)
        jaw_open[20] = jaw
    if spike_db is not None:
        loudness = np.full(INSTANTS, -8.0)
        loudness[30] += spike_db
    return amplified(expressed, times_s=TIMES, jaw_open=jaw_open, loudness_db=loudness, speech=SPOKEN)


def test_a_wide_open_jaw_lifts_a_cautious_score() -> None:
    found = lifted(0.3, jaw=0.66)
    assert found is not None
    assert found.after == pytest.approx(LIFTED_TO)
    assert str(found) == "amplified: jaw 0.66 at 2.0 s"  # instant 20 of 50 in 5 s lies at 2.05 s


def test_a_sudden_spike_of_loudness_lifts_a_cautious_score() -> None:
    found = lifted(0.3, spike_db=25.0)
    assert found is not None
    assert (found.sign, found.before) == ("loudness", 0.3)
    assert found.time_s == pytest.approx(TIMES[30])
    assert found.value == pytest.approx(25.0)


@pytest.mark.parametrize("expressed", [CAUTIOUS_BELOW, 0.7, 1.0])
def test_a_score_that_is_not_cautious_is_left_alone(expressed: float) -> None:
    assert lifted(expressed, jaw=0.7, spike_db=30.0) is None


def test_an_unknown_score_stays_unknown() -> None:
    assert lifted(None, jaw=0.7) is None


def test_speech_opens_the_jaw_without_being_a_sign() -> None:
    assert lifted(0.3, jaw=JAW.counts_from, spike_db=LOUDNESS.counts_from) is None


def test_nothing_seen_and_nothing_heard_lifts_nothing() -> None:
    assert lifted(0.3) is None


def test_too_little_speech_has_no_usual_level() -> None:
    speech = np.zeros(INSTANTS, dtype=bool)
    speech[:3] = True
    loudness = np.full(INSTANTS, -40.0)
    loudness[1] = 10.0
    found = amplified(0.2, times_s=TIMES, jaw_open=UNKNOWN, loudness_db=loudness, speech=speech)
    assert found is None


def test_the_stronger_sign_is_the_one_reported() -> None:
    found = lifted(0.2, jaw=0.45, spike_db=23.9)
    assert found is not None
    assert found.sign == "loudness"


@given(st.floats(0, 1), st.floats(0, 1.2), st.floats(0, 40))
def test_it_never_lowers_and_never_passes_its_mark(expressed: float, jaw: float, spike: float) -> None:
    found = lifted(expressed, jaw=jaw, spike_db=spike)
    if found is not None:
        assert found.before < found.after <= LIFTED_TO + 1e-9


@given(st.floats(0, 0.49), st.floats(0.4, 0.7), st.floats(0, 0.1))
def test_a_wider_jaw_never_lifts_less(expressed: float, jaw: float, more: float) -> None:
    narrow, wide = lifted(expressed, jaw=jaw), lifted(expressed, jaw=jaw + more)
    before = expressed if narrow is None else narrow.after
    after = expressed if wide is None else wide.after
    assert after >= before - 1e-12
