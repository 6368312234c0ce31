"""Fetching a model that is not shipped: first say exactly what, then download, check and put in place.

A model appears under its name whole and checked, or not at all. No account's token is ever sent.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit
from urllib.request import urlopen

import httpx2
from huggingface_hub import HfApi, hf_hub_download

from dashboard.services.model_catalogue import MEGABYTE, Offer
from engine import hub_models
from engine.errors import WeightsError
from engine.weights import file_sha256

PUBLIC_HUB: Final = "https://huggingface.co"
LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})
PATIENCE_S: Final = 30.0
"""How long a server may be silent in the middle of a download."""
PIECE_BYTES: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """One file to download.

    Attributes
    ----------
    bytes : int or None
        ``None`` where only its rounded size is known.
    sha256 : str or None
        ``None`` where nobody states it, as for the small text files of a hub model.
    """

    name: str
    bytes: int | None
    sha256: str | None


@dataclass(frozen=True, slots=True)
class Plan:
    """Exactly what would be fetched.

    Attributes
    ----------
    source : str
        Address, with the commit for a hub model.
    licence : str
        As the source states it; else as the catalogue does.
    """

    offer: Offer
    source: str
    licence: str
    files: tuple[RemoteFile, ...]
    hub: str | None = None
    commit: str | None = None

    @property
    def megabytes(self) -> float:
        known = [file.bytes for file in self.files]
        if None in known:
            return float(self.offer.megabytes)
        return sum(size or 0 for size in known) / MEGABYTE


def plan(offer: Offer, *, hub: str = PUBLIC_HUB) -> Plan:
    """Find out exactly what of a model would be fetched; a hub model's files are asked of the hub.

    Raises
    ------
    WeightsError
        If the source is not safe, does not answer, or holds nothing that can be read here.
    """
    if offer.url is not None:
        _check_address(offer.url)
        file = RemoteFile(offer.name, None, offer.sha256)
        return Plan(offer, offer.url, offer.licence, (file,))
    _check_address(hub)
    with _said_plainly(offer):
        info: Any = HfApi(endpoint=hub, token=False).model_info(
            offer.name, files_metadata=True, timeout=hub_models.HUB_PATIENCE_S
        )
    files = _wanted(info.siblings or ())
    if not any(_is_weights(file.name) for file in files):
        raise WeightsError(
            f"The hub holds no weights of {offer.name} that can be read here (safetensors or PyTorch); "
            f"convert them, and {hub_models.where_to_put(offer.name)}."
        )
    stated = getattr(info.card_data, "license", None)
    return Plan(
        offer,
        f"{hub}/{offer.name} at commit {info.sha}",
        stated if isinstance(stated, str) else offer.licence,
        files,
        hub,
        info.sha,
    )


def fetch(wanted: Plan) -> Path:
    """Download what was planned, check it and put it in place.

    Raises
    ------
    WeightsError
        If it could not be downloaded, or is not what was promised; nothing is left behind then.
    """
    offer = wanted.offer
    target = offer.destination
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".incoming-", dir=target.parent) as name:
        incoming = Path(name) / "model"
        incoming.mkdir()
        with _said_plainly(offer):
            for file in wanted.files:
                _download(wanted, file, incoming)
        for file in wanted.files:
            _check(offer, file, incoming / file.name)
        if wanted.commit is None:
            (incoming / offer.name).replace(target)
        else:
            shutil.rmtree(incoming / ".cache", ignore_errors=True)  # the hub library's notes
            if target.exists():
                target.rename(Path(name) / "replaced")
            incoming.rename(target)
    return target


def _wanted(siblings: Any) -> tuple[RemoteFile, ...]:
    """The files that are read here; weights as safetensors alone, since a pickle runs what it holds."""
    return tuple(
        RemoteFile(each.rfilename, each.size, None if each.lfs is None else each.lfs.sha256)
        for each in siblings
        if any(fnmatch(each.rfilename, kind) for kind in hub_models.FILES) and "/" not in each.rfilename
    )


def _is_weights(name: str) -> bool:
    return any(fnmatch(name, kind) for kind in hub_models.WEIGHTS)


def _download(wanted: Plan, file: RemoteFile, folder: Path) -> None:
    if wanted.commit is not None:
        hf_hub_download(
            wanted.offer.name,
            file.name,
            revision=wanted.commit,
            local_dir=folder,
            endpoint=wanted.hub,
            token=False,
            etag_timeout=hub_models.HUB_PATIENCE_S,
        )
        return
    with urlopen(wanted.source, timeout=PATIENCE_S) as answer:
        _check_address(answer.geturl())  # where a redirection led
        with (folder / file.name).open("wb") as written:
            shutil.copyfileobj(answer, written, PIECE_BYTES)


def _check(offer: Offer, file: RemoteFile, path: Path) -> None:
    size = path.stat().st_size
    if file.bytes is not None and size != file.bytes:
        raise WeightsError(
            f"{file.name} of {offer.name} came with {size} bytes, not {file.bytes}; fetch it again."
        )
    if file.sha256 is None:
        return
    digest = file_sha256(path)
    if digest != file.sha256:
        raise WeightsError(
            f"{file.name} is not the file that was promised (its SHA-256 begins {digest[:12]}, not "
            f"{file.sha256[:12]}), so it was thrown away; fetch it again, or from another network."
        )


def _check_address(address: str) -> None:
    parts = urlsplit(address)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
        raise WeightsError(f"Models are fetched over https only, not from {address}; give an https address.")


@contextmanager
def _said_plainly(offer: Offer) -> Iterator[None]:
    """Say in a sentence what a network's many errors come to."""
    try:
        yield
    except (OSError, httpx2.HTTPError) as error:
        place = "weights/" if offer.url is not None else f"${hub_models.MODELS_VARIABLE}/{offer.name}"
        raise WeightsError(
            f"{offer.name} could not be fetched ({hub_models.first_line(error)}); try again with a network, "
            f"or put its files into {place} yourself."
        ) from error
