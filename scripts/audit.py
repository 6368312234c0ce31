"""Ask PyPI which weaknesses are known of the pinned versions: ``make audit``.

Ends with 0 where none is known, 1 where some are (each is listed), and 2 with one sentence where nobody could
be asked. What was not found is told: an audit of half of it is none.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

FOUND: Final = 1
NOT_ASKED: Final = 2
SENTENCE: Final = (
    "The audit did not run: PyPI's list of weaknesses cannot be asked from here; run make audit where there "
    "is a network."
)


def main() -> int:
    """Run pip-audit over a file of pinned requirements and say what came of it."""
    command = [str(Path(sys.executable).with_name("pip-audit")), "--requirement", sys.argv[1]]
    options = ["--disable-pip", "--no-deps", "--progress-spinner", "off", "--format", "json"]
    done = subprocess.run([*command, *options], capture_output=True, text=True, check=False)
    try:
        packages: list[dict[str, Any]] = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        packages = []
    asked = [package for package in packages if "skip_reason" not in package]
    if not asked:
        print(SENTENCE, file=sys.stderr)
        return NOT_ASKED
    weak = [package for package in asked if package["vulns"]]
    for package in weak:
        for each in package["vulns"]:
            mended = ", ".join(each["fix_versions"]) or "no version yet"
            print(f"{package['name']} {package['version']}: {each['id']}, mended in {mended}")
    for package in packages:
        if "skip_reason" in package:
            print(f"{package['name']}: not audited ({package['skip_reason']})", file=sys.stderr)
    print(f"{len(asked)} of {len(packages)} packages audited, {len(weak)} with a known weakness.")
    return FOUND if weak else 0


if __name__ == "__main__":
    sys.exit(main())
