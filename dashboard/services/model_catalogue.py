"""The models that Dailies can use and does not ship: what each is for, whose it is, how large.

Sizes are rounded and licences are those their owners stated when this was written; what is fetched and
under which licence is asked of the hub again before anything is downloaded.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from engine import hub_models
from engine.errors import UnknownNameError
from engine.features import blendshapes
from engine.weights import weights_dir

MEGABYTE: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Offer:
    """One model.

    Attributes
    ----------
    name : str
        Its hub name, or the name of its one file.
    used_for : str
        What Dailies does with it.
    licence : str
    megabytes : int
        Rounded.
    url : str or None
        Where its one file lies; ``None`` for a model of the hub.
    sha256 : str or None
        Of its one file. The sums of a hub model's files are asked of the hub.
    by_name_only : bool
        Whether it is fetched only where it is named.
    """

    name: str
    used_for: str
    licence: str
    megabytes: int
    url: str | None = None
    sha256: str | None = None
    by_name_only: bool = False

    @property
    def destination(self) -> Path:
        """Where it lies once fetched."""
        return hub_models.models_dir() / self.name if self.url is None else weights_dir() / self.name

    @property
    def found(self) -> Path | None:
        """Where it lies on this machine, or ``None``; opens no connection."""
        if self.url is None:
            return hub_models.local_folder(self.name)
        return self.destination if self.destination.is_file() else None


OFFERS: Final = (
    Offer(
        blendshapes.FILE,
        "52 blendshapes beside the face's landmarks",
        "Apache-2.0",
        4,
        "https://storage.googleapis.com/mediapipe-models/face_landmarker/face_landmarker/float16/1/"
        "face_landmarker.task",
        blendshapes.SHA256,
    ),
    Offer("openai/whisper-base", "speech recognition, and word times", "Apache-2.0", 294),
    Offer("openai/whisper-tiny", "the same, faster and less accurate", "Apache-2.0", 155, by_name_only=True),
    Offer("openai/whisper-small", "the same, slower and more accurate", "Apache-2.0", 971, by_name_only=True),
    Offer(
        "j-hartmann/emotion-english-distilroberta-base",
        "a second opinion on the emotion of the words",
        "none stated; ask its author before you pass it on",
        330,
    ),
    Offer(
        "arpanghoshal/EmoRoBERTa",
        "teacher of the expected intensity (published for TensorFlow: usable only once converted)",
        "MIT",
        500,
        by_name_only=True,
    ),
    Offer(
        "SamLowe/roberta-base-go_emotions",
        "teacher of the expected intensity, of the same class",
        "MIT",
        500,
        by_name_only=True,
    ),
    Offer("microsoft/resnet-18", "the full-size encoder of faces and mel pictures", "Apache-2.0", 47),
    Offer("microsoft/resnet-50", "the same, larger", "Apache-2.0", 103, by_name_only=True),
)


def named(names: list[str]) -> tuple[Offer, ...]:
    """The models of these names, or those that are fetched unasked where none is named.

    Raises
    ------
    UnknownNameError
        If there is no model of a name.
    """
    by_name = {offer.name.casefold(): offer for offer in OFFERS}
    unknown = [name for name in names if name.casefold() not in by_name]
    if unknown:
        known = ", ".join(offer.name for offer in OFFERS)
        raise UnknownNameError(f"There is no model {unknown[0]!r} to fetch; name one of {known}.")
    if names:
        return tuple(by_name[name] for name in dict.fromkeys(name.casefold() for name in names))
    return tuple(offer for offer in OFFERS if not offer.by_name_only)
