"""requirements.lock has the checksums of what is pinned, and of nothing else."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PINNED = re.compile(r"^([A-Za-z0-9._-]+)(?:\[\w+\])?==([^\s;]+)", re.MULTILINE)
TORCH = "torch"


def pinned(*files: str) -> dict[str, str]:
    """Versions by name, in the files' own order."""
    texts = "\n".join((ROOT / file).read_text(encoding="utf-8") for file in files)
    return {re.sub(r"[._]", "-", name).lower(): version for name, version in PINNED.findall(texts)}


def test_the_lock_has_every_version_that_is_asked_for_and_those_of_the_constraints() -> None:
    locked = pinned("requirements.lock")
    asked = pinned("requirements.txt", "requirements-postgres.txt")
    assert {name: version for name, version in asked.items() if locked.get(name) != version} == {
        TORCH: asked[TORCH]
    }
    constrained = pinned("constraints.txt")
    assert {name for name, version in locked.items() if constrained.get(name) != version} == set()


def test_everything_in_the_lock_has_a_checksum_and_comes_from_no_address() -> None:
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert "://" not in text
    for entry in re.split(r"\n(?=\S)", text.strip()):
        assert re.fullmatch(r"\S+==\S+ \\(\n    --hash=sha256:[0-9a-f]{64}( \\)?)+", entry), entry[:80]
