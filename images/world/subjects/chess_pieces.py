"""Chess pieces: a game stopped halfway, one piece close to the lens, a king laid down."""

import numpy as np

from images.world.base import Subject, details
from images.world.furniture import chessmen, finishes
from images.world.geometry import box

SQUARE = 0.051  # metres
BOARD = 0.018  # the board's height
SETS = {
    "boxwood and ebony": ("wooden", ("wood", (0.5, 0.31, 0.14)), ("wood", (0.035, 0.02, 0.014))),
    "maple and rosewood": ("wooden", ("wood", (0.52, 0.36, 0.2)), ("wood", (0.15, 0.035, 0.018))),
    "ivory and red": ("carved", ("bone", (0.64, 0.54, 0.37)), ("bone", (0.3, 0.02, 0.018))),
    "marble": ("marble", ("stone", (0.72, 0.69, 0.63)), ("stone", (0.03, 0.055, 0.045))),
    "brass and steel": ("metal", ("metal", (0.74, 0.49, 0.18)), ("metal", (0.42, 0.43, 0.45))),
}
BOARDS = {"wooden": ((0.46, 0.29, 0.14), (0.09, 0.035, 0.016)), "marble": ((0.66, 0.63, 0.57), (0.05, 0.055, 0.05))}
WORDS = {"knight": ("a {set} chess knight on a chessboard", "a chess knight among the other pieces",
    "a white knight facing the black pieces on a {board} board"), "queen": ("a {set} chess queen on a chessboard",
    "a chess queen in the middle of a game", "a white queen on a {board} chessboard"),
    "king": ("a {set} chess king on a chessboard", "a chess king guarded by a few pawns",
    "a white king on a {board} chessboard"), "fallen": ("a chess knight beside a fallen king",
    "a toppled black king on a {board} chessboard", "a {set} chess set with the black king laid down"),}  # fmt: skip


def describe(rng, setting):
    kind, hero = str(rng.choice(list(SETS))), str(rng.choice(["knight", "knight", "queen", "king", "fallen"]))
    board = "marble" if kind in ("marble", "brass and steel") else "wooden"
    words = str(rng.choice(WORDS[hero])).format(set=SETS[kind][0], board=board)
    piece = "knight" if hero == "fallen" else hero
    height = BOARD + 0.001 * chessmen.HEIGHTS[piece]
    return details(words, kind=kind, hero=hero, board=board, height=height, width=0.24)


def _look(stage, make: tuple):
    kind, colour = make
    if kind == "wood":
        return finishes.wood(stage, colour, "z", 0.22, 0.6, 0.1, 0.35)
    if kind == "bone":
        return finishes.polished(stage, colour)
    if kind == "stone":
        veins = tuple(0.35 * c + 0.02 for c in colour) if colour[0] > 0.3 else (0.4, 0.42, 0.36)
        return finishes.marble(stage, colour, veins, 0.05, 0.1)
    return finishes.metal(stage, colour, 0.2, 0.3)


def build(stage, what):
    rng = stage.rng("chess")
    pale, deep = (_look(stage, look) for look in SETS[what["kind"]][1:])
    column, rank = int(rng.integers(3, 5)), 2
    parts = _board(stage, what["board"], column, rank)
    at = lambda i, j: ((i - column) * SQUARE, (j - rank) * SQUARE)  # noqa: E731
    hero = "knight" if what["hero"] == "fallen" else what["hero"]
    kinds = _Pieces(stage)
    parts.append(kinds.put(hero, pale, (0, 0), _facing(rng, hero, True)))
    taken = {(column, rank)}
    if what["hero"] == "fallen":
        side = int(rng.choice([-1, 1]))
        parts.append(_fallen(kinds, rng, deep, side))
        taken |= {(column + side, rank), (column + side, rank - 1), (column, rank - 1)}
    for name, i, j, dark in _position(rng, taken, column, rank):
        x, y = np.add(at(i, j), rng.normal(0, 0.003, 2))
        parts.append(kinds.put(name, deep if dark else pale, (x, y), _facing(rng, name, not dark)))
    for k in range(int(rng.integers(2, 5))):  # pieces already lost stand beside the board
        side = 1 if column == 3 else -1
        x = side * ((7.9 - column if side > 0 else column + 0.9) * SQUARE + 0.045) + rng.normal(0, 0.006)
        made = kinds.put(
            str(rng.choice(["pawn", "pawn", "bishop", "rook"])), deep if k % 2 else pale, (x, 0.02 + 0.05 * k), 0
        )
        made.location.z = 0
        parts.append(made)
    return stage.group(*parts)


def _board(stage, kind: str, column: int, rank: int):
    """Squares, frame and a bevelled edge; the middle of the square (column, rank) is at the origin."""
    pale, deep = BOARDS[kind]
    left, low = -(column + 0.5) * SQUARE, -(rank + 0.5) * SQUARE
    parts = []
    for parity, colour in ((0, deep), (1, pale)):
        squares = [
            box(left + i * SQUARE, left + (i + 1) * SQUARE, low + j * SQUARE, low + (j + 1) * SQUARE, 0.002, BOARD)
            for i in range(8)
            for j in range(8)
            if (i + j) % 2 == parity
        ]
        if kind == "wooden":
            look = finishes.wood(stage, colour, "y", 0.3, 0.35, 0.35, 0.6)
        else:
            look = finishes.marble(stage, colour, tuple(0.4 * c + 0.05 for c in colour), 0.07, 0.1)
        parts.append(stage.add(squares, look))
    wide, end, far = 0.024, left + 8 * SQUARE, low + 8 * SQUARE
    frame = finishes.wood(stage, (0.075, 0.028, 0.013), "x", 0.3, 0.4, 0.3, 0.6)
    rails = [box(left - wide, end + wide, y, y + wide, 0, BOARD + 0.0012) for y in (low - wide, far)]
    sides = [box(x, x + wide, low, far, 0, BOARD + 0.0012) for x in (left - wide, end)]
    upright = finishes.wood(stage, (0.075, 0.028, 0.013), "y", 0.3, 0.4, 0.3, 0.6)
    return [*parts, stage.add(rails, frame, bevel=0.0025), stage.add(sides, upright, bevel=0.0025)]


class _Pieces:
    """Chessmen of a stage: each kind's mesh is carved once."""

    def __init__(self, stage):
        self.stage, self.solids = stage, {}

    def put(self, kind: str, look, at, heading: float):
        if kind not in self.solids:
            self.solids[kind] = chessmen.piece(kind, self.stage.detail, self.stage.around(80, 18))
        made = self.stage.add(self.solids[kind], look, smooth=40)
        made.location, made.rotation_euler = (*at, BOARD), (0, 0, heading)
        return made


def _facing(rng, kind: str, pale: bool) -> float:
    """Knights look along +x when not turned: across the picture, or towards the other side."""
    if kind == "knight":
        return float(rng.choice([0.0, np.pi]) + rng.uniform(-0.5, 0.5)) if pale else float(rng.uniform(3.6, 5.2))
    return float(rng.uniform(0, 6.28))


def _fallen(kinds: _Pieces, rng, look, side: int):
    """A king that lies on its side, its head away from the hero."""
    made = kinds.put("king", look, (0, 0), 0)
    turn = float(rng.uniform(0.15, 0.7)) * side
    made.location = (side * 0.035, -0.04, BOARD + 0.0125)
    made.rotation_euler = (np.pi / 2 - 0.085, float(rng.uniform(0, 6)), np.pi / 2 * side - turn)
    return made


def _position(rng, taken: set, column: int, rank: int):
    """A middle game: (kind, column, rank, black?) for each piece, none of them before the hero."""
    army = [("pawn", 7), ("rook", 2), ("bishop", 2), ("knight", 1), ("queen", 1), ("king", 1)]
    result = []
    for dark in (True, False):
        for kind, most in army:
            if kind == "king" and not dark:
                continue
            for _ in range(int(rng.integers(most // 2, most + 1))):
                for _ in range(20):
                    low, high = (3, 8) if dark else (0, 6)
                    i, j = int(rng.integers(8)), int(rng.integers(low, high))
                    before = j <= rank and abs(i - column) <= (1 if j == rank else 2)
                    behind = abs(i - column) < 1 and j < rank + 2
                    tall = kind in ("queen", "king") and j < rank
                    if (i, j) not in taken and not before and not behind and not tall:
                        taken.add((i, j))
                        result.append((kind, i, j, dark))
                        break
    return result


SUBJECT = Subject(
    name="chess pieces",
    settings=("room", "nave"),
    height=0.1,
    width=0.24,
    describe=describe,
    build=build,
    on="table",
    share=(0.4, 0.6),
    heading=(-0.35, 0.35),
    noun="chess|white king|white queen|black king|white knight",
)
