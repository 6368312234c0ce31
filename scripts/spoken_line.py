"""A line spoken by espeak-ng, with more or less effort: louder, higher, faster, brighter."""

from __future__ import annotations

import io
import subprocess
from dataclasses import dataclass
from typing import Final

import numpy as np
import soundfile
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d
from scipy.signal import butter, sosfilt

RATE: Final = 22050  # what espeak-ng speaks at
SILENCE_BEFORE_S: Final = 0.5
SILENCE_AFTER_S: Final = 0.6
ROOM_NOISE: Final = 0.0006  # about 64 dB below full scale: no room is silent
BRIGHT_FROM_HZ: Final = 1200.0  # a raised voice gains above this

Sound = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Voice:
    """How a drawn actor sounds at rest: an espeak-ng voice, its pitch (0 to 99) and words a minute."""

    name: str
    pitch: int
    words_per_minute: int


def speak(voice: Voice, line: str, *, effort: float, rng: np.random.Generator) -> Sound:
    """The line as mono sound at :data:`RATE`, silence before and after it.

    Parameters
    ----------
    effort : float
        0 is a flat murmur, 1 a full voice; above 1 it is shouted.
    """
    command = ["espeak-ng", "-m", "--stdin", "--stdout", "-v", voice.name]
    command += ["-p", str(min(99, round(voice.pitch + 38 * effort)))]
    command += ["-s", str(round(voice.words_per_minute * (0.86 + 0.3 * effort)))]
    spoken = f'<speak><prosody range="{round(30 + 150 * effort)}%">{line}</prosody></speak>'
    answer = subprocess.run(command, input=spoken.encode(), capture_output=True, check=True)
    sound, rate = soundfile.read(io.BytesIO(_with_true_length(answer.stdout)))
    if rate != RATE:
        raise RuntimeError(f"espeak-ng spoke at {rate} Hz; this script expects {RATE} Hz.")
    sound = _trimmed(sound / np.abs(sound).max())
    sound = _emphasised(sound, power=0.8 + 0.7 * effort)
    sound = _brightened(sound, gain=10 ** ((-9.0 + 17.0 * effort) / 20))
    breath = rng.normal(0.0, 0.05 * max(0.0, 0.5 - effort), sound.size) * loudness(sound)
    sound = sound / np.sqrt(np.mean(sound**2)) + breath
    sound *= 10 ** ((-32.0 + 16.0 * min(effort, 1.0)) / 20)
    before, after = int(SILENCE_BEFORE_S * RATE), int(SILENCE_AFTER_S * RATE)
    sound = np.pad(sound, (before, after))
    return np.tanh(sound + rng.normal(0.0, ROOM_NOISE, sound.size))


def loudness(sound: Sound) -> Sound:
    """The envelope of the sound, 0 to 1, smoothed as slowly as a jaw moves."""
    envelope = gaussian_filter1d(np.abs(sound), 0.03 * RATE)
    return np.asarray(envelope / max(float(envelope.max()), 1e-9), dtype=np.float64)


def _with_true_length(wav: bytes) -> bytes:
    """A wave file from a pipe says it is 2 GB long: write its sizes in."""
    content = bytearray(wav)
    content[4:8] = (len(content) - 8).to_bytes(4, "little")
    content[40:44] = (len(content) - 44).to_bytes(4, "little")
    return bytes(content)


def _trimmed(sound: Sound) -> Sound:
    heard = np.flatnonzero(np.abs(sound) > 0.01)
    return sound[heard[0] : heard[-1] + 1]


def _emphasised(sound: Sound, *, power: float) -> Sound:
    envelope = np.maximum(loudness(sound), 0.02)
    return sound * envelope ** (power - 1.0)


def _brightened(sound: Sound, *, gain: float) -> Sound:
    high = sosfilt(butter(2, BRIGHT_FROM_HZ, "highpass", fs=RATE, output="sos"), sound)
    return sound + (gain - 1.0) * np.asarray(high)
