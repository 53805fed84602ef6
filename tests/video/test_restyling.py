import numpy as np

from video.shots import ANCHOR, KEY, Item, Unit


def test_key_frames_that_wait_are_bounded():
    """A long shot in fast motion that is finished already: what it is made of is not all held."""
    from video.restyling import PENDING, draw_units

    class Drawing:
        def draw(self, batch, anchor, key, memory):
            drawn.append(batch.indices[0])
            return None

    drawn, held, picture = [], [], np.zeros((8, 8, 3), np.uint8)

    def planned():
        for i in range(3 * PENDING):
            yield Unit(i, KEY if i else ANCHOR, [Item([i], picture, picture)])
            held.append(i + 1 - len(drawn))

    draw_units(planned(), Drawing(), lambda *_: None, lambda index: True)
    assert max(held) == PENDING and drawn == list(range(len(drawn))) and len(drawn) >= 2 * PENDING
