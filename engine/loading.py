"""How libraries and models are loaded: without a look for garbage meanwhile."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def unswept() -> Iterator[None]:
    """Let nobody look for garbage in the block, nor ever again among what is there at its end.

    Modules and weights stay as long as the process does; to look through them again and again is a fifth of
    the time that loading the models takes, and holds up what comes after.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if was_on:
            gc.enable()
