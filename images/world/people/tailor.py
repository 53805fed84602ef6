"""The builder behind `figure.add_person`: skin, clothes, shoes; `heads.py` and `carrying.py` do the rest."""

import numpy as np

from images.world import blender
from images.world.geometry import Solid
from images.world.modelling.implicit import Blob, ball, rod, surface
from images.world.people import bodies, carrying, clothes, collars, heads, stuffs
from images.world.people.cloth import cut_out, draped
from images.world.people.outfits import Layer, Look
from images.world.people.skeleton import Pose, stand

COVERED = ("thigh", "shin", "pelvis", "spine")  # bones over which one garment lies on another


class Builder:
    """One person being built."""

    def __init__(self, stage, rng, look: Look, pose: Pose, detail: float):
        self.stage, self.rng, self.look, self.pose, self.detail = stage, rng, look, pose, detail
        self.figure = look.figure
        self.placed = stand(look.figure, pose)
        self.parts: list = []

    # -- helpers

    def step(self, full: float) -> float:
        """Size of the cells of a surface, `full` at detail 1."""
        return full * self.figure.unit**0.5 / max(self.detail, 0.05) ** 0.7

    def around(self, full: int) -> int:
        """Corners of a round thing, `full` at detail 1."""
        return max(10, round(full * min(self.detail, 1) ** 0.5))

    def posed(self, blobs) -> list[Blob]:
        return bodies.posed(blobs, self.placed)

    def in_bone(self, bone: str, solid: Solid, size: float | None = None) -> Solid:
        """A solid in a bone's axes, where the bone is; size: the figure's own if None."""
        turn, start = self.placed[bone]
        return Solid(solid.vertices * (size or self.figure.unit) @ turn.T + start, solid.faces)

    def add(self, solids, material, smooth: bool = True, **settings):
        """Add a part of the person."""
        made = self.stage.add(solids, material, smooth=smooth, **settings)
        self.parts.append(made)
        return made

    def melt(self, blobs, step: float, material):
        """Add blobs of bones, melted together."""
        return self.add(surface(self.posed(blobs), self.step(step)), material)

    def sew(self, solid: Solid, material, rest=None, hem=None):
        """Add cloth; rest and hem: see `stuffs.py`."""
        made = self.add(solid, material)
        rest = solid.vertices if rest is None else rest
        hem = np.full(len(solid.vertices), 0.5) if hem is None else hem
        blender.add_attributes(made, Rest=rest / self.figure.unit, Hem=hem / self.figure.unit)
        return made

    def stuff(self, name: str, colour):
        """Cloth or leather without seams."""
        return stuffs.material(self.stage, name, colour)

    # -- the whole

    def build(self, wind):
        under = bodies.trunk(self.figure) + bodies.arms(self.figure) + bodies.legs(self.figure)
        under += self.uppers() + self.room()
        layers = self.look.layers
        if self.look.hat == "hood":
            layers = (*layers, Layer("hood", self.look.hat_colour, layers[-1].stuff))
        for layer in layers:
            under = self.clothe(layer, under, wind)
        self.skin()
        self.shoes()
        heads.add_hair(self)
        heads.add_hat(self)
        for name, colour in self.look.extras:
            carrying.add(self, name, colour)
        return self.stage.group(*(part for part in self.parts if part is not None))

    def room(self) -> list[Blob]:
        """What cuffs and hoods lie on: hands and the head with its hair."""
        palm = [ball((0, -0.004, -0.055), (0.02, 0.045, 0.07))]
        head = [ball((0, 0.012, 0.1), (0.1, 0.102, 0.1)), ball((0, 0.0, 0.03), (0.07, 0.07, 0.07))]
        return bodies.left_and_right("hand", palm, self.figure.unit) + bodies.of("head", head, self.figure.head)

    # -- clothes

    def pattern(self, layer: Layer):
        return clothes.PATTERNS[layer.kind](self.figure, **dict(layer.cut))

    def clothe(self, layer: Layer, under: list[Blob], wind) -> list[Blob]:
        """Add a garment; returns what the next one lies on."""
        pattern = self.pattern(layer)
        sheet = cut_out(pattern, self.figure, under, self.step(0.0125))
        steps = int(np.clip(4 + 56 * self.detail**0.8, 8, 70))
        solid = draped(
            sheet, pattern, self.figure, self.pose, under, self.rng,
            steps=steps, iterations=round(3 + 2 * min(self.detail, 1)), wind=wind,
        )  # fmt: skip
        if layer.stuff == "down":
            solid = Solid(quilted(solid, sheet.rest, sheet.hem, 0.07, 0.013), solid.faces)
        wide = 0.24 if layer.kind == "vest" else 0.03
        trim = stuffs.Trim(layer.stripes, wide, layer.opening)
        cloth = stuffs.material(self.stage, layer.stuff, layer.colour, trim)
        made = self.sew(solid, cloth, sheet.rest, sheet.hem)
        if self.detail > 0.5:
            blender.modify(made, "SUBSURF", levels=1, render_levels=1)
        if self.detail > 0.3:
            blender.modify(made, "SOLIDIFY", thickness=0.004, offset=-1)
        if layer.collar:
            self.collar(layer, dict(layer.cut).get("loose", 0.02))
        if layer.belt:
            self.belt(layer, solid, sheet)
        if layer.kind == "hood":
            return under
        return under + [blob.grown(0.007) for blob in pattern.blobs if blob.bone.split()[-1] in COVERED]

    def collar(self, layer: Layer, loose: float):
        size = self.figure.unit * (0.86 if self.figure.sex == "woman" else 0.88 if self.figure.child else 1.0)
        solid = collars.collar(layer.collar, self.around(40), 0.4 * loose)
        solid = Solid(solid.vertices * size @ self.placed["chest"][0].T + self.placed["neck"][1], solid.faces)
        made = self.sew(solid, self.stuff(layer.stuff, layer.colour))
        if self.detail > 0.5:
            blender.modify(made, "SUBSURF", levels=1, render_levels=1)

    def belt(self, layer: Layer, solid: Solid, sheet):
        height = (1.02 if layer.kind == "trousers" else 1.08) * self.figure.unit
        wide = 0.04 * self.figure.unit
        band = collars.belt(solid.vertices, sheet.rest[:, 2], height, wide, self.placed["spine"], self.around(48))
        if band is not None:
            self.sew(band, self.stuff("leather", layer.belt))

    # -- the body

    def skin(self):
        heads.add_face(self)
        plain = heads.skin_material(self)
        hands, gloves = bodies.hands(self.figure, self.pose.grip), self.look.gloves
        if gloves:
            self.melt([blob.grown(0.004) for blob in hands], 0.0042, self.stuff("leather", gloves))
        else:
            self.melt(hands, 0.0042, plain)
        self.bare_legs(plain)
        self.bare_arms(plain)

    def bare_legs(self, material):
        """Legs under a skirt, from above the knees."""
        if any(layer.kind == "trousers" for layer in self.look.layers):
            return
        toes = () if self.look.shoe == "bare" else ("toes",)
        leg = [blob for blob in bodies.legs(self.figure) if blob.bone.split()[-1] not in ("thigh", *toes)]
        thigh = [rod((0, -0.006, -0.2), (0, -0.004, -0.42), 0.06, 0.056, blend=0.04)]
        leg += bodies.left_and_right("thigh", thigh, self.figure.unit)
        stockings = self.look.stockings
        self.melt(leg, 0.009, self.stuff("silk", stockings) if stockings else material)

    def bare_arms(self, material):
        """Arms as far as no sleeve covers them."""
        tops = [layer for layer in self.look.layers if layer.kind not in ("trousers", "skirt", "vest", "hood")]
        longest = max((clothes.sleeve(layer.kind, dict(layer.cut)) for layer in tops), default=1.0)
        if longest >= 0.8:
            return
        arms = bodies.arms(self.figure)
        if longest >= 0.05:  # what is under the sleeve stays thin
            arms = [blob for blob in arms if "forearm" in blob.bone]
            arms += bodies.left_and_right(
                "arm", [rod((0, 0, -0.1), (0, 0.004, -0.29), 0.036, blend=0.03)], self.figure.unit
            )
        self.melt(arms, 0.009, material)

    # -- shoes

    def foot_size(self) -> float:
        return self.figure.unit * (0.9 if self.figure.sex == "woman" else 1.0)

    def uppers(self) -> list[Blob]:
        """Shoes and boots without their soles."""
        high = {"boot": 0.03, "high boot": 0.24}.get(self.look.shoe, -0.005)
        upper = [
            rod((0, 0.035, -0.035), (0.008, -0.11, -0.05), 0.042, 0.033, flat=(0.92, 0.95), blend=0.03),
            rod((0, 0.034, -0.045), (0, 0.018, high), 0.038, 0.042 + 0.05 * max(high, 0), blend=0.03),
        ]
        toes = [rod((0, 0, 0.002), (0.0, -0.06, -0.006), 0.034, 0.022, flat=(1.12, 0.75), blend=0.025)]
        size = self.foot_size()
        return bodies.left_and_right("foot", upper, size) + bodies.left_and_right("toes", toes, size)

    def shoes(self):
        if self.look.shoe == "bare":
            return
        leather = {"variation": 0.25, "grain": 0.05, "relief": 0.001, "relief_size": 0.02}
        self.melt(self.uppers(), 0.006, self.stage.surface(self.look.shoes, 0.4, **leather))
        sneaker = self.look.shoe == "sneaker"
        heel = 0.32 if sneaker else 0.43
        sole = [
            rod((0, 0.045, -0.074), (0.008, -0.115, -0.074), 0.037, 0.042, flat=(1.0, 0.2), blend=0.004),
            rod((0, 0.05, -0.074), (0, 0.03, -0.074), 0.037, 0.036, flat=(1, heel), blend=0.004),
        ]
        tip = [rod((0, 0.012, -0.021), (0, -0.062, -0.021), 0.041, 0.029, flat=(1.04, 0.2), blend=0.004)]
        size = self.foot_size()
        blobs = bodies.left_and_right("foot", sole, size) + bodies.left_and_right("toes", tip, size)
        rubber = (0.4, 0.38, 0.34) if sneaker else (0.012, 0.011, 0.01)
        self.melt(blobs, 0.005, self.stage.surface(rubber, 0.7, variation=0.3, grain=0.1))


def quilted(solid: Solid, rest: np.ndarray, hem: np.ndarray, wide: float, deep: float) -> np.ndarray:
    """Points of a down jacket: padded `deep` metres between seams that run round it every `wide` metres."""
    v, q = solid.vertices, solid.faces[0]
    normal = np.zeros_like(v)
    n = np.cross(v[q[:, 2]] - v[q[:, 0]], v[q[:, 3]] - v[q[:, 1]])
    for i in range(4):
        np.add.at(normal, q[:, i], n)
    normal /= np.linalg.norm(normal, axis=1, keepdims=True) + 1e-12
    pad = np.abs(np.sin(np.pi * rest[:, 2] / wide)) ** 0.6
    return v + normal * (deep * pad * np.clip(hem / 0.02, 0, 1))[:, None]
