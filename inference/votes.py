"""Merge the votes of several people, as report.html gives them for download, and rank the strategies.

python votes.py votes-1.json votes-2.json ...

Bradley and Terry 1952: a strategy of strength s beats one of strength t with probability 1 / (1 + exp(t - s)). The
strengths have mean 0 and are fitted by choix (ILSR, Maystre and Grossglauser 2015). A tie is half a win for each side.
Every pair of strategies is given a fifth of a tie on top: so a strategy that never lost stays finite, and strategies
that no chain of votes connects are placed around the same mean, which is said where it happens. Intervals are
percentiles over votes drawn again with replacement. A vote counts once however often its voter downloaded it, as it was
cast last.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from inference.cli import InputError, run
from inference.files import atomic_write
from inference.options import Help, at_least, output_file

if TYPE_CHECKING:
    import numpy as np

ROOT = Path(__file__).resolve().parents[1]
PRIOR_TIE = 0.2  # votes given to each pair of strategies, half to each side
SHARE_OF_LEFT = {"left": 1.0, "right": 0.0, "tie": 0.5}
LEVEL = 0.95


@dataclass(frozen=True)
class Vote:
    """What one person said of one pair."""

    pair: tuple  # comparison, voter, prompt, seed, and the two strategies in alphabetical order
    left: str
    right: str
    share: float  # of the left one: 1 it won, 0 it lost, 0.5 a tie
    at: str  # when, in ISO 8601 and UTC, so that later ones sort behind


def read_votes(path: Path) -> list[Vote]:
    """The votes in one downloaded file; InputError where it is damaged or holds none."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror})") from error
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path} is no JSON ({error}); download it from the page again") from error
    entries = content.get("votes") if isinstance(content, dict) else None
    if not isinstance(entries, list):
        raise InputError(f"{path} has no list of votes in it; download it from the page again")
    if not entries:
        raise InputError(f"{path} holds no vote yet")
    source = str(content.get("comparison")), str(content.get("voter", path))
    votes = [_vote(source, entry) for entry in entries]
    if None in votes:
        raise InputError(f"vote {votes.index(None) + 1} of {path} is damaged; download it from the page again")
    return votes


def _vote(source: tuple[str, str], entry: object) -> Vote | None:
    """A vote as the page writes it, or None where it is not one."""
    if not isinstance(entry, dict):
        return None
    left, right, choice = (entry.get(key) for key in ("left", "right", "choice"))
    if not (isinstance(left, str) and isinstance(right, str) and isinstance(choice, str)):
        return None
    if left == right or not left or not right or choice not in SHARE_OF_LEFT:
        return None
    pair = (*source, str(entry.get("prompt")), str(entry.get("seed")), *sorted((left, right)))
    return Vote(pair, left, right, SHARE_OF_LEFT[choice], str(entry.get("at", "")))


def read_all(paths: Sequence[Path]) -> tuple[list[Vote], list[str]]:
    """All votes, each once and as it was cast last, and a sentence for every file that was left out."""
    votes, left_out = [], []
    for path in paths:
        try:
            votes += read_votes(path)
        except InputError as error:
            left_out.append(str(error))
    # by time and not by file: a browser's second download, "votes-x (1).json", sorts before its first
    latest = {vote.pair: vote for vote in sorted(votes, key=lambda vote: vote.at)}
    return list(latest.values()), left_out


def rank(votes: Sequence[Vote], resamples: int = 1000) -> list[dict]:
    """Strategies from the most to the least preferred: strength with its interval, votes, and the share it won."""
    import numpy as np

    names = sorted({name for vote in votes for name in (vote.left, vote.right)})
    left = np.array([names.index(vote.left) for vote in votes])  # (votes,)
    right = np.array([names.index(vote.right) for vote in votes])
    share = np.array([vote.share for vote in votes])
    fitted = strengths(left, right, share, len(names))  # (strategies,)
    draws = np.random.default_rng(0).integers(len(votes), size=(resamples, len(votes)))
    resampled = np.stack([strengths(left[draw], right[draw], share[draw], len(names)) for draw in draws])
    low, high = np.quantile(resampled, [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=0)
    ranking = []
    for i in np.argsort(-fitted, kind="stable"):
        shares = np.concatenate([share[left == i], 1 - share[right == i]])
        numbers = {"strength": fitted[i], "low": low[i], "high": high[i], "preferred": shares.mean()}
        ranking.append({"strategy": names[i], **{k: float(v) for k, v in numbers.items()}, "votes": len(shares)})
    return ranking


def strengths(left: "np.ndarray", right: "np.ndarray", share: "np.ndarray", count: int) -> "np.ndarray":
    """Bradley-Terry strengths (count,) with mean 0 from votes (n,) between the strategies `left` and `right`."""
    import choix
    import numpy as np

    wins = np.full((count, count), PRIOR_TIE / 2)  # wins[i, j]: of i over j
    np.fill_diagonal(wins, 0)
    np.add.at(wins, (left, right), share)
    np.add.at(wins, (right, left), 1 - share)
    return choix.ilsr_pairwise_dense(wins)


def groups(votes: Sequence[Vote]) -> list[set[str]]:
    """Strategies that chains of votes connect; only within a group do the votes themselves order them."""
    found: list[set[str]] = []
    for vote in votes:
        joined = {vote.left, vote.right}.union(*(group for group in found if group & {vote.left, vote.right}))
        found = [group for group in found if not group & joined] + [joined]
    return found


def table(ranking: Sequence[dict]) -> str:
    width = max(len("strategy"), *(len(entry["strategy"]) for entry in ranking))
    lines = [f"   {'strategy':{width}}  strength  95 % interval   preferred  votes"]
    for i, entry in enumerate(ranking, 1):
        lines.append(
            f"{i:2} {entry['strategy']:{width}}  {entry['strength']:+8.2f}  {entry['low']:+6.2f} {entry['high']:+6.2f}"
            f"   {entry['preferred']:9.0%}  {entry['votes']:5}"
        )
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=Help)
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="votes as downloaded from report.html")
    parser.add_argument(
        "--output", type=output_file, default=ROOT / "outputs" / "votes.json", help="where the ranking goes"
    )
    parser.add_argument("--resamples", type=at_least(100), default=1000, help="draws behind the intervals")
    args = parser.parse_args()
    votes, left_out = read_all(args.files)
    for sentence in left_out:
        print(f"left out: {sentence}", file=sys.stderr)
    if not votes:
        raise InputError("no file has a vote in it; vote in report.html and download the votes at the end")
    notes = []
    if len(comparisons := {vote.pair[0] for vote in votes}) > 1:
        notes.append(f"the votes are of {len(comparisons)} different comparisons; they are merged by strategy name")
    if len(apart := groups(votes)) > 1:
        named = " | ".join(sorted(", ".join(sorted(group)) for group in apart))
        notes.append(f"no votes connect these groups, so their order to each other means nothing: {named}")
    ranking = rank(votes, args.resamples)
    voters = len({vote.pair[1] for vote in votes})
    print(f"{len(votes)} votes of {voters} {'person' if voters == 1 else 'people'}\n{table(ranking)}")
    for note in notes:
        print(f"note: {note}")
    result = {"ranking": ranking, "votes": len(votes), "voters": voters, "notes": notes, "left_out": left_out}
    try:
        with atomic_write(args.output) as aside:
            aside.write_text(json.dumps(result, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    except OSError as error:
        raise InputError(f"cannot write {args.output} ({error.strerror}); choose another --output") from error
    print(f"ranking: {args.output}")


if __name__ == "__main__":
    run(main)
