"""The film, by itself: every step does what it says to light that is made here."""

from dataclasses import replace

import numpy as np
import pytest

from images.world.air import veiled
from images.world.blender import FAR
from images.world.film import Film, _curve, develop

BARE = Film(glow=0, vignette=0, grain=0, saturation=1)
NEAR = np.full((96, 160), 10, np.float32)


def flat(value, height: int = 96, width: int = 160) -> np.ndarray:
    return np.broadcast_to(np.float32(value), (height, width, 3)).copy()


def test_the_curve_keeps_middle_grey_ends_at_black_and_white_and_never_falls():
    stops = 0.18 * 2.0 ** np.linspace(-10, 6.5, 200)
    for contrast in (0.8, 1.0, 1.5):
        shown = _curve(np.repeat(stops[:, None], 3, 1).astype(np.float32), contrast)[:, 0]
        assert np.interp(0.18, stops, shown) == pytest.approx(0.18 ** (1 / 2.2), abs=0.01)
        assert shown[0] == pytest.approx(0, abs=1e-3) and shown[-1] == pytest.approx(1, abs=1e-3)
        assert (np.diff(shown) >= -1e-6).all()
    steep, gentle = (_curve(flat(0.36)[0], contrast).mean() for contrast in (1.5, 0.8))
    assert steep > gentle


def test_grey_stays_grey_and_a_bright_colour_goes_towards_white():
    grey = _curve(flat(0.5)[0], 1.0)
    assert np.ptp(grey, axis=-1).max() < 1e-5
    dim, bright = (_curve(np.float32([[red, 0.1 * red, 0.1 * red]]), 1.0)[0] for red in (0.2, 15.0))
    assert dim[0] - dim[1] > 2 * (bright[0] - bright[1])


def test_a_plain_picture_has_the_mean_it_was_asked_for_however_bright_its_light():
    light = np.random.default_rng(0).uniform(0, 1, (96, 160, 3)) ** 2
    for gain in (0.01, 1, 300):
        picture = develop(light * gain, NEAR, Film(mean=0.46))
        assert picture.mean() / 255 == pytest.approx(0.46, abs=0.02)


def test_exposure_does_not_depend_on_how_bright_the_light_was():
    light = np.random.default_rng(1).uniform(0.01, 1, (96, 160, 3))
    assert np.abs(develop(light, NEAR, BARE).astype(int) - develop(light * 50, NEAR, BARE)).max() <= 1


def test_mist_by_hand():
    """What is left of the light along 100 m at 0.01 per metre of mist: as much as there is at the camera's height."""
    depth = np.full((48, 64), 100, np.float32)
    for floor, density in ((0.0, 1.0), (10.0, 1.0), (-30.0, np.exp(-1)), (-60.0, np.exp(-2))):
        film = Film(mist=0.01, mist_height=30.0, mist_floor=floor, haze_colour=(0, 0, 0))
        assert veiled(flat(1.0, 48, 64), depth, film).mean() == pytest.approx(np.exp(-density), abs=2e-3), floor


def test_a_print_is_timed_against_the_light_s_own_tint():
    warm = flat((0.5, 0.3, 0.1))
    own, half, timed = (develop(warm, NEAR, replace(BARE, timing=t)).astype(int)[48, 80] for t in (0, 0.5, 1))
    assert np.ptp(timed) <= 1 and np.ptp(own) > np.ptp(half) > 20
    assert own[0] > own[1] > own[2] and half[0] > half[1] > half[2]


def test_balance_saturation_and_fade_by_hand():
    bare = replace(BARE, timing=0)
    balanced = develop(flat(0.18), NEAR, replace(bare, balance=(1, 1, 0.5)))
    assert np.array_equal(balanced, develop(flat((0.18, 0.18, 0.09)), NEAR, bare))
    coloured = flat((0.4, 0.2, 0.1))
    grey, plain, rich = (develop(coloured, NEAR, replace(bare, saturation=s)).astype(int)[48, 80] for s in (0, 1, 1.4))
    assert np.ptp(grey) <= 1 < np.ptp(plain) < np.ptp(rich)
    faded = develop(coloured, NEAR, replace(bare, fade=0.1)).astype(int)[48, 80]
    assert np.abs(faded - (25.5 + 0.9 * plain)).max() <= 1


def test_haze_takes_over_with_distance_and_leaves_the_sky():
    depth = np.tile(np.linspace(1, 4000, 160, dtype=np.float32), (96, 1))
    depth[:20] = FAR
    film = Film(mean=0.4, haze=1e-3, haze_colour=(0.2, 0.4, 0.9))
    clear = develop(flat((0.5, 0.4, 0.3)), depth, Film(mean=0.4)).astype(int)
    hazy = develop(flat((0.5, 0.4, 0.3)), depth, film).astype(int)
    blue = hazy[50, :, 2] - hazy[50, :, 0]
    assert blue[0] < 0 < blue[-1] and (np.diff(blue) >= -1).all()
    assert np.ptp(hazy[5, 5:-5], axis=0).max() == 0  # the sky is as even as it was
    assert np.array_equal(clear[5, 0] > clear[5, 0, ::-1], hazy[5, 0] > hazy[5, 0, ::-1])


def test_a_streak_runs_across_and_a_glow_runs_all_round():
    light = flat(0.05)
    light[48, 80] = 400
    rest = develop(light, NEAR, BARE).astype(int)
    streak = develop(light, NEAR, Film(glow=0, vignette=0, grain=0, saturation=1, streak=3)).astype(int) - rest
    assert streak[48, 40].sum() > 20 and streak[48, 40, 2] > streak[48, 40, 0]
    assert np.abs(streak[20, 80]).sum() <= 3
    glow = develop(light, NEAR, Film(glow=4, vignette=0, grain=0, saturation=1)).astype(int) - rest
    assert glow[48, 86].sum() > 5
    assert glow[42, 80].sum() == pytest.approx(glow[48, 86].sum(), abs=6)


def test_a_flare_needs_a_sun_that_is_seen():
    film = Film(mean=0.3, flare=1.0, sun=(0.25, 0.4))
    dark = flat(0.2)
    shining = dark.copy()
    shining[36:41, 38:43] = 60
    added = develop(shining, NEAR, film).astype(int) - develop(shining, NEAR, Film(mean=0.3))
    hidden = develop(dark, NEAR, film).astype(int) - develop(dark, NEAR, Film(mean=0.3))
    assert added.max() > 15 and np.abs(hidden).max() == 0
    # its ghosts lie on the line from the sun through the middle
    assert added[57, 120].sum() > added[19, 120].sum() + 3


def test_rays_fall_from_the_sky_past_what_stands_before_it():
    light, depth = flat(0.1), NEAR.copy()
    light[:40], depth[:40] = 2.0, FAR
    light[:40, 60:90], depth[:40, 60:90] = 0.05, 10  # a tower
    film = Film(mean=0.35, rays=1.0, sun=(0.5, 0.1))
    lit = develop(light, depth, film).astype(int)
    shaded = lit[46:56, 70:80].mean()
    assert lit[46:56, 20:40].mean() > shaded + 5 and lit[46:56, 120:140].mean() > shaded + 5


def test_corners_are_darker_and_grain_keeps_the_mean_and_has_its_seed():
    light = flat(0.18)
    vignetted = develop(light, NEAR, Film(glow=0, grain=0, vignette=0.3)).astype(int)
    assert vignetted[48, 80].mean() > vignetted[0, 0].mean() + 20
    grained, again, other = (develop(light, NEAR, Film(glow=0, vignette=0, grain=0.05), seed) for seed in (1, 1, 2))
    assert np.array_equal(grained, again) and not np.array_equal(grained, other)
    assert grained.mean() == pytest.approx(develop(light, NEAR, BARE).mean(), abs=0.5) and grained.std() > 0.5


def test_split_tone_colours_shadows_and_lights_apart():
    light = flat(0.18)
    light[:, :80] = 0.004
    light[:, 80:] = 4.0
    plain = develop(light, NEAR, BARE).astype(int)
    toned = develop(
        light, NEAR, Film(glow=0, vignette=0, grain=0, saturation=1, shadows=(0, 0, 0.08), highlights=(1, 1, 0.8))
    )
    change = toned.astype(int) - plain
    assert change[48, 40, 2] > 10 and abs(change[48, 40, 0]) <= 2
    assert change[48, 120, 2] < -20 and abs(change[48, 120, 0]) <= 2
