"""A pile of parts sorted by what they are made of, so that a building of ten thousand parts is ten objects."""

import numpy as np

from images.world.geometry import Solid, boxes, join


class Pile:
    """Boxes, solids and window panes by the name of their material."""

    def __init__(self):
        self._boxes: dict[str, list] = {}
        self._solids: dict[str, list] = {}
        self._panes: dict[str, list] = {}

    def box(self, name: str, *rows) -> None:
        """Boxes (x0, x1, y0, y1, z0, z1), each pair in rising order."""
        self._boxes.setdefault(name, []).extend(rows)

    def rows(self, name: str, rows: np.ndarray) -> None:
        """Boxes as an array (n, 6)."""
        self._boxes.setdefault(name, []).extend(np.asarray(rows, float).reshape(-1, 6))

    def solid(self, name: str, *solids: Solid) -> None:
        self._solids.setdefault(name, []).extend(solids)

    def pane(self, name: str, x0: float, x1: float, y: float, z0: float, z1: float, number: float) -> None:
        """A window pane that faces -y, with its own random number in [0, 1]: see `finishes.panes`."""
        self._panes.setdefault(name, []).append((x0, x1, y, z0, z1, number))

    def emit(self, stage, trims, bevels: dict | None = None) -> list:
        """One object for each material. trims: its `of(name)` gives a material and a colour for the vertices or
        None."""
        by_material: dict = {}
        for name in sorted(self._boxes.keys() | self._solids.keys()):
            material, colour = trims.of(name)
            bevel = (bevels or {}).get(name, 0.0)
            by_material.setdefault((material.name, bevel), (material, []))[1].append((self._solid(name), colour))
        made = []
        for (_, bevel), (material, parts) in by_material.items():
            colours = None
            if parts[0][1] is not None:
                colours = np.concatenate([np.tile(colour, (len(solid.vertices), 1)) for solid, colour in parts])
            made.append(stage.add(join([solid for solid, _ in parts]), material, colours=colours, bevel=bevel))
        for name, rows in self._panes.items():
            solid, colours = pane_quads(np.array(rows))
            made.append(stage.add(solid, trims.of(name)[0], colours=colours))
        return made

    def _solid(self, name: str) -> Solid:
        solids = list(self._solids.get(name, []))
        if self._boxes.get(name):
            solids.append(boxes(np.array(self._boxes[name])))
        return join(solids)


def pane_quads(rows: np.ndarray) -> tuple[Solid, np.ndarray]:
    """Quads facing -y for rows (x0, x1, y, z0, z1, number), and their vertices' colours (u, v, number)."""
    x0, x1, y, z0, z1, number = rows.T
    corners = [(x0, z0, 0.0, 0.0), (x1, z0, 1.0, 0.0), (x1, z1, 1.0, 1.0), (x0, z1, 0.0, 1.0)]
    vertices = np.stack([np.stack([x, y, z], -1) for x, z, _, _ in corners], 1).reshape(-1, 3)
    colours = np.stack([np.stack([0 * x + u, 0 * x + v, number], -1) for x, _, u, v in corners], 1).reshape(-1, 3)
    return Solid(vertices, (np.arange(4 * len(rows)).reshape(-1, 4),)), colours
