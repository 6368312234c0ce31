"""Heads tuned on own labels: better on what they never met, or not in force; and back in one step."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm, spearmanr
from sklearn.metrics import roc_auc_score

from engine import weights
from engine.__main__ import main
from engine.errors import TableError, UnknownNameError, WeightsError
from engine.systems.text_brain import TextBrain
from engine.systems.tuned_head import TunedHeads
from engine.training.own_export import is_export, rated_clips, rated_lines
from engine.training.tuning import train
from engine.training.tuning_fit import Labelled, tune
from engine.tuned_weights import LEAST_GROUPS, LEAST_ROWS, heads_of, put_in_force
from engine.vocabulary import Modality

ROWS, WIDTH, ACTORS = 240, 60, 24


def labelled(*, planted: float, rows: int = ROWS, groups: int = ACTORS, seed: int = 0) -> Labelled:
    """Ratings that follow the shipped score, and ``planted`` times something the score does not see."""
    generator = np.random.default_rng(seed)
    read = generator.normal(size=(rows, WIDTH))
    group = np.arange(rows) % groups
    base = generator.normal(size=rows)
    own = generator.normal(size=groups)[group]  # each actor is rated higher or lower as a whole
    truth = 0.6 * base + planted * (read[:, 0] - read[:, 1]) + 0.3 * own + generator.normal(0, 0.5, rows)
    return Labelled(
        read=read,
        shipped=norm.cdf(base),
        rated=norm.cdf(truth),
        weight=np.ones(rows),
        group=group.astype(str),
    )


def test_a_head_that_knows_more_than_the_shipped_weights_may_go_in_force() -> None:
    taught, fresh = labelled(planted=0.6), labelled(planted=0.6, seed=9)
    done = tune(taught, beside="base", generator=np.random.default_rng(0))
    assert done.is_better
    assert done.head is not None
    assert done.figures["gain_low"] > 0.2
    moved = [done.head.moved(base, read) for base, read in zip(fresh.shipped, fresh.read, strict=True)]
    before = spearmanr(fresh.shipped, fresh.rated).statistic
    assert spearmanr(moved, fresh.rated).statistic > before + 0.15


def test_the_scale_of_the_shipped_weights_stays() -> None:
    taught = labelled(planted=0.6)
    taught = replace(
        taught, rated=norm.cdf(0.3 * norm.ppf(taught.rated) + 1.0)
    )  # people who use the upper end
    head = tune(taught, beside="base", generator=np.random.default_rng(0)).head
    assert head is not None
    moved = norm.ppf([head.moved(base, read) for base, read in zip(taught.shipped, taught.read, strict=True)])
    base = norm.ppf(taught.shipped)
    assert abs(moved.mean() - base.mean()) < 0.02
    assert abs(moved.std() - base.std()) < 0.02


@pytest.mark.parametrize("seed", range(4))
def test_a_head_that_learned_noise_stays_out(seed: int) -> None:
    done = tune(labelled(planted=0.0, seed=seed), beside="base", generator=np.random.default_rng(seed))
    assert not done.is_better
    assert "the shipped weights stay" in done.reason


def test_what_tells_actors_apart_is_not_taken_for_knowledge() -> None:
    taught = labelled(planted=0.0)
    marks = np.eye(ACTORS)[np.arange(ROWS) % ACTORS]  # a split by clip would learn each actor's level by it
    done = tune(
        replace(taught, read=np.column_stack([taught.read, marks])),
        beside="base",
        generator=np.random.default_rng(0),
    )
    assert not done.is_better


@pytest.mark.parametrize(("rows", "groups"), [(LEAST_ROWS - 1, 20), (ROWS, LEAST_GROUPS - 1)])
def test_too_little_is_said_and_fits_nothing(rows: int, groups: int) -> None:
    done = tune(
        labelled(planted=1.0, rows=rows, groups=groups), beside="base", generator=np.random.default_rng(0)
    )
    assert done.head is None
    assert "takes" in done.reason


SUBJECTS = ("the king", "my mother", "this letter", "the doctor", "our old house", "the bread", "a stranger")
MILD = ("{} is here.", "I have seen {}.", "They spoke of {} today.", "{} can wait until morning.")
SEA = (
    "The sea took {}.",
    "Waves broke over {}.",
    "The ship carried {} away.",
    "The tide will bring {} back.",
)


def export_of_lines(folder: Path) -> Path:
    """A school that hears a strong demand in everything about the sea, which the shipped brain does not."""
    generator = np.random.default_rng(0)
    rows = [
        {
            "clip_id": f"clip-{number}",
            "line": form.format(subject).capitalize(),
            "actor": f"actor-{number % 5}",
            "language": "en",
            "channel": "full",
            "simulated": False,
            "purpose": "ordinary",
            "stands": True,
            "rated_expected_intensity": float(np.clip(level + generator.normal(0, 0.05), 0, 1)),
            "rated_expressed_intensity": 0.5,
        }
        for level, forms in ((0.3, MILD), (0.8, SEA))
        for number, (form, subject) in enumerate((form, subject) for form in forms for subject in SUBJECTS)
    ]
    folder.mkdir()
    pd.DataFrame(rows).to_csv(folder / "ratings.csv", index=False)
    return folder


@pytest.fixture(scope="module")
def tuned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A weights folder in which a head was tuned on the school's export."""
    folder = tmp_path_factory.mktemp("tuned")
    export = export_of_lines(folder / "export")
    assert main(["train", "text", "--data", str(export), "--out", str(folder / "weights")]) == 0
    return folder / "weights"


def heads(folder: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[TextBrain, TunedHeads]:
    monkeypatch.setenv("DAILIES_WEIGHTS", str(folder))
    brain = TextBrain.load()
    return brain, TunedHeads.load(text=brain.version, performance="")


def test_an_export_tunes_what_lines_demand_in_a_folder_of_its_own(
    tuned: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "weights"
    shutil.copytree(tuned, folder)
    brain, tuning = heads(folder, monkeypatch)
    assert tuning.version.startswith("+")
    unseen = ("the lamp", "her coat", "a child", "the winter", "your brother")
    readings = brain.read_many([form.format(each) for form in (*SEA, *MILD) for each in unseen])
    is_sea = np.repeat([True, False], len(readings) // 2)
    shipped = roc_auc_score(is_sea, [reading.expected for reading in readings])
    told = roc_auc_score(is_sea, [tuning.expected(reading) for reading in readings])
    assert told > 0.97 > shipped
    entry = heads_of(folder, Modality.TEXT)["tuned_text_1.safetensors"]
    assert entry["gate_open"] is True
    assert entry["figures"]["spearman_tuned"] > entry["figures"]["spearman_shipped"]
    assert main(["tuned", str(folder), "--off", "text"]) == 0
    assert "kept" in capsys.readouterr().out
    brain, tuning = heads(folder, monkeypatch)
    assert (tuning.text, tuning.version) == (None, "")
    assert tuning.expected(readings[0]) == readings[0].expected
    put_in_force(folder, Modality.TEXT, "tuned_text_1.safetensors")
    assert heads(folder, monkeypatch)[1].text is not None
    with pytest.raises(UnknownNameError, match="there are: tuned_text_1"):
        put_in_force(folder, Modality.TEXT, "tuned_text_2.safetensors")


def test_the_shipped_files_are_untouched(tuned: Path) -> None:
    shipped = weights.manifest(weights.ROOT / "weights")["files"]
    copied = weights.manifest(tuned)["files"]
    assert {name: copied[name]["sha256"] for name in shipped} == {
        name: entry["sha256"] for name, entry in shipped.items()
    }
    assert not list((weights.ROOT / "weights").glob("tuned_*"))


def test_a_head_beside_other_weights_says_what_to_do(tuned: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAILIES_WEIGHTS", str(tuned))
    with pytest.raises(WeightsError, match="--off text"):
        TunedHeads.load(text="another", performance="")


class TestExport:
    """What is learned from."""

    def test_answers_that_do_not_stand_or_are_not_peoples_teach_nothing(self, tmp_path: Path) -> None:
        folder = export_of_lines(tmp_path / "export")
        table = pd.read_csv(folder / "ratings.csv")
        whole = len(rated_lines(folder).lines)
        for column, value in (
            ("stands", False),
            ("simulated", True),
            ("purpose", "gold_training"),
            ("channel", "face"),
        ):
            table.assign(**{column: [value, *table[column].tolist()[1:]]}).to_csv(
                folder / "ratings.csv", index=False
            )
            assert len(rated_lines(folder).lines) == whole - 1

    def test_several_answers_to_a_line_are_one_example(self, tmp_path: Path) -> None:
        folder = export_of_lines(tmp_path / "export")
        table = pd.read_csv(folder / "ratings.csv")
        pd.concat([table, table.assign(rated_expected_intensity=0.0)]).to_csv(
            folder / "ratings.csv", index=False
        )
        found = rated_lines(folder)
        assert len(found.lines) == len(table)
        assert set(found.answers) == {2}
        assert found.rated.max() <= 0.5

    def test_a_language_nobody_speaks_and_clips_that_are_not_there_are_said(self, tmp_path: Path) -> None:
        folder = export_of_lines(tmp_path / "export")
        assert is_export(folder)
        assert not is_export(tmp_path)
        with pytest.raises(TableError, match="no answer about what a line demands"):
            rated_lines(folder, language="hi")
        with pytest.raises(TableError, match="--format huggingface"):
            rated_clips(folder)

    def test_the_shipped_folder_is_not_tuned_in_place(self, tmp_path: Path) -> None:
        with pytest.raises(WeightsError, match="folder of its own"):
            train("text", export_of_lines(tmp_path / "export"), weights.ROOT / "weights", seed=0)
