"""A scene as its strip shows it: each line with its speaker and gap, and where the performance drifts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from dashboard.services.judging import gap_of, in_force, judge
from dashboard.services.messages import say, signed
from dashboard.services.permissions import Act, require
from db import projects, scenes
from db.records import Json, PredictionDraft, SceneRecord, UtteranceRecord, UtteranceStatus
from db.session import reading
from engine.scenes.drift import Drift, drifts
from engine.verdict.policy import Policy
from engine.vocabulary import Emotion, LineSource, SystemName, Verdict


@dataclass(frozen=True, slots=True)
class SpokenLine:
    """An utterance as the strip shows it.

    Attributes
    ----------
    speaker : str
        By name where one is given, else by number; empty where nobody is heard.
    gap : float or None
        z units.
    verdict : Verdict or None
        Under the policy in force now.
    lower, upper : float
        That policy's thresholds for this line, z units.
    """

    utterance: UtteranceRecord
    speaker: str
    gap: float | None
    verdict: Verdict | None
    emotion: Emotion | None
    lower: float
    upper: float
    is_recognised: bool


@dataclass(frozen=True, slots=True)
class SpeakerSum:
    """What a speaker's lines come to."""

    speaker: str
    lines: int
    under: int
    over: int
    mean_gap: float | None


@dataclass(frozen=True, slots=True)
class SceneView:
    """Everything about one scene.

    Attributes
    ----------
    sentences : tuple of str
        Where the performance drifts from the script, in words.
    """

    scene: SceneRecord
    lines: tuple[SpokenLine, ...]
    speakers: tuple[SpeakerSum, ...]
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Described:
    """What thresholds may depend on, of a line of a scene."""

    actor: str | None
    language: str | None
    genre: str | None = None
    directed_emotion: Emotion | None = None
    directed_intensity: float | None = None


def view(scene_id: str, *, person_id: int) -> SceneView:
    """A scene, line by line, under the policy in force now.

    Raises
    ------
    UnknownRowError
        If there is none.
    NotAllowedError
        If the person may not see what the machine says.
    """
    with reading() as session:
        scene = scenes.get(session, scene_id)
        require(session, scene.project_id, person_id, Act.SEE_MACHINE)
        documents = scenes.documents(session, scene)
        language = projects.by_id(session, scene.project_id).language
        judges = _Judges(session, scene.project_id)
        lines = tuple(
            _spoken(judges, scene, utterance, documents.get(utterance.id), language)
            for utterance in scenes.utterances(session, scene)
        )
    return SceneView(scene, lines, tuple(_sums(lines)), tuple(_sentences(lines)))


def clock(seconds: float) -> str:
    """``m:ss``."""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


class _Judges:
    """The policy that judges what was said, looked up once for all lines that one system read alike."""

    def __init__(self, session: Session, project_id: int) -> None:
        self._session, self._project_id = session, project_id
        self._known: dict[tuple[str, ...], Policy] = {}

    def of(self, said: PredictionDraft | None) -> Policy:
        """The policy for one prediction, or for a line that has none yet."""
        read_with = () if said is None else (said.system.value, said.weights_version, said.feature_schema)
        if read_with not in self._known:
            self._known[read_with] = in_force(self._session, self._project_id, said).policy
        return self._known[read_with]


def _spoken(
    judges: _Judges, scene: SceneRecord, utterance: UtteranceRecord, document: Json | None, language: str
) -> SpokenLine:
    speaker = utterance.given_speaker or (
        "" if utterance.heard_speaker is None else say("scenes.speaker", n=utterance.heard_speaker)
    )
    is_ready = document is not None and utterance.status is UtteranceStatus.READY
    said = _prediction(scene, utterance, document) if document is not None and is_ready else None
    policy = judges.of(said)
    described = _Described(utterance.given_speaker, language)
    judgement = policy.judge(None, {}) if said is None else judge(policy, described, said)
    return SpokenLine(
        utterance=utterance,
        speaker=speaker,
        gap=None if said is None else gap_of(said),
        verdict=judgement.verdict,
        emotion=None if said is None else said.emotion,
        lower=judgement.lower,
        upper=judgement.upper,
        is_recognised=said is not None and said.line_source is LineSource.RECOGNISED,
    )


def _prediction(scene: SceneRecord, utterance: UtteranceRecord, document: Json) -> PredictionDraft:
    shares: Mapping[str, float] | None = document["emotion"]
    readings = document["modalities"]
    trust = {
        name: readings[name]["trust"] if name in readings else None for name in ("text", "voice", "face")
    }
    return PredictionDraft(
        clip_id=scene.id,
        system=SystemName(document["system"]),
        weights_version=document["weights_version"],
        feature_schema=document["feature_schema"],
        line=utterance.line,
        line_source=LineSource(document["line_source"]),
        emotion=Emotion(max(shares, key=lambda name: shares[name])) if shares else None,
        expected_intensity=utterance.expected_intensity,
        expressed_intensity=utterance.expressed_intensity,
        document={},
        text_trust=trust["text"],
        voice_trust=trust["voice"],
        face_trust=trust["face"],
    )


def _sums(lines: Sequence[SpokenLine]) -> Iterable[SpeakerSum]:
    for speaker in dict.fromkeys(line.speaker for line in lines):
        own = [line for line in lines if line.speaker == speaker]
        gaps = [line.gap for line in own if line.gap is not None]
        yield SpeakerSum(
            speaker=speaker,
            lines=len(own),
            under=sum(line.verdict is Verdict.UNDER for line in own),
            over=sum(line.verdict is Verdict.OVER for line in own),
            mean_gap=sum(gaps) / len(gaps) if gaps else None,
        )


def _sentences(lines: Sequence[SpokenLine]) -> Iterable[str]:
    """Where everybody drifts; and where one speaker does whose lines others part."""
    told = set()
    for drift, run in _runs(lines):
        told |= {line.utterance.id for line in run}
        yield say(f"scenes.drift.{drift.verdict.value}", **_told(drift, run))
    for speaker in dict.fromkeys(line.speaker for line in lines if line.speaker):
        for drift, run in _runs([line for line in lines if line.speaker == speaker]):
            if not {line.utterance.id for line in run} <= told:
                yield say(f"scenes.drift_of.{drift.verdict.value}", speaker=speaker, **_told(drift, run))


def _runs(lines: Sequence[SpokenLine]) -> Iterable[tuple[Drift, Sequence[SpokenLine]]]:
    for drift in drifts([line.verdict for line in lines], [line.gap for line in lines]):
        yield drift, lines[drift.first : drift.last + 1]


def _told(drift: Drift, run: Sequence[SpokenLine]) -> dict[str, object]:
    return {
        "start": clock(run[0].utterance.start_s),
        "end": clock(run[-1].utterance.end_s),
        "n": drift.count,
        "gap": signed(drift.mean_gap),
    }
