"""Car bodies as numbers: the pressed lower body, the cabin on it, and where their skins are.

Metres; a car's nose points to -y, x is to its left-hand side as seen from the front... its right is +x seen from
behind.
"""

from dataclasses import dataclass

import numpy as np
from scipy.interpolate import PchipInterpolator

from images.world.geometry import Solid, join, loft, rounded

Rows = tuple[tuple[float, ...], ...]


@dataclass(frozen=True)
class Form:
    """The shape of one kind of car. Profiles are rows over y from nose to tail, or over z from waist to roof."""

    top: Rows  # (y, z) of bonnet, waist and boot along the middle
    sill: Rows  # (y, z) of the underside
    plan: Rows  # (y, half width)
    axles: tuple[float, float]  # y of the front and the rear wheels
    cabin: Rows  # (z, front y, rear y, half width), from the waist up; the last is the roof's edge
    doors: tuple[float, ...]  # y of the door gaps: first front edge ... last rear edge
    pillars: Rows  # (front y offset, rear y) of each side window: see `side_windows`
    wheel: float = 0.32
    square: float = 5.0  # how boxy the body's section is: a superellipse's power
    corner: float = 0.065  # radius of nose and tail edges
    bow: tuple[float, float] = (0.09, 0.07)  # how far nose and tail curve in plan
    crown: float = 0.035  # rise of bonnet and boot towards the middle
    crease: float = 0.70  # height of the line along the flank
    lean: float = 0.0  # how far the nose leans back over a metre of height
    bed: tuple[float, float] | None = None  # y of a pickup's bed
    rear_glass: bool = True

    @property
    def nose(self) -> float:
        return self.top[0][0]

    @property
    def tail(self) -> float:
        return self.top[-1][0]

    @property
    def waist(self) -> float:
        return self.cabin[0][0]

    @property
    def height(self) -> float:
        return self.cabin[-1][0] + ROOF_EDGE + ROOF_CROWN


ROOF_EDGE, ROOF_CROWN = 0.055, 0.03


def along(rows: Rows, at):
    """A profile's values at points, smooth and without overshoot."""
    rows = np.asarray(rows, float)
    return PchipInterpolator(rows[:, 0], rows[:, 1:], extrapolate=False)(np.clip(at, rows[0, 0], rows[-1, 0]))


class Body:
    """The skins of a form."""

    def __init__(self, form: Form, corners: int, spacing: float):
        self.form, self.corners, self.spacing = form, corners, spacing
        t = np.linspace(0, 2 * np.pi, 1600, endpoint=False)
        power = 2 / form.square
        x = np.sign(np.sin(t)) * np.abs(np.sin(t)) ** power
        z = np.sign(np.cos(t)) * np.abs(np.cos(t)) ** power
        # corners of the ring at equal steps along it, so that flats have as many as bends
        length = np.concatenate([[0], np.cumsum(np.hypot(np.diff(x) * 0.9, np.diff(z) * 0.38))])
        at = np.interp(np.linspace(0, length[-1], corners, endpoint=False), length, t)

        def power_of(v):
            return np.sign(v) * np.abs(v) ** power

        self.ring = np.stack([power_of(np.sin(at)), power_of(np.cos(at))], -1)

    # -- the lower body

    def levels(self, y):
        """Underside, widest line and top at y, before the ends are rounded."""
        low, high = along(self.form.sill, y)[..., 0], along(self.form.top, y)[..., 0]
        return low, low + 0.56 * (high - low), high

    def side_shape(self, y, z):
        """Share of the half width at height z: tucked under at the sill, leaning in above, with the flank's crease."""
        low, middle, high = self.levels(y)
        below = np.clip((middle - z) / (middle - low), 0, 1.2)
        above = np.clip((z - middle) / (high - middle), 0, 1.2)
        line = np.exp(-(((z - self.form.crease) / 0.022) ** 2))
        return 1 - 0.07 * below**2 - 0.035 * above**2 + 0.009 * line

    def side_x(self, y, z):
        """Half width of the skin at (y, z)."""
        y, z = np.broadcast_arrays(np.asarray(y, float), np.asarray(z, float))
        low, middle, high = self.levels(y)
        rise = np.where(z > middle, (z - middle) / (high - middle), (middle - z) / (middle - low))
        across = np.maximum(1 - np.clip(rise, 0, 0.999) ** self.form.square, 0) ** (1 / self.form.square)
        return along(self.form.plan, y)[..., 0] * across * self.side_shape(y, z) + self._flare(y, z)

    def _flare(self, y, z):
        """The lip pressed round each wheel."""
        total = 0.0
        for axle in self.form.axles:
            far = np.hypot(y - axle, z - self.form.wheel)
            total = total + 0.014 * np.exp(-(((far - self.form.wheel - 0.06) / 0.05) ** 2))
        return total

    def lower(self) -> Solid:
        form, r = self.form, self.form.corner
        inner = np.arange(form.nose + r, form.tail - r, self.spacing)
        t = np.linspace(0, np.pi / 2, 7)
        y = np.concatenate([form.nose + r * (1 - np.sin(t[::-1])), inner[1:], form.tail - r * (1 - np.sin(t))])
        edge = np.minimum(y - form.nose, form.tail - y)
        inset = np.where(edge < r, r - np.sqrt(np.maximum(r * r - (r - edge) ** 2, 0)), 0)
        low, middle, high = self.levels(y)
        half = along(form.plan, y)[:, 0] - inset
        cx, cz = self.ring[:, 0][None], self.ring[:, 1][None]
        up = np.where(cz > 0, (high - middle - inset)[:, None], (middle - low - inset)[:, None])
        z = middle[:, None] + cz * up
        yy = np.repeat(y[:, None], z.shape[1], 1)
        x = cx * half[:, None] * self.side_shape(yy, z) + np.sign(cx) * self._flare(yy, z) * (np.abs(cx) > 0.8)
        z = z + form.crown * (1 - cx**2) * np.clip(cz, 0, 1) * (1 - inset / r)[:, None]
        yy = self.bent(x / half[:, None], yy, z)
        return loft(np.stack([x, yy, z], -1))

    def bent(self, share, y, z):
        """y of a point whose x is `share` of the half width, after nose and tail are curved in plan and leaned."""
        form = self.form
        front = np.clip(1 - (y - form.nose) / 0.7, 0, 1) ** 1.5
        rear = np.clip(1 - (form.tail - y) / 0.7, 0, 1) ** 1.5
        y = y + share**2 * (form.bow[0] * front - form.bow[1] * rear)
        return y + front * form.lean * (z - 0.5)

    def nose_y(self, x, z):
        """y of the nose's face at (x, z)."""
        return self.bent(np.asarray(x) / self.half_at_nose(), np.full(np.shape(x), self.form.nose), np.asarray(z))

    def tail_y(self, x, z):
        return self.bent(np.asarray(x) / self.half_at_tail(), np.full(np.shape(x), self.form.tail), np.asarray(z))

    def half_at_nose(self) -> float:
        return self.form.plan[0][1]

    def half_at_tail(self) -> float:
        return self.form.plan[-1][1]

    # -- the cabin

    def cabin_row(self, z):
        return np.moveaxis(along(self.form.cabin, z), -1, 0)

    def cabin_rings(self, z, inset: float = 0.0):
        """Rings at heights z of the cabin's skin, `inset` metres inside."""
        front, rear, half = self.cabin_row(z)
        front, rear, half = front + inset, rear - inset, half - inset
        ring = self._cabin_ring()
        return self._plan(ring, front[:, None], rear[:, None], half[:, None], np.asarray(z, float)[:, None])

    def _cabin_ring(self):
        t = np.linspace(0, 2 * np.pi, 1600, endpoint=False)
        power = 2 / CABIN_POWER
        x = np.sign(np.cos(t)) * np.abs(np.cos(t)) ** power
        y = np.sign(np.sin(t)) * np.abs(np.sin(t)) ** power
        length = np.concatenate([[0], np.cumsum(np.hypot(np.diff(x) * 0.7, np.diff(y)))])
        at = np.interp(np.linspace(0, length[-1], self.corners, endpoint=False), length, t)

        def power_of(v):
            return np.sign(v) * np.abs(v) ** power

        return power_of(np.cos(at)), power_of(np.sin(at))

    @staticmethod
    def _plan(ring, front, rear, half, z):
        x, y = ring
        along_y = (front + rear) / 2 + (rear - front) / 2 * y + BULGE * y * (1 - x**2)
        return np.stack([half * x + 0 * z, along_y, z + 0 * along_y], -1)

    def cabin_shell(self, inset: float = 0.0, below: float = 0.1) -> Solid:
        """The cabin from `below` metres under the waist to its roof; with inset, what is inside or its glass."""
        rows = self.form.cabin
        z = np.concatenate([[self.form.waist - below], np.linspace(self.form.waist, rows[-1][0], 7)])
        rings = list(self.cabin_rings(z, inset))
        top, shrink = rings[-1], ROOF_EDGE
        middle = top.mean(0)
        size = np.maximum(np.abs(top - middle).max(0)[:2], 0.1)
        for t in np.linspace(0, np.pi / 2, 5)[1:]:
            factor = 1 - shrink * (1 - np.cos(t)) / size
            ring = middle + (top - middle) * np.array([*factor, 1])
            rings.append(ring + np.array([0, 0, (ROOF_EDGE - inset) * np.sin(t)]))
        edge = rings[-1]
        for share in (0.8, 0.55, 0.3, 0.1):
            rise = ROOF_CROWN * (1 - share**2)
            rings.append(
                middle * np.array([1, 1, 0])
                + (edge - middle) * np.array([share, share, 0])
                + np.array([0, 0, 1]) * (edge[:, 2:] + rise)
            )
        return loft(np.array(rings))

    def cabin_x(self, y, z):
        """Half width of the cabin's skin at (y, z)."""
        front, rear, half = self.cabin_row(z)
        share = np.clip(np.abs(y - (front + rear) / 2) / ((rear - front) / 2), 0, 1)
        return half * np.maximum(1 - share**CABIN_POWER, 0) ** (1 / CABIN_POWER)

    def screen_y(self, x, z, rear: bool = False):
        """y of the windscreen or of the rear window at (x, z)."""
        front, back, half = self.cabin_row(z)
        share = np.clip(np.abs(x) / half, 0, 1)
        reach = (back - front) / 2 * np.maximum(1 - share**CABIN_POWER, 0) ** (1 / CABIN_POWER) + BULGE * (1 - share**2)
        return (front + back) / 2 + (reach if rear else -reach)

    # -- openings

    def glass_band(self) -> tuple[float, float]:
        return self.form.waist + 0.03, self.form.cabin[-1][0] - 0.012

    def side_windows(self) -> list[np.ndarray]:
        """Outlines (n, 2) in y and z. A pillar given as "f" + offset follows the windscreen, "r" the rear window."""
        low, high = self.glass_band()
        z = np.linspace(low, high, 5)
        made = []
        for front, rear in self.form.pillars:
            made.append(
                rounded(np.concatenate([np.c_[self._edge(front, z), z], np.c_[self._edge(rear, z), z][::-1]]), 0.035)
            )
        return made

    def _edge(self, pillar, z):
        front, rear, _ = self.cabin_row(z)
        if isinstance(pillar, tuple):
            return (front if pillar[0] == "f" else rear) + pillar[1]
        return np.full(len(z), pillar)

    def screen_outline(self) -> np.ndarray:
        """Outline (n, 2) in x and z of the windscreen and the rear window."""
        low, high = self.glass_band()
        z = np.linspace(low, high - 0.005, 5)
        half = self.cabin_row(z)[2] - 0.07
        return rounded(np.concatenate([np.c_[half, z], np.c_[-half, z][::-1]]), 0.05)


CABIN_POWER, BULGE = 9.0, 0.05


def side_cutter(outline: np.ndarray, reach: float = 2.0) -> Solid:
    """An outline in y and z drawn out across the car."""
    rings = [np.c_[np.full(len(outline), x), outline] for x in (-reach, reach)]
    return loft(rings)


def end_cutter(outline: np.ndarray, y0: float, y1: float) -> Solid:
    """An outline in x and z drawn out along the car."""
    return loft([np.c_[outline[:, 0], np.full(len(outline), y), outline[:, 1]] for y in (y0, y1)])


def wheel_wells(form: Form, around: int, half: float) -> Solid:
    """What the wheels need cut out of the body."""
    t = np.linspace(0, 2 * np.pi, around, endpoint=False)
    radius = form.wheel + 0.055
    made = []
    for axle in form.axles:
        ring = np.c_[axle + radius * np.cos(t), form.wheel + radius * np.sin(t)]
        for low, high in ((-half - 0.3, -half + 0.34), (half - 0.34, half + 0.3)):
            made.append(loft([np.c_[np.full(around, x), ring] for x in (low, high)]))
    return join(made)
