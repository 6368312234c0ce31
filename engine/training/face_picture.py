"""Train the picture network: ``python -m engine train face-picture --data DIR --out DIR --seed N``.

From FER+ train (Barsoum et al. 2016) with its ten votes as soft labels. A part of it is never learned
from: it fits the temperature.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Final

import numpy as np
import torch
from numpy.random import Generator
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from engine import weights
from engine.systems.face_picture import (
    PICTURE_FILE,
    PictureNetwork,
    network_logits,
    picture_arrays,
    standardised,
)
from engine.training.calibration import fitted_temperature
from engine.training.crop_augmentation import changed
from engine.training.device import moved, training_device
from engine.training.fer_pictures import FerPictures, read_fer_pictures
from engine.vocabulary import BASIC_EMOTIONS

EPOCHS: Final = 24
BATCH: Final = 32
LEARNING_RATE: Final = 4e-3
WEIGHT_DECAY: Final = 0.03
RISE: Final = 0.2
"""Share of the steps in which the learning rate rises (one cycle, Smith & Topin 2018)."""
WHOLE_SHARE: Final = 0.15
"""Share of faces shown as the whole picture, which is all there is where no landmarks are found."""
MIXED_SHARE, MIXING = 0.5, 0.3
"""Share of the batches that are mixed up, and the beta distribution's parameter (Zhang et al. 2018)."""
AVERAGING: Final = 0.995
"""Decay of the running mean of the weights, which is what is kept (Polyak & Juditsky 1992)."""
KEPT_OUT: Final = 10
"""One picture in so many is never learned from; it fits the temperature and the shares of the vote."""

DATA: Final = "FER+ train (Barsoum et al. 2016), pictures of FER2013"
LICENCE: Final = "research only (FER+ labels MIT)"

Bytes = NDArray[np.uint8]


def kept_out(fingerprint: NDArray[np.uint64]) -> NDArray[np.bool_]:
    """Which pictures the network never learns from, shape (n,); the same bytes are always on one side."""
    return np.asarray(fingerprint // np.uint64(KEPT_OUT) % np.uint64(KEPT_OUT) == 0)


def train(data: Path, out: Path, *, seed: int, say: Callable[[str], None] = print) -> None:
    """Train the picture network and write its weight file.

    Parameters
    ----------
    data : Path
        The folder with ``faces/ferplus``.
    out : Path
        The weights folder.
    seed : int
        Of all randomness; stored with the weights.

    Raises
    ------
    TableError
        If a training file is missing or unreadable.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        pictures = read_fer_pictures(data, split="train")
        held = kept_out(pictures.fingerprint)
        network = trained_network(pictures, ~held, rng=np.random.default_rng((seed, 3)), say=say)
        logits = network_logits(network, pictures.cut[held])
        temperature = fitted_temperature(logits, pictures.votes[held])
        named = (logits.argmax(axis=1) == pictures.votes[held].argmax(axis=1)).mean()
        say(f"face picture: kept out {int(held.sum())}, accuracy {named:.3f}, temperature {temperature:.2f}")
        weights.save(
            PICTURE_FILE,
            {
                **picture_arrays(network.state_dict()),
                "seen.hash": np.unique(pictures.fingerprint[~held]),
            },
            folder=out,
            metadata={
                "emotions": ",".join(BASIC_EMOTIONS),
                "temperature": f"{temperature:.4f}",
                "epochs": str(EPOCHS),
            },
            entry={
                "data": DATA,
                "licence": LICENCE,
                "seed": seed,
                "command": f"python -m engine train face-picture --data DIR --out weights --seed {seed}",
            },
            seen=(content for content, out_ in zip(pictures.contents, held, strict=True) if not out_),
        )
    finally:
        torch.set_num_threads(threads)


def trained_network(
    pictures: FerPictures,
    learned: NDArray[np.bool_],
    *,
    rng: Generator,
    say: Callable[[str], None] = lambda _: None,
) -> PictureNetwork:
    """Train one network on the pictures ``learned`` (n,); each epoch shows a face whole or cut, by chance."""
    torch.manual_seed(int(rng.integers(2**31)))
    device = training_device()
    network = PictureNetwork(len(BASIC_EMOTIONS)).to(device)
    # In place, and a quarter faster.
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # torch's stubs lack it
    optimiser = torch.optim.AdamW(network.parameters(), lr=LEARNING_RATE, weight_decay=WEIGHT_DECAY)
    rows = np.flatnonzero(learned)
    per_epoch = max(1, math.ceil(len(rows) / BATCH))
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, LEARNING_RATE, total_steps=EPOCHS * per_epoch, pct_start=RISE
    )
    mean = {key: value.clone() for key, value in network.state_dict().items()}
    step = 0
    for epoch in range(EPOCHS):
        network.train()
        total = 0.0
        for batch in np.array_split(rng.permutation(rows), per_epoch):
            whole = rng.random(len(batch)) < WHOLE_SHARE
            crops = np.where(whole[:, None, None], pictures.whole[batch], pictures.cut[batch])
            shown, votes = _mixed(
                standardised(changed(crops, rng=rng)), torch.from_numpy(pictures.votes[batch]), rng
            )
            shown, votes = moved((shown, votes), device)
            shown = shown.contiguous(memory_format=torch.channels_last)
            loss = -(votes * functional.log_softmax(network(shown), dim=1)).sum(dim=1).mean()
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]  # torch leaves backward untyped
            optimiser.step()
            schedule.step()
            step += 1
            _follow(mean, network.state_dict(), min(AVERAGING, step / (step + 20)))
            total += float(loss.detach())
        say(f"face picture epoch {epoch + 1}/{EPOCHS} loss {total / per_epoch:.3f}")
    network.load_state_dict(mean)
    return network.cpu().eval()


def _mixed(crops: Tensor, votes: Tensor, rng: Generator) -> tuple[Tensor, Tensor]:
    if rng.random() >= MIXED_SHARE:
        return crops, votes
    share = float(rng.beta(MIXING, MIXING))
    other = torch.from_numpy(rng.permutation(len(crops)))
    return share * crops + (1 - share) * crops[other], share * votes + (1 - share) * votes[other]


def _follow(mean: dict[str, Tensor], state: dict[str, Tensor], decay: float) -> None:
    with torch.no_grad():
        for key, value in state.items():
            if value.dtype.is_floating_point:
                mean[key].mul_(decay).add_(value, alpha=1 - decay)
            else:
                mean[key].copy_(value)
