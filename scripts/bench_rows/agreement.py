"""Krippendorff's alpha over a million answers beside the ``krippendorff`` package, on growing tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from importlib.util import find_spec
from time import perf_counter
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from scripts.bench_rows.material import in_turns
from scripts.bench_rows.row import Row

SIZES: Final = (1_000, 10_000, 100_000, 1_000_000)
EACH: Final = 10
RATERS: Final = 200
TIMES: Final = 20.0
SECONDS: Final = 1.0
CLOSE: Final = 1e-9
TURNS: Final = 3


def run() -> Iterator[Row]:
    """Measure in one process, in turns."""
    from engine.raters.agreement import agreement
    from engine.raters.alpha import krippendorff_alpha
    from engine.raters.answers import Answers, Level
    from engine.raters.unit_draws import UnitDraws

    is_there = find_spec("krippendorff") is not None
    for size in SIZES:
        unit, rater, value = _answers(size)
        began = perf_counter()
        answers = Answers.of(unit=unit, rater=rater, value=value, level=Level.ORDINAL)
        read_s = perf_counter() - began
        once = UnitDraws.of(answers.units, generator=np.random.default_rng(0), resamples=1)
        works: dict[str, Callable[[], float]] = {
            "ours": partial(_first, krippendorff_alpha, answers, once),
        }
        if is_there:
            works["theirs"] = partial(_theirs, _matrix(unit, rater, value))
        taken, found = in_turns(works, turns=TURNS), {name: work() for name, work in works.items()}
        began = perf_counter()
        agreement(answers, generator=np.random.default_rng(0), main_only=True)
        yield _row(size, taken, found, read_s=read_s, interval_s=perf_counter() - began)


def _row(
    size: int, taken: dict[str, float], found: dict[str, float], *, read_s: float, interval_s: float
) -> Row:
    is_last, beside, met = size == SIZES[-1], "krippendorff is not installed (requirements-dev.txt)", None
    if "theirs" in taken:
        times = taken["theirs"] / taken["ours"]
        beside = f"krippendorff {taken['theirs']:.2f} s ({times:.0f} ×), {found['theirs']:.9f}"
        same = abs(found["ours"] - found["theirs"]) <= CLOSE
        met = same and (taken["ours"] <= SECONDS or times >= TIMES)
    aside = (
        f"Checking and coding the table of texts takes {read_s:.2f} s, a thousand resamples for the interval "
        f"{interval_s:.2f} s."
    )
    return Row(
        f"ordinal alpha over {size:,} answers of {RATERS} people",
        f"{taken['ours']:.3f} s, {found['ours']:.9f}",
        beside,
        f"≥ {TIMES:.0f} × or ≤ {SECONDS:.0f} s, equal to {CLOSE:.0e}" if is_last else "",
        met if is_last else None,
        aside if is_last else "",
    )


def _first(alpha: Callable[[Any, Any], NDArray[np.float64]], answers: Any, draws: Any) -> float:
    return float(alpha(answers, draws)[0])


def _answers(size: int) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
    """Unit, rater and value of each answer; people scatter around what a unit shows."""
    generator = np.random.default_rng(0)
    units = size // EACH
    shown = generator.normal(0.0, 1.2, units)
    unit = np.repeat(np.arange(units), EACH)
    rater = (unit + np.tile(np.arange(EACH), units) * (1 + unit % 17)) % RATERS
    value = np.clip(np.rint(shown[unit] + generator.normal(0.0, 0.9, size)), -2, 2).astype(np.intp)
    return unit, rater, value


def _matrix(unit: NDArray[np.intp], rater: NDArray[np.intp], value: NDArray[np.intp]) -> NDArray[np.float64]:
    """Raters by units, NaN where nobody answered: what the package takes."""
    matrix = np.full((RATERS, int(unit.max()) + 1), np.nan)
    matrix[rater, unit] = value
    return matrix


def _theirs(matrix: NDArray[np.float64]) -> float:
    import krippendorff

    return float(krippendorff.alpha(reliability_data=matrix, level_of_measurement="ordinal"))
