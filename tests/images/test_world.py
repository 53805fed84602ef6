"""The world without Blender: what a seed gives, what captions say, what is refused."""

import re
import subprocess
import sys

import numpy as np
import pytest
from caption_words import LIGHT_WORDS, words

from images.world import PARTS, SETTINGS, SUBJECTS, caption, pairs, sample_scene
from images.world.light import FILM_LIGHTS, PLAIN, with_part
from inference.cli import InputError

SEEDS = range(6)
# a caption says what is there; how it is lit is what fine-tuning learns


def scenes():
    for subject, setting in pairs():
        for seed in SEEDS:
            yield sample_scene(seed, subject, setting)


def test_the_world_has_the_subjects_settings_and_pairs_it_should():
    assert len(SETTINGS) >= 14 and len(SUBJECTS) >= 16 and len(pairs()) >= 90
    assert all(len({subject for subject, place in pairs() if place == name}) >= 2 for name in SETTINGS)
    assert all(set(subject.settings) <= set(SETTINGS) for subject in SUBJECTS.values())


def test_a_seed_gives_the_same_scene_and_another_seed_another():
    assert sample_scene(3) == sample_scene(3)
    assert len({sample_scene(seed) for seed in range(200)}) == 200
    fixed = sample_scene(5, subject="lighthouse", setting="sea coast")
    assert (fixed.subject, fixed.setting) == ("lighthouse", "sea coast")


def test_every_place_and_every_subject_comes_around():
    drawn = [sample_scene(seed) for seed in range(2000)]
    places = [scene.setting for scene in drawn]
    assert min(places.count(name) for name in SETTINGS) > 2000 / len(SETTINGS) / 2
    assert {scene.subject for scene in drawn} == set(SUBJECTS)


def test_captions_never_say_how_it_is_lit_outside_the_parts():
    found = {(word, caption(scene)) for scene in scenes() for word in set(words(caption(scene))) & LIGHT_WORDS}
    assert not found


def test_captions_name_the_subject_and_read_as_sentences_of_some_length():
    for scene in scenes():
        text = caption(scene)
        noun = SUBJECTS[scene.subject].noun or scene.subject
        assert any(part in text for part in noun.split("|")), (noun, text)
        assert 4 <= len(words(text)) <= 24, text
        assert not re.search(r"\ba [aeiou]|\ban [^aeiouh]|  |,,| ,|\.$", text), text
        assert text == text.strip() and text[0].islower() and "_" not in text


def test_captions_differ():
    texts = [caption(sample_scene(seed)) for seed in range(400)]
    assert len(set(texts)) > 300


def test_captions_stay_under_forty_tokens():
    # more than CLIP's vocabulary makes of them: a token for every six letters of a word, and for every comma
    for scene in scenes():
        text = caption(scene)
        assert 2 + sum(-(-len(word) // 6) for word in words(text)) + text.count(",") < 40, text


def test_parts_are_named_in_order_and_others_are_refused():
    scene = sample_scene(2, "lighthouse", "sea coast")
    assert caption(scene, ("at sunset", "lens flare")) == caption(scene) + ", at sunset, lens flare"
    with pytest.raises(InputError, match="moody"):
        caption(scene, ("moody",))


@pytest.mark.parametrize("part", PARTS)
def test_every_part_changes_plain_light(part):
    assert with_part(PLAIN, part) != PLAIN


def test_settings_name_lights_and_parts_that_exist():
    for setting in SETTINGS.values():
        assert setting.lights and set(setting.lights) <= set(FILM_LIGHTS), setting.name
        assert set(setting.parts) < set(PARTS), setting.name
    used = {name for setting in SETTINGS.values() for name in setting.lights}
    assert used == set(FILM_LIGHTS)  # a light that no setting uses is dead


def test_what_does_not_exist_or_does_not_go_together_is_one_sentence():
    with pytest.raises(InputError, match="no subject 'dragon'; there are"):
        sample_scene(0, subject="dragon")
    with pytest.raises(InputError, match="no setting 'Mars'"):
        sample_scene(0, setting="Mars")
    with pytest.raises(InputError, match="does not go with"):
        sample_scene(0, subject="windmill", setting="under water")


@pytest.mark.parametrize("aspect", [2.39, 16 / 9, 1.5, 1.0, 2 / 3])
def test_every_shot_has_its_subject_in_the_frame(aspect):
    pytest.importorskip("numba", reason="heights of the ground are compiled: pip install -e .[render]")
    for subject, place in pairs():
        scene = sample_scene(1, subject, place)
        shot = SETTINGS[place].shoot(scene, aspect)
        middle = np.add(shot.subject, (0, 0, shot.height / 2))
        u, v = shot.project(tuple(middle))
        assert 0.05 < u < 0.95 and 0.05 < v < 0.95, (subject, place, u, v)


def test_words_of_the_world_need_no_blender(tmp_path):
    (tmp_path / "bpy.py").write_text("raise ImportError('bpy was imported')\n")
    (tmp_path / "numba.py").write_text("raise ImportError('numba was imported')\n")
    code = "from images.world import *; print(caption(sample_scene(3)))"
    done = subprocess.run(
        [sys.executable, "-c", code], env={"PYTHONPATH": str(tmp_path)}, capture_output=True, text=True
    )
    assert done.returncode == 0 and done.stdout.strip(), done.stderr
