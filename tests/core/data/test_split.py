from collections import Counter

import pytest

from core.data.dataset import read_dataset
from core.data.split import holdout
from core.errors import DataError
from core.recipe import Holdout


def test_every_class_is_split_alike_and_nothing_is_lost():
    labels = [0] * 27 + [1] * 9 + [2] * 9
    train, validation = holdout(labels, Holdout())
    assert sorted(train + validation) == list(range(45))
    assert train == sorted(train)
    assert Counter(labels[i] for i in validation) == {0: 5, 1: 2, 2: 2}
    assert holdout(labels, Holdout()) == (train, validation)
    assert holdout(labels, Holdout(seed=1)) != (train, validation)


def test_the_real_set_leaves_56_or_57_to_train(small_books):
    dataset = read_dataset(small_books)
    train, validation = holdout(dataset.train_labels, Holdout())
    assert len(train) in (56, 57)
    assert len(train) + len(validation) == 71


def test_a_share_that_leaves_a_class_out_is_refused():
    with pytest.raises(DataError, match=r"split\.validation: 0\.05 does not fit"):
        holdout([0, 0, 1, 1, 2, 2], Holdout(validation=0.05))
