"""Between the engine's Analysis and the stored prediction: written as JSON, read back as it was.

Thumbnails leave the document: the media store keeps the pictures, the document their keys.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from dashboard.services.foreign import ForeignPrediction
from db.errors import StorageError
from db.records import ClipRecord, PredictionDraft, PredictionRecord
from engine.analysis import (
    Amplification,
    Analysis,
    AttentionPeak,
    Curves,
    EkmanCheck,
    EmotionEstimate,
    FaceReason,
    FacesSeen,
    FacialCue,
    Judgement,
    ModalityReading,
    ScriptMatch,
    SpokenWord,
    z_score,
)
from engine.features.table import INSTANTS
from engine.verdict.fixed import FIXED
from engine.vocabulary import Emotion, Modality, Verdict

DOCUMENT_FORMAT: Final = "prediction-1"
"""Raised whenever the document changes its shape."""

UNKNOWN_DURATION_S: Final = 1.0
IMPORTED_WARNING: Final = "This prediction was brought in with a table; only its figures are known."


@dataclass(frozen=True, slots=True)
class StoredPrediction:
    """A prediction as a page shows it.

    Attributes
    ----------
    analysis : Analysis
        Without pictures; its judgement is the one given at the time of the analysis.
    thumbnail_keys : tuple of (str or None)
        One for each of ``analysis.peaks``: the name of its picture in the media store.
    face_keys : tuple of (str or None)
        The same for each face that is seen, from the left; empty where there is one, or none.
    """

    id: int
    clip_id: str
    created_at: datetime
    analysis: Analysis
    thumbnail_keys: tuple[str | None, ...]
    face_keys: tuple[str | None, ...] = ()


def draft_of(
    analysis: Analysis,
    *,
    clip_id: str,
    thumbnail_keys: Sequence[str | None] = (),
    face_keys: Sequence[str | None] = (),
) -> PredictionDraft:
    """What is stored of an analysis.

    Parameters
    ----------
    thumbnail_keys : sequence of (str or None)
        Where the pictures of ``analysis.peaks`` lie, in their order; none may be missing if any is given.
    face_keys : sequence of (str or None)
        Where the pictures of its faces lie, from the left.

    Raises
    ------
    ValueError
        If there are keys, but not one for each peak.
    """
    if thumbnail_keys and len(thumbnail_keys) != len(analysis.peaks):
        raise ValueError(f"{len(thumbnail_keys)} thumbnail keys for {len(analysis.peaks)} peaks.")
    return PredictionDraft(
        clip_id=clip_id,
        system=analysis.system,
        weights_version=analysis.weights_version,
        feature_schema=analysis.feature_schema,
        line=analysis.line,
        line_source=analysis.line_source,
        emotion=None if analysis.emotion is None else analysis.emotion.label,
        expected_intensity=analysis.expected_intensity,
        expressed_intensity=analysis.expressed_intensity,
        document=_document(
            analysis, tuple(thumbnail_keys) or (None,) * len(analysis.peaks), tuple(face_keys)
        ),
        text_trust=_trust(analysis, Modality.TEXT),
        voice_trust=_trust(analysis, Modality.VOICE),
        face_trust=_trust(analysis, Modality.FACE),
    )


def imported_draft(clip: ClipRecord, said: ForeignPrediction) -> PredictionDraft:
    """What is stored of a prediction that came with a table: its figures, and nothing along the clip.

    Attention is even: pages draw it, and nothing is known of where a model looked.
    """
    duration = clip.duration_s or UNKNOWN_DURATION_S
    expected, expressed = z_score(said.expected_intensity), z_score(said.expressed_intensity)
    unknown = (None,) * INSTANTS
    return draft_of(
        Analysis(
            clip=clip.original_name,
            duration_s=duration,
            system=said.system,
            weights_version=said.weights_version,
            feature_schema=said.feature_schema,
            line=clip.line,
            line_source=clip.line_source,
            emotion=_imported_emotion(said),
            expected_intensity=said.expected_intensity,
            expressed_intensity=said.expressed_intensity,
            judgement=FIXED.judge(None if expected is None or expressed is None else expressed - expected),
            attention=(1 / INSTANTS,) * INSTANTS,
            attention_times_s=tuple((place + 0.5) * duration / INSTANTS for place in range(INSTANTS)),
            words=(),
            peaks=(),
            curves=Curves(loudness_db=unknown, pitch_hz=unknown, face_movement=unknown),
            modalities={},
            amplification=None,
            timings_s={},
            warnings=(IMPORTED_WARNING,),
        ),
        clip_id=clip.id,
    )


def _imported_emotion(said: ForeignPrediction) -> EmotionEstimate | None:
    if (
        said.probabilities
        and max(said.probabilities, key=lambda name: said.probabilities[name]) is said.emotion
    ):
        return EmotionEstimate(said.probabilities)
    return None if said.emotion is None else EmotionEstimate({said.emotion: 1.0})


def stored(record: PredictionRecord) -> StoredPrediction:
    """The prediction of a row.

    Raises
    ------
    StorageError
        If its document has a shape this version does not know.
    """
    content = record.document
    if content.get("format") != DOCUMENT_FORMAT:
        raise StorageError(
            f"Prediction {record.id} was stored as {content.get('format')!r}, which this version does not "
            "read; analyse the clip again."
        )
    return StoredPrediction(
        id=record.id,
        clip_id=record.clip_id,
        created_at=record.created_at,
        analysis=_analysis(record, content),
        thumbnail_keys=tuple(peak["thumbnail_key"] for peak in content["peaks"]),
        face_keys=tuple(content.get("face_keys", ())),  # stored before faces could be chosen: none
    )


def strongest(shares: Mapping[str, float] | None) -> Emotion | None:
    """The emotion with the largest share of a stored reading."""
    estimate = _estimate(shares)
    return None if estimate is None else estimate.label


def _trust(analysis: Analysis, modality: Modality) -> float | None:
    reading = analysis.modalities.get(modality)
    return None if reading is None else reading.trust


def _document(
    analysis: Analysis, keys: tuple[str | None, ...], face_keys: tuple[str | None, ...]
) -> dict[str, Any]:
    judgement = analysis.judgement
    return {
        "format": DOCUMENT_FORMAT,
        "clip": analysis.clip,
        "duration_s": analysis.duration_s,
        "emotion": _shares(analysis.emotion),
        "judgement": {
            "verdict": judgement.verdict,
            "probabilities": None if judgement.probabilities is None else dict(judgement.probabilities),
            "verdict_set": list(judgement.verdict_set),
            "policy_version": judgement.policy_version,
            "lower": judgement.lower,
            "upper": judgement.upper,
        },
        "attention": list(analysis.attention),
        "attention_times_s": list(analysis.attention_times_s),
        "words": [asdict(word) for word in analysis.words],
        "peaks": [
            {"time_s": peak.time_s, "weight": peak.weight, "word": peak.word, "thumbnail_key": key}
            for peak, key in zip(analysis.peaks, keys, strict=True)
        ],
        "curves": {name: list(values) for name, values in asdict(analysis.curves).items()},
        "modalities": {name: _reading_document(reading) for name, reading in analysis.modalities.items()},
        "branches": {name: _reading_document(reading) for name, reading in analysis.branches.items()},
        "ekman": None if analysis.ekman is None else asdict(analysis.ekman),
        "amplification": None if analysis.amplification is None else asdict(analysis.amplification),
        "script": None if analysis.script is None else asdict(analysis.script),
        "faces": None if analysis.faces is None else asdict(analysis.faces),
        "face_keys": list(face_keys),
        "trimodal": None if analysis.trimodal is None else dict(analysis.trimodal),
        "timings_s": dict(analysis.timings_s),
        "warnings": list(analysis.warnings),
    }


def _analysis(record: PredictionRecord, content: Mapping[str, Any]) -> Analysis:
    judgement = content["judgement"]
    probabilities = judgement["probabilities"]
    lift = content["amplification"]
    return Analysis(
        clip=content["clip"],
        duration_s=content["duration_s"],
        system=record.system,
        weights_version=record.weights_version,
        feature_schema=record.feature_schema,
        line=record.line,
        line_source=record.line_source,
        emotion=_estimate(content["emotion"]),
        expected_intensity=record.expected_intensity,
        expressed_intensity=record.expressed_intensity,
        judgement=Judgement(
            verdict=None if judgement["verdict"] is None else Verdict(judgement["verdict"]),
            probabilities=_verdicts(probabilities),
            verdict_set=tuple(Verdict(name) for name in judgement["verdict_set"]),
            policy_version=judgement["policy_version"],
            lower=judgement["lower"],
            upper=judgement["upper"],
        ),
        attention=tuple(content["attention"]),
        attention_times_s=tuple(content["attention_times_s"]),
        words=tuple(SpokenWord(**word) for word in content["words"]),
        peaks=tuple(
            AttentionPeak(time_s=peak["time_s"], weight=peak["weight"], word=peak["word"])
            for peak in content["peaks"]
        ),
        curves=Curves(**{name: tuple(values) for name, values in content["curves"].items()}),
        modalities={Modality(name): _reading(reading) for name, reading in content["modalities"].items()},
        amplification=None if lift is None else Amplification(**lift),
        timings_s=content["timings_s"],
        warnings=tuple(content["warnings"]),
        # Documents stored before there were branches and checks lack both.
        branches={name: _reading(reading) for name, reading in content.get("branches", {}).items()},
        ekman=_check(content.get("ekman")),
        script=_script(content.get("script")),  # predictions before speech recognition have none
        faces=_faces(content.get("faces")),
        trimodal=_verdicts(content.get("trimodal")),
    )


def _reading_document(reading: ModalityReading) -> dict[str, Any]:
    return {
        "trust": reading.trust,
        "confidence": reading.confidence,
        "emotion": _shares(reading.emotion),
        "intensity": reading.intensity,
        "weight": reading.weight,
        "quality": dict(reading.quality),
        "note": reading.note,
    }


def _reading(document: Mapping[str, Any]) -> ModalityReading:
    return ModalityReading(**{**document, "emotion": _estimate(document["emotion"])})


def _check(document: Mapping[str, Any] | None) -> EkmanCheck | None:
    if document is None:
        return None
    cues = tuple(FacialCue(**cue) for cue in document["cues"])
    return EkmanCheck(Emotion(document["emotion"]), cues, document["sentence"])


def _verdicts(shares: Mapping[str, float] | None) -> dict[Verdict, float] | None:
    return None if shares is None else {Verdict(name): share for name, share in shares.items()}


def _faces(seen: Mapping[str, Any] | None) -> FacesSeen | None:
    return None if seen is None else FacesSeen(seen["count"], seen["chosen"], FaceReason(seen["reason"]))


def _script(match: Mapping[str, Any] | None) -> ScriptMatch | None:
    if match is None:
        return None
    changed = tuple((ours, theirs) for ours, theirs in match["changed"])
    return ScriptMatch(match["wer"], tuple(match["missed"]), changed, tuple(match["added"]))


def _shares(emotion: EmotionEstimate | None) -> dict[str, float] | None:
    return None if emotion is None else {name.value: share for name, share in emotion.probabilities.items()}


def _estimate(shares: Mapping[str, float] | None) -> EmotionEstimate | None:
    return (
        None if shares is None else EmotionEstimate({Emotion(name): share for name, share in shares.items()})
    )
