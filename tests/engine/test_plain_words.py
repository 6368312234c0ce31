"""The reader of plain words: what it counts, how it joins the network, and that it may be missing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from engine import weights
from engine.systems.plain_words import FILE, TEXT_VERSION, PlainWords, packed_terms, terms

LINES = (
    "I hate this!",
    "I love this",
    "What?! No...",
    "It is four.",
    "I love it, I do",
    "Café, café!",
    "Oh no",
)
LABEL = np.arange(len(LINES))
ENTRY = {"data": "made", "licence": "none", "seed": 0, "command": "pytest"}


def save(
    folder: Path, *, share: float = 0.5, beside: str = "abc"
) -> tuple[TfidfVectorizer, LogisticRegression]:
    reader = TfidfVectorizer(analyzer=terms, sublinear_tf=True)
    model = LogisticRegression(C=100.0).fit(reader.fit_transform(LINES), LABEL)
    arrays = {
        "terms": packed_terms(list(reader.get_feature_names_out())),
        "rarity": reader.idf_.astype(np.float32),
        "pull": model.coef_.T.astype(np.float32),
        "bias": model.intercept_.astype(np.float32),
        "shift": np.zeros(len(LINES), np.float32),
    }
    metadata = {TEXT_VERSION: beside, "share": str(share), "temperature": "1.0"}
    weights.save(FILE, arrays, folder=folder, metadata=metadata, entry=ENTRY)
    return reader, model


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DAILIES_WEIGHTS", str(tmp_path))
    return tmp_path


def test_marks_pairs_and_bare_letters_are_terms() -> None:
    assert terms("Café?! No...") == ["cafe", "?!", "no", "...", "cafe ?!", "?! no", "no ..."]
    assert terms("") == []


def test_what_was_fitted_is_what_answers(folder: Path) -> None:
    reader, model = save(folder)
    found = PlainWords.load(text_version="abc")
    assert found is not None
    asked = [*LINES, "I hate four", "words of nobody", ""]
    expected = model.predict_log_proba(reader.transform(asked))
    assert found.log_shares(asked) == pytest.approx(expected, abs=1e-5)


def test_it_leans_the_network_by_its_share_and_no_further(folder: Path) -> None:
    save(folder)
    found = PlainWords.load(text_version="abc")
    assert found is not None
    logits = np.zeros((1, len(LINES)))
    leaned = found.joined(logits, ["I love this"])
    assert leaned.sum() == pytest.approx(1.0)
    assert leaned.argmax() == 1
    sure = np.where(LABEL == 4, 20.0, 0.0)[None]
    assert found.joined(sure, ["I love this"]).argmax() == 4


def test_without_its_file_or_beside_another_network_there_is_none(folder: Path) -> None:
    assert PlainWords.load(text_version="abc") is None
    save(folder, beside="another")
    assert PlainWords.load(text_version="abc") is None
