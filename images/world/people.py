"""People: a dressed person in a pose, anywhere in a scene.

    add_person(stage, "coat", "walk", at=(2.0, 14.0, 0.0), heading=3.1, name="passer-by 1")

gives one object (it can be moved and turned), standing on z = at[2], which faces -y at heading 0, towards the camera,
and away from it at heading pi; radians anticlockwise. Sizes in metres.

wardrobe: "casual", "suit", "coat", "raincoat", "hiker", "parka", "dress", "skirt", "worker", "summer", "child", "child in a
    raincoat", or "any"; or an `outfits.Look`.
pose: a name from `skeleton.POSES` ("stand", "contrapposto", "hands in pockets", "holding a rail", "leaning", "sit", "sit
    forward", "sit on the ground", "reading a phone", "looking up", "carrying", "lantern", "kneel", "arms raised", ...),
    "walk" (a step at a phase of its own), or a `skeleton.Pose`. "sit" puts the seat 0.45 m over `at` for a man of 1.75 m.
name: names the person's own stream of random numbers: give every person in a scene another.
colour: a name from `outfits.ACCENT` ("red", "yellow", "teal", ...) for what catches the eye.
sex: "man" or "woman". hat: "", "fedora", "cap", "beanie", "hard hat", "hood" ... instead of the wardrobe's own.
detail: stage.detail if None; extras far from the camera get by with much less (`detail_at` tells how much). A person
    costs about 3 CPU seconds at detail 1, 0.1 at 0.2.
"""

from dataclasses import replace

import numpy as np

from images.world import bodies, clothes, materials, outfits
from images.world.cloth import cut_out, draped
from images.world.implicit import ball, rod, surface
from images.world.outfits import Look
from images.world.skeleton import POSES, Pose, stand, walk


def add_person(
    stage, wardrobe: str | Look = "any", pose: str | Pose = "stand", at=(0.0, 0.0, 0.0), heading: float = 0.0, *, name: str = "person",
    colour: str | None = None, sex: str | None = None, hat: str | None = None, detail: float | None = None, wind=(0.0, 0.0, 0.0),
):  # fmt: skip
    """Add a person and return its object; see above."""
    rng = stage.rng(f"person {name}")
    look = wardrobe if isinstance(wardrobe, Look) else dress(rng, wardrobe, colour, sex)
    if hat is not None:
        look = replace(look, hat=hat)
    made = Builder(stage, rng, look, find_pose(rng, pose), stage.detail if detail is None else detail).build(wind)
    return stage.place(made, at, heading)


def dress(rng, wardrobe: str = "any", colour: str | None = None, sex: str | None = None) -> Look:
    """Somebody in a wardrobe; "any" is what people wear in a street."""
    if wardrobe == "any":
        choices = ("casual", "casual", "coat", "suit", "skirt", "summer", "parka")
        wardrobe = choices[int(rng.integers(len(choices) - (2 if sex == "man" else 0)))]
        wardrobe = "coat" if wardrobe == "skirt" and sex == "man" else wardrobe
    return outfits.wear(rng, wardrobe, colour, sex)


def find_pose(rng, pose: str | Pose) -> Pose:
    """A pose, a little different every time, and now and then the other way round."""
    if isinstance(pose, Pose):
        return pose
    phase, stride, flip = rng.random(), rng.uniform(0.85, 1.1), rng.random() < 0.5
    found = walk(0.02 + 0.5 * round(phase) + 0.16 * (phase - 0.5), stride) if pose == "walk" else POSES[pose]
    return found.mirrored() if flip and pose != "walk" else found


def detail_at(stage, at, height: float = 1.75) -> float:
    """The detail a person needs whose feet are at `at`: less where it is small in the frame."""
    distance = max(float(np.linalg.norm(np.subtract(at, stage.shot.eye))), 1.0)
    share = height / (2 * distance * stage.shot.spread[1])
    return float(stage.detail * np.clip((share / 0.35) ** 1.3, 0.05, 1.3))


class Builder:
    """One person being built: skin, clothes from the inside out, hair, and what is carried."""

    def __init__(self, stage, rng, look: Look, pose: Pose, detail: float):
        self.stage, self.rng, self.look, self.pose, self.detail = stage, rng, look, pose, detail
        self.figure = look.figure
        self.placed = stand(look.figure, pose)
        self.parts: list = []

    def step(self, full: float) -> float:
        """Size of the cells of a surface, `full` at detail 1."""
        return full * self.figure.unit**0.5 / max(self.detail, 0.04) ** 0.55

    def build(self, wind):
        body = bodies.trunk(self.figure) + bodies.arms(self.figure) + bodies.legs(self.figure)
        for layer in self.look.layers:
            body = self.clothe(layer, body, wind)
        self.skin()
        self.shoes()
        self.hair()
        return self.stage.group(*self.parts)

    def clothe(self, layer, body, wind):
        pattern = clothes.PATTERNS[layer.kind](self.figure, **dict(layer.cut))
        sheet = cut_out(pattern, self.figure, body, self.step(0.0125))
        steps = int(np.clip(18 + 42 * self.detail, 18, 70))
        solid = draped(sheet, pattern, self.figure, self.pose, body, self.rng, steps=steps, iterations=5, wind=wind)
        made = self.stage.add(solid, stuff(self.stage, layer.stuff, layer.colour), smooth=True)
        if self.detail > 0.5:
            self.modify(made, "SUBSURF", levels=1, render_levels=1)
        self.parts.append(made)
        return body + [blob for blob in pattern.blobs if blob.bone.split()[-1] in ("thigh", "shin", "pelvis", "spine")]

    def modify(self, made, kind, **settings):
        from images.world import blender

        blender.modify(made, kind, **settings)

    def skin(self):
        material = self.stage.surface(self.look.skin, 0.5, variation=0.12, grain=0.05, specular=0.4)
        head = bodies.skull(self.figure) + bodies.throat(self.figure)
        self.melt(head, 0.0038, material)
        self.melt(bodies.hands(self.figure, self.pose.grip), 0.0042, material)
        kinds = [layer.kind for layer in self.look.layers]
        if "trousers" not in kinds:
            self.melt(bodies.legs(self.figure), 0.009, material)
        if any(kind == "dress" or "sleeve" in dict(cut) for kind, cut in ((x.kind, x.cut) for x in self.look.layers)):
            self.melt(bodies.arms(self.figure), 0.009, material)

    def melt(self, blobs, step: float, material):
        self.parts.append(self.stage.add(surface(bodies.posed(blobs, self.placed), self.step(step)), material, smooth=True))

    def shoes(self):
        if self.look.shoe == "bare":
            return
        u = self.figure.unit * (0.9 if self.figure.sex == "woman" else 1.0)
        high = 0.09 if self.look.shoe == "boot" else 0.0
        foot = [
            rod((0, 0.035, -0.035), (0.008, -0.11, -0.052), 0.046, 0.036, flat=(0.95, 0.9), blend=0.03),
            rod((0, 0.036, -0.045), (0, 0.018, 0.0 + high), 0.04, 0.045, blend=0.03),
            rod((0, 0.04, -0.074), (0.01, -0.12, -0.074), 0.036, 0.044, flat=(1.0, 0.22), blend=0.008),
        ]
        toes = [
            rod((0, 0, 0.002), (0.0, -0.062, -0.004), 0.036, 0.024, flat=(1.15, 0.75), blend=0.025),
            rod((0, 0.01, -0.018), (0, -0.062, -0.018), 0.042, 0.032, flat=(1.05, 0.22), blend=0.008),
        ]
        blobs = bodies.left_and_right("foot", foot, u) + bodies.left_and_right("toes", toes, u)
        self.melt(blobs, 0.0065, self.stage.surface(self.look.shoes, 0.4, variation=0.2, grain=0.05))

    def hair(self):
        size = self.figure.head
        blobs = [
            ball((0, 0.018, 0.12), (0.081, 0.096, 0.08), blend=0.02),
            ball((0, 0.06, 0.06), (0.066, 0.055, 0.07), blend=0.03),
            ball((0, -0.1, 0.05), (0.09, 0.06, 0.075), blend=0.02, sign=-1),
        ]
        if self.look.hair_style in ("long", "bob", "plait"):
            down = -0.16 if self.look.hair_style == "long" else -0.05
            blobs.insert(2, rod((0, 0.05, 0.06), (0, 0.075, down), 0.075, 0.06, flat=(1.1, 0.7), blend=0.04))
        self.melt(bodies.of("head", blobs, size), 0.006, self.stage.surface(self.look.hair, 0.45, variation=0.4, grain=0.02))


STUFFS = {
    "wool": {"roughness": 0.9, "sheen": 0.25, "relief": 0.0012, "relief_size": 0.012, "variation": 0.2, "grain": 0.06},
    "cotton": {"roughness": 0.85, "sheen": 0.1, "relief": 0.0008, "relief_size": 0.02, "variation": 0.16, "grain": 0.12},
    "denim": {"roughness": 0.85, "sheen": 0.1, "relief": 0.0008, "relief_size": 0.015, "variation": 0.3, "grain": 0.14},
    "nylon": {"roughness": 0.45, "relief": 0.002, "relief_size": 0.05, "variation": 0.1, "grain": 0.2},
    "oilskin": {"roughness": 0.28, "specular": 0.5, "relief": 0.0015, "relief_size": 0.06, "variation": 0.12, "grain": 0.3},
    "silk": {"roughness": 0.5, "sheen": 0.2, "variation": 0.08, "grain": 0.2},
}


def stuff(stage, name: str, colour):
    """The material of a cloth."""
    settings = STUFFS[name]
    return stage.once(("stuff", name, tuple(colour)), lambda: materials.make(materials.Surface(tuple(colour), **settings)))
