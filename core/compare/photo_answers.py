"""What each item (core.compare.selection) answers to each photo of a set: the photos on which they
disagree say more than any score."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TypeAlias

import pandas as pd

from core.base.formatting import percent
from core.base.language import N_, _
from core.store.groups import Group

# Filters of photos, as links name them.
ALL, DISAGREE = N_("all"), N_("they disagree")
ALL_WRONG, ONE_RIGHT = N_("all wrong"), N_("only one right")
FILTERS = (ALL, DISAGREE, ALL_WRONG, ONE_RIGHT)
PhotoPredictions: TypeAlias = pd.DataFrame  # with these columns
COLUMNS = ("file", "truth", "item", "predicted", "probability", "times", "runs", "right")


def predicted_splits(items: Sequence[Group], predictions: Mapping[str, pd.DataFrame]) -> list[str]:
    """The sets of photos that the items answered, validation first and object crops last."""
    found: dict[str, None] = {}
    for id_ in (row.id for item in items for row in item.evaluated_members()):
        frame = predictions.get(id_)
        if frame is not None and len(frame):
            found |= dict.fromkeys(frame["split"].unique())
    return sorted(found, key=lambda name: "/" in name)


def photo_predictions(
    items: Sequence[Group], predictions: Mapping[str, pd.DataFrame], split: str
) -> pd.DataFrame:
    """A row per photo and item, photos in the order of their names: file, truth (empty without a
    label), item (its id), predicted, probability, times, runs, right (None without a label).

    A group's answer is the commonest of its runs, of equals the more probable one; `times` of its
    `runs` gave it, with `probability` in the mean. predictions: predictions.csv by run id."""
    found = []
    for item in items:
        frames = [
            _split_predictions(frame, split)
            for row in item.evaluated_members()
            if (frame := predictions.get(row.id)) is not None and len(frame)
        ]
        if frames:
            found.append(_majority_predictions(frames).assign(item=item.id, runs=len(frames)))
    if not found:
        return pd.DataFrame(columns=list(COLUMNS))
    together = pd.concat(found, ignore_index=True)
    right = (together["predicted"] == together["truth"]).astype(object)
    together["right"] = right.where(together["truth"] != "", None)
    order = pd.Categorical(together["item"], [item.id for item in items])
    together = together.assign(order=order).sort_values(["file", "order"], ignore_index=True)
    return together[list(COLUMNS)]


def _split_predictions(frame: pd.DataFrame, split: str) -> pd.DataFrame:
    rows = frame[frame["split"] == split]
    classes = [str(name) for name in rows if str(name).startswith("p_")]
    places = {name.removeprefix("p_"): place for place, name in enumerate(classes)}
    table = rows[classes].to_numpy(float)
    return pd.DataFrame(
        {
            "file": rows["file"].to_numpy(),
            "truth": rows["primary"].to_numpy(),
            "predicted": rows["predicted"].to_numpy(),
            "probability": [
                table[number, places[name]] if name in places else float("nan")
                for number, name in enumerate(rows["predicted"])
            ],
        }
    )


def _majority_predictions(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """One answer per photo out of those of several runs."""
    if len(frames) == 1:
        return frames[0].assign(times=1)
    together = pd.concat(frames)
    counted = together.groupby(["file", "truth", "predicted"], as_index=False).agg(
        probability=("probability", "mean"), times=("probability", "size")
    )
    counted = counted.sort_values(["times", "probability"], ascending=False, kind="stable")
    return counted.drop_duplicates("file")


def filtered_files(
    predictions: pd.DataFrame, filter_name: str, only_item_id: str = ""
) -> list[str]:
    """The photos that one of FILTERS leaves. DISAGREE: not all answers are the same; ALL_WRONG and
    ONE_RIGHT need a label. only_item_id: the id of the one that alone is right; any, if empty."""
    by_file = predictions.groupby("file", sort=False)
    if filter_name == ALL:
        return list(by_file.groups)
    if filter_name == DISAGREE:
        differing = by_file["predicted"].nunique()
        return list(differing.index[differing > 1])
    labelled = predictions[predictions["truth"] != ""]
    right = labelled["right"].astype(bool)
    counts = right.groupby(labelled["file"], sort=False).sum()
    if filter_name == ALL_WRONG:
        return list(counts.index[counts == 0])
    alone = set(counts.index[counts == 1])
    hits = labelled[right & labelled["file"].isin(alone)]
    return list(
        hits["file"] if not only_item_id else hits.loc[hits["item"] == only_item_id, "file"]
    )


def prediction_text(row: Mapping[str, object]) -> str:
    """`✓ robots 98%`, or of a group `✗ ferns 61% (3 of 5)`."""
    sign = {True: "✓ ", False: "✗ "}.get(row["right"], "") if row["right"] is not None else ""  # type: ignore[call-overload]
    share = percent(float(row["probability"]))  # type: ignore[arg-type]
    words = f"{sign}{row['predicted']} {share}"
    if row["runs"] == 1:
        return words
    return _("{answer} ({count} of {runs})", answer=words, count=row["times"], runs=row["runs"])


def one_photo_table(rows: PhotoPredictions, titles: Mapping[str, str]) -> pd.DataFrame:
    """What everybody answers to one photo, whose rows are given: columns run and answer."""
    words = [prediction_text(row) for row in rows.to_dict("records")]
    return pd.DataFrame({"run": rows["item"].map(dict(titles)), "answer": words})


def wide_table(
    predictions: pd.DataFrame, files: Sequence[str], titles: Mapping[str, str]
) -> pd.DataFrame:
    """A row per photo: `photo`, `label`, then a column of `prediction_text` per item's title."""
    kept = predictions[predictions["file"].isin(list(files))]
    words = [prediction_text(row) for row in kept.to_dict("records")]
    wide = kept.assign(words=words).pivot(index="file", columns="item", values="words")
    wide = wide.reindex(index=list(files), columns=[id_ for id_ in titles if id_ in wide])
    labels = predictions.drop_duplicates("file").set_index("file")["truth"]
    wide = wide.fillna("").rename(columns=dict(titles))
    wide.insert(0, "label", labels.reindex(list(files)).replace("", "-"))
    return wide.rename_axis("photo").reset_index().rename_axis(columns=None)


def counts_table(predictions: pd.DataFrame, files: Sequence[str]) -> pd.DataFrame:
    """The same for more items than columns can be read: `photo`, `label`, `right` (`63 of 100`)
    and `predictions`, the commonest first."""
    rows = []
    groups = {str(file): rows for file, rows in predictions.groupby("file", sort=False)}
    for file in files:
        found = groups[file]
        counts = Counter(found["predicted"]).most_common()
        truth = found["truth"].iloc[0]
        count = int(found["right"].astype(bool).sum())
        right = _("{count} of {total}", count=count, total=len(found)) if truth else "-"
        each = ", ".join(f"{name} {count}" for name, count in counts)
        rows.append((file, truth or "-", right, each))
    return pd.DataFrame(rows, columns=["photo", "label", "right", "answers"])
