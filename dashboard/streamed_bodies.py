"""Large bodies that are written away as they come, so that none lies in memory as a whole."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

WRITTEN_AT_ONCE: Final = 1 << 20
"""Bytes held before they are written: enough that a disk is not asked for each packet."""


async def pour(request: Request, write: Callable[[bytes], object]) -> None:
    """Hand a body on by the megabyte, in a thread; also what had come before it broke off.

    Raises
    ------
    ClientDisconnect
        If not all of it comes.
    """
    waiting = bytearray()
    try:
        async for part in request.stream():
            waiting += part
            if len(waiting) >= WRITTEN_AT_ONCE:
                written, waiting = waiting, bytearray()
                await run_in_threadpool(write, bytes(written))
    finally:
        await run_in_threadpool(write, bytes(waiting))
