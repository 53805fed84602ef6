"""A world of captioned scenes: what is in them follows from a seed, and Cycles traces them in any light.

from images.world import caption, render, sample_scene

scene = sample_scene(7, subject="lighthouse", setting="sea coast")
plain, film = render(scene, "plain", 1216, 512), render(scene, "film", 1216, 512)
"""

from images.world.captions import caption
from images.world.light import PARTS
from images.world.renderer import Rendering, render
from images.world.scene import Scene, pairs, sample_scene
from images.world.settings import SETTINGS
from images.world.subjects import SUBJECTS

__all__ = ["PARTS", "SETTINGS", "SUBJECTS", "Rendering", "Scene", "caption", "pairs", "render", "sample_scene"]
