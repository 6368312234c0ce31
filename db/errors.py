"""What the store refuses, named for the fact."""

from __future__ import annotations

from engine.vocabulary import DailiesError


class StorageError(DailiesError):
    """The database or the media folder refuses: newer schema, full or read-only disk, unknown row."""
