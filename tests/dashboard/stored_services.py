"""Which public functions of the services reach what is stored, found by reading their source."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

DASHBOARD: Final = Path(__file__).resolve().parents[2] / "dashboard"
SERVICES: Final = "dashboard.services"
OPENERS: Final = frozenset({"reading", "writing", "together"})
"""What opens a transaction."""

Name = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Service:
    """A public function of a service.

    Attributes
    ----------
    takes : tuple of str
        Its parameters; one that takes a session runs in the transaction of a function that has asked.
    reaches : bool
        Whether it opens a transaction, or calls what does.
    """

    module: str
    name: str
    takes: tuple[str, ...]
    reaches: bool

    @property
    def path(self) -> str:
        return f"{self.module}.{self.name}"


@lru_cache(maxsize=1)
def services() -> dict[str, Service]:
    """Every public function of the services that opens a transaction of its own, by module and name."""
    calls: dict[Name, set[Name | str]] = {}
    takes: dict[Name, tuple[str, ...]] = {}
    for path in sorted((DASHBOARD / "services").glob("*.py")):
        tree = ast.parse(path.read_text())
        known = _imported(tree)
        own = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
        for node in tree.body:
            if isinstance(node, ast.FunctionDef):
                calls[path.stem, node.name] = set(_called(node, path.stem, known, own))
                arguments = node.args
                takes[path.stem, node.name] = tuple(
                    each.arg for each in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
                )
    found = {name for name, called in calls.items() if called & OPENERS}
    while more := {name for name, called in calls.items() if name not in found and called & found}:
        found |= more
    return {
        f"{module}.{name}": Service(module, name, takes[module, name], reaches=True)
        for module, name in sorted(found)
        if not name.startswith("_") and "session" not in takes[module, name][:1]
    }


@lru_cache(maxsize=1)
def used_by_pages() -> dict[str, list[ast.Call | None]]:
    """The services that pages, components, routes and the frame use, with each call where it is one."""
    used: dict[str, list[ast.Call | None]] = {}
    for path in sorted(DASHBOARD.rglob("*.py")):
        inside = path.relative_to(DASHBOARD).parts
        if inside[0] in ("services", "cli", "__main__.py"):
            continue
        tree = ast.parse(path.read_text())
        known = _imported(tree)
        calls = {id(node.func): node for node in ast.walk(tree) if isinstance(node, ast.Call)}
        for node in ast.walk(tree):
            name = _named(node, known)
            if name is not None:
                used.setdefault(".".join(name), []).append(calls.get(id(node)))
    return used


def _imported(tree: ast.Module) -> dict[str, Name]:
    """What the names of a module mean: ``(module, "")`` is a service, ``(module, name)`` a part of one."""
    known: dict[str, Name] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == SERVICES:
            known.update({each.asname or each.name: (each.name, "") for each in node.names})
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith(SERVICES + "."):
            module = str(node.module).rpartition(".")[2]
            known.update({each.asname or each.name: (module, each.name) for each in node.names})
    return known


def _called(
    node: ast.FunctionDef, module: str, known: dict[str, Name], own: set[str]
) -> Iterator[Name | str]:
    for each in ast.walk(node):
        if isinstance(each, ast.Name) and each.id in own:
            yield module, each.id
        elif isinstance(each, ast.Call) and isinstance(each.func, ast.Name | ast.Attribute):
            last = each.func.id if isinstance(each.func, ast.Name) else each.func.attr
            if last in OPENERS:
                yield last
        if (found := _named(each, known)) is not None:
            yield found


def _named(node: ast.AST, known: dict[str, Name]) -> Name | None:
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        module, name = known.get(node.value.id, ("", "x"))
        return (module, node.attr) if not name else None
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
        module, name = known.get(node.id, ("", ""))
        return (module, name) if name else None
    return None
