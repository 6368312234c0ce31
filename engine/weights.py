"""Weight files: where they lie, what the manifest says of them, and how they are loaded.

The only module that knows the weights folder. A file is loaded only if its SHA-256 is the one the
manifest names; only safetensors are read, never a pickle.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import load_file, save_file

from engine.errors import WeightsError

MANIFEST: Final = "manifest.json"
ROOT: Final = Path(__file__).resolve().parent.parent
SEEN_SUFFIX: Final = ".seen"
WEIGHTS_SUFFIX: Final = ".safetensors"
VERSION_DIGITS: Final = 12
"""Hex digits of a file's SHA-256 by which its version is named."""
FOLDER_VARIABLE: Final = "DAILIES_WEIGHTS"

Arrays = dict[str, np.ndarray[Any, Any]]


@dataclass(frozen=True, slots=True)
class WeightsFile:
    """One loaded weight file.

    Attributes
    ----------
    arrays : dict of str to ndarray
    metadata : Mapping[str, str]
        What the training script stored beside the arrays (sizes, label order, schema).
    version : str
        First twelve hex digits of the file's SHA-256.
    """

    arrays: Arrays
    metadata: Mapping[str, str]
    version: str


def shipped_dir() -> Path:
    """``weights/`` of the checkout."""
    return ROOT / "weights"


def weights_dir() -> Path:
    """The folder the weights are read from: ``DAILIES_WEIGHTS`` or ``weights/`` of the checkout."""
    return Path(os.environ.get(FOLDER_VARIABLE, shipped_dir()))


def manifest(folder: Path | None = None) -> dict[str, Any]:
    """The manifest of a weights folder, ``{"files": {name: entry}}``.

    Raises
    ------
    WeightsError
        If it is missing or no JSON object.
    """
    path = (folder or weights_dir()) / MANIFEST
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise WeightsError(
            f"No {MANIFEST} in {path.parent.name}/; restore the folder from the repository or run "
            "`python -m engine train all`."
        ) from None
    except json.JSONDecodeError:
        raise WeightsError(f"{MANIFEST} is no valid JSON; restore it from the repository.") from None
    if not isinstance(content, dict) or not isinstance(content.get("files"), dict):
        raise WeightsError(f'{MANIFEST} has no "files"; restore it from the repository.')
    return content


def load(name: str, *, folder: Path | None = None) -> WeightsFile:
    """Load ``name`` (for example ``text_brain.safetensors``) after checking its SHA-256.

    Raises
    ------
    WeightsError
        If the file is missing, not in the manifest, or its checksum differs.
    """
    where = folder or weights_dir()
    entry = manifest(where)["files"].get(name)
    path = where / name
    if entry is None or not path.is_file():
        raise WeightsError(
            f"The weight file {name} is missing; restore it from the repository or run "
            "`python -m engine train all`."
        )
    digest = file_sha256(path)
    if digest != entry["sha256"]:
        raise WeightsError(
            f"The weight file {name} is not the one the manifest names (its SHA-256 begins "
            f"{digest[:12]}, not {entry['sha256'][:12]}); restore it from the repository."
        )
    try:
        arrays = load_file(path)
        with safe_open(path, framework="numpy") as opened:
            metadata = dict(opened.metadata() or {})
    except SafetensorError as error:
        raise WeightsError(f"The weight file {name} cannot be read: {error}.") from error
    return WeightsFile(arrays=arrays, metadata=metadata, version=digest[:VERSION_DIGITS])


def save(
    name: str,
    arrays: Arrays,
    *,
    folder: Path,
    metadata: Mapping[str, str],
    entry: Mapping[str, Any],
    seen: Iterable[bytes] = (),
) -> Path:
    """Write a weight file and its manifest entry; a reader never meets half a file.

    Parameters
    ----------
    arrays : dict of str to ndarray
    metadata : Mapping[str, str]
        Stored inside the file.
    entry : Mapping
        What the manifest says beside size, SHA-256 and commit: ``data``, ``licence``, ``seed``, ``command``.
    seen : iterable of bytes
        Content of every training example (text as UTF-8, file bytes); only 8-byte hashes are kept.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    _replace(path, {key: np.ascontiguousarray(value) for key, value in arrays.items()}, metadata)
    hashes = np.unique(np.array([fingerprint(item) for item in seen], dtype=np.uint64))
    if hashes.size:
        _replace(_seen_path(path), {"sha256_first_8_bytes": hashes}, {})
    try:
        content = manifest(folder)
    except WeightsError:
        content = {"files": {}}
    content["files"][name] = {
        "sha256": file_sha256(path),
        "bytes": path.stat().st_size,
        "examples_seen": int(hashes.size),
        "commit": commit(),
        **entry,
    }
    temporary = folder / f"{MANIFEST}.part"
    temporary.write_text(json.dumps(content, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    temporary.replace(folder / MANIFEST)
    return path


def count_seen(name: str, items: Iterable[bytes], *, folder: Path | None = None) -> int:
    """How many of ``items`` the weight file ``name`` was trained on, by content hash.

    Raises
    ------
    WeightsError
        If the hashes of what it was trained on are missing: 0 would be a claim.
    """
    where = folder or weights_dir()
    path = _seen_path(where / name)
    if not path.is_file():
        if manifest(where)["files"].get(name, {}).get("examples_seen", 0):
            raise WeightsError(
                f"{path.name} is missing, so what {name} saw in training is unknown; restore it from the "
                "repository."
            )
        return 0
    known = set(load_file(path)["sha256_first_8_bytes"].tolist())
    return sum(fingerprint(item) in known for item in items)


def fingerprint(content: bytes) -> int:
    """The first eight bytes of the SHA-256 of ``content`` as an unsigned integer."""
    return int.from_bytes(hashlib.sha256(content).digest()[:8], "big")


def file_sha256(path: Path) -> str:
    """SHA-256 of a file in hex, read in pieces."""
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _seen_path(path: Path) -> Path:
    return path.with_name(path.stem + SEEN_SUFFIX + path.suffix)


def _replace(path: Path, arrays: Arrays, metadata: Mapping[str, str]) -> None:
    temporary = path.with_name(path.name + ".part")
    save_file(arrays, temporary, metadata=dict(metadata))
    temporary.replace(path)


def commit() -> str:
    """The checked-out commit, twelve digits; ``"unknown"`` outside a checkout."""
    git = ["git", "-C", str(ROOT), "rev-parse", "--short=12", "HEAD"]
    answer = subprocess.run(git, capture_output=True, text=True, check=False)
    return answer.stdout.strip() or "unknown"
