"""Which photos show best where items look differently, and their pictures: the photos on which the
items' shares of evidence in the box lie furthest apart. Free of torch."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd

from core.compare.score_tables import headline_set
from core.data.dataset import VALIDATION, Dataset, TestSet, read_dataset
from core.report.subject import ReportEntry, Subject
from core.store.run import open_run
from core.views.cam_grid import DENSITY_STEP, CamColumn, mean_column, run_column
from core.views.diagnosis_pictures import boxed_jpeg, counted_boxes
from core.views.heat_map import display_view, heat_map

PHOTOS = 6
COLUMNS = 6  # items whose maps fit beside each other on paper
IMAGE_SIDE = 260  # pixels of a picture's longer side


@dataclass(frozen=True)
class MapCell:
    """What one item sees in a photo. jpeg: the evidence over it. share: of the evidence, what lies
    in the boxes (0..1); None without a box. answer, chance: the likeliest class and its
    probability, of a group by the mean of its runs."""

    entry: ReportEntry
    jpeg: bytes
    share_in_box: float | None
    predicted: str
    probability: float


@dataclass(frozen=True)
class PhotoRow:
    """A photo, the class whose evidence is drawn, the share of the photo that its boxes cover (None
    without one), whether the photo or a box is labelled so (else it is an answer), and a look per
    item."""

    file: str
    label: str
    labelled: bool
    jpeg: bytes
    box_area: float | None
    cells: tuple[MapCell, ...]


@dataclass(frozen=True)
class MapComparison:
    """rows: the photos that were chosen, of `photos`. objects: how many have a box that counts.
    means: each item's share over all of them; empty where nothing is boxed. without: items that
    have no maps; beyond: items that there was no room for."""

    set_name: str
    photo_count: int
    object_count: int
    rows: tuple[PhotoRow, ...]
    mean_shares: tuple[tuple[ReportEntry, float], ...]
    without_maps: tuple[ReportEntry, ...]
    left_out: tuple[ReportEntry, ...]


def compare_maps(subject: Subject, entries: Sequence[ReportEntry]) -> MapComparison | None:
    """The contrast of items on the same photos; None where none has class maps.

    Raises InputError where the photos are gone or damaged, or a run's maps are."""
    dataset = read_dataset(open_run(subject.runs_dir, entries[0].item.members[0].id).data_dir())
    test_set = _choose_test_set(subject, entries, dataset)
    if test_set is None:
        return None
    found = [(one, _column(subject, one, test_set)) for one in entries]
    known = [(one, column) for one, column in found if column is not None]
    columns = known[:COLUMNS]
    if not columns:
        return None
    shares = _shares([column for _, column in columns], test_set)
    chosen = _select_photos(shares, [column for _, column in columns], test_set)
    counted = shares.dropna(axis=1, how="all")
    means = counted.mean(axis=1) if len(counted.columns) else []
    return MapComparison(
        test_set.name,
        len(test_set.photos),
        len(counted.columns),
        tuple(_row(test_set, place, label, columns, shares) for place, label in chosen),
        tuple((one, float(mean)) for (one, _), mean in zip(columns, means)),
        tuple(one for one, column in found if column is None),
        tuple(one for one, _ in known[COLUMNS:]),
    )


def _choose_test_set(
    subject: Subject, entries: Sequence[ReportEntry], dataset: Dataset
) -> TestSet | None:
    """The hardest test set; without any, the photos that validated in the first item's run."""
    name = headline_set([one.item for one in entries])
    names = [test_set.name for test_set in dataset.test_sets]
    if name or names:
        return dataset.test_set(name or names[-1])
    for one in entries:
        maps = open_run(subject.runs_dir, one.item.members[0].id).class_maps()
        if maps is not None and maps.files.get(VALIDATION):
            return dataset.held_out(maps.files[VALIDATION])
    return None


def _column(subject: Subject, entry: ReportEntry, test_set: TestSet) -> CamColumn | None:
    members = entry.item.evaluated_members() or entry.item.members[:1]
    found = subject.read_runs(lambda run: run_column(run, test_set), members)
    columns = [column for column in found.values() if column is not None]
    return mean_column(columns) if len(columns) > 1 else next(iter(columns), None)


def _shares(columns: Sequence[CamColumn], test_set: TestSet) -> pd.DataFrame:
    """The items' last shares of evidence in the boxes, a row per item, a column per photo (by its
    place) and class; nan where a class has no box that counts."""
    places = range(len(test_set.photos))
    last = [pd.DataFrame(one.shares[-1], places, one.classes).stack() for one in columns]
    classes = dict.fromkeys(name for column in columns for name in column.classes)
    every = pd.MultiIndex.from_product([places, classes])
    return pd.concat([one.reindex(every) for one in last], axis=1).T


def _select_photos(
    shares: pd.DataFrame, columns: Sequence[CamColumn], test_set: TestSet
) -> list[tuple[int, str]]:
    """Photos, by their place, and a class each. With boxes: where the items' shares lie furthest
    apart (of one item: evenly from its lowest share to its highest); else where their answers
    differ, the first ones."""
    known = shares.dropna(axis=1)
    if len(known.columns) and len(columns) == 1:
        order = known.iloc[0].sort_values(kind="stable").index
        even = np.linspace(0, len(order) - 1, min(PHOTOS, len(order))).round().astype(int)
        return list(order[even])
    if len(known.columns):
        apart = (known.max() - known.min()).sort_values(ascending=False, kind="stable")
        furthest: dict[int, str] = {}
        for photo, label in apart.index:
            furthest.setdefault(photo, label)
        return list(furthest.items())[:PHOTOS]
    answers = [
        [_predicted_class(column, place)[0] for column in columns]
        for place in range(len(test_set.photos))
    ]
    order = sorted(range(len(answers)), key=lambda place: -len(set(answers[place])))
    classes = {name for column in columns for name in column.classes}
    labels = [test_set.labels.get(photo.file) for photo in test_set.photos]
    return [
        (i, label.primary if (label := labels[i]) and label.primary in classes else answers[i][0])
        for i in order[:PHOTOS]
    ]


def _predicted_class(column: CamColumn, index: int) -> tuple[str, float]:
    chances = column.probabilities[-1][index]
    best = int(chances.argmax())
    return column.classes[best], float(chances[best])


def _row(
    test_set: TestSet,
    index: int,
    label: str,
    columns: Sequence[tuple[ReportEntry, CamColumn]],
    shares: pd.DataFrame,
) -> PhotoRow:
    photo = test_set.photos[index]
    views = cache(lambda crop: display_view(photo.path, crop, IMAGE_SIDE))
    boxes = cache(lambda crop: counted_boxes(test_set, photo, label, crop))
    looks = []
    for (one, column), share in zip(columns, shares[index, label], strict=True):
        drawn = views(column.crop)
        if column.has_maps[index] and label in column.classes:
            cells = column.density[-1, index, column.classes.index(label)].astype(np.float32)
            drawn = heat_map(drawn, cells * DENSITY_STEP)
        jpeg = boxed_jpeg(drawn, boxes(column.crop))
        known = None if np.isnan(share) else float(share)
        looks.append(MapCell(one, jpeg, known, *_predicted_class(column, index)))
    first = columns[0][1]
    area = first.areas[index, first.classes.index(label)] if label in first.classes else np.nan
    said = test_set.labels.get(photo.file)
    return PhotoRow(
        photo.file,
        label,
        not np.isnan(area) or (said is not None and label in (*said.present, said.primary)),
        boxed_jpeg(views(first.crop), boxes(first.crop)),
        None if np.isnan(area) else float(area),
        tuple(looks),
    )
