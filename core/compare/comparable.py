"""Which runs saw the same photos: only those can be compared photo by photo, as files of one name
in two data sets may be different photos."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from core.data.dataset import VALIDATION
from core.store.groups import Group
from core.store.index import RunRow

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
