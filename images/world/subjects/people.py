"""A few people together: a couple, a mother and her child, friends, hikers in a line."""

from dataclasses import replace

import numpy as np

from images.world.base import Subject, details
from images.world.people import astronaut, diver, figure
from images.world.people.outfits import tint, wear

OPEN = ("sea coast", "mountain valley", "dunes", "pine forest", "autumn forest", "snowfield", "hills with fields")
TOWN = ("city street", "city roofs", "nave", "railway platform", "harbour", "room")
HAND = 0.6  # metres between two who hold hands


def suited(rng, setting):
    """Astronauts on a moon, or divers."""
    count = int(rng.choice([2, 2, 3]))
    number = {2: "two", 3: "three"}[count]
    side = float(rng.choice([-1, 1]))
    if setting == "moon":
        members = [
            (
                astronaut.draw_look(rng),
                str(rng.choice(["stand", "walk", "walk", "contrapposto"])),
                ((i - (count - 1) / 2) * 1.5, float(rng.uniform(-0.9, 0.9))),
                float(rng.normal(0, 0.3)),
            )
            for i in range(count)
        ]
        words = str(
            rng.choice(
                [
                    f"{number} astronauts",
                    f"{number} astronauts in white suits",
                    f"{number} astronauts side by side",
                    f"a crew of {number} astronauts",
                ]
            )
        )
        return details(
            words,
            suit="astronaut",
            members=tuple(members),
            height=1.95,
            width=1.5 * count,
            heading=np.pi + side * float(rng.uniform(0, 0.7)),
            moves=0.0,
        )
    colour = str(rng.choice(["yellow", "orange", "red", "blue"]))
    members = [
        (
            diver.draw_look(rng, colour, str(rng.choice(["man", "woman"]))),
            str(rng.choice(list(diver.SWIMS))),
            ((i - (count - 1) / 2) * 1.5, float(rng.uniform(-0.8, 0.8))),
            float(rng.normal(0, 0.15)),
        )
        for i in range(count)
    ]
    words = str(
        rng.choice(
            [
                f"{number} divers",
                f"{number} scuba divers",
                f"{number} divers with {colour} fins",
                f"{number} divers side by side",
            ]
        )
    )
    return details(
        words,
        suit="diver",
        members=tuple(members),
        height=1.75,
        width=3.2,
        heading=np.pi + side * float(rng.uniform(0.7, 1.5)),
        moves=0.7,
    )


def describe(rng, setting):
    if setting in ("moon", "under water"):
        return suited(rng, setting)
    town = setting in TOWN
    kinds = (
        ["couple", "couple", "parent", "friends", "friends", "children"]
        if town
        else ["couple", "couple", "parent", "hikers", "hikers", "friends", "children"]
    )
    if setting in ("mountain valley", "dunes", "snowfield"):
        kinds += ["hikers", "hikers"]
    kind = str(rng.choice(kinds))
    walking = bool(rng.random() < 0.6)
    words, members = {"couple": couple, "parent": parent, "friends": friends, "hikers": hikers, "children": children}[
        kind
    ](rng, setting, walking)
    walks = any("walk" in pose for _, pose, _, _ in members)
    height = max(look.figure.height for look, _, _, _ in members) * (0.55 if "sit" in members[0][1] else 1.0)
    side = float(rng.choice([-1, 1]))
    turn = rng.uniform(0.7, 1.35) if kind == "hikers" else rng.uniform(0.0, 0.65)
    heading = np.pi + side * float(turn)
    x = [np.cos(heading) * a - np.sin(heading) * b for _, _, (a, b), _ in members]
    width, moves = float(max(x) - min(x)) + 0.9, 1.1 if walks else 0.0
    return details(
        words, suit="", members=tuple(members), height=float(height), width=width, heading=heading, moves=moves
    )


def _clothes(rng, setting, sex, colour=None):
    wardrobes = ["casual", "coat", "coat", "casual"] + (
        ["skirt"] if sex == "woman" else ["suit"] if setting in TOWN else []
    )
    if setting in ("sea coast", "dunes", "hills with fields") and sex == "woman":
        wardrobes += ["dress", "dress"]
    if setting in ("snowfield", "mountain valley"):
        wardrobes = ["parka"]
    look = wear(rng, str(rng.choice(wardrobes)), colour, sex)
    return replace(look, extras=tuple(extra for extra in look.extras if extra[0] == "scarf"))


def couple(rng, setting, walking: bool):
    """Two who hold hands, or sit side by side."""
    colour = str(rng.choice(["red", "teal", "mustard", "cream", "blue", "crimson"]))
    her, him = _clothes(rng, setting, "woman", colour), _clothes(rng, setting, "man")
    if not walking and setting not in TOWN and rng.random() < 0.35:
        words = str(
            rng.choice(
                ["a couple sitting on the ground", "two people sitting side by side", "a couple sitting close together"]
            )
        )
        return words, [(her, "sit on the ground", (-0.32, 0.0), 0.1), (him, "sit on the ground", (0.32, 0.02), -0.1)]
    who = str(rng.choice(["a couple", "a couple", "a man and a woman", "two lovers"]))
    words = f"{who} walking hand in hand" if walking and rng.random() < 0.6 else f"{who} hand in hand"
    pose = "walk, hand in hand" if walking else "hand in hand"
    return words, [(her, pose, (0.3, 0.0), 0.0), (him, pose + " right", (-0.3, 0.0), 0.0)]


def parent(rng, setting, walking: bool):
    sex = str(rng.choice(["woman", "woman", "man"]))
    colour = str(rng.choice(["red", "yellow", "orange", "blue"]))
    grown = _clothes(rng, setting, sex)
    wardrobe = (
        "child in a raincoat"
        if colour == "yellow" and setting not in ("snowfield", "room", "nave", "dunes")
        else "child"
    )
    child = wear(rng, wardrobe, colour)
    who = "a mother" if sex == "woman" else "a father"
    dressed = "a yellow raincoat" if wardrobe != "child" else colour
    words = str(
        rng.choice(
            [
                f"{who} and a child hand in hand",
                f"{who} with a child in {dressed}",
                f"{who} and {'her' if sex == 'woman' else 'his'} child",
            ]
        )
    )
    pose = "walk, " if walking else ""
    return words, [
        (grown, pose + "hand to a child", (0.31, 0.0), 0.0),
        (child, pose + "hand to a parent", (-0.31, 0.02), 0.0),
    ]


def friends(rng, setting, walking: bool):
    count = int(rng.integers(2, 5))
    number = {2: "two", 3: "three", 4: "four"}[count]
    members = []
    for i in range(count):
        sex = str(rng.choice(["man", "woman"]))
        pose = (
            "walk"
            if walking
            else str(rng.choice(["stand", "contrapposto", "hands in pockets", "looking up", "arms crossed"]))
        )
        place = ((i - (count - 1) / 2) * float(rng.uniform(0.72, 0.9)), float(rng.uniform(-0.35, 0.35)))
        members.append(
            (
                _clothes(rng, setting, sex, str(rng.choice(["red", "teal", "mustard"])) if i == 1 else None),
                pose,
                place,
                float(rng.normal(0, 0.15 if walking else 0.5)),
            )
        )
    noun = str(rng.choice(["friends", "people", "friends", "figures"]))
    return f"{number} {noun}" + (
        " walking side by side" if walking else str(rng.choice(["", " standing together"]))
    ), members


def hikers(rng, setting, walking: bool):
    """A line of walkers with packs, one behind the other."""
    count = int(rng.integers(2, 6))
    number = {2: "two", 3: "three", 4: "four", 5: "five"}[count]
    members = []
    for i in range(count):
        look = wear(rng, "hiker")
        pose = "walk"
        if rng.random() < 0.4:
            look, pose = look.with_extra("stick", tint(rng, "brown")), "walk, stick"
        members.append(
            (
                look,
                pose,
                (float(rng.normal(0, 0.12)), (i - (count - 1) / 2) * float(rng.uniform(1.35, 1.75))),
                float(rng.normal(0, 0.08)),
            )
        )
    words = str(
        rng.choice(
            [
                f"{number} hikers in a line",
                f"{number} hikers with backpacks",
                f"a line of {number} hikers",
                f"{number} walkers with packs, one behind the other",
            ]
        )
    )
    return words, members


def children(rng, setting, walking: bool):
    count = int(rng.integers(2, 4))
    members = []
    for i in range(count):
        pose = "walk" if walking else str(rng.choice(["stand", "crouch", "looking up", "pointing"]))
        members.append(
            (
                wear(rng, "child"),
                pose,
                ((i - (count - 1) / 2) * 0.75, float(rng.uniform(-0.25, 0.25))),
                float(rng.normal(0, 0.4)),
            )
        )
    number = {2: "two", 3: "three"}[count]
    return str(
        rng.choice(
            [
                f"{number} children",
                f"{number} children in coloured jackets" if setting != "room" else f"{number} children",
                f"{number} children side by side",
            ]
        )
    ), members


def build(stage, what):
    spread = max(1.0, len(what["members"]) / 2)
    made = []
    for i, (look, pose, (x, y), turn) in enumerate(what["members"]):
        if what["suit"] == "astronaut":
            one = astronaut.add_astronaut(stage, figure.find_pose(stage.rng(f"pose {i}"), pose), look, str(i))
        elif what["suit"] == "diver":
            one = diver.add_diver(stage, pose, look, str(i))
        else:
            one = figure.add_person(stage, look, pose, name=f"subject {i}", detail=stage.detail / spread**0.5)
        height = 0.35 * i if what["suit"] == "diver" else 0.0
        made.append(stage.place(one, (x, y, height), turn))
    return stage.group(*made)


SUBJECT = Subject(
    name="people",
    settings=(*OPEN, *TOWN, "moon", "under water"),
    height=1.75,
    width=1.6,
    describe=describe,
    build=build,
    share=(0.25, 0.42),
    heading=(np.pi - 0.7, np.pi + 0.7),
    noun="two|three|four|five|couple|father|mother|man and|people|line of|crew|a man and",
)
