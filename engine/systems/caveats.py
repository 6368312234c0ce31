"""What a person should know before believing the numbers of a clip, in sentences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from engine.features.trust import LOW_TRUST, Trust
from engine.media import Media
from engine.vocabulary import Modality


class Noted(Protocol):
    """What reads a line and may say what limits the reading."""

    @property
    def note(self) -> str | None: ...


def caveats(
    media: Media,
    text: Noted,
    trust: Mapping[Modality, Trust],
    *,
    line: str | None,
    expressed: float | None,
) -> tuple[str, ...]:
    """Say what was missing, damaged or hard to read.

    Parameters
    ----------
    media : Media
    text : Noted
    trust : Mapping[Modality, Trust]
    line : str or None
        As it was given.
    expressed : float or None
        Expressed intensity, ``None`` where it is unknown.
    """
    said = list(media.warnings)
    if line is None or not line.strip():
        said.append("No line was given, so what the clip demands is unknown.")
    elif text.note is not None:
        said.append(text.note)
    for modality in (Modality.VOICE, Modality.FACE):
        judged = trust[modality]
        if judged.value == 0:
            said.append(f"{judged.note} The {modality} was left out.")
        elif judged.value < LOW_TRUST:
            said.append(f"{judged.note} Trust in the {modality} is low ({judged.value:.2f}).")
    if expressed is None:
        said.append("Neither voice nor face can be read, so what the performance shows is unknown.")
    return tuple(said)
