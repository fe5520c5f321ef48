"""Who got which photo right: the answers of several runs, photo by photo, on the same photos."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.data.label_tables import join_names, split_names

ComparedScore = Literal["primary", "object", "present"]
_TEXT_COLUMNS = ("kind", "split", "file", "primary", "present", "predicted")


@dataclass(frozen=True)
class MatchedPredictions:
    """The photos (or object crops) that all runs answered, by file name.

    correct: one array per group of runs, each (runs, photos). left_out: photos that only some of
    the runs answered, or whose label is not the same in all of them."""

    files: tuple[str, ...]
    correct: tuple[NDArray[np.bool_], ...]
    left_out: int

    @property
    def photos(self) -> tuple[str, ...]:
        """The photo of each file: crops of one photo are not independent of each other."""
        return tuple(photo_of(file) for file in self.files)


def photo_of(file: str) -> str:
    """The photo that a file of predictions.csv shows: `a.jpg` for `a.jpg#keras` and `a.jpg`."""
    return file.rsplit("#", 1)[0]


def photo_correctness(predictions: pd.DataFrame, split: str, score: ComparedScore) -> pd.DataFrame:
    """One run's labelled photos of a split, by file: `correct`, and `truth`, the label it was held
    against.

    predictions: rows of predictions.csv; plain views count. Split `test_difficult` with score
    `object` means its object crops. Empty when the run has no predictions."""
    if predictions.empty:
        return pd.DataFrame({"truth": [], "correct": []})
    wanted = f"{split}/objects" if score == "object" else split
    # As arrays: a comparison of a hundred runs comes here five hundred times.
    column = {name: predictions[name].to_numpy(object) for name in _TEXT_COLUMNS}
    rows = (
        (column["kind"] == "plain") & (column["split"] == wanted) & (column["primary"] != "")
    ).nonzero()[0]
    files, main, present, predicted = (column[name][rows] for name in _TEXT_COLUMNS[2:])
    if score == "present":
        classes = {name.removeprefix("p_") for name in predictions if name.startswith("p_")}
        accepted = [
            {name, *split_names(rest, classes)} for name, rest in zip(main, present, strict=True)
        ]
        truth = [join_names(sorted(names)) for names in accepted]
        correct = [name in names for name, names in zip(predicted, accepted, strict=True)]
    else:
        truth, correct = list(main), [bool(right) for right in predicted == main]
    return pd.DataFrame({"truth": truth, "correct": correct}, index=list(files))


def match_runs(
    groups: Sequence[Sequence[pd.DataFrame]], split: str, score: ComparedScore
) -> MatchedPredictions:
    """The answers of groups of runs, each given as its predictions.csv, on the photos they share.

    Two single runs are two groups of one."""
    return match_correctness(
        [[photo_correctness(run, split, score) for run in group] for group in groups]
    )


def match_correctness(groups: Sequence[Sequence[pd.DataFrame]]) -> MatchedPredictions:
    """The same of runs given as their `answers`, which whoever compares many runs keeps."""
    runs = [run for group in groups for run in group]
    first = runs[0]
    if all(run is first or _alike(run, first) for run in runs):  # nothing to line up: the usual
        order = np.argsort(first.index.to_numpy(str), kind="stable")
        shared, total = list(first.index[order]), len(first)
        right = [[run["correct"].to_numpy(bool)[order] for run in group] for group in groups]
    else:
        everything = sorted({file for run in runs for file in run.index})
        truths = [run["truth"].reindex(everything) for run in runs]
        shared, total = (
            [
                file
                for file, *labels in zip(everything, *truths, strict=True)
                if len(set(labels)) == 1 and not pd.isna(labels[0])
            ],
            len(everything),
        )
        right = [[run["correct"].loc[shared].to_numpy(bool) for run in group] for group in groups]
    correct = tuple(np.array(group, dtype=bool) for group in right)
    return MatchedPredictions(tuple(shared), correct, total - len(shared))


def _alike(run: pd.DataFrame, other: pd.DataFrame) -> bool:
    """Whether two runs answered the same photos under the same labels, in one order."""
    return run.index.equals(other.index) and run["truth"].equals(other["truth"])
