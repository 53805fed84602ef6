"""The corpus: which renderings, the same for ever; nothing is traced here."""

from collections import Counter

from finetune.miniature.corpus import HELD_OUT_PAIRS, SETTINGS, SHARES, SIZES, SUBJECTS, job
from images.world.captions import caption
from images.world.scene import pairs
from images.world.settings import SETTINGS as PLACES

COUNT = 2000
JOBS = [job(index) for index in range(COUNT)]


def test_a_scene_is_the_same_for_ever() -> None:
    assert [job(index) for index in range(20)] == JOBS[:20]
    assert len({one.seed for one in JOBS}) == COUNT


def test_held_out_pairs_are_only_where_they_belong() -> None:
    """Subject and setting of each are seen in training, so that a picture of both asks for nothing unknown."""
    seen = {(one.subject, one.setting) for one in JOBS}
    ours = {pair for pair in pairs() if pair[0] in SUBJECTS and pair[1] in SETTINGS}
    assert set(HELD_OUT_PAIRS) <= ours and seen == ours - set(HELD_OUT_PAIRS)
    assert {(one.subject, one.setting) for one in (job(index, unseen=True) for index in range(300))} == set(
        HELD_OUT_PAIRS
    )
    assert {subject for subject, _ in HELD_OUT_PAIRS} <= {subject for subject, _ in seen}
    assert len(SUBJECTS) >= 12 and len(SETTINGS) >= 8 and {setting for _, setting in seen} == set(SETTINGS)


def test_shares_of_looks_and_shapes() -> None:
    looks, sizes = Counter(one.look for one in JOBS), Counter(one.size for one in JOBS)
    assert abs(sum(SHARES.values()) - 1) < 1e-9 and abs(sum(SIZES.values()) - 1) < 1e-9
    assert abs(looks["plain",] / COUNT - SHARES["plain",]) < 0.04
    assert abs(sizes[128, 128] / COUNT - SIZES[128, 128]) < 0.04
    assert all(abs(width * height / 128**2 - 1) < 0.03 for width, height in SIZES)
    for one in JOBS:
        assert one.look[0] not in PLACES[one.setting].parts, "a part that does not go with its setting"
        assert 1 / 3 <= one.framing["share"] <= 2 / 3


def test_captions_name_a_part_of_the_look_and_nothing_else_of_it() -> None:
    for one in JOBS[:200]:
        words = caption(one.scene(), one.parts())
        assert ("dramatic lighting" in words) == (one.look == ("dramatic lighting",)), words
