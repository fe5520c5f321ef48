from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from core.data.balance import balanced_indices, epoch_length, epoch_repeats, max_repeats

LABELS = st.lists(st.integers(0, 4), min_size=1, max_size=40)


@given(labels=LABELS, seed=st.integers(0, 9), epoch=st.integers(1, 9))
def test_oversampled_classes_are_shown_equally_often(labels, seed, epoch):
    times = epoch_repeats(labels, "oversample", seed, epoch)
    shown = Counter()
    for label, count in zip(labels, times, strict=True):
        shown[label] += count
    largest = max(Counter(labels).values())
    assert set(shown.values()) == {largest}
    assert sum(times) == epoch_length(labels, "oversample")
    for label in set(labels):
        of_class = [t for t, other in zip(times, labels, strict=True) if other == label]
        assert max(of_class) - min(of_class) <= 1
        assert min(of_class) >= 1
    assert all(t <= most for t, most in zip(times, max_repeats(labels, "oversample"), strict=True))
    partners = Counter(labels[i] for i in balanced_indices(labels, "oversample"))
    assert set(partners.values()) == {largest}
    assert set(balanced_indices(labels, "oversample")) == set(range(len(labels)))


def test_who_comes_once_more_is_drawn_for_each_epoch():
    labels = [0] * 7 + [1] * 4
    draws = {tuple(epoch_repeats(labels, "oversample", 0, epoch)) for epoch in range(1, 20)}
    assert len(draws) > 1
    assert epoch_repeats(labels, "oversample", 0, 3) == epoch_repeats(labels, "oversample", 0, 3)


def test_without_balance_every_photo_is_shown_once():
    labels = [0, 0, 0, 1]
    assert epoch_repeats(labels, "none", 0, 1) == max_repeats(labels, "none") == [1] * 4
    assert epoch_length(labels, "none") == 4
    assert balanced_indices(labels, "none") == [0, 1, 2, 3]
