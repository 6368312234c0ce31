"""List the licences of what Dailies runs with: ``python -m scripts.licences [--check]``.

What is listed is what ``requirements.txt`` brings along here, as each package's own metadata says it.
``--check`` writes nothing and ends with status 1 where a package is under the GPL or says nothing, or where
``docs/licences.md`` is not what would be written.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from typing import Final

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT: Final = Path(__file__).resolve().parent.parent
PAGE: Final = ROOT / "docs" / "licences.md"
RUN_TIME: Final = ROOT / "requirements.txt"
REFUSED: Final = re.compile(r"(?<![LK])\b(A?GPL)|Affero|GNU General Public", re.IGNORECASE)
LESSER: Final = re.compile(r"\bLGPL|Lesser General Public", re.IGNORECASE)
UNSTATED: Final = "not stated"
OF_MACHINE: Final = re.compile(r"^(nvidia-|triton$|cuda-)")
"""Come with torch's build for a graphics card, on some machines only."""
LONGEST: Final = 60

BEYOND_METADATA: Final = """
## What metadata does not say

* The wheels of **PyAV** carry FFmpeg with libx264 and libx265, which are under the GPL (version 2 or later);
  PyAV's own code is under the BSD licence. Whoever passes on an image with those wheels in it passes on GPL
  software beside Dailies, and owes its source. Dailies itself only asks people to install the wheel.
* The wheels of **OpenCV** carry FFmpeg built under the LGPL.
* **openSMILE** (`requirements-opensmile.txt`) is an extra for non-commercial use only; **dlib**'s networks
  (`requirements-faces.txt`) are in the public domain; **psycopg** (`requirements-postgres.txt`) is under the
  LGPL.
* **torch** brings NVIDIA's libraries where its build for graphics cards is installed, under NVIDIA's terms.
* The shipped weights: [model card](../weights/MODEL_CARD.md).
"""


@dataclass(frozen=True, slots=True)
class Package:
    """A package and what it says of its licence."""

    name: str
    version: str
    licence: str

    @property
    def is_refused(self) -> bool:
        """Whether it may not be needed at run time."""
        return bool(REFUSED.search(LESSER.sub("", self.licence))) or self.licence == UNSTATED


def main() -> int:
    """Write the page, or check it."""
    parser = argparse.ArgumentParser(prog="python -m scripts.licences", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; 1 where something is wrong")
    given = parser.parse_args()
    packages = run_time_packages()
    refused = [package for package in packages if package.is_refused]
    for package in refused:
        print(f"{package.name} {package.version}: {package.licence}", file=sys.stderr)
    page = markdown(packages)
    if not given.check:
        PAGE.write_text(page, encoding="utf-8")
    elif not PAGE.is_file() or PAGE.read_text(encoding="utf-8") != page:
        print(
            f"{PAGE.relative_to(ROOT)} is not what is installed; run python -m scripts.licences.",
            file=sys.stderr,
        )
        return 1
    return 1 if refused else 0


def run_time_packages() -> tuple[Package, ...]:
    """Everything that ``requirements.txt`` brings along on this machine, by name."""
    wanted = [line.partition("#")[0].strip() for line in RUN_TIME.read_text(encoding="utf-8").splitlines()]
    found: dict[str, Package] = {}
    waiting = [Requirement(line) for line in wanted if line]
    while waiting:
        requirement = waiting.pop()
        name = canonicalize_name(requirement.name)
        if OF_MACHINE.match(name):
            continue
        try:
            installed = distribution(name)
        except PackageNotFoundError:
            continue  # what is left out here, another platform may want
        is_new = name not in found
        found[name] = Package(
            installed.metadata["Name"], installed.version.partition("+")[0], licence(installed)
        )
        if is_new or requirement.extras:
            waiting.extend(_needed(installed, requirement.extras))
    return tuple(found[name] for name in sorted(found))


def licence(installed: Distribution) -> str:
    """What a package says of its licence: its expression, else its classifiers, else its first words."""
    metadata = installed.metadata
    expression = metadata.get("License-Expression")
    if expression:
        return str(expression)
    classified = [
        each.rpartition(" :: ")[2]
        for each in metadata.get_all("Classifier") or []
        if each.startswith("License ::") and not each.endswith("OSI Approved")
    ]
    if classified:
        return ", ".join(classified)
    words = str(metadata.get("License") or "").strip().splitlines()
    return words[0][:LONGEST] if words and words[0] else UNSTATED


def markdown(packages: Iterable[Package]) -> str:
    """The page."""
    lines = [f"| {each.name} | {each.version} | {each.licence.replace('|', '/')} |" for each in packages]
    return "\n".join(
        [
            "# Licences of what Dailies runs with",
            "",
            "Written by `python -m scripts.licences` from the packages' own metadata; `make lint` checks it,",
            "and that none is under the GPL. What tests and training need on top is not listed.",
            "",
            "| package | version | licence |",
            "|---|---|---|",
            *lines,
            BEYOND_METADATA,
        ]
    )


def _needed(installed: Distribution, extras: set[str]) -> Iterator[Requirement]:
    for line in installed.requires or []:
        requirement = Requirement(line)
        marker = requirement.marker
        if marker is None or any(marker.evaluate({"extra": extra}) for extra in ("", *extras)):
            yield requirement


if __name__ == "__main__":
    sys.exit(main())
