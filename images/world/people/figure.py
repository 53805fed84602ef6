"""People: a dressed person in a pose, anywhere in a scene.

    add_person(stage, "coat", "walk", at=(2.0, 14.0, 0.0), heading=3.1, name="passer-by 1")

gives one object (it can be moved and turned), standing on z = at[2], which faces -y at heading 0, towards the camera,
and away from it at heading pi; radians anticlockwise. Sizes in metres.

wardrobe: "casual", "suit", "coat", "raincoat", "hiker", "parka", "dress", "skirt", "worker", "summer", "child", "child
    in a raincoat", or "any"; or an `outfits.Look`.
pose: a name from `skeleton.POSES` ("stand", "contrapposto", "hands in pockets", "holding a rail", "leaning", "sit",
    "sit forward", "sit on the ground", "reading a phone", "looking up", "carrying", "lantern", "kneel", "arms raised",
    ...), "walk" (a step at a phase of its own), "walk, lantern" (a step with another pose's arms), or a
    `skeleton.Pose`. "sit" puts the seat 0.45 m over `at` for a man of 1.75 m.
name: names the person's own stream of random numbers: give every person in a scene another.
colour: a name from `outfits.COLOURS` ("red", "yellow", "teal", ...) for what catches the eye.
sex: "man" or "woman". hat: "", "fedora", "cap", "beanie", "hard hat", "hood" ... instead of the wardrobe's own.
detail: stage.detail if None; extras far from the camera get by with much less (`detail_at` tells how much). A person
    costs about 3 CPU seconds at detail 1, 0.1 at 0.2.
"""

from dataclasses import replace

import numpy as np

from images.world.people import outfits
from images.world.people.carrying import HELD
from images.world.people.outfits import Look
from images.world.people.skeleton import POSES, Pose, walk
from images.world.people.tailor import Builder

ARM_ANGLES = ("shoulder", "shoulder_out", "shoulder_twist", "elbow", "wrist", "grip")


def add_person(
    stage, wardrobe: str | Look = "any", pose: str | Pose = "stand", at=(0.0, 0.0, 0.0), heading: float = 0.0, *,
    name: str = "person", colour: str | None = None, sex: str | None = None, hat: str | None = None,
    detail: float | None = None, wind=(0.0, 0.0, 0.0),
):  # fmt: skip
    """Add a person and return its object; see above."""
    rng = stage.rng(f"person {name}")
    look = wardrobe if isinstance(wardrobe, Look) else dress(rng, wardrobe, colour, sex)
    if hat is not None:
        look = replace(look, hat=hat)
    holds = any(name in HELD for name, _ in look.extras)
    made = Builder(
        stage, rng, look, find_pose(rng, pose, flip=not holds), stage.detail if detail is None else detail
    ).build(wind)
    return stage.place(made, at, heading)


def dress(rng, wardrobe: str = "any", colour: str | None = None, sex: str | None = None) -> Look:
    """Somebody in a wardrobe; "any" is what people wear in a street."""
    if wardrobe == "any":
        choices = ("casual", "casual", "coat", "suit", "skirt", "summer", "parka")
        wardrobe = choices[int(rng.integers(len(choices) - (2 if sex == "man" else 0)))]
        wardrobe = "coat" if wardrobe == "skirt" and sex == "man" else wardrobe
    return outfits.wear(rng, wardrobe, colour, sex)


def find_pose(rng, pose: str | Pose, flip: bool = True) -> Pose:
    """A pose, a little different every time, and now and then the other way round; "walk, lantern" has the first one's
    legs and the other one's arms."""
    phase, stride, other = rng.random(), rng.uniform(0.85, 1.1), rng.random() < 0.5
    loose = rng.normal(0, 2.5, 8)
    if isinstance(pose, Pose):
        return pose
    base, _, arms = pose.partition(", ")
    found = walk(0.02 + 0.5 * round(phase) + 0.16 * (phase - 0.5), stride) if base == "walk" else POSES[base]
    if arms:
        found = replace(found, **{name: getattr(POSES[arms], name) for name in ARM_ANGLES})
    found = replace(
        found,
        shoulder=tuple(np.add(found.shoulder, loose[:2])), elbow=tuple(np.add(found.elbow, 1.5 * np.abs(loose[2:4]))),
        neck=tuple(np.add(found.neck, (1.5, 1, 3) * loose[4:7])),
    )  # fmt: skip
    one_sided = base == "walk" or "hand " in pose
    return found.mirrored() if other and flip and not one_sided else found


def detail_at(stage, at, height: float = 1.75) -> float:
    """The detail a person needs whose feet are at `at`: less where it is small in the frame."""
    distance = max(float(np.linalg.norm(np.subtract(at, stage.shot.eye))), 1.0)
    share = height / (2 * distance * stage.shot.spread[1])
    return float(stage.detail * np.clip((share / 0.35) ** 1.3, 0.05, 1.3))
