"""The challenge board: groups of three seeds and more on the same photos, ranked on photos of the
same books that no page shows (core.data.challenge_photos).

All seeds of a group count: what is not finished, failed, or has no weights any more is told beside
its rank. docs/how-numbers-are-computed.md says how the ranks come about.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from statistics import fmean
from typing import Any

import pandas as pd

from core.base.errors import InputError, RunError
from core.base.language import N_
from core.data.challenge_photos import CLASSES, TEST_SET_NAME, find_challenge_set
from core.evaluate.group_difference import Difference, GroupMean, group_differences, group_mean
from core.evaluate.paired import match_correctness, photo_correctness
from core.recipe.difference import recipe_difference
from core.recipe.files import load_recipe, recipe_dict
from core.store.groups import Group, find_groups
from core.store.index import RunRow
from core.store.rescoring import ChallengeEvaluation, has_weights
from core.store.run import DIVERGED, Run

BASE_RECIPE = "looks-good"  # the preset that is to be mended
MAX_CHANGES = 3  # in so many changes
MIN_SEEDS = 3  # that a group needs
_IGNORED_KEYS = ("seed", "split.fold")  # what the runs of one group differ in

_RunResults = tuple[pd.DataFrame, float | None]  # of each object whether it is right; lift
Change = tuple[str, str, str]  # key, value in RECIPE, value here


@dataclass(frozen=True)
class ComparableGroups:
    """The groups that may be ranked together: all that saw the same photos. id: short, for links;
    title: the data set's name."""

    id: str
    title: str
    groups: tuple[Group, ...]


@dataclass(frozen=True)
class Entrant:
    """A group as the board takes it. runs: those that can answer, the newest of each seed and fold;
    missing: what became of each other seed, in words."""

    group: Group
    runs: tuple[RunRow, ...]
    missing: tuple[str, ...]

    @property
    def seeds(self) -> list[int]:
        """The seeds of the runs that can answer, each once."""
        return sorted({int(row.recipe["seed"]) for row in self.runs})

    @property
    def ready(self) -> bool:
        return len(self.seeds) >= MIN_SEEDS


@dataclass(frozen=True)
class Standing:
    """A ranked group. rank: 1 + how many groups are really better; shared: whether another group
    has it too. score: the share of hidden objects that are named right; run_scores: of each run.
    above: against the group in the line above, None in the first."""

    rank: int
    tied: bool
    entrant: Entrant
    score: GroupMean
    run_scores: tuple[float, ...]
    lift: float | None
    difference_to_above: Difference | None
    changes: tuple[Change, ...]

    @property
    def group(self) -> Group:
        return self.entrant.group

    @property
    def validation(self) -> float:
        """The mean accuracy on the validation photos."""
        return fmean(self.group.summary_values("validation", "accuracy", "value"))


@dataclass(frozen=True)
class Leaderboard:
    """standings: best first. waiting: groups that are ready but have not answered the photos.
    left_out: groups that are not ready. objects, photos: how many of the draw were answered.
    problems: files that cannot be read, a line each. pending_run_ids: of the runs that are still to
    answer, group by group."""

    standings: tuple[Standing, ...] = ()
    waiting: tuple[Entrant, ...] = ()
    excluded: tuple[Entrant, ...] = ()
    object_count: int = 0
    photo_count: int = 0
    problems: tuple[str, ...] = ()
    pending_run_ids: tuple[str, ...] = ()


def find_comparable_groups(rows: Sequence[RunRow]) -> list[ComparableGroups]:
    """What boards there are: a data set each whose runs tell the toy books apart, the one with the
    newest run first. rows: newest first, as the index gives them; examples do not take part."""
    # As find_groups does, a run that has not begun is taken to see what its folder showed last.
    known = {row.data_path: row.photos for row in reversed(rows) if row.photos}
    found: dict[str, list[Group]] = {}
    for group in find_groups([row for row in rows if not row.problem and not row.example]):
        seen = [row.photos or known.get(row.data_path, "") for row in group.members]
        found.setdefault(max(seen), []).append(group)
    return [
        ComparableGroups(photos[:12], groups[0].members[0].data, tuple(groups))
        for photos, groups in found.items()
        if any(_classifies_toy_books(row) for group in groups for row in group.members)
    ]


def read_leaderboard(runs_dir: Path, comparable: ComparableGroups) -> Leaderboard:
    """The board of a field as it stands now. Raises DataError when the draw's note is damaged."""
    draw = find_challenge_set(runs_dir)
    entrants = [_entrant(runs_dir, group) for group in comparable.groups]
    left_out = tuple(entrant for entrant in entrants if not entrant.ready)
    known, waiting, problems, pending = [], [], [], []
    for entrant in (entrant for entrant in entrants if entrant.ready):
        complete = []
        for row in entrant.runs:
            found = None
            try:
                found = _read_results(runs_dir, row, draw.fingerprint if draw else "")
            except InputError as error:
                problems.append(str(error))
            if found is None:
                pending.append(row.id)
            else:
                complete.append(found)
        if len(complete) == len(entrant.runs):
            known.append((entrant, complete))
        else:
            waiting.append(entrant)
    board = _ranked(known) if known else Leaderboard()
    return replace(
        board,
        waiting=tuple(waiting),
        excluded=left_out,
        problems=tuple(problems),
        pending_run_ids=tuple(pending),
        photo_count=draw.photo_count if draw else 0,
    )


@cache
def challenge_recipe() -> dict[str, Any]:
    """The recipe that is to be mended, as plain data."""
    return recipe_dict(load_recipe(BASE_RECIPE))


def changes_of(recipe: dict[str, Any]) -> tuple[Change, ...]:
    """What a recipe changes in the challenge's, key by key as Train lists it; its seed is none."""
    rows = recipe_difference({"base": challenge_recipe(), "edited": recipe})
    found = rows.itertuples(index=False, name=None)
    return tuple(change for change in found if change[0] not in _IGNORED_KEYS)


# --- who may be ranked ----------------------------------------------------------------------------


def _classifies_toy_books(row: RunRow) -> bool:
    return tuple(sorted((row.summary or {}).get("classes", ()))) == CLASSES


def _entrant(runs_dir: Path, group: Group) -> Entrant:
    finished = {
        _seed_and_fold(row): row for row in group.evaluated_members() if row.status.state == "done"
    }
    runs, missing = [], []
    for row in group.members:  # by seed, then fold; of one seed the newest last
        repeat = _seed_and_fold(row)
        done = finished.get(repeat)
        if done is None:
            missing.append((repeat, _missing_reason(row).format(run=_repeat_label(row))))
        elif not has_weights(Run(Path(runs_dir) / done.id)):
            missing.append((repeat, N_("{run} has no weights").format(run=_repeat_label(row))))
        elif done not in runs:
            runs.append(done)
    return Entrant(group, tuple(runs), tuple(dict(missing).values()))


def _seed_and_fold(row: RunRow) -> tuple[int, int | None]:
    return int(row.recipe["seed"]), row.recipe["split"].get("fold")


def _repeat_label(row: RunRow) -> str:
    seed, fold = _seed_and_fold(row)
    if fold is None:
        return N_("seed {seed}").format(seed=seed)
    return N_("seed {seed}, fold {fold}").format(seed=seed, fold=fold)


def _missing_reason(row: RunRow) -> str:
    """What became of a `{run}` that has no results."""
    if (row.status.error or "").startswith(DIVERGED):
        return N_("{run} diverged")
    words = {
        "running": N_("{run} is training"),
        "queued": N_("{run} is waiting"),
        "paused": N_("{run} is paused"),
        "failed": N_("{run} failed"),
        "cancelled": N_("{run} was cancelled"),
    }
    return words.get(row.status.state, N_("{run} has no results"))


# --- ranks ----------------------------------------------------------------------------------------


def _read_results(runs_dir: Path, row: RunRow, fingerprint: str) -> _RunResults | None:
    """The run's answers to the draw's objects; None where it has not answered them."""
    trial = ChallengeEvaluation.of(runs_dir, row.id)
    found = trial.result()
    if found is None or found.draw != fingerprint:
        return None
    right = photo_correctness(trial.challenge_predictions(), TEST_SET_NAME, "object")
    if right.empty:
        raise RunError(
            N_(
                "{path}: contains no predictions; rank the run again",
                path=trial.path / "answers.csv",
            )
        )
    return right, found.lift


def _ranked(results: Sequence[tuple[Entrant, Sequence[_RunResults]]]) -> Leaderboard:
    lined_up = match_correctness([[correct for correct, _ in found] for _, found in results])
    photos, correct = lined_up.photos, lined_up.correct
    gaps = group_differences(correct, photos=photos)
    means = [float(group.mean()) for group in correct]
    better = _count_better(means, gaps)
    order = sorted(
        range(len(results)), key=lambda i: (better[i], -means[i], results[i][0].group.id)
    )
    standings = []
    for line, i in enumerate(order):
        entrant, found = results[i]
        score = group_mean(correct[i], photos=photos)
        assert score is not None
        lifts = [lift for _, lift in found if lift is not None]
        standings.append(
            Standing(
                rank=better[i] + 1,
                tied=better.count(better[i]) > 1,
                entrant=entrant,
                score=score,
                run_scores=tuple(float(seed) for seed in correct[i].mean(axis=1)),
                lift=fmean(lifts) if lifts else None,
                difference_to_above=_difference(gaps, i, order[line - 1]) if line else None,
                changes=changes_of(entrant.runs[0].recipe),
            )
        )
    return Leaderboard(standings=tuple(standings), object_count=len(lined_up.files))


def _count_better(
    means: Sequence[float], differences: dict[tuple[int, int], Difference]
) -> list[int]:
    """How many groups are really better than each. What is better than a better one counts too, so
    that no two groups share a rank of which one is really better."""
    above: dict[int, set[int]] = {}
    for i in sorted(range(len(means)), key=lambda i: -means[i]):
        real = [
            j for j in above if _difference(differences, j, i).significant and means[j] > means[i]
        ]
        above[i] = set(real).union(*(above[j] for j in real))
    return [len(above[i]) for i in range(len(means))]


def _difference(differences: dict[tuple[int, int], Difference], i: int, j: int) -> Difference:
    """Group i against group j, whichever way round it was computed."""
    return differences[i, j] if (i, j) in differences else differences[j, i].swapped
