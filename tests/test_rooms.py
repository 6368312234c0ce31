"""The arrows between the rooms run one way."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FORBIDDEN = {
    "engine": ("streamlit", "sqlalchemy", "alembic", "db", "dashboard"),
    "db": ("streamlit", "dashboard", "torch", "mediapipe", "librosa", "transformers"),
    "dashboard/app_pages": ("sqlalchemy", "torch", "mediapipe", "librosa", "av"),
}
FROM_ENGINE_INTO_DB = {"engine.vocabulary"}


def _imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            found.add(node.module)
    return found


@pytest.mark.parametrize("room", FORBIDDEN)
def test_room_imports_only_along_the_arrows(room: str) -> None:
    files = sorted((ROOT / room).rglob("*.py"))
    assert files
    wrong = {
        f"{path.relative_to(ROOT)}: {name}"
        for path in files
        for name in _imports(path)
        if name.split(".")[0] in FORBIDDEN[room]
    }
    assert not wrong


def test_db_takes_only_the_vocabulary_from_the_engine() -> None:
    wrong = {
        f"{path.relative_to(ROOT)}: {name}"
        for path in (ROOT / "db").rglob("*.py")
        for name in _imports(path)
        if name.split(".")[0] == "engine" and name not in FROM_ENGINE_INTO_DB
    }
    assert not wrong
