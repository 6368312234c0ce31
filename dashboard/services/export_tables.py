"""What the exported tables hold: their columns, each with where its value comes from.

``expected_intensity``, ``expressed_intensity`` and ``verdict`` of the ratings are what
``thresholds fit`` reads: the model's intensities of the prediction that was rated, and the person's
verdict. What the person said about intensity and emotion has ``rated_`` before its name. ``stands`` is false
for answers that were superseded or taken back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, Final

from dashboard.services.export_content import Content, RatedRow, SaidCues
from dashboard.services.judging import directed_level, gap_of
from dashboard.services.predictions import stored
from dashboard.services.pseudonyms import MOST_KEPT
from dashboard.services.table_files import Column, Row, Value
from db.records import (
    AdjudicationRecord,
    ClipRecord,
    PredictionRecord,
    PredictionSummary,
    ProjectRecord,
    RatedClip,
)
from engine.analysis import Judgement
from engine.vocabulary import BASIC_EMOTIONS, Modality

ClipPart = tuple[str, type[Any], Callable[[ClipRecord], Value]]

CLIP_PARTS: Final[tuple[ClipPart, ...]] = (
    ("clip_id", str, lambda clip: clip.id),
    ("clip", str, lambda clip: clip.original_name),
    ("clip_sha256", str, lambda clip: clip.sha256),
    ("duration_s", float, lambda clip: clip.duration_s),
    ("line", str, lambda clip: clip.line),
    ("line_source", str, lambda clip: clip.line_source.value),
    ("actor", str, lambda clip: clip.actor),
    ("language", str, lambda clip: clip.language),
    ("genre", str, lambda clip: clip.genre),
    ("directed_emotion", str, lambda clip: clip.directed_emotion),
    ("directed_intensity", float, lambda clip: clip.directed_intensity),
)

RATING_PARTS: Final[tuple[tuple[str, type[Any], Callable[[RatedClip], Value]], ...]] = (
    ("rating_id", int, lambda rated: rated.rating.id),
    ("supersedes_id", int, lambda rated: rated.rating.supersedes_id),
    ("rated_at", datetime, lambda rated: rated.rating.created_at),
    ("phase", str, lambda rated: rated.rating.phase.value),
    ("channel", str, lambda rated: rated.rating.channel.value),
    ("simulated", bool, lambda rated: rated.rating.simulated),
    ("delivery", int, lambda rated: None if rated.rating.delivery is None else int(rated.rating.delivery)),
    ("verdict", str, lambda rated: None if rated.rating.delivery is None else rated.rating.delivery.verdict),
    ("rated_emotion", str, lambda rated: rated.rating.emotion),
    ("rated_expected_intensity", float, lambda rated: rated.rating.expected_intensity),
    ("rated_expressed_intensity", float, lambda rated: rated.rating.expressed_intensity),
    ("comment", str, lambda rated: rated.rating.comment),
    ("confirmed", bool, lambda rated: rated.rating.confirmed),
    ("prediction_shown", bool, lambda rated: rated.rating.prediction_shown),
    ("watched_share", float, lambda rated: rated.rating.watched_share),
    ("active_time_s", float, lambda rated: rated.rating.active_time_s),
    ("selection_probability", float, lambda rated: rated.rating.selection_probability),
    ("occasion", int, lambda rated: rated.rating.occasion),
    ("purpose", str, lambda rated: rated.rating.purpose.value),
    ("reason", str, lambda rated: rated.rating.reason),
)

Said = PredictionRecord | PredictionSummary

MODEL_PARTS: Final[tuple[tuple[str, type[Any], Callable[[Said], Value]], ...]] = (
    ("prediction_id", int, lambda said: said.id),
    ("predicted_at", datetime, lambda said: said.created_at),
    ("system", str, lambda said: said.system.value),
    ("weights_version", str, lambda said: said.weights_version),
    ("feature_schema", str, lambda said: said.feature_schema),
    ("emotion", str, lambda said: said.emotion),
    ("expected_intensity", float, lambda said: said.expected_intensity),
    ("expressed_intensity", float, lambda said: said.expressed_intensity),
    ("alignment", float, gap_of),
)
"""What a model said, in both tables."""

JUDGED_PARTS: Final[tuple[tuple[str, type[Any], Callable[[Judgement], Value]], ...]] = (
    ("verdict", str, lambda said: said.verdict),
    ("verdict_set", str, lambda said: " ".join(said.verdict_set)),
    ("policy_version", str, lambda said: said.policy_version),
    ("lower", float, lambda said: said.lower),
    ("upper", float, lambda said: said.upper),
)

DECIDED_PARTS: Final[tuple[tuple[str, type[Any], Callable[[AdjudicationRecord], Value]], ...]] = (
    ("decided_delivery", int, lambda made: None if made.delivery is None else int(made.delivery)),
    ("decided_verdict", str, lambda made: None if made.delivery is None else made.delivery.verdict),
    ("decided_emotion", str, lambda made: made.emotion),
    ("decided_expected_intensity", float, lambda made: made.expected_intensity),
    ("decided_expressed_intensity", float, lambda made: made.expressed_intensity),
    ("decided_at", datetime, lambda made: made.created_at),
)
"""What was decided about a clip people differed about, beside every answer to it and in place of none."""

CUE_COLUMNS: Final = (
    Column("cue_emotion", str),
    Column("cues_measured", str),
    Column("cues_seen", str),
    Column("cue_remark", str),
    Column("cues_at", datetime),
)
"""The emotion whose facial cues were asked about, what the model measured of them, what the person sees of
them (``"brows lowered yes, lips pressed no"``), their remark, and when they said so last."""

NOTHING_SAID: Final[Row] = (None,) * len(MODEL_PARTS)

RATING_COLUMNS: Final = (
    Column("project", str),
    *(Column(name, kind) for name, kind, _ in CLIP_PARTS),
    Column("rater", str),
    *(Column(name, kind) for name, kind, _ in RATING_PARTS),
    *(Column(name, kind) for name, kind, _ in MODEL_PARTS),
    Column("directed_level", str),
    Column("policy_version", str),
    *(Column(name, kind) for name, kind, _ in DECIDED_PARTS),
    *CUE_COLUMNS,
    Column("line_emotion", str),
    Column("stands", bool),
)

PREDICTION_COLUMNS: Final = (
    Column("project", str),
    *(Column(name, kind) for name, kind, _ in CLIP_PARTS),
    *(Column(name, kind) for name, kind, _ in MODEL_PARTS),
    *(Column(name, kind) for name, kind, _ in JUDGED_PARTS),
    *(Column(f"probability_{emotion}", float) for emotion in BASIC_EMOTIONS),
    *(Column(f"trust_{modality}", float) for modality in Modality),
    Column("warnings", str),
)


def rating_rows(content: Content) -> Iterator[Row]:
    """The rows of :data:`RATING_COLUMNS`, oldest answer first."""
    return map(RatingRows(content.project).row, content.answers())


class RatingRows:
    """Answers as rows of :data:`RATING_COLUMNS`; the cells of a clip are worked out once for its answers."""

    def __init__(self, project: ProjectRecord) -> None:
        self._project = project
        self._clips: dict[str, Row] = {}
        self._said: dict[int, Row] = {}

    def row(self, row: RatedRow) -> Row:
        """One answer."""
        rated, made, said = row.rated, row.decided, row.rated.prediction
        return (
            self._project.name,
            *self._clip_cells(rated.clip),
            rated.person.name,
            *[value(rated) for _, _, value in RATING_PARTS],
            *(NOTHING_SAID if said is None else self._said_cells(said)),
            directed_level(rated.clip),
            row.policy_version,
            *[None if made is None else value(made) for _, _, value in DECIDED_PARTS],
            *_cues(row.cues),
            None if row.line_emotion is None else row.line_emotion.value,
            row.stands,
        )

    def _clip_cells(self, clip: ClipRecord) -> Row:
        known = self._clips.get(clip.id)
        if known is None:
            if len(self._clips) >= MOST_KEPT:
                self._clips.clear()
            known = self._clips[clip.id] = tuple(value(clip) for _, _, value in CLIP_PARTS)
        return known

    def _said_cells(self, said: PredictionSummary) -> Row:
        known = self._said.get(said.id)
        if known is None:
            if len(self._said) >= MOST_KEPT:
                self._said.clear()
            known = self._said[said.id] = tuple(value(said) for _, _, value in MODEL_PARTS)
        return known


def _cues(said: SaidCues | None) -> Row:
    """The cells of :data:`CUE_COLUMNS`."""
    if said is None:
        return (None,) * len(CUE_COLUMNS)
    return (said.emotion.value, said.measured, said.seen, said.remark, said.at)


def prediction_rows(content: Content) -> Iterator[Row]:
    """The rows of :data:`PREDICTION_COLUMNS`: each clip's newest prediction under the policy in force."""
    for row in content.predictions():
        analysis = stored(row.prediction).analysis
        shares = {} if analysis.emotion is None else analysis.emotion.probabilities
        yield (
            content.project.name,
            *(value(row.clip) for _, _, value in CLIP_PARTS),
            *(value(row.prediction) for _, _, value in MODEL_PARTS),
            *(value(row.judgement) for _, _, value in JUDGED_PARTS),
            *(shares.get(emotion) for emotion in BASIC_EMOTIONS),
            *(
                analysis.modalities[modality].trust if modality in analysis.modalities else None
                for modality in Modality
            ),
            " ".join(analysis.warnings),
        )
