"""Items: what can be chosen to be compared, a run or a group of repeats as one; and which of them
saw the same photos: only those can be compared photo by photo, as files of one name in two data
sets may be different photos.

An item is a core.store.groups.Group: a run alone is a group of one with the run's id and label.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from core.base import palette
from core.base.language import _
from core.compare import tables
from core.data.dataset import VALIDATION
from core.store.groups import Group, find_groups
from core.store.index import RunRow


def run_items(rows: Sequence[RunRow], all_rows: Sequence[RunRow]) -> list[Group]:
    """Each of the runs as an item, in their order. all_rows: every run, newest first."""
    labels = tables.labels_by_id(all_rows)
    return [Group(row.id, labels[row.id], (row,)) for row in rows]


def selectable_items(all_rows: Sequence[RunRow]) -> list[Group]:
    """Everything that can be chosen: groups of several seeds or folds, then every run, each oldest
    first; examples come last. all_rows: newest first, as the index gives them."""
    oldest_first = list(reversed(all_rows))
    runs = run_items(sorted(oldest_first, key=lambda row: row.example), all_rows)
    taken = {item.title for item in runs}
    groups = [_told_apart(group, taken) for group in find_groups(all_rows) if group.repeats > 1]
    return sorted(groups, key=oldest_run_id) + runs


def grouped_items(rows: Sequence[RunRow], all_rows: Sequence[RunRow]) -> list[Group]:
    """The runs as items, in their order, but the repeats of one recipe among them as one."""
    ids = {row.id for row in rows}
    groups = find_groups([row for row in all_rows if row.id in ids])
    of = {row.id: group for group in groups if group.repeats > 1 for row in group.members}
    alone = {item.id: item for item in run_items(rows, all_rows)}
    taken = {alone[row.id].title for row in rows if row.id not in of}
    found = [of.get(row.id, alone[row.id]) for row in rows]
    return list({item.id: _told_apart(item, taken) for item in found}.values())


def _told_apart(item: Group, taken: set[str]) -> Group:
    """A group under a title that no single run has."""
    if item.repeats > 1 and item.title in taken:
        return replace(item, title=_("{title} (group)", title=item.title))
    return item


def item_colours(items: Sequence[Group]) -> dict[str, str]:
    """The colour of each item, by its id."""
    return {item.id: palette.run_colour(item.id) for item in items}


def oldest_run_id(item: Group) -> str:
    """The id of an item's oldest run."""
    return min(row.id for row in item.members)


# Per split of predictions.csv the fingerprints of its photos, today's first, then earlier ones.
Fingerprints = Mapping[str, Sequence[str]]


def run_photos_fingerprint(row: RunRow) -> str:
    """A fingerprint of all photos that a run saw; its data set's folder before it read them."""
    return row.photos or row.data_path


def runs_on_same_photos(row: RunRow, rows: Sequence[RunRow]) -> list[str]:
    """The ids of the other finished runs on a run's photos: what it can be compared with."""
    photos = run_photos_fingerprint(row)
    return [
        o.id for o in rows if o.summary and o.id != row.id and run_photos_fingerprint(o) == photos
    ]


def items_on_other_photos(items: Sequence[Group], reference: Group) -> list[Group]:
    """The items of which some photos are not those of `reference`."""
    own = run_photos_fingerprint(reference.members[0])
    return [item for item in items if run_photos_fingerprint(item.members[0]) != own]


def split_fingerprints(environment: Mapping[str, Any]) -> dict[str, list[str]]:
    """The fingerprints of each split's photos, from environment.json: validation photos are among
    the training photos. Empty before the run has read them."""
    prints = (environment.get("data") or {}).get("fingerprints")
    if not prints:
        return {}
    earlier = prints.get("earlier", {})
    sets = {
        name: [str(found["photos"]), *earlier.get(name, ())]
        for name, found in prints["test_sets"].items()
    }
    objects = {f"{name}/objects": photos for name, photos in sets.items()}
    return {VALIDATION: [str(prints["train"]), *earlier.get("train", ())]} | sets | objects


def share_photos(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether a split holds the same photos for two runs, or did before others joined it."""
    return bool({*one[:1], *other[:1]} & {*one} & {*other})


def same_test_photos(one: Fingerprints, other: Fingerprints) -> bool:
    """Whether two runs differ by nothing but their training photos, and have test photos."""
    sets = [{name: of[name][0] for name in of if name != VALIDATION} for of in (one, other)]
    return bool(sets[0]) and sets[0] == sets[1]


def comparable_predictions(
    predictions: Mapping[str, pd.DataFrame],
    fingerprints: Mapping[str, Fingerprints],
    reference_id: str,
) -> dict[str, pd.DataFrame]:
    """The runs' answers without those on splits whose photos the run `reference_id` did not see.
    fingerprints: by run id; of a run that is not among them nothing is known, and all of its
    answers are left out."""
    own = fingerprints.get(reference_id, {})
    found = {}
    for id_, frame in predictions.items():
        theirs = fingerprints.get(id_, {})
        same = [split for split in theirs if share_photos(theirs[split], own.get(split, ()))]
        found[id_] = frame[frame["split"].isin(same)] if len(frame) else frame
    return found
