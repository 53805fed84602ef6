"""Where camera and subject stand. Settings call one of these and say what they allow."""

from collections.abc import Callable

import numpy as np

from images.world.base import Shot

Ground = Callable[[np.ndarray, np.ndarray], np.ndarray]


def spread(lens: float, aspect: float) -> tuple[float, float]:
    """Tangents of half the view's angles, across and up, for a frame 36 mm wide on its longer side."""
    half = 18 / lens
    return (half, half / aspect) if aspect >= 1 else (half * aspect, half)


def share_for(scene, height: float, width: float, aspect: float) -> float:
    """The subject's share of the frame's height: as drawn, unless it is so wide that it would not fit."""
    return min(scene.framing.share, 0.62 * aspect * height / width)


def in_the_open(scene, aspect: float, ground: Ground, *, eye: tuple[float, float] = (1.2, 2.4), near: float = 3.0,
    far: float = 1500.0, lens: tuple[float, float] = (24, 85), rise: float = 0.0, base: float | None = None,
    level: float | None = None,) -> Shot:  # fmt: skip
    """A subject that stands on, floats on or flies over `ground`, seen from a person's height or a little more.

    eye: the camera's height over the ground in metres, lowest and highest. near, far: limits of the distance; the lens
    gives way to keep the subject's size. rise: metres the ground under the subject is raised, in a hill that hides
    nothing. base: where the subject's foot stands in the frame, -0.5 bottom to 0.5 top, instead of the scene's own.
    level: radius in metres of the flat ground under it, instead of one that its width asks for.
    """
    height, width = scene.height, scene.width
    share = share_for(scene, height, width, aspect)
    focal = float(np.clip(scene.framing.lens, *lens))
    distance = height / (share * 2 * spread(focal, aspect)[1])
    kept = float(np.clip(distance, max(near, 1.2 * width), far))
    focal *= kept / distance
    across, up = spread(focal, aspect)
    x = scene.framing.third * across * kept
    if rise:
        ground = raised(ground, x, kept, rise, reach=max(2.2 * width, 1.2 * height, 6 * rise))
    if scene.on == "ground" and level != 0:
        ground = levelled(ground, x, kept, level or 0.6 * width + 1)
    foot = 0.0 if scene.on == "water" else float(ground(x, kept))
    below = float(ground(0.0, 0.0))
    lens_height = (max(below, 0.0) if scene.on == "water" else below) + eye[0] + (eye[1] - eye[0]) * scene.framing.eye
    if scene.on == "air":
        # no higher than leaves the horizon in the frame
        most = (0.8 - share - 0.16 * scene.framing.eye) / share
        foot = float(ground(x, kept)) + height * min(0.25 + 1.2 * scene.framing.eye, most)
    else:
        lens_height = max(lens_height, _height_to_see(ground, x, kept, foot + 0.06 * height))
    row = (
        base
        if base is not None
        else scene.framing.base
        if scene.on != "air"
        else 0.46 - share - 0.16 * scene.framing.eye
    )
    # tilt the camera until the foot is seen at its row
    tilt = np.arctan2(foot - lens_height, kept) - np.arctan(row * 2 * up)
    target = (0.0, 100.0, lens_height + 100 * float(np.tan(tilt)))
    fstop = depth_of_field(kept, focal)
    return Shot(
        (0.0, 0.0, lens_height),
        target,
        focal,
        aspect,
        (x, kept, foot),
        height,
        width,
        _heading(scene, x, kept),
        fstop,
        ground,
    )


def on_axis(
    scene, aspect: float, *, eye: tuple[float, float] = (0.9, 1.7), near: float = 4.0, far: float = 60.0,
    room: float = 3.0, lens: tuple[float, float] = (24, 70), floor: float = 0.0, lift: float = 0.0, aim: float = 0.0,
) -> Shot:  # fmt: skip
    """A subject on a floor between walls or kerbs: streets, naves, platforms, piers, rooms.

    room: metres to each side of the middle within which the subject stands. lift: height of what it stands on. aim:
    metres to the right that the camera looks at 20 metres away.
    """
    height, width = scene.height, scene.width
    share = share_for(scene, height, width, aspect)
    focal = float(np.clip(scene.framing.lens, *lens))
    distance = height / (share * 2 * spread(focal, aspect)[1])
    kept = float(np.clip(distance, max(near, 1.3 * width), far))
    focal *= kept / distance
    across, up = spread(focal, aspect)
    x = float(np.clip(scene.framing.third * across * kept, -room, room))
    high = floor + eye[0] + (eye[1] - eye[0]) * scene.framing.eye
    tilt = np.arctan2(floor + lift - high, kept) - np.arctan(scene.framing.base * 2 * up)
    target = (aim, 20.0, high + 20 * float(np.tan(tilt)))
    level = floor + lift
    return Shot(
        (0.0, 0.0, high), target, focal, aspect, (x, kept, level), height, width, _heading(scene, x, kept),
        depth_of_field(kept, focal), lambda a, b: np.zeros(np.broadcast(a, b).shape) + floor,
    )  # fmt: skip


def on_table(scene, aspect: float, *, table: float = 0.75, eye: tuple[float, float] = (0.06, 0.22)) -> Shot:
    """A still life close up: the camera a hand's breadth above the table, focus on the subject, the rest soft.

    The table's edge is at y = 0 and its top at height `table`; the camera stands before it.
    """
    height, width = scene.height, scene.width
    share = min(max(scene.framing.share, 0.45), 0.62 * aspect * height / width)
    focal = float(np.clip(scene.framing.lens, 45, 75))
    across, up = spread(focal, aspect)
    distance = height / (share * 2 * up)
    x = 0.4 * scene.framing.third * across * distance
    high = table + eye[0] + (eye[1] - eye[0]) * scene.framing.eye
    tilt = np.arctan2(table - high, distance) - np.arctan(scene.framing.base * 2 * up)
    start = 0.35 - distance
    target = (0.0, start + 1.0, high + float(np.tan(tilt)))
    flat = lambda a, b: np.zeros(np.broadcast(a, b).shape) + table  # noqa: E731
    return Shot((0.0, start, high), target, focal, aspect, (x, 0.35, table), height, width, scene.heading, 2.8, flat)


def raised(ground: Ground, x: float, y: float, rise: float, reach: float) -> Ground:
    """`ground` with a knoll of `rise` metres at (x, y)."""
    return lambda a, b: (
        ground(a, b) + rise * np.exp(-(((np.asarray(a) - x) ** 2 + (np.asarray(b) - y) ** 2) / reach**2))
    )


def levelled(ground: Ground, x: float, y: float, radius: float) -> Ground:
    """`ground` made flat within `radius` metres of (x, y), and blended out over as much again."""
    level = float(np.mean(ground(x + radius * np.array([-1, 1, 0, 0, 0]), y + radius * np.array([0, 0, -1, 1, 0]))))

    def flat(a, b):
        t = np.clip(np.hypot(np.asarray(a) - x, np.asarray(b) - y) / radius - 1, 0, 1)
        t = t * t * (3 - 2 * t)
        return level * (1 - t) + ground(a, b) * t

    return flat


def depth_of_field(distance: float, lens: float) -> float:
    """The stop a cinematographer would choose: wide open on what is close, closed on landscapes (0: all sharp)."""
    if distance > 60:
        return 0.0
    return 2.0 if distance < 8 and lens > 40 else 2.8 if distance < 20 else 4.0


def _height_to_see(ground: Ground, x: float, y: float, foot: float) -> float:
    """The lowest camera that sees the subject's foot over everything between."""
    t = np.linspace(0.03, 0.97, 96)
    between = ground(x * t, y * t)
    return float(np.max((between + 0.15 - foot * t) / (1 - t))) if len(t) else -np.inf


def _heading(scene, x: float, y: float) -> float:
    """The scene's heading, counted from facing the camera where the subject stands."""
    return scene.heading - float(np.arctan2(x, y))
