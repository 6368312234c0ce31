"""Run parts fold by fold; what is finished is kept, whatever happens to the rest."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from time import perf_counter

from engine.errors import DailiesError
from engine.evaluation.fold_store import FoldStore
from engine.evaluation.part import Part
from engine.evaluation.predictions import Predictions

Found = list[Mapping[str, Predictions]]


def run_parts(
    parts: Sequence[Part], store: FoldStore, *, say: Callable[[str], None]
) -> tuple[dict[str, Found], dict[str, str]]:
    """Run the folds that are not kept yet.

    Ctrl+C leaves at once, through ``KeyboardInterrupt``; the next call goes on with the fold that was cut.

    Parameters
    ----------
    parts : sequence of Part
    store : FoldStore
    say : callable
        Told a sentence as each fold is done.

    Returns
    -------
    found : dict of str to list
        By part, what each fold found.
    refused : dict of str to str
        By part that cannot be run here (no data, no weights), the sentence that says why.
    """
    found: dict[str, Found] = {}
    refused: dict[str, str] = {}
    for part in parts:
        try:
            found[part.name] = [_fold(part, fold, store, say) for fold in part.folds]
        except DailiesError as error:
            refused[part.name] = str(error)
            say(f"{part.name}: left out. {error}")
    return found, refused


def _fold(part: Part, fold: str, store: FoldStore, say: Callable[[str], None]) -> Mapping[str, Predictions]:
    kept = store.read(part, fold)
    if kept is not None:
        say(f"{part.name}, {fold}: kept from before")
        return kept
    started = perf_counter()
    fresh = part.run(fold)
    store.keep(part, fold, fresh)
    say(f"{part.name}, {fold}: {perf_counter() - started:.0f} s")
    return store.read(part, fold) or fresh  # what is kept is rounded: a resumed table must be the same
