"""Draw captioned scenes, plainly or cinematically lit, with exact depth and, for a moving camera, exact optical flow.

  scene = sample_scene(seed=7, subject="lighthouse", setting="sea")
  drawing = draw(scene, "cinematic", 1024, 576)                     # picture, caption, depth

`python -m images.dataset` draws the dataset of them.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np

from images.light import cloud_cover, light
from images.looks import PARTS, cinematic, plain, with_part
from images.paint import SKY_DEPTH, Canvas, Frame, Stencil
from images.settings import SETTINGS
from images.subjects import SUBJECTS, Pen

PLACES = {"left": "on the left", "middle": "", "right": "on the right"}
SKIES = {"clear": "under a clear sky", "cloudy": "under a cloudy sky"}


@dataclass(frozen=True)
class Scene:
    """What is in a picture and where; everything else follows from the seed."""

    seed: int
    subject: str
    setting: str
    colour: str
    place: str
    sky: str
    size: float  # the subject's share of the frame's height
    mirror: bool


@dataclass(frozen=True)
class Drawing:
    picture: np.ndarray  # (h, w, 3) uint8
    caption: str
    depth: np.ndarray  # (h, w) float32 scene units, SKY_DEPTH where there is sky
    subject: np.ndarray  # (h, w) float32, the subject's share of the pixel


def sample_scene(seed: int, subject: str | None = None, setting: str | None = None) -> Scene:
    """A scene for a seed; subject and setting can be fixed without changing the rest."""
    rng = np.random.default_rng([seed, 0])
    any_subject, any_setting = str(rng.choice(list(SUBJECTS))), str(rng.choice(list(SETTINGS)))
    subject, setting = subject or any_subject, setting or any_setting
    colours = list(SUBJECTS[subject][1])
    return Scene(
        seed, subject, setting,
        colour=colours[rng.integers(60) % len(colours)],
        place=str(rng.choice(list(PLACES), p=[0.25, 0.5, 0.25])),
        sky=str(rng.choice(list(SKIES))),
        size=float(rng.uniform(0.34, 0.5)),
        mirror=bool(rng.random() < 0.5),
    )  # fmt: skip


def caption(scene: Scene, parts: Iterable[str] = ()) -> str:
    """What is there, then the parts of the look by name: 'a red car in the desert on the left, at sunset'."""
    words = [
        f"{'an' if scene.colour[0] in 'aeiou' else 'a'} {scene.colour} {scene.subject}",
        SETTINGS[scene.setting][1],
    ]
    words += [PLACES[scene.place]] if PLACES[scene.place] else []
    return ", ".join([" ".join(words), SKIES[scene.sky], *(PARTS[p] for p in parts)])


def draw(scene: Scene, look: str | tuple[str, ...] = "plain", width: int = 128, height: int = 128,
         truck: float = 0.0, zoom: float = 1.0, walk: float = 0.0) -> Drawing:  # fmt: skip
    """Draw a scene. `look`: "plain", "cinematic" or names from PARTS. `truck` moves the camera to the right and `walk`
    the subject (scene units), `zoom` narrows the view; the caption names the parts but never the full look."""
    frame = Frame(width, height, truck, zoom)
    layout = np.random.default_rng([scene.seed, 1])
    horizon = float(layout.uniform(0.56, 0.66))
    canvas = Canvas(frame)
    flies, floats = scene.subject == "hot air balloon", scene.subject == "sailing boat"
    SETTINGS[scene.setting][0](canvas, np.random.default_rng([scene.seed, 2]), horizon, floats)
    _paint_subject(canvas, scene, horizon, flies, floats, walk)
    u, v = np.random.default_rng([scene.seed, 3]).uniform(0, 64, 2)
    clouds = cloud_cover(frame, u, v, horizon, 0.62 if scene.sky == "cloudy" else 0.0)
    picture = light(canvas, clouds, _look(scene, look), horizon)
    parts = look if isinstance(look, tuple) else ()
    return Drawing((picture * 255 + 0.5).astype(np.uint8), caption(scene, parts), canvas.depth, canvas.subject)


def _look(scene: Scene, look: str | tuple[str, ...]):
    rng = np.random.default_rng([scene.seed, 4])
    base = plain(rng)
    if look == "cinematic":
        return cinematic(rng, base)
    for part in look if isinstance(look, tuple) else ():
        base = with_part(base, part)
    return base


def _paint_subject(canvas: Canvas, scene: Scene, horizon: float, flies: bool, floats: bool, walk: float) -> None:
    paint, colours, wide = SUBJECTS[scene.subject]
    rng = np.random.default_rng([scene.seed, 5])
    frame = canvas.frame
    size = min(scene.size, 0.92 * frame.aspect / wide)
    room = max(0.5 * frame.aspect - 0.5 * size * wide - 0.03, 0)
    offset = rng.uniform(0.5, 0.75) * min(room, 0.38 * frame.aspect)
    x = {"left": -offset, "middle": rng.uniform(-0.12, 0.12) * min(room, 0.4), "right": offset}[scene.place]
    y = rng.uniform(0.5, 0.6) - 0.04 if flies else horizon + rng.uniform(0.2, 0.26)
    depth = 6.0 if flies else 1 / (y - horizon)
    stencil = Stencil(frame, depth)
    paint(Pen(stencil, x + walk / depth, y, size, scene.mirror, rng), colours[scene.colour])
    colour, cover, surface = stencil.maps()
    if floats:
        _mirror(canvas, colour, cover, y)
    canvas.put(colour, cover, surface, depth)
    canvas.subject, canvas.base, canvas.base_depth, canvas.flies = cover, (x + walk / depth, y), depth, flies or floats
    canvas.reach = 0.42 * size * wide


def _mirror(canvas: Canvas, colour: np.ndarray, cover: np.ndarray, waterline: float) -> None:
    """The boat's image in the water below it, broken by waves."""
    frame = canvas.frame
    tilt = canvas.surface[..., 0]
    at_y = (2 * waterline - frame.y - 0.5) * frame.zoom + 0.5 + 0.012 * tilt
    at_x = (frame.x + 0.05 * tilt) * frame.zoom / frame.aspect + 0.5
    grid = np.float32(at_x * frame.width - 0.5), np.float32(at_y * np.ones_like(at_x) * frame.height - 0.5)
    image, shape = (cv2.remap(m, *grid, cv2.INTER_LINEAR) for m in (colour, cover))
    shape = shape * canvas.water * (frame.y > waterline) * 0.5
    canvas.colour += shape[..., None] * (image * 0.8 - canvas.colour)


@dataclass(frozen=True)
class Shot:
    """A moving picture: camera and subject move evenly from the first frame to the last."""

    scene: Scene
    look: str | tuple[str, ...] = "plain"
    truck: float = 1.0  # scene units the camera moves to the right
    zoom: float = 1.0  # the last frame's magnification over the first's
    walk: float = 0.0  # scene units the subject moves to the right


def clip(shot: Shot, frames: int, width: int = 128, height: int = 128) -> tuple[list[Drawing], np.ndarray]:
    """Draw `frames` pictures of a shot; -> drawings and the exact optical flow from each to the next.

    flow: (frames - 1, h, w, 2) float32, pixels to the right and down; defined for every pixel of the earlier frame.
    """
    at = np.linspace(-0.5, 0.5, frames)
    path = [(shot.truck * t, shot.zoom ** (t + 0.5), shot.walk * t) for t in at]
    drawings = [draw(shot.scene, shot.look, width, height, truck, zoom, walk) for truck, zoom, walk in path]
    flows = [
        _flow(drawing, now, then, Frame(width, height, zoom=now[1]))
        for drawing, now, then in zip(drawings, path, path[1:], strict=False)
    ]
    return drawings, np.stack(flows) if flows else np.zeros((0, height, width, 2), np.float32)


def _flow(drawing: Drawing, now: tuple, then: tuple, frame: Frame) -> np.ndarray:
    """Where each pixel goes when (truck, zoom, walk) changes from `now` to `then`; (h, w, 2) pixels."""
    moved = np.where(drawing.depth < SKY_DEPTH, -(then[0] - now[0]) / drawing.depth, 0)
    moved += (drawing.subject > 0.5) * (then[2] - now[2]) / drawing.depth
    x, y = (frame.x + moved) * then[1], (frame.y - 0.5) * then[1]
    step = np.stack([x - frame.x * now[1], np.broadcast_to(y - (frame.y - 0.5) * now[1], x.shape)], -1)
    return (step * frame.height).astype(np.float32)
