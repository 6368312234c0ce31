"""A drawn, shaded face whose muscles can be moved: nobody's likeness, yet a face to a face tracker.

Points are given on an ellipsoid (x to the right, y down, half a face wide = 1), turned by the head's
angles and projected, so that a turning head moves its nose further than its ears.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

WIDTH, HEIGHT = 640, 480
OVERSAMPLING = 2  # drawn twice as large and averaged down: soft edges without aliasing
FACE_UNIT = 118 * OVERSAMPLING  # pixels per half face width
CENTRE = (WIDTH * OVERSAMPLING / 2, HEIGHT * OVERSAMPLING * 0.47)
FACE_HEIGHT, FACE_DEPTH = 1.36, 0.85
COARSE = 8  # wide blurs are computed on a picture this much smaller
NOISE_LEVEL = 2.0  # grey levels, what a camera adds

Points = NDArray[np.float64]
Picture = NDArray[np.float32]
Colour = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Actor:
    """What a drawn person looks like; colours are RGB."""

    skin: Colour
    hair: Colour
    lips: Colour
    iris: Colour
    shirt: Colour
    wall: Colour
    jaw_width: float
    long_hair: bool
    brow_weight: float


@dataclass(frozen=True, slots=True)
class Pose:
    """Muscles and head at one instant: 0 is at rest, 1 as far as a face goes; angles in radians."""

    jaw: float = 0.0
    smile: float = 0.0  # negative pulls the corners down
    stretch: float = 0.0  # corners pulled apart
    press: float = 0.0  # lips narrowed
    brow_raise: float = 0.0
    inner_brow: float = 0.0  # positive lifts the inner ends, negative pulls them down and together
    lid: float = 0.0  # positive widens the eyes, negative narrows them
    blink: float = 0.0
    wrinkle: float = 0.0
    yaw: float = 0.0
    pitch: float = 0.0
    roll: float = 0.0
    shift: tuple[float, float] = (0.0, 0.0)


def draw(actor: Actor, pose: Pose, rng: np.random.Generator) -> NDArray[np.uint8]:
    """One picture, shape (480, 640, 3), RGB."""
    picture = _wall(actor)
    place = _projection(pose)
    if actor.long_hair:
        _fill(picture, place(_hanging_hair(), depth=-0.1), actor.hair)
    _shoulders(picture, actor, pose)
    _fill(picture, place(_oval((-1.0, 0.08), (0.13, 0.26)), depth=0.0), _shade(actor.skin, 0.82))
    _fill(picture, place(_oval((1.0, 0.08), (0.13, 0.26)), depth=0.0), _shade(actor.skin, 0.75))
    outline = place(_head_outline(actor, pose), depth=0.05)
    _fill(picture, outline, actor.skin)
    _model_head(picture, outline, place, pose)
    for side in (-1.0, 1.0):
        _eye(picture, actor, pose, place, side)
        _brow(picture, actor, pose, place, side)
    _nose(picture, actor, pose, place)
    _mouth(picture, actor, pose, place)
    _fill(picture, place(_fringe(), depth=0.12), actor.hair)
    small = cv2.resize(picture, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)
    small = cv2.GaussianBlur(small, (0, 0), 0.7)
    small *= np.linspace(1.08, 0.88, WIDTH, dtype=np.float32)[None, :, None]  # the light stands on the left
    small += rng.normal(0.0, NOISE_LEVEL, small.shape).astype(np.float32)
    return np.clip(small, 0, 255).astype(np.uint8)


def _projection(pose: Pose) -> Callable[..., Points]:
    turn = np.array([[np.cos(pose.yaw), np.sin(pose.yaw)], [-np.sin(pose.yaw), np.cos(pose.yaw)]])
    nod = np.array([[np.cos(pose.pitch), np.sin(pose.pitch)], [-np.sin(pose.pitch), np.cos(pose.pitch)]])
    tilt = np.array([[np.cos(pose.roll), -np.sin(pose.roll)], [np.sin(pose.roll), np.cos(pose.roll)]])

    def place(points: Points, *, depth: float | None = None) -> Points:
        x, y = points[:, 0], points[:, 1]
        inside = np.clip(1.0 - (x / 1.08) ** 2 - (y / 1.5) ** 2, 0.0, 1.0)
        z = FACE_DEPTH * np.sqrt(inside) if depth is None else np.full(len(points), depth)
        x, z = turn @ np.stack([x, z])
        y, _ = nod @ np.stack([y, z])
        flat = (tilt @ np.stack([x, y])).T * FACE_UNIT
        return flat + np.array(CENTRE) + np.array(pose.shift) * FACE_UNIT

    return place


def _wall(actor: Actor) -> Picture:
    fall = np.linspace(1.05, 0.8, HEIGHT * OVERSAMPLING, dtype=np.float32)[:, None, None]
    wall = np.array(actor.wall, dtype=np.float32)[None, None, :]
    return np.ascontiguousarray(
        np.broadcast_to(fall * wall, (HEIGHT * OVERSAMPLING, WIDTH * OVERSAMPLING, 3))
    )


def _shoulders(picture: Picture, actor: Actor, pose: Pose) -> None:
    still = _projection(Pose(shift=(pose.shift[0] * 0.4, pose.shift[1] * 0.3)))
    chest = np.array([(-1.9, 2.4), (-1.6, 1.95), (-0.55, 1.68), (0.55, 1.68), (1.6, 1.95), (1.9, 2.4)])
    neck = np.array([(-0.5, 0.9), (0.5, 0.9), (0.58, 1.8), (0.0, 1.98), (-0.58, 1.8)])
    _fill(picture, still(chest, depth=0.0), actor.shirt)
    _fill(picture, still(neck, depth=0.0), _shade(actor.skin, 0.78))
    shadow = still(_oval((0.05, 1.22), (0.55, 0.3)), depth=0.0)
    _darken(picture, shadow, 0.25, spread=0.14)


def _head_outline(actor: Actor, pose: Pose) -> Points:
    angle = np.linspace(0, 2 * np.pi, 120, endpoint=False)
    x, y = np.sin(angle), -np.cos(angle)
    below = np.clip(y, 0, 1)
    narrow = 1.0 - (1.0 - actor.jaw_width) * below**2.6
    return np.stack([x * narrow, y * FACE_HEIGHT + 0.24 * pose.jaw * below**2], axis=1)


def _model_head(picture: Picture, outline: Points, place: Callable[..., Points], pose: Pose) -> None:
    height, width = picture.shape[:2]
    mask = np.zeros((height, width), dtype=np.float32)
    _polygon(mask, outline, 1.0)
    coarse = cv2.resize(mask, (width // COARSE, height // COARSE), interpolation=cv2.INTER_AREA)
    coarse = cv2.GaussianBlur(coarse, (0, 0), 0.22 * FACE_UNIT / COARSE)
    roundness = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_LINEAR)
    shade = np.where(mask > 0, 0.62 + 0.38 * np.clip((roundness - 0.45) / 0.5, 0, 1), 1.0).astype(np.float32)
    picture *= shade[:, :, None]
    for side in (-1.0, 1.0):
        _darken(picture, place(_oval((side * 0.43, -0.24), (0.27, 0.15))), 0.16, spread=0.09)
        cheek = _oval((side * 0.58, 0.28 - 0.07 * max(pose.smile, 0.0)), (0.2, 0.15))
        _darken(picture, place(cheek), -0.09 - 0.1 * max(pose.smile, 0.0), spread=0.11)
        fold = np.array(
            [(0.22, 0.3), (0.36, 0.42), (0.45 + 0.06 * pose.smile, 0.66), (0.4, 0.66), (0.3, 0.46)]
        )
        depth = 0.08 + 0.22 * max(pose.smile, 0.0) + 0.14 * pose.wrinkle
        _darken(picture, place(fold * np.array([side, 1.0])), depth, spread=0.035)
    _darken(picture, place(_oval((0.0, 1.02 + 0.2 * pose.jaw), (0.24, 0.06))), 0.14, spread=0.06)


def _eye(picture: Picture, actor: Actor, pose: Pose, place: Callable[..., Points], side: float) -> None:
    opening = np.clip(0.088 * (1.0 + 0.75 * pose.lid) * (1.0 - pose.blink), 0.004, 0.2)
    t = np.linspace(-1, 1, 25)
    arch = np.clip(1 - t**2, 0, 1) ** 0.75
    lower_share = 0.62 - 0.22 * max(pose.smile, 0.0)
    middle = np.array([side * 0.43, -0.2])
    upper = middle + np.stack([t * 0.205, -opening * arch], axis=1)
    lower = middle + np.stack([t * 0.205, opening * lower_share * arch], axis=1)
    almond = place(np.concatenate([upper, lower[::-1]]))
    _fill(picture, almond, (236, 232, 226))
    mask = np.zeros(picture.shape[:2], dtype=np.float32)
    _polygon(mask, almond, 1.0)
    layer = picture.copy()
    look = middle + np.array([0.02 * np.sin(pose.yaw), -0.012])
    _fill(layer, place(_oval(tuple(look), (0.098, 0.098))), actor.iris)
    _fill(layer, place(_oval(tuple(look), (0.045, 0.045))), (18, 14, 14))
    _fill(layer, place(_oval((look[0] - 0.035, look[1] - 0.035), (0.018, 0.018))), (250, 250, 250))
    np.copyto(picture, layer, where=mask[:, :, None] > 0.5)
    _stroke(picture, place(upper), (38, 26, 24), 0.026)
    _stroke(picture, place(lower), _shade(actor.skin, 0.62), 0.012)
    crease = upper + np.array([0.0, -0.05 - 0.02 * max(pose.lid, 0.0)])
    _stroke(picture, place(crease[3:-3]), _shade(actor.skin, 0.72), 0.012)


def _brow(picture: Picture, actor: Actor, pose: Pose, place: Callable[..., Points], side: float) -> None:
    t = np.linspace(0, 1, 20)  # from the inner end to the outer
    lift = 0.2 * pose.brow_raise
    inner = 0.22 * pose.inner_brow
    gather = 0.07 * max(-pose.inner_brow, 0.0)
    x = 0.17 - gather + t * (0.5 + gather * 0.4)
    y = -0.43 - lift - inner * (1 - t) ** 1.5 - 0.07 * np.sin(np.pi * t * 0.85) + 0.05 * t**3
    weight = 0.055 * actor.brow_weight * (1.0 - 0.65 * t)
    shape = np.concatenate([np.stack([x, y - weight], 1), np.stack([x, y + weight], 1)[::-1]])
    _fill(picture, place(shape * np.array([side, 1.0])), _shade(actor.hair, 0.8))
    if pose.inner_brow < 0:
        furrow = np.array([(side * 0.075, -0.56), (side * 0.06, -0.4), (side * 0.085, -0.32)])
        _stroke(picture, place(furrow), _shade(actor.skin, 1.0 + 0.4 * pose.inner_brow), 0.02)
    for row in range(3 if pose.brow_raise > 0.5 else 0):
        line = np.array([(side * 0.06, -0.8 - 0.075 * row), (side * 0.38, -0.81 - 0.075 * row)])
        _stroke(picture, place(line), _shade(actor.skin, 1.0 - 0.16 * pose.brow_raise), 0.014)


def _nose(picture: Picture, actor: Actor, pose: Pose, place: Callable[..., Points]) -> None:
    raised = -0.035 * pose.wrinkle
    side = np.array([(0.05, -0.25), (0.1, 0.0), (0.19, 0.26 + raised), (0.06, 0.3 + raised)])
    _darken(picture, place(side), 0.22, spread=0.045)
    _darken(picture, place(_oval((0.0, 0.34 + raised), (0.2, 0.05))), 0.26, spread=0.03)
    _darken(picture, place(_oval((-0.02, 0.18 + raised), (0.06, 0.1))), -0.14, spread=0.04)
    for edge in (-1.0, 1.0):
        _fill(picture, place(_oval((edge * 0.085, 0.315 + raised), (0.042, 0.022))), _shade(actor.skin, 0.38))
        wing = np.array([(0.15, 0.22 + raised), (0.185, 0.27 + raised), (0.15, 0.33 + raised)])
        _stroke(picture, place(wing * np.array([edge, 1.0])), _shade(actor.skin, 0.66), 0.016)
        for row in range(2 if pose.wrinkle > 0.25 else 0):
            line = np.array([(edge * 0.03, -0.12 + 0.07 * row), (edge * 0.1, -0.17 + 0.07 * row)])
            _stroke(picture, place(line), _shade(actor.skin, 1.0 - 0.3 * pose.wrinkle), 0.014)


def _mouth(picture: Picture, actor: Actor, pose: Pose, place: Callable[..., Points]) -> None:
    t = np.linspace(-1, 1, 41)
    half = 0.33 * (
        1.0 + 0.28 * max(pose.smile, 0.0) + 0.3 * pose.stretch - 0.16 * pose.press - 0.16 * pose.jaw
    )
    corner = -0.15 * pose.smile * np.abs(t) ** 2
    arch = np.clip(1 - np.abs(t) ** 2.4, 0, 1)
    gap = 0.44 * pose.jaw + 0.03 * pose.stretch
    full = 1.0 - 0.6 * pose.press - 0.15 * abs(pose.smile)
    middle = 0.6 - 0.02 * pose.wrinkle
    bow = 0.075 * full * (arch - 0.3 * np.exp(-((t / 0.16) ** 2)))
    upper_in = middle - 0.22 * gap * arch + corner
    lower_in = middle + 0.78 * gap * arch + corner
    upper_out, lower_out = upper_in - bow, lower_in + 0.1 * full * arch
    x = t * half

    def between(above: Points, below: Points) -> Points:
        return place(np.concatenate([np.stack([x, above], 1), np.stack([x, below], 1)[::-1]]))

    if gap > 0.012:
        _fill(picture, between(upper_in, lower_in), (54, 18, 22))
        teeth = np.minimum(0.35 * gap, 0.075) * arch
        _fill(picture, between(upper_in, upper_in + teeth), (232, 228, 218))
        if pose.stretch > 0.3:
            _fill(picture, between(lower_in - 0.6 * teeth, lower_in), (218, 212, 202))
    _fill(picture, between(upper_out, upper_in), _shade(actor.lips, 0.84))
    _fill(picture, between(lower_in, lower_out), actor.lips)
    _stroke(picture, place(np.stack([x, upper_in], 1)), _shade(actor.lips, 0.5), 0.016)
    _darken(picture, place(_oval((0.0, float(lower_out.max()) + 0.07), (0.2, 0.03))), 0.18, spread=0.03)


def _fringe() -> Points:
    angle = np.linspace(-0.5 * np.pi, 0.5 * np.pi, 40)
    crown = np.stack([1.09 * np.sin(angle), -0.28 - 1.2 * np.cos(angle)], axis=1)
    line = np.array([(1.02, -0.3), (0.92, -0.75), (0.55, -1.0), (-0.1, -1.0), (-0.62, -0.95), (-0.94, -0.68)])
    return np.concatenate([crown, line, [(-1.03, -0.3)]])


def _hanging_hair() -> Points:
    angle = np.linspace(-0.6 * np.pi, 0.6 * np.pi, 50)
    cap = np.stack([1.2 * np.sin(angle), 0.02 - 1.42 * np.cos(angle)], axis=1)
    return np.concatenate([cap, [(1.18, 1.5), (0.75, 1.85), (-0.75, 1.85), (-1.18, 1.5)]])


def _oval(centre: tuple[float, float], radii: tuple[float, float]) -> Points:
    angle = np.linspace(0, 2 * np.pi, 48, endpoint=False)
    return np.stack([centre[0] + radii[0] * np.cos(angle), centre[1] + radii[1] * np.sin(angle)], axis=1)


def _shade(colour: Colour, factor: float) -> Colour:
    red, green, blue = (int(min(255, channel * factor)) for channel in colour)
    return red, green, blue


def _polygon(picture: Picture, points: Points, value: float | Colour) -> None:
    cv2.fillPoly(picture, [np.round(points).astype(np.int32)], value)


def _fill(picture: Picture, points: Points, colour: Colour) -> None:
    _polygon(picture, points, colour)


def _stroke(picture: Picture, points: Points, colour: Colour, width: float) -> None:
    thickness = max(1, round(width * FACE_UNIT))
    cv2.polylines(picture, [np.round(points).astype(np.int32)], False, colour, thickness)


def _darken(picture: Picture, points: Points, amount: float, *, spread: float) -> None:
    """Multiply a soft-edged region by ``1 - amount``; a negative amount lightens."""
    margin = 3 * spread * FACE_UNIT
    low = np.maximum(np.floor(points.min(0) - margin), 0).astype(int)
    high = np.minimum(np.ceil(points.max(0) + margin), picture.shape[1::-1]).astype(int)
    if (high <= low).any():
        return
    mask = np.zeros((high[1] - low[1], high[0] - low[0]), dtype=np.float32)
    _polygon(mask, points - low, 1.0)
    soft = cv2.GaussianBlur(mask, (0, 0), spread * FACE_UNIT)
    picture[low[1] : high[1], low[0] : high[0]] *= 1.0 - amount * soft[:, :, None]
