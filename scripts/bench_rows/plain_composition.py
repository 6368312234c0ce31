"""What somebody writes straight down with the same libraries: PyAV, FaceMesh, librosa, transformers.

One step after the other, each library as its own documentation shows it, models loaded once. It stands for
py-feat and DeepFace, whose weights cannot be had from a package registry.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

import av
import librosa
import numpy as np
import torch
from numpy.typing import NDArray

PICTURES: Final = 50
RATE_HZ: Final = 16_000
HOP, WINDOW = 160, 512
FLOOR_HZ, CEILING_HZ = 65.0, 1000.0


@dataclass(frozen=True, slots=True)
class Plain:
    """What the composition finds.

    Attributes
    ----------
    landmarks : ndarray, shape (50, 478, 2)
        Shares of the picture's width and height; NaN without a face.
    pitch_hz : ndarray, shape (frames,)
    mfcc : ndarray, shape (13, frames)
    states : ndarray, shape (pieces, 384)
        Of the line.
    """

    landmarks: NDArray[np.float32]
    pitch_hz: NDArray[np.float32]
    mfcc: NDArray[np.float32]
    states: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Composition:
    """The models, loaded once."""

    mesh: Any
    tokenizer: Any
    model: Any

    @classmethod
    def load(cls, encoder: Path) -> Self:
        """Load FaceMesh and the text encoder that lies in a folder."""
        from mediapipe.python.solutions.face_mesh import FaceMesh
        from transformers import AutoModel, AutoTokenizer

        return cls(
            FaceMesh(static_image_mode=False, max_num_faces=1, refine_landmarks=True),
            AutoTokenizer.from_pretrained(encoder, local_files_only=True),
            AutoModel.from_pretrained(encoder, local_files_only=True, use_safetensors=True).eval(),
        )

    def look(self, clip: Path, line: str) -> Plain:
        """Decode, find the face, measure the voice, read the line."""
        with av.open(str(clip)) as container:
            pictures = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
        chosen = (np.arange(PICTURES) + 0.5) * len(pictures) / PICTURES
        landmarks = np.full((PICTURES, 478, 2), np.nan, dtype=np.float32)
        for place, index in enumerate(chosen.astype(int)):
            found = self.mesh.process(pictures[index]).multi_face_landmarks
            if found:
                landmarks[place] = [(point.x, point.y) for point in found[0].landmark]
        with av.open(str(clip)) as container:
            rate = container.streams.audio[0].rate
            pieces = [frame.to_ndarray() for frame in container.decode(audio=0)]
        sound = np.concatenate(pieces, axis=1).mean(axis=0).astype(np.float32)
        sound = librosa.resample(sound, orig_sr=rate, target_sr=RATE_HZ)
        pitch = librosa.yin(
            sound, fmin=FLOOR_HZ, fmax=CEILING_HZ, sr=RATE_HZ, frame_length=1024, hop_length=HOP
        )
        mfcc = librosa.feature.mfcc(y=sound, sr=RATE_HZ, n_mfcc=13, n_fft=WINDOW, hop_length=HOP, n_mels=40)
        for feature in (
            librosa.feature.chroma_stft,
            librosa.feature.spectral_centroid,
            librosa.feature.spectral_bandwidth,
            librosa.feature.spectral_rolloff,
            librosa.feature.spectral_contrast,
        ):
            extra = {"n_bands": 5} if feature is librosa.feature.spectral_contrast else {}
            feature(y=sound, sr=RATE_HZ, n_fft=WINDOW, hop_length=HOP, **extra)
        for feature in (librosa.feature.spectral_flatness, librosa.feature.rms):
            feature(y=sound, hop_length=HOP)
        librosa.feature.zero_crossing_rate(sound, hop_length=HOP)
        librosa.feature.delta(mfcc)
        librosa.feature.delta(mfcc, order=2)
        with torch.inference_mode():
            states = self.model(**self.tokenizer(line, return_tensors="pt")).last_hidden_state[0, 1:-1]
        return Plain(landmarks, pitch.astype(np.float32), mfcc, states.numpy())
