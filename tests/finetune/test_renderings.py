"""The corpus as it is read: which renderings, graded how, named in which words. What is rendered here is made up."""

import json
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest

from finetune.miniature.corpus import HELD_OUT_PIECE, SETTINGS, SUBJECTS, UNSEEN_PIECE, job, view_name
from finetune.miniature.renderings import PLACES, depth_of, developed, pieces_of, read_entries, read_views, words_for
from images.world.film import Film, develop
from inference.cli import InputError

PLAIN, FILM = Film(mean=0.45), Film(key=0.1, grain=0.02)


def write_piece(corpus: Path, piece: int, count: int = 6, faults: tuple[str, ...] = ()) -> Path:
    """What corpus.py leaves, of light that is noise round a slope; the last has `faults`."""
    folder = corpus / f"piece-{piece:05d}"
    folder.mkdir(parents=True)
    lines = []
    for i in range(count):
        index = piece * 250 + i
        task = replace(job(index, unseen=piece >= UNSEEN_PIECE), size=(128, 128) if i % 3 else (168, 96))
        width, height = task.size
        rng = np.random.default_rng(index)
        light = (np.linspace(0.05, 0.8, height)[:, None, None] * rng.uniform(0.5, 1.5, (height, width, 3))).astype("f2")
        film = PLAIN if task.look == ("plain",) else FILM
        np.savez_compressed(
            (folder / view_name(index, 0)).with_suffix(".npz"),
            light=light,
            subject=np.ones((height, width), bool),
            depth=np.full((height, width), 10 + i, np.float16),
            film=json.dumps(asdict(film)),
        )
        entry = task.entry(task.scene(), view_name(index, 0))
        lines.append(json.dumps(entry | ({"faults": list(faults)} if faults and i == count - 1 else {})))
    (folder / "metadata.jsonl").write_text("".join(f"{line}\n" for line in lines))
    return folder


def test_a_view_is_the_picture_or_the_picture_from_another_lab(tmp_path: Path) -> None:
    for entry in read_entries(write_piece(tmp_path, 0)):
        with np.load(entry.path) as kept:
            film = Film(**json.loads(str(kept["film"])))
            first = develop(kept["light"].astype("f4"), kept["depth"].astype("f4"), film, entry.number)
        views = developed(entry, 4)
        assert np.array_equal(views[0], first)
        assert len({view.tobytes() for view in views}) == 4
        for view in views[1:]:
            assert 0.1 < np.abs(view.astype(int) - first).mean() < 40  # another grade of the same picture
            assert np.corrcoef(view.ravel(), first.ravel())[0, 1] > 0.9
        if film.mean:  # it stays a plain one
            assert all(0.36 < view.mean() / 255 < 0.55 for view in views)


def test_views_are_read_once_and_again_when_the_corpus_has_grown(tmp_path: Path) -> None:
    write_piece(tmp_path, 0)
    views = read_views(tmp_path, (128, 128), 2)
    assert views.pictures.shape == (8, 128, 128, 3) and len(views.entries) == 8
    assert views.entries[0] == views.entries[1] != views.entries[2]
    assert read_views(tmp_path, (168, 96), 2).pictures.shape == (4, 96, 168, 3)
    for picture, entry in zip(views.pictures[::2], views.entries[::2], strict=True):
        assert np.array_equal(picture, developed(entry, 1)[0])
    assert [depth.max() for depth in depth_of(views)] == [10 + e.number // 10 % 250 for e in views.entries]
    labels = views.labels()
    assert [SUBJECTS[i] for i in labels["subject"]] == [entry.subject for entry in views.entries]
    assert [SETTINGS[i] for i in labels["setting"]] == [entry.setting for entry in views.entries]
    (kept,) = tmp_path.glob("piece-00000/views-128x128-2.npz")
    made = kept.stat().st_mtime_ns
    write_piece(tmp_path, 1)
    grown = read_views(tmp_path, (128, 128), 2)
    assert np.array_equal(grown.pictures[:8], views.pictures) and grown.entries[:8] == views.entries
    assert len(grown.pictures) == 16 and kept.stat().st_mtime_ns == made


def test_what_is_kept_of_other_renderings_is_made_again(tmp_path: Path) -> None:
    piece = write_piece(tmp_path, 0)
    read_views(tmp_path)
    lines = (piece / "metadata.jsonl").read_text().splitlines()
    (piece / "metadata.jsonl").write_text("\n".join(lines[:-1]) + "\n")
    views = read_views(tmp_path)
    assert len(views.pictures) == 3
    for picture, entry in zip(views.pictures, views.entries, strict=True):
        assert np.array_equal(picture, developed(entry, 1)[0])


def test_pieces_are_of_a_kind_and_faulty_pictures_are_left_out(tmp_path: Path) -> None:
    for piece in (0, 3, HELD_OUT_PIECE, UNSEEN_PIECE):
        write_piece(tmp_path, piece, faults=("the train is cut by the frame", "something stands in the lens"))
    assert [path.name for path in pieces_of(tmp_path, "train")] == ["piece-00000", "piece-00003"]
    assert [path.name for path in pieces_of(tmp_path, "seen")] == [f"piece-{HELD_OUT_PIECE}"]
    assert [path.name for path in pieces_of(tmp_path, "unseen")] == [f"piece-{UNSEEN_PIECE}"]
    assert [len(read_entries(path)) for path in pieces_of(tmp_path, "train")] == [5, 5]
    assert len(read_entries(write_piece(tmp_path, 4, faults=("the train is cut by the frame",)))) == 6


def test_words(tmp_path: Path) -> None:
    """In full or in the shortest words; a part of the look is always named, before or after."""
    entries = read_entries(write_piece(tmp_path, 0, 40))
    assert {part for entry in entries for part in entry.parts}
    for entry in entries:
        said = {words_for(entry, np.random.default_rng(i)) for i in range(60)}
        assert any(entry.text.split(", ")[0] in words for words in said)
        assert any(place in words for words in said for place in PLACES[entry.setting])
        for words in said:
            assert all(words.count(part) == 1 for part in entry.parts)
            assert not words.startswith(("a photo of on", "a photo of in", "a photo of with"))
            assert ", ," not in words and not words.endswith(",")
    lit = next(entry for entry in entries if entry.parts)
    ways = [words_for(lit, np.random.default_rng(i)) for i in range(60)]
    assert any(words.startswith(lit.parts[0]) for words in ways) and any(words.endswith(lit.parts[0]) for words in ways)


def test_what_is_wrong_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no piece of 'seen' pictures .* --pieces 10000"):
        pieces_of(tmp_path, "seen")
    piece = write_piece(tmp_path, 0)
    with pytest.raises(InputError, match="no pictures of 99x99"):
        read_views(tmp_path, (99, 99))
    entry = read_entries(piece)[0]
    entry.path.write_bytes(b"PK")
    with pytest.raises(InputError, match=r"00000000-0\.npz is damaged .* delete it"):
        developed(entry, 1)
    with (piece / "metadata.jsonl").open("a") as file:
        file.write('{"file_name": 3}\n')
    with pytest.raises(InputError, match="line 7 is no line of a corpus"):
        read_entries(piece)
