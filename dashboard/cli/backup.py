"""``backup`` and ``restore``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Final

from dashboard.services import backup, restoring
from db.disk import shown_size

SHOWN_CLIPS: Final = 20


def add_backup(words: argparse.ArgumentParser) -> None:
    """The words of ``backup``."""
    words.add_argument("path", type=Path, metavar="PATH", help="a folder that is not there yet")
    words.add_argument(
        "--like", type=Path, metavar="BACKUP", help="share media with this earlier backup on the same disk"
    )
    words.set_defaults(run=make)


def add_restore(words: argparse.ArgumentParser) -> None:
    """The words of ``restore``."""
    words.add_argument(
        "path", type=Path, metavar="PATH", help="a backup, or a .db file kept before an upgrade"
    )
    words.set_defaults(run=restore)


def make(given: argparse.Namespace) -> int:
    """Write a backup and say what is in it."""
    made = backup.make(given.path, like=given.like, progress=_progress if sys.stderr.isatty() else None)
    print(
        f"Backed up to {given.path}: the database as of {made.made_at:%Y-%m-%d %H:%M:%S} UTC and "
        f"{len(made.files) - 1} files, {shown_size(made.size_bytes)}, each compared with its checksum."
    )
    if made.gone:
        print(f"{len(made.gone)} files were removed meanwhile and are not in it.")
    return 0


def restore(given: argparse.Namespace) -> int:
    """Put a backup in the place of what is there and say where that lies now."""
    done = restoring.restore(given.path)
    print(f"Restored {done.files} files from {given.path}, each compared with its checksum.")
    print("Sign-ins and open invitations of the backup have ended: everybody signs in anew.")
    if done.aside is not None:
        print(f"What was there is kept in {done.aside}; delete it when you are sure.")
    if done.withdrawn:
        shown = ", ".join(done.withdrawn[:SHOWN_CLIPS]) + (" …" if len(done.withdrawn) > SHOWN_CLIPS else "")
        print(
            f"{len(done.withdrawn)} clips were withdrawn or removed after this backup and are there again; "
            f"remove them once more (python -m dashboard consent withdraw): {shown}"
        )
    return 0


def _progress(done: int, total: int) -> None:
    end = "\n" if done == total else ""
    print(f"\r{done} of {total} files", end=end, file=sys.stderr, flush=True)
