import json
import math

import numpy as np
import pytest
from helpers import ROOT, assert_refused, run_script

from inference.votes import rank, read_all

SCRIPT = ROOT / "inference" / "votes.py"


def vote_file(path, votes, voter="someone", comparison="one", day=1):
    """Write votes (left, right, choice), each of a prompt of its own and cast on this `day`, as the page does."""
    at = f"2026-01-{day:02}T12:00:00.000Z"
    entries = [
        {"prompt": f"prompt {i}", "seed": i, "left": left, "right": right, "choice": choice, "at": at}
        for i, (left, right, choice) in enumerate(votes)
    ]
    content = {"comparison": comparison, "voter": voter, "question": "which?", "votes": entries}
    path.write_text(json.dumps(content))
    return path


def planted_votes(strengths: dict[str, float], count: int, seed: int) -> list[tuple[str, str, str]]:
    """Votes of people who follow Bradley and Terry's model exactly."""
    rng, votes = np.random.default_rng(seed), []
    for _ in range(count):
        left, right = rng.choice(list(strengths), 2, replace=False)
        wins = rng.random() < 1 / (1 + math.exp(strengths[right] - strengths[left]))
        votes.append((str(left), str(right), "left" if wins else "right"))
    return votes


def ranked(tmp_path, votes) -> dict[str, dict]:
    return {entry["strategy"]: entry for entry in rank(read_all([vote_file(tmp_path / "votes.json", votes)])[0])}


def test_two_strategies_by_hand(tmp_path):
    votes = [("a", "b", "left")] * 5 + [("b", "a", "right")] * 2 + [("b", "a", "left")] * 2 + [("a", "b", "tie")]
    found = ranked(tmp_path, votes)
    # 7 wins of 10 and half a tie, and a fifth of a tie in advance: the odds are 7.6 to 2.6
    assert found["a"]["strength"] - found["b"]["strength"] == pytest.approx(math.log(7.6 / 2.6))
    assert found["a"]["strength"] + found["b"]["strength"] == pytest.approx(0)
    assert found["a"]["preferred"] == pytest.approx(0.75) and found["a"]["votes"] == 10


@pytest.mark.parametrize("vote", [("b", "a", "right"), ("a", "b", "left")])
def test_votes_of_one_side_only_and_each_seed_is_a_vote(tmp_path, vote):
    found = ranked(tmp_path, [vote] * 2)
    assert {name: (entry["preferred"], entry["votes"]) for name, entry in found.items()} == {"a": (1, 2), "b": (0, 2)}


def test_planted_strengths_lie_in_the_intervals_and_more_votes_narrow_them(tmp_path):
    planted = {"base": -1.5, "lora": 1.2, "dreambooth": 0.6, "controlnet": -0.3}
    few, many = (ranked(tmp_path, planted_votes(planted, count, seed=0)) for count in (150, 2400))
    assert list(many) == sorted(planted, key=planted.get, reverse=True)
    for name, strength in planted.items():
        assert many[name]["low"] < strength < many[name]["high"], name
        ratio = (few[name]["high"] - few[name]["low"]) / (many[name]["high"] - many[name]["low"])
        assert 2 < ratio < 8, name  # sixteen times the votes: about a fourth of the width


def test_files_of_several_people_become_one_ranking(tmp_path):
    files = [
        vote_file(tmp_path / f"{voter}.json", planted_votes({"base": -1, "lora": 1}, 30, voter), str(voter))
        for voter in range(3)
    ]
    done = run_script(SCRIPT, *files, "--output", tmp_path / "out" / "ranking.json")
    assert done.rc == 0 and "90 votes of 3 people" in done.out and "note" not in done.out, done
    result = json.loads((tmp_path / "out" / "ranking.json").read_text())
    assert [entry["strategy"] for entry in result["ranking"]] == ["lora", "base"] and result["votes"] == 90
    first, second = (line.split()[1] for line in done.out.splitlines()[2:4])
    assert (first, second) == ("lora", "base")
    assert result["ranking"][0]["low"] > 0 > result["ranking"][1]["high"]


def test_a_vote_downloaded_twice_counts_once_and_as_it_was_last(tmp_path):
    early = vote_file(tmp_path / "early.json", [("a", "b", "left"), ("a", "b", "left")])
    late = vote_file(tmp_path / "late.json", [("a", "b", "left"), ("b", "a", "left"), ("a", "b", "tie")])
    votes, left_out = read_all([early, late])
    assert not left_out and sorted(vote.share for vote in votes) == [0.5, 1, 1]
    assert {vote.left for vote in votes if vote.share == 1} == {"a", "b"}  # the second pair's vote was changed to b


def test_two_seeds_of_a_prompt_are_two_votes(tmp_path):
    vote = {"prompt": "p", "left": "b", "right": "a", "choice": "right", "at": "2026"}
    content = {"comparison": "c", "voter": "v", "votes": [vote | {"seed": seed} for seed in (0, 1)]}
    (tmp_path / "votes.json").write_text(json.dumps(content))
    assert len(read_all([tmp_path / "votes.json"])[0]) == 2


def test_the_newest_vote_counts_in_whatever_order_its_files_are_given(tmp_path):
    first = vote_file(tmp_path / "votes-x.json", [("a", "b", "left"), ("a", "b", "tie")], day=1)
    second = vote_file(tmp_path / "votes-x (1).json", [("b", "a", "left")], day=2)
    assert sorted(tmp_path.glob("votes-*.json")) == [second, first]  # as a shell lists them
    for files in ([second, first], [first, second]):
        votes, _ = read_all(files)
        assert sorted((vote.left, vote.share) for vote in votes) == [("a", 0.5), ("b", 1)]


def test_damaged_files_are_named_in_a_sentence_each_and_the_rest_is_kept(tmp_path):
    good = vote_file(tmp_path / "good.json", [("a", "b", "left")] * 3)
    damaged = {
        "torn.json": good.read_text()[:-40],
        "nested.json": "[" * 100_000,
        "other.json": '["a", "b"]',
        "empty.json": '{"votes": []}',
        "itself.json": '{"votes": [{"left": "a", "right": "a", "choice": "left"}]}',
        "second.json": '{"votes": [{"left": "a", "right": "b", "choice": "tie"}, {"left": "a", "choice": "left"}]}',
        "choice.json": '{"votes": [{"left": "a", "right": "b", "choice": ["left"]}]}',
    }
    for name, text in damaged.items():
        (tmp_path / name).write_text(text)
    (tmp_path / "latin.json").write_bytes(b"\xff\xfe\xfa")
    bad = [tmp_path / name for name in [*damaged, "latin.json", "nowhere.json"]]
    done = run_script(SCRIPT, *bad[:4], good, *bad[4:], "--output", tmp_path / "ranking.json")
    assert done.rc == 0 and "3 votes of 1 person" in done.out and "Traceback" not in done.err
    sentences = done.err.splitlines()
    assert len(sentences) == len(bad) and all(line.startswith("left out: ") for line in sentences), sentences
    for path, sentence in zip(bad, sentences, strict=True):
        assert str(path) in sentence
    assert "vote 2 of" in sentences[5]
    assert len(json.loads((tmp_path / "ranking.json").read_text())["left_out"]) == len(bad)
    assert_refused(run_script(SCRIPT, *bad, "--output", tmp_path / "none.json"), "no file has a vote in it")
    assert not (tmp_path / "none.json").exists()


def test_groups_that_no_vote_connects_are_ranked_within_and_named(tmp_path):
    votes = [("a", "b", "left")] * 6 + [("c", "d", "left")] * 6 + [("b", "a", "right")]
    done = run_script(SCRIPT, vote_file(tmp_path / "votes.json", votes), "--output", tmp_path / "ranking.json")
    assert done.rc == 0 and "no votes connect these groups" in done.out and "a, b | c, d" in done.out, done
    strength = {e["strategy"]: e["strength"] for e in json.loads((tmp_path / "ranking.json").read_text())["ranking"]}
    assert strength["a"] > strength["b"] and strength["c"] > strength["d"]
    assert all(abs(value) < 4 for value in strength.values())
    joined = vote_file(tmp_path / "joined.json", [*votes, ("b", "c", "tie")])
    assert "no votes connect" not in run_script(SCRIPT, joined, "--output", tmp_path / "ranking.json").out


def test_an_output_that_cannot_be_written_is_a_sentence(tmp_path):
    good = vote_file(tmp_path / "good.json", [("a", "b", "left")])
    assert_refused(run_script(SCRIPT, good, "--output", good / "ranking.json"), "cannot write", "--output")
