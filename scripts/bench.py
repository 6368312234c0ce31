"""Measure speed and memory beside floors and peers: ``make bench``.

    python -m scripts.bench [--parts clip,batch] [--list]

Each part runs in a process of its own, and each of its rows is written as soon as it is measured: a run that
is stopped keeps what it has. A part is known by its name. The table lies in ``docs/results/``.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

from scripts import dated_page
from scripts.bench_rows import page
from scripts.bench_rows.catalogue import PARTS, is_there, measure_of
from scripts.bench_rows.row import Row

MISSED = 1
BAD_INPUT = 2
SIGN = "row: "
"""Begins what a part says of a row, beside whatever its libraries print."""


def main() -> int:
    """Measure the parts that were asked for; 1 where a target was missed."""
    parser = argparse.ArgumentParser(prog="python -m scripts.bench", description=__doc__)
    parser.add_argument("--parts", default="", help="which parts, by name; all by default")
    parser.add_argument("--out", type=Path, default=dated_page.RESULTS)
    parser.add_argument("--list", action="store_true", help="name the parts and leave")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        for row in measure_of(given.child)():
            print(SIGN + json.dumps(asdict(row)), flush=True)
        return 0
    if given.list:
        print("\n".join(f"{part}: {what}" for part, what in PARTS.items() if is_there(part)))
        return 0
    wanted = [word.strip() for word in given.parts.split(",") if word.strip()]
    if unknown := [word for word in wanted if word not in PARTS]:
        print(f"There is no part {', '.join(unknown)}; there are {', '.join(PARTS)}.", file=sys.stderr)
        return BAD_INPUT
    missed = [
        row
        for part in PARTS
        if is_there(part) and (part in wanted or not wanted)
        for row in _measured(part, given.out)
        if row.met is False
    ]
    return MISSED if missed else 0


def _measured(part: str, out: Path) -> list[Row]:
    rows: list[Row] = []
    command = [sys.executable, "-m", "scripts.bench", "--child", part]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=dated_page.ROOT) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if not line.startswith(SIGN):
                continue
            rows.append(Row(**json.loads(line.removeprefix(SIGN))))
            page.keep(part, rows, out)
            shown = rows[-1]
            print(f"{part}: {shown.work}: {shown.found} {page.WORDS[shown.met]}".rstrip(), flush=True)
    if process.returncode:
        rows.append(
            Row(f"{part}: the measurement runs", f"it ended with status {process.returncode}", met=False)
        )
        page.keep(part, rows, out)
    return rows


if __name__ == "__main__":
    sys.exit(main())
