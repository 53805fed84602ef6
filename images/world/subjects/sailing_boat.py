"""A sailing boat: a sloop, a gaff cutter or a dinghy under sail, at a mooring, stranded, or sunk."""

import numpy as np

from images.world.base import Subject, details
from images.world.boats import craft
from images.world.boats.craft import Boat
from images.world.boats.rigs import SAILCLOTH

NAMES = {"sloop": ("sloop", "sailing yacht"), "cutter": ("gaff cutter", "old sailing boat", "gaff-rigged fishing boat"),
         "dinghy": ("sailing dinghy", "small sailing boat")}  # fmt: skip
WRECKED = {
    "dunes": ("a stranded {}", "an abandoned {}", "the wreck of a {}"),
    "under water": ("the wreck of a {}", "a sunken {}"),
}


def describe(rng, setting):
    wreck = setting in WRECKED
    kind = str(
        rng.choice(
            ("cutter", "dinghy") if wreck else ("sloop", "cutter", "dinghy"),
            p=(0.8, 0.2) if wreck else (0.36, 0.44, 0.2),
        )
    )
    paint = str(rng.choice(("white", "blue", "black") if kind == "sloop" else tuple(craft.PAINTS)))
    cloth = str(rng.choice(("white", "white", "cream", "red") if kind == "sloop" else tuple(SAILCLOTH)))
    trim = str(rng.choice(("wooden", "white", "black") if kind != "sloop" else ("wooden", "blue", "white")))
    heel = float(rng.choice([-1, 1]) * (rng.uniform(0.2, 0.42) if wreck else rng.uniform(0.05, 0.2)))
    name = str(rng.choice(NAMES[kind]))
    sails = f"with {'an' if cloth[0] in 'aeio' else 'a'} {cloth} sail" if kind == "dinghy" else f"with {cloth} sails"
    if wreck:
        words = str(rng.choice(WRECKED[setting])).format(name.removeprefix("old "))
    elif rng.random() < 0.6 and not name.startswith("old"):
        words = f"a {paint} {name}" + (f" {sails}" if rng.random() < 0.6 else "")
    else:
        words = f"{'an' if name[0] in 'aeo' else 'a'} {name} {sails}"
    pose = "wreck" if wreck else "sailing"
    boat = Boat(kind, paint, trim, cloth, pose, heel, float(rng.uniform(0.2, 0.9)), int(rng.integers(10000)))
    height = craft.height_of(boat) + (0.4 if wreck else 0.0)
    options = {"boat": boat, "height": height, "width": 0.72 * craft.LINES[kind].length}
    return details(words, **options, **({"on": "ground"} if wreck else {}))


def build(stage, what):
    boat: Boat = what["boat"]
    made = craft.build(stage, boat, min(1.0, 0.25 + stage.detail))
    if boat.pose != "wreck":
        return stage.group(made)
    # sunk into the ground as deep as its keel lets it lie over
    lines = craft.LINES[boat.kind]
    made.location.z = lines.draught * np.cos(boat.heel) - 0.35 * lines.freeboard
    made.rotation_euler = (0.06, 0, 0)
    return stage.group(made)


SUBJECT = Subject(
    name="sailing boat",
    settings=("sea coast", "harbour", "dunes", "under water"),
    height=12,
    width=8,
    describe=describe,
    build=build,
    on="water",
    share=(0.3, 0.6),
    heading=(-2.0, 2.0),
    moves=2.2,
    noun="boat|yacht|dinghy|sloop|cutter",
)
