"""Processes of a Ray cluster as hands of the analysis.

A process works in the data folder where its machine sees it too, a shared one. Else what it works on travels
to it through Ray's object store and what it made travels back, under the same keys. Ray asks nobody who they
are: whoever reaches a cluster may run what they like on it, so it belongs behind a firewall.
"""

from __future__ import annotations

import os
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

from dashboard.services import media_store
from dashboard.services.hands import LostHandError, NotStartedError, Prepare
from db.disk import made_folder
from db.errors import StorageError
from db.location import CHECKOUT, HOME_VARIABLE, data_folder
from engine import weights

LOCAL: Final = "local"
"""The address that stands for a cluster of this machine, started and ended by the command."""
MISSING: Final = (
    "Ray is not installed; run pip install -r requirements-ray.txt -c constraints.txt in the environment in "
    "use, or import with --jobs."
)
LEFT_BEHIND: Final = ("/.*", "/data", "/docs", "/tests", "/deploy", "__pycache__")
"""What no machine of a cluster needs of the checkout."""
FOLDER: Final = "dailies-ray"
"""How the temporary folders of processes begin; their number follows."""
TIDYING_S: Final = 5.0


@dataclass(frozen=True, slots=True)
class Belongings:
    """What a process of a cluster needs of this one.

    Attributes
    ----------
    home, mark : str
        The data folder, and the file in it by which a process knows that it sees the same one.
    secret : bytes
        Of the media store, by which files get the same keys elsewhere.
    weights : Mapping[str, bytes]
        Weights in use that are not those that ship, by file name.
    """

    home: str
    mark: str
    secret: bytes
    weights: Mapping[str, bytes]

    @classmethod
    def of(cls, mark: str) -> Self:
        """As they are now."""
        return cls(str(data_folder()), mark, media_store.secret(), _unshipped_weights())


@dataclass(frozen=True, slots=True)
class _Made:
    """What came of a piece of work: its outcome or what it raised, and files by key where they travel."""

    outcome: Any
    raised: BaseException | None = None
    files: Mapping[str, bytes] | None = None


@dataclass(frozen=True, slots=True)
class Cluster:
    """A cluster that this process is connected to.

    Attributes
    ----------
    mark : str
        Name of the file in the data folder by which its processes know the folder.
    cores : int
        Processes that may work at once.
    """

    mark: str
    cores: int

    def hand(self, prepare: Prepare) -> RayHand:
        """One more process of the cluster."""
        return RayHand(self, prepare)


@contextmanager
def joined(address: str, *, cores: int | None = None) -> Iterator[Cluster]:
    """Connect to a cluster until the end of the block.

    Parameters
    ----------
    address : str
        As ``ray start`` prints it, or :data:`LOCAL`.
    cores : int, optional
        How many processes a local cluster has; one for each core by default.

    Raises
    ------
    StorageError
        If Ray is not installed, or there is no cluster at the address.
    """
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # it would tell its makers of each start
    try:
        import ray
    except ImportError:
        raise StorageError(MISSING) from None
    is_local = address == LOCAL  # whose processes inherit what this one knows
    travels = {"working_dir": str(CHECKOUT), "excludes": list(LEFT_BEHIND)}
    try:
        ray.init(
            address=None if is_local else address,
            num_cpus=cores if is_local else None,
            runtime_env=None if is_local else travels,
            include_dashboard=False if is_local else None,
            log_to_driver=False,
            logging_level="ERROR",
        )
    except (ConnectionError, ValueError, RuntimeError, OSError) as error:
        raise StorageError(f"There is no Ray cluster at {address}: {' '.join(str(error).split())}") from None
    mark = data_folder() / f"ray-{secrets.token_hex(8)}"
    try:
        made_folder(data_folder())
        mark.touch()
        yield Cluster(mark.name, int(ray.cluster_resources().get("CPU", 1)))
    finally:
        with suppress(OSError):
            mark.unlink(missing_ok=True)
        ray.shutdown()


class RayHand:
    """A process of a cluster; see :class:`dashboard.services.hands.Hand`.

    Whoever ends it, or the machine it is on, loses what it worked on and nothing else.
    """

    def __init__(self, cluster: Cluster, prepare: Prepare) -> None:
        self._cluster, self._prepare = cluster, prepare
        self._actor: Any = None
        self._asking: Any = None
        self._shares: bool | None = None
        self._waiting: tuple[Callable[[Any], Any], Any] | None = None
        self._given: Any = None

    def give(self, work: Callable[[Any], Any], job: Any) -> None:
        if self._actor is None:
            self.renew()
        self._waiting, self._given = (work, job), None

    def is_done(self, *, within_s: float) -> bool:
        if self._given is None and not self._begun(within_s):
            return False
        return self._is_there(self._given, within_s)

    def outcome(self) -> Any:
        made = self._asked(self._given)
        if made.raised is not None:
            raise made.raised
        for content in (made.files or {}).values():
            media_store.put_bytes(content)
        return made.outcome

    def renew(self) -> None:
        import ray

        self.end()
        kind = ray.remote(num_cpus=1, max_restarts=0)(_Worker)
        self._actor = kind.remote(Belongings.of(self._cluster.mark), self._prepare)
        self._asking, self._shares = self._actor.shares.remote(), None

    def end(self) -> None:
        import ray

        actor, self._actor = self._actor, None
        if actor is not None:
            with suppress(Exception):  # the cluster may be gone, and with it the process
                if self._shares is False:
                    ray.get(actor.tidy.remote(), timeout=TIDYING_S)
            with suppress(Exception):
                ray.kill(actor)

    def _begun(self, within_s: float) -> bool:
        """Hand over what waits as soon as the process says whether it sees the data folder."""
        if self._shares is None:
            if not self._is_there(self._asking, within_s):
                return False
            try:
                self._shares = bool(self._asked(self._asking))
            except LostHandError:
                raise NotStartedError from None
        assert self._waiting is not None
        work, job = self._waiting
        key = None if self._shares else getattr(job, "media_key", None)
        content = None if key is None else media_store.path_of(key).read_bytes()
        self._given = self._actor.do.remote(work, job, content)
        return True

    @staticmethod
    def _is_there(asked: Any, within_s: float) -> bool:
        import ray

        there, _ = ray.wait([asked], timeout=within_s)
        return bool(there)

    @staticmethod
    def _asked(given: Any) -> Any:
        import ray

        try:
            return ray.get(given)
        except ray.exceptions.RayError:
            raise LostHandError from None


class _Worker:
    """What lives in a process of the cluster."""

    def __init__(self, belongings: Belongings, prepare: Prepare) -> None:
        _sweep()
        self._own = Path(tempfile.mkdtemp(prefix=f"{FOLDER}-{os.getpid()}-"))
        self._shares = (Path(belongings.home) / belongings.mark).is_file()
        if not self._shares:
            media = self._own / media_store.FOLDER
            media.mkdir()
            (media / media_store.SECRET_FILE).write_bytes(belongings.secret)
        os.environ[HOME_VARIABLE] = belongings.home if self._shares else str(self._own)
        if belongings.weights:
            folder = self._own / "weights"
            folder.mkdir()
            for name, content in belongings.weights.items():
                (folder / name).write_bytes(content)
            os.environ[weights.FOLDER_VARIABLE] = str(folder)
        prepare()

    def shares(self) -> bool:
        """Whether it sees the data folder."""
        return self._shares

    def tidy(self) -> None:
        """Leave nothing behind."""
        shutil.rmtree(self._own, ignore_errors=True)

    def do(self, work: Callable[[Any], Any], job: Any, content: bytes | None) -> _Made:
        """Work on something, whose file may have come along."""
        came = None if content is None else media_store.put_bytes(content).key
        try:
            outcome = work(job)
        except Exception as error:
            return _Made(None, error)
        finally:
            if came is not None:
                media_store.remove(came)
        if self._shares:
            return _Made(outcome)
        made = {key: media_store.path_of(key).read_bytes() for key in getattr(outcome, "media_keys", ())}
        for key in made:
            media_store.remove(key)
        return _Made(outcome, files=made)


def _sweep() -> None:
    """Remove what processes of this machine left behind that were ended at work."""
    for folder in Path(tempfile.gettempdir()).glob(f"{FOLDER}-*-*"):
        number = folder.name.split("-")[-2]
        if number.isdecimal() and not Path(f"/proc/{number}").exists():
            shutil.rmtree(folder, ignore_errors=True)


def _unshipped_weights() -> dict[str, bytes]:
    """The files of the weights folder in use, where it is not the one that ships."""
    if weights.weights_dir() == weights.shipped_dir():
        return {}
    return {file.name: file.read_bytes() for file in weights.weights_dir().iterdir() if file.is_file()}
