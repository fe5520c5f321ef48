"""Which data set here holds the photos that somebody else's run saw."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from core.base.errors import InputError
from core.data.dataset import find_datasets, read_dataset
from core.data.earlier_photos import fingerprint_history, photos_by_split
from core.data.fingerprints import FileDigests


class DatasetMatcher:
    """The data sets of a folder, each read once, when it is first asked about."""

    def __init__(self, datasets: Path) -> None:
        self._datasets = Path(datasets)
        self._fingerprints = cache(_read_fingerprints)

    def find(self, environment: Mapping[str, Any]) -> str:
        """The folder of a data set with the training photos and every test set of the run whose
        environment.json that is; empty where there is none, or where the run has read no photo.

        The folder that the run names is asked first: it may be back on the machine it came from."""
        data = environment["data"]
        wanted = data.get("fingerprints")
        if not wanted:
            return ""
        named = Path(str(data["path"]))
        places = [place.resolve() for place in find_datasets(self._datasets)]
        places.sort(key=lambda place: place.name != named.name)  # the likeliest first
        for place in [named, *places] if named.is_absolute() else places:
            if _has_photos(self._fingerprints(place), wanted):
                return str(place)
        return ""


def _read_fingerprints(root: Path) -> dict[str, list[str]]:
    try:
        digest = cache(FileDigests(lambda: None).digest)
        return fingerprint_history(read_dataset(root), digest)
    except InputError:
        return {}


def _has_photos(have: Mapping[str, list[str]], wanted: Mapping[str, Any]) -> bool:
    """Further photos and test sets do no harm; labels may differ."""
    splits = photos_by_split(wanted).items()
    return all(print_ in have.get(split, ()) for split, print_ in splits)
