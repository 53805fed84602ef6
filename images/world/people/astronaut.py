"""An astronaut: a pressure suit with folds at every joint, a helmet with a gold visor, a life-support pack."""

from dataclasses import replace

import numpy as np

from images.world.geometry import TURN, Solid, box, ellipsoid, join, lathe, tube
from images.world.modelling.implicit import ball, rod
from images.world.people import bodies
from images.world.people.baggage import smooth_path
from images.world.people.bodies import left_and_right, of
from images.world.people.cloth import Cut, Pattern
from images.world.people.outfits import Layer, Look, tint
from images.world.people.skeleton import SIDES, Figure, Pose
from images.world.people.tailor import Builder

WHITE = (0.6, 0.59, 0.56)
DUST = (0.16, 0.155, 0.15)
EYES = np.array((0.0, -0.004, 0.1))  # middle of the helmet, in the head's axes


def add_astronaut(stage, pose: Pose, look: Look, name: str):
    """An astronaut at the origin, in a pose as far as the suit allows it."""
    return Astronaut(stage, stage.rng(f"astronaut {name}"), look, bulky(pose), stage.detail).build()


def draw_look(rng) -> Look:
    """The colour of the rings and stripes is drawn, the rest is white."""
    accent = tint(rng, ("red", "blue", "orange", "teal"))
    return Look(Figure(1.86), WHITE, WHITE, "bald", hat_colour=accent)


def bulky(pose: Pose) -> Pose:
    """A pose as far as a pressure suit lets it: arms and legs further out."""
    wider = lambda pair, by: tuple(np.add(pair, by))  # noqa: E731
    return replace(
        pose, shoulder_out=wider(pose.shoulder_out, 13), hip_out=wider(pose.hip_out, 4), elbow=wider(pose.elbow, 12),
        shoulder=wider(pose.shoulder, 4),
    )  # fmt: skip


def pressure_suit(figure: Figure) -> Pattern:
    """A bulky suit in one piece, with much cloth at every joint."""
    u = figure.unit
    blobs = [blob.grown(0.04 * u) for blob in bodies.trunk(figure) if blob.bone != "neck"]
    blobs += of("spine", [ball((0, 0.0, 0.04), (0.17, 0.15, 0.2), blend=0.08)], u)
    blobs += of("neck", [rod((0, 0, -0.04), (0, -0.01, 0.04), 0.1, blend=0.04)], u)
    blobs += left_and_right("arm", [rod((0, 0, 0), (0, 0.004, -0.29), 0.088, 0.078, blend=0.05)], u)
    blobs += left_and_right("forearm", [rod((0, 0, 0), (0, 0, -0.31), 0.078, 0.058, blend=0.04)], u)
    blobs += left_and_right("thigh", [rod((0, 0.0, 0), (0, 0, -0.42), 0.122, 0.098, blend=0.05)], u)
    blobs += left_and_right("shin", [rod((0, 0.004, 0), (0, 0.014, -0.44), 0.098, 0.086, blend=0.05)], u)
    cuts = [Cut("neck", (0, 0, 0.03), (0, -0.2, 1), 0.2, pin=1.0, band=0.04)]
    for side, _ in SIDES:
        cuts.append(Cut(f"{side} forearm", (0, 0, -0.245), (0, 0, -1), 0.14, pin=0.8))
        cuts.append(Cut(f"{side} shin", (0, 0.01, -0.34), (0, 0, -1), 0.16, pin=0.8))
    slack = {"arm": 0.16, "forearm": 0.14, "thigh": 0.13, "shin": 0.16, "spine": 0.12, "pelvis": 0.1}
    return Pattern(tuple(blobs), tuple(cuts), slack, stiffness=0.35, margin=0.026)


class Astronaut(Builder):
    """A person in a pressure suit."""

    def pattern(self, layer):
        return pressure_suit(self.figure)

    def build(self, wind=(0.0, 0.0, 0.0)):
        accent = self.look.hat_colour
        body = bodies.trunk(self.figure) + bodies.arms(self.figure) + bodies.legs(self.figure)
        self.clothe(Layer("pressure suit", WHITE, "beta cloth"), body, wind)
        self.gloves(accent)
        self.boots()
        self.helmet()
        self.pack(accent)
        self.hoses()
        return self.stage.group(*self.parts)

    def gloves(self, accent):
        grey = self.stage.surface((0.33, 0.33, 0.32), 0.75, variation=0.35, grain=0.06, relief=0.002, relief_size=0.03)
        self.melt([blob.grown(0.009) for blob in bodies.hands(self.figure, self.pose.grip)], 0.005, grey)
        profile = [(0.05, -0.262), (0.064, -0.258), (0.066, -0.24), (0.064, -0.222), (0.05, -0.218)]
        ring = lathe(profile, self.around(28))
        metal = self.stage.surface(accent, 0.3, variation=0.15, metal=0.6)
        self.add([self.in_bone(f"{side} forearm", ring) for side, _ in SIDES], metal)

    def boots(self):
        u = self.figure.unit
        boot = [rod((0, 0.03, -0.03), (0.006, -0.11, -0.045), 0.058, 0.048, blend=0.04)]
        boot += [rod((0, 0.03, -0.04), (0, 0.014, 0.09), 0.06, 0.075, blend=0.04)]
        toe = [rod((0, 0, 0.006), (0, -0.055, 0.0), 0.05, 0.038, flat=(1.15, 0.8), blend=0.03)]
        dusty = {"variation": 0.4, "grain": 0.08, "second": DUST, "second_share": 0.55}
        cloth = self.stage.surface((0.36, 0.355, 0.34), 0.8, **dusty)
        self.melt(left_and_right("foot", boot, u) + left_and_right("toes", toe, u), 0.008, cloth)
        sole = [rod((0, 0.045, -0.068), (0.006, -0.12, -0.068), 0.052, 0.058, flat=(1, 0.3), blend=0.005)]
        tip = [rod((0, 0.012, -0.016), (0, -0.06, -0.016), 0.056, 0.044, flat=(1, 0.3), blend=0.005)]
        rubber = self.stage.surface((0.2, 0.2, 0.2), 0.7, variation=0.3, grain=0.06, relief=0.001, relief_size=0.02)
        self.melt(left_and_right("foot", sole, u) + left_and_right("toes", tip, u), 0.007, rubber)

    def on_helmet(self, solid: Solid) -> Solid:
        """The helmet looks where the chest does, and nods half as far as the head."""
        turn, start = self.placed["head"]
        turn = 0.5 * turn + 0.5 * self.placed["chest"][0]
        return Solid((solid.vertices + EYES) * self.figure.head @ turn.T + start, solid.faces)

    def helmet(self):
        around = self.around(48)
        shell = ellipsoid(0.158, 0.175, 0.17, around, around // 2)
        seen = (shell.vertices[:, 1] < -0.045) & (np.abs(shell.vertices[:, 2] - 0.005) < 0.118)
        visor = Solid(shell.vertices * (1.012, 1.03, 1.0), (shell.faces[0][seen[shell.faces[0]].all(1)],))
        white = self.stage.surface(WHITE, 0.35, variation=0.06, specular=0.5, coat=0.15)
        self.add(self.on_helmet(shell), white)
        gold = self.stage.surface((1.0, 0.62, 0.22), 0.04, variation=0.02, metal=1.0, specular=0.6)
        self.add(self.on_helmet(visor), gold)
        edge = [
            (0.165 * np.sin(a), -0.048 - 0.002 * np.cos(2 * a), 0.005 + 0.128 * np.cos(a))
            for a in np.linspace(0, TURN, 17)
        ]
        lamps = [box(s * 0.168 - 0.022, s * 0.168 + 0.022, -0.09, 0.01, 0.05, 0.1) for s in (1, -1)]
        rim = join([tube(smooth_path(edge, 60), 0.011, 8), *lamps])
        self.add(self.on_helmet(rim), white, smooth=False, bevel=0.006)
        glass = [box(s * 0.168 - 0.016, s * 0.168 + 0.016, -0.094, -0.09, 0.057, 0.093) for s in (1, -1)]
        self.add(self.on_helmet(join(glass)), self.stage.lit((0.9, 0.95, 1.0), 30), smooth=False)
        ring = lathe([(0.115, -0.02), (0.14, -0.014), (0.142, 0.012), (0.13, 0.026), (0.115, 0.026)], around)
        ring = self.in_bone("neck", ring.turned(0.1, "x").moved(0, -0.012, 0.03))
        self.add(ring, self.stage.surface((0.5, 0.5, 0.52), 0.25, metal=0.8))

    def pack(self, accent):
        """The life-support pack, and the controls on the chest."""
        white = self.stage.surface(WHITE, 0.6, variation=0.12, grain=0.1, relief=0.001, relief_size=0.03)
        dark = self.stage.surface((0.04, 0.042, 0.048), 0.5, variation=0.2)
        colour = self.stage.surface(accent, 0.6)
        back = [box(-0.24, 0.24, 0.14, 0.35, -0.25, 0.3), box(-0.21, 0.21, 0.15, 0.32, 0.3, 0.42)]
        back += [box(-0.2, 0.2, 0.345, 0.37, -0.2, 0.02), box(-0.2, 0.2, 0.345, 0.365, 0.06, 0.27)]
        chest = [box(-0.12, 0.12, -0.24, -0.15, 0.0, 0.14)]
        knobs = [box(-0.1 + 0.05 * i, -0.07 + 0.05 * i, -0.25, -0.24, 0.09, 0.12) for i in range(4)]
        knobs += [box(-0.06, 0.06, -0.246, -0.24, 0.02, 0.07), box(-0.17, -0.05, 0.37, 0.38, -0.16, -0.06)]
        knobs += [box(0.04, 0.16, 0.37, 0.38, -0.16, -0.02)]
        stripes = [box(-0.21, 0.21, 0.366, 0.369, 0.2, 0.225), box(-0.212, 0.212, 0.322, 0.325, 0.36, 0.38)]
        for solids, material, bevel in (
            (back, white, 0.025),
            (chest, white, 0.012),
            (knobs, dark, 0),
            (stripes, colour, 0),
        ):
            self.add(self.in_bone("chest", join(solids)), material, smooth=False, bevel=bevel)

    def hoses(self):
        tubes = []
        for s in (1, -1):
            for i, (z, out) in enumerate(((0.05, 0.23), (-0.02, 0.2))):
                path = [
                    (s * 0.2, 0.24, z - 0.14),
                    (s * (out + 0.04), 0.12, z - 0.12),
                    (s * (out + 0.02), -0.06, z - 0.06),
                ]
                path += [(s * 0.15, -0.2, z), (s * (0.11 - 0.05 * i), -0.215, z + 0.05)]
                tubes.append(tube(smooth_path(path, 22), 0.017, 10))
        self.add(self.in_bone("chest", join(tubes)), self.stage.surface((0.3, 0.3, 0.31), 0.45, variation=0.2))
