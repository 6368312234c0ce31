"""Published models that Dailies does not ship: where they lie on this machine, and how one is fetched.

A model is read from the models folder or the local hub cache. The network is asked only where the caller
says so in so many words.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import httpx2
from huggingface_hub import HfApi, snapshot_download, try_to_load_from_cache

from engine.errors import WeightsError

MODELS_VARIABLE: Final = "DAILIES_MODELS"
"""Environment variable: a folder that holds models under their hub names or the last part of them."""

ROOT: Final = Path(__file__).resolve().parent.parent

CONFIG: Final = "config.json"
WEIGHTS: Final = ("*.safetensors",)
"""Weights are read from safetensors only: a pickle runs what it holds when it is opened."""
FILES: Final = (
    CONFIG,
    "generation_config.json",
    "preprocessor_config.json",
    *WEIGHTS,
    "tokenizer*",
    "added_tokens.json",
    "special_tokens_map.json",
    "vocab*",
    "merges.txt",
)
"""What of a model's files is read here; the same weights in other frameworks' formats are not."""

HUB_PATIENCE_S: Final = 5.0
"""How long the hub may take to say whether it is there."""


def models_dir() -> Path:
    """The models folder: ``DAILIES_MODELS``, or ``models/`` of the checkout."""
    return Path(os.environ.get(MODELS_VARIABLE, ROOT / "models"))


def local_folder(model: str) -> Path | None:
    """The folder of ``model`` on this machine, or ``None``; opens no connection.

    Parameters
    ----------
    model : str
        Its hub name, such as ``openai/whisper-base``.
    """
    for folder in (models_dir() / model, models_dir() / model.rpartition("/")[2]):
        if (folder / CONFIG).is_file():
            return folder
    cached = try_to_load_from_cache(model, CONFIG)
    if not isinstance(cached, str):
        return None
    snapshot = Path(cached).parent  # whoever wanted the tokenizer alone left no weights there
    return snapshot if any(file.match(kind) for file in snapshot.iterdir() for kind in WEIGHTS) else None


def fetched(model: str, hub: str | None = None) -> Path:
    """The folder of ``model`` in the hub cache after a download.

    The hub is asked briefly first, so that nobody waits in vain.

    Parameters
    ----------
    hub : str, optional
        Address of a hub; by default the public one.

    Raises
    ------
    WeightsError
        If it could not be fetched.
    """
    try:
        HfApi(endpoint=hub).model_info(model, timeout=HUB_PATIENCE_S)
        return Path(
            snapshot_download(model, allow_patterns=list(FILES), etag_timeout=HUB_PATIENCE_S, endpoint=hub)
        )
    except (OSError, httpx2.HTTPError) as error:
        raise WeightsError(
            f"The model {model} could not be fetched ({first_line(error)}); try again with a network, "
            f"or {where_to_put(model)}."
        ) from error


def where_to_put(model: str) -> str:
    """Half a sentence: what a person does who has the files."""
    return f"put its files into ${MODELS_VARIABLE}/{model}"


def first_found(models: Sequence[str]) -> Path | None:
    """The folder of the first of ``models`` that lies on this machine, or ``None``."""
    found = (local_folder(model) for model in models)
    return next((folder for folder in found if folder is not None), None)


def first_line(error: Exception) -> str:
    """What an error says, without the pages that libraries add."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
