"""Who got which photo right: the answers of several runs, photo by photo, on the same photos."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

ComparedScore = Literal["primary", "object", "present"]


@dataclass(frozen=True)
class Matched:
    """The photos (or object crops) that all runs answered, by file name.

    correct: one array per group of runs, each (runs, photos). left_out: photos that only some of
    the runs answered, or whose label is not the same in all of them.
    """

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


def answers(predictions: pd.DataFrame, split: str, score: ComparedScore) -> pd.DataFrame:
    """One run's labelled photos of a split, by file: `correct`, and `truth`, the label it was held
    against.

    predictions: rows of predictions.csv; plain views count. Split `test_difficult` with score
    `object` means its object crops. Empty when the run has no predictions.
    """
    if predictions.empty:
        return pd.DataFrame({"truth": [], "correct": []})
    wanted = f"{split}/objects" if score == "object" else split
    rows = predictions[
        (predictions["kind"] == "plain")
        & (predictions["split"] == wanted)
        & (predictions["primary"] != "")
    ]
    if score == "present":
        accepted = [
            {main, *others.split()}
            for main, others in zip(rows["primary"], rows["present"], strict=True)
        ]
    else:
        accepted = [{main} for main in rows["primary"]]
    return pd.DataFrame(
        {
            "truth": [" ".join(sorted(names)) for names in accepted],
            "correct": [p in names for p, names in zip(rows["predicted"], accepted, strict=True)],
        },
        index=list(rows["file"]),
    )


def matched(groups: Sequence[Sequence[pd.DataFrame]], split: str, score: ComparedScore) -> Matched:
    """The answers of groups of runs, each given as its predictions.csv, on the photos they share.

    Two single runs are two groups of one.
    """
    found = [[answers(run, split, score) for run in group] for group in groups]
    runs = [run for group in found for run in group]
    everything = sorted({file for run in runs for file in run.index})
    truths = [run["truth"].reindex(everything) for run in runs]
    shared = [
        file
        for file, *labels in zip(everything, *truths, strict=True)
        if len(set(labels)) == 1 and not pd.isna(labels[0])
    ]
    correct = tuple(
        np.array([run["correct"].loc[shared].to_numpy(bool) for run in group], dtype=bool)
        for group in found
    )
    return Matched(tuple(shared), correct, len(everything) - len(shared))
