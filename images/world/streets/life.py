"""What fills a street: houses along both sides, lamp posts, parked and moving cars, people, wires. Axes as in
`streets`."""

import numpy as np

from images.world.geometry import join, tube
from images.world.modelling.carving import copied
from images.world.people import figure
from images.world.streets.houses import add_building, draw_plan
from images.world.streets.lampposts import KINDS, add_lamppost
from images.world.streets.roadway import KERB, Street, surface_height
from images.world.streets.wares import bin_, bollard, crates, hydrant, mailbox, meter, traffic_light
from images.world.vehicles.cars import PAINTS, add_car, parked


class Place:
    """Where the street's axes lie in the world, and what that leaves free."""

    def __init__(self, shot, origin: tuple[float, float], angle: float):
        self.shot, self.origin, self.angle = shot, np.asarray(origin, float), angle

    def world(self, t, s) -> tuple[np.ndarray, np.ndarray]:
        c, n = np.cos(self.angle), np.sin(self.angle)
        t, s = np.asarray(t, float), np.asarray(s, float)
        return self.origin[0] + t * c - s * n, self.origin[1] + t * n + s * c

    def free(self, t, s, margin: float = 0.8, reach: tuple[float, float] = (0.0, 0.0)) -> bool:
        """Whether a thing that reaches so far across and along stands in nobody's way."""
        tt, ss = np.meshgrid(t + reach[0] * np.linspace(-1, 1, 3), s + reach[1] * np.linspace(-1, 1, 5))
        x, y = self.world(tt, ss)
        return bool(self.shot.clear(x, y, margin, beyond=0.5).all())

    def distance(self, t: float, s: float) -> float:
        x, y = self.world(t, s)
        return float(np.hypot(x - self.shot.eye[0], y - self.shot.eye[1]))

    def seen(self, t, s, margin: float = 3.0) -> bool:
        x, y = self.world(t, s)
        return bool(np.any(self.shot.sees(x, y, margin)))


def fineness(stage, distance: float) -> float:
    """How finely something so far off is built: 1 close up at full detail."""
    return float(np.clip(30 / max(distance, 8), 0.0, 1.0) * stage.detail**1.15)


def houses(
    stage, street: Street, place: Place, lit: float, styles=None, height: tuple[float, float] = (13, 27)
) -> list:
    """Rows of houses along both pavements, wall to wall."""
    rng = stage.rng("houses")
    made = []
    for side in (-1, 1):
        s = street.start
        while s < street.end:
            width = rng.uniform(8, 17)
            plan = draw_plan(
                np.random.default_rng(int(rng.integers(1 << 30))),
                width,
                styles and str(rng.choice(styles)),
                rng.uniform(*height),
            )
            setback = rng.uniform(0, 0.35)
            middle = s + width / 2
            if street.side_street and street.side_street[0] - width < s < street.side_street[1]:
                if s < street.side_street[0] - 6:
                    width = street.side_street[0] - s
                    continue_at = street.side_street[1]
                    plan = draw_plan(
                        np.random.default_rng(int(rng.integers(1 << 30))),
                        width,
                        styles and str(rng.choice(styles)),
                        rng.uniform(*height),
                    )
                else:
                    s = street.side_street[1]
                    continue
            else:
                continue_at = s + width
            t = side * (street.half + street.walk + setback)
            ends = [place.distance(t, s + width * k) for k in (0, 0.5, 1)]
            fine = fineness(stage, min(ends))
            if not place.seen(np.full(5, t), s + width * np.linspace(0, 1, 5)):
                fine *= 0.25 if stage.detail > 0.3 else 0.0
            house = add_building(stage, plan, fine, lit, roof=min(ends) > 25)
            stage.place(house, (t, s if side < 0 else s + width, 0.0), np.pi / 2 if side < 0 else -np.pi / 2)
            made.append(house)
            s = continue_at
            del middle
    return made


def lamp_posts(stage, street: Street, place: Place, kind: str | None = None) -> list:
    rng = stage.rng("lamp posts")
    kind = kind or str(rng.choice(list(KINDS), p=[0.2, 0.1, 0.2, 0.3, 0.1, 0.1]))
    made = []
    step, first = rng.uniform(18, 25), rng.uniform(2, 14)
    stop = min(street.end, 130)
    for side in (-1, 1):
        for s in np.arange(first + (side > 0) * step / 2, stop, step):
            t = side * (street.half + 0.45)
            if _in_side_street(street, s) or not place.free(t, s, 0.5):
                continue
            post = add_lamppost(stage, kind, lit=place.distance(t, s) < (75 if stage.detail > 0.3 else 40))
            stage.place(post, (t, s, KERB), -np.pi / 2 * side)
            made.append(post)
    return made


def _in_side_street(street: Street, s: float, margin: float = 1.0) -> bool:
    return street.side_street is not None and street.side_street[0] - margin < s < street.side_street[1] + margin


def parked_cars(stage, street: Street, place: Place) -> list:
    """Cars along both kerbs, nose to tail with gaps."""
    rng = stage.rng("parked cars")
    kinds = parked(stage, 5 if stage.detail > 0.4 else 1, rng)
    made = []
    for side in (-1, 1):
        s = street.start + rng.uniform(0, 6)
        while s < min(street.end - 5, 110):
            number, gap, skip, turn = (
                int(rng.integers(50)) % len(kinds),
                rng.uniform(5.4, 7.0),
                rng.random(),
                rng.normal(0, 0.02),
            )
            t = side * (street.half - 1.08)
            middle = s + 2.6
            blocked = _in_side_street(street, middle, 5) or (
                street.crossing is not None and abs(middle - street.crossing - 1.5) < 6
            )
            if (
                skip > 0.3
                and not blocked
                and place.free(t, middle, 0.9, (0.95, 2.7))
                and place.distance(t, middle) > 4.2
            ):
                made.append(copied(kinds[number], (t, middle, -0.012), (0.0 if side < 0 else np.pi) + turn))
            s += gap
    for car in kinds:
        stage.hide(car)
    return made


def traffic(stage, street: Street, place: Place) -> list:
    """One car that comes and one that goes, their lamps on."""
    rng = stage.rng("traffic")
    made = []
    for lane, heading in ((-1, 0.0), (1, np.pi)):
        s, kind, colour, back = (
            rng.uniform(34, 80),
            str(rng.choice(["saloon", "cruiser", "estate", "van"])),
            str(rng.choice(list(PAINTS))),
            rng.random(),
        )
        taxi = back < 0.3
        car = add_car(
            stage, "cruiser" if taxi else kind, (0.62, 0.36, 0.012) if taxi else PAINTS[colour], rng, taxi=taxi
        )
        t = lane * min(street.half - 3.0, 1.7)
        if place.free(t, s, 0.6, (0.9, 2.5)):
            stage.place(car, (t, s, 0.03), heading)
            made.append(car)
        else:
            stage.hide(car)
    return made


def passers_by(stage, street: Street, place: Place, count: int, umbrellas: bool) -> list:
    """People on the pavements and a few crossing, more of them where the camera looks."""
    rng = stage.rng("passers-by")
    made = []
    number = stage.count(count, min(2, count)) if stage.detail < 0.3 else count
    for i in range(number):
        side, aside, far, way, crossing = (
            rng.choice([-1, 1]),
            rng.random(),
            rng.random(),
            rng.choice([0.0, np.pi]),
            rng.random(),
        )
        t = side * (street.half + 0.7 + aside * (street.walk - 1.5))
        s = 5 + 34 * far**1.3
        heading = way + rng.normal(0, 0.15)
        if crossing < 0.15:
            t, heading = side * street.half * aside * 0.8, side * np.pi / 2 + rng.normal(0, 0.2)
        draw = rng.random()
        if not place.free(t, s, 0.7) or place.distance(t, s) < 3 or _in_side_street(street, s, -1):
            continue
        x, y = place.world(t, s)
        detail = min(figure.detail_at(stage, (float(x), float(y), 0.2)), 0.4 * stage.detail)
        z = float(surface_height(street, t))
        person = figure.add_person(
            stage,
            "any",
            "walk" if draw < 0.75 else "stand",
            at=(t, s, z),
            heading=heading,
            name=f"passer-by {i}",
            detail=detail,
        )
        made.append(person)
        if umbrellas and draw < 0.7:
            made.append(umbrella(stage, rng, (t, s, z), heading))
    return made


def umbrella(stage, rng, at, heading: float):
    """An open umbrella over somebody's head: ribbed cloth that sags between its ribs."""
    colour = (
        (0.012, 0.012, 0.014),
        (0.30, 0.02, 0.02),
        (0.02, 0.05, 0.12),
        (0.42, 0.28, 0.03),
        (0.05, 0.16, 0.14),
        (0.012, 0.012, 0.014),
    )[int(rng.integers(6))]
    ribs, rows = 8, 8
    t = np.linspace(0, 2 * np.pi, ribs * 4, endpoint=False)
    between = np.abs(np.sin(t * ribs / 2))
    rings = []
    for k in np.linspace(0.03, 1, rows):
        radius = 0.56 * np.sin(k * 1.25) / np.sin(1.25) * (1 - 0.06 * between * k)
        rings.append(
            np.c_[
                radius * np.cos(t), radius * np.sin(t), 0.27 * (np.cos(k * 1.4) - np.cos(1.4)) - 0.02 * between * k**2
            ]
        )
    from images.world.geometry import loft

    cloth = loft(np.array(rings), capped=False)
    tilt = rng.uniform(-0.15, 0.15)
    top = stage.add(cloth, stage.surface(colour, 0.55, variation=0.2, translucency=0.2, coat=0.2), smooth=True)
    stick = stage.add([tube([(0, 0, -0.85), (0, 0, 0.3)], 0.008, 5)], stage.surface((0.05, 0.04, 0.03), 0.4))
    group = stage.group(top, stick)
    c, s = np.cos(heading), np.sin(heading)
    hand = (0.13, -0.16)
    group.location = (at[0] + c * hand[0] - s * hand[1], at[1] + s * hand[0] + c * hand[1], at[2] + 1.9)
    group.rotation_euler = (tilt, tilt * 0.6, heading)
    return group


def furniture(stage, street: Street, place: Place) -> list:
    """Hydrants, bins, bollards, parking meters, letter boxes, crates; a traffic light where people cross."""
    rng = stage.rng("furniture")
    iron = stage.surface((0.02, 0.021, 0.022), 0.5, variation=0.4, grain=0.3, wear=(0.1, 0.05, 0.03))
    red = stage.surface((0.3, 0.022, 0.015), 0.4, variation=0.3, grain=0.3, coat=0.3, wear=(0.1, 0.06, 0.04))
    card = stage.surface((0.24, 0.17, 0.1), 0.85, variation=0.4, grain=0.4, own_space=False)
    steel = stage.surface((0.25, 0.25, 0.25), 0.4, variation=0.3, grain=0.3, metal=0.5)
    kinds = (
        ("iron", bollard, 4),
        ("iron", bin_, 3),
        ("red", hydrant, 2),
        ("steel", meter, 7),
        ("red", mailbox, 1),
        ("card", None, 3),
    )
    piles: dict[str, list] = {"iron": [], "red": [], "card": [], "steel": []}
    for name, make, count in kinds:
        for _ in range(count):
            side, s, turn = rng.choice([-1, 1]), rng.uniform(2, 55), rng.uniform(-0.2, 0.2)
            solid = make() if make else crates(rng)
            t = side * (street.half + (0.42 if make else street.walk - 0.6))
            if place.free(t, s, 0.5, (0.3, 0.3)) and place.distance(t, s) > 2.0 and not _in_side_street(street, s):
                piles[name].append(solid.turned(-np.pi / 2 * side + turn).moved(t, s, KERB))
    made = [
        stage.add(join(piles[name]), surface)
        for name, surface in (("iron", iron), ("red", red), ("card", card), ("steel", steel))
        if piles[name]
    ]
    if street.crossing is not None:
        for side in (-1, 1):
            light = traffic_light(stage)
            t, s = side * (street.half + 0.4), street.crossing - 0.8
            if place.free(t, s, 0.5):
                made.append(stage.place(light, (t, s, KERB), 0.0))
            else:
                stage.hide(light)
    return made


def puddle_light(stage, place: Place, street: Street) -> list:
    """Coloured light that signs throw on the road, where their glass alone would be too small a lamp."""
    rng = stage.rng("sign light")
    made = []
    colours = ((1.0, 0.08, 0.3), (0.05, 0.6, 1.0), (1.0, 0.35, 0.05), (0.1, 1.0, 0.5), (0.6, 0.2, 1.0))
    for _ in range(7 if stage.detail > 0.3 else 3):
        side, s, z, colour = (
            rng.choice([-1, 1]),
            rng.uniform(6, 45),
            rng.uniform(3.5, 6),
            colours[int(rng.integers(len(colours)))],
        )
        t = side * (street.half + street.walk - 0.8)
        lamp = stage.lamp("AREA", (t, s, z), 110, colour, to=(0, s + rng.uniform(-2, 2), 0), size=1.2)
        if lamp:
            made.append(lamp)
    return made
