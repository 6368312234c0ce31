"""The feature table's blocks tile its columns, and a clip's instants are the middles of equal parts."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.features.face import FACE_COLUMNS
from engine.features.table import (
    BLOCKS,
    FACE,
    INSTANTS,
    TABLE_WIDTH,
    VOICE,
    WORDS,
    FeatureTable,
    instants,
)
from engine.features.voice import VOICE_COLUMNS
from engine.vocabulary import Modality


def test_the_table_is_50_by_409() -> None:
    assert (INSTANTS, TABLE_WIDTH) == (50, 409)
    assert [block.width for block in BLOCKS] == [300, 74, 35]


def test_blocks_tile_the_columns_without_gap_or_overlap() -> None:
    columns = np.concatenate([np.arange(TABLE_WIDTH)[block.columns] for block in BLOCKS])
    assert columns.tolist() == list(range(TABLE_WIDTH))
    assert {block.modality for block in BLOCKS} == set(Modality)


def test_every_column_of_voice_and_face_has_its_own_name() -> None:
    assert len(set(VOICE_COLUMNS)) == VOICE.width
    assert len(set(FACE_COLUMNS)) == FACE.width


def test_a_block_and_its_mask_are_asked_for_by_name() -> None:
    values = np.arange(INSTANTS * TABLE_WIDTH, dtype=np.float32).reshape(INSTANTS, TABLE_WIDTH)
    mask = np.zeros((INSTANTS, 3), dtype=bool)
    mask[:, 2] = True
    table = FeatureTable(values, mask, instants(5.0))
    assert table.block(FACE)[0, 0] == WORDS.width + VOICE.width
    assert table.known(FACE).all()
    assert not table.known(WORDS).any()


@given(st.floats(0.1, 1800))
def test_instants_are_the_middles_of_fifty_equal_parts(duration: float) -> None:
    times = instants(duration)
    part = duration / INSTANTS
    np.testing.assert_allclose(np.diff(times), part)
    assert times[0] == pytest.approx(part / 2)
    assert times[-1] == pytest.approx(duration - part / 2)


@pytest.mark.parametrize("duration", [0.0, -1.0, float("nan"), float("inf")])
def test_a_clip_without_a_duration_has_no_instants(duration: float) -> None:
    with pytest.raises(ValueError, match="positive number of seconds"):
        instants(duration)
