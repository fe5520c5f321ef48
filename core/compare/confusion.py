"""Which class an item (core.compare.selection) takes for which, on the photos of a set, and the
precision and recall of each class."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from core.base.formatting import percent
from core.base.language import _
from core.evaluate.paired import photo_of
from core.evaluate.scores import wilson
from core.store.groups import Group


@dataclass(frozen=True)
class ConfusionMatrix:
    """classes: rows and columns, in the runs' order. counts: answers (truth down, answer across)
    over all of `runs` runs. shares: of the truth's answers, 0..1. files: the photos of each pair
    (truth, answer), by name, with how many runs gave that answer."""

    classes: tuple[str, ...]
    counts: pd.DataFrame
    shares: pd.DataFrame
    file_counts: dict[tuple[str, str], dict[str, int]]
    runs: int

    def photos(self, truth: str, answer: str) -> dict[str, str]:
        """The photos of a cell in words, by file, the commonest first: `img_1.jpg`, or `img_1.jpg
        (3 of 5)`."""
        found = sorted(self.file_counts.get((truth, answer), {}).items(), key=lambda pair: -pair[1])
        if self.runs == 1:
            return {file: file for file, __ in found}
        return {
            file: _("{file} ({count} of {runs})", file=file, count=n, runs=self.runs)
            for file, n in found
        }

    def error_cells(self) -> list[tuple[str, str]]:
        """The cells off the diagonal that hold photos, the fullest first."""
        wrong = [cell for cell in self.file_counts if cell[0] != cell[1]]
        return sorted(wrong, key=lambda cell: -sum(self.file_counts[cell].values()))


def confusion_matrix(
    item: Group, predictions: Mapping[str, pd.DataFrame], split: str
) -> ConfusionMatrix | None:
    """The labelled photos of a split, over an item's runs; None where there are none."""
    frames = [
        frame[(frame["split"] == split) & (frame["primary"] != "")]
        for row in item.evaluated_members()
        if (frame := predictions.get(row.id)) is not None and len(frame)
    ]
    frames = [frame for frame in frames if len(frame)]
    if not frames:
        return None
    rows = pd.concat(frames)
    named = [str(name).removeprefix("p_") for name in rows if str(name).startswith("p_")]
    known = {*rows["primary"], *rows["predicted"]}
    classes = (*named, *sorted(known - set(named)))
    counts = pd.crosstab(rows["primary"], rows["predicted"])
    counts = counts.reindex(index=classes, columns=classes, fill_value=0)
    shares = counts.div(counts.sum(axis=1).clip(lower=1), axis=0)
    files: dict[tuple[str, str], dict[str, int]] = {}
    for (*cell, file), count in rows.groupby(["primary", "predicted", "file"]).size().items():
        files.setdefault((cell[0], cell[1]), {})[file] = int(count)
    return ConfusionMatrix(classes, counts, shares, files, len(frames))


def confusion_table(titles: Sequence[str], matrices: Sequence[ConfusionMatrix]) -> pd.DataFrame:
    """Every cell of several items as a row: run, label, answer, count, share, photos."""
    rows = [
        (
            title,
            truth,
            answer,
            count,
            share,
            " ".join(
                dict.fromkeys(photo_of(file) for file in one.file_counts.get((truth, answer), ()))
            ),
        )
        for title, one in zip(titles, matrices, strict=True)
        for truth, counts, shares in zip(
            one.classes, one.counts.to_numpy().tolist(), one.shares.to_numpy().tolist(), strict=True
        )
        for answer, count, share in zip(one.classes, counts, shares, strict=True)
    ]
    return pd.DataFrame(rows, columns=["run", "label", "answer", "count", "share", "photos"])


MIN_PHOTOS = 5  # below, a share and its interval say next to nothing


def class_scores(predictions: pd.DataFrame, split: str) -> pd.DataFrame:
    """A row per class: how many photos are of it, how many are answered so, and of these the shares
    that are right, with Wilson's 95% interval; "too few" below MIN_PHOTOS. Empty without labelled
    photos. predictions: `Run.predictions()`."""
    rows = predictions[(predictions["split"] == split) & (predictions["primary"] != "")]
    names = sorted({*rows["primary"], *rows["predicted"]})
    columns = [_("class"), _("photos"), _("recall"), _("predictions"), _("precision")]
    lines = []
    for name in names:
        truly, answered = rows["primary"] == name, rows["predicted"] == name
        right, photos, answers = (int(x.sum()) for x in (truly & answered, truly, answered))
        lines.append(
            (name, photos, _share_text(right, photos), answers, _share_text(right, answers))
        )
    return pd.DataFrame(lines, columns=columns)


def _share_text(right: int, total: int) -> str:
    if total < MIN_PHOTOS:
        return _("{right} of {total} (too few)", right=right, total=total)
    low, high = (percent(value) for value in wilson(right, total))
    return _("{share} ({low} to {high})", share=percent(right / total), low=low, high=high)
