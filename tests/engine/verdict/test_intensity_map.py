"""Intensity maps keep order, stay with their parents without ratings, and judge only when shown better."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from engine.errors import PolicyError, TableError
from engine.verdict.intensity_fit import fit_map
from engine.verdict.intensity_gate import recalibrate_intensity
from engine.verdict.intensity_map import IDENTITY, LEAST_SLOPE, IntensityMap
from engine.verdict.intensity_table import IntensityTable


def made(
    size: int, *, seed: int = 0, shift: float = 0.0, slope: float = 1.0, joy: float = 0.0, noise: float = 0.1
) -> IntensityTable:
    """Raters who see the model's intensity moved; joy moved by ``joy`` more."""
    generator = np.random.default_rng(seed)
    model = generator.uniform(0.1, 0.9, size)
    emotion = generator.choice(["anger", "joy"], size)
    seen = 0.5 + shift + slope * (model - 0.5) + joy * (emotion == "joy") + generator.normal(0, noise, size)
    return IntensityTable.of(
        model=model,
        rated=np.clip(seen, 0, 1),
        group=list(np.arange(size) // 5),
        context={"emotion": list(emotion)},
    )


def test_without_ratings_nothing_is_corrected() -> None:
    values = np.array([0.0, 0.3, 1.0, np.nan])
    np.testing.assert_array_equal(fit_map(made(0)).apply(values), values)
    np.testing.assert_array_equal(IDENTITY.apply(values), values)
    assert IDENTITY.version == "identity"


def test_a_planted_correction_is_recovered() -> None:
    found = fit_map(made(800, shift=-0.1, slope=0.6))
    assert found.shift == pytest.approx(-0.1, abs=0.02)
    assert found.slope == pytest.approx(0.6, abs=0.05)


def test_a_level_goes_its_own_way_with_ratings_and_stays_with_all_without() -> None:
    found = fit_map(made(800, joy=0.15), ["emotion"])
    levels = found.levels["emotion"]
    assert levels["joy"].shift - levels["anger"].shift == pytest.approx(0.15, abs=0.03)
    known, unknown = (found.apply([0.5], {"emotion": np.array([n], dtype=object)}) for n in ("joy", "awe"))
    assert unknown[0] == pytest.approx(0.5 + found.shift)
    assert known[0] > unknown[0]


def test_no_ratings_turn_the_order_round() -> None:
    found = fit_map(made(400, slope=-0.8), ["emotion"])
    mapped = found.apply(np.linspace(0.2, 0.8, 30))
    assert (np.diff(mapped) > 0).all()
    assert mapped[-1] - mapped[0] == pytest.approx(LEAST_SLOPE * 0.6, rel=1e-6)


def test_mapped_intensities_stay_between_0_and_1() -> None:
    mapped = IntensityMap(shift=0.4, slope=2.0).apply(np.linspace(0, 1, 11))
    assert mapped.min() >= 0
    assert mapped.max() == 1.0


def test_a_map_that_helps_is_promoted_and_one_that_does_not_stays_a_candidate() -> None:
    helps = recalibrate_intensity(made(300, shift=-0.15), context_columns=["emotion"])
    assert helps.promoted, helps.reason
    assert helps.candidate.context_columns == ()  # no context is invented
    assert helps.candidate.parent == "identity"
    assert helps.candidate.metrics["mean_absolute_error"] < helps.candidate.metrics["without_a_map"]
    for seed in range(5):
        idle = recalibrate_intensity(made(300, seed=seed), context_columns=["emotion"])
        assert not idle.promoted
        assert "stays in force" in idle.reason


def test_a_context_that_matters_is_learned() -> None:
    found = recalibrate_intensity(made(500, joy=0.2), context_columns=["emotion"])
    assert found.promoted
    assert found.candidate.context_columns == ("emotion",)


def test_a_map_is_not_promoted_over_its_own_way_of_learning() -> None:
    ratings = made(300, shift=-0.15)
    first = recalibrate_intensity(ratings)
    assert not recalibrate_intensity(ratings, incumbent=first.candidate).promoted


def test_too_few_ratings_leave_everything_as_it_is() -> None:
    found = recalibrate_intensity(made(10, shift=-0.3))
    assert not found.promoted
    assert "at least 20" in found.reason
    assert found.more_ratings == 10


def test_one_persons_answers_give_no_map_for_everybody() -> None:
    ratings = made(200, shift=-0.15)
    found = recalibrate_intensity(replace(ratings, rater=np.full(200, "Asha", dtype=object)))
    assert not found.promoted
    assert "come from one person" in found.reason


def test_a_gate_that_stays_shut_says_how_many_more_ratings_of_what_are_wanted() -> None:
    found = recalibrate_intensity(made(60, seed=3, noise=0.3), context_columns=["emotion"])
    assert not found.promoted
    assert found.more_ratings > 0
    assert f"About {found.more_ratings} more ratings" in found.reason
    assert set(found.wanted) <= {"emotion = anger", "emotion = joy"}
    assert json.loads(json.dumps(found.to_dict(), allow_nan=False))["more_ratings"] == found.more_ratings


def test_a_map_is_checked_on_groups_it_never_saw() -> None:
    """Each actor has a peculiarity that is learned at once where it is in training; it helps no new actor."""
    promoted = 0
    for seed in range(20):
        generator = np.random.default_rng(seed)
        group = np.repeat(np.arange(6), 30)
        model = generator.uniform(0.1, 0.9, group.size)
        own = generator.normal(0, 0.15, 6)[group]
        table = IntensityTable.of(
            model=model,
            rated=np.clip(model + own + generator.normal(0, 0.05, group.size), 0, 1),
            group=list(group),
            context={"actor": list(group)},
        )
        promoted += recalibrate_intensity(table, context_columns=["actor"], seed=seed).promoted
    assert promoted <= 4  # one in ten is the gate's own promise


def test_intervals_hold_where_answers_share_a_clip_and_an_actor() -> None:
    level, draws, covered, everywhere = 0.9, 300, 0, 0
    at = np.linspace(0.1, 0.9, 9)
    generator = np.random.default_rng(1)
    actors, clips, people = 16, 4, 4
    for _ in range(draws):
        actor = np.repeat(np.arange(actors), clips * people)
        clip = np.repeat(np.arange(actors * clips), people)
        model = generator.uniform(0.2, 0.8, actors * clips)[clip]
        noise = generator.normal(0, 0.05, actors)[actor] + generator.normal(0, 0.08, actors * clips)[clip]
        rated = 0.45 + 0.8 * (model - 0.5) + noise + generator.normal(0, 0.05, model.size)
        table = IntensityTable.of(model=model, rated=np.clip(rated, 0, 1), group=list(actor))
        found = fit_map(table)
        band = found.curve(at, interval_level=level, simultaneous=True)
        truth = 0.45 + 0.8 * (at - 0.5)
        everywhere += bool(((band.low <= truth) & (truth <= band.high)).all())
        curve = found.curve([0.4], interval_level=level)
        covered += curve.low[0] <= 0.45 + 0.8 * (0.4 - 0.5) <= curve.high[0]
    assert 0.86 <= covered / draws <= 0.94
    assert 0.86 <= everywhere / draws <= 0.96


def test_a_curve_follows_its_context_and_narrows_with_ratings() -> None:
    few, many = (fit_map(made(size, joy=0.2), ["emotion"]) for size in (60, 1200))
    joy = {"column": "emotion", "level": "joy"}
    at = np.array([0.3, 0.7])
    np.testing.assert_allclose(
        many.curve(at, **joy).value, many.apply(at, {"emotion": np.array(["joy"] * 2, dtype=object)})
    )
    np.testing.assert_allclose(many.curve(at, column="emotion", level="awe").value, many.apply(at))
    widths = [
        np.ptp([found.curve(at, **joy).low, found.curve(at, **joy).high], axis=0) for found in (few, many)
    ]
    assert (widths[1] < 0.6 * widths[0]).all()
    assert many.levels["emotion"]["joy"].ratings > few.levels["emotion"]["joy"].ratings > 0
    assert IDENTITY.curve(at).low == pytest.approx(at)


def test_a_map_says_nothing_where_the_model_says_nothing() -> None:
    found = fit_map(made(400, joy=0.2), ["emotion"])
    assert found.say(None, {"emotion": "joy"}) is None
    assert found.say(0.5, {"emotion": "joy"}) > found.say(0.5, {"emotion": "anger"})
    assert found.say(0.5) == pytest.approx(found.say(0.5, {"emotion": "awe"}))


def test_a_map_survives_its_file() -> None:
    found = recalibrate_intensity(made(300, joy=0.2), context_columns=["emotion"], seed=4).candidate
    again = IntensityMap.from_dict(json.loads(json.dumps(found.to_dict(), allow_nan=False)))
    assert again == found
    assert again.version == found.version
    assert again.seed == 4


def test_maps_by_a_protected_trait_carry_a_warning() -> None:
    ratings = made(40)
    table = IntensityTable(
        ratings.model, ratings.rated, ratings.weight, ratings.group, {"sex": ratings.group}
    )
    assert "unfair" in fit_map(table, ["sex"]).notes[0]


@pytest.mark.parametrize(
    "columns",
    [
        {"model": [1.2], "rated": [0.5]},
        {"model": [0.2], "rated": [np.nan]},
        {"model": [0.2, 0.3], "rated": [0.5]},
        {"model": [0.2], "rated": [0.5], "weight": [0.0]},
        {"model": [0.2], "rated": [0.5], "context": {"emotion": ["a", "b"]}},
        {"model": [0.2], "rated": [0.5], "rater": ["a", "b"]},
    ],
)
def test_impossible_tables_are_refused(columns: dict[str, Any]) -> None:
    with pytest.raises(TableError):
        IntensityTable.of(**columns)


def test_unknown_contexts_and_looks_are_refused() -> None:
    with pytest.raises(TableError, match="weather"):
        fit_map(made(30), ["weather"])
    with pytest.raises(PolicyError, match="count looks"):
        recalibrate_intensity(made(30), look=0)


@pytest.mark.parametrize(
    "change",
    [
        {"format": "x"},
        {"shift": "much"},
        {"slope": float("nan")},
        {"levels": None},
        {"levels": {"emotion": {"joy": {"shift": 0.1}}}},
        {"doubt": [0.1]},
    ],
)
def test_damaged_files_are_refused(change: dict[str, Any]) -> None:
    with pytest.raises(PolicyError):
        IntensityMap.from_dict(IDENTITY.to_dict() | change)
