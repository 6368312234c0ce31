"""``models list`` and ``models fetch``, against a hub on loopback that the test serves."""

from __future__ import annotations

import hashlib
import io
from dataclasses import replace
from pathlib import Path

import pytest

from dashboard.__main__ import main
from dashboard.services import model_catalogue, model_fetching
from dashboard.services.model_catalogue import OFFERS, Offer
from db.location import DATABASE_FILE
from engine import hub_models
from engine.errors import WeightsError
from engine.features import blendshapes
from tests.hub_served import COMMIT, served_hub

MODEL = "openai/whisper-tiny"
FILES = {
    "config.json": b'{"model_type": "whisper"}',
    "model.safetensors": b"weights " * 4000,
    "pytorch_model.bin": b"a pickle",
    "tokenizer.json": b"{}",
    "README.md": b"# Whisper",
    "flax_model.msgpack": b"other weights",
}
UNANSWERED = "http://127.0.0.1:9"


@pytest.fixture(autouse=True)
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A models folder and a weights folder of this test's own, and a token that nobody may see."""
    monkeypatch.setenv(hub_models.MODELS_VARIABLE, str(tmp_path / "models"))
    monkeypatch.setenv("DAILIES_WEIGHTS", str(tmp_path / "weights"))
    monkeypatch.setenv("HF_TOKEN", "hf_of_the_person")
    return tmp_path


def everything(folder: Path) -> list[str]:
    """Every file, but for the database that each test begins with."""
    files = (path for path in folder.rglob("*") if path.is_file() and path.name != DATABASE_FILE)
    return sorted(str(path.relative_to(folder)) for path in files)


def test_the_list_says_licence_size_source_and_whether_it_is_here(
    capsys: pytest.CaptureFixture[str], folders: Path
) -> None:
    here = folders / "models" / MODEL
    here.mkdir(parents=True)
    (here / "config.json").write_text("{}")
    assert main(["models", "list"]) == 0
    told = capsys.readouterr().out
    for offer in OFFERS:
        assert offer.name in told
        assert offer.licence in told
        assert f"about {offer.megabytes} MB" in told
    assert f"here      {here}" in told
    assert "https://storage.googleapis.com/mediapipe-models/" in told


def test_a_model_is_fetched_whole_and_found_afterwards(
    capsys: pytest.CaptureFixture[str], folders: Path
) -> None:
    with served_hub(MODEL, FILES) as hub:
        assert main(["models", "fetch", MODEL, "--yes", "--hub", hub.address]) == 0
        assert hub.tokens == []
    told = capsys.readouterr().out
    assert f"{hub.address}/{MODEL} at commit {COMMIT}" in told
    assert "licence: apache-2.0" in told
    assert "config.json, model.safetensors, tokenizer.json" in told
    assert everything(folders / "models") == [
        f"{MODEL}/{name}" for name in ("config.json", "model.safetensors", "tokenizer.json")
    ]
    found = hub_models.local_folder(MODEL)
    assert found is not None
    assert (found / "model.safetensors").read_bytes() == FILES["model.safetensors"]


def test_a_fetched_model_takes_the_place_of_an_older_one(folders: Path) -> None:
    older = folders / "models" / MODEL
    older.mkdir(parents=True)
    (older / "config.json").write_text("{}")
    (older / "stale.safetensors").write_bytes(b"")
    with served_hub(MODEL, FILES) as hub:
        assert main(["models", "fetch", MODEL, "--yes", "--hub", hub.address]) == 0
    assert "stale.safetensors" not in everything(older)
    assert (older / "config.json").read_bytes() == FILES["config.json"]


def test_a_file_with_another_sum_is_thrown_away(capsys: pytest.CaptureFixture[str], folders: Path) -> None:
    with served_hub(MODEL, FILES, {"model.safetensors": "0" * 64}) as hub:
        assert main(["models", "fetch", MODEL, "--yes", "--hub", hub.address]) == 2
    told = capsys.readouterr().err
    assert "not the file that was promised" in told
    assert told.count("\n") == 1
    assert everything(folders) == []
    assert hub_models.local_folder(MODEL) is None


def test_a_hub_without_weights_that_can_be_read_is_said_before_anything_is_fetched(
    capsys: pytest.CaptureFixture[str],
) -> None:
    name = "arpanghoshal/EmoRoBERTa"
    with served_hub(name, {"config.json": b"{}", "tf_model.h5": b"weights"}) as hub:
        assert main(["models", "fetch", name, "--yes", "--hub", hub.address]) == 2
        assert not any("resolve" in path for path in hub.asked)
    assert "holds no weights" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("answer", "status", "word"), [("n\n", 0, "Nothing was"), ("\n", 0, "Nothing was"), ("", 2, "--yes")]
)
def test_nothing_is_fetched_unless_a_person_agrees(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    folders: Path,
    answer: str,
    status: int,
    word: str,
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(answer))
    with served_hub(MODEL, FILES) as hub:
        assert main(["models", "fetch", MODEL, "--hub", hub.address]) == status
        assert not any("resolve" in path for path in hub.asked)
    told = capsys.readouterr()
    assert word in told.out + told.err
    assert everything(folders) == []


def test_a_person_who_agrees_gets_the_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("yes\n"))
    with served_hub(MODEL, FILES) as hub:
        assert main(["models", "fetch", MODEL.upper(), "--hub", hub.address]) == 0
    assert hub_models.local_folder(MODEL) is not None


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((MODEL, "--hub", UNANSWERED), "could not be fetched"),
        ((MODEL, "--hub", "http://models.example"), "https only"),
        (("openai/gpt",), "no model 'openai/gpt'"),
    ],
)
def test_what_cannot_be_fetched_is_said_in_one_sentence(
    capsys: pytest.CaptureFixture[str], folders: Path, words: tuple[str, ...], said: str
) -> None:
    assert main(["models", "fetch", *words, "--yes"]) == 2
    told = capsys.readouterr()
    assert said in told.err
    assert told.err.count("\n") == 1
    assert told.err.rstrip().endswith(".")
    assert everything(folders) == []


def a_file(address: str, content: bytes, **options: str) -> Offer:
    digest = options.pop("sha256", hashlib.sha256(content).hexdigest())
    return Offer(blendshapes.FILE, "blendshapes", "Apache-2.0", 4, f"{address}/plain/face.task", digest)


def test_a_single_file_goes_to_the_weights_folder_if_its_sum_is_right(folders: Path) -> None:
    content = b"landmarks " * 1000
    with served_hub(MODEL, {"face.task": content}) as hub:
        offer = a_file(hub.address, content)
        assert model_fetching.fetch(model_fetching.plan(offer)) == folders / "weights" / blendshapes.FILE
        assert offer.found == folders / "weights" / blendshapes.FILE
        assert everything(folders / "weights") == [blendshapes.FILE]
        with pytest.raises(WeightsError, match="not the file that was promised"):
            model_fetching.fetch(model_fetching.plan(replace(offer, sha256="0" * 64)))
    assert (folders / "weights" / blendshapes.FILE).read_bytes() == content  # the good one stays


@pytest.mark.parametrize("address", [UNANSWERED, None])
def test_a_single_file_that_nobody_serves_is_given_up_with_a_sentence(
    folders: Path, address: str | None
) -> None:
    with served_hub(MODEL, {}) as hub:
        offer = a_file(address or hub.address, b"")
        with pytest.raises(WeightsError, match="could not be fetched"):
            model_fetching.fetch(model_fetching.plan(offer))
    assert everything(folders) == []


def test_every_source_is_https_and_every_single_file_has_its_sum() -> None:
    for offer in OFFERS:
        if offer.url is not None:
            assert offer.url.startswith("https://")
            assert offer.sha256 is not None
    assert model_fetching.PUBLIC_HUB.startswith("https://")
    usual = model_catalogue.named([])
    assert {"face_landmarker.task", "openai/whisper-base"} <= {offer.name for offer in usual}
