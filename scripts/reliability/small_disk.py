"""A file system of a few megabytes in memory, which can be filled to the last page."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

BALLAST: Final = "ballast"
PAGE_BYTES: Final = 4096


class NoDiskError(Exception):
    """A file system cannot be mounted here."""


@contextmanager
def small_disk(size_bytes: int) -> Iterator[Path]:
    """Mount a tmpfs until the block ends.

    Raises
    ------
    NoDiskError
        If this user may not.
    """
    with TemporaryDirectory(prefix="dailies-disk-") as folder:
        options = f"size={size_bytes},mode=700"
        command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder]
        try:
            done = subprocess.run(command, capture_output=True, text=True, check=False)
        except OSError as error:
            raise NoDiskError(str(error)) from None
        if done.returncode:
            raise NoDiskError(done.stderr.strip() or "mount failed")
        try:
            yield Path(folder)
        finally:
            subprocess.run(["umount", "--lazy", folder], check=False)


@contextmanager
def read_only(disk: Path) -> Iterator[None]:
    """Let a mounted disk be read and not written until the block ends."""
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True, capture_output=True)
    try:
        yield
    finally:
        subprocess.run(["mount", "-o", "remount,rw", str(disk)], check=True, capture_output=True)


def leave_free(disk: Path, free_bytes: int) -> None:
    """Fill a disk until so much is free, a page more at most."""
    ballast = disk / BALLAST
    with ballast.open("ab") as opened:
        found = os.statvfs(disk)
        too_much = found.f_bavail * found.f_frsize - free_bytes
        size = ballast.stat().st_size + too_much
        if too_much > 0:
            os.posix_fallocate(opened.fileno(), 0, max(1, size))
        else:
            os.truncate(opened.fileno(), max(0, size))


def make_room(disk: Path) -> None:
    """Take the ballast away."""
    (disk / BALLAST).unlink(missing_ok=True)
