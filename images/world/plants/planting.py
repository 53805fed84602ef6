"""Where plants stand: points that do not crowd, thinned by noise, and children made and set out in one call."""

from collections.abc import Callable

import numpy as np

from images.world.plants.trees import Plant, add


def jittered(
    rng, x0: float, x1: float, y0: float, y1: float, side: float, loose: float = 0.8
) -> tuple[np.ndarray, np.ndarray]:
    """One point in every square of `side` metres, so that none crowd. loose: 0 a grid, 1 anywhere in the square."""
    x, y = np.meshgrid(np.arange(x0, x1, side), np.arange(y0, y1, side))
    shift = 0.5 + loose * (rng.random((2, *x.shape)) - 0.5)
    return (x + side * shift[0]).ravel(), (y + side * shift[1]).ravel()


def kinds_of(stage, name: str, count: int, make: Callable[[np.random.Generator], Plant], bark=None, leaf=None) -> list:
    """`count` different plants as children for `set_out`; `make` gets a generator of the scene's stream `name`."""
    rng = stage.rng(name)
    return [add(stage, make(rng), bark, leaf) for _ in range(count)]


def set_out(stage, name: str, kinds: list, x, y, sizes=1.0, sink: float = 0.0, ground=None) -> None:
    """Instances of `kinds` on the ground at points (x, y), each scaled by its size and sunk by `sink` metres."""
    ground = ground or stage.shot.ground
    sizes = np.broadcast_to(np.asarray(sizes, float), np.shape(x))
    stage.scatter(kinds, np.c_[x, y, ground(x, y) - sink], sizes, name)


def set_out_wood(stage, name: str, makers: list, detail: float, bark, leaf, x, y, sizes, border: float = 30.0) -> None:
    """Trees on the ground, each kind made twice: fine ones nearer than `border` metres, and coarse ones behind.

    makers: functions of a generator and a detail that give a Plant.
    """
    rng = stage.rng(name + " kinds")
    near = np.hypot(x - stage.shot.eye[0], y - stage.shot.eye[1]) < border
    for part, share, label in ((near, 1.0, "near"), (~near, 0.22, "far")):
        kinds = [add(stage, make(rng, share * detail), bark, leaf) for make in makers]
        set_out(stage, f"{name} {label}", kinds, x[part], y[part], sizes[part], 0.1)


def footprint(scene) -> float:
    """Metres round the subject's place in which nothing grows: half its width, but only the trunk of a tree."""
    return 0.07 * scene.height if scene.subject == "lone tree" else 0.5 * scene.width + 0.1


def low_enough(stage, x, y, tall, share: float = 0.1) -> np.ndarray:
    """Where plants of `tall` metres may stand: not in the lens, not in the subject, and where they are before it
    covering no more than `share` of its height."""
    scene, shot = stage.scene, stage.shot
    x, y = np.asarray(x, float), np.asarray(y, float)
    sx, sy, foot = shot.subject
    ex, ey, eye = shot.eye
    t = np.clip((y - ey) / (sy - ey), 0.02, 1)
    sight = eye + (foot + share * scene.height - eye) * t
    aside = np.abs(x - ex - (sx - ex) * t)
    before = (y < sy) & (y > ey) & (aside < (0.5 * scene.width + 0.1) * np.maximum(t, 0.1))
    hidden = before & (shot.ground(x, y) + tall > sight) if scene.on != "air" else np.zeros(x.shape, bool)
    return (
        ~hidden
        & (np.hypot(x - sx, y - sy) > footprint(scene) * (scene.on == "ground"))
        & (np.hypot(x - ex, y - ey) > 1.1)
    )
