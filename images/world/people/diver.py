"""A scuba diver: wetsuit, tank, jacket, mask, fins, and bubbles that rise."""

import numpy as np

from images.world import materials
from images.world.geometry import TURN, Solid, ellipsoid, join, lathe, loft, tube
from images.world.modelling.implicit import rod, surface
from images.world.people import bodies
from images.world.people.baggage import smooth_path
from images.world.people.bodies import left_and_right
from images.world.people.outfits import COLOURS, Look, tint
from images.world.people.skeleton import SIDES, Figure, Pose
from images.world.people.tailor import Builder

SWIMS = {
    "swimming": Pose(
        pelvis=(76, 0, 0), hip=(10, -12), hip_out=(4, 4), knee=(10, 16), ankle=(-50, -46), shoulder=(28, 20),
        shoulder_out=(16, 18), shoulder_twist=(-30, -26), elbow=(64, 70), neck=(-46, 0, 6), spine=(4, 0, 0), seat=1.0,
    ),
    "gliding": Pose(
        pelvis=(66, 0, 0), hip=(4, -8), hip_out=(5, 5), knee=(14, 8), ankle=(-50, -50), shoulder=(-14, -10),
        shoulder_out=(12, 12), elbow=(18, 14), neck=(-40, 0, -8), spine=(-6, 4, 0), seat=1.0,
    ),
    "reaching": Pose(
        pelvis=(70, 0, 8), hip=(12, -14), hip_out=(5, 5), knee=(16, 12), ankle=(-46, -52), shoulder=(150, 24),
        shoulder_out=(8, 22), elbow=(14, 60), neck=(-42, 0, 14), spine=(2, 0, 8), seat=1.05, grip=(0.1, 0.4),
    ),
}  # fmt: skip


def add_diver(stage, swim: str, look: Look, name: str):
    """A diver who swims towards -y, hips a metre over the origin; swim: a name from SWIMS."""
    return Diver(stage, stage.rng(f"diver {name}"), look, SWIMS[swim], stage.detail).build()


def draw_look(rng, colour: str, sex: str) -> Look:
    """colour: of fins and jacket."""
    tank = COLOURS["yellow"] if rng.random() < 0.5 else (0.4, 0.41, 0.42)
    figure = Figure(float(rng.uniform(1.66, 1.84)), sex)
    return Look(figure, (0.42, 0.25, 0.17), (0.02, 0.015, 0.01), "bald", hat_colour=tint(rng, colour), shoes=tank)


class Diver(Builder):
    """A person in diving gear."""

    def build(self, wind=(0.0, 0.0, 0.0)):
        neoprene = {"variation": 0.25, "grain": 0.1, "relief": 0.002, "relief_size": 0.03, "specular": 0.4}
        suit = self.stage.surface((0.012, 0.013, 0.015), 0.5, **neoprene)
        trim = self.stage.surface(self.look.hat_colour, 0.5, variation=0.15)
        body = bodies.trunk(self.figure) + bodies.arms(self.figure) + bodies.legs(self.figure)
        self.melt([blob.grown(0.005) for blob in body if "toes" not in blob.bone], 0.011, suit)
        hood = bodies.skull(self.figure)[:4] + bodies.throat(self.figure)
        self.melt([blob.grown(0.004) for blob in hood], 0.006, suit)
        self.melt(bodies.skull(self.figure), 0.005, self.stage.surface(self.look.skin, 0.5))
        self.melt([blob.grown(0.003) for blob in bodies.hands(self.figure, self.pose.grip)], 0.005, suit)
        self.tank(suit)
        self.regulator(suit)
        self.jacket(trim)
        self.mask(suit)
        self.fins(trim)
        self.bubbles()
        return self.stage.group(*self.parts)

    def tank(self, black):
        around = self.around(28)
        profile = [
            (0.0, -0.36),
            (0.07, -0.355),
            (0.092, -0.32),
            (0.092, 0.16),
            (0.08, 0.215),
            (0.045, 0.25),
            (0.03, 0.26),
        ]
        steel = self.stage.surface(self.look.shoes, 0.3, variation=0.15, grain=0.2, specular=0.5)
        self.add(self.in_bone("chest", lathe(profile, around).moved(0, 0.2, 0)), steel)
        valve = [
            tube([(0, 0.2, 0.25), (0, 0.2, 0.32)], 0.022, 10),
            tube([(-0.06, 0.2, 0.3), (0.06, 0.2, 0.3)], 0.018, 10),
        ]
        valve.append(ellipsoid(0.04, 0.035, 0.035, 14, 8).moved(0, 0.16, 0.31))
        valve += [lathe([(0.1, z), (0.097, z + 0.02), (0.1, z + 0.04)], around).moved(0, 0.2, 0) for z in (-0.2, 0.05)]
        self.add(self.in_bone("chest", join(valve)), black)

    def regulator(self, black):
        """Hoses over the shoulders, one to the mouth."""
        turn, start = self.placed["chest"]
        mouth = (self.mouth(-0.125, 0.005) - start) @ turn / self.figure.unit
        path = [
            (0.05, 0.18, 0.3),
            (0.16, 0.1, 0.34),
            (0.17, -0.06, 0.3),
            np.add(mouth, (0.06, 0.01, -0.01)),
            np.add(mouth, (0.02, 0, 0)),
        ]
        solids = [tube(smooth_path(path, 24), 0.012, 8), ellipsoid(0.035, 0.03, 0.035, 14, 10).moved(*mouth)]
        gauge = [(-0.05, 0.18, 0.3), (-0.17, 0.08, 0.24), (-0.17, -0.06, 0.12), (-0.13, -0.13, 0.0)]
        solids.append(tube(smooth_path(gauge, 20), 0.011, 8))
        self.add(self.in_bone("chest", join(solids)), black)

    def mouth(self, forward: float, up: float) -> np.ndarray:
        turn, start = self.placed["head"]
        return start + turn @ (np.array((0, forward, up)) * self.figure.head)

    def jacket(self, material):
        blobs = [rod((-0.14, -0.02, -0.1), (0.14, -0.02, -0.1), 0.13, flat=(0.25, 1.1), side=(0, 0, 1), blend=0.04)]
        for s in (1, -1):
            blobs.append(rod((s * 0.09, 0.12, -0.12), (s * 0.1, 0.11, 0.16), 0.06, 0.05, blend=0.04))
            blobs.append(rod((s * 0.1, 0.09, 0.2), (s * 0.12, -0.11, 0.14), 0.035, 0.04, blend=0.03))
            blobs.append(rod((s * 0.13, -0.1, 0.12), (s * 0.14, -0.09, -0.12), 0.045, 0.055, blend=0.04))
        self.add(self.in_bone("chest", surface(blobs, self.step(0.011))), material)

    def mask(self, black):
        a = np.linspace(0, TURN, 17)
        frame = np.stack([0.075 * np.sin(a), -0.098 + 0.028 * np.sin(a) ** 2, 0.068 + 0.038 * np.cos(a)], 1)
        frame = smooth_path(frame, 40)
        a = np.linspace(-0.5, np.pi + 0.5, 15)
        strap = np.stack([0.085 * np.cos(a), 0.012 + 0.105 * np.sin(a), 0.07 + 0.02 * np.sin(a)], 1)
        solids = [tube(frame, 0.012, 8), tube(smooth_path(strap, 30), 0.008, 6)]
        self.add(self.in_bone("head", join(solids), self.figure.head), black)
        middle = frame.mean(0)
        pane = loft(
            [frame * (0.95, 1, 1) - (0, 0.006, 0.0), 0.1 * (frame - middle) + middle - (0, 0.016, 0)], capped=False
        )
        glass = self.stage.surface((0.02, 0.035, 0.04), 0.05, specular=0.7, variation=0.05)
        self.add(self.in_bone("head", pane, self.figure.head), glass)

    def fins(self, material):
        """Long blades with stiff edges, and cups for the feet."""
        rows, a = [], np.linspace(0, TURN, 14, endpoint=False)
        for t in np.linspace(0, 1, 10):
            wide, thick = 0.055 + 0.05 * t**0.7, 0.022 * (1 - t) ** 2 + 0.006
            edge = 1 + 0.8 * (np.abs(np.cos(a)) > 0.9) * (t > 0.2)
            y = np.full(14, 0.05 - 0.62 * t) - 0.03 * (t > 0.95) * np.abs(np.cos(a))
            z = -0.02 - 0.06 * np.sin(1.6 * t) * t + thick * edge * np.sin(a)
            rows.append(np.stack([wide * np.cos(a), y, z], 1))
        self.add([self.in_bone(f"{side} toes", loft(rows)) for side, _ in SIDES], material)
        cup = [rod((0, 0.06, -0.05), (0, -0.1, -0.05), 0.052, 0.05, flat=(1, 0.8), blend=0.02)]
        self.melt(left_and_right("foot", cup, self.figure.unit), 0.008, material)

    def bubbles(self):
        """Swarms of bubbles that spread and grow as they rise from the mouth."""
        rng, count = self.rng, int(np.clip(130 * self.detail, 24, 160))
        rise = rng.random(count) ** 0.8
        rise = 0.75 * np.round(rise * 4) / 4 + 0.25 * rise
        spread = 0.035 + 0.16 * rise
        x, y = spread * rng.normal(0, 0.7, (2, count))
        at = self.mouth(-0.14, 0.03) + np.stack([x, 0.1 * rise + y, 0.05 + 1.25 * rise], 1)
        size = 0.006 * np.exp(rng.normal(0.2, 0.6, count)) * (0.7 + 0.8 * rise)
        unit = ellipsoid(1, 1, 0.72, self.around(14), max(6, self.around(10)))
        solids = [Solid(unit.vertices * s + p, unit.faces) for s, p in zip(size, at, strict=True)]
        self.add(solids, self.stage.once("bubble", bubble_material))


def bubble_material():
    """Air in water: clear in the middle and a mirror at the rim."""
    graph, output, material = materials.new("bubble")
    facing = graph.node("LayerWeight", {"Blend": 0.35}).outputs["Facing"]
    rim = graph.spread(facing, 0.25, 0.95, 0.12, 0.95)
    clear = graph.node("BsdfTransparent", {"Color": (0.93, 0.97, 1.0)})
    mirror = graph.node("BsdfGlossy", {"Color": (0.9, 0.95, 1.0), "Roughness": 0.06})
    graph.link(graph.node("MixShader", {0: rim, 1: clear, 2: mirror}).outputs[0], output.inputs[0])
    return material
