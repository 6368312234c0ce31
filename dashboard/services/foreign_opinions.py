"""The predictions a project has of its clips, and those of other tools beside them, each kept once."""

from __future__ import annotations

from sqlalchemy.orm import Session

from dashboard.services.foreign import ForeignPrediction
from dashboard.services.predictions import imported_draft
from db import predictions
from db.records import ClipRecord, PredictionSummary

Opinion = tuple[object, ...]


class KnownOpinions:
    """Everything that is said of the clips a file names."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._said: dict[str, list[PredictionSummary]] = {}

    def newest(self, clip: ClipRecord) -> PredictionSummary | None:
        """What was said of a clip last."""
        known = self._of(clip)
        return known[-1] if known else None

    def keep(self, clip: ClipRecord, said: ForeignPrediction) -> tuple[PredictionSummary, bool]:
        """The stored prediction that says the same, and whether it was stored just now."""
        known = self._of(clip)
        same = next((each for each in known if _opinion(each) == _opinion(said)), None)
        if same is not None:
            return same, False
        added = predictions.add(self._session, imported_draft(clip, said))
        stored = next(
            each for each in predictions.every_of_clip(self._session, clip.id) if each.id == added.id
        )
        known.append(stored)
        return stored, True

    def _of(self, clip: ClipRecord) -> list[PredictionSummary]:
        if clip.id not in self._said:
            self._said[clip.id] = list(predictions.every_of_clip(self._session, clip.id))
        return self._said[clip.id]


def says_something(said: ForeignPrediction) -> bool:
    """Whether there is anything in a prediction."""
    return any(each is not None for each in (said.emotion, said.expected_intensity, said.expressed_intensity))


def _opinion(said: ForeignPrediction | PredictionSummary) -> Opinion:
    return (
        said.system,
        said.weights_version,
        said.feature_schema,
        said.emotion,
        said.expected_intensity,
        said.expressed_intensity,
    )
