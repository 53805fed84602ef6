"""How things are put along walls and on floors, out of the way of the subject and of the camera."""

import numpy as np

from images.world.furniture import decor
from images.world.rooms.shell import Room


class Furnisher:
    """Puts things where they stand in nobody's way."""

    def __init__(self, stage, room: Room, rng, keep_floor: bool = False):
        self.stage, self.room, self.rng, self.keep_floor = stage, room, rng, keep_floor

    def along(
        self, wall: str, items, start: float | None = None, end: float | None = None, gap: float = 0.15, order: int = 1
    ) -> None:
        """Stand items (width, make, height) side by side from one end of a wall, skipping openings and the subject."""
        a, b = self.room.ends(wall)
        a, b = max(a, start if start is not None else a), min(b, end if end is not None else b)
        at = a + 0.06 if order > 0 else b - 0.06
        for width, make, height in items:
            for _ in range(14):
                lo, hi = sorted((at, at + order * width))
                if lo < a or hi > b:
                    return
                clear = self.room.free(wall, lo, hi, height) and self._clear(wall, (lo + hi) / 2, width)
                if clear:
                    break
                at += order * 0.2
            else:
                return
            made = make()
            if made is not None:
                self.room.place(made, wall, (lo + hi) / 2)
            at = (hi + gap * self.rng.uniform(0.5, 1.6)) if order > 0 else (lo - gap * self.rng.uniform(0.5, 1.6))

    def hang(self, wall: str, makes, low: float = 1.65, start: float | None = None, end: float | None = None) -> None:
        """Pictures and the like at eye height, spread over a stretch of wall: (width, make)."""
        a, b = self.room.ends(wall)
        a, b = max(a, start if start is not None else a) + 0.35, min(b, end if end is not None else b) - 0.35
        for i, (width, make) in enumerate(makes):
            at = a + (b - a) * (i + 0.5) / len(makes) + self.rng.normal(0, 0.06)
            if self.room.free(wall, at - width / 2, at + width / 2):
                self.room.place(make(), wall, at, low + self.rng.normal(0, 0.05), 0.001)

    def floor(self, make, x: float, y: float, turn: float, reach: float = 0.5, z: float = 0.0):
        """One thing on the floor, unless it would hide the subject or stand too near the camera."""
        if self.keep_floor or not self._apart(x, y, reach):
            return None
        made = make()
        made.location, made.rotation_euler = (x, y, z), (0, 0, turn)
        return made

    def _apart(self, x, y, reach) -> bool:
        inside = self.room.left + reach < x < self.room.right - reach and y < self.room.back - reach
        return inside and bool(self.stage.shot.clear(x, y, reach)) and np.hypot(x, y) > reach + 0.9

    def _clear(self, wall: str, along: float, width: float) -> bool:
        x, y, _ = self.room.origin(wall, along, 0, 0.3)
        return bool(self.stage.shot.clear(x, y, width / 2 * (wall != "back") + 0.1)) or wall == "back"


def topped(f: Furnisher, make, height: float, things, depth: float = 0.22):
    """A piece of furniture with things standing on it at its height: (x, make)."""
    made = make()
    parts = [made]
    for x, thing in things:
        one = thing()
        one.location = (x, -depth + f.rng.normal(0, 0.02), height)
        one.rotation_euler = (0, 0, float(f.rng.uniform(-0.6, 0.6)))
        parts.append(one)
    return f.stage.group(*parts)


def rug(f: Furnisher, x: float, y: float):
    width, length = float(f.rng.uniform(2.2, 3.0)), float(f.rng.uniform(1.5, 2.0))
    made = decor.rug(f.stage, f.rng, width, length)
    made.location, made.rotation_euler = (x, y, 0.002), (0, 0, float(f.rng.uniform(-0.2, 0.2)))
    return made
