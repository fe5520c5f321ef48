"""A data set as walls of photos: what each one shows, and what is to be known of it."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from core.base.language import N_, _
from core.data.dataset import BACKGROUND, VALIDATION, Dataset, Photo
from core.data.label_edits import Truth, truth_of
from core.data.near_copies import TRAIN, NearCopyPair
from core.data.split import holdout_photos, original_counts, validation_folds
from core.recipe.schema import Holdout

UNLABELLED = "not labelled"  # no class can be called so: a class's name holds no space
MAX_FOLDS = 20


@dataclass(frozen=True)
class GridPhoto:
    """A photo with all that is said of it. copy_texts: which near-copies it has. fold: in which it
    validates; None where nobody asked."""

    photo: Photo
    truth: Truth
    copy_texts: tuple[str, ...] = ()
    fold: int | None = None

    @property
    def primary(self) -> str:
        """The class that it shows most, "" where it is not labelled."""
        return self.truth.label.primary if self.truth.label else ""

    def categories(self) -> list[str]:
        """What it belongs under: its classes and other boxed things, or UNLABELLED."""
        present = self.truth.label.present if self.truth.label else ()
        shown = (self.primary or UNLABELLED, *present, *(box.label for box in self.truth.boxes))
        return list(dict.fromkeys(shown))


def grid_splits(dataset: Dataset) -> list[str]:
    """The names of the walls: train, validation, and each test set."""
    return [TRAIN, VALIDATION, *(test_set.name for test_set in dataset.test_sets)]


def grid_photos(
    dataset: Dataset, split: str, pairs: Sequence[NearCopyPair] = (), folds: int | None = None
) -> list[GridPhoto]:
    """The photos of a split; train and validation as a recipe that says nothing else parts them.

    pairs: the near-copies to tell of. folds: all training photos instead, in the order of the folds
    (so many) in which they validate, by the split's usual seed. Raises DataError where
    the photos cannot be parted so, or there is no such test set."""
    copies, fold_of = _copy_texts(pairs), dict[str, int]()
    if split in (TRAIN, VALIDATION):
        usual = Holdout()
        if folds:
            fold = validation_folds(dataset, folds, usual.seed)
            chosen = sorted(range(len(fold)), key=lambda index: (fold[index], index))
            fold_of = {dataset.train[index].file: fold[index] for index in chosen}
        else:
            chosen = holdout_photos(dataset, usual)[split == VALIDATION]
        shown = dataset.held_out([dataset.train[index].file for index in chosen])
        split = TRAIN
    else:
        shown = dataset.test_set(split)
    return [
        GridPhoto(
            photo, truth_of(shown, photo.file), copies[split, photo.file], fold_of.get(photo.file)
        )
        for photo in shown.photos
    ]


def category_counts(photos: Sequence[GridPhoto], classes: Sequence[str]) -> dict[str, int]:
    """How many photos belong under each class, other boxed thing and UNLABELLED: classes first and
    background after them, each only where there is one."""
    counts = Counter(kind for photo in photos for kind in photo.categories())
    named = [*(c for c in classes if c != BACKGROUND), BACKGROUND]
    others = sorted(kind for kind in counts if kind not in named and kind != UNLABELLED)
    return {kind: counts[kind] for kind in (*named, *others, UNLABELLED) if counts[kind]}


def category_text(category: str) -> str:
    """What it is called on a page: a class by its own name."""
    return _("not labelled") if category == UNLABELLED else category


def max_folds(dataset: Dataset) -> int:
    """Into how many folds the photos can be shared out: each must validate every class."""
    return min(MAX_FOLDS, *original_counts(dataset).values())


def _copy_texts(pairs: Sequence[NearCopyPair]) -> defaultdict[tuple[str, str], tuple[str, ...]]:
    """What is told of each photo, by its split (train for all that lie there) and file."""
    told: defaultdict[tuple[str, str], tuple[str, ...]] = defaultdict(tuple)
    for pair in pairs:
        alike = 100 * pair.alike
        copy = N_("a near-copy of train/{file} ({alike:.0f}% similar)")
        told[pair.split, pair.file] += (copy.format(file=pair.train, alike=alike),)
        source = N_("{photo} is a near-copy of it ({alike:.0f}% similar)")
        photo = f"{pair.split}/{pair.file}"
        told[TRAIN, pair.train] += (source.format(photo=photo, alike=alike),)
    return told
