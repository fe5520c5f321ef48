"""Old photos keep their side of every split when photos join, and runs the photos that they saw."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from core.data.dataset import Dataset, Photo
from core.data.fingerprints import (
    FileDigests,
    addition_numbers,
    before_addition,
    fingerprint_history,
    fingerprints,
    photos_of_run,
)
from core.data.split import original_counts, split_photos, split_sizes
from core.recipe.files import recipe_from_dict
from tests.core.data.test_additions import add, picture
from tests.factory import write_dataset

SPLITS = st.one_of(
    st.fixed_dictionaries(
        {"method": st.just("holdout"), "validation": st.sampled_from([0.2, 0.25, 0.4, 0.5])}
    ),
    st.fixed_dictionaries(
        {"method": st.just("kfold"), "folds": st.integers(2, 4), "fold": st.integers(0, 1)}
    ),
)
ADDITIONS = st.lists(
    st.lists(st.tuples(st.integers(0, 2), st.integers(0, 99)), min_size=1, max_size=7), max_size=4
)


def joined(original, additions):
    """A data set of so many photos of each class, and photos (class, a part of the name) that
    joined it; in the folder's order, which mixes them."""
    photos = [(f"c{c}/{17 * i % 100:02}_0_{i}", c, 0) for c in range(3) for i in range(original)]
    for number, addition in enumerate(additions, start=1):
        photos += [(f"c{c}/{n:02}_{number}_{i}", c, number) for i, (c, n) in enumerate(addition)]
    photos.sort()
    return Dataset(
        root=Path(),
        title="",
        licence="",
        source="",
        classes=("c0", "c1", "c2"),
        train=tuple(Photo(Path(file), file) for file, _, _ in photos),
        train_labels=tuple(label for _, label, _ in photos),
        test_sets=(),
        added={file: number for file, _, number in photos if number},
    )


def sides(dataset, recipe):
    """Whether each photo validates, by its file."""
    train, validation = split_photos(dataset, recipe)
    assert sorted(train + validation) == list(range(len(dataset.train)))
    assert split_sizes(recipe, dataset) == (len(train), len(validation))
    return {photo.file: i in set(validation) for i, photo in enumerate(dataset.train)}


@settings(max_examples=60, deadline=None)
@given(ADDITIONS, SPLITS, st.integers(0, 2**32 - 1), st.integers(5, 8))
def test_no_photo_changes_sides_when_others_join(additions, split, seed, original):
    dataset = joined(original, additions)
    recipe = recipe_from_dict({"split": split | {"seed": seed}})
    now = sides(dataset, recipe)
    for number in addition_numbers(dataset):
        then = sides(before_addition(dataset, number), recipe)
        assert then.items() <= now.items() and len(then) < len(now)
    # Each addition by itself: also without those before it.
    last = [*[[] for _ in additions[:-1]], *additions[-1:]]
    assert sides(joined(original, last), recipe).items() <= now.items()
    assert set(original_counts(dataset).values()) == {original}
    plain = sides(replace(before_addition(dataset, 1), added={}), recipe)
    assert plain.items() <= now.items()


def test_additions_validate_by_their_share_also_one_by_one():
    recipe = recipe_from_dict({"split": {"method": "holdout", "validation": 0.25}})
    one_by_one = sides(joined(8, [[(0, 0)]] * 200), recipe)
    assert 35 <= sum(one_by_one.values()) - 6 <= 65  # of 200
    at_once = sides(joined(8, [[(0, n) for n in range(200)]]), recipe)
    assert sum(at_once.values()) - 6 == 50
    folds = [
        sides(joined(8, [[(c, c) for c in (0, 0, 0, 1)]]), recipe_from_dict({"split": split}))
        for split in ({"method": "kfold", "folds": 3, "fold": fold} for fold in range(3))
    ]
    assert all(sum(fold[file] for fold in folds) == 1 for file in folds[0])


def digest():
    return FileDigests(lambda: None).digest


def test_a_run_finds_its_photos_again(tmp_path):
    root = write_dataset(tmp_path / "books").root
    states = []
    for split, label in (("train", "red"), ("test", "red"), ("kitchen", ""), ("train", "blue")):
        states.append(add(root, split, {f"{len(states)}.jpg": picture(len(states))}, label=label))
    start, first, _, third, now = [write_dataset(tmp_path / "other"), *states]
    noted = fingerprints(start)
    resumed = photos_of_run(now, noted, digest(), resumes=True)
    assert fingerprints(resumed) == noted
    again = photos_of_run(now, noted, digest(), resumes=False)
    assert fingerprints(again)["train"] == noted["train"]
    assert [each.name for each in again.test_sets] == ["kitchen", "test", "test_difficult"]
    assert again.test_sets == now.test_sets
    assert fingerprints(photos_of_run(now, fingerprints(first), digest(), resumes=True)) == (
        fingerprints(first)
    )
    history = fingerprint_history(now, digest())
    assert history["train"] == [fingerprints(each)["train"] for each in (now, third, start)]
    assert len(history["test"]) == 2 and len(history["kitchen"]) == 1
    strange = noted | {"train": "x"}
    assert photos_of_run(now, strange, digest(), resumes=True).train == now.train
