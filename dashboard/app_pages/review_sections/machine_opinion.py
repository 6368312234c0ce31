"""What the machine says about a clip, as the components of the Review page take it."""

from __future__ import annotations

from collections.abc import Collection

from dashboard.components.evidence import EvidenceView
from dashboard.components.player import PlayerScene, ScenePeak
from dashboard.components.rating_form import Answer
from dashboard.components.verdict_panel import VerdictView
from dashboard.routes import media_url, peak_url
from dashboard.services import messages, rating
from dashboard.services.machine_view import MachineView
from dashboard.services.predictions import StoredPrediction
from dashboard.services.review import ReviewView
from db.records import ClipRecord, IntensitySide
from engine.vocabulary import Emotion


def scene(clip: ClipRecord, prediction: StoredPrediction) -> PlayerScene:
    """The clip with everything the machine found in it; only for who may see the machine."""
    analysis = prediction.analysis
    return PlayerScene(
        clip=clip.id,
        source=media_url(clip.playable_key),
        is_sound_only=clip.width is None,
        duration_s=analysis.duration_s,
        line=analysis.line,
        words=analysis.words,
        attention=analysis.attention,
        times_s=analysis.attention_times_s,
        peaks=_peaks(prediction),
        loudness_db=analysis.curves.loudness_db,
        pitch_hz=analysis.curves.pitch_hz,
        face_movement=analysis.curves.face_movement,
        brows=analysis.curves.brows,
        amplified_s=None if analysis.amplification is None else analysis.amplification.time_s,
    )


def verdict(view: ReviewView | MachineView) -> VerdictView:
    """The verdict panel's content."""
    judgement = view.judgement
    if view.prediction is None or judgement is None:
        return VerdictView(None, messages.say("verdict.none"), messages.say("review.not_analysed"))
    analysis = view.prediction.analysis
    is_known = judgement.verdict is not None
    name = "none" if judgement.verdict is None else judgement.verdict.value
    lift = analysis.amplification
    return VerdictView(
        verdict=judgement.verdict,
        headline=messages.say(f"verdict.{name}"),
        sentence=messages.say(
            "review.sentence",
            expected=f"{analysis.expected_intensity:.2f}",
            expressed=f"{analysis.expressed_intensity:.2f}",
            verdict=messages.say(f"zone.{name}"),
        )
        if is_known
        else view.headline,
        gap=analysis.alignment,
        lower=judgement.lower,
        upper=judgement.upper,
        expected=analysis.expected_intensity,
        expressed=analysis.expressed_intensity,
        before=None if lift is None else lift.before,
        raters_expected=view.raters.values.get(IntensitySide.EXPECTED),
        raters_expressed=view.raters.values.get(IntensitySide.EXPRESSED),
        notes=(*analysis.warnings, *view.raters.suspended),
    )


def evidence_of(view: ReviewView) -> EvidenceView:
    """The reasons under the clip."""
    if view.prediction is None:
        return EvidenceView(view.explanation, None, view.clip.directed_emotion, {})
    analysis = view.prediction.analysis
    return EvidenceView(view.explanation, analysis.emotion, view.clip.directed_emotion, analysis.modalities)


def opinion(view: ReviewView, choices: Collection[Emotion]) -> Answer | None:
    """What the form says for the person wherever they say nothing; ``None`` before the analysis.

    Parameters
    ----------
    choices : collection of Emotion
        What the form offers: nobody confirms an emotion that they do not see.
    """
    if view.prediction is None or view.judgement is None:
        return None
    analysis = view.prediction.analysis
    verdict = view.judgement.verdict
    return Answer(
        delivery=None if verdict is None else rating.DELIVERY_OF_VERDICT[verdict],
        emotion=None if analysis.emotion is None else offered(analysis.emotion.label, choices),
        expected=analysis.expected_intensity,
        expressed=analysis.expressed_intensity,
    )


def offered(named: Emotion, choices: Collection[Emotion]) -> Emotion | None:
    """The choice that says what was named, ``None`` where none does; calm is neutral where it has no name."""
    said = Emotion.NEUTRAL if named is Emotion.CALM and named not in choices else named
    return said if said in choices else None


def _peaks(stored: StoredPrediction) -> tuple[ScenePeak, ...]:
    stills = [
        None if key is None else peak_url(stored.clip_id, stored.id, key) for key in stored.thumbnail_keys
    ]
    return tuple(
        ScenePeak(peak.time_s, peak.weight, peak.word, still)
        for peak, still in zip(stored.analysis.peaks, stills, strict=True)
    )
