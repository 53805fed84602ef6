"""People in suits: an astronaut with helmet, visor and life-support pack, and a diver with tank, mask, fins and bubbles."""

from dataclasses import replace

import numpy as np

from images.world import bodies, materials
from images.world.baggage import smooth_path
from images.world.bodies import left_and_right, of
from images.world.cloth import Cut, Pattern
from images.world.geometry import TURN, Solid, box, ellipsoid, join, lathe, loft, tube
from images.world.implicit import ball, rod, surface
from images.world.outfits import COLOURS, Layer, Look, tint
from images.world.skeleton import Figure, Pose
from images.world.tailor import Builder

WHITE = (0.6, 0.59, 0.56)
DUST = (0.16, 0.155, 0.15)


def pressure_suit(figure: Figure) -> Pattern:
    """A bulky suit in one piece, with much cloth at every joint."""
    u = figure.unit
    blobs = [blob.grown(0.04 * u) for blob in bodies.trunk(figure) if blob.bone != "neck"]
    blobs += of("spine", [ball((0, 0.0, 0.04), (0.17, 0.15, 0.2), blend=0.08)], u)
    arm = [rod((0, 0, 0), (0, 0.004, -0.29), 0.088, 0.078, blend=0.05)]
    fore = [rod((0, 0, 0), (0, 0, -0.31), 0.078, 0.058, blend=0.04)]
    thigh = [rod((0, 0.0, 0), (0, 0, -0.42), 0.122, 0.098, blend=0.05)]
    shin = [rod((0, 0.004, 0), (0, 0.014, -0.44), 0.098, 0.086, blend=0.05)]
    blobs += left_and_right("arm", arm, u) + left_and_right("forearm", fore, u)
    blobs += left_and_right("thigh", thigh, u) + left_and_right("shin", shin, u)
    blobs += of("neck", [rod((0, 0, -0.04), (0, -0.01, 0.04), 0.1, blend=0.04)], u)
    cuts = [Cut("neck", (0, 0, 0.03), (0, -0.2, 1), 0.2, pin=1.0, band=0.04)]
    for side in ("left", "right"):
        cuts.append(Cut(f"{side} forearm", (0, 0, -0.245), (0, 0, -1), 0.14, pin=0.8, band=0.02))
        cuts.append(Cut(f"{side} shin", (0, 0.01, -0.34), (0, 0, -1), 0.16, pin=0.8, band=0.02))
    slack = {"arm": 0.16, "forearm": 0.14, "thigh": 0.13, "shin": 0.16, "spine": 0.12, "pelvis": 0.1}
    return Pattern(tuple(blobs), tuple(cuts), slack, stiffness=0.35, margin=0.026)


class Astronaut(Builder):
    """A person in a pressure suit."""

    def build(self, wind):
        accent = self.look.hat_colour
        body = bodies.trunk(self.figure) + bodies.arms(self.figure) + bodies.legs(self.figure)
        self.clothe(Layer("pressure suit", WHITE, "beta cloth"), body, wind)
        self.gloves_and_boots(accent)
        self.helmet()
        self.pack(accent)
        return self.stage.group(*(part for part in self.parts if part is not None))

    def pattern(self, layer):
        return pressure_suit(self.figure)

    def in_bone(self, bone: str, solid: Solid) -> Solid:
        turn, start = self.placed[bone]
        return Solid(solid.vertices * self.figure.unit @ turn.T + start, solid.faces)

    def gloves_and_boots(self, accent):
        u = self.figure.unit
        rubber = self.stage.surface((0.2, 0.2, 0.2), 0.7, variation=0.3, grain=0.06, relief=0.001, relief_size=0.02)
        grey = self.stage.surface((0.33, 0.33, 0.32), 0.75, variation=0.35, grain=0.06, relief=0.002, relief_size=0.03)
        self.melt([blob.grown(0.009) for blob in bodies.hands(self.figure, self.pose.grip)], 0.005, grey)
        boot = [
            rod((0, 0.03, -0.03), (0.006, -0.11, -0.045), 0.058, 0.048, blend=0.04),
            rod((0, 0.03, -0.04), (0, 0.014, 0.09), 0.06, 0.075, blend=0.04),
        ]
        toe = [rod((0, 0, 0.006), (0, -0.055, 0.0), 0.05, 0.038, flat=(1.15, 0.8), blend=0.03)]
        self.melt(
            left_and_right("foot", boot, u) + left_and_right("toes", toe, u),
            0.008,
            self.stage.surface((0.36, 0.355, 0.34), 0.8, variation=0.4, grain=0.08, second=DUST, second_share=0.55),
        )
        sole = [rod((0, 0.045, -0.068), (0.006, -0.12, -0.068), 0.052, 0.058, flat=(1, 0.3), blend=0.005)]
        tip = [rod((0, 0.012, -0.016), (0, -0.06, -0.016), 0.056, 0.044, flat=(1, 0.3), blend=0.005)]
        self.melt(left_and_right("foot", sole, u) + left_and_right("toes", tip, u), 0.007, rubber)
        ring = lathe(
            [(0.05, -0.262), (0.064, -0.258), (0.066, -0.24), (0.064, -0.222), (0.05, -0.218)], self.around(28)
        )
        metal = self.stage.surface(accent, 0.3, variation=0.15, metal=0.6)
        self.parts.append(
            self.stage.add([self.in_bone(f"{side} forearm", ring) for side in ("left", "right")], metal, smooth=True)
        )

    def helmet(self):
        around, start = self.around(48), np.array((0.0, -0.004, 0.1))
        shell = ellipsoid(0.158, 0.175, 0.17, around, around // 2)
        front = shell.vertices[:, 1] < -0.045
        visor = Solid(
            shell.vertices * (1.012, 1.03, 1.0),
            (shell.faces[0][(front & (np.abs(shell.vertices[:, 2] - 0.005) < 0.118))[shell.faces[0]].all(1)],),
        )
        turn, at = self.placed["head"]
        # the helmet looks where the chest does, and nods half as far as the head
        chest = self.placed["chest"][0]
        place = lambda solid: Solid(
            (solid.vertices + start) * self.figure.head @ (0.5 * chest + 0.5 * turn).T + at, solid.faces
        )  # noqa: E731
        gold = self.stage.surface((1.0, 0.62, 0.22), 0.04, variation=0.02, metal=1.0, specular=0.6)
        white = self.stage.surface(WHITE, 0.35, variation=0.06, specular=0.5, coat=0.15)
        rim = smooth_path(
            [
                (0.165 * np.sin(a), -0.048 - 0.002 * np.cos(2 * a), 0.005 + 0.128 * np.cos(a))
                for a in np.linspace(0, TURN, 17)
            ],
            60,
        )
        lamps = [box(s * 0.168 - 0.022, s * 0.168 + 0.022, -0.09, 0.01, 0.05, 0.1) for s in (1, -1)]
        self.parts += [
            self.stage.add(place(shell), white, smooth=True),
            self.stage.add(place(visor), gold, smooth=True),
        ]
        self.parts += [self.stage.add(place(join([tube(rim, 0.011, 8), *lamps])), white, smooth=False, bevel=0.006)]
        glass = [box(s * 0.168 - 0.016, s * 0.168 + 0.016, -0.094, -0.09, 0.057, 0.093) for s in (1, -1)]
        self.parts.append(self.stage.add(place(join(glass)), self.stage.lit((0.9, 0.95, 1.0), 30)))
        ring = lathe([(0.115, -0.02), (0.14, -0.014), (0.142, 0.012), (0.13, 0.026), (0.115, 0.026)], around).turned(
            0.1, "x"
        )
        self.parts.append(
            self.stage.add(
                self.in_bone("neck", ring.moved(0, -0.012, 0.03)),
                self.stage.surface((0.5, 0.5, 0.52), 0.25, metal=0.8),
                smooth=True,
            )
        )

    def pack(self, accent):
        """The life-support pack with its hoses, and the controls on the chest."""
        white = self.stage.surface(WHITE, 0.6, variation=0.12, grain=0.1, relief=0.001, relief_size=0.03)
        dark = self.stage.surface((0.04, 0.042, 0.048), 0.5, variation=0.2)
        parts = [
            box(-0.24, 0.24, 0.14, 0.35, -0.25, 0.3),
            box(-0.21, 0.21, 0.15, 0.32, 0.3, 0.42),
            box(-0.2, 0.2, 0.345, 0.37, -0.2, 0.02),
            box(-0.2, 0.2, 0.345, 0.365, 0.06, 0.27),
        ]
        chest = [box(-0.12, 0.12, -0.24, -0.15, 0.0, 0.14)]
        add = lambda solids, material, bevel: self.parts.append(
            self.stage.add(self.in_bone("chest", join(solids)), material, bevel=bevel)
        )  # noqa: E731
        add(parts, white, 0.025)
        add(chest, white, 0.012)
        details = [box(-0.1 + 0.05 * i, -0.07 + 0.05 * i, -0.25, -0.24, 0.09, 0.12) for i in range(4)] + [
            box(-0.06, 0.06, -0.246, -0.24, 0.02, 0.07),
            box(-0.17, -0.05, 0.37, 0.38, -0.16, -0.06),
            box(0.04, 0.16, 0.37, 0.38, -0.16, -0.02),
        ]
        add(details, dark, 0.0)
        add(
            [box(-0.21, 0.21, 0.366, 0.369, 0.2, 0.225), box(-0.212, 0.212, 0.322, 0.325, 0.36, 0.38)],
            self.stage.surface(accent, 0.6),
            0.0,
        )
        hoses = []
        for s in (1, -1):
            for i, (z, out) in enumerate(((0.05, 0.23), (-0.02, 0.2))):
                hoses.append(
                    tube(
                        smooth_path(
                            [
                                (s * 0.2, 0.24, z - 0.14),
                                (s * (out + 0.04), 0.12, z - 0.12),
                                (s * (out + 0.02), -0.06, z - 0.06),
                                (s * 0.15, -0.2, z),
                                (s * (0.11 - 0.05 * i), -0.215, z + 0.05),
                            ],
                            22,
                        ),
                        0.017,
                        10,
                    )
                )
        add(hoses, self.stage.surface((0.3, 0.3, 0.31), 0.45, variation=0.2), 0.0)


class Diver(Builder):
    """A scuba diver; the pose swims, hips `pose.seat` metres up."""

    def build(self, wind):
        grow = [
            blob.grown(0.005)
            for blob in bodies.trunk(self.figure) + bodies.arms(self.figure) + bodies.legs(self.figure)
        ]
        suit = self.stage.surface(
            (0.012, 0.013, 0.015), 0.5, variation=0.25, grain=0.1, relief=0.002, relief_size=0.03, specular=0.4
        )
        trim = self.stage.surface(self.look.hat_colour, 0.5, variation=0.15)
        self.melt([b for b in grow if "toes" not in b.bone], 0.011, suit)
        hood = [blob.grown(0.004) for blob in bodies.skull(self.figure)[:4] + bodies.throat(self.figure)]
        self.melt(hood, 0.006, suit)
        self.melt(bodies.skull(self.figure), 0.005, self.stage.surface(self.look.skin, 0.5))
        self.melt([blob.grown(0.003) for blob in bodies.hands(self.figure, self.pose.grip)], 0.005, suit)
        self.gear(trim, suit)
        self.fins(trim)
        self.parts.append(self.bubbles())
        return self.stage.group(*(part for part in self.parts if part is not None))

    def add_to(self, bone: str, solids, material, scale: float | None = None, smooth: bool = True):
        turn, start = self.placed[bone]
        solid = join(solids)
        self.parts.append(
            self.stage.add(
                Solid(solid.vertices * (scale or self.figure.unit) @ turn.T + start, solid.faces),
                material,
                smooth=smooth,
            )
        )

    def gear(self, trim, black):
        around = self.around(28)
        steel = self.stage.surface(self.look.shoes, 0.3, variation=0.15, grain=0.2, specular=0.5)
        tank = lathe(
            [(0.0, -0.36), (0.07, -0.355), (0.092, -0.32), (0.092, 0.16), (0.08, 0.215), (0.045, 0.25), (0.03, 0.26)],
            around,
        ).moved(0, 0.2, 0)
        self.add_to("chest", [tank], steel)
        valve = [
            tube([(0, 0.2, 0.25), (0, 0.2, 0.32)], 0.022, 10),
            tube([(-0.06, 0.2, 0.3), (0.06, 0.2, 0.3)], 0.018, 10),
            ellipsoid(0.04, 0.035, 0.035, 14, 8).moved(0, 0.16, 0.31),
        ]
        head_turn, head = self.placed["head"]
        turn, start = self.placed["chest"]
        mouth = (
            ((head + head_turn @ (np.array((0, -0.125, 0.005)) * self.figure.head)) - start) @ turn / self.figure.unit
        )
        hoses = [
            tube(
                smooth_path(
                    [
                        (0.05, 0.18, 0.3),
                        (0.16, 0.1, 0.34),
                        (0.17, -0.06, 0.3),
                        mouth + (0.06, 0.01, -0.01),
                        mouth + (0.02, 0, 0),
                    ],
                    24,
                ),
                0.012,
                8,
            )
        ]
        hoses += [
            tube(
                smooth_path([(-0.05, 0.18, 0.3), (-0.17, 0.08, 0.24), (-0.17, -0.06, 0.12), (-0.13, -0.13, 0.0)], 20),
                0.011,
                8,
            )
        ]
        jacket = [rod((s * 0.09, 0.12, -0.12), (s * 0.1, 0.11, 0.16), 0.06, 0.05, blend=0.04) for s in (1, -1)] + [
            rod((s * 0.1, 0.09, 0.2), (s * 0.12, -0.11, 0.14), 0.035, 0.04, blend=0.03) for s in (1, -1)
        ]
        jacket += [rod((s * 0.13, -0.1, 0.12), (s * 0.14, -0.09, -0.12), 0.045, 0.055, blend=0.04) for s in (1, -1)] + [
            rod((-0.14, -0.02, -0.1), (0.14, -0.02, -0.1), 0.13, flat=(0.25, 1.1), side=(0, 0, 1), blend=0.04)
        ]
        self.add_to("chest", [*valve, *hoses], black)
        self.add_to("chest", [surface(jacket, 0.012 / max(self.detail, 0.1) ** 0.5)], trim)
        self.add_to("chest", [ellipsoid(0.035, 0.03, 0.035, 14, 10).moved(*mouth)], black)
        bands = [lathe([(0.1, z), (0.097, z + 0.02), (0.1, z + 0.04)], around).moved(0, 0.2, 0) for z in (-0.2, 0.05)]
        self.add_to("chest", bands, black)
        frame = smooth_path(
            [
                (0.075 * np.sin(a), -0.098 + 0.028 * np.sin(a) ** 2, 0.068 + 0.038 * np.cos(a))
                for a in np.linspace(0, TURN, 17)
            ],
            40,
        )
        strap = smooth_path(
            [
                (0.075 * np.cos(a), 0.012 + 0.092 * np.sin(a), 0.07 + 0.02 * np.sin(a))
                for a in np.linspace(-0.5, np.pi + 0.5, 15)
            ],
            30,
        )
        self.add_to("head", [tube(frame, 0.012, 8), tube(strap * (1.12, 1.12, 1), 0.008, 6)], black, self.figure.head)
        pane = loft(
            [frame * (0.95, 1, 1) + (0, -0.006, 0.0), (frame - frame.mean(0)) * 0.1 + frame.mean(0) + (0, -0.016, 0)],
            capped=False,
        )
        self.add_to(
            "head",
            [pane],
            self.stage.surface((0.02, 0.035, 0.04), 0.05, specular=0.7, variation=0.05),
            self.figure.head,
        )

    def fins(self, material):
        rows = []
        for t in np.linspace(0, 1, 10):
            wide, thick = 0.055 + 0.05 * t**0.7, 0.022 * (1 - t) ** 2 + 0.006
            y, z = 0.05 - 0.62 * t, -0.02 - 0.06 * np.sin(1.6 * t) * t
            a = np.linspace(0, TURN, 14, endpoint=False)
            rib = 1 + 0.8 * (np.abs(np.cos(a)) > 0.9) * (t > 0.2)
            rows.append(
                np.stack(
                    [
                        wide * np.cos(a),
                        np.full(14, y) - 0.03 * (t > 0.95) * np.abs(np.cos(a)),
                        z + thick * rib * np.sin(a),
                    ],
                    1,
                )
            )
        for side in ("left", "right"):
            self.add_to(f"{side} toes", [loft(rows)], material)
        cup = [rod((0, 0.06, -0.05), (0, -0.1, -0.05), 0.052, 0.05, flat=(1, 0.8), blend=0.02)]
        self.melt(left_and_right("foot", cup, self.figure.unit), 0.008, material)

    def bubbles(self):
        """Bubbles that rise from the mouth, in swarms that spread and grow."""
        turn, start = self.placed["head"]
        mouth = start + turn @ (np.array((0, -0.14, 0.03)) * self.figure.head)
        count = int(np.clip(130 * self.detail, 24, 160))
        rise = self.rng.random(count) ** 0.8
        cluster = np.round(rise * 4) / 4
        rise = 0.75 * cluster + 0.25 * rise
        spread = 0.035 + 0.16 * rise
        at = mouth + np.stack(
            [
                spread * self.rng.normal(0, 0.7, count),
                0.1 * rise + spread * self.rng.normal(0, 0.7, count),
                0.05 + 1.25 * rise,
            ],
            1,
        )
        size = 0.006 * np.exp(self.rng.normal(0.2, 0.6, count)) * (0.7 + 0.8 * rise)
        unit = ellipsoid(1, 1, 0.72, self.around(14), max(6, self.around(10)))
        shapes = [unit.scaled(s).moved(*p) for s, p in zip(size, at, strict=True)]
        return self.stage.add(shapes, self.stage.once("bubble", bubble_material), smooth=True)


def bubble_material():
    """Air in water: clear in the middle and a mirror at the rim."""
    graph, output, material = materials.new("bubble")
    rim = graph.spread(graph.node("LayerWeight", {"Blend": 0.35}).outputs["Facing"], 0.25, 0.95, 0.12, 0.95)
    clear = graph.node("BsdfTransparent", {"Color": (0.93, 0.97, 1.0)})
    mirror = graph.node("BsdfGlossy", {"Color": (0.9, 0.95, 1.0), "Roughness": 0.06})
    graph.link(graph.node("MixShader", {0: rim, 1: clear, 2: mirror}).outputs[0], output.inputs[0])
    return material


SWIMS = {
    "swimming": Pose(pelvis=(76, 0, 0), hip=(10, -12), hip_out=(4, 4), knee=(10, 16), ankle=(-50, -46), shoulder=(28, 20), shoulder_out=(16, 18),
                     shoulder_twist=(-30, -26), elbow=(64, 70), neck=(-46, 0, 6), spine=(4, 0, 0), seat=1.0),
    "gliding": Pose(pelvis=(66, 0, 0), hip=(4, -8), hip_out=(5, 5), knee=(14, 8), ankle=(-50, -50), shoulder=(-14, -10), shoulder_out=(12, 12),
                    elbow=(18, 14), neck=(-40, 0, -8), spine=(-6, 4, 0), seat=1.0),
    "reaching": Pose(pelvis=(70, 0, 8), hip=(12, -14), hip_out=(5, 5), knee=(16, 12), ankle=(-46, -52), shoulder=(150, 24), shoulder_out=(8, 22),
                     elbow=(14, 60), neck=(-42, 0, 14), spine=(2, 0, 8), seat=1.05, grip=(0.1, 0.4)),
}  # fmt: skip


def astronaut_look(rng) -> Look:
    return Look(
        Figure(1.86, "man", False, 1.0), WHITE, WHITE, "bald", hat_colour=tint(rng, ("red", "blue", "orange", "teal"))
    )


def diver_look(rng, colour: str, sex: str) -> Look:
    figure = Figure(float(rng.uniform(1.66, 1.84)), sex)
    tank = COLOURS["yellow"] if rng.random() < 0.5 else (0.4, 0.41, 0.42)
    return Look(figure, (0.42, 0.25, 0.17), (0.02, 0.015, 0.01), "bald", hat_colour=tint(rng, colour), shoes=tank)


def bulky(pose: Pose) -> Pose:
    """A pose as far as a pressure suit lets it: arms and legs further out."""
    wider = lambda pair, by: tuple(np.add(pair, by))  # noqa: E731
    return replace(
        pose,
        shoulder_out=wider(pose.shoulder_out, 13),
        hip_out=wider(pose.hip_out, 4),
        elbow=wider(pose.elbow, 12),
        shoulder=wider(pose.shoulder, 4),
    )


def add_astronaut(stage, pose: Pose, look: Look, name: str):
    return Astronaut(stage, stage.rng(f"astronaut {name}"), look, bulky(pose), stage.detail).build((0, 0, 0))


def add_diver(stage, swim: str, look: Look, name: str):
    return Diver(stage, stage.rng(f"diver {name}"), look, SWIMS[swim], stage.detail).build((0, 0, 0))
