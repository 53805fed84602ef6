"""What rooms have in common: the table under a still life, lamps outside the frame, daylight thrown back by walls."""

import numpy as np

from images.world.furniture import tables

WARM, COOL = (1.0, 0.66, 0.36), (0.5, 0.7, 1.0)


def add_table(stage, kind: str):
    """The table: its front edge is at y = 0 and its top at 0.75 m, as composition.on_table has it."""
    rng = stage.rng("table")
    return tables.table(stage, rng, kind, float(rng.uniform(1.5, 1.9)), float(rng.uniform(0.85, 1.0)))


def key_lamps(stage, side: int) -> None:
    """A lamp beside the camera and a weak cool edge from behind, as strong as the light's lamps: without them things
    before lamps are only outlines. side: where the window is; the lamp stands on the other."""
    rng = stage.rng("key")
    x, y, z = stage.shot.subject
    reach = max(0.7, 1.6 * stage.shot.width)
    angle = float(rng.uniform(0.5, 1.15))
    at = (x - side * reach * np.sin(angle), y - reach * np.cos(angle), z + float(rng.uniform(0.55, 0.8)) * reach)
    power = 2.6 * reach**2
    lamp = stage.lamp("AREA", at, power, WARM, (x, y, z + 0.4 * stage.shot.height), size=0.22 * reach)
    back = (x + side * 0.9 * reach, y + 1.1 * reach, z + 0.7 * reach)
    edge = stage.lamp("AREA", back, 0.9 * power, COOL, (x, y, z + 0.4 * stage.shot.height), size=0.3 * reach)
    for one in (lamp, edge):
        if one:
            one.visible_camera = False


def bounced(light) -> float:
    """How strongly walls throw daylight back, for lamps that stand in for many bounces: 1 under a bright sky in a plain
    picture, little on film, nothing where figures are to be outlines."""
    sky = light.sky_strength * float(np.mean([np.mean(colour) for _, colour in light.sky]))
    if light.sky_strength > 1.5:
        return 0.0
    return sky**2 / 0.45 if light.film.mean else 0.06 * sky
