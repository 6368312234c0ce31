"""Learned policies to and from the plain values of a policy file."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any, Final

from engine.errors import PolicyError
from engine.verdict.abstain import Abstention
from engine.verdict.adaptive import AdaptiveThresholds
from engine.verdict.intervals import (
    INTERVAL_LEVEL,
    Interval,
    LevelThresholds,
    level_thresholds,
    pooled_threshold,
)
from engine.verdict.learned import LEARNED_KIND, LearnedFor, LearnedPolicy, Origin
from engine.verdict.levels import fairness_notes
from engine.verdict.policy import POLICY_FORMAT, POLICY_FORMAT_VERSION
from engine.verdict.ratings_table import RatingTable

_VERSION_LENGTH: Final = 12  # hexadecimal digits: enough that two policies never meet


def learned_policy(
    model: AdaptiveThresholds,
    ratings: RatingTable,
    *,
    origin: Origin,
    abstention: Abstention,
    interval_level: float = INTERVAL_LEVEL,
) -> LearnedPolicy:
    """Freeze a fitted model into a policy, named by its content.

    Parameters
    ----------
    model : AdaptiveThresholds
        Fitted on ``ratings``.
    ratings : RatingTable
    origin : Origin
    abstention : Abstention
    interval_level : float
        In (0, 1).
    """
    centre, log_width, log_slope = map(float, model.pooled())
    policy = LearnedPolicy(
        version="",
        pooled=(centre, log_width, log_slope),
        lower=pooled_threshold(model, "lower", interval_level=interval_level),
        upper=pooled_threshold(model, "upper", interval_level=interval_level),
        levels={
            column: level_thresholds(model, ratings, column, interval_level=interval_level)
            for column in model.columns
        },
        interval_level=interval_level,
        abstention=abstention,
        origin=origin,
        notes=fairness_notes(model.columns),
    )
    content = json.dumps(learned_to_dict(policy), sort_keys=True, allow_nan=False)
    digest = hashlib.sha256(content.encode("utf-8")).hexdigest()
    return replace(policy, version=f"learned-{digest[:_VERSION_LENGTH]}")


def learned_to_dict(policy: LearnedPolicy) -> dict[str, Any]:
    """Plain values of a learned policy, thresholds first."""
    centre, log_width, log_slope = policy.pooled
    return {
        "format": POLICY_FORMAT,
        "format_version": POLICY_FORMAT_VERSION,
        "kind": LEARNED_KIND,
        "version": policy.version,
        "lower": asdict(policy.lower),
        "upper": asdict(policy.upper),
        "interval_level": policy.interval_level,
        "pooled": {"centre": centre, "log_width": log_width, "log_slope": log_slope},
        "contexts": {
            column: {level: _level_to_dict(learned) for level, learned in levels.items()}
            for column, levels in policy.levels.items()
        },
        "abstention": asdict(policy.abstention),
        "origin": {**asdict(policy.origin), "groups_seen": " ".join(policy.origin.groups_seen)},
        "notes": list(policy.notes),
    }


def learned_from_dict(content: Mapping[str, Any]) -> LearnedPolicy:
    """Read what :func:`learned_to_dict` wrote.

    Raises
    ------
    PolicyError
        If something is missing, of the wrong kind or not finite.
    """
    try:
        origin = dict(content["origin"])
        taught = origin["learned_for"]
        origin["learned_for"] = None if taught is None else LearnedFor(**taught)
        origin["groups_seen"] = tuple(str(origin["groups_seen"]).split())
        abstention = dict(content["abstention"])
        least, own = abstention["least_probability"], abstention.get("by_verdict")
        return LearnedPolicy(
            version=str(content["version"]),
            pooled=_triple(content["pooled"]),
            lower=_interval(content["lower"]),
            upper=_interval(content["upper"]),
            levels={
                str(column): {str(level): _level(learned) for level, learned in levels.items()}
                for column, levels in content["contexts"].items()
            },
            interval_level=_number(content["interval_level"]),
            abstention=Abstention(
                coverage=_number(abstention["coverage"]),
                least_probability=None if least is None else _number(least),
                groups=int(abstention["groups"]),
                reason=str(abstention["reason"]),
                by_verdict=None if own is None else (_number(own[0]), _number(own[1]), _number(own[2])),
                by_context={
                    str(column): {str(level): _number(value) for level, value in levels.items()}
                    for column, levels in abstention.get("by_context", {}).items()
                },
            ),
            origin=Origin(**origin),
            notes=tuple(map(str, content["notes"])),
        )
    except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
        raise PolicyError(f"The learned policy is incomplete or damaged ({error}); fit it again.") from error


def _level_to_dict(learned: LevelThresholds) -> dict[str, Any]:
    centre, log_width, log_slope = learned.effects
    values = asdict(learned)
    values["effects"] = {"centre": centre, "log_width": log_width, "log_slope": log_slope}
    return values


def _level(content: Mapping[str, Any]) -> LevelThresholds:
    return LevelThresholds(
        effects=_triple(content["effects"]),
        lower=_interval(content["lower"]),
        upper=_interval(content["upper"]),
        lower_shift=_interval(content["lower_shift"]),
        upper_shift=_interval(content["upper_shift"]),
        ratings=int(content["ratings"]),
        raters=int(content["raters"]),
    )


def _triple(content: Mapping[str, Any]) -> tuple[float, float, float]:
    return (_number(content["centre"]), _number(content["log_width"]), _number(content["log_slope"]))


def _interval(content: Mapping[str, Any]) -> Interval:
    return Interval(_number(content["value"]), _number(content["low"]), _number(content["high"]))


def _number(value: object) -> float:
    number = float(value)  # type: ignore[arg-type]  # anything else in the file raises here
    if not math.isfinite(number):
        raise ValueError(f"{value!r} is no finite number")
    return number
