"""Nothing that is read can run: no pickle, eval or exec; weights are safetensors, checked by their sum."""

from __future__ import annotations

import ast
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine import weights
from engine.errors import WeightsError

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("dashboard", "db", "engine", "scripts")
MODULES = {"pickle", "cPickle", "_pickle", "dill", "cloudpickle", "joblib", "shelve", "marshal", "jsonpickle"}
CALLS = {"eval", "exec", "compile", "__import__"}
ATTRIBUTES = {("torch", "load"), ("yaml", "load"), ("yaml", "unsafe_load"), ("os", "system"), ("os", "popen")}


def files() -> list[Path]:
    return sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))


def unsafe(tree: ast.AST) -> Iterator[str]:
    """What in a file could run what it reads."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names if each.name.split(".")[0] in MODULES)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in MODULES:
            yield str(node.module)
        elif isinstance(node, ast.Call):
            yield from _unsafe_call(node)


def _unsafe_call(call: ast.Call) -> Iterator[str]:
    function, options = call.func, {each.arg: each.value for each in call.keywords}
    if isinstance(function, ast.Name) and function.id in CALLS:
        yield function.id
    if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name):
        if (function.value.id, function.attr) in ATTRIBUTES:
            yield f"{function.value.id}.{function.attr}"
        names_a_model = not function.value.id.endswith(("Processor", "Tokenizer", "Config"))
        if function.attr == "from_pretrained" and names_a_model:
            given = options.get("use_safetensors")
            if not (isinstance(given, ast.Constant) and given.value is True):
                yield "from_pretrained without use_safetensors"
    for name in ("allow_pickle", "shell", "trust_remote_code"):
        if name in options and not (isinstance(options[name], ast.Constant) and options[name].value is False):
            yield f"{name}="


@pytest.mark.parametrize("room", ROOMS)
def test_nothing_in_the_code_runs_what_it_reads(room: str) -> None:
    found = {
        f"{path.relative_to(ROOT)}: {what}"
        for path in files()
        if path.is_relative_to(ROOT / room)
        for what in unsafe(ast.parse(path.read_text(encoding="utf-8")))
    }
    assert found == set()


@pytest.mark.parametrize(
    "line",
    [
        "import pickle",
        "from joblib import load",
        "eval(x)",
        "torch.load(p)",
        "np.load(p, allow_pickle=True)",
        "subprocess.run(x, shell=True)",
        "AutoModel.from_pretrained(p)",
    ],
)
def test_the_check_sees_what_it_is_for(line: str) -> None:
    assert list(unsafe(ast.parse(line)))


def test_weights_with_a_wrong_checksum_are_refused(tmp_path: Path) -> None:
    shipped = weights.shipped_dir()
    name = min(weights.manifest()["files"], key=lambda each: (shipped / each).stat().st_size)
    shutil.copy(shipped / weights.MANIFEST, tmp_path)
    content = bytearray((shipped / name).read_bytes())
    (tmp_path / name).write_bytes(bytes(content))
    assert weights.load(name, folder=tmp_path).arrays
    content[-1] ^= 1
    (tmp_path / name).write_bytes(bytes(content))
    with pytest.raises(WeightsError, match="not the one the manifest names"):
        weights.load(name, folder=tmp_path)
