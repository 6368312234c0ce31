"""Rows of answers and of predictions, as Dailies exports them and as others write them down.

A person's answers stand in ``delivery`` or ``verdict``, ``rated_emotion``, ``rated_expected_intensity``
and ``rated_expressed_intensity``; the model's in ``emotion``, ``expected_intensity`` and
``expressed_intensity``, as in the tables that ``thresholds fit`` reads. Where no model is spoken of,
``emotion`` is the person's.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final, TypeVar

from dashboard.services.foreign import ForeignAnswer, ForeignPrediction
from dashboard.services.foreign_records import BadCellError, ForeignRow
from dashboard.services.rating import COMMENT_LENGTH, DELIVERY_OF_VERDICT
from db.records import Purpose
from db.tables import KEY_LENGTH
from engine.errors import UnknownNameError
from engine.vocabulary import (
    BASIC_EMOTIONS,
    Channel,
    Delivery,
    Phase,
    SystemName,
    answer_named,
)

RATER_COLUMNS: Final = ("rater", "annotator", "rater_id", "annotator_id")
CLIP_COLUMNS: Final = ("clip_id", "file_name", "clip", "file", "filename", "video", "clip_sha256")
ANSWER_COLUMNS: Final = (
    "delivery",
    "verdict",
    "rated_emotion",
    "rated_expected_intensity",
    "rated_expressed_intensity",
)
MODEL_COLUMNS: Final = ("weights_version", "system", "prediction_id")
PREDICTED_COLUMNS: Final = ("expected_intensity", "expressed_intensity", "emotion")

UNKNOWN_WEIGHTS: Final = "imported"
"""The version of weights that nobody named."""

Kind = TypeVar("Kind", bound=StrEnum)


def answer_of(row: ForeignRow) -> ForeignAnswer:
    """A row as an answer.

    Raises
    ------
    BadCellError
        If a cell cannot be used, or the row does not say who answered what about which clip.
    """
    has_model = any(row.text(name) is not None for name in MODEL_COLUMNS)
    rater = row.text(*RATER_COLUMNS)
    if rater is None or not rater.strip():
        raise BadCellError(f"{row.where}: nobody is named in the column rater; say who answered.")
    if len(rater) > KEY_LENGTH:
        raise BadCellError(
            f"{row.where}: the rater's name is longer than {KEY_LENGTH} characters; shorten it."
        )
    comment = row.text("comment") or ""
    if len(comment) > COMMENT_LENGTH:
        raise BadCellError(
            f"{row.where}: the comment is longer than {COMMENT_LENGTH} characters; shorten it."
        )
    answer = ForeignAnswer(
        where=row.where,
        clips=clips_of(row),
        rater=rater.strip(),
        delivery=_delivery(row),
        emotion=row.emotion("rated_emotion") if has_model else row.emotion("rated_emotion", "emotion"),
        expected_intensity=row.number("rated_expected_intensity", low=0, high=1),
        expressed_intensity=row.number("rated_expressed_intensity", low=0, high=1),
        comment=comment,
        reason=row.text("reason") or "",
        channel=_member(row, "channel", Channel, Channel.FULL),
        phase=_member(row, "phase", Phase, Phase.BLIND),
        occasion=_occasion(row),
        purpose=_member(row, "purpose", Purpose, Purpose.ORDINARY),
        prediction_shown=row.truth("prediction_shown", otherwise=False),
        confirmed=row.truth("confirmed", otherwise=False),
        simulated=row.truth("simulated", otherwise=False),
        watched_share=row.number("watched_share", low=0, high=1),
        active_time_s=row.number("active_time_s", low=0),
        selection_probability=row.number("selection_probability", low=0, high=1) or None,
        prediction=prediction_of(row) if has_model else None,
        policy_version=row.text("policy_version"),
        given_at=row.moment("rated_at"),
        own_id=row.text("rating_id") or "",
        replaces=row.text("supersedes_id") or "",
        stands=row.truth("stands", otherwise=True),
    )
    said = (answer.delivery, answer.emotion, answer.expected_intensity, answer.expressed_intensity)
    if all(value is None for value in said):
        raise BadCellError(f"{row.where}: the row answers nothing; fill one of {', '.join(ANSWER_COLUMNS)}.")
    return answer


def prediction_of(row: ForeignRow) -> ForeignPrediction:
    """A row as a prediction.

    Raises
    ------
    BadCellError
        If a cell cannot be used, or the row says nothing about its clip.
    """
    shares = {
        emotion: share
        for emotion in BASIC_EMOTIONS
        if (share := row.number(f"probability_{emotion}", low=0, high=1)) is not None
    }
    said = ForeignPrediction(
        where=row.where,
        clips=clips_of(row),
        system=_member(row, "system", SystemName, SystemName.ALIGNMENT),
        weights_version=(row.text("weights_version") or UNKNOWN_WEIGHTS)[:KEY_LENGTH],
        feature_schema=(row.text("feature_schema") or UNKNOWN_WEIGHTS)[:KEY_LENGTH],
        emotion=row.emotion("emotion"),
        expected_intensity=row.number("expected_intensity", low=0, high=1),
        expressed_intensity=row.number("expressed_intensity", low=0, high=1),
        probabilities=shares,
        made_at=row.moment("predicted_at"),
    )
    if said.emotion is None and said.expected_intensity is None and said.expressed_intensity is None:
        raise BadCellError(
            f"{row.where}: the row predicts nothing; fill one of {', '.join(PREDICTED_COLUMNS)}."
        )
    return said


def clips_of(row: ForeignRow) -> tuple[str, ...]:
    """What a row calls its clip.

    Raises
    ------
    BadCellError
        If it names none.
    """
    named = tuple(told.strip() for name in CLIP_COLUMNS if (told := row.text(name)) is not None)
    if not named:
        raise BadCellError(f"{row.where}: no clip is named; give its file name in the column clip.")
    return named


def _delivery(row: ForeignRow) -> Delivery | None:
    for name in ("delivery", "verdict"):
        told = row.text(name)
        if told is not None:
            try:
                meant = answer_named(told)
            except UnknownNameError as error:
                raise BadCellError(f"{row.where}: {error}") from None
            return meant if isinstance(meant, Delivery) else DELIVERY_OF_VERDICT[meant]
    return None


def _occasion(row: ForeignRow) -> int:
    number = row.number("occasion", low=1, high=1000)
    if number is None:
        return 1
    if not number.is_integer():
        raise row.refusal("occasion", "it must be a whole number from 1")
    return int(number)


def _member(row: ForeignRow, name: str, kind: type[Kind], otherwise: Kind) -> Kind:
    told = row.text(name)
    if told is None:
        return otherwise
    try:
        return kind(told.strip().lower())
    except ValueError:
        raise row.refusal(name, f"it must be one of {', '.join(kind)}") from None
