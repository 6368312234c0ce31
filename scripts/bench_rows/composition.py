"""One clip beside the plain composition of the same libraries, and whether both find the same."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import numpy as np

from scripts.bench_rows.material import HEIGHT, LINE, SECONDS, in_turns, usual_clip
from scripts.bench_rows.row import Row

TIMES: Final = 2.0
LANDMARK_TOLERANCE: Final = 0.02
"""Distances between the eyes: two to three times the tracker's own jitter."""
PITCH_TOLERANCE: Final = 0.05
STATES_TOLERANCE: Final = 1e-3
EYES: Final = (33, 263)
WORDS: Final = " ".join(re.findall(r"[A-Za-z]+", LINE))
"""Where both are compared: the composition has a state for each full stop, ours for each word."""


def run() -> Iterator[Row]:
    """Measure in one process, in turns."""
    from engine import analyze
    from engine.features.encoder import TextEncoder, encoder_folder
    from engine.features.landmarks import FaceTracker
    from engine.features.pitch import frame_pitch
    from engine.media import decode
    from engine.systems.alignment import AlignmentSystem
    from scripts.bench_rows.plain_composition import Composition

    AlignmentSystem.load()
    plain = Composition.load(encoder_folder())
    with usual_clip() as clip:
        found = in_turns(
            {"plain": lambda: plain.look(clip, LINE), "ours": lambda: analyze(clip, line=LINE)}, turns=5
        )
        theirs, media = plain.look(clip, WORDS), decode(clip)
    pictures = [picture for picture in media.pictures if picture is not None]
    size = np.array(pictures[0].shape[1::-1], dtype=np.float32)
    ours = FaceTracker.load().track(pictures)[:, :, :2]
    eyes = float(np.nanmedian(np.linalg.norm(ours[:, EYES[0]] - ours[:, EYES[1]], axis=1)))
    apart = float(np.nanmedian(np.linalg.norm(ours - theirs.landmarks * size, axis=2))) / eyes
    assert media.sound is not None
    frames = min(theirs.pitch_hz.size, media.sound.size // 160)
    hertz, voicing = frame_pitch(media.sound, frames=frames)
    voiced = voicing > 0.8
    off = float(np.median(np.abs(theirs.pitch_hz[:frames][voiced] / np.maximum(hertz[voiced], 1) - 1)))
    (words,) = TextEncoder.load().encode([WORDS])
    state = float(np.abs(words.states.mean(axis=0) - theirs.states.mean(axis=0)).max())
    same = apart <= LANDMARK_TOLERANCE and off <= PITCH_TOLERANCE and state <= STATES_TOLERANCE
    yield Row(
        f"one clip of {SECONDS:.0f} s and {HEIGHT}p, warm, all of alignment",
        f"{found['ours']:.3f} s, {found['plain'] / found['ours']:.2f} × faster",
        f"plain composition of PyAV, FaceMesh, librosa and transformers {found['plain']:.3f} s",
        f"≥ {TIMES:.0f} × faster, same numbers within tolerance",
        found["plain"] >= TIMES * found["ours"] and same,
        f"Landmarks differ by {apart:.4f} distances between the eyes, pitch of voiced frames by {off:.1%} "
        f"(medians), the mean state of the line by {state:.1e} at most. The composition gives no trust, no "
        "verdict, no stills and no explanation. py-feat and DeepFace do not install with their weights from "
        "a package registry.",
    )
