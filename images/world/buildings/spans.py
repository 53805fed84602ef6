"""Bridges of stone: arches, piers with cutwaters, walled ramps. They run along x; z = 0 is the low ground or the
water in the middle, and their piers reach far below it.
"""

import itertools

import numpy as np

from images.world.buildings.masonry import Masonry

DEEP = -30.0


def pier(stones: Masonry, x: float, wide: float, half: float, top: float) -> None:
    """A pier with pointed cutwaters up and down the stream."""
    w = wide / 2
    nose = 0.75 * wide
    outline = np.array(
        [(-w, -half), (0, -half - nose), (w, -half), (w, half), (0, half + nose), (-w, half), (-w, -half)]
    )
    gaps = np.hypot(*np.diff(outline, axis=0).T)
    along = np.r_[0, np.cumsum(gaps)][None]
    px, py = x + outline[:, 0][None], outline[:, 1][None]
    z = np.array([[DEEP], [top]])
    stones.surface(np.repeat(px, 2, 0), np.repeat(py, 2, 0), np.broadcast_to(z, (2, 7)), along, z)
    # sloping caps on the noses
    for s in (-1, 1):
        tip = np.array([x, s * (half + 0.1), top + 0.9 * wide])
        a, b, c = (
            np.array([x - w, s * half, top]),
            np.array([x, s * (half + nose), top]),
            np.array([x + w, s * half, top]),
        )
        first, second = (np.stack([a, b, tip, tip]), np.stack([b, c, tip, tip]))
        for quad in (first, second) if s < 0 else (first[::-1], second[::-1]):
            stones.add(quad[None], np.array([[0, nose, nose / 2, nose / 2]]), np.array([[0, 0, 1, 1]]))
    stones.blocks([(x - w - 0.2, x + w + 0.2, -half - 0.2, half + 0.2, DEEP, -0.5)])


def stone_arches(
    stones: Masonry, spans, rise: float, spring: float, half: float, hump: float, ramp: float, around: int = 40
):
    """Round arches with piers, spandrels, parapets and ramps down to the ground at both ends.

    spans: widths in metres. spring: height of the arches' feet; rise: of their crowns over it, for the widest. hump:
    metres that the road rises to the middle. ramp: length of each approach. Returns the road's height as a function of
    x.
    """
    wide = 0.2 * max(spans) + 0.6
    total = sum(spans) + wide * (len(spans) - 1)
    crown = spring + rise + 0.9
    reach = total / 2 + ramp

    def road(x):
        x = np.abs(np.asarray(x, float))
        middle = crown + hump * (1 - np.minimum(x / (total / 2), 1) ** 2)
        down = np.clip((x - total / 2) / ramp, 0, 1)
        return middle * (1 - down * down * (3 - 2 * down)) - 0.4 * (down >= 1)

    x0, edges = -total / 2, []
    for i, span in enumerate(spans):
        x1 = x0 + span
        high = rise * (span / max(spans)) ** 0.9
        t = np.linspace(0, np.pi, around)
        ax, az = (x0 + x1) / 2 - span / 2 * np.cos(t), spring + high * np.sin(t)
        for s in (-1, 1):
            y = s * half
            zz = np.stack([az, np.maximum(road(ax), az + 0.3)])
            stones.surface(np.stack([ax, ax]), np.full((2, around), y), zz, np.stack([ax, ax]), zz, flip=s > 0)
            _ring(stones, ax, az, (x0 + x1) / 2, spring, y, s, max(9, around // 2))
        arc = np.r_[0, np.cumsum(np.hypot(np.diff(ax), np.diff(az)))]
        deep = np.array([[-half], [half]])
        stones.surface(
            np.stack([ax, ax]),
            np.broadcast_to(deep, (2, around)),
            np.stack([az, az]),
            np.stack([arc, arc]),
            np.broadcast_to(deep, (2, around)),
            0.8,
        )
        if i + 1 < len(spans):
            edges.append(x1 + wide / 2)
            pier(stones, x1 + wide / 2, wide, half, spring)
            for s in (-1, 1):
                stones.surface(
                    np.array([[x1, x1 + wide]] * 2),
                    np.full((2, 2), s * half),
                    np.stack([[spring] * 2, road(np.array([x1, x1 + wide]))]),
                    np.array([[x1, x1 + wide]] * 2),
                    np.stack([[spring] * 2, [crown] * 2]),
                    flip=s > 0,
                )
        x0 = x1 + wide
    for s in (-1, 1):  # abutments and ramps
        x = s * np.linspace(total / 2, reach, 16)
        for side in (-1, 1):
            z = np.stack([np.full(16, DEEP), road(x)])
            stones.surface(
                np.stack([x, x]), np.full((2, 16), side * half), z, np.stack([x, x]), z, flip=(side > 0) == (s > 0)
            )
        stones.blocks([(*sorted((s * total / 2, s * (total / 2 + 1.0))), -half - 0.3, half + 0.3, DEEP, spring + 0.1)])
    _road(stones, road, reach, half)
    return road, total, reach


def _ring(stones: Masonry, ax, az, middle: float, spring: float, y: float, s: int, count: int) -> None:
    """The ring stones round an arch, standing a little proud, every other one longer."""
    pick = np.linspace(0, len(ax) - 1, count + 1).round().astype(int)
    for n, (i, j) in enumerate(itertools.pairwise(pick)):
        long = 0.75 if n % 2 else 0.6
        inner = np.array([(ax[i], az[i]), (ax[j], az[j])])
        out = inner - (middle, spring)
        out /= np.linalg.norm(out, axis=1, keepdims=True)
        outer = inner + long * out
        gap = 0.02 * (inner[1] - inner[0])
        quad = [(inner[0] + gap), (inner[1] - gap), (outer[1] - gap), (outer[0] + gap)]
        p = np.array([(q[0], y + s * 0.07, q[1]) for q in quad])
        back = p - (0, s * 0.12, 0)
        tone = 1.0 + 0.16 * ((n * 37) % 7 / 7 - 0.4)
        corners = [p if s < 0 else p[::-1]]
        corners += [np.array([p[k], back[k], back[(k + 1) % 4], p[(k + 1) % 4]]) for k in range(4)]
        stones.add(
            np.array(corners), np.array([[0.1, 0.5, 0.5, 0.1]] * 5), np.array([[0.06, 0.06, 0.3, 0.3]] * 5), tone
        )


def _road(stones: Masonry, road, reach: float, half: float) -> None:
    x = np.linspace(-reach, reach, 70)
    inner = half - 0.45
    across = np.array([[-inner], [inner]])
    z = np.stack([road(x), road(x)])
    stones.surface(
        np.stack([x, x]), np.broadcast_to(across, (2, 70)), z, np.stack([x, x]), np.broadcast_to(across, (2, 70)), 0.7
    )
    for s in (-1, 1):
        outer, rim = s * (half + 0.02), s * inner
        top = road(x) + 1.05
        stones.surface(
            np.stack([x, x]),
            np.full((2, 70), outer),
            np.stack([road(x) - 0.25, top]),
            np.stack([x, x]),
            np.stack([road(x), top]),
            flip=s > 0,
        )
        stones.surface(
            np.stack([x, x]),
            np.full((2, 70), rim),
            np.stack([road(x), top]),
            np.stack([x, x]),
            np.stack([road(x), top]),
            flip=s < 0,
        )
        _slabs(stones, np.arange(-reach, reach, 1.2), road, *sorted((rim - s * 0.06, outer + s * 0.1)), 1.03, 1.22)
        _slabs(stones, np.arange(-reach, reach, 1.2), road, *sorted((outer, outer + s * 0.14)), -0.3, -0.1)


def _slabs(stones: Masonry, edges, level, y0: float, y1: float, low: float, high: float) -> None:
    """Stones laid end to end along x on a line of heights, each sloping with it."""
    for a, b in zip(edges[:-1], edges[1:] - 0.04, strict=True):
        za, zb = float(level(a)), float(level(b))
        p = np.array([[(x, y, z + h) for x, z in ((a, za), (b, zb))] for y in (y0, y1) for h in (low, high)])
        (la, lb), (ha, hb), (ra, rb), (ta, tb) = p
        sides = [
            (la, lb, hb, ha),
            (rb, ra, ta, tb),
            (ha, hb, tb, ta),
            (ra, rb, lb, la),
            (lb, rb, tb, hb),
            (ra, la, ha, ta),
        ]
        stones.add(
            np.array(sides),
            np.array([[a + 0.05, b - 0.05, b - 0.05, a + 0.05]] * 6),
            np.array([[0.04, 0.04, 0.3, 0.3]] * 6),
            1.1,
        )


def approach(stones: Masonry, start: float, side: int, deck: float, half: float, ramp: float) -> None:
    """A walled ramp from the deck down to the ground."""
    x = start + side * np.linspace(0, ramp, 14)
    down = np.linspace(0, 1, 14)
    z = deck * (1 - down * down * (3 - 2 * down)) - 0.5 * (down >= 1)
    for s in (-1, 1):
        stones.surface(
            np.stack([x, x]),
            np.full((2, 14), s * half),
            np.stack([np.full(14, DEEP), z + 0.9]),
            np.stack([x, x]),
            np.stack([np.full(14, DEEP), z + 0.9]),
            flip=(s > 0) == (side > 0),
        )
        stones.surface(
            np.stack([x, x]),
            np.full((2, 14), s * (half - 0.4)),
            np.stack([z - 0.1, z + 0.9]),
            np.stack([x, x]),
            np.stack([z, z + 0.9]),
            flip=(s > 0) != (side > 0),
        )
        level = lambda a: np.interp(a, *_sorted(x, z))  # noqa: E731
        _slabs(
            stones, np.arange(min(x), max(x), 1.15), level, *sorted((s * (half - 0.5), s * (half + 0.1))), 0.85, 1.05
        )
    across = np.array([[-half], [half]])
    stones.surface(
        np.stack([x, x]),
        np.broadcast_to(across, (2, 14)),
        np.stack([z, z]),
        np.stack([x, x]),
        np.broadcast_to(across, (2, 14)),
        0.7,
        flip=side < 0,
    )


def _sorted(x, z):
    order = np.argsort(x)
    return x[order], z[order]
