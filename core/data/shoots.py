"""Shoots: training photos that were taken on one occasion. Where some of a shoot's photos train and
others validate, validation says little about photos from elsewhere."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from core.data.dataset import Dataset, Photo
from core.data.near_copies import similar_pairs
from core.data.photos import TIME_FORMAT, time_taken

MAX_GAP_SECONDS = 3600.0  # between two photos of one shoot
Link = tuple[int, int]  # two photos of one shoot, by their places


def find_shoots(
    dataset: Dataset, column: str | None = None, among: Sequence[int] | None = None
) -> dict[int, int]:
    """The number of the shoot of each training photo, by its index: of those `among` which shoots
    are told, or of all. By a column of train.csv, where a photo without a value is a shoot of its
    own; without a column by time and near-copies. Raises DataError when a photo cannot be read."""
    among = range(len(dataset.train)) if among is None else among
    if column is not None:
        values = [dataset.train_columns[column][i] for i in among]
        numbers = [values.index(value) if value else i for i, value in enumerate(values)]
        links = [*enumerate(numbers)]
    else:
        stamps = tuple((photo.path, photo.path.stat().st_mtime_ns) for photo in dataset.train)
        place = {i: number for number, i in enumerate(among)}
        links = timed_links([dataset.train[i] for i in among]) + [
            (place[i], place[j]) for i, j in _similar_pairs(stamps) if i in place and j in place
        ]
    return dict(zip(among, number_shoots(len(among), links), strict=True))


def timed_links(photos: Sequence[Photo]) -> list[Link]:
    """Links of photos that were taken within an hour of each other, by their cameras."""
    taken = sorted((moment, i) for i, moment in enumerate(map(capture_time, photos)) if moment)
    return [(i, j) for (a, i), (b, j) in pairwise(taken) if b - a <= MAX_GAP_SECONDS]


def number_shoots(count: int, links: Iterable[Link]) -> list[int]:
    """The number of the shoot of each of `count` photos, from 0 in the order of their first
    photos."""
    shoots = list(range(count))
    for i, j in links:
        one, other = shoots[i], shoots[j]
        if one != other:
            shoots = [one if shoot == other else shoot for shoot in shoots]
    known: dict[int, int] = {}
    return [known.setdefault(shoot, len(known)) for shoot in shoots]


def count_occasions(dataset: Dataset) -> int:
    """How many shoots the cameras' times tell apart; 0 where a photo does not tell its time. Quick
    enough for every look at a page."""
    if not all(map(capture_time, dataset.train)):
        return 0
    return len(dataset.train) - len(timed_links(dataset.train))  # the links of a shoot are a chain


def capture_time(photo: Photo) -> float | None:
    """When a photo was taken, by its camera, in seconds; None where it does not say."""
    try:
        return _capture_time(photo.path, photo.path.stat().st_mtime_ns)
    except OSError:
        return None


@lru_cache(maxsize=20_000)
def _capture_time(path: Path, modified: int) -> float | None:
    told = time_taken(path)
    return datetime.strptime(told, TIME_FORMAT).timestamp() if told else None


@lru_cache(maxsize=4)
def _similar_pairs(stamps: tuple[tuple[Path, int], ...]) -> tuple[Link, ...]:
    return tuple(similar_pairs([path for path, _ in stamps]))
