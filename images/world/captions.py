"""Captions as a person would write them: what is there and where, and never how it is lit."""

from collections.abc import Iterable

from images.world.light import PARTS
from images.world.scene import Scene
from inference.cli import InputError

FORMS = ("{what} {where}", "{where}, {what}", "{what}, {where}")


def caption(scene: Scene, parts: Iterable[str] = ()) -> str:
    """ "a white lighthouse on a rocky coast, at sunset": subject and place, then the named parts of the look."""
    form = FORMS[scene.form % len(FORMS)] if scene.where.get("before", True) else FORMS[0]
    words = [form.format(what=scene.what.words, where=scene.where.words)]
    for part in parts:
        if part not in PARTS:
            raise InputError(f"no part of the look is called {part!r}; there are {', '.join(PARTS)}")
        words.append(PARTS[part])
    return ", ".join(words)
