"""Review: watch a clip beside the machine's opinion, answer, go on to the next."""

from __future__ import annotations

from datetime import UTC
from typing import Final

import streamlit as st

from dashboard import boundary, visit
from dashboard.components.evidence import EvidenceView, evidence
from dashboard.components.keymap import Keymap
from dashboard.components.player import PlayerScene, ScenePeak, player
from dashboard.components.rating_form import Answer, Receipt, Submission, rating_form
from dashboard.components.verdict_panel import VerdictView, verdict_panel
from dashboard.routes import media_url, peak_url
from dashboard.services import clip_list, messages, rating, review
from dashboard.services.predictions import StoredPrediction
from db.records import ClipStatus, IntensitySide, RatingRecord
from engine.errors import DailiesError
from engine.vocabulary import BASIC_EMOTIONS, Phase, Protocol

REFRESH_S: Final = 2
PLAYER_SHARE: Final = (1.12, 1)
_RECEIPT: Final = "rating_receipt"
KEYMAP: Final = Keymap()


def show() -> None:
    """Draw the page."""
    here = visit.here()
    view = _view(here)
    if view is None:
        st.header(messages.say("review.title"))
        _waiting(here.project.id)
        return
    visit.open_clip(view.clip.id)
    hides = _hides_opinion(view)
    _head(view)
    left, right = st.columns(PLAYER_SHARE, gap="medium")
    with left:
        player(_scene(view, hides_opinion=hides))
    with right:
        if hides:
            st.info(messages.say("review.blind"))
        else:
            verdict_panel(_verdict(view))
        _form(here, view, hides_opinion=hides)
    if not hides and view.prediction is not None:
        st.divider()
        evidence(_evidence(view))


def _view(here: visit.Visit) -> review.ReviewView | None:
    asked = visit.asked_clip()
    try:
        return review.view(here.project.id, here.person.id, asked)
    except DailiesError:
        if asked is None:
            raise
        visit.open_clip(None)  # an old address: the clip is of another project, or gone
        return review.view(here.project.id, here.person.id)


def _hides_opinion(view: review.ReviewView) -> bool:
    if view.project.protocol is Protocol.ASSISTED:
        return False
    return view.project.protocol is Protocol.BLIND_ONLY or view.own_rating is None


@st.fragment(run_every=REFRESH_S)
def _waiting(project_id: int) -> None:
    with boundary.shown():
        counts = clip_list.counts(project_id)
        total = sum(counts.values())
        if counts[ClipStatus.READY]:
            st.rerun()
        elif not total:
            st.info(messages.say("review.no_clips"))
        elif counts[ClipStatus.FAILED] == total:
            st.warning(messages.say("review.all_failed"))
        else:
            st.progress(counts[ClipStatus.FAILED] / total, text=messages.say("review.analysing", n=total))


def _head(view: review.ReviewView) -> None:
    bar = st.container(horizontal=True, vertical_alignment="center", gap="small")
    bar.button(
        "", icon=":material/chevron_left:", help=messages.say("review.previous"), key="previous_clip",
        disabled=view.previous_clip_id is None, on_click=visit.open_clip, args=(view.previous_clip_id,),
    )  # fmt: skip
    bar.button(
        "", icon=":material/chevron_right:", help=messages.say("review.next"), key="next_clip",
        disabled=view.next_clip_id is None, on_click=visit.open_clip, args=(view.next_clip_id,),
    )  # fmt: skip
    where = messages.say("review.position", position=view.position, total=view.progress.ready)
    bar.text(f"{where} · {view.clip.original_name}")


def _scene(view: review.ReviewView, *, hides_opinion: bool) -> PlayerScene:
    clip = view.clip
    stored = view.prediction
    is_sound_only = clip.width is None
    if stored is None or hides_opinion:
        return PlayerScene(
            clip=clip.id,
            source=media_url(clip.playable_key),
            is_sound_only=is_sound_only,
            duration_s=clip.duration_s or 0.1,
            line=clip.line,
        )
    analysis = stored.analysis
    return PlayerScene(
        clip=clip.id,
        source=media_url(clip.playable_key),
        is_sound_only=is_sound_only,
        duration_s=analysis.duration_s,
        line=analysis.line,
        words=analysis.words,
        attention=analysis.attention,
        times_s=analysis.attention_times_s,
        peaks=_peaks(stored),
        loudness_db=analysis.curves.loudness_db,
        pitch_hz=analysis.curves.pitch_hz,
        face_movement=analysis.curves.face_movement,
        amplified_s=None if analysis.amplification is None else analysis.amplification.time_s,
    )


def _peaks(stored: StoredPrediction) -> tuple[ScenePeak, ...]:
    stills = [
        None if key is None else peak_url(stored.clip_id, stored.id, key) for key in stored.thumbnail_keys
    ]
    return tuple(
        ScenePeak(peak.time_s, peak.weight, peak.word, still)
        for peak, still in zip(stored.analysis.peaks, stills, strict=True)
    )


def _verdict(view: review.ReviewView) -> VerdictView:
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


def _evidence(view: review.ReviewView) -> EvidenceView:
    if view.prediction is None:
        return EvidenceView(view.explanation, None, view.clip.directed_emotion, {})
    analysis = view.prediction.analysis
    return EvidenceView(view.explanation, analysis.emotion, view.clip.directed_emotion, analysis.modalities)


def _form(here: visit.Visit, view: review.ReviewView, *, hides_opinion: bool) -> None:
    own = view.own_rating
    receipt: Receipt | None = st.session_state.get(_RECEIPT)
    prediction = None if hides_opinion else view.prediction

    def submit(sent: Submission) -> None:
        st.session_state[_RECEIPT] = _store(here, sent)

    def move(where: str) -> None:
        visit.open_clip(view.next_clip_id if where == "next" else view.previous_clip_id)

    rating_form(
        clip=view.clip.id,
        person=str(here.person.id),
        emotions=BASIC_EMOTIONS,
        machine=_machine(view) if prediction is not None else None,
        mine=None if own is None else _mine(own),
        receipt=receipt,
        shown=None if prediction is None else str(prediction.id),
        keymap=KEYMAP,
        on_submit=submit,
        on_move=move,
    )


def _machine(view: review.ReviewView) -> Answer | None:
    if view.prediction is None or view.judgement is None:
        return None
    analysis = view.prediction.analysis
    verdict = view.judgement.verdict
    return Answer(
        delivery=None if verdict is None else rating.DELIVERY_OF_VERDICT[verdict],
        emotion=None if analysis.emotion is None else analysis.emotion.label,
        expected=analysis.expected_intensity,
        expressed=analysis.expressed_intensity,
    )


def _mine(own: RatingRecord) -> Answer:
    return Answer(
        delivery=own.delivery,
        emotion=own.emotion,
        expected=own.expected_intensity,
        expressed=own.expressed_intensity,
        comment=own.comment,
        at=own.created_at,
    )


def _store(here: visit.Visit, sent: Submission) -> Receipt:
    """Store an answer and move on; what goes wrong becomes the receipt's sentence."""
    try:
        view = review.view(here.project.id, here.person.id, sent.clip)
        is_revision = view is not None and view.own_rating is not None
        stored = rating.submit(
            clip_id=sent.clip,
            person_id=here.person.id,
            answer=rating.Answer(
                delivery=None if sent.answer.delivery is None else int(sent.answer.delivery),
                emotion=sent.answer.emotion,
                expected_intensity=sent.answer.expected,
                expressed_intensity=sent.answer.expressed,
                comment=sent.answer.comment,
                watched_share=sent.watched.share,
                active_time_s=sent.watched.active_s,
                confirmed=sent.confirmed,
            ),
            idempotency_key=sent.key,
            prediction_id=None if sent.shown is None else int(sent.shown),
            phase=_phase(here.project.protocol, is_revision=is_revision),
        )
    except Exception as error:
        return Receipt(sent.key, sent.clip, "", refusal=boundary.sentence(error))
    is_reveal = here.project.protocol is Protocol.BLIND_FIRST
    if view is not None and not is_revision and not is_reveal:
        visit.open_clip(view.next_unrated_id or sent.clip)
    name = "" if view is None else view.clip.original_name
    return Receipt(sent.key, sent.clip, name, at=stored.created_at.astimezone(UTC))


def _phase(protocol: Protocol, *, is_revision: bool) -> Phase:
    if protocol is Protocol.ASSISTED:
        return Phase.ASSISTED
    is_after_reveal = is_revision and protocol is Protocol.BLIND_FIRST
    return Phase.REVISED if is_after_reveal else Phase.BLIND
