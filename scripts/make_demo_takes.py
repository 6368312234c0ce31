"""Make the takes of the demo project: three lines, each given too little, about right and too much.

    python scripts/make_demo_takes.py [--out dashboard/demo/takes]

Drawn actors (:mod:`drawn_face`) speak with espeak-ng's voice (:mod:`spoken_line`). Nobody's likeness
is used, and the takes are in no training set. The same machine makes the same files each time.
"""

from __future__ import annotations

import argparse
import csv
import sys
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Final

import av
import numpy as np
from drawn_face import HEIGHT, WIDTH, Actor, Pose, draw
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d
from spoken_line import RATE, Sound, Voice, loudness, speak

ROOT: Final = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from dashboard.services import demo_takes  # noqa: E402 the path comes first

FRAME_RATE: Final = 25
SEED: Final = 20250701
TOO_LITTLE, TOO_MUCH = 0.1, 1.15
BLINK_EVERY_S: Final = 1.7
BLINK_S: Final = 0.12
COLUMNS: Final = ("clip", "line", "actor", "language", "genre", "directed_emotion", "directed_intensity")

ANNA = Actor(
    skin=(214, 168, 140), hair=(60, 38, 28), lips=(176, 84, 80), iris=(80, 110, 70), shirt=(60, 80, 110),
    wall=(150, 160, 165), jaw_width=0.74, long_hair=True, brow_weight=0.9,
)  # fmt: skip
BRAM = Actor(
    skin=(150, 105, 80), hair=(28, 22, 22), lips=(130, 66, 60), iris=(60, 40, 28), shirt=(120, 60, 50),
    wall=(175, 165, 150), jaw_width=0.82, long_hair=False, brow_weight=1.25,
)  # fmt: skip
CLEO = Actor(
    skin=(232, 190, 165), hair=(150, 98, 52), lips=(190, 100, 95), iris=(70, 105, 140), shirt=(70, 110, 80),
    wall=(140, 150, 140), jaw_width=0.78, long_hair=True, brow_weight=1.0,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Scene:
    """A line, who says it, and the strength (0 to 1) that is about right for it."""

    line: str
    emotion: str
    actor_name: str
    actor: Actor
    voice: Voice
    right: float

    @property
    def strengths(self) -> tuple[tuple[demo_takes.Step, float], ...]:
        """How strong each take is made; above 1 it is shouted."""
        return (
            (demo_takes.TOO_LITTLE, TOO_LITTLE),
            (demo_takes.RIGHT, self.right),
            (demo_takes.TOO_MUCH, TOO_MUCH),
        )


SCENES: Final = (
    Scene(
        "They gave me the part, I start on Monday!",
        "joy",
        "Anna",
        ANNA,
        Voice("en+f3", 38, 170),
        0.7,
    ),
    Scene(
        "You lied to me again. I want you to leave.",
        "anger",
        "Bram",
        BRAM,
        Voice("en+m3", 30, 172),
        0.8,
    ),
    Scene(
        "I have nightmares every night, and he is always there.",
        "fear",
        "Cleo",
        CLEO,
        Voice("en-us+f2", 36, 166),
        0.58,
    ),
)


def make(out: Path) -> list[Path]:
    """Write the nine takes and their LINES.csv into ``out``."""
    out.mkdir(parents=True, exist_ok=True)
    paths: list[Path] = []
    rows: list[dict[str, str]] = []
    for number, scene in enumerate(SCENES):
        for place, (step, strength) in enumerate(scene.strengths):
            rng = np.random.default_rng([SEED, number, place])
            sound = speak(scene.voice, scene.line, effort=strength, rng=rng)
            poses = perform(scene.emotion, sound, strength=strength, rng=rng)
            path = out / demo_takes.name_of(scene.emotion, step)
            _encode(path, [draw(scene.actor, pose, rng) for pose in poses], sound)
            paths.append(path)
            rows.append(_row(scene, path))
    with (out / demo_takes.LINES).open("w", newline="", encoding="utf-8") as opened:
        writer = csv.DictWriter(opened, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(sorted(rows, key=lambda row: row["clip"]))
    return paths


def perform(emotion: str, sound: Sound, *, strength: float, rng: np.random.Generator) -> list[Pose]:
    """One pose a picture: the mouth follows the voice, the face follows the feeling, the head both."""
    count = int(np.ceil(sound.size / RATE * FRAME_RATE))
    times = np.arange(count) / FRAME_RATE
    voice = np.interp(times, np.arange(sound.size) / RATE, loudness(sound))
    swell = gaussian_filter1d(voice, 0.22 * FRAME_RATE)
    swell = swell / max(float(swell.max()), 1e-9)
    feeling = np.minimum(strength, 1.2) * (0.12 + 0.88 * np.sqrt(swell))
    phases = rng.uniform(0, 2 * np.pi, 4)
    move = 0.25 + strength
    yaw = move * (0.05 * np.sin(2 * np.pi * 0.45 * times + phases[0]) + 0.02 * (swell - 0.5))
    pitch = move * (0.035 * np.sin(2 * np.pi * 0.6 * times + phases[1]) + 0.06 * (voice - 0.4))
    roll = move * 0.035 * np.sin(2 * np.pi * 0.35 * times + phases[2])
    rise = move * (0.012 * np.sin(2 * np.pi * 0.8 * times + phases[3]) - 0.03 * swell)
    blink_offset = float(rng.uniform(0.0, BLINK_EVERY_S))
    poses = []
    for index, time in enumerate(times):
        since_blink = (time + blink_offset) % BLINK_EVERY_S
        poses.append(
            _expression(
                emotion,
                float(feeling[index]),
                jaw=float(voice[index]) * min(0.22 + 0.62 * strength, 1.0),
                blink=max(0.0, 1.0 - abs(since_blink - BLINK_S) / BLINK_S),
                head=(float(yaw[index]), float(pitch[index]), float(roll[index])),
                shift=(float(0.4 * yaw[index]), float(rise[index])),
            )
        )
    return poses


def _expression(
    emotion: str,
    feeling: float,
    *,
    jaw: float,
    blink: float,
    head: tuple[float, float, float],
    shift: tuple[float, float],
) -> Pose:
    yaw, pitch, roll = head
    muscles = {
        "anger": {"inner_brow": -1.0, "wrinkle": 0.8, "lid": -0.3, "smile": -0.45, "stretch": 0.4},
        "joy": {"smile": 1.0, "brow_raise": 0.4, "lid": -0.2, "stretch": 0.15},
        "fear": {"inner_brow": 0.9, "brow_raise": 0.75, "lid": 0.9, "smile": -0.35, "stretch": 0.6},
    }[emotion]
    moved = {name: amount * feeling for name, amount in muscles.items()}
    moved["press"] = 0.35 * feeling * max(0.0, 1.0 - 6.0 * jaw) if emotion == "anger" else 0.0
    return Pose(jaw=jaw, blink=blink, yaw=yaw, pitch=pitch, roll=roll, shift=shift, **moved)


def _row(scene: Scene, path: Path) -> dict[str, str]:
    """The line as the director gave it: asked for in full in each of the takes."""
    return {
        "clip": path.name,
        "line": scene.line,
        "actor": scene.actor_name,
        "language": "en",
        "genre": "demo",
        "directed_emotion": scene.emotion,
        "directed_intensity": "",
    }


def _encode(path: Path, pictures: list[NDArray[np.uint8]], sound: Sound) -> None:
    """H.264 and AAC in an MP4 that plays while it loads; one thread, so that bytes repeat."""
    partial = path.with_suffix(".part")
    with av.open(
        str(partial), "w", format="mp4", options={"movflags": "+faststart", "fflags": "+bitexact"}
    ) as out:
        video = out.add_stream(
            "libx264", rate=FRAME_RATE, options={"crf": "25", "preset": "slow", "threads": "1"}
        )
        video.width, video.height, video.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        audio = out.add_stream("aac", rate=RATE, options={"b": "64k", "flags": "+bitexact"})
        audio.layout = "mono"
        for index, picture in enumerate(pictures):
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = index, Fraction(1, FRAME_RATE)
            out.mux(video.encode(frame))
        out.mux(video.encode(None))
        spoken = av.AudioFrame.from_ndarray(sound[None].astype(np.float32), format="fltp", layout="mono")
        spoken.sample_rate, spoken.pts, spoken.time_base = RATE, 0, Fraction(1, RATE)
        out.mux(audio.encode(spoken))
        out.mux(audio.encode(None))
    partial.replace(path)


def main() -> None:
    """Make the takes and say where they lie."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=demo_takes.FOLDER)
    for path in make(parser.parse_args().out):
        print(f"{path.name}  {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
