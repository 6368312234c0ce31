"""The emotion-naming systems on made clips: what is there is read, what is missing is masked and said."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from engine import analyze
from engine.analysis import Analysis
from engine.errors import UnknownNameError, WeightsError
from engine.features import compare_lld
from engine.features.table import INSTANTS
from engine.systems import meld, mmmla, mmmla_networks, naming, ravdess, ravdess_networks
from engine.systems.alignment import AlignmentSystem
from engine.systems.clip_analysis import analyze_each
from engine.systems.clip_evidence import ClipEvidence, gather
from engine.verdict.fixed import FIXED
from engine.vocabulary import BASIC_EMOTIONS, LineSource, Modality, SystemName
from tests.engine.systems_made import forget, weights_folder, write_ravdess
from tests.media_made import made_clip, silence

ROOT = Path(__file__).resolve().parents[2]
TAKE = ROOT / "dashboard" / "demo" / "takes" / "leave_1.mp4"
LINE = "How dare you! Don't you ever come back!"
CLIPS = ROOT.parent / "shared" / "data" / "clips"
NAMING = (SystemName.MMMLA, SystemName.MELD, SystemName.RAVDESS)
CLASSES = {
    SystemName.MMMLA: mmmla_networks.CLASSES,
    SystemName.MELD: BASIC_EMOTIONS,
    SystemName.RAVDESS: ravdess_networks.CLASSES,
}
REQUIRED = {
    "text_brain.safetensors",
    "performance_voice.safetensors",
    "performance_face.safetensors",
    "performance_neutral.safetensors",
}
"""What the alignment system is; everything else may be deleted."""
FILES = {
    SystemName.MMMLA: mmmla.FILE,
    SystemName.MELD: meld.FILE,
    SystemName.RAVDESS: ravdess.FILE,
}


@pytest.fixture(scope="module", autouse=True)
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with weights_folder(tmp_path_factory.mktemp("made") / "weights") as made:
        yield made


@pytest.fixture(scope="module", autouse=True)
def _looked_at_once() -> Iterator[None]:
    """A clip is decoded and measured once for all systems: here the systems are tested, not the decoder."""
    seen: dict[tuple[object, ...], ClipEvidence] = {}

    def once(path: Path, *parts: object, line: str, before: tuple[str, ...], **rest: object) -> ClipEvidence:
        key = (path, line, tuple(before))
        if key not in seen:
            seen[key] = gather(path, *parts, line=line, before=before, **rest)
        return seen[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(naming, "gather", once)
        yield


def said(analysis: Analysis) -> str:
    return " ".join(analysis.warnings)


def is_whole(analysis: Analysis) -> bool:
    """Every number in its range, every length as promised, nothing NaN."""
    assert len(analysis.attention) == len(analysis.attention_times_s) == INSTANTS
    assert sum(analysis.attention) == pytest.approx(1.0)
    for intensity in (analysis.expected_intensity, analysis.expressed_intensity):
        assert intensity is None or 0 < intensity < 1
    assert set(analysis.modalities) == set(Modality)
    for reading in (*analysis.modalities.values(), *analysis.branches.values()):
        assert 0 <= reading.trust <= 1
        assert 0 <= reading.confidence <= 1
        assert (reading.emotion is None) == (reading.intensity is None)
        if reading.emotion is not None:
            assert sum(reading.emotion.probabilities.values()) == pytest.approx(1.0)
            assert all(math.isfinite(share) for share in reading.emotion.probabilities.values())
    weights = sum(reading.weight for reading in analysis.modalities.values())
    assert weights == pytest.approx(1.0) or (weights == 0 and analysis.emotion is None)
    assert sum(reading.weight for reading in analysis.branches.values()) == pytest.approx(weights)
    assert analysis.judgement == FIXED.judge(analysis.alignment)
    assert set(analysis.timings_s) == {"decode", "face", "voice", "text", "model", "total"}
    return True


@pytest.mark.parametrize("system", NAMING)
def test_a_whole_clip_is_named_over_the_classes_of_the_system(system: SystemName) -> None:
    analysis = analyze(TAKE, line=LINE, system=system)
    assert is_whole(analysis)
    assert analysis.system is system
    assert analysis.emotion is not None
    assert set(analysis.emotion.probabilities) == set(CLASSES[system])
    assert analysis.expressed_intensity is not None
    assert analysis.line_source is LineSource.GIVEN
    assert " ".join(word.text for word in analysis.words) == LINE
    assert sum(word.attention for word in analysis.words) == pytest.approx(1.0)


def test_all_systems_asked_at_once_say_what_each_says_alone() -> None:
    answers = analyze_each(TAKE, line=LINE)
    assert list(answers) == list(SystemName)
    for system, answer in answers.items():
        alone = analyze(TAKE, line=LINE, system=system)
        assert isinstance(answer, Analysis)
        assert set(answer.timings_s) == set(alone.timings_s)
        assert replace(answer, timings_s={}) == replace(alone, timings_s={})


def test_a_system_without_weights_leaves_the_others_their_say(tmp_path: Path) -> None:
    with weights_folder(tmp_path / "weights") as folder:
        (folder / meld.FILE).unlink()
        forget()
        answers = analyze_each(TAKE, line=LINE)
    forget()
    assert isinstance(answers[SystemName.MELD], WeightsError)
    assert all(isinstance(answers[name], Analysis) for name in SystemName if name is not SystemName.MELD)


def test_the_system_is_named_by_its_word_too() -> None:
    assert analyze(TAKE, line=LINE, system="meld").system is SystemName.MELD


@pytest.mark.parametrize("system", [SystemName.MMMLA, SystemName.MELD])
def test_what_the_line_demands_comes_from_the_words_alone(system: SystemName) -> None:
    spoken = analyze(TAKE, line=LINE, system=system)
    other = analyze(TAKE.with_name("part_1.mp4"), line=LINE, system=system)
    assert spoken.expected_intensity == pytest.approx(other.expected_intensity)
    assert spoken.expressed_intensity != pytest.approx(other.expressed_intensity)


@pytest.mark.parametrize("system", NAMING)
def test_without_a_line_nothing_is_demanded_and_it_is_said(system: SystemName) -> None:
    analysis = analyze(TAKE, system=system)
    assert is_whole(analysis)
    assert analysis.expected_intensity is None
    assert analysis.judgement.verdict is None
    assert analysis.modalities[Modality.TEXT].weight == 0
    assert "No line was given" in said(analysis)


def test_without_a_transcript_the_acoustic_model_answers_alone_and_says_so() -> None:
    analysis = analyze(TAKE, system=SystemName.MMMLA)
    assert set(analysis.branches) == {mmmla.VOICE}
    assert analysis.branches[mmmla.VOICE].weight == 1
    assert "acoustic model answers alone" in said(analysis)


def test_without_opensmile_the_words_answer_alone_and_it_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compare_lld, "PACKAGE", "a_package_that_is_not_there")
    analysis = analyze(TAKE, line=LINE, system=SystemName.MMMLA)
    assert is_whole(analysis)
    assert set(analysis.branches) == {mmmla.WORDS}
    assert analysis.expected_intensity is not None
    assert analysis.expressed_intensity is None
    assert "opensmile" in said(analysis)
    assert "requirements-opensmile.txt" in said(analysis)


def test_the_words_have_their_published_share() -> None:
    analysis = analyze(TAKE, line=LINE, system=SystemName.MELD)
    assert analysis.modalities[Modality.TEXT].weight == pytest.approx(0.7)
    others = analysis.modalities[Modality.VOICE].weight + analysis.modalities[Modality.FACE].weight
    assert others == pytest.approx(0.3)
    mixed = sum(
        reading.weight * reading.emotion.probabilities[analysis.emotion.label]
        for reading in analysis.branches.values()
    )
    assert mixed == pytest.approx(analysis.emotion.probabilities[analysis.emotion.label])


def test_the_lines_before_help_to_name_and_change_only_the_words() -> None:
    alone = analyze(TAKE, line=LINE, system=SystemName.MELD)
    after = analyze(TAKE, line=LINE, before=["I lost the house.", "You did what?"], system=SystemName.MELD)
    assert alone.modalities[Modality.TEXT].emotion != after.modalities[Modality.TEXT].emotion
    assert alone.modalities[Modality.VOICE].emotion == after.modalities[Modality.VOICE].emotion


def test_the_voice_has_two_branches_weighed_by_trust_and_confidence() -> None:
    analysis = analyze(TAKE, line=LINE, system=SystemName.RAVDESS)
    assert {ravdess.STEPS, ravdess.PICTURE} <= set(analysis.branches)
    first, second = analysis.branches[ravdess.STEPS], analysis.branches[ravdess.PICTURE]
    ratio = (first.confidence * 1.0) / (second.confidence * 0.5)
    if min(first.confidence, second.confidence) > 0.05:
        assert first.weight / second.weight == pytest.approx(ratio)
    assert analysis.modalities[Modality.VOICE].weight == pytest.approx(first.weight + second.weight)
    assert analysis.expected_intensity is None
    assert "reads no words" in said(analysis)


def test_by_the_product_every_branch_counts_by_its_power_and_the_quality_of_its_input(folder: Path) -> None:
    file = folder / ravdess.FILE
    content, entropy = file.read_bytes(), analyze(TAKE, line=LINE, system=SystemName.RAVDESS)
    write_ravdess(folder, product=True)
    forget()
    try:
        analysis = analyze(TAKE, line=LINE, system=SystemName.RAVDESS)
    finally:
        file.write_bytes(content)
        write_ravdess(folder)
        forget()
    assert is_whole(analysis)
    assert {ravdess.STEPS, ravdess.PICTURE, ravdess.SUMMARY} <= set(analysis.branches)
    assert ravdess.SUMMARY not in entropy.branches
    power = {name: 0.5 * reading.trust for name, reading in analysis.branches.items()}
    for name, reading in analysis.branches.items():
        assert reading.weight == pytest.approx(power[name] / sum(power.values()))
    score = {
        emotion: math.prod(
            max(reading.emotion.probabilities[emotion], 1e-6) ** power[name]
            for name, reading in analysis.branches.items()
        )
        for emotion in ravdess_networks.CLASSES
    }
    for emotion, share in analysis.emotion.probabilities.items():
        assert share == pytest.approx(score[emotion] / sum(score.values()), abs=1e-6)


@pytest.mark.parametrize("system", NAMING)
def test_neither_voice_nor_face_expresses_nothing(system: SystemName, tmp_path: Path) -> None:
    analysis = analyze(made_clip(tmp_path / "bars.mp4", sound=silence(2.0)), line=LINE, system=system)
    assert is_whole(analysis)
    assert analysis.expressed_intensity is None
    assert "Neither voice nor face" in said(analysis)


def test_a_system_without_anything_to_read_names_nothing(tmp_path: Path) -> None:
    analysis = analyze(made_clip(tmp_path / "bars.mp4", sound=silence(2.0)), system=SystemName.MELD)
    assert is_whole(analysis)
    assert analysis.emotion is None
    assert analysis.ekman is None


@pytest.mark.parametrize("system", NAMING)
def test_a_deleted_weight_file_costs_its_own_system_only(system: SystemName, folder: Path) -> None:
    file = folder / FILES[system]
    content = file.read_bytes()
    file.unlink()
    forget()
    try:
        with pytest.raises(WeightsError, match=rf"{file.name} is missing; restore it"):
            analyze(TAKE, line=LINE, system=system)
        others = [other for other in NAMING if other is not system]
        assert all(analyze(TAKE, line=LINE, system=other).emotion is not None for other in others)
    finally:
        file.write_bytes(content)
        forget()


def test_without_the_face_weights_the_voices_answer_and_it_says_why(folder: Path) -> None:
    file = folder / "performance_face.safetensors"
    content = file.read_bytes()
    file.unlink()
    forget()
    try:
        analysis = analyze(TAKE, line=LINE, system=SystemName.RAVDESS)
        assert is_whole(analysis)
        assert ravdess.FACE not in analysis.branches
        assert "performance_face.safetensors is missing" in said(analysis)
    finally:
        file.write_bytes(content)
        forget()


def test_a_system_that_is_not_there_is_refused_with_those_there_are() -> None:
    with pytest.raises(UnknownNameError, match="alignment, mmmla, meld, ravdess"):
        analyze(TAKE, system="opera")


def test_the_alignment_system_runs_without_any_optional_file(folder: Path) -> None:
    kept = {path: path.read_bytes() for path in folder.glob("*.safetensors") if path.name not in REQUIRED}
    assert len(kept) > len(FILES)
    for path in kept:
        path.unlink()
    AlignmentSystem.load.cache_clear()
    try:
        analysis = analyze(TAKE, line=LINE)
        assert None not in (analysis.emotion, analysis.expected_intensity, analysis.expressed_intensity)
    finally:
        for path, content in kept.items():
            path.write_bytes(content)
        AlignmentSystem.load.cache_clear()


@pytest.mark.shared
@pytest.mark.skipif(not CLIPS.is_dir(), reason="the real clips are not beside the checkout")
@pytest.mark.parametrize("system", NAMING)
def test_every_real_clip_is_answered_or_masked_with_a_reason(system: SystemName) -> None:
    names = sorted(path for path in CLIPS.iterdir() if path.suffix in (".mp4", ".mov", ".flac"))
    for path in names:
        analysis = analyze(path, line="Kids are talking by the door.", system=system)
        assert is_whole(analysis), path.name
        for modality, reading in analysis.modalities.items():
            if reading.trust == 0 and modality is not Modality.TEXT:
                assert reading.emotion is None
                assert modality.value in said(analysis)
