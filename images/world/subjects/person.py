"""A person."""

from images.world import people
from images.world.base import Subject, details

ALL = ("sea coast", "mountain valley", "dunes", "pine forest", "autumn forest", "snowfield", "hills with fields", "city street", "city roofs", "nave", "railway platform", "harbour", "room")


def describe(rng, setting):
    wardrobe = str(rng.choice(["casual", "coat", "raincoat", "hiker", "parka", "dress", "worker", "child"]))
    pose = str(rng.choice(["stand", "walk", "contrapposto", "hands in pockets"]))
    return details(f"a person in {wardrobe}, {pose}", wardrobe=wardrobe, pose=pose, height=1.75, width=0.7)


def build(stage, what):
    return people.add_person(stage, what["wardrobe"], what["pose"], name="subject")


SUBJECT = Subject(name="person", settings=ALL, height=1.75, width=0.7, describe=describe, build=build, heading=(1.9, 4.4), moves=1.2)
