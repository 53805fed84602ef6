"""What the scenes are painted with: seamless noise, anti-aliased stencils and a deferred-shading canvas.

Lengths are in frame heights: y runs from 0 (top) to 1 (bottom), x from -aspect/2 to aspect/2. Everything is a function
of world position, never of pixels, so a picture is the same scene at any size and moves smoothly with the camera.
"""

import functools
import math

import cv2
import numpy as np

SKY_DEPTH = 1000.0  # scene units; a ground row's depth is 1 / (y - horizon)


@functools.lru_cache(maxsize=1)
def _tile() -> np.ndarray:
    """One seamless tile of smooth noise, (513, 513) in about [-1, 1]: 64 lattice cells of 8 texels."""
    lattice = np.random.default_rng(7).uniform(-1, 1, (64, 64)).astype(np.float32)
    padded = np.pad(lattice, 4, mode="wrap")
    tile = cv2.resize(padded, (72 * 8, 72 * 8), interpolation=cv2.INTER_CUBIC)[32:545, 32:545]
    return np.ascontiguousarray(tile * 1.4)


def noise(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    """Smooth noise at lattice coordinates (h, w) float32, period 64, in about [-1, 1]."""
    u, v = np.broadcast_arrays(np.asarray(u, np.float32), np.asarray(v, np.float32))
    u, v = u * 8, v * 8
    u, v = u - 512 * np.floor(u / 512), v - 512 * np.floor(v / 512)  # ten times faster than %
    return cv2.remap(_tile(), u, v, cv2.INTER_LINEAR)


def fbm(u: np.ndarray, v: np.ndarray, octaves: int, gain: float = 0.5) -> np.ndarray:
    """Fractal noise: `octaves` layers of doubling frequency and falling weight, in about [-1, 1]."""
    total, weight = noise(u, v), 1.0
    for k in range(1, octaves):
        weight *= gain
        total = total + weight * noise(u * 2**k + 17.3 * k, v * 2**k + 5.7 * k)
    return total


def octaves_for(frequency: float, height: int, most: int = 6) -> int:
    """How many octaves above `frequency` (cells per frame height) still span two pixels."""
    return int(np.clip(math.log2(max(height / (2 * frequency), 1)) + 1, 1, most))


def smoothstep(low: float, high: float, x: np.ndarray) -> np.ndarray:
    t = np.clip((x - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)


def rgb(code: str) -> np.ndarray:
    """'#rrggbb' -> (3,) float32 in [0, 1]."""
    return np.array([int(code[i : i + 2], 16) for i in (1, 3, 5)], np.float32) / 255


class Frame:
    """A camera's view: pixel grids in frame heights, and how far the camera moves things at a depth."""

    def __init__(self, width: int, height: int, truck: float = 0.0, zoom: float = 1.0):
        self.width, self.height, self.truck, self.zoom = width, height, truck, zoom
        self.aspect = width / height
        self.y = (((np.arange(height, dtype=np.float32) + 0.5) / height - 0.5) / zoom + 0.5)[:, None]  # (h, 1)
        self.x = (((np.arange(width, dtype=np.float32) + 0.5) / width - 0.5) * self.aspect / zoom)[None]  # (1, w)

    def world_x(self, depth) -> np.ndarray:
        """World x of every pixel column seen at `depth` (scalar or (h, 1)): near things move more."""
        return self.x + self.truck / depth

    def pixels(self, x, y, depth: float) -> np.ndarray:
        """World points at `depth` -> (n, 2) pixel coordinates, float."""
        x = (np.asarray(x, np.float32) - self.truck / depth) * self.zoom
        y = (np.asarray(y, np.float32) - 0.5) * self.zoom + 0.5
        return np.stack([(x / self.aspect + 0.5) * self.width, y * self.height], -1)


class Stencil:
    """Polygons at one depth, supersampled: colour, cover, surface direction and glow."""

    def __init__(self, frame: Frame, depth: float):
        self.frame, self.depth = frame, depth
        self.scale = 3 if frame.height <= 256 else 2
        h, w = frame.height * self.scale, frame.width * self.scale
        self.colour = np.zeros((h, w, 3), np.uint8)
        self.data = np.zeros((h, w, 4), np.uint8)  # cover, normal x, normal y, glow
        self.data[..., 1:3] = 128

    def fill(self, points, colour, nx: float = 0.0, ny: float = 0.0, glow: float = 0.0, bend: float = 0.0) -> None:
        """Fill one polygon [(x, y), ...] in world units. `bend` rounds it like a cylinder: nx from -bend to bend."""
        points = np.asarray(points, np.float32)
        corners = np.round(self.frame.pixels(points[:, 0], points[:, 1], self.depth) * self.scale * 16).astype(np.int32)
        data = (255, 128 + 127 * nx, 128 + 127 * ny, 255 * glow)
        cv2.fillPoly(self.colour, [corners], [float(255 * c) for c in colour], shift=4)
        cv2.fillPoly(self.data, [corners], [float(d) for d in data], shift=4)
        if bend:
            self._bend(corners, bend)

    def _bend(self, corners: np.ndarray, bend: float) -> None:
        h, w = self.colour.shape[:2]
        (left, top), (right, bottom) = corners.min(0) // 16, corners.max(0) // 16 + 1
        x0, x1, y0, y1 = max(left, 0), min(right, w), max(top, 0), min(bottom, h)
        if x0 >= x1 or y0 >= y1:
            return
        mask = np.zeros((y1 - y0, x1 - x0), np.uint8)
        cv2.fillPoly(mask, [corners - np.array([x0 * 16, y0 * 16])], 1, shift=4)
        ramp = (np.arange(x0, x1) + 0.5 - left) / (right - left) * 2 - 1
        ramp = np.broadcast_to((128 + 127 * bend * ramp).astype(np.uint8), mask.shape)
        np.copyto(self.data[y0:y1, x0:x1, 1], ramp, where=mask > 0)

    def maps(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """-> colour (h, w, 3), cover (h, w), (normal x, normal y, glow) (h, w, 3); at the frame's size."""
        size = (self.frame.width, self.frame.height)
        data = cv2.resize(self.data, size, interpolation=cv2.INTER_AREA).astype(np.float32)
        colour = cv2.resize(self.colour, size, interpolation=cv2.INTER_AREA).astype(np.float32)
        cover = data[..., 0] / 255
        colour /= np.maximum(data[..., :1], 1)
        data[..., 1:3] = (data[..., 1:3] - 128) / 127
        data[..., 3] /= 255
        return colour, cover, data[..., 1:]


class Canvas:
    """What the light needs to know of every pixel, painted from far to near."""

    def __init__(self, frame: Frame):
        shape = (frame.height, frame.width)
        self.frame = frame
        self.colour = np.zeros((*shape, 3), np.float32)
        self.surface = np.zeros((*shape, 3), np.float32)  # normal x (right), normal y (up), glow
        self.depth = np.full(shape, SKY_DEPTH, np.float32)
        self.air = np.full(shape, SKY_DEPTH, np.float32)  # how much air lies before it, as a depth in clear air
        self.sky = np.ones(shape, np.float32)  # share of the pixel that is sky
        self.water = np.zeros(shape, np.float32)
        self.ground = np.zeros(shape, np.float32)  # where cast shadows fall
        self.subject = np.zeros(shape, np.float32)
        self.base = (0.0, 1.0)  # where the subject meets the ground, (x, y)
        self.base_depth = 1.0
        self.reach = 0.0  # half the width of what touches the ground
        self.flies = False

    def put(self, colour, cover, surface, depth, water: float = 0.0, ground: float = 0.0,
            air=None) -> None:  # fmt: skip
        """Lay one layer over what is there. `cover` (h, w); the others broadcast against (h, w, 3) or (h, w)."""
        c = cover[..., None]
        self.colour += c * (colour - self.colour)
        self.surface += c * (surface - self.surface)
        for kept, new in ((self.depth, depth), (self.air, depth if air is None else air)):
            np.copyto(kept, np.broadcast_to(np.asarray(new, np.float32), cover.shape), where=cover > 0.5)
        self.sky *= 1 - cover
        self.water += cover * (water - self.water)
        self.ground += cover * (ground - self.ground)

    def stamp(self, stencil: Stencil, texture: np.ndarray | None = None) -> np.ndarray:
        """Lay a stencil over what is there; returns its cover (h, w)."""
        colour, cover, surface = stencil.maps()
        if texture is not None:
            colour = colour * texture[..., None]
        self.put(colour, cover, surface, stencil.depth)
        return cover
