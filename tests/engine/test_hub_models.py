"""Where a model that is not shipped is looked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine import hub_models

MODEL = "somebody/something"


def laid(folder: Path, *names: str) -> Path:
    folder.mkdir(parents=True)
    for name in names:
        (folder / name).write_text("{}")
    return folder


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A hub cache of this test's own."""
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv(hub_models.MODELS_VARIABLE, str(tmp_path / "models"))
    return tmp_path / "cache"


def cached(cache: Path, *names: str) -> Path:
    repo = cache / "models--somebody--something"
    laid(repo / "refs")
    (repo / "refs" / "main").write_text("abc")
    return laid(repo / "snapshots" / "abc", *names)


def test_the_models_folder_comes_before_the_hub_cache(cache: Path, tmp_path: Path) -> None:
    snapshot = cached(cache, "config.json", "model.safetensors")
    assert hub_models.local_folder(MODEL) == snapshot
    short = laid(tmp_path / "models" / "something", "config.json")
    assert hub_models.local_folder(MODEL) == short
    whole = laid(tmp_path / "models" / MODEL, "config.json")
    assert hub_models.local_folder(MODEL) == whole


@pytest.mark.parametrize("names", [(), ("config.json",), ("config.json", "tf_model.h5")])
def test_a_cache_without_weights_that_can_be_read_is_as_good_as_none(
    cache: Path, names: tuple[str, ...]
) -> None:
    cached(cache, *names)
    assert hub_models.local_folder(MODEL) is None


@pytest.mark.usefixtures("cache")
def test_the_first_of_several_that_is_here_is_taken(tmp_path: Path) -> None:
    assert hub_models.first_found(("a/one", MODEL)) is None
    second = laid(tmp_path / "models" / MODEL, "config.json")
    assert hub_models.first_found(("a/one", MODEL)) == second
    first = laid(tmp_path / "models" / "a" / "one", "config.json")
    assert hub_models.first_found(("a/one", MODEL)) == first


def test_without_a_variable_models_lie_beside_the_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(hub_models.MODELS_VARIABLE)
    assert hub_models.models_dir() == Path(hub_models.__file__).resolve().parent.parent / "models"
