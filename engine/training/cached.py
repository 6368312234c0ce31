"""Where measures of training files are kept between trainings."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine import weights


def cache_file(name: str, paths: list[Path], modules: tuple[object, ...], *settings: object) -> Path:
    """Where measures of ``paths`` by ``modules`` are kept; another code or file list, another place."""
    digest = hashlib.sha256(repr([(path.name, path.stat().st_size) for path in paths]).encode())
    for module in modules:
        digest.update(Path(str(getattr(module, "__file__", ""))).read_bytes())
    digest.update(repr(settings).encode())
    folder = Path(os.environ.get("DAILIES_CACHE", weights.ROOT / ".cache")) / "training"
    return folder / f"{name}-{digest.hexdigest()[:12]}.npz"


def write_cache(path: Path, arrays: dict[str, NDArray[Any]]) -> None:
    """Keep arrays; a reader never meets half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".part.npz")
    np.savez(partial, **arrays)
    partial.replace(path)
