"""Weight files of the emotion-naming systems with networks that learned nothing, for tests of the rest."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import torch

from engine import weights
from engine.features.compare_lld import LLD_WIDTH
from engine.features.mel_picture import BANDS, STEP_WIDTH
from engine.features.sound_summary import SUMMARY_WIDTH
from engine.systems import meld, meld_networks, mmmla, mmmla_networks, ravdess, ravdess_networks
from engine.systems.branch import MEMBERS
from engine.systems.stored_network import packed

KNOTS = np.linspace(-4, 4, 99)
ENTRY = {"data": "made by a test", "licence": "none", "seed": 0, "command": "pytest"}


def write_mmmla(folder: Path) -> None:
    torch.manual_seed(0)
    arrays = packed(mmmla_networks.LexicalNetwork(), "lexical.")
    for index in range(MEMBERS):
        arrays |= packed(mmmla_networks.AcousticNetwork(), f"acoustic{index}.")
        arrays |= packed(mmmla_networks.GatedJoin(), f"join{index}.")
        arrays |= z_scores(f"z{index}.", LLD_WIDTH)
    arrays |= {f"scale.{part}": KNOTS for part in (mmmla.WORDS, mmmla.VOICE)}
    heat = dict.fromkeys((mmmla.WORDS, mmmla.VOICE, "joint"), 1.0)
    metadata = {"pooling": "attention", "temperatures": json.dumps(heat)}
    weights.save(mmmla.FILE, arrays, folder=folder, metadata=metadata, entry=ENTRY)


def write_meld(folder: Path) -> None:
    torch.manual_seed(1)
    arrays = packed(meld_networks.TextHead(), "text.")
    for index in range(MEMBERS):
        arrays |= packed(meld_networks.AudioNetwork(), f"audio{index}.")
        arrays |= packed(meld_networks.FaceNetwork(), f"face{index}.")
        arrays |= {f"range{index}.low": np.zeros(SUMMARY_WIDTH, np.float32)}
        arrays |= {f"range{index}.high": np.ones(SUMMARY_WIDTH, np.float32)}
    parts = (meld.WORDS, meld.VOICE, meld.FACE)
    arrays |= {f"scale.{part}": KNOTS for part in parts}
    metadata = {
        "alpha": "0.7",
        "correlation": "0.5",
        "temperatures": json.dumps(dict.fromkeys(parts, 1.0)),
    }
    weights.save(meld.FILE, arrays, folder=folder, metadata=metadata, entry=ENTRY)


def write_ravdess(folder: Path, *, product: bool = False) -> None:
    """By the entropy rule; or by the product, with the performance brain's voice as a third voice branch."""
    torch.manual_seed(2)
    arrays: weights.Arrays = {}
    for index in range(MEMBERS):
        arrays |= packed(ravdess_networks.StepsNetwork(), f"steps{index}.")
        arrays |= packed(ravdess_networks.PictureNetwork(), f"picture{index}.")
        arrays |= z_scores(f"z{index}.", STEP_WIDTH) | z_scores(f"picture_z{index}.", BANDS)
    parts = [ravdess.STEPS, ravdess.PICTURE, *([ravdess.SUMMARY] if product else []), ravdess.FACE]
    arrays |= {f"scale.{part}": KNOTS for part in parts}
    metadata = {
        "voice": ravdess_networks.VoiceKind.ATTENTIVE.value,
        "correlation": "0.5",
        "trust": json.dumps(dict.fromkeys(parts, 1.0) | {ravdess.PICTURE: 0.5, ravdess.FACE: 0.8}),
        "temperatures": json.dumps(dict.fromkeys(parts, 1.0)),
    }
    if product:
        metadata |= {"rule": ravdess.Rule.PRODUCT.value, "powers": json.dumps(dict.fromkeys(parts, 0.5))}
        metadata["face"] = "landmarks, stills"
    weights.save(ravdess.FILE, arrays, folder=folder, metadata=metadata, entry=ENTRY)


def z_scores(prefix: str, width: int) -> weights.Arrays:
    return {
        f"{prefix}mean": np.zeros(width, np.float32),
        f"{prefix}spread": np.full(width, 10.0, np.float32),
    }


@contextmanager
def weights_folder(folder: Path) -> Iterator[Path]:
    """The shipped weights beside untaught naming systems, in force while the context lasts."""
    shutil.copytree(weights.ROOT / "weights", folder)
    for write in (write_mmmla, write_meld, write_ravdess):
        write(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DAILIES_WEIGHTS", str(folder))
        forget()
        yield folder
    forget()


def forget() -> None:
    """Let the systems be loaded anew."""
    for system in (mmmla.MmmlaSystem, meld.MeldSystem, ravdess.RavdessSystem):
        system.load.cache_clear()
