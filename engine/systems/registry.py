"""Which system answers to which name, and the one function that analyses a clip with any of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.analysis import Analysis, SpokenWord
from engine.errors import UnknownNameError
from engine.systems.heard_line import HeardLine
from engine.systems.naming import NamingSystem, analysis_by
from engine.verdict.fixed import FIXED
from engine.verdict.policy import Policy
from engine.vocabulary import SystemName

NAMING_HOMES: Final[Mapping[SystemName, tuple[str, str]]] = {
    SystemName.MMMLA: ("engine.systems.mmmla", "MmmlaSystem"),
    SystemName.MELD: ("engine.systems.meld", "MeldSystem"),
    SystemName.RAVDESS: ("engine.systems.ravdess", "RavdessSystem"),
}
"""Module and class of each system that names emotions; loaded when asked for, since each is optional."""


def naming_system(name: SystemName) -> NamingSystem:
    """Load the system of that name, once per process.

    Raises
    ------
    UnknownNameError
        If it is no system that names emotions.
    WeightsError
        If its weight file is missing or damaged.
    """
    if name not in NAMING_HOMES:
        raise UnknownNameError(
            f"The system {name} does not name emotions alone; use one of {', '.join(NAMING_HOMES)}."
        )
    module, kind = NAMING_HOMES[name]
    load: Callable[[], NamingSystem] = getattr(import_module(module), kind).load
    return load()


def analyze(
    path: str | Path,
    *,
    line: str | None = None,
    before: Sequence[str] = (),
    system: SystemName | str = SystemName.ALIGNMENT,
    policy: Policy | None = None,
    word_times: Sequence[SpokenWord] | None = None,
    neutral: NDArray[np.float32] | None = None,
    amplify: bool = True,
    context: Mapping[str, str] | None = None,
    face: int | None = None,
) -> Analysis:
    """Analyse one clip and its line.

    Parameters
    ----------
    path : str or Path
        A clip of 0.1 s to 30 min; without sound or without pictures it is masked and warned about.
    line : str, optional
        What is said in the clip. Without it, it is recognised where a speech model is on this machine
        (:mod:`engine.speech`); else nothing is known of what the clip demands.
    before : sequence of str
        Lines spoken before it, the latest last; read by systems that know dialogue context.
    system : SystemName or str
        Which of the published systems answers.
    policy : Policy, optional
        The thresholds to judge by; the published ±0.15 by default.
    word_times : sequence of SpokenWord, optional
        When each word of the line is said; by default as it was recognised, or the words are spread over
        the voiced stretch.
    neutral : ndarray, shape (27,), optional
        The actor's own face at rest, from :func:`engine.features.face.neutral_measures`.
    amplify : bool
        Whether the amplifier override of the alignment system may lift a cautious expressed intensity.
    context : Mapping[str, str], optional
        What else the thresholds may depend on (actor, language, genre …). The joint emotion and the
        system are known without it.
    face : int, optional
        Which face to read where there are several, counted from 1 at the left; by default the one whose
        mouth moves with the voice, else the largest.

    Raises
    ------
    MediaError
        If the file is no clip, or has no such face.
    TableError
        If the word times do not fit the line.
    UnknownNameError
        If there is no such system.
    WeightsError
        If a weight file is missing or damaged.
    """
    try:
        chosen = SystemName(system)
    except ValueError:
        raise UnknownNameError(
            f"There is no system {system!s} to analyse clips; use {', '.join(SystemName)}."
        ) from None
    heard = HeardLine.of(Path(path), line=line, word_times=word_times)
    if chosen is SystemName.ALIGNMENT:
        from engine.systems.alignment import AlignmentSystem

        analysis = AlignmentSystem.load().analyze(
            Path(path),
            line=heard.line,
            policy=policy or FIXED,
            word_times=heard.word_times,
            neutral=neutral,
            amplify=amplify,
            context=context,
            face=face,
        )
    else:
        analysis = analysis_by(
            naming_system(chosen),
            Path(path),
            line=heard.line,
            before=before,
            policy=policy or FIXED,
            word_times=heard.word_times,
            neutral=neutral,
            context=context,
            face=face,
        )
    return heard.told(analysis)
