"""What can be wrong with a rendering, told from its depth, its mask and its exposure. The eye has the last word."""

import numpy as np

from images.world.film import LUMINANCE

VISIBLE = 0.6  # share of the subject's height that has to be seen
NEAR = 0.3  # what stands nearer than this share of the subject's distance is in the way...
IN_THE_WAY = 0.3  # ...where it fills more of the upper two thirds of the frame than this


def faults(rendering, scene, look) -> list[str]:
    """Sentences on what is wrong with a Rendering of a scene; none if it looks right."""
    found = []
    height, width = rendering.depth.shape
    rows = np.flatnonzero(rendering.subject.any(1))
    columns = np.flatnonzero(rendering.subject.any(0))
    if not len(rows):
        return [f"the {scene.subject} is not seen"]
    share = (rows[-1] - rows[0] + 1) / height
    wanted = min(scene.framing.share, 0.62 * width / height * scene.height / scene.width)
    if share < VISIBLE * wanted:
        found.append(f"only {share / wanted:.0%} of the {scene.subject}'s height is seen")
    if columns[0] == 0 or columns[-1] == width - 1 or rows[0] == 0:
        found.append(f"the {scene.subject} is cut by the frame")
    distance = float(np.median(rendering.depth[rendering.subject]))
    upper = rendering.depth[: height * 2 // 3]
    if (upper < NEAR * distance).mean() > IN_THE_WAY:
        found.append("something stands in the lens")
    grey = rendering.picture.astype(np.float32) @ LUMINANCE / 255
    if look == ("plain",) and not 0.38 < grey.mean() < 0.56:
        found.append(f"a plain picture of mean {grey.mean():.2f}")
    if (grey > 0.98).mean() > 0.08:
        found.append(f"{(grey > 0.98).mean():.0%} of the picture is white")
    if np.percentile(grey[height * 2 // 3 :], 90) < 0.06:
        found.append("the foreground is black")
    return found
