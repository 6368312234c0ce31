"""An analysis as the JSON object that ``analyze --json`` prints.

What cannot be known is ``null``, never NaN; a warning that says so goes with it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from dashboard.services.intensity_judging import RatersIntensity
from db.records import IntensitySide
from engine.analysis import Analysis, EkmanCheck, EmotionEstimate, ModalityReading, ScriptMatch, likeliest


def as_object(analysis: Analysis, *, raters: RatersIntensity | None = None) -> dict[str, Any]:
    """The object: intensities and probabilities in [0, 1], times in seconds, gaps in z units.

    Parameters
    ----------
    analysis : Analysis
    raters : RatersIntensity, optional
        What a project's raters would say about the intensities; without it the object has no such fields.
    """
    judgement = analysis.judgement
    shown: dict[str, Any] = {
        "clip": analysis.clip,
        "duration_s": analysis.duration_s,
        "system": analysis.system.value,
        "line": analysis.line,
        "line_source": analysis.line_source.value,
        "emotion": _emotion(analysis.emotion),
        "expected_intensity": analysis.expected_intensity,
        "expressed_intensity": analysis.expressed_intensity,
        "z_expected": analysis.z_expected,
        "z_expressed": analysis.z_expressed,
        "alignment": analysis.alignment,
        "verdict": judgement.verdict,
        "verdict_probabilities": judgement.probabilities,
        "verdict_set": judgement.verdict_set,
        "policy": {
            "version": judgement.policy_version,
            "lower": judgement.lower,
            "upper": judgement.upper,
        },
        "attention": analysis.attention,
        "attention_times_s": analysis.attention_times_s,
        "words": [
            {"text": word.text, "start_s": word.start_s, "end_s": word.end_s, "attention": word.attention}
            for word in analysis.words
        ],
        "peaks": [
            {"time_s": peak.time_s, "weight": peak.weight, "word": peak.word} for peak in analysis.peaks
        ],
        "modalities": {name: _modality(reading) for name, reading in analysis.modalities.items()},
        "branches": {name: _modality(reading) for name, reading in analysis.branches.items()},
        "ekman": _ekman(analysis.ekman),
        "amplification": None if analysis.amplification is None else str(analysis.amplification),
        "script": _script(analysis.script),
        "faces": None if analysis.faces is None else asdict(analysis.faces),
        "trimodal": _trimodal(analysis),
        "weights_version": analysis.weights_version,
        "feature_schema": analysis.feature_schema,
        "timings_s": analysis.timings_s,
        "warnings": analysis.warnings,
    }
    if raters is not None:
        shown |= {f"raters_{side}_intensity": raters.values.get(side) for side in IntensitySide}
        shown["warnings"] = [*analysis.warnings, *raters.absent]
    plain, unknown = _plain(shown, "")
    if unknown:
        plain["warnings"].append(f"These values could not be computed: {', '.join(unknown)}.")
    return dict(plain)


def _emotion(estimate: EmotionEstimate | None) -> dict[str, Any] | None:
    if estimate is None:
        return None
    return {"label": estimate.label.value, "probabilities": estimate.probabilities}


def _ekman(check: EkmanCheck | None) -> dict[str, Any] | None:
    return None if check is None else {**asdict(check), "cues": [asdict(cue) for cue in check.cues]}


def _trimodal(analysis: Analysis) -> dict[str, Any] | None:
    said = analysis.trimodal
    return None if said is None else {"verdict": likeliest(said), "probabilities": said}


def _script(match: ScriptMatch | None) -> dict[str, Any] | None:
    if match is None:
        return None
    return {"wer": match.wer, "missed": match.missed, "changed": match.changed, "added": match.added}


def _modality(reading: ModalityReading) -> dict[str, Any]:
    return {
        "trust": reading.trust,
        "confidence": reading.confidence,
        "emotion": None if reading.emotion is None else reading.emotion.probabilities,
        "intensity": reading.intensity,
        "weight": reading.weight,
        "quality": reading.quality,
        "note": reading.note,
    }


def _plain(value: Any, name: str) -> tuple[Any, list[str]]:
    """``value`` in JSON's own types, and the names of the numbers that were none."""
    if isinstance(value, Mapping):
        parts = {str(key): _plain(each, f"{name}.{key}".lstrip(".")) for key, each in value.items()}
        return {key: part for key, (part, _) in parts.items()}, [
            n for _, names in parts.values() for n in names
        ]
    if isinstance(value, (list, tuple)):
        items = [_plain(each, name) for each in value]
        return [item for item, _ in items], sorted({n for _, names in items for n in names})
    if value is None or isinstance(value, (bool, int)):
        return value, []
    if isinstance(value, str):
        return str(value), []
    number = float(value)
    return (number, []) if math.isfinite(number) else (None, [name])
