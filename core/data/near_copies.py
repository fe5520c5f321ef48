"""Near-copies across splits: test photos that are training photos, saved again, cropped or made
brighter; and training photos that come twice, so that one may train while the other validates.

A score on a photo that was trained on says nothing. Photos are compared by where their brightness
rises and falls, as a difference hash does (dHash: Krawetz 2013, "Kind of Like That"), but by values
instead of bits, and with room for a crop. Bits (pHash, dHash) and a pretrained network's features
were tried: for them two photos of one book on one table are as near as copies are. Free of torch.
"""

import hashlib
import json
import math
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from threadpoolctl import threadpool_limits

from core.base import files
from core.base.errors import DataError
from core.base.language import N_, _, ngettext
from core.data.dataset import Dataset, Photo
from core.data.fingerprints import fingerprints
from core.data.photos import open_photo

Vectors = NDArray[np.float32]

VERSION = 1  # raise it when the computation or a threshold changes
CACHE_FOLDER = ".leaks"
TRAIN = "train"
MIN_SIMILARITY = 0.85  # fixed on toy sets, see docs/how-numbers-are-computed.md
_SAME = 0.99  # from this likeness on two photos are one, saved again
MAX_GROUPS = 10  # that are listed
_MOST_BY_PARTS, _AT_ONCE = 3_000, 256  # photos that are compared by their parts; or by whole ones
_SIDE = 32  # pixels of the small picture that is compared
_CROPS = (0.98, 0.96, 0.94, 0.92, 0.9)  # sides of the parts that are compared with whole photos
_STEP = 0.8  # pixels of the small picture between the places where a part is tried


@dataclass(frozen=True)
class NearCopyPair:
    """A photo of a test set (or of `train`) and the training photo that it is nearest to.

    alike: from core.data.near_copies.MIN_SIMILARITY to 1, the same."""

    split: str
    file: str
    train: str
    alike: float

    def text(self) -> str:
        """`test/a.jpg is a near-copy of train/red/b.jpg (98% alike)`."""
        told = N_("{photo} is a near-copy of train/{file} ({alike:.0f}% similar)")
        photo = f"{self.split}/{self.file}"
        return told.format(photo=photo, file=self.train, alike=100 * self.alike)


def near_copies(dataset: Dataset, runs_dir: Path) -> tuple[NearCopyPair, ...]:
    """The near-copies of a data set, from the folder of runs `runs_dir` where they are known, else
    found and kept there. Raises DataError when a photo cannot be read."""
    path = _cache_path(dataset, runs_dir)
    known = _read_copies(path)
    if known is not None:
        return known
    found = find_near_copies(dataset)
    if path != _cache_path(dataset, runs_dir):  # a photo was replaced meanwhile
        return found
    with suppress(OSError):  # a full disk or a read-only folder: done without
        path.parent.mkdir(parents=True, exist_ok=True)
        files.write_json(path, {"version": VERSION, "pairs": [asdict(pair) for pair in found]})
    return found


def cached_near_copies(dataset: Dataset, runs_dir: Path) -> tuple[NearCopyPair, ...] | None:
    """The near-copies as far as they were found before; None where nobody has looked yet. Raises
    DataError when a photo cannot be read."""
    return _read_copies(_cache_path(dataset, runs_dir))


def _read_copies(path: Path) -> tuple[NearCopyPair, ...] | None:
    with suppress(OSError, ValueError, KeyError, TypeError):
        kept = json.loads(path.read_text("utf-8"))
        if kept["version"] == VERSION:
            return tuple(NearCopyPair(**pair) for pair in kept["pairs"])
    return None


def _cache_path(dataset: Dataset, runs_dir: Path) -> Path:
    return Path(runs_dir) / CACHE_FOLDER / f"{photos_fingerprint(dataset)}.json"


def find_near_copies(dataset: Dataset) -> tuple[NearCopyPair, ...]:
    """For each photo that is a near-copy of a training photo, the nearest one.

    Raises DataError when a photo cannot be read."""
    named = [(split, photo) for split, photos in _splits(dataset) for photo in photos]
    alike = _likenesses([photo.path for __, photo in named], len(dataset.train))
    found = []
    for place, ((split, photo), row) in enumerate(zip(named, alike, strict=True)):
        rivals = row[:place] if split == TRAIN else row  # each pair once
        if not len(rivals) or rivals.max() < MIN_SIMILARITY:
            continue
        best = int(rivals.argmax())
        likeness = round(float(rivals[best]), 3)
        found.append(NearCopyPair(split, photo.file, dataset.train[best].file, likeness))
    return tuple(found)


def nearest_copy(image: Image.Image, dataset: Dataset, set_name: str) -> tuple[str, float] | None:
    """The photo of `train/` or of one test set that a new photo, not yet among them, is a near-copy
    or a wider view of, as `split/file`, and their likeness; None where there is none. Photos that
    cannot be read are passed over. Quick from the second time on: small pictures stay in memory."""
    named = {f"{TRAIN}/{photo.file}": photo.path for photo in dataset.train}
    for each in dataset.test_sets:
        if each.name == set_name:
            named |= {f"{set_name}/{photo.file}": photo.path for photo in each.photos}
    parts, best = vectors(image), ("", 0.0)
    for name, path in named.items():
        with suppress(OSError, DataError):
            whole = _whole(path, path.stat().st_mtime_ns)
            best = max(best, (name, float((parts @ whole).max())), key=lambda found: found[1])
    return best if best[1] >= MIN_SIMILARITY else None


def near_copy_warnings(pairs: Sequence[NearCopyPair]) -> list[str]:
    """What the near-copies mean, a line for test sets and one for validation."""
    counts = Counter(pair.split for pair in pairs)
    inner = counts.pop(TRAIN, 0)
    lines = []
    if counts:
        parts = [
            ngettext("1 photo of {set}", "{count} photos of {set}", n, set=name)
            for name, n in counts.items()
        ]
        lines.append(
            ngettext(
                "{photos} is a near-copy of training photos: scores on it are meaningless.",
                "{photos} are near-copies of training photos: scores on them are meaningless.",
                counts.total(),
                photos=_(" and ").join(parts),
            )
        )
    if inner:
        lines.append(
            ngettext(
                "1 training photo is a near-copy of another: with one used for training "
                "and the other for validation, validation is meaningless.",
                "{count} training photos are near-copies of another: with one used for "
                "training and the other for validation, validation is meaningless.",
                inner,
            )
        )
    return lines


def near_copy_groups(pairs: Sequence[NearCopyPair]) -> list[str]:
    """The near-copies, a line for each photo that others are copies of: the worst ten, and how many
    more there are."""
    groups: dict[str, list[NearCopyPair]] = {}
    for pair in sorted(pairs, key=lambda pair: -pair.alike):
        groups.setdefault(pair.train, []).append(pair)
    lines = []
    for file, group in list(groups.items())[:MAX_GROUPS]:
        told = N_("train/{file} has {count} near-copies: {photos} (up to {alike:.0f}% similar)")
        photos = ", ".join(f"{pair.split}/{pair.file}" for pair in group[:4])
        photos += ", …" if len(group) > 4 else ""
        values = {"count": len(group), "photos": photos, "alike": 100 * group[0].alike}
        lines.append(group[0].text() if len(group) == 1 else told.format(file=file, **values))
    more = N_("... and {count} more groups of near-copies").format(count=len(groups) - MAX_GROUPS)
    return lines + ([more] if len(groups) > MAX_GROUPS else [])


def label_contradictions(dataset: Dataset, pairs: Sequence[NearCopyPair]) -> list[str]:
    """Photos that are the same and yet of different classes: one of the labels is wrong. The first
    ten, and how many more there are."""
    pairs_of_train = zip(dataset.train, dataset.train_classes, strict=True)
    known = {photo.file: name for photo, name in pairs_of_train}
    labels: dict[str, dict[str, str]] = {TRAIN: known}
    for test in dataset.test_sets:
        labels[test.name] = {file: label.primary for file, label in test.labels.items()}
    lines = []
    for pair in pairs:
        names = labels[pair.split].get(pair.file, ""), known[pair.train]
        if pair.alike >= _SAME and names[0] and names[0] != names[1]:
            told = N_(
                "{photo} ({first}) is the same photo as train/{file} ({second}); one of "
                "the labels is wrong"
            )
            photo = f"{pair.split}/{pair.file}"
            lines.append(told.format(photo=photo, first=names[0], file=pair.train, second=names[1]))
    more = N_("... and {count} more such photos").format(count=len(lines) - MAX_GROUPS)
    return lines[:MAX_GROUPS] + ([more] if len(lines) > MAX_GROUPS else [])


def photos_fingerprint(dataset: Dataset) -> str:
    """A name for all photos of a data set, SHA-256 of their contents, files and classes."""
    prints = fingerprints(dataset)
    photos = [prints["train"], *(prints["test_sets"][t.name]["photos"] for t in dataset.test_sets)]
    return hashlib.sha256("\0".join(photos).encode()).hexdigest()


def quick_fingerprint(dataset: Dataset) -> str:
    """A quick stand-in for the fingerprint, from the files' times and sizes."""
    facts: list[Any] = []
    for photo in (photo for __, photos in _splits(dataset) for photo in photos):
        told = photo.path.stat()
        facts.append((str(photo.path), told.st_mtime_ns, told.st_size))
    return hashlib.sha256(repr(facts).encode()).hexdigest()


# --- pixels ---------------------------------------------------------------------------------------


def vectors(image: Image.Image) -> Vectors:
    """A photo and parts of it (a little smaller, at places all over it) as vectors of length 1,
    whose products are likenesses: (parts, numbers), the whole photo first.

    A vector holds the differences of neighbours, across and down, in a grey picture of 32x32
    pixels; their signed square roots, so that a few hard edges do not decide."""
    return _differences(_small(image), _parts())


def similar_pairs(paths: Sequence[Path]) -> list[tuple[int, int]]:
    """The pairs of photos that are near-copies of each other, by their places. Raises DataError
    when a photo cannot be read."""
    rows = enumerate(_likenesses(paths, len(paths)))
    return [(i, int(j)) for i, row in rows for j in np.flatnonzero(row >= MIN_SIMILARITY) if i < j]


def _likenesses(paths: Sequence[Path], count: int) -> Iterable[Vectors]:
    """Of each photo its likeness to the first `count`. Of very many photos only whole ones are
    compared, some at a time: all would take hours and gigabytes."""
    if len(paths) <= _MOST_BY_PARTS:
        yield from _similarity_matrix(paths)[:, :count]
        return
    small = (_small(open_photo(path, at_least=4 * _SIDE)) for path in paths)
    wholes = np.concatenate([_differences(image, _parts()[:1]) for image in small])
    for first in range(0, len(wholes), _AT_ONCE):
        with threadpool_limits(1, user_api="blas"):
            rows = wholes[first : first + _AT_ONCE] @ wholes[:count].T
        yield from rows


def _similarity_matrix(paths: Sequence[Path]) -> Vectors:
    """The likeness of photos to one another, (photos, photos), 1 for the same: of a whole one to
    the best part of the other."""
    small = [_small(open_photo(path, at_least=4 * _SIDE)) for path in paths]
    wholes = np.concatenate([_differences(image, _parts()[:1]) for image in small])
    # One photo's parts at a time: those of all would take much memory. In one thread: several spin
    # for most of the time that such small products take.
    with threadpool_limits(1, user_api="blas"):
        best = np.stack([(_differences(image, _parts()) @ wholes.T).max(axis=0) for image in small])
    return np.maximum(best, best.T)


@lru_cache(maxsize=5000)
def _whole(path: Path, modified: int) -> Vectors:
    return _differences(_small(open_photo(path, at_least=4 * _SIDE)), _parts()[:1])[0]


def _splits(dataset: Dataset) -> list[tuple[str, Sequence[Photo]]]:
    return [(TRAIN, dataset.train), *((test.name, test.photos) for test in dataset.test_sets)]


def _small(image: Image.Image) -> Image.Image:
    """Parts of a small picture are as good as those of a large one, and quicker."""
    return image.convert("L").resize((4 * _SIDE, 4 * _SIDE), Image.Resampling.BOX)


def _differences(small: Image.Image, parts: Sequence[tuple[float, float, float, float]]) -> Vectors:
    size = (_SIDE, _SIDE)
    grey = np.stack(
        [np.asarray(small.resize(size, Image.Resampling.BILINEAR, box)) for box in parts]
    ).astype(np.float32)
    across = grey[:, 1:, 1:] - grey[:, 1:, :-1]
    down = grey[:, 1:, 1:] - grey[:, :-1, 1:]
    flat = np.concatenate([across, down], axis=1).reshape(len(parts), -1)
    roots = np.sign(flat) * np.sqrt(np.abs(flat))
    lengths: Vectors = np.linalg.norm(roots, axis=1, keepdims=True)
    return roots / np.maximum(lengths, 1e-6)


@cache
def _parts() -> list[tuple[float, float, float, float]]:
    side = 4.0 * _SIDE
    boxes = [(0.0, 0.0, side, side)]
    for share in _CROPS:
        length, room = side * share, side * (1 - share)
        places = np.linspace(0, room, math.ceil(room / (4 * _STEP)) + 1).tolist()
        corners = [(x, y) for x in places for y in places]
        boxes += [(x, y, x + length, y + length) for x, y in corners]
    return boxes
