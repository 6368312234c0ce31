"""The picture network: a small residual network that names the emotion of a grey face crop.

It sees what landmarks do not: wrinkles, shadows, teeth. It knows no time and no neutral face.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from engine import weights
from engine.features.face_crop import CROP_PX
from engine.vocabulary import Emotion
from engine.weights import Arrays, WeightsFile

PICTURE_FILE: Final = "performance_face_picture.safetensors"

WIDTHS: Final = (24, 48, 96)
"""Channels at 24, 12 and 6 pixels: kept-out pictures are named better than by two thirds of them."""
DROPOUT: Final = 0.3
CONTRAST_FLOOR: Final = 8.0
"""Grey levels added to a crop's spread, so that an even surface is not blown up to noise."""
BATCH: Final = 128


class ResidualBlock(nn.Module):
    """Two 3 × 3 convolutions at half the resolution, beside a shortcut (He et al. 2016)."""

    def __init__(self, narrow: int, wide: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(narrow, wide, 3, stride=2, padding=1, bias=False)
        self.first_norm = nn.BatchNorm2d(wide)
        self.second = nn.Conv2d(wide, wide, 3, padding=1, bias=False)
        self.second_norm = nn.BatchNorm2d(wide)
        self.shortcut = nn.Sequential(
            nn.AvgPool2d(2), nn.Conv2d(narrow, wide, 1, bias=False), nn.BatchNorm2d(wide)
        )

    def forward(self, x: Tensor) -> Tensor:
        """[batch, narrow, side, side] → [batch, wide, side / 2, side / 2]."""
        deeper = functional.relu(self.first_norm(self.first(x)))
        deeper = self.second_norm(self.second(deeper))
        return functional.relu(deeper + self.shortcut(x))


class PictureNetwork(nn.Module):
    """Grey crops in, emotion logits out.

    Parameters
    ----------
    emotions : int
        How many emotions it names.
    """

    def __init__(self, emotions: int) -> None:
        super().__init__()
        fine, middle, coarse = WIDTHS
        self.stem = nn.Sequential(
            nn.PixelUnshuffle(2),  # half the resolution, nothing thrown away
            nn.Conv2d(4, fine, 3, padding=1, bias=False),
            nn.BatchNorm2d(fine),
            nn.ReLU(),
        )
        self.body = nn.Sequential(ResidualBlock(fine, middle), ResidualBlock(middle, coarse))
        self.dropout = nn.Dropout(DROPOUT)
        self.emotion = nn.Linear(coarse, emotions)

    def forward(self, crops: Tensor) -> Tensor:
        """Logits [batch, emotions] of standardised crops [batch, 1, 48, 48]."""
        found = self.body(self.stem(crops)).mean(dim=(2, 3))  # [batch, coarse]
        return self.emotion(self.dropout(found))  # type: ignore[no-any-return]  # torch leaves modules untyped


@dataclass(frozen=True, slots=True)
class FacePictures:
    """The trained picture network.

    Attributes
    ----------
    emotions : tuple of Emotion
        In the order of the columns of :meth:`read`.
    network : PictureNetwork
    temperature : float
        Divides the logits (Guo et al. 2017); fitted on pictures that were kept out of the training.
    seen : frozenset of int
        Fingerprints of the picture files it learned from: of those it must not be asked.
    version : str
    """

    emotions: tuple[Emotion, ...]
    network: PictureNetwork
    temperature: float
    seen: frozenset[int]
    version: str

    @classmethod
    @lru_cache(maxsize=1)
    def load(cls) -> Self:
        """Load the network from the weights folder, once per process.

        Raises
        ------
        WeightsError
            If its file is missing or damaged.
        """
        return cls.from_file(weights.load(PICTURE_FILE))

    @classmethod
    def from_file(cls, file: WeightsFile) -> Self:
        """Rebuild the network that :func:`picture_arrays` stored."""
        emotions = tuple(Emotion(name) for name in file.metadata["emotions"].split(","))
        network = PictureNetwork(len(emotions))
        network.load_state_dict(
            {
                key: torch.tensor(value.astype(np.float32))
                for key, value in file.arrays.items()
                if not key.startswith("seen.")
            },
            strict=False,  # the counters of batch normalisation are not stored
        )
        return cls(
            emotions,
            network.eval(),
            float(file.metadata["temperature"]),
            frozenset(file.arrays["seen.hash"].tolist()),
            file.version,
        )

    def read(self, crops: NDArray[np.uint8]) -> NDArray[np.float64]:
        """Emotion distributions of grey crops of faces.

        Parameters
        ----------
        crops : ndarray, shape (n, 48, 48), uint8
            From :func:`engine.features.face_crop.face_crop`.

        Returns
        -------
        ndarray, shape (n, emotions)
            Each row sums to 1; calibrated for single crops.

        Raises
        ------
        ValueError
            If the crops have another shape or are not bytes.
        """
        logits = self.logits(crops) / self.temperature
        shares = np.exp(logits - logits.max(axis=1, keepdims=True))
        return np.asarray(shares / shares.sum(axis=1, keepdims=True), dtype=np.float64)

    def logits(self, crops: NDArray[np.uint8]) -> NDArray[np.float64]:
        """Logits [n, emotions] before the temperature, each crop read with its mirror picture."""
        return network_logits(self.network, crops)


def network_logits(network: PictureNetwork, crops: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Logits [n, emotions] of crops [n, 48, 48], the mean over each crop and its mirror picture.

    Raises
    ------
    ValueError
        If the crops have another shape or are not bytes.
    """
    if crops.ndim != 3 or crops.shape[1:] != (CROP_PX, CROP_PX) or crops.dtype != np.uint8:
        raise ValueError(
            f"Face crops are (n, {CROP_PX}, {CROP_PX}) bytes, not {crops.dtype} {crops.shape}; "
            "use face_crop()."
        )
    answers = [np.zeros((0, network.emotion.out_features))]
    with torch.inference_mode():
        for start in range(0, len(crops), BATCH):
            batch = standardised(crops[start : start + BATCH])
            answer = (network(batch) + network(batch.flip(3))) / 2
            answers.append(answer.numpy().astype(np.float64))
    return np.concatenate(answers)


def standardised(crops: NDArray[np.uint8]) -> Tensor:
    """Crops [n, 48, 48] with mean 0 and a spread of about 1 each, as the network takes them."""
    grey = crops.astype(np.float32)
    mean, spread = grey.mean(axis=(1, 2), keepdims=True), grey.std(axis=(1, 2), keepdims=True)
    return torch.from_numpy((grey - mean) / (spread + CONTRAST_FLOOR))[:, None]


def picture_arrays(state: Mapping[str, Tensor]) -> Arrays:
    """What of a network's state goes into its weight file, in half precision."""
    return {
        key: value.numpy().astype(np.float16)
        for key, value in state.items()
        if not key.endswith("num_batches_tracked")
    }
