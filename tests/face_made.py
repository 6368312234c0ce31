"""A drawn face for tests that need one; no person's likeness is used."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

WIDTH, HEIGHT = 640, 480


def drawn_face(
    *, centre: tuple[int, int] = (320, 240), scale: float = 1.0, jaw: float = 0.0
) -> NDArray[np.uint8]:
    """A shaded oval with hair, eyes, brows, nose and lips; ``jaw`` opens the mouth, 0 to 1."""
    picture = np.full((HEIGHT, WIDTH, 3), (120, 130, 140), np.uint8)
    x, y = centre

    def at(dx: float, dy: float) -> tuple[int, int]:
        return round(x + dx * scale), round(y + dy * scale)

    def oval(where: tuple[int, int], axes: tuple[float, float], colour: tuple[int, int, int]) -> None:
        size = (max(1, round(axes[0] * scale)), max(1, round(axes[1] * scale)))
        cv2.ellipse(picture, where, size, 0, 0, 360, colour, -1, cv2.LINE_AA)

    oval(at(0, -25), (112, 135), (60, 42, 30))
    cv2.rectangle(picture, at(-38, 90), at(38, 200), (196, 150, 122), -1)
    oval(at(0, 0), (96, 128), (222, 178, 150))
    for side in (-1, 1):
        oval(at(side * 40, -22), (19, 10), (250, 250, 250))
        oval(at(side * 40, -22), (8, 9), (70, 50, 40))
        oval(at(side * 40, -22), (4, 4), (10, 10, 10))
        cv2.line(picture, at(side * 62, -50), at(side * 20, -52), (60, 42, 30), max(2, round(7 * scale)))
        oval(at(side * 12, 30), (5, 3), (150, 100, 85))
    oval(at(0, 12), (12, 26), (212, 166, 138))
    oval(at(0, 66 + 14 * jaw), (34, 9 + 20 * jaw), (176, 84, 84))
    oval(at(0, 66 + 14 * jaw), (28, 1 + 18 * jaw), (60, 20, 20))
    shade = np.linspace(1.08, 0.86, WIDTH)[None, :, None]
    noise = np.random.default_rng(0).normal(0, 2, picture.shape)
    return np.clip(cv2.GaussianBlur(picture, (5, 5), 0) * shade + noise, 0, 255).astype(np.uint8)
