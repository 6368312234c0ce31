"""Measure every system and baseline, fold by fold, and write dated tables: ``make evaluate``.

    python -m scripts.evaluate [--data DIR] [--parts words,fusion] [--list]

Finished folds lie under ``.cache/evaluate``; Ctrl+C loses the fold that runs and nothing else, and the next
call goes on there. A part is known by the start of its name.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import warnings
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
PACKAGES: Final = ("numpy", "scipy", "scikit-learn", "torch", "transformers", "librosa", "mediapipe")
STOPPED: Final = 130
BAD_INPUT: Final = 2


def main() -> int:
    """Run the parts that were asked for; write what is known of all of them."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "results")
    parser.add_argument(
        "--parts", default="", help="which parts, by the start of their names; all by default"
    )
    parser.add_argument("--list", action="store_true", help="name the parts and leave")
    given = parser.parse_args()

    import torch
    from sklearn.exceptions import ConvergenceWarning

    from engine.errors import DailiesError
    from engine.evaluation.fold_store import FoldStore
    from engine.evaluation.parts.catalogue import chosen_parts, every_part
    from engine.evaluation.running import run_parts

    torch.set_num_threads(1)  # two threads on two busy cores are ten times slower than one
    warnings.simplefilter("ignore", ConvergenceWarning)  # an unfinished fit is one more setting that loses
    parts = every_part(given.data)
    store = FoldStore(Path(os.environ.get("DAILIES_CACHE", ROOT / ".cache")) / "evaluate")
    if given.list:
        print("\n".join(f"{part.name:<24} {len(part.folds)} folds  {part.table}" for part in parts))
        return 0
    try:
        chosen = chosen_parts(parts, given.parts)
        _, refused = run_parts(chosen, store, say=lambda text: print(text, flush=True))
    except DailiesError as error:
        print(error, file=sys.stderr)
        return BAD_INPUT
    except KeyboardInterrupt:
        print("\nStopped; finished folds are kept, and the next call goes on there.", file=sys.stderr)
        return STOPPED
    written = write(parts, store, refused, given.out)
    print(f"Written: {written.relative_to(given.out.parent)}")
    return 0


def write(parts: list, store: object, refused: dict[str, str], out: Path) -> Path:
    """Write the page and its points from every part all of whose folds are kept; returns the page.

    A part without fresh figures keeps what the newest file says of it.
    """
    from engine import weights
    from engine.evaluation import carried
    from engine.evaluation.page import READING, markdown, points, tables_of
    from engine.evaluation.parts.catalogue import UNAVAILABLE
    from engine.evaluation.summary import rows_of

    rows, waiting = {}, {}
    for part in parts:
        kept = [store.read(part, fold) for fold in part.folds]
        if part.name in refused or any(one is None for one in kept):
            waiting[part.name] = refused.get(part.name, "not run yet with this code and these data.")
        else:
            rows[part.name] = rows_of(part, kept, store.stamp(part))
    tables = tables_of(parts, rows)
    now = datetime.now(UTC)
    versions = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    said = [
        f"# What the systems reach, {now:%Y-%m-%d}",
        "",
        f"Written {now:%H:%M} UTC by `make evaluate`, never by hand. Python "
        f"{platform.python_version()}, {versions}. "
        "Seeds stand beside each table's protocol; where none is named it is 0.",
        "",
        READING,
        "",
        *(markdown(table) for table in tables),
        "## What cannot be had here",
        "",
        "| figure | why | how, where the media are |",
        "|---|---|---|",
        *(f"| {one.figure} | {one.reason} | {one.way} |" for one in UNAVAILABLE),
        "",
    ]
    earlier = carried.carried_tables(out, waiting)
    if earlier:
        said += [carried.markdown(earlier)]
    if waiting:
        said += ["## Parts not measured with this code", ""]
        said += [*(f"* `{name}`: {why}" for name, why in waiting.items()), ""]
    out.mkdir(parents=True, exist_ok=True)
    page = out / f"evaluate-{now:%Y-%m-%d}.md"
    content = {
        "written": f"{now:%Y-%m-%d %H:%M} UTC",
        "command": "make evaluate",
        "commit": weights.commit(),
        "versions": {name: version(name) for name in PACKAGES},
        "tables": [*(points(table) for table in tables), *earlier],
    }
    _replace(page.with_suffix(".json"), json.dumps(content, allow_nan=False) + "\n")
    _replace(page, "\n".join(said))
    return page


def _replace(path: Path, text: str) -> None:
    partial = path.with_name(path.name + ".part")
    partial.write_text(text, encoding="utf-8")
    partial.replace(path)


if __name__ == "__main__":
    sys.exit(main())
