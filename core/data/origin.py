"""Whether a test set was taken elsewhere or on the training photos' shoot: stated in dataset.yaml,
else told by its name, by near-copies, or by when the photos were taken."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from core.base import files
from core.base.language import N_
from core.base.yaml_files import dump_yaml
from core.data.dataset import CHOOSE, METADATA_FILE, Dataset, TestSet, read_metadata
from core.data.label_edits import locked_dataset
from core.data.near_copies import NearCopyPair
from core.data.shoots import MAX_GAP_SECONDS, capture_time

OriginBasis = Literal["choose", "stated", "name", "copies", "time", "nothing"]
SAME_SHOOT_NAMES = ("val", "valid", "dev", "eval")
MIN_SHARE = 1 / 3  # of its photos, from which on copies or times tell
BASIS_TEXTS: dict[OriginBasis, str] = {
    "choose": N_("used to choose recipes, as stated in dataset.yaml"),
    "stated": N_("stated in dataset.yaml"),
    "name": N_("inferred from its name; not stated"),
    "copies": N_("a third of it is near-copies of training photos; not stated"),
    "time": N_("a third of it was taken within an hour of a training photo; not stated"),
    "nothing": N_("no evidence against it, but not stated"),
}


@dataclass(frozen=True)
class SetOrigin:
    """Where a test set's photos are from, and what says so. One by which recipes are chosen counts
    as not from elsewhere: it shows no longer what holds where nobody chose."""

    elsewhere: bool
    by: OriginBasis


def find_origins(
    dataset: Dataset, get_near_copies: Callable[[], Sequence[NearCopyPair]]
) -> dict[str, SetOrigin]:
    """The origin of each test set, by name. `get_near_copies` tells the near-copies
    (core.data.near_copies), and is asked only where neither a statement nor a name tells."""
    found = {each.name: _origin_from_metadata(each) for each in dataset.test_sets}
    if None in found.values():
        copied = [pair.split for pair in get_near_copies()]
        trained = [moment for moment in map(capture_time, dataset.train) if moment]
        for each in dataset.test_sets:
            if found[each.name] is None:
                found[each.name] = _origin_from_photos(each, copied.count(each.name), trained)
    return {name: origin for name, origin in found.items() if origin is not None}


def write_origin(root: Path, set_name: str, elsewhere: bool) -> None:
    """Writes into dataset.yaml where a test set is from; all else in the file stays. Raises
    DataError, one line: no such set, or a file that cannot be read or written."""
    with locked_dataset(root) as dataset:
        dataset.test_set(set_name)
        state_origin(dataset.root, set_name, elsewhere)


def state_origin(root: Path, set_name: str, elsewhere: bool) -> None:
    """The same for a set that has no photo yet. Only inside `locked_dataset`. Raises DataError."""
    note = read_metadata(root)
    stated: dict[str, Any] = dict(note.get("test_sets") or {})
    origin = "elsewhere" if elsewhere else "same_shoot"
    stated[set_name] = dict(stated.get(set_name) or {}) | {"origin": origin}
    files.write_text(root / METADATA_FILE, dump_yaml(note | {"test_sets": stated}))


def _origin_from_metadata(test_set: TestSet) -> SetOrigin | None:
    if test_set.use == CHOOSE:
        return SetOrigin(False, "choose")
    if test_set.origin:
        return SetOrigin(test_set.origin == "elsewhere", "stated")
    return SetOrigin(False, "name") if test_set.name.lower() in SAME_SHOOT_NAMES else None


def _origin_from_photos(test_set: TestSet, copies: int, trained: Sequence[float]) -> SetOrigin:
    photos = len(test_set.photos)
    if copies >= MIN_SHARE * photos:
        return SetOrigin(False, "copies")
    near = sum(
        any(abs(moment - other) <= MAX_GAP_SECONDS for other in trained)
        for moment in map(capture_time, test_set.photos)
        if moment
    )
    return SetOrigin(False, "time") if near >= MIN_SHARE * photos else SetOrigin(True, "nothing")
