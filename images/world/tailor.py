"""The builder behind `people.add_person`: skin, clothes from the inside out, hair, hat, and what is carried."""

import numpy as np

from images.world import baggage, blender, bodies, clothes, collars, hair, headwear, stuffs
from images.world.cloth import cut_out, draped
from images.world.geometry import Solid
from images.world.implicit import ball, rod, surface
from images.world.materials import Surface
from images.world.noise import smoothstep
from images.world.outfits import Layer, Look
from images.world.skeleton import Pose, stand

ON_BACK = ("backpack", "rucksack")
HELD = ("umbrella", "suitcase", "lantern", "stick", "balloon", "phone")


class Builder:
    """One person being built."""

    def __init__(self, stage, rng, look: Look, pose: Pose, detail: float):
        self.stage, self.rng, self.look, self.pose, self.detail = stage, rng, look, pose, detail
        self.figure = look.figure
        self.placed = stand(look.figure, pose)
        self.parts: list = []

    def step(self, full: float) -> float:
        """Size of the cells of a surface, `full` at detail 1."""
        return full * self.figure.unit**0.5 / max(self.detail, 0.05) ** 0.7

    def around(self, full: int) -> int:
        return max(10, round(full * min(self.detail, 1) ** 0.5))

    def build(self, wind):
        body = bodies.trunk(self.figure) + bodies.arms(self.figure) + bodies.legs(self.figure)
        palms = bodies.left_and_right("hand", [ball((0, -0.004, -0.055), (0.02, 0.045, 0.07))], self.figure.unit)
        hair_room = bodies.of(
            "head",
            [ball((0, 0.012, 0.112), (0.085, 0.102, 0.09)), ball((0, 0.0, 0.03), (0.07, 0.07, 0.07))],
            self.figure.head,
        )
        under = body + palms + self.uppers() + hair_room
        layers = self.look.layers
        if self.look.hat == "hood":
            layers = (*layers, Layer("hood", self.look.hat_colour, layers[-1].stuff))
        for layer in layers:
            under = self.clothe(layer, under, wind)
        self.skin()
        self.shoes()
        self.hair()
        self.hat()
        for name, colour in self.look.extras:
            self.extra(name, colour)
        return self.stage.group(*self.parts)

    # -- clothes

    def pattern(self, layer: Layer):
        return clothes.PATTERNS[layer.kind](self.figure, **dict(layer.cut))

    def clothe(self, layer: Layer, body, wind):
        """Add a garment; returns what the next one lies on."""
        pattern = self.pattern(layer)
        sheet = cut_out(pattern, self.figure, body, self.step(0.0125))
        steps = int(np.clip(6 + 54 * self.detail**0.8, 8, 70))
        solid = draped(sheet, pattern, self.figure, self.pose, body, self.rng, steps=steps, iterations=5, wind=wind)
        if layer.stuff == "down":
            solid = Solid(quilted(solid, sheet.rest, sheet.hem, 0.07, 0.013), solid.faces)
        material = stuffs.material(
            self.stage,
            layer.stuff,
            layer.colour,
            layer.stripes,
            0.24 if layer.kind == "vest" else 0.03,
            opening=layer.opening,
        )
        made = self.stage.add(solid, material, smooth=True)
        blender.add_attributes(made, Rest=sheet.rest / self.figure.unit, Hem=sheet.hem / self.figure.unit)
        if self.detail > 0.5:
            blender.modify(made, "SUBSURF", levels=1, render_levels=1)
        if self.detail > 0.3:
            blender.modify(made, "SOLIDIFY", thickness=0.004, offset=-1)
        self.parts.append(made)
        if layer.collar:
            self.collar(layer, dict(layer.cut).get("loose", 0.02))
        if layer.belt:
            self.belt(layer, solid, sheet)
        covered = ("thigh", "shin", "pelvis", "spine")
        return body + [
            blob.grown(0.007) for blob in pattern.blobs if blob.bone.split()[-1] in covered and layer.kind != "hood"
        ]

    def collar(self, layer: Layer, loose: float):
        thick = self.figure.unit * (0.86 if self.figure.sex == "woman" else 0.88 if self.figure.child else 1.0)
        solid = collars.collar(layer.collar, self.around(40), 0.4 * loose, 1.0)
        solid = Solid(solid.vertices * thick @ self.placed["chest"][0].T + self.placed["neck"][1], solid.faces)
        made = self.stage.add(solid, stuffs.material(self.stage, layer.stuff, layer.colour, seams=False), smooth=True)
        blender.add_attributes(made, Rest=solid.vertices, Hem=np.full(len(solid.vertices), 0.5))
        if self.detail > 0.5:
            blender.modify(made, "SUBSURF", levels=1, render_levels=1)
        self.parts.append(made)

    def belt(self, layer: Layer, solid: Solid, sheet):
        turn, start = self.placed["spine"]
        height = (1.02 if layer.kind == "trousers" else 1.08) * self.figure.unit
        band = collars.belt(
            solid.vertices, sheet.rest[:, 2], height, 0.04 * self.figure.unit, turn, start, self.around(48)
        )
        if band is not None:
            self.parts.append(
                self.stage.add(band, stuffs.material(self.stage, "leather", layer.belt, seams=False), smooth=True)
            )

    # -- the body

    def skin(self):
        material = self.stage.material(Surface(roughness=0.5, variation=0.1, grain=0.04, specular=0.4, attribute=True))
        size, (turn, start) = self.figure.head, self.placed["head"]
        head = surface(self.posed(bodies.skull(self.figure) + bodies.throat(self.figure)), self.step(0.0036))
        local = (head.vertices - start) @ turn / size
        colours = collars.face_colours(local, self.look.skin, self.look.hair, self.look.beard, self.rng)
        self.parts.append(self.stage.add(head, material, smooth=True, colours=colours))
        plain = self.stage.surface(self.look.skin, 0.5, variation=0.1, grain=0.04, specular=0.4)
        gloves = self.look.gloves
        hands = bodies.hands(self.figure, self.pose.grip)
        if gloves:
            hands = [blob.grown(0.004) for blob in hands]
        self.melt(hands, 0.0042, stuffs.material(self.stage, "leather", gloves, seams=False) if gloves else plain)
        self.limbs(plain)

    def limbs(self, material):
        """Arms and legs as far as they are bare."""
        kinds = [layer.kind for layer in self.look.layers]
        if "trousers" not in kinds:
            leg = [
                b
                for b in bodies.legs(self.figure)
                if "thigh" not in b.bone and (self.look.shoe == "bare" or "toes" not in b.bone)
            ]
            leg += bodies.left_and_right(
                "thigh", [rod((0, -0.006, -0.2), (0, -0.004, -0.42), 0.06, 0.056, blend=0.04)], self.figure.unit
            )
            self.melt(leg, 0.009, self.stocking() or material)
        sleeves = [dict(layer.cut).get("sleeve", 0.25 if layer.kind == "dress" else 1.0) for layer in self.look.layers
                   if layer.kind not in ("trousers", "skirt", "vest", "hood")]  # fmt: skip
        if sleeves and max(sleeves) < 0.8:
            bare = [blob for blob in bodies.arms(self.figure) if "forearm" in blob.bone or max(sleeves) < 0.45]
            if max(sleeves) >= 0.05:  # stay under the sleeve
                u = self.figure.unit
                bare = [b for b in bare if "forearm" in b.bone]
                bare += bodies.left_and_right(
                    "arm", [rod((0, 0, -0.1), (0, 0.004, -0.29), 0.036, 0.036, blend=0.03)], u
                )
            self.melt(bare, 0.009, material)

    def stocking(self):
        return stuffs.material(self.stage, "silk", self.look.stockings, seams=False) if self.look.stockings else None

    def posed(self, blobs):
        return bodies.posed(blobs, self.placed)

    def melt(self, blobs, step: float, material):
        self.parts.append(self.stage.add(surface(self.posed(blobs), self.step(step)), material, smooth=True))

    def uppers(self):
        """Shoes and boots without their soles."""
        u = self.figure.unit * (0.9 if self.figure.sex == "woman" else 1.0)
        high = {"boot": 0.03, "high boot": 0.24}.get(self.look.shoe, -0.005)
        upper = [
            rod((0, 0.035, -0.035), (0.008, -0.11, -0.05), 0.042, 0.033, flat=(0.92, 0.95), blend=0.03),
            rod((0, 0.034, -0.045), (0, 0.018, high), 0.038, 0.042 + 0.05 * max(high, 0), blend=0.03),
        ]
        toes = [rod((0, 0, 0.002), (0.0, -0.06, -0.006), 0.034, 0.022, flat=(1.12, 0.75), blend=0.025)]
        return bodies.left_and_right("foot", upper, u) + bodies.left_and_right("toes", toes, u)

    def shoes(self):
        if self.look.shoe == "bare":
            return
        u = self.figure.unit * (0.9 if self.figure.sex == "woman" else 1.0)
        colour = self.look.shoes
        self.melt(
            self.uppers(),
            0.006,
            self.stage.surface(colour, 0.4, variation=0.25, grain=0.05, relief=0.001, relief_size=0.02),
        )
        heel = 0.012 if self.look.shoe == "sneaker" else 0.016
        sole = [rod((0, 0.045, -0.074), (0.008, -0.115, -0.074), 0.037, 0.042, flat=(1.0, 0.2), blend=0.004)]
        sole += [rod((0, 0.05, -0.074), (0, 0.03, -0.074), 0.037, 0.036, flat=(1, heel / 0.037), blend=0.004)]
        tip = [rod((0, 0.012, -0.021), (0, -0.062, -0.021), 0.041, 0.029, flat=(1.04, 0.2), blend=0.004)]
        under = (0.4, 0.38, 0.34) if self.look.shoe == "sneaker" else (0.012, 0.011, 0.01)
        blobs = bodies.left_and_right("foot", sole, u) + bodies.left_and_right("toes", tip, u)
        self.melt(blobs, 0.005, self.stage.surface(under, 0.7, variation=0.3, grain=0.1))

    # -- the head

    def on_head(self, points):
        turn, start = self.placed["head"]
        return points * self.figure.head @ turn.T + start

    def combed(self, points):
        """Hair on the head; what hangs below the ears falls with the back, however the head nods."""
        knot = np.array([0, 0.05, 0.06])
        low = smoothstep(0.07, -0.05, points[..., 2:])
        back, head = self.placed["chest"][0], self.placed["head"]
        hanging = ((points - knot) @ back.T + knot @ head[0].T) * self.figure.head + head[1]
        return self.on_head(points) * (1 - low) + hanging * low

    def hair(self):
        if self.look.hair_style == "bald":
            return
        style = hair.style("cropped" if self.look.hat == "hood" else self.look.hair_style)
        step = self.step(0.005)
        wild = 0.4 if self.look.hat else 1.0
        colour = np.array(self.look.hair)
        rough = {
            "variation": 0.35,
            "grain": 0.03,
            "relief": 0.002,
            "relief_size": 0.006,
            "stretch": (1, 1, 0.25),
            "specular": 0.35,
        }
        under = self.stage.surface(tuple(0.75 * colour), 0.5, **rough)
        shown = tuple(hair.under_hat(style.blobs)) if self.look.hat not in ("", "hood") else style.blobs
        for blobs in (shown, style.hangs):
            if blobs:
                solid = surface(blobs, step)
                self.parts.append(self.stage.add(Solid(self.combed(solid.vertices), solid.faces), under, smooth=True))
                if self.detail > 0.35:
                    count = int((3800 if blobs is shown else 500) * min(self.detail, 1.2) ** 1.5)
                    points = hair.strands(solid, blobs, style.towards if blobs is shown else hair._down, self.rng, count,
                                          style.length, style.lift * wild, style.wild)  # fmt: skip
                    radii = 0.00055 * np.array([1, 1, 1, 1, 0.9, 0.7, 0.3]) / min(self.detail, 1) ** 0.5
                    shine = self.stage.surface(self.look.hair, 0.38, variation=0.3, grain=0.01, specular=0.5)
                    self.parts.append(blender.add_strands(self.combed(points), radii, shine))

    def hat(self):
        if self.look.hat in ("", "hood"):
            return
        colour = self.look.hat_colour
        kinds = {
            "hat": ("wool", colour), "straw": ("canvas", (0.5, 0.38, 0.2)), "band": ("silk", (0.02, 0.018, 0.02)), "knit": ("knit", colour),
            "oilskin": ("oilskin", colour), "cotton": ("cotton", colour), "bobble": ("wool", (0.5, 0.48, 0.45)),
        }  # fmt: skip
        for solid, kind in headwear.make(self.look.hat, self.around(56), self.step(1.0)):
            material = (
                self.stage.surface(colour, 0.3, variation=0.1, specular=0.5, coat=0.2) if kind == "hard" else None
            )
            if material is None:
                stuff, tint = kinds[kind]
                material = stuffs.material(self.stage, stuff, tint, seams=False)
            made = self.stage.add(Solid(self.on_head(solid.vertices), solid.faces), material, smooth=True)
            blender.add_attributes(made, Rest=solid.vertices, Hem=np.full(len(solid.vertices), 0.5))
            self.parts.append(made)

    # -- what is carried

    def extra(self, name: str, colour):
        wind = 0.4
        if name in ON_BACK:
            self.carry(baggage.backpack(self.step(1.0), self.rng, name == "backpack"), "chest", colour)
        elif name == "scarf":
            self.carry(baggage.scarf(self.step(1.0), self.rng, wind), "chest", colour)
        elif name == "umbrella":
            self.hold(baggage.umbrella(self.around(64), self.rng), colour, tilt=(-0.1, 0.08))
        elif name == "suitcase":
            self.hold(baggage.suitcase(self.step(1.0), self.rng), colour)
        elif name == "lantern":
            at = self.hold(baggage.lantern(self.around(24)), colour)
            self.parts.append(
                self.stage.lamp("POINT", tuple(at - (0, 0, 0.2)), 12, (1.0, 0.62, 0.28), shadow_soft_size=0.03)
            )
        elif name == "stick":
            self.hold(baggage.stick(0.95, self.rng), colour)
        elif name == "phone":
            self.hold(baggage.phone(), colour, tilt=(-0.9, 0.0))
        elif name == "balloon":
            self.hold(baggage.balloon(self.around(48), self.rng), colour)
        else:
            raise ValueError(f"nothing to carry is called {name!r}")
        self.parts = [part for part in self.parts if part is not None]

    def carry(self, solids, bone: str, colour):
        """Things that belong to a bone."""
        turn, start = self.placed[bone]
        for solid, kind in solids:
            self.put(Solid(solid.vertices * self.figure.unit @ turn.T + start, solid.faces), kind, colour)

    def hold(self, solids, colour, tilt=(0.0, 0.0), side: str = "right"):
        """Things held upright in a hand; returns where the hand grips them."""
        turn, start = self.placed[f"{side} hand"]
        at = start + turn @ np.array((0.02 if side == "right" else -0.02, -0.012, -0.075)) * self.figure.unit
        for solid, kind in solids:
            leaning = solid.turned(tilt[0], "x").turned(tilt[1], "y")
            self.put(leaning.moved(*at), kind, colour)
        return at

    def put(self, solid: Solid, kind: str, colour):
        made = self.stage.add(solid, self.thing(kind, colour), smooth=True)
        blender.add_attributes(made, Rest=solid.vertices, Hem=np.full(len(solid.vertices), 0.5))
        self.parts.append(made)

    def thing(self, kind: str, colour):
        """The material of a part of something carried."""
        stage = self.stage
        darker = tuple(0.6 * np.array(colour))
        cloths = {"bag": ("nylon", colour), "lid": ("nylon", darker), "strap": ("canvas", (0.018, 0.018, 0.02)), "mat": ("canvas", (0.05, 0.07, 0.09)),
                  "leather": ("leather", colour), "knit": ("knit", colour), "canopy": ("silk", colour)}  # fmt: skip
        if kind in cloths:
            return stuffs.material(stage, *cloths[kind], seams=False)
        if kind == "screen":
            return stage.glow((0.7, 0.85, 1.0), 1.2)
        if kind == "flame":
            return stage.lit((1.0, 0.6, 0.25), 14)
        if kind == "balloon":
            return stage.surface(colour, 0.18, variation=0.03, specular=0.5, translucency=0.25)
        surfaces = {
            "metal": ((0.05, 0.05, 0.055), 0.35),
            "wood": ((0.07, 0.035, 0.016), 0.45),
            "string": ((0.5, 0.5, 0.48), 0.8),
        }
        return stage.surface(*surfaces[kind], variation=0.25, grain=0.1)


def quilted(solid: Solid, rest: np.ndarray, hem: np.ndarray, wide: float, deep: float) -> np.ndarray:
    """Points of a down jacket: padded between seams that run round it every `wide` metres."""
    v, q = solid.vertices, solid.faces[0]
    normal = np.zeros_like(v)
    n = np.cross(v[q[:, 2]] - v[q[:, 0]], v[q[:, 3]] - v[q[:, 1]])
    for i in range(4):
        np.add.at(normal, q[:, i], n)
    normal /= np.linalg.norm(normal, axis=1, keepdims=True) + 1e-12
    pad = np.abs(np.sin(np.pi * rest[:, 2] / wide)) ** 0.6
    return v + normal * (deep * pad * np.clip(hem / 0.02, 0, 1))[:, None]
