"""What people said against what the thresholds said, as a table one can click through."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

import dashboard.components.asset as asset
from dashboard.services import messages
from engine.vocabulary import VERDICT_ORDER, Verdict

TABLE_KEY: Final = "confusion_table"
Cell = tuple[Verdict, Verdict]
_mount = asset.renderer("confusion_table", scripts=())


def confusion_table(
    counts: NDArray[np.int64], *, picked: Cell | None, on_pick: Callable[[Cell], None]
) -> None:
    """Show the table.

    Parameters
    ----------
    counts : ndarray, shape (3, 3)
        Ratings; rows are what people said, columns what the thresholds said, in verdict order.
    picked : (Verdict, Verdict) or None
        The cell whose clips are shown: answer and verdict.
    on_pick : callable
        Gets the cell that was clicked, before the page runs again.
    """

    def picked_cell(asked: Mapping[str, str]) -> None:
        on_pick((Verdict(asked["answer"]), Verdict(asked["verdict"])))

    _mount(
        key=TABLE_KEY,
        data={
            "rows": [_row(answer, row) for answer, row in zip(VERDICT_ORDER, counts, strict=True)],
            "verdicts": [messages.say(f"zone.{verdict.value}") for verdict in VERDICT_ORDER],
            "picked": None if picked is None else {"answer": picked[0].value, "verdict": picked[1].value},
            "labels": messages.part("thresholds.confusion"),
        },
        acts={"pick": picked_cell},
    )


def _row(answer: Verdict, counts: NDArray[np.int64]) -> dict[str, Any]:
    total = int(counts.sum())
    return {
        "answer": answer.value,
        "words": messages.say(f"zone.{answer.value}"),
        "cells": [
            {
                "verdict": verdict.value,
                "words": messages.say(f"zone.{verdict.value}"),
                "count": int(count),
                "share": f"{count / total:.0%}" if total else "",
            }
            for verdict, count in zip(VERDICT_ORDER, counts, strict=True)
        ],
    }
